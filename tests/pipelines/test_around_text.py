"""What newspapers' and institutions' programs put into and around a text, and what they hold back."""

import json
from datetime import UTC, datetime

import pytest

from aggregator.items import Article, Candidate, Page, Source, SourceMemory, Vocabulary, Way
from pipelines.normalise import digest

URL = "https://gazzetta.example/lavori-sulla-linea"
TITLE = "Lavori sulla linea per due anni"
ONE = (
    "Il consorzio ha presentato ieri il piano dei lavori sulla linea, che durerà due anni e costerà "
    "quaranta milioni di euro alla provincia."
)
TWO = (
    "I cantieri partono in primavera dalla stazione, dove saranno rifatti i binari e la pensilina, e "
    "proseguono verso nord con il ponte."
)
THREE = (
    "Per i pendolari sono previsti autobus sostitutivi ogni quarto d'ora, con biglietti validi su tutti i "
    "mezzi della rete urbana."
)
LINK = "<a href=/x>Il ponte chiuso per due mesi</a>"
WHO = "<p>Giornalista, scrive di trasporti e di città da vent'anni per questo giornale e per altri.</p>"


def read(body: str, head: str = "") -> Article:
    html = (
        f"<html lang=it><head><title>{TITLE}</title><meta property='og:type' content='article'>{head}</head>"
        "<body><header><nav><a href=/>Home</a><a href=/n>Notizie</a></nav></header><main><article>"
        f"<h1>{TITLE}</h1><div class=entry-content>{body}</div></article></main>"
        "<footer><p>Redazione, via Roma 1</p></footer></body></html>"
    )
    headers = (("content-type", "text/html; charset=utf-8"),)
    page = Page(URL, html.encode(), datetime(2026, 3, 12, tzinfo=UTC), 200, headers, URL)
    source = Source(id="gazzetta", url="https://gazzetta.example/", hosts=("gazzetta.example",))
    article = digest(page, Candidate(URL, Way.LISTING), source, SourceMemory("gazzetta"), Vocabulary())
    assert isinstance(article, Article)
    return article


# Amid the text, and gone from it.
GONE_AMID = [
    f"<p><strong>Leggi anche:</strong> {LINK}</p>",
    f"<p>LEGGI ANCHE – {LINK}</p>",
    f"<p>Leggi anche</p><p>{LINK}</p>",
    f"<p><b>Leggi anche</b></p><ul><li>{LINK}</li><li><a href=/y>La stazione rifatta da capo</a></li></ul>",
    f"<div class=box><h4>Leggi anche</h4><ul><li>{LINK}</li><li>{LINK}</li></ul></div>",
    f"<blockquote><p>Leggi anche: {LINK}</p></blockquote>",
    f"<p>→ Approfondisci: {LINK}</p>",
    f"<p>» Per saperne di più: {LINK}</p>",
    f"<p>Ti potrebbe interessare anche: {LINK}</p>",
    f"<p>Vedi anche | {LINK}</p>",
    f"<p>Read also: {LINK}</p>",
    "<p>Foto: Mario Rossi</p>",
    "<p>(foto Ansa)</p>",
    "<p>[Foto Comune di Brescia]</p>",
    "<figure><img src=/a.jpg><figcaption>Foto: Ansa</figcaption></figure>",
    "<div class=newsletter-box><p>Iscriviti alla newsletter del mattino.</p><form></form></div>",
    "<p>Iscriviti alla nostra newsletter per le notizie di Brescia ogni giorno</p>",
    "<p>Pubblicità</p>",
]  # fmt: skip
# Behind the text, and gone.
GONE_AFTER = [
    "<p><em>Crediti foto: archivio del Comune</em></p>",
    "<p>Foto di Mario Rossi da Pixabay</p>",
    f"<div class=author-box><h4>Mario Rossi</h4>{WHO}</div>",
    f"<div class=firma-autore><h4>Mario Rossi</h4>{WHO}</div>",
    f"<div class=box-autore><h4>Mario Rossi</h4>{WHO}</div>",
    "<p>Seguici anche su WhatsApp: <a href=https://w.example/x>iscriviti al nostro canale</a></p>",
    "<p>© RIPRODUZIONE RISERVATA</p>",
    "<p>Riproduzione riservata © Copyright ANSA</p>",
]
# Part of the text: the markup, and the lines that it makes.
KEPT = [
    (
        "<table><tr><th>Anno</th><th>Viaggi</th></tr><tr><td>2024</td><td>12.000</td></tr></table>",
        ["Anno | Viaggi", "2024 | 12.000"],
    ),
    ("<ul><li>binari della stazione</li><li>ponte</li></ul>", ["binari della stazione", "ponte"]),
    ("<blockquote><p>«Ci scusiamo», dice lei.</p></blockquote>", ["«Ci scusiamo», dice lei."]),
    ("<h2>I tempi del cantiere</h2>", ["I tempi del cantiere"]),
    (
        "<figure><img src=/a.jpg><figcaption>Il ponte in costruzione (foto Ansa)</figcaption></figure>",
        ["Il ponte in costruzione (foto Ansa)"],
    ),
    ("<p>Leggi anche solo l'inizio e capirai.</p>", ["Leggi anche solo l'inizio e capirai."]),
]  # fmt: skip


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


