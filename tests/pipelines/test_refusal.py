from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aggregator.items import Body, Candidate, Found, Page, RawArticle, Reason, Way
from pipelines.refusal import refuse_answer, refuse_article

URL = "https://mobilita.example/notizie/corsi"
CANDIDATE = Candidate(url=URL, way=Way.FEED, listed_at="https://mobilita.example/feed")
PAGE = Page(
    url=URL,
    body=b"<!doctype html><html><body><p>x</p></body></html>",
    fetched_at=datetime(2024, 3, 12, tzinfo=UTC),
    headers=(("content-type", "text/html; charset=utf-8"),),
)
STORY = "Il cluster apre a Brescia i corsi sui materiali compositi per le imprese associate."


def raw(title: str, text: str, kind: str = "", url: str = URL, summary: tuple[Found, ...] = ()) -> RawArticle:
    body = Body(html=f"<p>{text}</p>", text=text, where="page:main") if text else None
    kinds = (Found(kind, "jsonld:x.@type"),) if kind else ()
    titles = (Found(title, "page:h1"),)
    return RawArticle(url=url, title=titles, body=body, kind=kinds, summary=summary)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"status": 404}, Reason.NOT_FOUND),
        ({"status": 410}, Reason.NOT_FOUND),
        ({"status": 403}, Reason.ERROR),
        ({"status": 503}, Reason.ERROR),
        ({"status": 304}, Reason.ERROR),
        ({"body": b""}, Reason.EMPTY),
        ({"body": b" \n"}, Reason.EMPTY),
        ({"body": b"%PDF-1.7 ..."}, Reason.NOT_HTML),
        ({"body": b"\x89PNG\r\n"}, Reason.NOT_HTML),
        ({"headers": (("content-type", "application/pdf"),), "body": b"x"}, Reason.NOT_HTML),
        ({"headers": (("content-type", "application/json"),), "body": b"{}"}, Reason.NOT_HTML),
        ({"headers": (("content-type", "application/octet-stream"),)}, None),
        ({"headers": ()}, None),
        ({"headers": (("content-type", "application/xhtml+xml"),)}, None),
        ({"url": "https://mobilita.example/", "requested_url": URL}, Reason.SOFT_404),
        ({"url": "https://mobilita.example/en/", "requested_url": URL}, Reason.SOFT_404),
        ({"url": "https://mobilita.example/wp-login.php?redirect_to=x", "requested_url": URL}, Reason.LOGIN),
        ({"url": "https://mobilita.example/2024/corsi", "requested_url": URL}, None),
    ],
)
def test_answers(changes: dict[str, object], reason: Reason | None) -> None:
    refused = refuse_answer(replace(PAGE, **changes), CANDIDATE)  # type: ignore[arg-type]  # a table of fields
    assert (refused.reason if refused else None) is reason


def test_an_api_record_with_the_whole_text_is_an_answer() -> None:
    record = replace(PAGE, body=b"{}", headers=(("content-type", "application/json"),))
    candidate = replace(CANDIDATE, content=f"<p>{STORY}</p>", is_full_text=True)
    assert refuse_answer(record, candidate) is None


@pytest.mark.parametrize(
    ("title", "text", "reason"),
    [
        ("Pagina non trovata", "La pagina non esiste. Torna alla home.", Reason.SOFT_404),
        ("Ops! La pagina che stai cercando non esiste", "Prova con la ricerca.", Reason.SOFT_404),
        ("Errore 404", "", Reason.SOFT_404),
        ("404 - Page not found", "Go back home", Reason.SOFT_404),
        ("Page not found", "It seems we can't find what you are looking for.", Reason.SOFT_404),
        ("Contenuto non disponibile", "Il contenuto è stato rimosso.", Reason.SOFT_404),
        ("Cluster Lombardo", "Siamo spiacenti, la pagina richiesta non è stata trovata.", Reason.SOFT_404),
        ("Nothing Found", "", Reason.SOFT_404),
        ("Non abbiamo trovato la pagina", "Usa la ricerca.", Reason.SOFT_404),
        ("This page isn't available", "The link may be broken.", Reason.SOFT_404),
        ("410 Gone", "The resource is gone.", Reason.SOFT_404),
        ("We couldn’t find that page", "Go back.", Reason.SOFT_404),
        ("Servizio temporaneamente non disponibile", "Riprova più tardi.", Reason.ERROR),
        ("Checking your browser before accessing the site", "Please wait.", Reason.ERROR),
        ("Accedi", "Nome utente Password Ricordami", Reason.LOGIN),
        ("Area riservata soci", "Inserisci le credenziali", Reason.LOGIN),
        ("Sign in to your account", "E-mail Password", Reason.LOGIN),
        (
            "La tua privacy è importante",
            "Noi e i nostri partner utilizziamo i cookie. Accetta tutti, gestisci le preferenze.",
            Reason.CONSENT,
        ),
        ("Before you continue", "We use cookies and data. Accept all. Reject all.", Reason.CONSENT),
        ("mobilita.example", "This domain is for sale! Buy this domain.", Reason.PARKED),
        ("mobilita.example", "Questo dominio è stato registrato da un cliente.", Reason.PARKED),
        ("500 Internal Server Error", "nginx", Reason.ERROR),
        ("Database Error", "Error establishing a database connection", Reason.ERROR),
        ("Just a moment...", "Verifica di essere umano", Reason.ERROR),
        ("Sito in manutenzione", "Torneremo presto", Reason.ERROR),
        ("Index of /wp-content/uploads", "a.jpg b.jpg", Reason.ERROR),
        ("", STORY, Reason.NO_TITLE),
        ("Aperti i corsi", "", Reason.EMPTY),
    ],
)
def test_pages_that_say_that_they_are_none(title: str, text: str, reason: Reason) -> None:
    refused = refuse_article(raw(title, text), title, CANDIDATE)
    assert refused is not None
    assert refused.reason is reason
    assert refused.detail


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Aperti i corsi", STORY),
        ("Avviso", "La segreteria resta chiusa il 2 giugno."),
        ("404 imprese al bando della Regione", STORY),
        ("Errore umano e sicurezza: il convegno", STORY),
        (
            "Cookie, le nuove linee guida",
            "Il Garante spiega quando i siti possono chiedere il consenso ai cookie.",
        ),
        ("Accesso al credito: nuove misure", STORY),
        ("Accesso", STORY + " Le domande di accesso ai fondi si presentano allo sportello di Bergamo."),
        ("500 imprese al bando della Regione", STORY),
        ("503 milioni per la ricerca", STORY),
        ("Login, il convegno sulle password", STORY),
        ("Accedi ai finanziamenti con il bando Nuova Impresa", " ".join([STORY] * 12)),
        ("Non trovato il petrolio, si punta sull'idrogeno", STORY),
        ("Manutenzione dei ponti, via al piano", STORY),
        ("Pagina non trovata", " ".join([STORY] * 40)),
        (
            "Vendita di domini: truffa sventata",
            "La polizia: «Questo dominio è in vendita», scrivevano. " + STORY * 12,
        ),
    ],
)
def test_articles_on_such_things_stay(title: str, text: str) -> None:
    assert refuse_article(raw(title, text), title, CANDIDATE) is None


