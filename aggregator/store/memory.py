"""What is remembered of a Source between visits: URLs decided upon, blocks, validators, robots.

Knows nothing of articles or of the network. Start reading at `load_memory`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from aggregator.alias import same
from aggregator.check import Check
from aggregator.items import Boilerplate, Reason, RobotsRules, RunOutcome, SourceMemory, Validator, Way
from aggregator.store import aliases
from aggregator.store.codec import evidence_from_json, pack_boilerplate, unpack, unpack_boilerplate
from aggregator.store.columns import table
from aggregator.store.engine import Excluded, upsert
from aggregator.store.schema import (
    BlockRow,
    BodyRow,
    CrawlRunRow,
    EntryRow,
    RobotsRow,
    SightingRow,
    SourceRow,
    UrlKeyRow,
    ValidatorRow,
    WithdrawnKeyRow,
)
from aggregator.urls import url_hash

# What may be otherwise tomorrow: such a page is asked for again, so often at most. A page without any
# title is garbage as often as it is none.
_PASSING = (
    Reason.EMPTY, Reason.NO_TITLE, Reason.SOFT_404, Reason.LOGIN, Reason.CONSENT, Reason.PARKED, Reason.ERROR,
)  # fmt: skip
_TRIES = 3
# How long 'not modified' is believed, and how long one way in goes uncompared with the others: a
# server that keeps its ETag hides an article for a week at most, for a few requests more.
_WHOLE_EVERY = timedelta(days=7)
# A template lasts for years, and its habits with it: so many articles show them, and as many
# written with another one put them right.
_ARTICLES = 200
# Longer than a year, so that what stands on a yearly series' pages is told by two of them.
_BLOCKS_AGE = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class UrlKey:
    """A canonical URL decided upon: kept, or refused for a reason; `shows` is another that it led to."""

    url: str
    reason: Reason | None = None
    shows: str | None = None


_LEARNT = (
    SourceRow.way, SourceRow.way_urls, SourceRow.boilerplate, SourceRow.date_habits, SourceRow.visited_at,
    SourceRow.whole_at, SourceRow.is_stale, SourceRow.pace, SourceRow.aliases,
)  # fmt: skip


def load_memory(
    session: Session, source_id: str, now: datetime | None = None, *, is_backfill: bool = False,
    with_known: bool = True,
) -> SourceMemory:  # fmt: skip
    """All that a visit must know of the past; the default for a Source never visited.

    For a backfill, what was passed over for its age is unknown. Without the known URLs it is
    what digesting needs, and small; without `now` nothing is due.
    """
    row = session.execute(select(*_LEARNT).where(SourceRow.id == source_id)).one_or_none()
    if row is None:
        return SourceMemory(source_id)
    is_due = now is not None and (row.whole_at is None or now - row.whole_at >= _WHOLE_EVERY)
    has_left_out = now is not None and _has_left_out(session, source_id)
    # A first visit that missed a list has not been made.
    is_first = row.visited_at is None or (row.whole_at is None and has_left_out)
    decided = _decided(source_id, is_backfill=is_backfill, is_whole=is_due)
    learnt = aliases.from_json(row.aliases) if with_known else ()
    return SourceMemory(
        source_id,
        known=frozenset(session.scalars(decided) if with_known else ()),
        validators=_validators(session, source_id),
        boilerplate=unpack_boilerplate(row.boilerplate),
        way=Way(row.way) if row.way else None,
        way_urls=tuple(row.way_urls),
        date_habits=tuple((where, right, wrong) for where, right, wrong in row.date_habits),
        is_first_visit=is_first,
        withdrawn=withdrawn_keys(session) if with_known else frozenset(),
        checks=_checks(session, source_id, now) if with_known and now else (),
        is_whole=is_due or has_left_out,
        is_coverage_due=is_due and not is_first,
        is_stale=row.is_stale,
        pace=row.pace,
        visited_at=row.visited_at,
        aliases=learnt,
        covered=frozenset(same(learnt, url) for url in _live(session, source_id)) if learnt else frozenset(),
    )


def _live(session: Session, source_id: str) -> Iterable[str]:
    """The addresses that the Source's articles are kept under, as long as they answer."""
    query = select(SightingRow.url).where(SightingRow.source_id == source_id)
    return session.scalars(query.where(SightingRow.vanished_at.is_(None)))


def _validators(session: Session, source_id: str) -> tuple[Validator, ...]:
    query = select(ValidatorRow).where(ValidatorRow.source_id == source_id).order_by(ValidatorRow.url)
    return tuple(
        Validator(row.url, row.etag, row.last_modified, row.stamp, row.names, row.pattern)
        for row in session.scalars(query)
    )


