"""The body: what stays, what goes, and how its text and HTML are written."""

from datetime import UTC, datetime

import pytest

from aggregator.extract import extract
from aggregator.items import Body, Candidate, Page, Source, Way

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


def body_of(html: str, candidate: Candidate | None = None) -> Body:
    page = Page(url=URL, body=html.encode(), fetched_at=NOW)
    raw = extract(page, candidate or Candidate(url=URL, way=Way.LISTING), Source(id="x", url=URL))
    assert raw.body is not None
    return raw.body


# Surroundings in many markups: none of their words may be in the text.
JUNK = [
    '<nav><a href="/">Via</a><a href="/a">Via</a></nav>',
    '<div class="sharedaddy"><span>Via</span></div>',
    '<div class="related-posts"><h3>Via</h3><ul><li><a href="/a">Via un altro articolo</a></li></ul></div>',
    '<h3>Articoli recenti</h3><p><a href="/a">Via</a></p>',
    '<h4>Potrebbe interessarti anche</h4><div><a href="/a">Via</a><p>Via</p></div>',
    '<p>Leggi anche: <a href="/a">Via un altro articolo</a></p>',
    '<div id="cookie-banner"><p>Via: questo sito usa i cookie per le statistiche.</p></div>',
    '<div class="newsletter-signup"><p>Via: la nostra lettera settimanale con le notizie.</p></div>',
    '<div class="author-box"><p>Via: giornalista da anni, si occupa di trasporti.</p></div>',
    '<section id="comments"><p>Via: un commento lungo e piuttosto arrabbiato.</p></section>',
    '<div class="tags"><a href="/t">Via</a></div>',
    "<p>Foto di: Via</p>",
    '<div style="display:none"><p>Via: testo che nessuno legge, per le macchine.</p></div>',
    "<aside><p>Via: una colonna laterale con qualche parola di troppo, ma meno del testo.</p></aside>",
    "<button>Via</button>",
    "<script>Via</script>",
    "<p>Condividi su Via</p>",
    '<p style="visibility: hidden">Via: testo che nessuno vede, perché è nascosto.</p>',
    '<p><span style="display: none">Via, scritto per le macchine</span></p>',
    '<p>{"layout": 2, "buttonText": "Via", "productTitle": {"hue": 213}}</p>',
    f"<div class=large>{ARTICLE}</div><div class=small>{ARTICLE}</div>",
]


@pytest.mark.parametrize("junk", JUNK)
def test_surroundings_go(junk: str) -> None:
    text = body_of(
        f"<body><div><main><h1>Bando</h1><div class=x>{ARTICLE}{junk}</div></main></div></body>"
    ).text
    assert text.splitlines() == [FIRST, SECOND]


def test_parts_of_an_article_stay() -> None:
    body = body_of(
        f"<main><h1>Bando</h1><p>{FIRST}</p><h2>Chi può</h2><ul><li>Piccole imprese</li><li>Reti</li></ul>"
        f"<ol><li>Prima</li></ol><blockquote><p>Una buona notizia per tutti.</p></blockquote><p>{SECOND}</p>"
        "<table><tr><th>Anno</th><th>Milioni</th></tr><tr><td>2024</td><td>10</td></tr></table>"
        '<figure><img src="/f.jpg" alt="Un treno"><figcaption>Il treno in stazione</figcaption></figure>'
        f'<p>Si veda il <a href="../decreto/">decreto</a> e la <em>guida</em>.</p></main>'
    )
    assert body.text.splitlines() == [
        FIRST, "Chi può", "Piccole imprese", "Reti", "Prima", "Una buona notizia per tutti.", SECOND,
        "Anno | Milioni", "2024 | 10", "Il treno in stazione", "Si veda il decreto e la guida.",
    ]  # fmt: skip
    for markup in (
        "<h2>Chi può</h2>", "<ul>\n<li>Piccole imprese</li>\n<li>Reti</li>\n</ul>", "<ol>\n<li>Prima</li>",
        "<blockquote>\n<p>Una buona", "<tr><td>2024</td><td>10</td></tr>", "<figcaption>Il treno in",
        '<img src="https://www.example.org/f.jpg" alt="Un treno">',
        '<a href="https://www.example.org/notizie/decreto/" rel="noopener noreferrer">decreto</a>',
            "<em>guida</em>",
    ):  # fmt: skip
        assert markup in body.html


