"""Withdrawn articles: erased but for a number, hashes, a date and a reason, and never taken in again.

Knows nothing of files or feeds. Start reading at `withdraw`; `memory.find_withdrawn` is
what keeps them out.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Table, Text, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session

from aggregator.errors import QueryError
from aggregator.items import Fetched
from aggregator.store import bystanders, memory, search, snapshots
from aggregator.store.archive import take_numbers
from aggregator.store.codec import compress, pack, unpack, unpack_blocks
from aggregator.store.columns import Base, table
from aggregator.store.engine import Store, upsert
from aggregator.store.schema import (
    BodyRow,
    CrawlRunRow,
    EntryRow,
    EventRow,
    MentionRow,
    PostingRow,
    RevisionRow,
    SightingRow,
    SnapshotRow,
    UrlKeyRow,
    WithdrawalRow,
    WithdrawnKeyRow,
)
from aggregator.text import fold
from aggregator.urls import canonical_url, host_of, is_within, url_hash

# Rows that point to the Entry and stay, emptied: feeds and calendars must still say that it is gone.
_EMPTIED = frozenset({"entry", "body", "event", "mention"})


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That an article was withdrawn. `entry_id` and `tag` are None where it never was in the archive."""

    key: str
    entry_id: int | None
    tag: str | None
    reason: str
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True)
class Traces:
    """What a withdrawn article could still be found by elsewhere; kept nowhere.

    Shapes: `bystanders` is how many kept pages of other articles showed it, and were let go.
    """

    tag: str
    title: str
    urls: tuple[str, ...]
    bystanders: int = 0


def withdraw(
    session: Session, entry_id: int, *, reason: str, now: datetime, person: str | None = None
) -> Traces:
    """Erases the Entry with all that shows what it said, and keeps it out for ever.

    Raises: QueryError where there is no such Entry, or where the reason names the person.
    """
    _check_reason(reason, person)
    entry = session.get(EntryRow, entry_id, populate_existing=True)
    if entry is None or entry.withdrawn_at is not None:
        raise QueryError(f"no article {entry_id} in the archive")
    traces = Traces(entry.tag, entry.title, tuple(sorted(_addresses(session, entry))))
    texts = {key for key in (entry.text_key, *_texts(session, entry_id)) if key}
    main = url_hash(entry.canonical_url)
    keys = {main, *map(url_hash, _canonical(traces.urls)), *texts}
    _keep(session, Withdrawal(main, entry_id, entry.tag, reason, now), keys, person)
    marks, source_ids = _marks(session, entry, traces), _carriers(session, entry)
    _erase(session, entry, traces, main, now)
    return replace(traces, bystanders=bystanders.drop_showing(session, source_ids, marks))


def withdraw_url(
    session: Session, url: str, *, reason: str, now: datetime, person: str | None = None
) -> None:
    """Keeps out what was never taken in.

    Raises: QueryError for what is no URL, or where the reason names the person.
    """
    _check_reason(reason, person)
    try:
        canonical = canonical_url(url)
    except ValueError as error:
        raise QueryError(f"{url!r} is neither an article of the archive nor a URL") from error
    key = url_hash(canonical)
    _keep(session, Withdrawal(key, None, None, reason, now), {key}, person)
    _forget_urls(session, [canonical])


def scrub(store: Store) -> bool:
    """Leaves no byte of what was erased in the database; False where another's reading kept a log.

    Shapes: takes as long as writing the archive anew; readers go on, writers wait.
    """
    with store.write() as session:
        search.scrub(session)
    return store.scrub()


def find_withdrawals(
    session: Session, *, since: datetime | None = None, person: str | None = None
) -> list[Withdrawal]:
    """What was withdrawn, oldest first: after an instant, or at that person's request."""
    query = select(WithdrawalRow).order_by(WithdrawalRow.withdrawn_at, WithdrawalRow.key)
    if since is not None:
        query = query.where(WithdrawalRow.withdrawn_at > since)
    if person is not None:
        query = query.where(WithdrawalRow.person == _person_hash(person))
    return [_to_withdrawal(row) for row in session.scalars(query)]


def withdrawal_of(session: Session, name: str) -> Withdrawal | None:
    """The withdrawal of the article with that number, tag or URL, if it was withdrawn."""
    is_it = WithdrawalRow.tag == name
    if name.isdecimal():
        is_it = WithdrawalRow.entry_id == int(name)
    elif "://" in name:
        keys = [url_hash(url) for url in _canonical([name])]
        owner = select(WithdrawnKeyRow.withdrawal_key).where(WithdrawnKeyRow.key.in_(keys))
        is_it = WithdrawalRow.key.in_(owner)
    row = session.scalars(select(WithdrawalRow).where(is_it)).first()
    return _to_withdrawal(row) if row is not None else None


