import pytest

from aggregator.items import Found, Source
from pipelines.address import choose_address, is_root

SOURCE = Source(
    id="m",
    url="https://mobilita.example/",
    hosts=("mobilita.example", "www.mobilita.example", "news.mobilita.example"),
)
PAGE = "http://www.mobilita.example/notizie/aperti-corsi-materiali/?utm_source=x"
OWN = "https://mobilita.example/notizie/aperti-corsi-materiali"


@pytest.mark.parametrize(
    ("stated", "expected", "why"),
    [
        ("https://mobilita.example/notizie/aperti-corsi-materiali", OWN, ""),
        ("https://mobilita.example/2024/aperti-corsi/", "https://mobilita.example/2024/aperti-corsi", ""),
        ("https://news.mobilita.example/1480119/", "https://news.mobilita.example/1480119", ""),
        ("https://mobilita.example/", OWN, "the home page"),
        ("https://mobilita.example/en/", OWN, "the home page"),
        ("https://mobilita.example/notizie/", OWN, "a list above it"),
        ("https://mobilita.example/notizie/bando-idrogeno-verde/", OWN, "another article"),
        ("https://altro.example/notizie/aperti-corsi-materiali", OWN, "on another host"),
        ("https://mobilita.example/en/courses-materials", OWN, "another page"),
        ("boh", OWN, "no address"),
    ],
)  # fmt: skip
def test_what_a_page_says_of_its_address(stated: str, expected: str, why: str) -> None:
    others = frozenset({"https://mobilita.example/en/courses-materials"})
    found = (Found(stated, "meta:link[rel=canonical]"),)
    url, evidence = choose_address(found, PAGE, "Aperti i corsi", SOURCE, others)
    assert url == expected
    assert evidence.why == (f"meta:link[rel=canonical] is {why}" if why else "")


@pytest.mark.parametrize("where", ["meta:link[rel=canonical]", "meta:og:url", "jsonld:NewsArticle.url"])
@pytest.mark.parametrize("host", ["altro.example", "mobilita.example.altro.example", "amobilita.example"])
def test_no_statement_leads_out_of_the_source(where: str, host: str) -> None:
    found = (Found(f"https://{host}/notizie/aperti-corsi-materiali", where),)
    url, evidence = choose_address(found, PAGE, "Aperti i corsi", SOURCE)
    assert (url, evidence.why) == (OWN, f"{where} is on another host")


def test_the_second_page_of_an_article_is_the_article() -> None:
    found = (Found("https://mobilita.example/notizie/corsi", "meta:og:url"),)
    assert choose_address(found, "https://mobilita.example/notizie/corsi/2", "Corsi", SOURCE)[0].endswith(
        "/corsi"
    )


def test_an_address_by_number_may_state_its_words() -> None:
    found = (Found("https://mobilita.example/2022/07/aperti-corsi/1480119/", "meta:og:url"),)
    url, _ = choose_address(found, "https://mobilita.example/?p=1480119", "Aperti i corsi", SOURCE)
    assert url == "https://mobilita.example/2022/07/aperti-corsi/1480119"


def test_without_a_statement_it_is_the_page() -> None:
    url, evidence = choose_address((), PAGE, "", SOURCE)
    assert (url, evidence.why) == (OWN, "")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/", True),
        ("https://a.example", True),
        ("https://a.example/en/", True),
        ("https://a.example/index.html", True),
        ("https://a.example/it/home", True),
        ("https://a.example/?p=12", False),
        ("https://a.example/corsi", False),
    ],
)
def test_home_pages(url: str, expected: bool) -> None:
    assert is_root(url) is expected