# Inline markup -> the text, with no blank lost or made up.
INLINE = [
    ("<b>M</b>ilano e <i>provincia</i>", "Milano e provincia"),
    ("H<sub>2</sub>O", "H2O"),
    ("<span>Consorzio Italbiotec</span><span>Innovhub</span>", "Consorzio Italbiotec Innovhub"),
    ('<a href="/a">Uno</a><a href="/b">due</a>', "Uno due"),
    ("riga<br>altra riga", "riga altra riga"),
    ("parola<span> </span>parola", "parola parola"),
    ("mobi\u00adli\u200btà\xa0nuova", "mobilità nuova"),
    ("AT&amp;T &lt;tag&gt;", "AT&T <tag>"),
]


@pytest.mark.parametrize(("markup", "text"), INLINE)
def test_inline_text(markup: str, text: str) -> None:
    assert (
        body_of(f"<main><h1>Bando</h1><p>{FIRST}</p><p>{markup}</p><p>{SECOND}</p></main>").text.splitlines()[
            1
        ]
        == text
    )


def test_paragraphs_by_line_breaks() -> None:
    assert body_of(f"<main><div>{FIRST}<br><br>{SECOND}</div></main>").text.splitlines() == [FIRST, SECOND]


def test_html_is_escaped() -> None:
    body = body_of(f"<main><p>{FIRST} &lt;script&gt;x&lt;/script&gt;</p><p>{SECOND}</p></main>")
    assert "<script>" not in body.html
    assert "&lt;script&gt;" in body.html


def test_misleading_name_does_not_hide_the_article() -> None:
    assert (
        FIRST
        in body_of(f'<div class="sidebar promo"><h1>Bando</h1>{ARTICLE * 1}<p>{FIRST[:60]}.</p></div>').text
    )


def test_article_in_many_rich_texts_is_whole() -> None:
    block = '<section><div class="rich-text"><p>{}</p></div></section>'
    text = body_of(f"<main><h1>Bando</h1>{block.format(FIRST)}{block.format(SECOND)}</main>").text
    assert text.splitlines() == [FIRST, SECOND]


def test_full_text_of_the_way_comes_first() -> None:
    told = Candidate(url=URL, way=Way.FEED, content=ARTICLE, is_full_text=True)
    body = body_of(
        "<main><p>Altro testo della pagina che non è quello del feed e che resta fuori.</p></main>", told
    )
    assert (body.where, body.text.splitlines()) == ("feed:content", [FIRST, SECOND])


def test_feed_that_only_says_it_is_full() -> None:
    told = Candidate(url=URL, way=Way.FEED, content=f"<p>{FIRST[:90]} [...]</p>", is_full_text=True)
    assert body_of(f"<main>{ARTICLE}</main>", told).text.splitlines() == [FIRST, SECOND]


def test_record_without_a_page() -> None:
    page = Page(url=URL, body=b'{"id": 7}', fetched_at=NOW, headers=(("content-type", "application/json"),))
    told = Candidate(url=URL, way=Way.WORDPRESS, title="Bando", content=ARTICLE, is_full_text=True)
    raw = extract(page, told, Source(id="x", url=URL))
    assert raw.body is not None
    assert (raw.body.where, raw.body.text.splitlines()) == ("wordpress:content", [FIRST, SECOND])
    assert raw.title[0].value == "Bando"


def test_structured_body_where_the_page_has_none() -> None:
    data = f'{{"@type":"NewsArticle","headline":"Bando","articleBody":"{FIRST}\\n\\n{SECOND}"}}'
    body = body_of(f'<script type="application/ld+json">{data}</script><div id="app"></div>')
    assert (body.where, body.text.splitlines()) == ("jsonld:articleBody", [FIRST, SECOND])