def test_lists_and_home_pages() -> None:
    def reason(url: str, kind: str = "", candidate: Candidate = CANDIDATE) -> Reason | None:
        refused = refuse_article(raw("Notizie", STORY, kind, url=url), "Notizie dal cluster", candidate)
        return refused.reason if refused else None

    assert reason("https://mobilita.example/") is Reason.NOT_ARTICLE
    assert reason("https://mobilita.example/en/") is Reason.NOT_ARTICLE
    assert reason("https://mobilita.example/tag/idrogeno/") is Reason.NOT_ARTICLE
    assert reason("https://mobilita.example/category/bandi/page/2/") is Reason.NOT_ARTICLE
    assert reason("https://mobilita.example/corsi", "CollectionPage") is Reason.NOT_ARTICLE
    assert reason("https://mobilita.example/feed") is Reason.NOT_ARTICLE
    assert reason("https://mobilita.example/tag/idrogeno/", "NewsArticle") is None
    assert reason("https://mobilita.example/category/bandi/nuovo-bando/") is None
    assert reason("https://mobilita.example/?p=12") is None
    dated = replace(CANDIDATE, published="2024-03-11")
    one_page = raw("Manifesto", STORY * 40, url="https://manifesto.example/")
    one_page = replace(one_page, published=(Found("2024-03-11", "meta:date"),))
    assert refuse_article(one_page, "Manifesto", CANDIDATE) is None
    assert reason("https://mobilita.example/topic/nuovo-bando/", candidate=dated) is None


def test_a_page_without_text_needs_a_sign_that_it_is_an_article() -> None:
    teaser = (Found("Le foto della fiera di Brescia.", "meta:og:description"),)
    assert refuse_article(raw("Le foto", "", summary=teaser), "Le foto", CANDIDATE) is not None
    assert refuse_article(raw("Le foto", "", "NewsArticle", summary=teaser), "Le foto", CANDIDATE) is None
    told = replace(CANDIDATE, summary="Le foto della fiera.")
    assert refuse_article(raw("Le foto", ""), "Le foto", told) is None


def test_a_form_in_the_corner_does_not_make_a_login_page() -> None:
    page = raw("Aperti i corsi", "Si comincia il 3 ottobre.")
    page = replace(
        page, title=(*page.title, Found("Accedi", "page:h2"), Found("Pagina non trovata", "page:h1"))
    )
    assert refuse_article(page, "Aperti i corsi", CANDIDATE) is None


def test_a_left_over_heading_does_not_hide_an_error() -> None:
    page = raw("Notizie", "Torna alla home.")
    page = replace(page, title=(*page.title, Found("404 - Pagina non trovata - Cluster", "page:title")))
    refused = refuse_article(page, "Notizie", CANDIDATE)
    assert refused is not None
    assert refused.reason is Reason.SOFT_404


@pytest.mark.parametrize(
    ("url", "published", "is_kept"),
    [
        ("https://x.it/pages/chi-siamo.html", "", False),
        ("https://x.it/privacy-policy-2/", "", False),
        ("https://x.it/en/about-us", "", False),
        ("https://x.it/chi-siamo/", "2024-05-03", True),
        ("https://x.it/news/chi-siamo-davvero-lo-dice-un-libro/", "", True),
        ("https://x.it/gruppi-di-lavoro/", "", True),
    ],
)
def test_a_static_page_is_no_article_unless_it_is_dated(url: str, published: str, is_kept: bool) -> None:
    text = "Siamo un cluster di imprese e università lombarde. " * 20
    dates = (Found(published, "meta:article:published_time"),) if published else ()
    page = replace(raw("Chi siamo", text, url=url), published=dates)
    assert (refuse_article(page, "Chi siamo", replace(CANDIDATE, url=url)) is None) is is_kept
