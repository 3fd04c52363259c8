import json
from datetime import UTC, datetime

import pytest
from lxml import etree

from aggregator.extract import extract
from aggregator.extract.state import read_state
from aggregator.items import Candidate, Page, Source, Way

URL = "https://giornale.example/cronaca/ponte-riaperto-al-traffico"
TITLE = "Il ponte sul fiume riapre al traffico"
DAY = "2024-03-12T09:30:00+01:00"
OTHER = "2024-03-15T18:00:00+01:00"
MINE = {"slug": "ponte-riaperto-al-traffico", "publishedAt": DAY}
NEIGHBOUR = {"slug": "un-altro-articolo-del-sito", "publishedAt": OTHER}


def page(script: str) -> etree._Element:
    root = etree.fromstring(f"<html><head><script>{script}</script></head><body/></html>", etree.HTMLParser())
    assert root is not None
    return root


def streamed(data: object) -> str:
    return f"self.__next_f.push([1,{json.dumps('5:' + json.dumps(data))}])"


# What a page's own program reads -> the date of publication, or none.
STATES = [
    (f"window.__INITIAL_STATE__={json.dumps({'article': MINE, 'related': [NEIGHBOUR]})};", DAY),
    (json.dumps({"related": [NEIGHBOUR], "post": {"title": TITLE, "meta": {"publish_date": DAY}}}), DAY),
    (streamed({"children": [NEIGHBOUR, MINE]}), DAY),
    (f"window.__NUXT__=(function(a){{return {{title:'{TITLE}',first_published_at:'{DAY}',n:a}}}}(1))", DAY),
    ("dataLayer.push({'type':'articolo','publishDate':'2024-03-12','createDate':'2019'});", "2024-03-12"),
    (f'var post = {{"title":"{TITLE}","date":"{DAY}"}};', DAY),
    # The title with its letters escaped.
    ('x={"headline":"La citt\\u00e0 riapre il ponte","datePublished":"2024-03-12"}', "2024-03-12"),
    # Nothing says that it is this page's, or two say different days.
    (json.dumps({"latest": [NEIGHBOUR]}), None),
    (json.dumps({"latest": [{"title": "Altro", "date": OTHER}]}), None),
    (json.dumps({"build": {"date": OTHER}}), None),
    (json.dumps({"a": MINE, "b": MINE | {"publishedAt": OTHER}}), None),
    ("dataLayer.push({'publishDate':'2024-03-12'});dataLayer.push({'publishDate':'2024-03-15'})", None),
    # No script is too odd.
    ("}}}]]] publishedAt: '2024-03-12'", "2024-03-12"),
    ("{" * 5000 + '"publishedAt": "' + "[" * 5000, None),
    ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("script", "expected"), STATES)
def test_the_date_of_the_pages_own_object(script: str, expected: str | None) -> None:
    found = read_state(page(script), [URL], [TITLE, "La città riapre il ponte"])
    assert [f.value for f in found.get("published", [])] == ([expected] if expected else [])


def test_state_stands_in_attributes_too() -> None:
    state = json.dumps({"props": {"related": [NEIGHBOUR], "article": MINE}}).replace('"', "&quot;")
    root = etree.fromstring(
        f'<html><body><div id="app" data-page="{state}"/></body></html>', etree.HTMLParser()
    )
    assert root is not None
    assert [f.value for f in read_state(root, [URL], [TITLE])["published"]] == [DAY]


def test_data_for_search_engines_is_read_elsewhere() -> None:
    root = etree.fromstring(
        f'<html><script type="application/ld+json">{json.dumps(MINE)}</script></html>', etree.HTMLParser()
    )
    assert root is not None
    assert read_state(root, [URL], [TITLE]) == {}


@pytest.mark.parametrize(
    ("head", "where"),
    [("", "script:publishedAt"), (f'<meta name="pubdate" content="{DAY}">', "meta:pubdate")],
)
def test_scripts_are_asked_where_nothing_better_speaks(head: str, where: str) -> None:
    body = f"<html><head>{head}<script>{json.dumps(MINE)}</script></head><body><h1>{TITLE}</h1><p>Testo.</p>"
    page = Page(URL, body.encode(), datetime(2024, 3, 20, tzinfo=UTC))
    raw = extract(page, Candidate(URL, Way.LISTING), Source(id="g", url="https://giornale.example/"))
    assert [f.where for f in raw.published] == [where]
