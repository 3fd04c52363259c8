"""Whole pages in the manner of the sites that we read, through `digest`."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.items import (
    Article,
    Candidate,
    Keep,
    Page,
    Reason,
    Refused,
    Source,
    SourceMemory,
    Term,
    Vocabulary,
    Way,
)
from pipelines.normalise import digest

FETCHED = datetime(2024, 11, 20, 8, 0, tzinfo=UTC)
VOCABULARY = Vocabulary((
    Term("clm", (("it", "Mobilità"),), (("", "Cluster Lombardo della Mobilità"), ("", "CLM ~ cluster"))),
    Term("hydrogen", (("it", "Idrogeno"),), (("it", "idrogeno"), ("en", "hydrogen"))),
    Term("calls", (("it", "Bandi"),), (("it", "bando"), ("en", "call for funding"))),
))  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A page and what must come of it."""

    url: str
    html: str
    expected: dict[str, object]
    source: Source


def read(case: Case) -> Article | Refused:
    candidate = Candidate(url=case.url, way=Way.LISTING)
    headers = (("content-type", "text/html; charset=utf-8"),)
    page = Page(
        url=case.url, body=case.html.encode(), fetched_at=FETCHED, headers=headers, requested_url=case.url
    )
    return digest(page, candidate, case.source, SourceMemory(source_id=case.source.id), VOCABULARY)


CLUSTER = Source(
    id="mob",
    url="https://mobilita.example/",
    name="Cluster Mobilità",
    hosts=("mobilita.example", "www.mobilita.example"),
    languages=("it", "en"),
)
PLONE = Source(
    id="energia", url="https://energia.example/", name="Energy Cluster", hosts=("energia.example",)
)
PAPER = Source(
    id="corriere",
    url="https://giornale.example/",
    name="Il Giornale",
    hosts=("giornale.example",),
    keep=Keep.ABOUT,
)
AGENCY = Source(id="agenzia", url="https://agenzia.example/", name="Agenzia Nord", hosts=("agenzia.example",))
PORTAL = Source(
    id="portale", url="https://portale.example/", name="Portale Impresa", hosts=("portale.example",)
)

