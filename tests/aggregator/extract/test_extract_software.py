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


# What Italian sites print amid and below a text, none of it theirs.
AROUND = [
    '<div class=x><a href="/altro"><div><span class=ctaText>Leggi anche:</span> Altro bando</div></a></div>',
    "<p><strong>👉 <a href=/canale>Iscriviti al canale WhatsApp per restare aggiornato</a></strong></p>",
    "<p><a href=/g>Segui Notizie su Google News</a></p>",
    "<div class=box-sostieni><h4>Sostieni Notizie</h4><p>Il giornale vive grazie ai lettori.</p></div>",
    "<p>Questo sito utilizza cookie tecnici e, previo consenso, di profilazione. Proseguendo li accetti.</p>",
    "<p>Questo articolo è stato letto 327 volte</p>",
    "<p><a href=/news>« Torna alle news</a></p>",
    "<p>Scritto da Mario Rossi</p>",
    "<p>Pubblicato in <a href=/c>Imprese</a></p>",
    "<div class=post_meta><p>Redazione, tre minuti di lettura per questo articolo del giornale.</p></div>",
    "<div class=author__box><p>Mario Rossi scrive di imprese e di ricerca dal 2016 e vive a Como.</p></div>",
    "<div itemprop=author itemscope><p>Mario Rossi scrive di imprese dal 2016 e vive a Como.</p></div>",
    "<div class=w-form><p>Lascia la tua email per ricevere le novità del mese.</p></div>",
]


@pytest.mark.parametrize("around", AROUND)
def test_what_italian_sites_print_around_a_text_is_none_of_it(around: str) -> None:
    if around.startswith("<p>Scritto"):
        text = f"{around}<p>{FIRST}</p><p>{SECOND}</p>"
    else:
        text = f"<p>{FIRST}</p>{around}<p>{SECOND}</p>"
    assert lines_of(read(f"<main><h1>{TITLE}</h1><div>{text}</div></main>")) == [FIRST, SECOND]


def test_teasers_under_their_heading_end_a_short_text() -> None:
    teaser = f"<div><h4><a href=/altro>Un altro bando della Regione</a></h4><p>{SECOND}</p></div>"
    more = f"<h3>Potrebbe interessarti anche</h3><div>{teaser}{teaser}{teaser}</div>"
    assert lines_of(read(f"<main><h1>{TITLE}</h1><p>{FIRST}</p>{more}</main>")) == [FIRST]


NOTICE = "<p>Per fornire le migliori esperienze il sito usa tecnologie come queste, a ogni visita.</p>" * 5


@pytest.mark.parametrize(
    "page",
    [
        "<div class=node--promoted><h1>{t}</h1><div class=field-name-body>{b}</div></div><nav>{n}</nav>",
        "<div class=wy-nav-content><h1>{t}</h1><div itemprop=articleBody>{b}</div></div><footer>{n}</footer>",
        "<div class=portlet-body><h3>{t}</h3><div class=news_body>{b}</div></div>",
    ],
)
def test_a_short_article_is_found_under_a_misleading_name(page: str) -> None:
    raw = read(page.format(t=TITLE, b=f"<p>{FIRST}</p>", n=NOTICE))
    assert lines_of(raw) == [FIRST]


def test_a_page_without_headings_names_its_title_by_a_class() -> None:
    teaser = "<a href=/altro><span class=postTitle>Un altro bando della Regione</span></a>"
    raw = read(
        f"<div id=contenuto><div class=titolo>{TITLE}</div><div class=data_news>12/03/2024</div>"
        f"<div class=testo_news><p>{FIRST}</p>{teaser}<p>{SECOND}</p></div></div>",
        head="<title>Comune di Esempio</title>",
    )
    assert next((t.value, t.where) for t in raw.title) == (TITLE, "page:.titolo")
    assert [f.value for f in raw.published] == ["12/03/2024"]
    assert lines_of(raw) == [FIRST, SECOND]


def test_a_table_of_one_row_is_a_page_s_layout() -> None:
    row = f"<table><tr><td class=contentheading>{TITLE}</td><td><a href=#>PDF</a></td></tr></table>"
    raw = read(f"<div>{row}<div>Scritto da Mario Rossi</div><p>{FIRST}</p><p>{SECOND}</p></div>")
    assert lines_of(raw) == [FIRST, SECOND]


@pytest.mark.parametrize("line", ["Mario Rossi 12/03/2024", "da | 12 marzo 2024 | News"])
def test_a_name_and_a_day_above_the_text_are_none_of_it(line: str) -> None:
    raw = read(f"<main><h1>{TITLE}</h1><div>{line}</div><p>{FIRST}</p><p>{SECOND}</p></main>")
    assert lines_of(raw) == [FIRST, SECOND]


def test_a_row_of_the_page_is_no_menu() -> None:
    row = f"<div class=row-column-menu-left><div><p>{SECOND}</p></div></div>"
    assert lines_of(read(f"<main><h1>{TITLE}</h1><p>{FIRST}</p>{row}</main>")) == [FIRST, SECOND]


def test_what_outweighs_a_short_text_in_its_main_is_not_taken_for_it() -> None:
    foot = "".join(f"<div><h6>Avvisi</h6><p>{n}. {SECOND}</p></div>" for n in range(4))
    raw = read(f"<div><h1>{TITLE}</h1><main><p>{FIRST}</p></main></div><footer>{foot}</footer>")
    assert lines_of(raw) == [FIRST]


def test_teasers_in_many_words_do_not_replace_a_short_text() -> None:
    teasers = "".join(f"<li>2{n} marzo <a href=/{n}>Altro bando</a><br>{SECOND}</li>" for n in range(5))
    raw = read(
        f"<article><h1>{TITLE}</h1><div class=entry-content><p>{FIRST}</p></div></article>"
        f"<div class=related-posts><h4>Articoli correlati</h4><ul>{teasers}</ul></div>"
    )
    assert lines_of(raw) == [FIRST]


def test_the_only_place_named_as_the_article_s_is_a_short_text_s() -> None:
    news = "".join(f"<div class=box>0{n}/03/2024 <a href=/{n}>Altro</a> {SECOND}</div>" for n in range(4))
    raw = read(f"<div class=titolo>{TITLE}</div><div class=testo_news><p>{FIRST}</p></div><div>{news}</div>")
    assert lines_of(raw) == [FIRST]
