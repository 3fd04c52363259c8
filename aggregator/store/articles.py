"""Entries: how Articles become rows, and rows the answer to a Query.

Knows nothing of how identity is decided. Start reading at `find`; `insert` is the way in.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, false, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from aggregator.errors import QueryError, StoreError
from aggregator.items import Article, Entry, Evidence, Match, Mention, Precision, PublishedDate
from aggregator.query import Order, Query
from aggregator.store import corrections
from aggregator.store.agenda import add_events, load_events
from aggregator.store.archive import authority, take_numbers
from aggregator.store.codec import (
    compress,
    content_values,
    decompress,
    evidence_from_json,
    evidence_to_json,
    pack,
    unpack,
)
from aggregator.store.columns import table
from aggregator.store.schema import (
    BodyRow,
    EntryRow,
    KinRow,
    LinkRow,
    MentionRow,
    SightingRow,
    SourceRow,
    UrlKeyRow,
)
from aggregator.store.sightings import Arrival
from aggregator.urls import canonical_url

# The year in which the tagging authority named this scheme (RFC 4151), not the article's.
_TAG = "tag:{},2026:{}"
_ANNOUNCED = EntryRow.announced_seq.is_not(None)
DAY_IS_KNOWN = EntryRow.precision.in_([Precision.MINUTE.value, Precision.DAY.value])


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
    waiting = select(EntryRow.id).where(~_ANNOUNCED, or_(EntryRow.source_id.in_(source_ids), shown_here))
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
    return len(ids)


def find(session: Session, query: Query) -> list[Entry]:
    """The announced Entries that the Query asks for, in its order, without their evidence."""
    column = EntryRow.announced_seq if query.order is Order.ARRIVAL else EntryRow.change_seq
    statement = select(EntryRow, BodyRow).join(BodyRow, BodyRow.entry_id == EntryRow.id)
    statement = statement.where(_ANNOUNCED, *filters(query))
    if query.order is Order.ARRIVAL:
        statement = statement.order_by(column.desc())
        if query.cursor is not None:
            statement = statement.where(column < query.cursor)
    else:
        statement = statement.order_by(column)
        if query.cursor is not None:
            statement = statement.where(column > query.cursor)
    rows = session.execute(statement.limit(query.limit)).all()
    entries = _to_entries(session, rows)
    if query.is_as_sighted and len(query.sources) == 1:
        return _as_sighted(session, entries, query.sources[0])
    return entries


def get(session: Session, id_: int | str) -> Entry:
    """The Entry with that number or tag, announced or not, with its evidence.

    Raises: StoreError when there is none.
    """
    is_it = EntryRow.tag == id_ if isinstance(id_, str) else EntryRow.id == id_
    statement = select(EntryRow, BodyRow).join(BodyRow, BodyRow.entry_id == EntryRow.id).where(is_it)
    rows = session.execute(statement).all()
    if not rows:
        raise StoreError(f"no article {id_} in the archive")
    entry = _to_entries(session, rows, with_evidence=True)[0]
    evidence = corrections.with_operator(entry.article.evidence, corrections.find(session, entry.id))
    return replace(entry, article=replace(entry.article, evidence=evidence))


def text_of(session: Session, id_: int) -> str:
    """The Entry's text."""
    return session.scalars(select(BodyRow.text).where(BodyRow.entry_id == id_)).one()


def read_evidence(session: Session, id_: int) -> tuple[Evidence, ...]:
    """The evidence of the Entry's page, without anybody's word."""
    packed = session.scalars(select(BodyRow.evidence).where(BodyRow.entry_id == id_)).one()
    return evidence_from_json(unpack(packed))


