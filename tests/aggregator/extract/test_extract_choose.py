"""Which parts of a place are the article's: lists of links, buttons, introductions, what is folded away."""

from datetime import UTC, datetime

import pytest

from aggregator.extract import extract
from aggregator.items import Candidate, Page, Source, Way

URL = "https://www.example.org/notizie/bando/"
NOW = datetime(2024, 3, 12, 9, 0, tzinfo=UTC)
FIRST = (
    "La Regione ha pubblicato il bando per le imprese che investono nella mobilità sostenibile, con una "
    "dotazione di dieci milioni di euro per il primo anno."
)
SECOND = (
    "Le domande si presentano dal primo aprile sulla piattaforma dei bandi, e la graduatoria uscirà entro "
    "novanta giorni dalla chiusura dello sportello."
)
ARTICLE = f"<p>{FIRST}</p><p>{SECOND}</p>"


def lines_of(html: str) -> list[str]:
    page = Page(url=URL, body=html.encode(), fetched_at=NOW)
    body = extract(page, Candidate(url=URL, way=Way.LISTING), Source(id="x", url=URL)).body
    return body.text.splitlines() if body else []


LINKS = "".join(f'<li><a href="/bando/{n}">Il bando numero {n}</a></li>' for n in (1, 2))


def test_a_bare_list_of_links_under_a_heading_is_told_where_the_text_goes_on() -> None:
    lines = lines_of(f"<main><h1>Bando</h1>{ARTICLE}<h2>I bandi</h2><ul>{LINKS}</ul><p>Fine.</p></main>")
    assert "Il bando numero 2" in lines
    for other in (f"<ul>{LINKS}</ul>", f"<ul class=menu-2>{LINKS}</ul><p>{FIRST} Bis.</p>"):
        assert "Il bando numero 2" not in lines_of(f"<main><h1>Bando</h1>{ARTICLE}<h2>I bandi</h2>{other}")


def test_a_list_with_more_than_links_stays() -> None:
    items = "".join(f'<li>La misura {n}, <a href="/m/{n}">per le imprese</a></li>' for n in range(4))
    assert "La misura 3, per le imprese" in lines_of(f"<main>{ARTICLE}<ul class=m>{items}</ul></main>")


def test_an_introduction_is_a_paragraph_or_named_as_one() -> None:
    intro = "Dieci milioni di euro per chi rinnova le flotte: le domande dal primo aprile."
    html = (
        '<title>Bando</title><body><div id=c><h1>Bando</h1>{}<div class="entry-content">'
        + ARTICLE
        + "</div></div>"
    )
    for markup in ("<p>{}</p>", "<div class=documentDescription>{}</div>", '<h2 class="lead">{}</h2>'):
        assert lines_of(html.format(markup.format(intro))) == [intro, FIRST, SECOND]
    for markup in ("<div class=leading-6>{}</div>", "<h2>{}</h2>", "<div>{}</div>"):
        assert lines_of(html.format(markup.format(intro))) == [FIRST, SECOND]


def test_a_heading_of_the_text_is_no_title_for_its_rank() -> None:
    more = f"<h1>Chi può chiedere</h1><p>{FIRST} Bis.</p><p>{SECOND} Bis.</p>"
    lines = lines_of(f"<title>Bando</title><body><main>{ARTICLE}{more}</main>")
    assert lines[:3] == [FIRST, SECOND, "Chi può chiedere"]


def test_links_alone_in_boxes_are_buttons_unless_they_are_documents() -> None:
    boxes = '<div><a href="/shop">Acquista</a></div><div><a href="/b.pdf">Il bando</a></div>'
    text = (
        f"<main><h1>Bando</h1><p>{FIRST}</p>{boxes}<p>{SECOND}</p><p><a href=/c>Altri bandi</a></p>{ARTICLE}"
    )
    assert lines_of(text)[:4] == [FIRST, "Il bando", SECOND, "Altri bandi"]


@pytest.mark.parametrize(
    "fold",
    [
        "<div role=region hidden>{}</div>",
        '<div role="tabpanel" style="display: none">{}</div>',
        '<div class="faq-accordion-content hidden">{}</div>',
        '<div class="panel-collapse" style="display:none">{}</div>',
        '<section id="menu-e-prezzi-della-nuova-linea">{}</section>',
    ],
)
def test_what_opens_at_a_click_is_text(fold: str) -> None:
    answer = "<p>Possono chiedere il contributo le imprese che hanno sede in Lombardia.</p>"
    assert len(lines_of(f"<main><h1>Bando</h1>{ARTICLE}{fold.format(answer)}</main>")) == 3


@pytest.mark.parametrize(
    "aside",
    [
        '<div class="c-author__text">{}</div>',
        '<div class="newsletter-banner">{}</div>',
        '<nav class="collapse" hidden>{}</nav>',
        "<div hidden>{}</div>",
        '<div class="cta2">{}</div>',
        '<div id="block-views-related-news-block">{}</div>',
    ],
)
def test_what_is_named_as_surroundings_goes(aside: str) -> None:
    told = "<p>Scrive di trasporti e di energia da vent'anni, e vive a Bergamo.</p>"
    assert lines_of(f"<main><h1>Bando</h1>{ARTICLE}{aside.format(told)}</main>") == [FIRST, SECOND]


@pytest.mark.parametrize(
    "end", ["Vuoi saperne di più sui bandi?", "Scritto da Ada Neri", "Related articles that may interest you"]
)
def test_headings_of_other_things_end_the_text(end: str) -> None:
    told = "<p>Scrive di trasporti e di energia da vent'anni, e vive a Bergamo.</p>"
    assert lines_of(f"<main><h1>Bando</h1>{ARTICLE}<h3>{end}</h3>{told}</main>") == [FIRST, SECOND]
