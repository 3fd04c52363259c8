"""What an article is to its neighbours."""

import pytest
from archive_samples import AGENCY, make_article

from aggregator.items import Article, Level
from aggregator.store.neighbours import KnownPage, Neighbour, Neighbours, text_key
from pipelines.dedupe import decide


def entry(id_: int, *, is_announced: bool = True) -> Neighbour:
    return Neighbour(id_, "clm", f"https://mobilita.example/{id_}", "Titolo", "key", is_announced)


def seen(id_: int, source_id: str = "clm") -> KnownPage:
    return KnownPage(9, source_id, "u", "u", "Titolo", "key", 0, None, is_vanished=False, entry=entry(id_))


@pytest.mark.parametrize(
    ("neighbours", "level", "entry_id"),
    [
        (Neighbours(), Level.NEW, None),
        (Neighbours(by_text=(entry(3), entry(4))), Level.TEXT, 3),
        (Neighbours(by_url=(seen(2, "agenzia"),), by_text=(entry(3),)), Level.URL, 2),
        (Neighbours(page=seen(1), by_url=(seen(2, "agenzia"),), by_text=(entry(3),)), Level.URL, 1),
    ],
)
def test_decide(neighbours: Neighbours, level: Level, entry_id: int | None) -> None:
    match = decide(make_article(), neighbours)
    assert (match.level, match.entry_id) == (level, entry_id)
    assert match.reason


LONG = "parola " * 30


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (make_article(text=LONG, title="A"), make_article(AGENCY, text=LONG.upper(), title="B"), True),
        (make_article(text=LONG, title="A"), make_article(AGENCY, text=LONG + "nuova", title="A"), False),
        (make_article(text="Avviso breve", title="A"), make_article(text="avviso  breve", title="a"), True),
        (make_article(text="Avviso breve", title="A"), make_article(text="Avviso breve", title="B"), False),
    ],
)
def test_text_key(one: Article, other: Article, is_same: bool) -> None:
    assert (text_key(one) == text_key(other)) is is_same


def test_no_text_has_no_key() -> None:
    assert text_key(make_article(text=" \n ")) == ""