def test_no_text_is_no_body() -> None:
    page = Page(url=URL, body=b"<html><body><h1></h1></body></html>", fetched_at=NOW)
    assert extract(page, Candidate(url=URL, way=Way.LISTING), Source(id="x", url=URL)).body is None


def test_introduction_between_title_and_text_stays() -> None:
    intro = "Dieci milioni di euro per chi rinnova le flotte: le domande dal primo aprile."
    html = (
        f'<div id="content"><h1>Bando</h1><div class="lead"><p>{intro}</p></div>'
        f'<div class="documentContent">{ARTICLE}</div></div>'
    )
    assert body_of(html).text.splitlines() == [intro, FIRST, SECOND]


def test_caption_between_title_and_text_is_no_introduction() -> None:
    html = (
        '<div id="content"><h1>Bando</h1><figure><figcaption>Un autobus elettrico fermo al capolinea nella '
        f'mattina di ieri.</figcaption></figure><div class="entry-content">{ARTICLE}</div></div>'
    )
    assert body_of(html).text.splitlines() == [FIRST, SECOND]


def test_rows_of_advert_slots_outweigh_no_article() -> None:
    slots = "".join("<span class=c>Pubblicità</span> " for _ in range(300))
    own = "".join(f"<p>Riga {i} dell'articolo, con parole sue e di nessun altro testo.</p>" for i in range(4))
    page = (
        f"<body><main><article><h1>Titolo</h1><div>{own}</div></article><div><div>{slots}</div></div></main>"
    )
    text = body_of(page).text
    assert "Pubblicità" not in text
    assert "Riga 3" in text


def test_what_belongs_to_the_text_stays_whatever_its_name() -> None:
    third, fourth = f"Terzo. {FIRST}", f"Quarto. {SECOND}"
    links = "".join(f'<li><a href="/bando/{n}">Il bando numero {n} della Regione</a></li>' for n in (1, 2))
    text = body_of(
        f"<main><h1>Bando</h1>{ARTICLE}<h2><a class=toc-backref href=#a>Le scadenze</a></h2><p>{third}</p>"
        f"<h2>Response</h2><p>Ecco i bandi di cui si parla qui, uno per uno:</p><ul>{links}</ul>"
        f"<p>{fourth}</p></main>"
    ).text
    for line in ("Le scadenze", "Response", "Il bando numero 2 della Regione", fourth):
        assert line in text.splitlines()


def test_parts_named_like_the_article_s_own_are_the_article_s() -> None:
    more = "".join(f"<p>{n}. {SECOND}</p>" for n in range(4))
    lead = f"<div class=content-nav-section>{ARTICLE}</div>"
    text = body_of(
        f"<h1>Bando</h1><div>{lead}<div><div class=content-nav-section>{more}</div></div></div>"
    ).text
    assert text.splitlines()[0] == FIRST
    assert len(text.splitlines()) == 6


def test_a_page_written_once_for_each_screen_is_read_once() -> None:
    lines = [f"{n}. {FIRST}" for n in range(5)]
    copy = "".join(f"<div class=a><p>{line}</p></div>" for line in lines)
    assert body_of(f"<h1>Bando</h1><div><div>{copy}</div><div>{copy}</div></div>").text.splitlines() == lines
    song = "".join(f"<p>{FIRST}</p><p>{line}</p>" for line in lines)
    assert body_of(f"<h1>Bando</h1><div>{song}</div>").text.count(f"\n{FIRST}") == 4


@pytest.mark.parametrize("name", ["layout-sidebar-right", "page-with-menu"])
def test_a_text_in_what_is_named_as_surroundings_is_found(name: str) -> None:
    """Large surroundings are not looked into, unless nothing else holds as much running text."""
    menu = "<nav>" + '<a href="/x">Una voce del menù</a>' * 60 + "</nav>"
    text = "".join(f"<p>{number}. {FIRST}</p>" for number in range(8))
    body = body_of(f"<body>{menu}<h1>Bando</h1><div class={name}>{text}</div><p>{SECOND}</p></body>")
    assert body.text.count("dotazione") == 8
    assert "menù" not in body.text
