"""Requests made to break the site, and requests made from its own description: never a 500."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance
from site_samples import site_over
from web_samples import Browser

from aggregator.store import Store
from aggregator.web.api import DOORS
from aggregator.web.openapi import PATH

# Long, deep, cut, foreign, and what other programs stumble over.
_VALUES = (
    "",
    " ",
    "(",
    ")",
    '"',
    "'",
    "a OR",
    "OR",
    "NOT",
    "-",
    "--",
    "*",
    "a*",
    "\\",
    "%",
    "%%",
    "%00",
    "\0",
    "\n",
    "\t",
    "a" * 1000,
    "a " * 499,
    "(" * 500,
    "NOT " * 250,
    "-(" * 250,
    '"a" ' * 250,
    "x*" * 200,
    "\u202e\u200b",
    "🛰️" * 50,
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "%ED%A0%80",
    "%ff%fe",
    "%c0%ae%c0%ae/",
    "é" * 400,
    "'; DROP TABLE entry; --",
    "1 UNION SELECT 1",
    "source:",
    "source:*",
    "after:9999",
    "dopo:0000-00-00",
    "prima:2026-13-45",
    "after:99999999999999999999",
    "before:0001-01-01",
    "has:x",
    "lingua:<b>",
    "topic:../../etc",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "${7*7}",
    "../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "NEAR(a b)",
    "title:x",
    "a AND AND b",
    "^a",
    "a:b:c",
    "NaN",
    "-1",
    "0",
    "1e9",
    "9" * 400,
    "0x10",
    "null",
    "true",
    "[]",
    "{}",
)
_PATHS = (
    "/", "/api/entries", "/api/entries/1", "/api/stories/1", "/api/events", "/api/stats", "/api/sources",
    "/search.atom", "/search.rss", "/search.json", "/events", "/sources", "/trends", "/health", "/metrics",
    "/entries/1", "/stories/1", "/sources/clm", "/charts/month.svg",
)  # fmt: skip
_NAMES = ("q", "cursor", "limit", "order", "after", "before", "kind", "by", "lang", "x")
_PLACES = (
    "/entries/",
    "/stories/",
    "/sources/",
    "/api/entries/",
    "/api/stories/",
    "/feeds/",
    "/charts/",
    "/",
)


def hostile() -> Iterator[str]:
    """Two hundred requests: each value in a parameter of some page, and as a place in a path."""
    draw = random.Random(7)
    for value in _VALUES:
        for _ in range(2):
            name, path = draw.choice(_NAMES), draw.choice(_PATHS)
            yield f"{path}?{name}={value if '%' in value else quote(value, safe='')}"
        yield draw.choice(_PLACES) + value.replace("?", "")
    yield from (
        "/?" + "&".join(f"q{n}=1" for n in range(2000)),
        "/?&&&===",
        "/?q",
        "/?=q",
        "//",
        "/./",
        "/../..",
    )
    yield from ("/api/entries?q=%", "/api/entries?%ff=1", "/api/entries?q=a&q=b", "/%2e%2e/%2e%2e/etc/passwd")


@pytest.fixture
def browser(filled: tuple[Store, dict[str, int]], tmp_path: Path) -> Browser:
    return site_over(filled[0], tmp_path)


def test_there_are_two_hundred_of_them() -> None:
    assert len(list(hostile())) >= 200


def test_no_request_breaks_the_site(browser: Browser) -> None:
    answers = {path: browser.get(path) for path in hostile()}
    assert {path: got.status for path, got in answers.items() if got.status >= 500} == {}
    assert not [path for path, got in answers.items() if b"<script>alert" in got.body]


@settings(max_examples=60)
@given(
    path=st.sampled_from(_PATHS),
    name=st.sampled_from(_NAMES),
    value=st.text(max_size=200),
    headers=st.dictionaries(
        st.sampled_from(["accept-encoding", "if-none-match", "if-modified-since", "x-forwarded-for"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60),
    ),
)
def test_no_text_breaks_it(
    filled: tuple[Store, dict[str, int]], path: str, name: str, value: str, headers: dict[str, str]
) -> None:
    browser = site_over(filled[0], Path("nowhere"))
    browser.headers = headers
    query = quote(value.encode("utf-8", "surrogatepass"))
    assert browser.get(f"{path}?{name}={query}").status < 500


def check_against_description(store: Store, folder: Path, examples: int) -> None:
    """Asks what the description says can be asked, and what it says cannot."""
    browser = site_over(store, folder)
    schema = schemathesis.openapi.from_asgi(PATH, browser.app)
    for door in DOORS:
        operation = schema[door.path]["GET"]

        @settings(
            max_examples=examples,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        )
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            # A query that is text need not be one that can be read: 400 is its right answer.
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        ask()


def test_the_description_holds(filled: tuple[Store, dict[str, int]], tmp_path: Path) -> None:
    check_against_description(filled[0], tmp_path, 3)


@pytest.mark.slow
def test_the_description_holds_a_thousand_times(filled: tuple[Store, dict[str, int]], tmp_path: Path) -> None:
    check_against_description(filled[0], tmp_path, 170)


def test_the_description_names_every_path(browser: Browser) -> None:
    told = json.loads(browser.get(PATH).body)
    assert set(told["paths"]) == {door.path for door in DOORS}
