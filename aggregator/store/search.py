"""The index of full-text search, on SQLite (FTS5) and PostgreSQL (tsvector): made and kept.

Knows nothing of questions (`aggregator.store.matching` does). Start reading at `index`, the way in:
an Entry is in the index under its `announced_seq`, from when it is announced.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import Connection, func, insert, select, text, update
from sqlalchemy import delete as delete_from
from sqlalchemy.orm import Session

from aggregator.stems import rules, stems, tokens
from aggregator.store.engine import Store
from aggregator.store.schema import BodyRow, EntryRow, SearchStateRow

NAME = "search"
"""The table of the index; SQLite's has others beside it, whose names begin so."""

# Words of a text that count as its opening: two sentences of a newspaper's first paragraph.
_OPENING = 60
# PostgreSQL takes 1 MiB of lexemes, three for each word: what is longer is searched up to here.
_MOST_BYTES = 200_000
_LONGEST = 500  # words of a title, a summary, an author or a tag
# Between title, text and the rest, so that no phrase goes across; no folded word holds it.
_BREAK = "·"
# Entries a transaction: half a second of work, and writers of a run wait that long.
_BATCH = 500
# Entries whose words are held at once, 60 kB each.
_AT_ONCE = 50

# SQLite's is without a copy of the text: to remove an Entry, its words are given again, and none is left.
_FTS = (
    "CREATE VIRTUAL TABLE search USING fts5(title, opening, body, headline, plain,"
    " content='', columnsize=0, tokenize='ascii')"
)
_TS = (
    "CREATE TABLE search (id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL,"
    " headline TEXT NOT NULL, plain TEXT NOT NULL)"
)
# Without a list of pending rows: while a row moves from there into the index it has some of its words and
# not yet the others, and PostgreSQL 18 finds it by `here & !there` though it has both: 371 of 2,331 answers.
_TS_INDEX = "CREATE INDEX ix_search_words ON search USING gin (words) WITH (fastupdate = off)"
_CREATE = {"sqlite": (_FTS,), "postgresql": (_TS, _TS_INDEX)}
_FTS_CLEAR = text("INSERT INTO search(search) VALUES ('delete-all')")
_FTS_MERGE = text("INSERT INTO search(search) VALUES ('optimize')")
_FTS_ADD = text(
    "INSERT INTO search(rowid, title, opening, body, headline, plain)"
    " VALUES (:id, :title, :opening, :body, :headline, :plain)"
)
_FTS_REMOVE = text(
    "INSERT INTO search(search, rowid, title, opening, body, headline, plain)"
    " VALUES ('delete', :id, :title, :opening, :body, :headline, :plain)"
)
_TS_CLEAR = text("DELETE FROM search")
_TS_ADD = text("INSERT INTO search VALUES (:id, CAST(:words AS tsvector), :headline, :plain)")
_TS_REMOVE = text("DELETE FROM search WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Document:
    """An Entry as the index sees it: stems by where they stand, folded words in their order."""

    title: tuple[str, ...]
    opening: tuple[str, ...]
    body: tuple[str, ...]
    headline: tuple[str, ...]
    plain: tuple[str, ...]


def create(connection: Connection) -> None:
    """Makes the empty index."""
    for statement in _CREATE[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def clear(session: Session) -> None:
    """Empties the index and forgets how far it was made."""
    session.execute(_FTS_CLEAR if is_sqlite(session) else _TS_CLEAR)
    session.execute(delete_from(SearchStateRow))


def document(title: str, body: str, others: Iterable[str]) -> Document:
    """What the index holds of an article; `others` are its summary, authors and tags."""
    headline, words = tokens(title)[:_LONGEST], _bounded(tokens(body))
    rest = [tokens(other)[:_LONGEST] for other in others]
    found: set[str] = set()
    places: list[tuple[str, ...]] = []
    for some in (headline, words[:_OPENING], chain(words[_OPENING:], *rest)):
        places.append(tuple([stem for stem in stems(some) if stem not in found]))
        found.update(places[-1])
    plain = (*words, *(word for part in rest for word in (_BREAK, *part)))
    in_title, in_opening, below = places
    return Document(in_title, in_opening, below, tuple(headline), plain)


def _bounded(words: list[str]) -> list[str]:
    if 4 * sum(map(len, words)) + len(words) <= _MOST_BYTES:  # a letter takes four bytes at most
        return words
    left = _MOST_BYTES
    for at, word in enumerate(words):
        left -= len(word.encode()) + 1
        if left < 0:
            return words[:at]
    return words


def index(session: Session, entry_ids: Sequence[int]) -> None:
    """Puts announced Entries that are not in the index into it, as they are now."""
    for start in range(0, len(entry_ids), _AT_ONCE):
        found = _documents(session, entry_ids[start : start + _AT_ONCE])
        if found:
            _state(session, min(seq for seq, _ in found))
            _insert(session, found)


def forget(session: Session, entry_ids: Sequence[int]) -> None:
    """Takes Entries out of the index; to be called before their text changes or goes.

    What waits to be indexed, or is not announced, is passed over. On SQLite their words stay in
    the file until `scrub`.
    """
    state = session.get(SearchStateRow, 1, populate_existing=True)
    if state is None:
        return
    held = [
        (seq, doc) for seq, doc in _documents(session, entry_ids) if not state.reached < seq <= state.goal
    ]
    if not held:
        return
    if is_sqlite(session):
        session.execute(_FTS_REMOVE, [_fts_row(seq, doc) for seq, doc in held])
    else:
        session.execute(_TS_REMOVE, [{"id": seq} for seq, _ in held])


def renew(session: Session, entry_ids: Sequence[int]) -> None:
    """Puts Entries into the index that `forget` has taken out, as they are now."""
    state = session.get(SearchStateRow, 1, populate_existing=True)
    if state is not None:
        found = _documents(session, entry_ids)
        _insert(session, [(seq, doc) for seq, doc in found if not state.reached < seq <= state.goal])


def scrub(session: Session) -> None:
    """Leaves no trace of forgotten words in the index (SQLite); costs as much as writing it anew.

    FTS5 notes a removal and drops the words when it merges; this merges all. Its own option
    `secure-delete` is of SQLite 3.42, and makes the file unreadable to older ones.
    """
    if is_sqlite(session):
        session.execute(_FTS_MERGE)


def is_behind(session: Session) -> bool:
    """Whether Entries wait to be indexed: those of an older version's archive, or by older rules."""
    state = session.get(SearchStateRow, 1, populate_existing=True)
    if state is None:
        return (
            session.scalar(select(EntryRow.id).where(EntryRow.announced_seq.is_not(None)).limit(1))
            is not None
        )
    return state.rules != _rules(session) or state.reached < state.goal


def catch_up(store: Store) -> int:
    """Indexes what waits, a batch a transaction; how many Entries. Killed anywhere, it goes on from there."""
    done = 0
    while True:
        with store.read() as session:  # most often nothing waits: no lock is taken for that
            if not is_behind(session):
                return done
        with store.write() as session:
            done += _catch_up_some(session) if is_behind(session) else 0


def _catch_up_some(session: Session) -> int:
    state = _state(session, None)
    if state.rules != _rules(session):
        clear(session)
        session.expunge(state)
        state = _state(session, None)
    seq = EntryRow.announced_seq
    waiting = (
        select(EntryRow.id, seq).where(seq > state.reached, seq <= state.goal).order_by(seq).limit(_BATCH)
    )
    rows = session.execute(waiting).all()
    _insert(session, _documents(session, [row.id for row in rows]))
    reached = rows[-1][1] if len(rows) == _BATCH else state.goal
    session.execute(update(SearchStateRow).values(reached=reached))
    return len(rows)


def _state(session: Session, before: int | None) -> SearchStateRow:
    """The state; where there is none yet, that of an archive in which all announced `before` waits."""
    state = session.get(SearchStateRow, 1, populate_existing=True)
    if state is None:
        newest = select(func.max(EntryRow.announced_seq))
        if before is not None:
            newest = newest.where(EntryRow.announced_seq < before)
        values = {"id": 1, "rules": _rules(session), "reached": 0, "goal": session.scalar(newest) or 0}
        session.execute(insert(SearchStateRow), [values])
        state = session.get_one(SearchStateRow, 1)
    return state


def _rules(session: Session) -> str:
    """What the words of this database's index depend on: how PostgreSQL's are named, too."""
    return rules() if is_sqlite(session) else f"{rules()}/2"


def _documents(session: Session, entry_ids: Sequence[int]) -> list[tuple[int, Document]]:
    found: list[tuple[int, Document]] = []
    names = (
        EntryRow.announced_seq,
        EntryRow.title,
        EntryRow.summary,
        EntryRow.authors,
        EntryRow.tags,
        BodyRow.text,
    )
    for start in range(0, len(entry_ids), _BATCH):
        query = select(*names).join(BodyRow, BodyRow.entry_id == EntryRow.id).where(
            EntryRow.id.in_(entry_ids[start : start + _BATCH]), EntryRow.announced_seq.is_not(None)
        ).order_by(EntryRow.announced_seq)  # fmt: skip
        found += [
            (seq or 0, document(title, body, (summary, *authors, *tags)))
            for seq, title, summary, authors, tags, body in session.execute(query)
        ]
    return found


def _insert(session: Session, found: Sequence[tuple[int, Document]]) -> None:
    if not found:
        return
    if is_sqlite(session):
        session.execute(_FTS_ADD, [_fts_row(seq, doc) for seq, doc in found])
    else:
        session.execute(_TS_ADD, [_ts_row(seq, doc) for seq, doc in found])


def _fts_row(seq: int, doc: Document) -> dict[str, object]:
    names = ("title", "opening", "body", "headline", "plain")
    return {"id": seq, **{name: " ".join(getattr(doc, name)) for name in names}}


def _ts_row(seq: int, doc: Document) -> dict[str, object]:
    # Where a stem stands is part of its name: a weight would have to be read from each row that is found.
    opening = (*doc.title, *doc.opening)
    words = {*opening, *doc.body, *(f"w{word}" for word in (*doc.headline, *doc.plain) if word != _BREAK)}
    words |= {f"1{stem}" for stem in doc.title} | {f"2{stem}" for stem in opening}
    words |= {f"h{word}" for word in doc.headline}
    lexemes = " ".join(f"'{word}'" for word in words)
    return {"id": seq, "words": lexemes, "headline": spaced(doc.headline), "plain": spaced(doc.plain)}


def spaced(words: Sequence[str]) -> str:
    """The words as the PostgreSQL index keeps them: a phrase is found between spaces."""
    return f" {' '.join(words)} "


def is_sqlite(session: Session) -> bool:
    """Which of the two databases it is."""
    return session.get_bind().dialect.name == "sqlite"
