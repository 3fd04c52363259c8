import json
import pickle
from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.items import (
    Article,
    Body,
    Boilerplate,
    Candidate,
    Evidence,
    Found,
    Keep,
    Page,
    RawArticle,
    Reason,
    Refused,
    Source,
    SourceMemory,
    Term,
    Vocabulary,
    Way,
)
from pipelines.normalise import digest, normalise

URL = "https://mobilita.example/notizie/aperti-corsi-materiali/"
FETCHED = datetime(2024, 3, 12, 9, 30, tzinfo=UTC)
SOURCE = Source(
    id="mobilita", url="https://mobilita.example/", name="Cluster Mobilità", hosts=("mobilita.example",)
)
VOCABULARY = Vocabulary((
    Term("composites", (("it", "Compositi"),), (("it", "materiale composito"), ("en", "composite"))),
))  # fmt: skip
CANDIDATE = Candidate(url=URL, way=Way.FEED, listed_at="https://mobilita.example/feed/")
TEXT = (
    "Il cluster apre a Brescia i corsi sui materiali compositi per le imprese associate.\n"
    "Le lezioni cominciano il 3 ottobre e finiscono a dicembre; gli attestati valgono in tutta Europa."
)
RAW = RawArticle(
    url=URL,
    canonical=(
        Found("https://www.mobilita.example/notizie/aperti-corsi-materiali", "meta:link[rel=canonical]"),
    ),
    title=(Found("Aperti i corsi", "page:h1"), Found("Aperti i corsi | Cluster Mobilità", "page:title")),
    published=(Found("2024-03-11T10:00:00+01:00", "meta:article:published_time"),),
    authors=(Found("di MARIO ROSSI", "page:span.autore"), Found("admin", "wordpress:authors")),
    summary=(Found("I corsi sui materiali, per le imprese. Leggi tutto", "meta:og:description"),),
    image=(Found("https://mobilita.example/logo.png", "meta:og:image"), Found("/f/aula.jpg", "page:img")),
    language=(Found("en-US", "page:html[lang]"),),
    tags=(Found("Formazione", "feed:tags"), Found("Non categorizzato", "feed:tags")),
    translations=(("en", "https://mobilita.example/en/courses/"), ("it", URL)),
    body=Body("".join(f"<p onclick='x'>{line}</p>" for line in TEXT.split("\n")), TEXT, "page:main"),
    robots=("noindex",),
)


def made(raw: RawArticle = RAW, source: Source = SOURCE, candidate: Candidate = CANDIDATE) -> Article:
    article = normalise(raw, candidate, source, VOCABULARY, FETCHED)
    assert isinstance(article, Article)
    return article


def why(article: Article, field: str) -> Evidence:
    return next(item for item in article.evidence if item.field == field)


def test_every_field_is_chosen_and_clean() -> None:
    article = made()
    assert article.title == "Aperti i corsi"
    assert article.canonical_url == "https://mobilita.example/notizie/aperti-corsi-materiali"
    assert article.url == URL
    assert article.text == TEXT
    assert article.html == "".join(f"<p>{line}</p>" for line in TEXT.split("\n"))
    assert article.summary == "I corsi sui materiali, per le imprese."
    assert article.language == "it"
    assert article.authors == ("Mario Rossi",)
    assert article.image == "https://mobilita.example/f/aula.jpg"
    assert article.tags == ("Formazione",)
    assert [(m.term, m.words, m.where) for m in article.mentions] == [
        ("composites", "materiali compositi", "text")
    ]
    assert article.published is not None
    assert article.published.at == datetime(2024, 3, 11, 9, 0, tzinfo=UTC)
    assert article.translations == (("en", "https://mobilita.example/en/courses/"),)
    assert article.robots == ("noindex",)


def test_each_choice_has_its_evidence_in_less_than_a_kilobyte() -> None:
    article = made()
    assert {item.field for item in article.evidence} >= {
        "title", "canonical_url", "text", "summary", "language", "authors", "image", "tags", "published",
    }  # fmt: skip
    assert why(article, "language").others == (Found("en", "page:html[lang]"),)
    assert why(article, "authors").chosen == RAW.authors[0]
    assert why(article, "title").why == "2 of 2 places agree"
    assert len(json.dumps([asdict(item) for item in article.evidence])) < 2048
    compact = [(e.field, e.chosen and (e.chosen.value, e.chosen.where), e.why) for e in article.evidence]
    assert len(json.dumps(compact, separators=(",", ":"))) < 1024


