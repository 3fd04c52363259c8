"""Entries, sources and terms in our own words for the tests of feeds."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from aggregator.feeds.model import Edition
from aggregator.items import (
    Article,
    Entry,
    Kind,
    Mention,
    Precision,
    Publish,
    PublishedDate,
    Source,
    Term,
)

ATOM_SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))

SEEN = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

SOURCES = {
    s.id: s
    for s in (
        Source(
            "mobilita",
            "https://mobilita.example/",
            name="Cluster della Mobilità",
            kind=Kind.CLUSTER,
            cluster="mob",
            publish=Publish.FULL,
            languages=("it", "en"),
            feeds=("https://mobilita.example/feed/",),
        ),
        Source("agenzia", "https://agenzia.example/", name="Agenzia Esempio", kind=Kind.NEWS),
        Source(
            "giornale",
            "https://giornale.example/",
            name="Giornale",
            kind=Kind.NEWS,
            publish=Publish.TITLE,
            languages=("en",),
        ),
    )
}
TERMS = {
    "mob": Term("mob", (("it", "Mobilità"), ("en", "Mobility")), (), is_cluster=True),
    "idrogeno": Term("idrogeno", (("it", "Idrogeno"), ("en", "Hydrogen")), ()),
}
EDITION = Edition(
    "notizie.example", base_url="https://feed.example/pub", sources=SOURCES, terms=TERMS, summary_length=200
)
WITHOUT_ADDRESS = replace(EDITION, base_url="")


def article(number: int = 1, **changes: Any) -> Article:
    """A whole article of the cluster's site; `changes` are fields of Article."""
    source = SOURCES.get(changes.get("source_id", "mobilita"), SOURCES["mobilita"])
    url = f"{source.url}notizie/{number}/"
    values: dict[str, Any] = {
        "source_id": source.id,
        "url": url,
        "canonical_url": url.rstrip("/"),
        "title": f"Batterie più leggere, prova numero {number}",
        "text": "Il gruppo di lavoro ha provato nuove celle.\nI risultati escono in primavera.",
        "html": '<p>Il gruppo ha provato <a href="https://mobilita.example/celle">nuove celle</a>.</p>',
        "summary": "Il gruppo di lavoro sui materiali ha provato nuove celle per gli autobus.",
        "language": "it",
        "fingerprint": f"{number:032x}",
        "published": PublishedDate(
            datetime(2026, 2, 27, 22, 45, tzinfo=UTC), date(2026, 2, 27), Precision.MINUTE
        ),
        "authors": ("Ada Neri",),
        "mentions": (Mention("idrogeno", "idrogeno", "title"), Mention("mob", "cluster", "text")),
    }
    return Article(**values | changes)


def entry(number: int = 1, **changes: Any) -> Entry:
    """Entry `number`; `changes` are fields of Entry or, failing that, of Article."""
    own = {key: changes.pop(key) for key in list(changes) if key in Entry.__dataclass_fields__}
    values: dict[str, Any] = {
        "id": number,
        "tag": f"tag:notizie.example,2026:{number:08x}",
        "first_seen_at": SEEN + timedelta(minutes=number),
        "changed_at": SEEN + timedelta(minutes=number),
        "change_seq": number,
        "announced_seq": number,
        "is_live": True,
    }
    found = own.pop("article", None) or article(number, **changes)
    return Entry(article=found, sources=(found.source_id,), **values | own)


def entries(count: int) -> list[Entry]:
    """That many entries, newest arrival first."""
    return [entry(number) for number in range(count, 0, -1)]
