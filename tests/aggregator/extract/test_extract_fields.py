"""What is found of each field, and where, on pages with the markup that such sites have."""

from datetime import UTC, datetime

import pytest

from aggregator.extract import extract
from aggregator.items import Candidate, Found, Page, RawArticle, Source, Way

URL = "https://www.example.org/en/nine-clusters/"
NOW = datetime(2024, 3, 12, 9, 0, tzinfo=UTC)
PROSE = (
    "<p>The nine technology clusters of the region bring together companies, universities and research "
    "centres, each on one technology, over all the provinces.</p>"
    "<p>They support research and innovation with services to their members and with working groups that "
    "meet during the year in every province of the region.</p>"
)


def read(
    html: str, candidate: Candidate | None = None, source: Source | None = None, url: str = URL
) -> RawArticle:
    page = Page(
        url=url, body=html.encode(), fetched_at=NOW, headers=(("content-type", "text/html; charset=utf-8"),)
    )
    return extract(page, candidate or Candidate(url=url, way=Way.LISTING), source or Source(id="x", url=url))


def has(founds: tuple[Found, ...], value: str, where: str) -> bool:
    return Found(value, where) in founds


BULLETS = f"""<html lang="en"><head><title>Nine clusters | Cluster</title></head><body>
<header class="site-header"><div class="clock">12/03/2024</div><h1 class="logo">Cluster</h1></header>
<main><h1>Nine clusters</h1><ul class="post-meta"><li>11/03/2024</li><li>Non categorizzato</li></ul>
{PROSE}
<div class="recent"><h3>Recent Articles</h3>
<article><h4><a href="/en/fair/">A fair</a></h4><time>05/06/2025</time><p>The fair opens.</p></article></div>
</main><footer>Published 01/01/2020</footer></body></html>"""


def test_date_above_the_text_and_no_other() -> None:
    raw = read(BULLETS)
    assert [f.value for f in raw.published] == ["11/03/2024"]
    assert raw.published[0].where == "page:ul.post-meta>li"
    assert raw.title[0].value == "Nine clusters"
    assert raw.body is not None
    assert "11/03" not in raw.body.text
    assert "fair" not in raw.body.text


# Markup beside the title -> the visible date and a part of its place.
VISIBLE = [
    ('<div class="badge"><div>26</div><div>mag</div><div>2017</div></div><h1>T</h1>', "26 mag 2017", "badge"),
    ('<h1>T</h1><p class="info">Pubblicato il 5 luglio 2024</p>', "Pubblicato il 5 luglio 2024", "p.info"),
    ("<h1>T</h1><p>15/01/2026 , ore 17:38</p>", "15/01/2026 , ore 17:38", "p"),
    ('<h1>T</h1><div><span class="date">Dicembre 5, 2022</span></div>', "Dicembre 5, 2022", "div"),
    ("<h1>T</h1><div>Pubblicato 10 mesi fa</div>", "Pubblicato 10 mesi fa", "div"),
    ('<h1>T</h1><time datetime="2024-07-15T10:00">lunedì</time>', "2024-07-15T10:00", "time[datetime]"),
    (
        '<h1>T</h1><p><abbr class="published" title="2024-07-15T10:00:00+02:00">lun 15 luglio</abbr></p>',
        "2024-07-15T10:00:00+02:00",
        "abbr.published[datetime]",
    ),
    (  # a line of two dates, each of which says for itself which one it is
        """<h1>T</h1><footer>
        <abbr class=published title="2024-07-15T10:00:00+02:00">Pubblicato: 15 luglio 2024</abbr><br>
        <abbr class=modified title="2024-07-16T11:00:00+02:00">Aggiornato: 16 luglio 2024</abbr></footer>""",
        "2024-07-15T10:00:00+02:00",
        "abbr.published[datetime]",
    ),
    ('<p class="data">3 aprile 2019</p><h1>T</h1>', "3 aprile 2019", "p.data"),
    ('<h1>T</h1><p class="updated">Pubblicato il 5 luglio 2024</p>', "Pubblicato il 5 luglio 2024", "p"),
]  # fmt: skip


