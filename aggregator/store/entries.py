"""Single Entries as readers get them: by number, tag or URL, and rows made into dataclasses.

Knows nothing of Queries. Start reading at `get`; `locate` finds what a person names.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from aggregator.errors import QueryError, StoreError
from aggregator.items import Article, Entry, Evidence, Mention, Precision, PublishedDate
from aggregator.store import corrections
from aggregator.store.agenda import load_events
from aggregator.store.codec import decompress, evidence_from_json, unpack
from aggregator.store.schema import BodyRow, EntryRow, MentionRow, SightingRow, UrlKeyRow
from aggregator.urls import canonical_url


def get(session: Session, id_: int | str) -> Entry:
    """The Entry with that number or tag, announced or not, with its evidence.

    Raises: StoreError when there is none.
    """
    is_it = EntryRow.tag == id_ if isinstance(id_, str) else EntryRow.id == id_
    statement = select(EntryRow, BodyRow).join(BodyRow, BodyRow.entry_id == EntryRow.id).where(is_it)
    rows = session.execute(statement).all()
    if not rows:
        raise StoreError(f"no article {id_} in the archive")
    entry = to_entries(session, rows, with_evidence=True)[0]
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


def to_entries(
    session: Session, rows: Sequence[Row[EntryRow, BodyRow]], *, with_evidence: bool = False
) -> list[Entry]:
    """The rows as Entries, in their order, with where each was seen and what it names and announces."""
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