def withdraw_known(session: Session) -> int:
    """Erases the Entries that came with data from elsewhere and had been withdrawn; how many."""
    keys = memory.withdrawn_keys(session)
    hits: dict[int, str] = {}
    columns = (SightingRow.entry_id, SightingRow.url, SightingRow.link, SightingRow.text_key)
    for entry_id, url, link, text_key in session.execute(select(*columns)):
        known = {text_key, *map(url_hash, (url, *_canonical([link])))} & keys
        if known:
            hits[entry_id] = min(known)
    for entry_id, key in hits.items():
        owner = session.get_one(WithdrawalRow, session.get_one(WithdrawnKeyRow, key).withdrawal_key)
        withdraw(session, entry_id, reason=owner.reason, now=owner.withdrawn_at)
    return len(hits)


def _to_withdrawal(row: WithdrawalRow) -> Withdrawal:
    return Withdrawal(row.key, row.entry_id, row.tag, row.reason, row.withdrawn_at)


def _check_reason(reason: str, person: str | None) -> None:
    if person is not None and not fold(person).strip():
        raise QueryError("the person has no name")
    if person is not None and fold(person).strip() in fold(reason):
        raise QueryError("the reason names the person, and reasons are kept: say it without the name")


def _person_hash(name: str) -> str:
    return sha256(" ".join(fold(name).split()).encode()).hexdigest()


def _keep(session: Session, made: Withdrawal, keys: Collection[str], person: str | None) -> None:
    row = {
        "key": made.key, "entry_id": made.entry_id, "tag": made.tag, "reason": made.reason,
        "withdrawn_at": made.withdrawn_at, "person": _person_hash(person) if person else None,
    }  # fmt: skip
    # Who asked is not known again by what comes back from a backup: the first word on it stays.
    names = ("entry_id", "tag", "reason", "withdrawn_at", *(["person"] if person else []))
    statement = upsert(session, table(WithdrawalRow), ("key",), lambda new: {n: new[n] for n in names})
    session.execute(statement, [row])
    known = [{"key": key, "withdrawal_key": made.key} for key in sorted(keys)]
    session.execute(upsert(session, table(WithdrawnKeyRow), ("key",)), known)


def _canonical(urls: Iterable[str]) -> Iterator[str]:
    for url in urls:
        try:
            yield canonical_url(url)
        except ValueError:
            continue  # an identifier that a feed gave in place of an address


def _addresses(session: Session, entry: EntryRow) -> set[str]:
    """All addresses that the article was seen at, as stated and canonical."""
    found = {entry.url, entry.canonical_url}
    pages = select(SightingRow.url, SightingRow.link).where(SightingRow.entry_id == entry.id)
    for url, link in session.execute(pages):
        found |= {url, link}
    home = select(SightingRow.url).where(SightingRow.entry_id == entry.id)
    found.update(session.scalars(select(UrlKeyRow.url).where(UrlKeyRow.shows.in_(home))))
    for kept in snapshots.load_many(session, _snapshots(session, entry.id)).values():
        found |= {kept.page.url, kept.page.requested_url, kept.candidate.url, *_guid(kept)}
    return (found | set(_canonical(found))) - {""}


def _guid(kept: Fetched) -> tuple[str, ...]:
    """What a feed gave for its id, where it is an address at the page's own host: else it is another's."""
    guid = kept.candidate.guid or ""
    host = host_of(kept.page.url).removeprefix("www.")
    return (guid,) if is_within(guid, (host, f"www.{host}")) else ()


def _snapshots(session: Session, entry_id: int) -> list[int]:
    query = select(SightingRow.snapshot_id).where(SightingRow.entry_id == entry_id)
    return [id_ for id_ in session.scalars(query) if id_ is not None]


def _texts(session: Session, entry_id: int) -> list[str]:
    return list(session.scalars(select(SightingRow.text_key).where(SightingRow.entry_id == entry_id)))


def _carriers(session: Session, entry: EntryRow) -> set[str]:
    """The Sources that showed the article."""
    query = select(SightingRow.source_id).where(SightingRow.entry_id == entry.id)
    return {entry.source_id, *session.scalars(query)}