@pytest.mark.parametrize(("markup", "value", "place"), VISIBLE)
def test_visible_dates(markup: str, value: str, place: str) -> None:
    raw = read(f"<body><div id=page><main><div>{markup}</div>{PROSE}</main></div></body>")
    matching = [f for f in raw.published if f.value == value]
    assert matching, raw.published
    assert matching[0].where.startswith("page:")
    assert place in matching[0].where


# Dates that are not the article's own.
FOREIGN = [
    "<main><h1>T</h1>{prose}<div class='comments'><time datetime='2021-01-01'>1 gen</time></div></main>",
    "<main><h1>T</h1>{prose}</main><aside><time datetime='2021-01-01'>1 gen</time></aside>",
    "<nav>1 gennaio 2021</nav><main><h1>T</h1>{prose}</main>",
    "<main><h1>T</h1><p><span>https://www.sito.example/gruppo-1-gennaio-2021</span></p>{prose}</main>",
    "<main><h1>T</h1>{prose}<footer>1 gennaio 2021</footer></main>",
    "<main><h1>T</h1><p class='date-modified'>1 gennaio 2021</p>{prose}</main>",
    "<main><h1>T</h1>{prose}<div class='related'><time datetime='2021-01-01'>1 gen</time></div></main>",
    (
        "<main><h1>T</h1>{prose}</main><div><div class=c><p class=date>1 gennaio 2021</p></div>"
        "<div class=c><p class=date>2 gennaio 2021</p></div></div>"
    ),
]


@pytest.mark.parametrize("markup", FOREIGN)
def test_foreign_dates_are_left(markup: str) -> None:
    assert read(f"<body><div>{markup.format(prose=PROSE)}</div></body>").published == ()


ISSUE = "<p>Numero sette, serie nuova</p>" * 12
# Markup around the text of an article with the title T -> the dates read as published, in order.
AROUND = [
    # Beside the text, or below it, and named as its date.
    (
        "<h1>T</h1>{prose}</main><div class=meta><b>Data</b><p class=post-date>3 aprile 2019</p></div>",
        ["Data 3 aprile 2019"],
    ),
    # A label on a line of its own says which day the next line states.
    (
        "<h1>T</h1><h4>Data di pubblicazione:</h4><p>3 aprile 2019</p>{prose}</main>",
        ["Data di pubblicazione: 3 aprile 2019"],
    ),
    ("<h1>T</h1><b>Ultimo aggiornamento</b><p>3 aprile 2019</p>{prose}</main>", []),
    ("<h1>T</h1>{prose}<p>Pubblicato il 3 aprile 2019</p></main>", ["Pubblicato il 3 aprile 2019"]),
    # The article's own, and those of other articles' cards at places of the same name.
    (
        (
            "<h1>T</h1><div class=m><p class=date>3 aprile 2019</p></div>{prose}</main><section>"
            "<div class=m><p class=date>4 apr 2019</p></div><div class=m><p class=date>5 mag 2019</p></div>"
        ),
        ["3 aprile 2019"],
    ),
    # The day within the heading; a day of which the heading speaks is not it.
    ("<h1><time datetime=2019-04-03>3 apr</time> T</h1>{prose}</main>", ["2019-04-03"]),
    ("<h1>Il bando del 3 aprile 2019</h1>{prose}</main>", []),
    # Of several alike the one that says so, below the text and in a card.
    (
        (
            "<h1>T</h1>{prose}</main><div class=card><p class=n>Pubblicato <time datetime=2019-04-03>3/4"
            "</time><p class=n>Rivisto <time datetime=2020-05-04>4/5</time><p class=n>Letto <time "
            "datetime=2021-06-05>5/6</time></div>"
        ),
        ["2019-04-03"],
    ),
    # Well before the title, if no other says so: issue, subjects and versions may stand between.
    (
        f"<div><p>Pubblicato il 3 aprile 2019</p>{ISSUE}<h1>T</h1></div><section>{{prose}}</section></main>",
        ["Pubblicato il 3 aprile 2019"],
    ),
    (
        (
            f"<div><p>Pubblicato il 3 aprile 2019</p>{ISSUE}<h1>T</h1></div><section>{{prose}}</section>"
            "</main><p>Pubblicato il 9 maggio 2019</p>"
        ),
        ["Pubblicato il 9 maggio 2019"],
    ),
    # Two side by side: the first publication, then the last change.
    (
        "<h1>T</h1><i><p class=d>3 aprile 2019</p></i><i><p class=d>9 mag 2019</p></i>{prose}</main>",
        ["3 aprile 2019", "9 mag 2019"],
    ),
]