def test_an_article_can_travel() -> None:
    assert pickle.loads(pickle.dumps(made())) == made()


def test_one_sentence_is_an_article() -> None:
    raw = replace(
        RAW, body=Body("<p>Aperti i corsi, fino al 3.</p>", "Aperti i corsi, fino al 3.", "page:main")
    )
    assert made(raw).text == "Aperti i corsi, fino al 3."


@pytest.mark.parametrize(
    ("end", "is_teaser"),
    [
        ("", False),
        ("\nIl contenuto è riservato agli abbonati", True),
        ("\nSei già abbonato? Accedi", True),
        (" E poi [...]", True),
        (" E poi… Leggi tutto", True),
        ("\nLeggi tutto »", True),
        ("\nSubscribe to read the full story", True),
        ("\nE così via...", True),
        ("\nI posti sono riservati agli studenti.", False),
    ],
)
def test_a_teaser_is_kept_and_marked(end: str, is_teaser: bool) -> None:
    article = made(replace(RAW, body=Body(f"<p>{TEXT + end}</p>", TEXT + end, "page:main")))
    assert why(article, "text").why.startswith("teaser: it ends with") is is_teaser


def test_a_page_that_says_it_is_not_free_holds_a_teaser() -> None:
    raw = replace(
        RAW, kind=(Found("NewsArticle", "jsonld:x.@type"), Found("False", "jsonld:x.isAccessibleForFree"))
    )
    assert why(made(raw), "text").why == "teaser: the page says that it is not free"


def test_a_gallery_without_text_keeps_its_teaser_as_summary() -> None:
    raw = replace(RAW, body=None, kind=(Found("NewsArticle", "jsonld:NewsArticle.@type"),))
    article = made(raw)
    assert (article.text, article.html) == ("", "")
    assert article.summary == "I corsi sui materiali, per le imprese."
    assert why(article, "text").why == "no text on the page"
    other = made(replace(raw, title=(Found("Altre foto", "page:h1"),)))
    assert other.fingerprint != article.fingerprint


def test_a_news_site_keeps_what_names_a_term() -> None:
    news = replace(SOURCE, keep=Keep.ABOUT)
    assert made(source=news).mentions
    off_topic = replace(
        RAW, body=Body("<p>Il derby finisce uno a uno.</p>", "Il derby finisce uno a uno.", "page:main")
    )
    refused = normalise(off_topic, CANDIDATE, news, VOCABULARY, FETCHED)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.NOT_RELEVANT


def test_damage_is_mended_in_all_fields() -> None:
    raw = replace(
        RAW,
        title=(Found("CittÃ\u00a0 e mobilitÃ&amp;nbsp;", "page:h1"),),
        body=Body("<p>PerchÃ© no? Dell?idea.</p>", "PerchÃ© no? Dell?idea.", "page:main"),
        tags=(Found("MobilitÃ\xa0", "feed:tags"),),
    )
    article = made(raw)
    assert article.title == "Città e mobilità"
    assert article.text == "Perché no? Dell'idea."
    assert article.html == "<p>Perché no? Dell'idea.</p>"
    assert article.tags == ("Mobilità",)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=30))
def test_whatever_a_page_says_it_is_an_article_or_refused(title: str, text: str, other: str) -> None:
    found = (Found(other, "meta:x"), Found(title, "page:h1"))
    raw = RawArticle(
        url=URL, canonical=found, title=found, published=found, authors=found, summary=found, image=found,
        language=found, tags=found, kind=found, body=Body(text, text, "page:main"),
    )  # fmt: skip
    result = normalise(raw, CANDIDATE, SOURCE, VOCABULARY, FETCHED)
    assert isinstance(result, Article | Refused)
    if isinstance(result, Article):
        assert result.title.strip()


@pytest.mark.parametrize(
    "text",
    [
        *(
            ">" * 100_000,
            "| " * 50_000,
            " - a" * 30_000,
            "a " * 50_000,
            "a" * 200_000,
            "&" * 100_000,
            "Ã¨" * 50_000,
        ),
        *(
            "(" * 50_000,
            "?" * 100_000,
            "dell?" * 30_000,
            "." * 100_000,
            "L'articolo " * 10_000,
            "1/" * 50_000,
        ),
    ],
    ids=lambda text: text[:5],
)
def test_no_text_costs_its_square(text: str) -> None:
    """What is quadratic in one of these would hang the tests for minutes."""
    found = tuple(Found(text[:5000], where) for where in ("page:h1", "meta:og:title", "page:title"))
    raw = RawArticle(
        url=URL, canonical=found, title=found, published=found, authors=found, summary=found, image=found,
        language=found, tags=found, kind=found, body=Body(f"<p>{text}</p>", text, "page:main"),
    )  # fmt: skip
    assert normalise(raw, CANDIDATE, SOURCE, VOCABULARY, FETCHED).url == URL