def _marks(session: Session, entry: EntryRow, traces: Traces) -> bystanders.Marks:
    """What other pages show it by, under its older titles too."""
    told = select(SightingRow.title).where(SightingRow.entry_id == entry.id)
    text = select(BodyRow.text).where(BodyRow.entry_id == entry.id)
    kept = select(RevisionRow.old).where(RevisionRow.entry_id == entry.id)
    older = [unpack(old) for old in session.scalars(kept)]
    titles = {entry.title, *session.scalars(told), *_values(older, "title")}
    texts = {entry.summary, *session.scalars(text), *_values(older, "summary"), *_values(older, "text")}
    return bystanders.marks_of(titles, texts, traces.urls)


def _values(older: Iterable[dict[str, str]], name: str) -> list[str]:
    return [old[name] for old in older if old.get(name)]


def _erase(session: Session, entry: EntryRow, traces: Traces, key: str, now: datetime) -> None:
    search.forget(session, [entry.id])
    _drop_pages(session, entry.id)
    for one in Base.metadata.sorted_tables:
        if one.name not in _EMPTIED:
            _drop_rows(session, one, entry.id)
    session.execute(delete(table(PostingRow)).where(PostingRow.entry_id == entry.id))
    _forget_urls(session, traces.urls)
    _forget_mentions(session, traces)
    empty = {"text": "", "html": compress(b""), "evidence": pack([]), "translations": []}
    session.execute(update(table(BodyRow)).where(BodyRow.entry_id == entry.id).values(empty))
    session.execute(
        update(table(EventRow))
        .where(EventRow.entry_id == entry.id)
        .values(sentence="", place=None, is_cancelled=True, sequence=EventRow.sequence + 1, changed_at=now)
    )
    named = update(table(MentionRow)).where(MentionRow.entry_id == entry.id)
    session.execute(named.values(words="", place=""))  # which calendars are to say that it is cancelled
    seq = take_numbers(session)[0]
    session.execute(
        update(table(EntryRow))
        .where(EntryRow.id == entry.id)
        .values(
            canonical_url=f"withdrawn:{key}", url="", title="", summary="", language="", fingerprint="",
            text_key="", published_at=None, published_day=None, precision=None, date_confidence=None,
            modified_at=None, authors=[], tags=[], image=None,
            hidden_at=func.coalesce(EntryRow.hidden_at, now), withdrawn_at=now, change_seq=seq, revisions=0,
        )
    )  # fmt: skip


def _drop_rows(session: Session, one: Table, entry_id: int) -> None:
    """Removes the table's rows that point to the Entry."""
    ours = [key.parent for key in one.foreign_keys if key.column.table.name == EntryRow.__tablename__]
    if ours:
        session.execute(delete(one).where(or_(*(column == entry_id for column in ours))))


def _drop_pages(session: Session, entry_id: int) -> None:
    """Removes the pages that showed the Entry, their Snapshots, and what they add to their site's memory."""
    query = select(SightingRow.source_id, SightingRow.blocks).where(SightingRow.entry_id == entry_id)
    for source_id, blocks in session.execute(query).all():
        counts = Counter(dict.fromkeys(unpack_blocks(blocks), -1))
        memory.count_blocks(session, source_id, counts)
    kept = _snapshots(session, entry_id)
    session.execute(delete(table(SightingRow)).where(SightingRow.entry_id == entry_id))
    session.execute(delete(table(SnapshotRow)).where(SnapshotRow.id.in_(kept)))


def _forget_urls(session: Session, urls: Sequence[str]) -> None:
    session.execute(delete(table(UrlKeyRow)).where(or_(UrlKeyRow.url.in_(urls), UrlKeyRow.shows.in_(urls))))


def _forget_mentions(session: Session, traces: Traces) -> None:
    """Removes the article's addresses where other rows name them: translations, errors of visits."""
    told = table(CrawlRunRow)
    for url in traces.urls:
        naming = cast(BodyRow.translations, Text).contains(url, autoescape=True)
        for body in session.scalars(select(BodyRow).where(naming)).all():
            left = [pair for pair in body.translations if pair[1] not in traces.urls]
            others = update(table(BodyRow)).where(BodyRow.entry_id == body.entry_id)
            session.execute(others.values(translations=left))
        said = func.replace(told.c.error, url, "(withdrawn)")
        session.execute(update(told).where(told.c.error.contains(url, autoescape=True)).values(error=said))