@pytest.mark.parametrize(("markup", "dates"), AROUND)
def test_dates_around_the_text(markup: str, dates: list[str]) -> None:
    raw = read(f"<body><div><main>{markup.format(prose=PROSE * 3)}</div></body>")
    assert [f.value for f in raw.published][:1] == dates[:1]
    assert {f.value for f in raw.published} <= set(dates)


def test_a_title_that_stands_below_the_text_alone_is_no_place_of_the_date() -> None:
    title = "Nine clusters of the region"
    raw = read(
        f"<head><title>{title}</title></head><body><main><header><b>{title}</b><div>Posted by Anna on "
        f"3 April 2019</div></header><div>{PROSE * 3}</div></main><h2>{title}</h2><p>Log in</p></body>"
    )
    assert [f.value for f in raw.published] == ["Posted by Anna on 3 April 2019"]


def test_microdata_as_react_writes_it() -> None:
    raw = read(f'<body><h1>T</h1><meta itemProp="datePublished" content="2019-04-03">{PROSE}</body>')
    assert raw.published == (Found("2019-04-03", "microdata:datepublished"),)


def test_a_line_that_states_both_days_is_read_for_both() -> None:
    raw = read(
        f"<body><main><h1>T</h1><p>3 aprile 2019 - Aggiornato il 9 maggio 2019</p>{PROSE}</main></body>"
    )
    assert "3 aprile 2019" in raw.published[0].value
    assert "9 maggio 2019" in raw.modified[0].value


def test_dateline() -> None:
    text = "<p>Milano, 15 lug. (askanews) – La Regione ha approvato oggi il bando per la mobilità pulita.</p>"
    assert any(
        f.where == "page:dateline" and f.value.startswith("Milano, 15 lug")
        for f in read(text + PROSE).published
    )


def test_structured_data_and_head() -> None:
    raw = read(
        """<html lang="it-IT"><head><title>Bando aperto - Sito</title>
        <link rel="canonical" href="/bando/"><link rel="alternate" hreflang="en" href="/en/call/">
        <meta property="og:title" content="Bando aperto"><meta property="og:type" content="article">
        <meta property="og:image" content="/foto.jpg"><meta property="og:image:width" content="1200">
        <meta property="og:image:height" content="630"><meta property="og:locale" content="it_IT">
        <meta property="article:published_time" content="2024-03-11T08:30:00+01:00">
        <meta property="article:tag" content="bandi"><meta name="robots" content="noarchive, NOINDEX">
        <script type="application/ld+json">{"@context":"https://schema.org","@graph":[
        {"@type":"WebSite","name":"Sito"},
        {"@type":"NewsArticle","headline":"Bando aperto","datePublished":"2024-03-11T08:30:00+01:00",
         "dateModified":"2024-03-12T10:00:00+01:00","author":[{"@type":"Person","name":"Anna Verdi"}],
         "image":{"@type":"ImageObject","url":"https://www.example.org/foto.jpg"},"inLanguage":"it",
         "url":"https://www.example.org/bando/","keywords":["idrogeno"],}]}</script></head>
        <body><main><h1>Bando aperto</h1>""" + PROSE + "</main></body></html>",
        url="https://www.example.org/bando/",
    )  # fmt: skip
    assert has(raw.canonical, "https://www.example.org/bando/", "meta:link[rel=canonical]")
    assert raw.title[0] == Found("Bando aperto", "page:h1")
    assert raw.published[0] == Found("2024-03-11T08:30:00+01:00", "jsonld:NewsArticle.datePublished")
    assert has(raw.modified, "2024-03-12T10:00:00+01:00", "jsonld:NewsArticle.dateModified")
    assert has(raw.authors, "Anna Verdi", "jsonld:NewsArticle.author")
    assert raw.image[0] == Found("https://www.example.org/foto.jpg", "meta:og:image[1200x630]")
    assert {f.value for f in raw.language} == {"it-IT", "it_IT", "it"}
    assert {f.value for f in raw.tags} == {"idrogeno", "bandi"}
    assert {f.value for f in raw.kind} == {"article", "NewsArticle"}
    assert raw.translations == (("en", "https://www.example.org/en/call/"),)
    assert raw.robots == ("noarchive", "noindex")