PAGE_HTML = f"""<!doctype html>
<html lang="en-US"><head><meta charset="utf-8"><title>Aperti i corsi &#8211; Cluster Mobilit&agrave;</title>
<link rel="canonical" href="{URL}"><link rel="alternate" hreflang="en" href="https://mobilita.example/en/courses/">
<meta property="og:title" content="Aperti i corsi"><meta property="og:type" content="article">
<meta property="article:published_time" content="2024-03-11T10:00:00+01:00">
<meta property="og:image" content="/uploads/aula-corsi.jpg"><meta name="robots" content="noarchive"></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/chi-siamo/">Chi siamo</a></li></ul></nav>
<main><article><h1>Aperti i corsi</h1><ul class="meta"><li>11/03/2024</li><li>Non categorizzato</li></ul>
<div class="entry-content"><p>{TEXT.partition(chr(10))[0]}</p><p onclick="x()">{TEXT.partition(chr(10))[2]}
<a href="/iscrizioni">Iscrizioni</a><script>x()</script></p></div></article></main>
<footer><p>&copy; 2019-2024 Cluster Mobilit&agrave;</p></footer></body></html>"""


def page(html: str, **changes: object) -> Page:
    headers = (("content-type", "text/html; charset=utf-8"),)
    made_page = Page(url=URL, body=html.encode(), fetched_at=FETCHED, headers=headers, requested_url=URL)
    return replace(made_page, **changes)  # type: ignore[arg-type]  # fields by name


MEMORY = SourceMemory(source_id="mobilita", boilerplate=Boilerplate())


def test_from_page_to_article() -> None:
    article = digest(page(PAGE_HTML), CANDIDATE, SOURCE, MEMORY, VOCABULARY)
    assert isinstance(article, Article)
    assert article.title == "Aperti i corsi"
    assert article.language == "it"
    assert article.text.startswith("Il cluster apre a Brescia")
    assert "Chi siamo" not in article.text
    assert "2019" not in article.text
    assert '<a href="https://mobilita.example/iscrizioni"' in article.html
    assert "script" not in article.html
    assert "onclick" not in article.html
    assert article.image == "https://mobilita.example/uploads/aula-corsi.jpg"
    assert article.published is not None
    assert article.published.day.isoformat() == "2024-03-11"
    assert article.translations == (("en", "https://mobilita.example/en/courses/"),)
    assert article.robots == ("noarchive",)


@pytest.mark.parametrize(
    ("html", "changes", "reason"),
    [
        (PAGE_HTML, {"status": 404}, Reason.NOT_FOUND),
        (PAGE_HTML, {"url": "https://mobilita.example/"}, Reason.SOFT_404),
        ("<html><title>Pagina non trovata</title><h1>Pagina non trovata</h1></html>", {}, Reason.SOFT_404),
        ("<html><h1>Accedi</h1><form><input type='password'></form></html>", {}, Reason.LOGIN),
        ("<html><body></body></html>", {}, Reason.NO_TITLE),
        ("", {}, Reason.EMPTY),
        ("%PDF-1.4", {}, Reason.NOT_HTML),
    ],
)
def test_pages_that_are_no_article(html: str, changes: dict[str, object], reason: Reason) -> None:
    refused = digest(page(html, **changes), CANDIDATE, SOURCE, MEMORY, VOCABULARY)
    assert isinstance(refused, Refused)
    assert refused.reason is reason


def test_an_api_record_becomes_an_article_without_a_page() -> None:
    candidate = replace(
        CANDIDATE,
        way=Way.WORDPRESS,
        title="Aperti i corsi &#8211; Brescia",
        content=f"<p>{TEXT}</p>",
        is_full_text=True,
        published="2024-03-11T10:00:00",
        authors=("Ufficio stampa",),
    )
    record = page("{}", headers=(("content-type", "application/json"),))
    article = digest(record, candidate, SOURCE, MEMORY, VOCABULARY)
    assert isinstance(article, Article)
    assert article.title == "Aperti i corsi – Brescia"
    assert article.authors == ("Ufficio stampa",)
    assert article.published is not None
    assert article.published.at == datetime(2024, 3, 11, 9, 0, tzinfo=UTC)