def _has_left_out(session: Session, source_id: str) -> bool:
    """Whether the last visit ended early, or missed lists or pages: what it listed is to be listed again.

    A list that fails each time is no reason: the others are not read whole for ever because of it.
    """
    query = select(CrawlRunRow.outcome, CrawlRunRow.failed, CrawlRunRow.error, CrawlRunRow.refused).where(
        CrawlRunRow.source_id == source_id, CrawlRunRow.ended_at.is_not(None)
    )
    rows = session.execute(query.order_by(CrawlRunRow.id.desc()).limit(2)).all()
    if not rows:
        return False
    last, before = rows[0], rows[-1]
    is_new_trouble = last.error is not None and (len(rows) == 1 or before.error != last.error)
    is_well = last.outcome in (RunOutcome.OK.value, RunOutcome.NOT_MODIFIED.value)
    may_pass = any(reason.value in last.refused for reason in _PASSING)
    return last.failed > 0 or may_pass or not is_well or is_new_trouble


def _checks(session: Session, source_id: str, now: datetime) -> tuple[Check, ...]:
    columns = ("url", "link", "checked_at", "idle", "due_at", "etag", "last_modified")
    query = select(*(table(SightingRow).c[name] for name in columns)).where(
        SightingRow.source_id == source_id, SightingRow.checked_at.is_not(None)
    )
    return tuple(
        Check(key, link, checked_at, idle, due_at is not None and due_at <= now, etag, last_modified)
        for key, link, checked_at, idle, due_at, etag, last_modified in session.execute(query)
    )


def _decided(source_id: str, *, is_backfill: bool, is_whole: bool) -> Select[str]:
    passing = UrlKeyRow.reason.in_([reason.value for reason in _PASSING]) & (UrlKeyRow.tries < _TRIES)
    again = [Reason.OLD.value] * is_backfill + [Reason.ERROR.value] * (is_backfill or is_whole)
    is_undecided = or_(passing, UrlKeyRow.reason.in_(again))
    return select(UrlKeyRow.url).where(
        UrlKeyRow.source_id == source_id, or_(UrlKeyRow.reason.is_(None), ~is_undecided)
    )


def withdrawn_keys(session: Session) -> frozenset[str]:
    """What withdrawn articles are known again by: hashes of URLs, and keys of texts."""
    return frozenset(session.scalars(select(WithdrawnKeyRow.key)))


def find_withdrawn(session: Session, urls: Iterable[str], texts: Iterable[str]) -> frozenset[str]:
    """Those of these canonical URLs and keys of texts that were withdrawn."""
    wanted = {url_hash(url): url for url in urls} | {text: text for text in texts if text}
    query = select(WithdrawnKeyRow.key).where(WithdrawnKeyRow.key.in_(wanted))
    return frozenset(wanted[key] for key in session.scalars(query)) if wanted else frozenset()


def remember_urls(session: Session, source_id: str, keys: Iterable[UrlKey], now: datetime) -> None:
    """Keeps the decisions and counts refusals; what was once kept is never made a refusal."""
    rows = {
        key.url: {
            "source_id": source_id,
            "url": key.url,
            "reason": key.reason.value if key.reason else None,
            "tries": 1,
            "decided_at": now,
            "shows": key.shows,
        }
        for key in keys
    }
    if not rows:
        return
    statement = upsert(
        session,
        table(UrlKeyRow),
        ("source_id", "url"),
        lambda new: {**_all(new, "reason", "decided_at", "shows"), "tries": UrlKeyRow.tries + 1},
        where=UrlKeyRow.reason.is_not(None),
    )
    session.execute(statement, list(rows.values()))


def refuse_url(session: Session, source_id: str, url: str, reason: Reason, now: datetime) -> None:
    """Makes a URL that was kept a refused one."""
    query = update(table(UrlKeyRow)).where(UrlKeyRow.source_id == source_id, UrlKeyRow.url == url)
    session.execute(query.values(reason=reason.value, decided_at=now))


def count_blocks(
    session: Session, source_id: str, pages: Counter[tuple[int, int]], day: date | None = None
) -> None:
    """Adds to the number of pages at which each (key, place) stands; negative numbers take away.

    `day` is when the pages that add to it were taken in; none for those that are only gone.
    """
    rows = [
        {
            "source_id": source_id, "key": key, "place": place, "pages": count,
            "seen_on": day if count > 0 else None,
        }
        for (key, place), count in pages.items()
        if count
    ]  # fmt: skip
    if rows:
        statement = upsert(
            session,
            table(BlockRow),
            ("source_id", "key", "place"),
            lambda new: {
                "pages": BlockRow.pages + new["pages"],
                "seen_on": func.coalesce(new["seen_on"], BlockRow.seen_on),
            },
        )
        session.execute(statement, rows)