def test_a_cloud_of_all_tags_is_not_the_articles() -> None:
    cloud = " ".join(f'<a rel="tag" href="/tag/{n}">Argomento numero {n}</a>' for n in range(40))
    own = '<p>Argomenti: <a rel="tag" href="/tag/idrogeno">Idrogeno</a></p>'
    raw = read(f"<body><main><h1>Bando</h1>{PROSE}{own}</main><div class=sidebar>{cloud}</div></body>")
    assert [f.value for f in raw.tags] == ["Idrogeno"]


def test_jsonld_of_another_article_is_left() -> None:
    nodes = (
        '[{"@type":"NewsArticle","url":"https://www.example.org/other/","datePublished":"2020-01-01"},'
        f'{{"@type":"NewsArticle","url":"{URL}","datePublished":"2024-03-11"}}]'
    )
    raw = read(f'<script type="application/ld+json">{nodes}</script><h1>T</h1>{PROSE}')
    assert [f.value for f in raw.published] == ["2024-03-11"]


def test_candidate_fields_keep_their_way() -> None:
    candidate = Candidate(
        url=URL, way=Way.WORDPRESS, title="Nine clusters", modified="2024-03-12",
        published="2024-03-11T09:00:00",
        authors=("Redazione",), tags=("news",), translations=(("it", "https://www.example.org/nove/"),),
    )  # fmt: skip
    raw = read(f"<h1>Nine clusters</h1>{PROSE}", candidate)
    assert has(raw.published, "2024-03-11T09:00:00", "wordpress:date")
    assert has(raw.modified, "2024-03-12", "wordpress:modified")
    assert has(raw.authors, "Redazione", "wordpress:authors")
    assert raw.translations == (("it", "https://www.example.org/nove/"),)


def test_sitemap_keys() -> None:
    raw = read(PROSE, Candidate(url=URL, way=Way.SITEMAP, published="2024-03-11", modified="2024-03-12"))
    assert has(raw.published, "2024-03-11", "sitemap:publication_date")
    assert has(raw.modified, "2024-03-12", "sitemap:lastmod")


def test_date_in_the_address_comes_last() -> None:
    raw = read(f"<h1>T</h1><p>15 luglio 2024</p>{PROSE}", url="https://www.example.org/2024/07/15/t/")
    assert raw.published[-1] == Found("2024/07/15", "url:path")
    assert raw.published[0].value == "15 luglio 2024"


def test_selectors_of_the_catalogue_come_first() -> None:
    source = Source(
        id="x", url=URL,
        fields=(
            ("published", "span.quando"), ("title", "h2.vero"), ("body", "div.testo"),
            ("image", "img.grande::attr(src)"), ("tags", ":::"),
        ),
    )  # fmt: skip
    raw = read(
        '<h1>Sezione</h1><h2 class="vero">Titolo vero</h2><span class="quando">11 marzo</span>'
        '<img class="grande" src="/g.jpg"><div class="testo"><p>Poche parole.</p></div><div>'
        + PROSE
        + "</div>",
        source=source,
    )
    assert raw.title[0] == Found("Titolo vero", "selector:h2.vero")
    assert raw.published[0] == Found("11 marzo", "selector:span.quando")
    assert raw.image[0].value == "https://www.example.org/g.jpg"
    assert raw.body is not None
    assert (raw.body.text, raw.body.where) == ("Poche parole.", "selector:body")


def test_microdata() -> None:
    raw = read(
        '<div itemscope itemtype="https://schema.org/Article"><h1 itemprop="headline">T</h1>'
        '<meta itemprop="datePublished" content="2024-03-11"><span itemprop="author" itemscope '
        'itemtype="https://schema.org/Person"><b itemprop="name">Anna Verdi</b></span>'
        f'<div itemprop="articleBody">{PROSE}</div><div itemscope itemtype="https://schema.org/Comment">'
        '<i itemprop="dateCreated">2025-01-01</i></div></div>'
    )
    assert [f.value for f in raw.published] == ["2024-03-11"]
    assert has(raw.authors, "Anna Verdi", "microdata:author")


