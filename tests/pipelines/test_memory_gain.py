"""What site memory gains on the sample sites: the same pages read without and with what they repeat."""

import json
import re
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from urllib.parse import urlsplit

from aggregator.extract import extract
from aggregator.extract.boilerplate import learn
from aggregator.items import Boilerplate, Candidate, Page, Source, Way
from aggregator.samplesite import resources, samples_root
from aggregator.samplesite.answer import Answer
from aggregator.samplesite.content import load
from aggregator.text import words

_NAMES = re.compile(rb""" (?:class|id|role|itemprop)=(?:"[^"]*"|'[^']*')""")
_HEADS = re.compile(rb"<(/?)h[2-6]\b")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@cache
def _pages() -> dict[str, list[tuple[str, bytes, Counter[str]]]]:
    """By host the address, page and true words of each article that its site shows as HTML."""
    expected = json.loads((samples_root() / "expected.json").read_bytes())
    rows = expected if isinstance(expected, list) else next(iter(expected.values()))
    truth = {row["url"]: Counter(words(" ".join(row["text"]))) for row in rows if not row["is_cut"]}
    pages: dict[str, list[tuple[str, bytes, Counter[str]]]] = {}
    for site in load(samples_root()):
        answers = {f"http://{site.host}{path}": answer for path, answer in resources(site).items()}
        for url, true in truth.items():
            answer = answers.get(url)
            if isinstance(answer, Answer) and urlsplit(url).hostname == site.host:
                pages.setdefault(site.host, []).append((url, answer.body, true))
    return pages


def _plain(body: bytes) -> bytes:
    return _HEADS.sub(rb"<\1p", _NAMES.sub(b"", body))


def _precision(*, memory: bool, named: bool = True) -> dict[str, float]:
    """The share of the words read that are the article's, by site; with its class names or without.

    Without them its lesser headings are plain paragraphs too: a heading over teasers tells them by itself.
    """
    shares = {}
    for host, pages in _pages().items():
        source = Source(host, f"http://{host}/")
        fetched = [
            (Page(url, body if named else _plain(body), NOW), Candidate(url, Way.LISTING), true)
            for url, body, true in pages
        ]
        known = Boilerplate()
        if memory:
            seen = Counter(
                pair
                for page, candidate, _ in fetched
                for pair in {(block.key, block.place) for block in extract(page, candidate, source).blocks}
            )
            known = learn(((key, place, n) for (key, place), n in seen.items()), len(fetched))
        right = total = 0
        for page, candidate, true in fetched:
            body = extract(page, candidate, source, known).body
            got = Counter(words(body.text)) if body else Counter[str]()
            right += sum((got & true).values())
            total += sum(got.values())
        shares[host] = right / max(1, total)
    return shares


def test_memory_costs_no_site_a_word_that_is_its_own() -> None:
    without, known = _precision(memory=False), _precision(memory=True)
    assert len(without) >= 4
    assert all(known[host] >= without[host] for host in without), (without, known)
    assert min(known.values()) >= 0.99, known


def test_memory_gains_where_names_tell_nothing() -> None:
    without, known = _precision(memory=False, named=False), _precision(memory=True, named=False)
    assert all(known[host] >= without[host] for host in without), (without, known)
    # The mobility cluster's teasers stand under every article; the energy cluster's sidebar beside it.
    for host, gain in (("mobilita.example", 0.1), ("energia.example", 0.01)):
        assert known[host] > without[host] + gain, (without, known)