def block_counts(session: Session, source_id: str) -> list[tuple[int, int, int]]:
    """(key, place, pages) of all blocks seen at the Source."""
    query = select(BlockRow.key, BlockRow.place, BlockRow.pages).where(
        BlockRow.source_id == source_id, BlockRow.pages > 0
    )
    return [(key, place, pages) for key, place, pages in session.execute(query)]


def aged_blocks(session: Session, source_id: str) -> frozenset[tuple[int, int]]:
    """(key, place) of the blocks that no page showed for long before the newest that was taken in."""
    ours = (BlockRow.source_id == source_id, BlockRow.pages > 0)
    newest = session.scalar(select(func.max(BlockRow.seen_on)).where(*ours))
    if newest is None:
        return frozenset()
    query = select(BlockRow.key, BlockRow.place).where(*ours, BlockRow.seen_on < newest - _BLOCKS_AGE)
    return frozenset((key, place) for key, place in session.execute(query))


def save_boilerplate(session: Session, source_id: str, boilerplate: Boilerplate) -> None:
    """Keeps what the Source's texts are now without."""
    session.execute(
        update(SourceRow).where(SourceRow.id == source_id).values(boilerplate=pack_boilerplate(boilerplate))
    )


def save_validators(session: Session, source_id: str, validators: Sequence[Validator]) -> None:
    """Keeps what to ask 'has this changed?' with; one that says nothing is forgotten."""
    gone = [v.url for v in validators if not (v.etag or v.last_modified or v.stamp or v.pattern)]
    if gone:
        session.execute(
            delete(ValidatorRow).where(ValidatorRow.source_id == source_id, ValidatorRow.url.in_(gone))
        )
    rows = [{"source_id": source_id, **asdict(v)} for v in validators if v.url not in gone]
    if rows:
        names = ("etag", "last_modified", "stamp", "names", "pattern")
        statement = upsert(session, table(ValidatorRow), ("source_id", "url"), lambda new: _all(new, *names))
        session.execute(statement, rows)


def save_way(session: Session, source_id: str, way: Way, urls: Sequence[str]) -> None:
    """Keeps the way in that `auto` found to work."""
    session.execute(
        update(SourceRow).where(SourceRow.id == source_id).values(way=way.value, way_urls=list(urls))
    )


def save_manner(
    session: Session, source_id: str, *, pace: float | None, is_stale: bool, whole_at: datetime | None
) -> None:
    """Keeps how the host is to be asked; without `whole_at` its lists were not read whole."""
    values: dict[str, Any] = {"pace": pace}
    values |= {"is_stale": True} if is_stale else {}
    values |= {"whole_at": whole_at} if whole_at else {}
    session.execute(update(SourceRow).where(SourceRow.id == source_id).values(values))


def date_votes(session: Session, source_id: str) -> list[tuple[tuple[str, bool], ...]]:
    """How the places of dates voted in the Source's newest articles, an article each."""
    query = (
        select(BodyRow.evidence)
        .join(SightingRow, SightingRow.entry_id == BodyRow.entry_id)
        .join(EntryRow, EntryRow.id == BodyRow.entry_id)
        .where(
            SightingRow.source_id == source_id,  # by its index
            EntryRow.source_id == source_id,
            SightingRow.url == EntryRow.canonical_url,
        )
        .order_by(SightingRow.entry_id.desc())
        .limit(_ARTICLES)
    )
    told = (evidence_from_json(unpack(packed)) for packed in session.scalars(query))
    return [one.votes for items in told for one in items if one.votes]


def save_date_habits(session: Session, source_id: str, habits: Sequence[tuple[str, int, int]]) -> None:
    """Keeps how far each place of dates was right, for the next visit to weigh it by."""
    values = {"date_habits": [list(habit) for habit in habits]}
    session.execute(update(SourceRow).where(SourceRow.id == source_id).values(values))


def load_robots(session: Session, since: datetime) -> tuple[RobotsRules, ...]:
    """What robots.txt files said that were read since then."""
    query = select(RobotsRow).where(RobotsRow.fetched_at >= since).order_by(RobotsRow.origin)
    return tuple(
        RobotsRules(r.origin, r.fetched_at, r.text, is_closed=r.is_closed, why=r.why, reserved=r.reserved)
        for r in session.scalars(query)
    )


def save_robots(session: Session, rules: Sequence[RobotsRules]) -> None:
    """Keeps what robots.txt files said, in place of what they said before."""
    if rules:
        names = ("fetched_at", "text", "is_closed", "why", "reserved")
        statement = upsert(session, table(RobotsRow), ("origin",), lambda new: _all(new, *names))
        session.execute(statement, [asdict(one) for one in rules])


def _all(new: Excluded, *names: str) -> dict[str, object]:
    return {name: new[name] for name in names}