def locate(session: Session, name: str) -> int:
    """The number of the Entry with that number, tag or URL: its own page first, then where it was seen.

    Raises: QueryError when there is none; for a URL that was refused, with the reason.
    """
    if name.isdecimal():
        return _known(session, select(EntryRow.id).where(EntryRow.id == int(name)), name)
    if name.startswith("tag:"):
        return _known(session, select(EntryRow.id).where(EntryRow.tag == name), name)
    try:
        url = canonical_url(name)
    except ValueError as error:
        raise QueryError(f"{name!r} is neither an article's number nor its tag nor its URL") from error
    is_home = (SightingRow.url == EntryRow.canonical_url) & (SightingRow.source_id == EntryRow.source_id)
    seen = select(EntryRow.id).join(SightingRow, SightingRow.entry_id == EntryRow.id)
    seen = seen.order_by(is_home.desc(), EntryRow.id).limit(1)
    found = session.scalar(seen.where(SightingRow.url == url))
    # The address at which it was read may not be its canonical one; no index, so it comes last.
    return found or _known(session, seen.where(SightingRow.link == name), name, url)


def _known(session: Session, query: Select[int], name: str, url: str = "") -> int:
    found = session.scalar(query)
    if found is not None:
        return found
    refused = select(UrlKeyRow.source_id, UrlKeyRow.reason).where(UrlKeyRow.url == url)
    row = session.execute(refused.where(UrlKeyRow.reason.is_not(None))).first() if url else None
    if row is not None:
        raise QueryError(f"{name} is not in the archive: at {row.source_id} it was refused as {row.reason}")
    raise QueryError(f"no article {name} in the archive")


def count(session: Session, query: Query | None = None) -> int:
    """How many announced Entries the Query's filters leave."""
    where = filters(query) if query else []
    return session.scalar(select(func.count()).select_from(EntryRow).where(_ANNOUNCED, *where)) or 0


def filters(query: Query) -> list[ColumnElement[bool]]:
    """The Query's filters as conditions on the entry table."""
    where: list[ColumnElement[bool]] = []
    if query.sources:
        where.append(_seen_at(list(query.sources)))
    if query.clusters:
        own = select(SourceRow.id).where(SourceRow.cluster.in_(query.clusters))
        where.append(or_(EntryRow.id.in_(_naming(query.clusters)), EntryRow.source_id.in_(own)))
    if query.topics:
        where.append(EntryRow.id.in_(_naming(query.topics)))
    if query.languages:
        where.append(EntryRow.language.in_(query.languages))
    if query.since or query.until:
        where.append(EntryRow.published_day.between(query.since or date.min, query.until or date.max))
    if not query.with_hidden:
        where.append(EntryRow.hidden_at.is_(None))
    if query.is_live:
        where.append(EntryRow.is_live.is_(True))
    if query.is_once:
        where.append(~_seen_before(query))
    return where


def _seen_before(query: Query) -> ColumnElement[bool]:
    """Whether a copy or translation was announced earlier, among what the Query asks for."""
    own, other, first = aliased(KinRow), aliased(KinRow), aliased(EntryRow)
    seen = (
        exists()
        .where(own.entry_id == EntryRow.id, other.group_id == own.group_id, other.entry_id != own.entry_id)
        .where(first.id == other.entry_id, first.announced_seq < EntryRow.announced_seq)
    )
    if not query.with_hidden:
        seen = seen.where(first.hidden_at.is_(None))
    if query.languages:
        seen = seen.where(first.language.in_(query.languages))
    if query.is_live:
        seen = seen.where(first.is_live.is_(True))
    return seen


def entry_values(article: Article) -> dict[str, Any]:
    """The entry's columns that follow the article at each change."""
    values = content_values(article)
    del values["text"]
    return {**values, "url": article.url, "fingerprint": article.fingerprint}


