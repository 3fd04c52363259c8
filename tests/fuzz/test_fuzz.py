"""What the sample sites answer, dates and queries in words, mutated at random: an answer for each, soon.

By hand: `python tests/fuzz/test_fuzz.py page 600` runs one target for that many seconds and prints the seed
of what failed; `python tests/fuzz/test_fuzz.py page 0 SEED` runs that seed alone.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from aggregator.errors import ParseError, QueryError
from aggregator.grammar import parse_query
from aggregator.items import Article, Candidate, Page, Refused, Source, SourceMemory, Vocabulary, Way
from aggregator.samplesite import resources, samples_root
from aggregator.samplesite.answer import Answer
from aggregator.samplesite.content import load
from aggregator.store import Store, open_store
from aggregator.store.articles import find
from pipelines.dates import read_dates
from pipelines.normalise import digest
from spiders import feed as feeds
from spiders import sitemap as sitemaps
from spiders.reading import Listing, wanted

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
ROUNDS = 200
# Markup and text that sites get wrong.
PIECES = [
    b"<div>", b"</div>", b"<p>", b"</p>", b"<table><tr><td>", b"<li>", b"<article>", b"</article>", b"<h1>",
    b"<span class='date'>12 marzo 2026</span>", b"<time datetime='2026-13-45T99:99'>", b"<!--", b"-->",
    b"<![CDATA[", b"<script>", b"</script>", b"<script type='application/ld+json'>{\"@graph\":[{",
    b"<plaintext>", b"<base href='//'>", b"&amp;amp;nbsp;", b"&#x110000;", b"\xc3\x83\xc2\xa8", b"\xff\xfe",
    b"\x00", b"\xe2\x80\x8b", b"\xf0\x9f\x98\x80", b"<a href='http://[::1'>", b"<img src='data:,'>",
    b"Leggi anche", b"\n\n", b'"', b">", b"<", b"=", b"Pubblicato il 31 febbraio 2026 alle ore 25.61",
    b"l'1/1/1", b"dal 3 al 2 marzo", b"<svg>", b"<template>",
    b"<b itemprop='author' itemscope>", b"<div class='accordion' hidden>", b"<aside>", b"<time> | ",
]  # fmt: skip
_WORDS = """
il dal al del ore alle fino a marzo mag 2026 26 3 12/04 12.04.2026 2026-02-30 lunedì lun primo due fra
domani oggi prossimo scorso May 3rd at pm noon 18:30 18.30 - / . , ; : ( ) ' ° entro dopo e ed & T Z +02:00
settimane 0000-00-00 99999999999999999999 giorni fa ago last next week h 24
"""
WORDS = _WORDS.split()
# What lists are made of, and get wrong.
LIST_PIECES = [
    b"<item>", b"</item>", b"<entry>", b"</entry>", b"<url><loc>", b"</loc></url>", b"<link/>", b"<link>",
    b"<link href='//[::1'/>", b"<loc>javascript:alert(1)</loc>", b"<loc>http://169.254.169.254/</loc>",
    b"<loc> http://x.example/a b </loc>", b"<pubDate>Fri, 99 Foo 20266</pubDate>", b"<guid>x</guid>",
    b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>]>", b"&b;", b"<sitemap><loc>", b"<![CDATA[",
    b"]]>", b"<?xml version='1.0' encoding='utf-7'?>", b"\xff\xfe", b"\x00", b"&#0;", b"&#xD800;",
    b"\x1f\x8b\x08\x00", b'{"items": [', b"null", b"<lastmod>0000-00-00</lastmod>", b"<rdf:RDF>",
    b"xmlns:x=''", b"</channel>",
]  # fmt: skip
_QUERY = """
idrogeno mobilità "treni " " ( ) OR NOT AND - -- * a* mobil* ** source: source:clm,, cluster:clm
topic:hydrogen tema: lang:it after:2026-03 dopo:99999 before:2026-02-30 has:event ha:evento : :: title:
NEAR( ^x + {a} 'x' ; % _ ? ~ < > = [ ] | & # @ l'aria col: rowid 🚆
"""
QUERY_WORDS = [*_QUERY.split(), "\x00", "\ud800", "a\u0300", "\\"]


@cache
def _pages() -> tuple[tuple[str, bytes], ...]:
    found = []
    for site in load(samples_root()):
        for path, answer in sorted(resources(site).items()):
            if isinstance(answer, Answer) and b"<html" in answer.body[:2000].lower():
                found.append((f"http://{site.host}{path}", answer.body))
    return tuple(found)


def _mutated(random_: random.Random, body: bytes, other: bytes, pieces: Sequence[bytes] = PIECES) -> bytes:
    for _ in range(random_.choice((1, 3, 20, 200))):
        at, size = random_.randrange(len(body) + 1), random_.choice((1, 5, 50, 2000))
        match random_.randrange(6):
            case 0:
                body = body[:at] + body[at + size :]
            case 1:
                body = body[:at] + random_.choice(pieces) + body[at:]
            case 2:
                body = body[:at] + random_.choice(pieces) * random_.choice((2, 30, 300)) + body[at:]
            case 3:
                body = body[:at] + random_.randbytes(min(size, 50)) + body[at:]
            case 4:
                start = random_.randrange(len(other) + 1)
                body = body[:at] + other[start : start + size] + body[at:]
            case _:
                body = body[:at] + body[max(0, at - size) : at] * random_.choice((2, 10)) + body[at:]
        body = body[:2_000_000]
    return body


def page(seed: int) -> None:
    """A mutated page gives an article or a reason, and the same again."""
    random_ = random.Random(seed)
    (url, body), (_, other) = random_.choice(_pages()), random_.choice(_pages())
    body = _mutated(random_, body, other)
    fetched = Page(url, body, NOW, 200, (("content-type", "text/html"),), url)
    source = Source("fuzz", url)
    outcome = digest(fetched, Candidate(url, Way.LISTING), source, SourceMemory(), Vocabulary())
    assert isinstance(outcome, Article | Refused)
    if isinstance(outcome, Article):
        assert outcome.title
        assert "\x00" not in outcome.text + outcome.html + outcome.title
        outcome.html.encode()
        outcome.text.encode()
        assert "<script" not in outcome.html


def date(seed: int) -> None:
    """Words of dates in any order give readings whose spans lie within them."""
    random_ = random.Random(seed)
    joint = random_.choice((" ", " ", ""))
    text = joint.join(random_.choice(WORDS) for _ in range(random_.choice((1, 3, 8, 40))))
    for reading in read_dates(
        text, reference=NOW, role=random_.choice(("body", "event", "published", "url"))
    ):
        start, stop = reading.span
        assert 0 <= start <= stop <= len(text)


@cache
def _lists() -> tuple[bytes, ...]:
    """What the sample sites answer that is no page: feeds, sitemaps, their indexes."""
    found = []
    for site in load(samples_root()):
        for _, answer in sorted(resources(site).items()):
            if isinstance(answer, Answer) and answer.body[:1] in b"<{" and b"<html" not in answer.body[:2000]:
                found.append(answer.body)
    return tuple(found)


def _list(seed: int, read: Callable[[Page, Source], Listing]) -> None:
    """A mutated list gives candidates of its own hosts, or says that it is none."""
    random_ = random.Random(seed)
    body = _mutated(random_, random_.choice(_lists()), random_.choice(_lists()), LIST_PIECES)
    url = "https://liste.example/notizie/feed"
    source = Source("fuzz", url, hosts=("liste.example", "agenzia.example", "quotidiano.example"))
    try:
        listing = read(Page(url, body, NOW, 200, (("content-type", "text/xml"),), url), source)
    except ParseError:
        return
    for candidate in listing.candidates:
        assert wanted(candidate.url, source), candidate.url
        assert "\x00" not in (candidate.title or "") + candidate.url


def feed(seed: int) -> None:
    """A mutated feed."""
    _list(seed, feeds.read)


def sitemap(seed: int) -> None:
    """A mutated sitemap."""
    _list(seed, sitemaps.read)


@cache
def _archive() -> tuple[Store, tempfile.TemporaryDirectory[str]]:
    folder = tempfile.TemporaryDirectory()
    return open_store(str(Path(folder.name) / "archive.sqlite")), folder


def query(seed: int) -> None:
    """Words of queries in any order are refused with a reason, or asked of the archive."""
    random_ = random.Random(seed)
    joint = random_.choice((" ", " ", ""))
    text = joint.join(random_.choice(QUERY_WORDS) for _ in range(random_.choice((1, 3, 8, 40, 400))))
    try:
        asked = parse_query(text)
    except QueryError:
        return
    with _archive()[0].read() as session:
        assert list(find(session, asked)) == []


TARGETS: dict[str, Callable[[int], None]] = {
    "page": page, "date": date, "feed": feed, "sitemap": sitemap, "query": query,
}  # fmt: skip
# No page of two megabytes may take longer; most take some hundredths of a second.
SLOW_SECONDS = 20.0


@pytest.mark.soak
@pytest.mark.parametrize("target", TARGETS)
def test_fuzz(target: str) -> None:
    for seed in range(ROUNDS):
        TARGETS[target](seed)


def _run(target: str, seconds: float, seed: int | None) -> int:
    if seed is not None:
        TARGETS[target](seed)
        return 0
    count = failed = 0
    stop = time.monotonic() + seconds
    first = random.SystemRandom().randrange(1 << 40)
    while time.monotonic() < stop:
        began = time.process_time()
        try:
            TARGETS[target](first + count)
        except Exception as error:  # noqa: BLE001  each is to be seen, and the rest too
            failed += 1
            print(f"seed {first + count}: {type(error).__name__}: {error}", flush=True)
        if time.process_time() - began > SLOW_SECONDS:
            failed += 1
            print(f"seed {first + count}: slow", flush=True)
        count += 1
    print(f"{target}: {count} rounds, {failed} failed")
    return min(failed, 1)


if __name__ == "__main__":
    name, length, *rest = sys.argv[1:]
    raise SystemExit(_run(name, float(length), int(rest[0]) if rest else None))
