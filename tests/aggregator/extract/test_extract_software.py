"""Habits of site generators and of their themes: what they print around, before and below a text."""

from datetime import UTC, datetime

import pytest

from aggregator.extract import extract
from aggregator.items import Candidate, Page, RawArticle, Source, Way

URL = "https://www.example.org/notizie/bando/"
NOW = datetime(2024, 3, 12, 9, 0, tzinfo=UTC)
TITLE = "Bando per la mobilità, domande dal primo aprile"
FIRST = (
    "La Regione ha pubblicato il bando per le imprese che investono nella mobilità sostenibile, con una "
    "dotazione di dieci milioni di euro per il primo anno."
)
SECOND = (
    "Le domande si presentano sulla piattaforma dei bandi, e la graduatoria uscirà entro novanta giorni "
    "dalla chiusura dello sportello."
)


def read(body: str, head: str = f"<title>{TITLE}</title>") -> RawArticle:
    html = f"<html lang=it><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"
    page = Page(url=URL, body=html.encode(), fetched_at=NOW)
    return extract(page, Candidate(url=URL, way=Way.LISTING), Source(id="x", url=URL))


def lines_of(raw: RawArticle) -> list[str]:
    return raw.body.text.splitlines() if raw.body else []


@pytest.mark.parametrize("sign", ["¶", "#", "\uf0c1", "\u200b"])
def test_the_link_of_a_heading_to_itself_is_no_part_of_it(sign: str) -> None:
    link = f'<a class=headerlink href="#qui" title="Link">{sign}</a>'
    raw = read(
        f"<main><h1>{TITLE}{link}</h1><p>{FIRST}</p><h2 id=qui>Le scadenze{link}</h2><p>{SECOND}</p></main>"
    )
    assert [t.value for t in raw.title][:1] == [TITLE]
    assert lines_of(raw) == [FIRST, "Le scadenze", SECOND]


@pytest.mark.parametrize("named", ["id=social-e-imprese", "class=anchorWithStickyNavbar_x1Y"])
def test_a_heading_is_no_surroundings_by_what_its_text_is_called(named: str) -> None:
    raw = read(f"<main><h1>{TITLE}</h1><p>{FIRST}</p><h2 {named}>Social e imprese</h2><p>{SECOND}</p></main>")
    assert lines_of(raw) == [FIRST, "Social e imprese", SECOND]


def test_where_a_skip_link_leads_is_the_content() -> None:
    raw = read(f"<div id=skipToContent_target><main><h1>{TITLE}</h1><p>{FIRST}</p></main></div>")
    assert lines_of(raw) == [FIRST]