def home_values(arrival: Arrival, authority_name: str) -> dict[str, Any]:
    """The entry's columns that say which page it was made of."""
    source_id, canonical_url = arrival.article.source_id, arrival.article.canonical_url
    return {
        "tag": mint_tag(authority_name, source_id, canonical_url),
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


def _naming(terms: Sequence[str]) -> Select[int]:
    return select(MentionRow.entry_id).where(MentionRow.term.in_(terms))


def _seen_at(sources: list[str]) -> ColumnElement[bool]:
    return EntryRow.id.in_(select(SightingRow.entry_id).where(SightingRow.source_id.in_(sources)))


def _to_entries(
    session: Session, rows: Sequence[Row[EntryRow, BodyRow]], *, with_evidence: bool = False
) -> list[Entry]:
    ids = [entry.id for entry, _ in rows]
    sources: dict[int, list[str]] = {id_: [] for id_ in ids}
    seen = select(SightingRow.entry_id, SightingRow.source_id).where(SightingRow.entry_id.in_(ids))
    for entry_id, source_id in session.execute(seen.order_by(SightingRow.id)):
        if source_id not in sources[entry_id]:
            sources[entry_id].append(source_id)
    mentions: dict[int, list[Mention]] = {id_: [] for id_ in ids}
    named = select(MentionRow).where(MentionRow.entry_id.in_(ids)).order_by(MentionRow.position)
    for row in session.scalars(named):
        mentions[row.entry_id].append(Mention(row.term, row.words, row.place))
    events = load_events(session, {entry.id: entry.title for entry, _ in rows})
    entries = [_to_entry(entry, body, sources[entry.id], with_evidence=with_evidence) for entry, body in rows]
    return [
        replace(
            entry,
            article=replace(
                entry.article, mentions=tuple(mentions[entry.id]), events=events.get(entry.id, ())
            ),
        )
        for entry in entries
    ]


def _to_entry(row: EntryRow, body: BodyRow, sources: list[str], *, with_evidence: bool) -> Entry:
    article = Article(
        source_id=row.source_id,
        url=row.url,
        canonical_url=row.canonical_url,
        title=row.title,
        text=body.text,
        html=decompress(body.html).decode("utf-8"),
        summary=row.summary,
        language=row.language,
        fingerprint=row.fingerprint,
        published=_to_date(row),
        modified_at=row.modified_at,
        authors=tuple(row.authors),
        image=row.image,
        tags=tuple(row.tags),
        translations=tuple((language, url) for language, url in body.translations),
        robots=tuple(body.robots),
        evidence=evidence_from_json(unpack(body.evidence)) if with_evidence else (),
    )
    return Entry(
        id=row.id,
        tag=row.tag,
        article=article,
        first_seen_at=row.first_seen_at,
        changed_at=row.changed_at,
        change_seq=row.change_seq,
        announced_seq=row.announced_seq,
        is_live=row.is_live,
        vanished_at=row.vanished_at,
        is_hidden=row.hidden_at is not None,
        sources=(row.source_id, *(s for s in sources if s != row.source_id)),
    )


def _to_date(row: EntryRow) -> PublishedDate | None:
    if row.published_day is None or row.precision is None:
        return None
    confidence = 1.0 if row.date_confidence is None else row.date_confidence
    return PublishedDate(row.published_at, row.published_day, Precision(row.precision), confidence)


def _as_sighted(session: Session, entries: list[Entry], source_id: str) -> list[Entry]:
    """The same Entries with the link and title of that Source's page, its own page first."""
    query = (
        select(SightingRow.entry_id, SightingRow.link, SightingRow.title)
        .where(SightingRow.source_id == source_id, SightingRow.entry_id.in_([e.id for e in entries]))
        .order_by(SightingRow.id.desc())
    )
    pages = {entry_id: (link, title) for entry_id, link, title in session.execute(query)}
    return [_with_page(entry, source_id, pages.get(entry.id)) for entry in entries]


def _with_page(entry: Entry, source_id: str, page: tuple[str, str] | None) -> Entry:
    if page is None or entry.article.source_id == source_id:
        return entry
    link, title = page
    return replace(entry, article=replace(entry.article, source_id=source_id, url=link, title=title))
