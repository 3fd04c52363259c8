"""Reservations of text and data mining, as a site's file states them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.reservation import is_reserved, read_reserved

_RULES = [
    {"location": "/", "tdm-reservation": 1, "tdm-policy": "https://example.org/policy.json"},
    {"location": "/open/", "tdm-reservation": 0},
    {"location": "/open/*.pdf$", "tdm-reservation": 1},
]


@pytest.mark.parametrize(
    ("path", "reserved"),
    [
        ("/", True), ("/news/1", True), ("/open/", False), ("/open/a", False),
        ("/open/a.pdf", True), ("/open/a.pdf?x=1", False),
    ],
)  # fmt: skip
def test_the_longest_pattern_decides(path: str, *, reserved: bool) -> None:
    patterns = read_reserved(200, json.dumps(_RULES).encode())
    assert is_reserved(patterns, f"https://www.example.org{path}") is reserved


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b"[]"),
        (200, b"<html>"),
        (200, b"[" * 50_000),
        (200, b'{"location": "/"}'),
        (200, b'[{"location": 5, "tdm-reservation": 1}, 7, {"location": "/", "tdm-reservation": "yes"}]'),
        (200, b'[{"location": "/' + b"*a" * 200 + b'", "tdm-reservation": 1}]'),
        (500, json.dumps(_RULES).encode()),
    ],
)
def test_what_is_no_such_file_reserves_nothing(status: int, body: bytes) -> None:
    assert read_reserved(status, body) == ""
    assert not is_reserved("", "https://www.example.org/")


@given(st.binary(max_size=400), st.text(max_size=50))
def test_no_file_breaks_it(body: bytes, path: str) -> None:
    assert is_reserved(read_reserved(200, body), f"https://www.example.org/{path}") in (True, False)
