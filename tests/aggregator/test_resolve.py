"""What filters name: ids, labels and names, and what is said where nothing is called so."""

import pytest

from aggregator.errors import QueryError
from aggregator.grammar import parse_query
from aggregator.items import Source, Term
from aggregator.query import Query
from aggregator.resolve import resolve

SOURCES = (
    Source("clm", "https://clm.example/", name="Cluster Lombardo della Mobilità"),
    Source("bergamo-news", "https://bergamo.example/", name="Bergamo News"),
)
TERMS = (
    Term("hydrogen", (("it", "Idrogeno"), ("en", "Hydrogen")), ()),
    Term("smart-city", (("it", "Città intelligenti"), ("en", "Smart cities")), ()),
    Term("clm", (("it", "Mobilità"),), (), is_cluster=True),
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tema:idrogeno", Query(topics=("hydrogen",))),
        ("tema:Hydrogen,idrogeno", Query(topics=("hydrogen",))),
        ('tema:"citta intelligenti"', Query(topics=("smart-city",))),
        ("topic:smart_city", Query(topics=("smart-city",))),
        ("cluster:mobilita", Query(clusters=("clm",))),
        ("fonte:CLM", Query(sources=("clm",))),
        ('fonte:"Bergamo News"', Query(sources=("bergamo-news",))),
        ("lingua:italiano,en", Query(languages=("it", "en"))),
        ("lingua:fr", Query(languages=("fr",))),
    ],
)
def test_a_filter_means_an_id(typed: str, meant: Query) -> None:
    assert resolve(parse_query(typed), SOURCES, TERMS) == meant


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("source:bergamonews", "no source is called 'bergamonews'; did you mean bergamo-news?"),
        ("source:xyz", "no source is called 'xyz'; there are bergamo-news, clm"),
        ("tema:idrogno", "did you mean hydrogen?"),
        ("tema:mobilita", "it is a cluster: cluster:clm"),
    ],
)
def test_what_is_called_nothing_is_told_with_what_is_near(typed: str, said: str) -> None:
    with pytest.raises(QueryError, match=said.replace("?", r"\?")):
        resolve(parse_query(typed), SOURCES, TERMS)


def test_a_kept_query_may_name_what_is_gone() -> None:
    query = resolve(parse_query("source:gone tema:idrogeno"), SOURCES, TERMS, is_strict=False)
    assert query == Query(sources=("gone",), topics=("hydrogen",))
