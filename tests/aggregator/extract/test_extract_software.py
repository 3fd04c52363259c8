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


def test_no_day_below_a_short_text_is_taken_for_its_own() -> None:
    more = "<ul class=card-meta><li>26/06/22</li></ul><h3><a href=/altro>Un altro bando</a></h3>"
    raw = read(f"<div><h1>{TITLE}</h1><article><p>{FIRST}</p></article><div>{more}</div></div>")
    assert [f.value for f in raw.published] == []


def test_no_day_that_the_text_tells_is_its_own() -> None:
    calendar = "<ol><li>Apertura dello sportello il 3 marzo 2024</li><li>Graduatoria a giugno</li></ol>"
    end = "Fino ad allora vale la graduatoria uscita in Regione il 2 marzo 2024."
    raw = read(f"<main><h1>{TITLE}</h1><p>{FIRST}</p>{calendar}<p>{end}</p></main>")
    assert [f.value for f in raw.published] == []
    assert "Apertura dello sportello il 3 marzo 2024" in lines_of(raw)


def test_a_title_in_no_heading_is_no_part_of_the_text() -> None:
    title = "Bando per la mobilità – dal 1 aprile 2024"
    raw = read(
        f"<div class=post><div>{title}</div><span>3 marzo 2024</span><div><p>{FIRST}</p></div></div>",
        head=f"<title>{title} | Notizie</title>",
    )
    assert lines_of(raw)[-1:] == [FIRST]
    assert title not in lines_of(raw)


def test_the_last_part_of_an_address_shows_no_day() -> None:
    slug = "<div>bando-per-la-ricerca-dal-4-gennaio-2025</div>"
    raw = read(f"<main><h1>{TITLE}</h1>{slug}<p>{FIRST}</p><p>{SECOND}</p></main>")
    assert [f.value for f in raw.published] == []


def test_a_box_that_states_the_licence_is_no_text() -> None:
    box = "<div class=license-box><div>Author</div><div>Mario Rossi</div><div>Licensed under</div></div>"
    raw = read(f"<main><h1>{TITLE}</h1><div><p>{FIRST}</p><p>{SECOND}</p></div>{box}</main>")
    assert lines_of(raw) == [FIRST, SECOND]
