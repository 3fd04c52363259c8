"""Words that are looked for, as conditions on Entries: the one question, in two databases' words.

The only module that knows how SQLite (FTS5) and PostgreSQL (tsvector) are asked. Start reading at
`condition`; `newest` is the same, quicker, where only the first ones are wanted.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    column,
    not_,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from aggregator.query import And, Expression, Not, Or, Phrase, Prefix, Word
from aggregator.stems import stems
from aggregator.store import search
from aggregator.store.schema import EntryRow

TIERS = 3
"""How near to the title the words stand: in it, in it and the opening, anywhere."""

_FTS: Any = table(search.NAME, column("rowid", BigInteger), column(search.NAME))
_TS: Any = table(
    search.NAME, column("id", BigInteger), column("words"), column("headline", Text), column("plain", Text)
)
# What is found less often than that is gathered from the index, and sorted. Measured on 50,000 Entries:
# 10,000 makes the most frequent words half as slow again, 3,000 the middling ones with a filter twice.
_FEW = 5000
_BY_INDEX = text("SELECT set_config('enable_seqscan', :value, true)")
_FTS_SCOPES = ("{title}", "{title opening}", "{title opening body}")
# Names of stems in the index by how near to the title they stand, and of words as they stand.
_TS_STEMS = ("1", "2", "")
_TS_WORDS = ("h", "w", "w")


def condition(words: Expression, tier: int = TIERS - 1) -> ColumnElement[bool]:
    """That an Entry matches, with its words at least that near to the title, on either database."""
    seq = EntryRow.announced_seq
    fts = _fts_condition(words, tier)
    ts = seq.in_(select(_TS.c.id).where(_ts_condition(words, tier)))
    return _Either(fts, ts)


class _Either(FunctionElement[bool]):
    """Two conditions that mean the same, the first in SQLite's words, the second in PostgreSQL's."""

    inherit_cache = True
    name = "either"
    type = Boolean()

    def self_group(self, against: object = None) -> "_Either":
        """Itself: SQLAlchemy would write `= 1` behind it, and SQLite not use its index."""
        return self


@compiles(_Either)
def _compile(element: _Either, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401  as SQLAlchemy calls it
    of_sqlite, of_postgresql = element.clauses
    asked = of_sqlite if compiler.dialect.name == "sqlite" else of_postgresql
    return f"({compiler.process(asked, **options)})"


def _fts_condition(words: Expression, tier: int) -> ColumnElement[bool]:
    asked = match_text(words, tier)
    if asked is not None:
        seq = EntryRow.announced_seq
        return seq.in_(select(_FTS.c.rowid).where(_FTS.c.search.op("MATCH")(bindparam(None, asked, Text))))
    if isinstance(words, Not):
        return not_(_fts_condition(words.part, TIERS - 1))
    parts = words.parts if isinstance(words, And | Or) else ()
    join = and_ if isinstance(words, And) else or_
    return join(*(_fts_condition(part, tier) for part in parts))


def match_text(words: Expression, tier: int = TIERS - 1) -> str | None:
    """The question as FTS5 is asked; None for one that says only what must not be there."""
    match words:
        case Word(word):
            return f"{_FTS_SCOPES[tier]} : ({' OR '.join(_quoted(stem) for stem in stems([word]))})"
        case Prefix(start):
            return f"{{headline{' plain' * (tier > 0)}}} : {_quoted(start)} *"
        case Phrase(row):
            return f"{{headline{' plain' * (tier > 0)}}} : {_quoted(' '.join(row))}"
        case Or(parts):
            asked = [match_text(part, tier) for part in parts]
            return None if None in asked else _within(" OR ", asked)
        case And(parts):
            return _fts_and(parts, tier)
        case Not():
            return None


def _fts_and(parts: Sequence[Expression], tier: int) -> str | None:
    there = [match_text(part, tier) for part in parts if not isinstance(part, Not)]
    gone = [match_text(part.part) for part in parts if isinstance(part, Not)]
    if not there or None in there or None in gone:
        return None
    asked = _within(" AND ", there)
    return f"({asked} NOT {_within(' OR ', gone)})" if gone else asked


def _within(join: str, asked: Sequence[str | None]) -> str:
    return f"({join.join(part for part in asked if part)})"


def _quoted(words: str) -> str:
    return f'"{words}"'


def _ts_text(words: Expression, tier: int) -> str | None:
    """The question as a tsvector is asked; None for one with a phrase, since it keeps no order."""
    match words:
        case Word(word):
            return " | ".join(f"'{_TS_STEMS[tier]}{stem}'" for stem in stems([word]))
        case Prefix(start):
            return f"'{_TS_WORDS[tier]}{start}':*"
        case Phrase():
            return None
        case Not(part):
            asked = _ts_text(part, TIERS - 1)
            return None if asked is None else f"!({asked})"
        case And(parts) | Or(parts):
            some = [_ts_text(part, tier) for part in parts]
            join = ") & (" if isinstance(words, And) else ") | ("
            return None if None in some else f"({join.join(part for part in some if part)})"


def _ts_condition(words: Expression, tier: int) -> ColumnElement[bool]:
    asked = _ts_text(words, tier)
    if asked is not None:
        return _ts_match(asked)
    match words:
        case And(parts):
            return and_(*(_ts_condition(part, tier) for part in parts))
        case Or(parts):
            return or_(*(_ts_condition(part, tier) for part in parts))
        case Not(part):
            return not_(_ts_condition(part, TIERS - 1))
        case Phrase(row):
            said: ColumnElement[bool] = _TS.c.headline.contains(search.spaced(row), autoescape=True)
            if tier > 0:
                said = or_(said, _TS.c.plain.contains(search.spaced(row), autoescape=True))
            return and_(_ts_match(" & ".join(f"'{_TS_WORDS[tier]}{word}'" for word in row)), said)
        case Word() | Prefix():
            raise AssertionError(words)  # a tsvector is asked for those


def _ts_match(asked: str) -> ColumnElement[bool]:
    is_there: ColumnElement[bool] = _TS.c.words.op("@@")(cast(bindparam(None, asked, Text), TSQUERY))
    return is_there


def _ts_hits(words: Expression, tier: int, nearer: int | None) -> ColumnElement[bool]:
    """What is in the tier alone: one question to the index where that can be said in one."""
    if nearer is None:
        return _ts_condition(words, tier)
    asked, closer = _ts_text(words, tier), _ts_text(words, nearer)
    if asked is None or closer is None:
        return and_(_ts_condition(words, tier), not_(_ts_condition(words, nearer)))
    return _ts_match(f"({asked}) & !({closer})")


def _few(session: Session, words: Expression, tier: int, nearer: int | None) -> list[int] | None:
    """The places of what is found, where that is little; None where it is much, or only what must not be.

    PostgreSQL knows too little of rare words, and not what it costs to unpack a text's: left to itself
    it looks at all Entries one after the other, as is right for frequent words alone.
    """
    if match_text(words, tier) is None:
        return None
    found = select(_TS.c.id).where(_ts_hits(words, tier, nearer)).limit(_FEW + 1)
    session.execute(_BY_INDEX, {"value": "off"})
    places = list(session.scalars(found))
    session.execute(_BY_INDEX, {"value": "on"})
    return places if len(places) <= _FEW else None


def newest(
    session: Session,
    words: Expression,
    where: Sequence[ColumnElement[bool]],
    *,
    tier: int,
    nearer: int | None,
    before: int | None,
    between: Callable[[], tuple[int, int] | None],
    limit: int,
) -> list[int]:
    """The `announced_seq` of what matches and meets the conditions, newest first.

    Shapes: only what is in that tier, without what is in the tier `nearer` already; `before` a
        place, and `between` two, as a help for walks.
    """
    seq = EntryRow.announced_seq
    few = None if search.is_sqlite(session) else _few(session, words, tier, nearer)
    if few is not None:
        place: ColumnElement[Any] = seq.expression
        statement = select(place).where(place == any_(cast(few, ARRAY(BigInteger))))
    else:
        place, statement = _walk(session, words, tier, nearer)
        bounds = between()
        if bounds is not None:
            statement = statement.where(place.between(*bounds))
    if before is not None:
        statement = statement.where(place < before)
    return list(session.scalars(statement.where(*where).order_by(place.desc()).limit(limit)))


def _walk(
    session: Session, words: Expression, tier: int, nearer: int | None
) -> tuple[ColumnElement[Any], Select[Any]]:
    """What is a hit, to be looked at one Entry after the other, and the column of their places."""
    seq = EntryRow.announced_seq
    if not search.is_sqlite(session):
        # As a value, not as a list of hits: the other conditions are then looked at first.
        is_hit = select(_ts_hits(words, tier, nearer)).where(_TS.c.id == seq).scalar_subquery()
        return seq.expression, select(seq).where(seq.is_not(None), is_hit)
    asked = match_text(words, tier)
    if asked is None:
        apart = () if nearer is None else (not_(condition(words, nearer)),)
        return seq.expression, select(seq).where(seq.is_not(None), condition(words, tier), *apart)
    # From the words' side: FTS5 walks them newest first, and stops at the limit.
    if nearer is not None:
        asked = f"({asked} NOT {match_text(words, nearer)})"
    rowid = _FTS.c.rowid
    hits = select(rowid).select_from(_FTS.join(EntryRow, seq == rowid))
    return rowid, hits.where(_FTS.c.search.op("MATCH")(asked))


def holds(words: Expression, doc: search.Document) -> bool:
    """Whether the words are in it: what both databases answer, without either."""
    match words:
        case Word(word):
            return bool({*doc.title, *doc.opening, *doc.body} & set(stems([word])))
        case Prefix(start):
            return any(said.startswith(start) for said in (*doc.headline, *doc.plain))
        case Phrase(row):
            said = search.spaced(row)
            return said in search.spaced(doc.headline) or said in search.spaced(doc.plain)
        case And(parts):
            return all(holds(part, doc) for part in parts)
        case Or(parts):
            return any(holds(part, doc) for part in parts)
        case Not(part):
            return not holds(part, doc)