@pytest.mark.parametrize("markup", GONE_AMID)
def test_gone_from_amid_the_text(markup: str) -> None:
    text = read(paragraphs(ONE) + markup + paragraphs(TWO, THREE)).text
    assert text.split("\n") == [ONE, TWO, THREE]


@pytest.mark.parametrize("markup", GONE_AFTER)
def test_gone_from_behind_the_text(markup: str) -> None:
    assert read(paragraphs(ONE, TWO, THREE) + markup).text.split("\n") == [ONE, TWO, THREE]


@pytest.mark.parametrize(("markup", "lines"), KEPT)
def test_kept_in_the_text(markup: str, lines: list[str]) -> None:
    text = read(paragraphs(ONE) + markup + paragraphs(TWO, THREE)).text
    assert text.split("\n") == [ONE, *lines, TWO, THREE]


# What ends a text that goes on for those who pay.
STUBS = [
    "<p>Il contenuto è riservato agli abbonati</p>",
    "<div class=paywall><h3>Questo articolo è riservato agli abbonati</h3><a href=/s>Da 1 euro</a></div>",
    "<aside class=box-abbonati><p>Sblocca l'articolo con un abbonamento</p></aside>",
    "<p>Parole che si interrompono [...]</p>",
    "<p>Parole che si interrompono […]</p>",
    "<p>Parole che si interrompono... <a href=/lavori-sulla-linea#altro>Leggi tutto</a></p>",
    "<p><a href=/s>Continua a leggere</a></p>",
    "<p><a href=/s>Leggi tutto »</a></p>",
    "<p>Sei già abbonato? Accedi</p>",
    "<p>Hai letto gratis 3 articoli. Abbonati per leggere il resto.</p>",
    "<p>Registrati gratis per continuare a leggere</p>",
    "<p>Contenuto disponibile solo per i soci. Effettua il login.</p>",
    "<p>Create a free account to read the full story</p>",
]


@pytest.mark.parametrize("markup", STUBS)
def test_a_stub_is_no_text(markup: str) -> None:
    assert why(read(paragraphs(ONE) + markup)).startswith("teaser: ")


def why(article: Article) -> str:
    return next(e.why for e in article.evidence if e.field == "text")


def told(**fields: object) -> str:
    data = json.dumps({"@type": "NewsArticle", "headline": TITLE, **fields})
    return f'<script type="application/ld+json">{data}</script>'


def part(selector: str) -> dict[str, object]:
    return {"@type": "WebPageElement", "isAccessibleForFree": "False", "cssSelector": selector}


# What the head says to machines, the text shown -> whether that is a teaser.
HEADS = [
    (told(isAccessibleForFree=False), [ONE], True),
    (told(isAccessibleForFree="False"), [ONE], True),
    (told(isAccessibleForFree=True), [ONE], False),
    (told(isAccessibleForFree=False, hasPart=part(".premium")), [ONE], True),
    (told(hasPart=[part(".premium")]), [ONE], True),
    # The reserved part is on the page: it was given whole, to be hidden by a script.
    (told(isAccessibleForFree=False, hasPart=part("article")), [ONE, TWO, THREE, ONE + " E poi."], False),
    (told(hasPart=[None, "x", {"cssSelector": 3}, part("..[")]), [ONE, TWO], True),
    ('<meta property="article:content_tier" content="locked">', [ONE], True),
    ('<meta property="article:content_tier" content="free">', [ONE], False),
]  # fmt: skip


@pytest.mark.parametrize(("head", "texts", "is_teaser"), HEADS)
def test_what_a_page_tells_machines_of_its_price(head: str, texts: list[str], is_teaser: bool) -> None:
    assert why_or_none(read(paragraphs(*texts), head)).startswith("teaser: ") is is_teaser


def why_or_none(article: Article) -> str:
    return next((e.why for e in article.evidence if e.field == "text"), "")


def test_the_whole_text_for_machines_beats_the_teaser_on_the_page() -> None:
    whole = f"{ONE}\n{TWO}\n{THREE}"
    article = read(paragraphs(ONE) + STUBS[0], told(articleBody=whole))
    assert article.text == whole
    shorter = read(paragraphs(ONE, TWO, THREE), told(articleBody=ONE[:60] + "..."))
    assert shorter.text == whole
