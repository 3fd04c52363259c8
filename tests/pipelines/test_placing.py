"""What a page of an unknown site shows of its zone and of its order of day and month."""

from datetime import UTC, datetime

import pytest

from aggregator.items import DateOrder, Found, Page, RawArticle, Source
from pipelines.placing import placed


def place(url: str, dates: tuple[str, ...], language: str, body: bytes = b"") -> tuple[str, DateOrder]:
    page = Page(url, body, datetime(2024, 5, 1, tzinfo=UTC))
    raw = RawArticle(
        url,
        published=tuple(Found(value, "page:p") for value in dates),
        language=(Found(language, "page:html[lang]"),) if language else (),
    )
    source = placed(Source("page", url), raw, page)
    return source.zone, source.date_order


ROME = "Europe/Rome"
# Host, dates on the page, language -> zone and order.
PAGES = [
    ("a.example.it", ("03/04/2024",), "it-IT", ROME, "DMY"),
    ("a.example.it", ("03/04/2024",), "en-US", ROME, "DMY"),
    ("a.example.com", ("03/04/2024",), "en-US", ROME, "MDY"),
    ("a.example.com", ("03/04/2024",), "en-GB", ROME, "DMY"),
    ("a.example.com", ("03/04/2024",), "en", ROME, "DMY"),
    ("a.example.gov", ("03/04/2024",), "en", ROME, "MDY"),
    ("a.example.com", ("03/24/2024",), "", ROME, "MDY"),
    ("a.example.com", ("24/03/2024",), "en-US", ROME, "DMY"),
    ("a.example.org", ("2024-03-04T10:00:00-05:00", "03/04/2024"), "en", "America/New_York", "MDY"),
    ("a.example.org", ("2024-03-14T10:00:00-05:00",), "en", "America/Chicago", "DMY"),
    (
        "a.example.org",
        ("2024-07-04T10:00:00-0700", "2024-12-04T10:00:00-0800"),
        "",
        "America/Los_Angeles",
        "DMY",
    ),
    ("a.example.org", ("2024-07-04T10:00:00-03:00", "2024-12-04T10:00:00-03:00"), "pt", "Etc/GMT+3", "DMY"),
    ("a.example.org", ("2024-07-04T10:00:00+10:00", "2024-12-04T10:00:00+10:00"), "en", "Etc/GMT-10", "DMY"),
    ("a.example.org", ("2024-07-04T10:00:00+01:00",), "en", "Europe/London", "DMY"),
    ("a.example.it", ("2024-07-04T10:00:00+01:00",), "it", ROME, "DMY"),
    ("a.example.org", ("2024-04-03T10:00:00+09:00", "03/04/2024"), "en-US", "Etc/GMT-9", "DMY"),
    ("a.example.it", ("2024-03-04T23:30:00Z",), "it", ROME, "DMY"),
    ("a.example.org", ("2024-03-04T23:30:00Z",), "en", "UTC", "DMY"),
    ("a.example.org", ("2024-03-04T23:30:00+01:00",), "en", ROME, "DMY"),
    ("a.example.org", ("2024-03-04T23:30:00+05:30",), "en-IN", "Asia/Kolkata", "DMY"),
    ("a.example.org", ("2024-03-04T23:30:00+13:00",), "en-NZ", "Etc/GMT-13", "DMY"),
    ("a.example.org", ("2024-03-04T23:30:00+17:30",), "en", ROME, "DMY"),
]


@pytest.mark.parametrize(("host", "dates", "language", "zone", "order"), PAGES)
def test_zone_and_order(host: str, dates: tuple[str, ...], language: str, zone: str, order: str) -> None:
    assert place(f"https://{host}/a", dates, language) == (zone, DateOrder(order))


# What machines are told, what readers see -> the zone. Only an American evening is told by its day.
SHOWN = [
    (["2024-03-05T02:30:00Z"], ["March 4, 2024"], "America/New_York"),
    (["2024-03-05T05:30:00.000Z"], ["Posted on 3/4/2024 by Anna"], "America/Chicago"),
    (["2024-03-05T02:30:00Z"], ["March 5, 2024"], "UTC"),
    (["2024-03-05T02:30:00Z"], ["March 4, 2024", "March 5, 2024"], "UTC"),
    (["2024-03-05T12:30:00Z"], ["March 4, 2024"], "UTC"),
    (["2024-03-05T02:30:00Z", "2024-03-02T02:30:00Z"], ["March 4, 2024"], "UTC"),
    (["2024-03-05T20:30:00Z"], ["March 6, 2024"], "UTC"),
    (["2024-03-05"], ["March 4, 2024"], ROME),
]


@pytest.mark.parametrize(("stated", "shown", "zone"), SHOWN)
def test_the_day_that_readers_see_tells_the_zone(stated: list[str], shown: list[str], zone: str) -> None:
    url = "https://a.example.com/a"
    founds = [Found(value, "meta:date") for value in stated] + [Found(value, "page:p") for value in shown]
    language = (Found("en-US", "page:html[lang]"),)
    raw = RawArticle(url, published=tuple(founds), language=language)
    assert placed(Source("page", url), raw, Page(url, b"", datetime(2024, 5, 1, tzinfo=UTC))).zone == zone


@pytest.mark.parametrize(
    "body", [b"<p>P. IVA 01234567890</p>", b'<link rel=alternate hreflang="it" href=/>', b"<p>+39 02 123</p>"]
)
def test_english_pages_of_italian_sites_stay_day_first(body: bytes) -> None:
    assert place("https://a.example.com/en/", ("03/04/2024",), "en-US", body)[1] is DateOrder.DMY
