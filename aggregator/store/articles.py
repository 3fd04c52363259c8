"""Entries: how Articles become rows, and are announced to readers.

Knows nothing of how identity is decided. Start reading at `insert_entries`; readers ask
`aggregator.store.find` and `aggregator.store.entries`, whose functions can be had here as well.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, false, func, insert, or_, select, update
from sqlalchemy.orm import Session

from aggregator.items import Article, Match
from aggregator.store import search
from aggregator.store.agenda import add_events
from aggregator.store.archive import authority, take_numbers
from aggregator.store.codec import compress, content_values, evidence_to_json, pack
from aggregator.store.columns import table
from aggregator.store.entries import get, locate, read_evidence, text_of
from aggregator.store.find import ANNOUNCED, DAY_IS_KNOWN, count, filters, find
from aggregator.store.schema import BodyRow, EntryRow, LinkRow, MentionRow, SightingRow
from aggregator.store.sightings import Arrival

__all__ = [
    "DAY_IS_KNOWN", "add_links", "add_mentions", "announce", "body_values", "count", "entry_values",
    "filters", "find", "get", "home_values", "insert_entries", "locate", "mint_tag", "pending",
    "read_evidence", "text_of",
]  # fmt: skip

# The year in which the tagging authority named this scheme (RFC 4151), not the article's.
_TAG = "tag:{},2026:{}"


def mint_tag(authority_name: str, source_id: str, canonical_url: str) -> str:
    """The eternal id of what was first seen at that URL of that Source."""
    return _TAG.format(authority_name, uuid.uuid5(uuid.NAMESPACE_URL, f"{source_id} {canonical_url}"))


def insert_entries(
    session: Session, arrivals: Sequence[Arrival], *, now: datetime, is_backfill: bool = False
) -> list[int]:
    """Stores Entries that are not announced yet; their ids, in order of the Articles."""
    if not arrivals:
        return []
    name = authority(session)
    ids = list(take_numbers(session, len(arrivals)))
    session.execute(
        insert(table(EntryRow)),
        [
            {
                "id": id_,
                **home_values(arrival, name),
                **entry_values(arrival.article),
                "first_seen_at": now,
                "changed_at": now,
                "change_seq": id_,
                "announced_seq": None,
                "is_backfill": is_backfill,
                "is_live": False,
                "vanished_at": None,
                "revisions": 0,
            }
            for id_, arrival in zip(ids, arrivals, strict=True)
        ],
    )
    articles = [arrival.article for arrival in arrivals]
    bodies = [{"entry_id": id_, **body_values(article)} for id_, article in zip(ids, articles, strict=True)]
    session.execute(insert(table(BodyRow)), bodies)
    add_mentions(session, list(zip(ids, articles, strict=True)))
    told = [
        (id_, home_values(arrival, name)["tag"], arrival.article.events)
        for id_, arrival in zip(ids, arrivals, strict=True)
        if arrival.article.events
    ]
    add_events(session, told, now)
    return ids


def add_links(session: Session, links: Sequence[tuple[int, Match]], rules: int) -> None:
    """Ties Entries to those that they are near-duplicates or translations of; `rules` is their version."""
    rows = [
        {
            "entry_id": entry_id,
            "other_id": match.entry_id,
            "level": match.level.value,
            "score": match.score,
            "reason": match.reason,
            "rules": rules,
            "original_id": {None: None, True: match.entry_id, False: entry_id}[match.translates],
        }
        for entry_id, match in links
    ]
    if rows:
        session.execute(insert(table(LinkRow)), rows)


def add_mentions(session: Session, articles: Sequence[tuple[int, Article]]) -> None:
    """Stores which clusters and topics these Entries name."""
    rows = [
        {"entry_id": id_, "position": n, "term": m.term, "words": m.words, "place": m.where}
        for id_, article in articles
        for n, m in enumerate(article.mentions)
    ]
    if rows:
        session.execute(insert(table(MentionRow)), rows)


def pending(*source_ids: str) -> Select[int]:
    """The ids of Entries that the end of these Sources' visits announces, in that order."""
    shown_here = exists().where(
        SightingRow.entry_id == EntryRow.id,
        SightingRow.source_id.in_(source_ids),
        SightingRow.text_key == EntryRow.text_key,
    )
    waiting = select(EntryRow.id).where(~ANNOUNCED, or_(EntryRow.source_id.in_(source_ids), shown_here))
    order = (EntryRow.published_day.asc().nulls_first(), EntryRow.published_at.asc().nulls_first())
    return waiting.order_by(*order, EntryRow.canonical_url, EntryRow.source_id)


def announce(session: Session, *source_ids: str, now: datetime, live_days: int = 14) -> int:
    """Lets feeds see what these Sources' visits brought; returns how many Entries.

    They go out in order of publication, oldest first, those without a date before them, so
    that the order does not depend on that of crawling. An Entry of another Source that this
    one showed with the same text goes out too: its text is settled here.
    """
    ids = list(session.scalars(pending(*source_ids)))
    if not ids:
        return 0
    oldest = now.date() - timedelta(days=live_days)
    is_recent = func.coalesce(DAY_IS_KNOWN & (EntryRow.published_day > oldest), false())
    for id_, seq in zip(ids, take_numbers(session, len(ids)), strict=True):
        values = {"announced_seq": seq, "change_seq": seq, "is_live": or_(~EntryRow.is_backfill, is_recent)}
        session.execute(update(table(EntryRow)).where(EntryRow.id == id_).values(values))
    search.index(session, ids)
    return len(ids)


def entry_values(article: Article) -> dict[str, Any]:
    """The entry's columns that follow the article at each change."""
    values = content_values(article)
    del values["text"]
    return {**values, "url": article.url, "fingerprint": article.fingerprint}


def home_values(arrival: Arrival, authority_name: str) -> dict[str, Any]:
    """The entry's columns that say which page it was made of."""
    source_id, canonical_url = arrival.article.source_id, arrival.article.canonical_url
    return {
        "tag": mint_tag(authority_name, source_id, arrival.origin or canonical_url),
        "source_id": source_id,
        "canonical_url": canonical_url,
        "text_key": arrival.text_key,
    }


def body_values(article: Article) -> dict[str, Any]:
    """The columns of the wide part."""
    return {
        "text": article.text,
        "html": compress(article.html.encode("utf-8")),
        "evidence": pack(evidence_to_json(article.evidence)),
        "translations": [list(pair) for pair in article.translations],
        "robots": list(article.robots),
    }