CASES = {
    "an English page of a cluster with bullets above the text": Case(
        "https://mobilita.example/en/regional-press-on-the-clusters/",
        """<html lang="en"><head><title>The press on the clusters – Cluster
Mobilit&agrave;</title></head><body>
<header><a href="/">Home</a><a href="/en/news/">News</a></header><main><h1>The press on the clusters</h1>
<ul><li>11/03/2024</li><li>Non categorizzato</li></ul>
<p>A national newspaper gave wide room on Wednesday 6 March to the nine clusters of the region and to
their members.</p>
<p>They bring together companies, universities and research centres on one technology each, and support
them abroad.</p>
</main></body></html>""",
        {
            "title": "The press on the clusters",
            "language": "en",
            "day": date(2024, 3, 11),
            "url": "https://mobilita.example/en/regional-press-on-the-clusters",
            "contains": "A national newspaper gave wide room",
        },
        CLUSTER,
    ),
    "an Italian text in an English template, letters spaced and charset lost": Case(
        "https://www.mobilita.example/en/jec-forum/?utm_source=newsletter",
        """<html lang="en-US"><head><title>(1) JEC Forum Italy | Cluster Mobilit&agrave;</title>
<link rel="canonical" href="https://mobilita.example/"><meta property="og:title" content="JEC Forum
Italy"></head>
<body><article><h1>JEC Forum Italy</h1><p class="date">2 d i c . 2023</p>
<p>Il cluster sarÃ  a Cernobbio l&#8217;11 e il 12 giugno con il gruppo di lavoro sui materiali, perchÃ©
i compositi
sono il futuro dell?industria.</p><p>Le imprese associate possono chiedere un posto entro
maggio.</p></article></body></html>""",
        {
            "title": "JEC Forum Italy",
            "language": "it",
            "url": "https://mobilita.example/en/jec-forum",
            "starts": "Il cluster sarà a Cernobbio l’11 e il 12 giugno",
            "contains": "perché i compositi sono il futuro dell'industria",
        },
        CLUSTER,
    ),
    "a page of a content management system without metadata": Case(
        "https://energia.example/notizie/bando-idrogeno",
        """<html><head><title>Un bando per l'idrogeno — Energy Cluster</title>
<meta name="description" content="Energy Cluster: il punto d'incontro delle aziende che producono
energia"></head><body>
<div id="portal-breadcrumbs"><a href="/">Home</a> / <a href="/notizie">Notizie</a></div>
<div id="content"><h1 class="documentFirstHeading">Un bando per l'idrogeno</h1>
<div class="documentByLine"><span class="documentAuthor">di <a href="/author/segreteria">Segreteria
LE2C</a></span>
<span class="documentPublished">pubblicato <span>15/07/2024 16:05</span></span></div>
<div id="content-core"><p>La Regione apre un bando da venti milioni di euro per chi produce idrogeno da
fonti rinnovabili
nei siti industriali dismessi. Le domande si presentano entro settembre.</p>
<p>Il cluster aiuta i propri soci a trovare i partner e a scrivere il progetto, con incontri in
ottobre.</p></div></div>
</body></html>""",
        {
            "title": "Un bando per l'idrogeno",
            "authors": ("Segreteria LE2C",),
            "mentions": {"hydrogen", "calls"},
            "summary_starts": "La Regione apre un bando",
        },
        PLONE,
    ),
    "a newspaper's AMP copy": Case(
        "https://giornale.example/economia/2024/10/02/idrogeno-valle-camonica/amp/",
        """<html amp lang="it"><head><title>Idrogeno, la Valle Camonica ci prova - Il Giornale</title>
<link rel="canonical" href="https://giornale.example/economia/2024/10/02/idrogeno-valle-camonica/">
<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle",
"headline":"Idrogeno, la Valle Camonica ci prova","datePublished":"2024-10-02T06:40:00+02:00",
"author":{"@type":"Person","name":"di Anna Bianchi e Luca Verdi"},"isAccessibleForFree":"False",
"image":["https://giornale.example/img/logo.png","https://cdn.example/treno.jpg"],"articleSection":"Economia"}</script>
</head><body><h1>Idrogeno, la Valle Camonica ci prova</h1>
<p>I primi treni a idrogeno d'Italia viaggeranno sulla linea che costeggia il lago d'Iseo e sale fino a
Edolo.</p>
<p>Il deposito di Rovato è quasi finito. Il contenuto è riservato agli abbonati</p></body></html>""",
        {
            "title": "Idrogeno, la Valle Camonica ci prova",
            "authors": ("Anna Bianchi", "Luca Verdi"),
            "url": "https://giornale.example/economia/2024/10/02/idrogeno-valle-camonica",
            "at": datetime(2024, 10, 2, 4, 40, tzinfo=UTC),
            "image": "https://cdn.example/treno.jpg",
            "mentions": {"hydrogen"},
            "text_why": "teaser: the page says that it is not free",
        },
        PAPER,
    ),
    "a newspaper's page about something else": Case(
        "https://giornale.example/sport/2024/10/02/derby/",
        """<html lang="it"><head><title>Il derby finisce in pareggio - Il Giornale</title></head><body>
<h1>Il derby finisce in pareggio</h1><p>Allo stadio di Brescia gli abbandoni e le bande in festa non
bastano: uno a uno
dopo novanta minuti di gioco, con due reti nel secondo tempo e molti rimpianti.</p></body></html>""",
        {"refused": Reason.NOT_RELEVANT},
        PAPER,
    ),
    "an agency's release of one sentence": Case(
        "https://agenzia.example/2024/07/15/treni",
        """<html lang="it"><head><title>Treni, via ai lavori</title>
<meta property="article:published_time" content="2024-07-15T12:01:00+02:00"></head><body><article>
<h1>Treni, via ai lavori</h1><p>Milano, 15 lug. (askanews) - Sono cominciati i lavori alla stazione di
Rovato.</p>
</article></body></html>""",
        {"title": "Treni, via ai lavori", "day": date(2024, 7, 15), "contains": "Sono cominciati i lavori"},
        AGENCY,
    ),
    "an address of a portal that answers with its home page": Case(
        "https://portale.example/",
        "<html><head><title>Portale Impresa</title></head><body><h1>Portale Impresa</h1>"
        + "".join(f"<article><h2><a href='/n/{n}'>Notizia numero {n}</a></h2></article>" for n in range(9)),
        {"refused": Reason.NOT_ARTICLE},
        PORTAL,
    ),
    "a list that says so": Case(
        "https://portale.example/bandi/",
        """<html><head><title>Bandi | Portale Impresa</title><script type="application/ld+json">
{"@context":"https://schema.org","@graph":
[{"@type":"CollectionPage","name":"Bandi | Portale Impresa"}]}</script>
</head><body><h1>Tutti i bandi aperti</h1><p>I bandi della Regione e delle Camere di commercio, per data.</p>
<h2><a href="/n/1">Notizia numero 1</a></h2><h2><a href="/n/2">Notizia numero 2</a></h2></body></html>""",
        {"refused": Reason.NOT_ARTICLE},
        PORTAL,
    ),
    "a tag's list": Case(
        "https://portale.example/tag/idrogeno/",
        "<html><head><title>Idrogeno | Portale Impresa</title></head><body><h1>Argomento: idrogeno</h1>"
        + "".join(f"<div><h2><a href='/n/{n}'>Notizia numero {n}</a></h2></div>" for n in range(9)),
        {"refused": Reason.NOT_ARTICLE},
        PORTAL,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_page(name: str) -> None:
    case = CASES[name]
    result = read(case)
    expected = dict(case.expected)
    if refused := expected.pop("refused", None):
        assert isinstance(result, Refused), result
        assert result.reason is refused
        return
    assert isinstance(result, Article), result
    told: dict[str, object] = {
        "title": result.title,
        "language": result.language,
        "url": result.canonical_url,
        "authors": result.authors,
        "image": result.image,
        "day": result.published.day if result.published else None,
        "at": result.published.at if result.published else None,
        "mentions": {mention.term for mention in result.mentions},
        "text_why": next(item.why for item in result.evidence if item.field == "text"),
        "starts": result.text[: len(str(expected.get("starts")))],
        "summary_starts": result.summary[: len(str(expected.get("summary_starts")))],
        "contains": expected.get("contains") if str(expected.get("contains")) in result.text else result.text,
    }
    assert {key: told[key] for key in expected} == expected


def test_the_release_has_the_key_of_its_copy() -> None:
    original = read(CASES["an agency's release of one sentence"])
    copy = replace(
        CASES["an agency's release of one sentence"],
        url="https://portale.example/n/treni-via-ai-lavori",
        source=PORTAL,
        html="<html><head><title>Treni, via ai lavori | Portale Impresa</title></head>"
        "<body><h1>Treni, via ai lavori</h1>"
        "<p>Sono cominciati i lavori alla stazione di Rovato.</p><p>Fonte: Agenzia Nord</p></body></html>",
    )  # fmt: skip
    copied = read(copy)
    assert isinstance(original, Article)
    assert isinstance(copied, Article)
    assert copied.fingerprint == original.fingerprint


@settings(max_examples=60, deadline=None)  # the first example loads the extractor
@given(st.text(max_size=300), st.booleans())
def test_no_page_breaks_digest(text: str, is_marked: bool) -> None:
    html = f"<html><h1>{text}</h1><p>{text}<div>{text}</html>" if is_marked else text
    result = read(Case("https://portale.example/n/1", html, {}, PORTAL))
    assert isinstance(result, Article | Refused)