# Body and what the head calls the article -> headings that may be its title, and names of its site.
HEADINGS = [
    ("<h1>Aperti<br>i corsi</h1>", "Aperti i corsi", ["Aperti i corsi"], []),
    (
        "<h1><time>18 dic 2025</time> <a href=/x>Aperti i corsi</a></h1>",
        "Aperti i corsi",
        ["Aperti i corsi"],
        [],
    ),
    (
        "<h1>Aperti i corsi<div></div><h3>Da <b>Rete</b></h3></h1>",
        "Aperti i corsi",
        ["Aperti i corsi"],
        [],
    ),
    ("<h1><b>Bandi</b> Corsi aperti ora</h1>", "", ["Bandi Corsi aperti ora"], []),
    # Of a part as short as this the head may be the site's.
    ("<h1><b>Rete</b> Corsi aperti ora a Lodi</h1>", "Rete", ["Rete Corsi aperti ora a Lodi", "Rete"], []),
    (
        '<h1><a href="/">La mia rete</a></h1><h2>Aperti i corsi</h2>',
        "Aperti i corsi",
        ["Aperti i corsi"],
        ["La mia rete"],
    ),
    ("<h1 class=site-title>La mia rete</h1><h1>Corsi</h1>", "Corsi", ["Corsi"], ["La mia rete"]),
    (
        '<h1><a href="/corsi">Aperti i corsi</a></h1>',
        "Aperti i corsi",
        ["Aperti i corsi"],
        [],
    ),
    (
        "<h1>La rete</h1><h1>Aperti i corsi</h1>",
        "Aperti i corsi: La rete",
        ["Aperti i corsi", "La rete", "Aperti i corsi: La rete"],
        [],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("body", "stated", "titles", "names"), HEADINGS)
def test_headings(body: str, stated: str, titles: list[str], names: list[str]) -> None:
    head = f'<meta property="og:title" content="{stated}">' if stated else ""
    raw = read(f"<html><head>{head}</head><body>{body}<p>{'Testo. ' * 40}</p></body></html>")
    assert [found.value for found in raw.title] == titles
    assert [found.value for found in raw.site] == names


def test_a_page_names_its_site_in_its_head() -> None:
    raw = read(
        """<html><head><meta property="og:site_name" content="Rete"><script type="application/ld+json">
        {"@type": "NewsArticle", "headline": "Corsi",
         "publisher": {"@type": "Organization", "name": "La Rete"}}
        </script></head><body><p>Testo.</p></body></html>"""
    )
    assert {found.value for found in raw.site} == {"Rete", "La Rete"}


# Bytes and declared charset -> the title.
CHARSETS = [
    ("<h1>Perché è così</h1>".encode(), "text/html; charset=iso-8859-1", "Perché è così"),
    ("<h1>Perché è così</h1>".encode("cp1252"), "text/html", "Perché è così"),
    ("<h1>Perché è così</h1>".encode("cp1252"), "text/html; charset=utf-8", "Perché è così"),
    ("<meta charset=windows-1252><h1>L’€uro</h1>".encode("cp1252"), "", "L’€uro"),
    ("\ufeff<h1>Perché</h1>".encode("utf-16"), "text/html", "Perché"),
    ("<h1>перевод</h1>".encode("koi8-r"), "text/html; charset=koi8-r", "перевод"),
    ("<h1>PerchÃ© Ã¨ cosÃ¬</h1>".encode(), "text/html; charset=utf-8", "Perché è così"),
]


@pytest.mark.parametrize(("body", "content_type", "title"), CHARSETS)
def test_charsets(body: bytes, content_type: str, title: str) -> None:
    page = Page(url=URL, body=body + b"<p>x</p>", fetched_at=NOW, headers=(("content-type", content_type),))
    assert extract(page, Candidate(url=URL, way=Way.LISTING), Source(id="x", url=URL)).title[0].value == title


def test_reservation_of_mining_is_a_directive() -> None:
    headers = (
        ("content-type", "text/html"),
        ("x-robots-tag", "googlebot: noarchive"),
        ("tdm-reservation", "1"),
    )
    page = Page(url=URL, body=PROSE.encode(), fetched_at=NOW, headers=headers)
    raw = extract(page, Candidate(url=URL, way=Way.LISTING), Source(id="x", url=URL))
    assert raw.robots == ("noarchive", "tdm-reservation")
