"""Who was first, how long others took, who is spoken of, which words rise: each with its query.

Asks the views alone, as `aggregator.store.statistics` does. Start reading at `pick_up`.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from sqlalchemy.orm import Session

from aggregator.rising import Rise, Telling, rising
from aggregator.store.statistics import quoted, run

# Articles whose words are compared: the newest of each span, some seconds of work.
_MOST_TEXTS = 5000
_EVIDENCE = 3

_PICK_UP = """\
SELECT a.story_id, p.source_id, min(p.published_day) AS day, min(p.published_at) AS at,
    count(p.published_at) AS timed
FROM appearances AS p JOIN articles AS a ON a.id = p.article_id
WHERE a.story_id IN (SELECT id FROM stories WHERE sources > 1)
GROUP BY a.story_id, p.source_id
ORDER BY a.story_id, p.source_id"""
_VOICE = """\
SELECT m.term, lower(m.words) AS words, count(DISTINCT m.article_id) AS articles
FROM mentions AS m
GROUP BY 1, 2
ORDER BY 1, 3 DESC, 2"""
_SPELT = "SELECT m.words, count(*) FROM mentions AS m GROUP BY m.words ORDER BY 2, 1"
_NAMING = "SELECT m.term, count(DISTINCT m.article_id) AS articles FROM mentions AS m GROUP BY m.term"


# Days ahead of their reading are slips of the publisher.
_NEWEST = """\
SELECT max(published_day) FROM articles
WHERE CAST(published_day AS TEXT) <= substr(CAST(first_seen_at AS TEXT), 1, 10)"""
_SAID = "SELECT coalesce(story_id, -id) AS story, language, title || '. ' || text AS said FROM articles"
_ABOUT = "SELECT count(DISTINCT m.article_id) FROM mentions AS m"


@dataclass(frozen=True, slots=True)
class Carrier:
    """A source among those that told a story which others told as well.

    Shapes: `first` counts stories that it alone published first, `later` those it took up after
        another, `together` those whose order the dates do not tell.
    Units: `hours` is the middle of the times from release to pick-up, None where no instants are known.
    """

    source_id: str
    first: int
    later: int
    together: int
    hours: float | None


@dataclass(frozen=True, slots=True)
class Voice:
    """A cluster or topic, in how many articles it is named, its share, and the words that show it."""

    term: str
    articles: int
    share: float
    evidence: tuple[tuple[str, int], ...]


def pick_up(session: Session) -> tuple[list[Carrier], str]:
    """Who published first and who took it up, by source; and the query that it is counted from."""
    stories: dict[int, list[tuple[str, date | str | None, datetime | None]]] = defaultdict(list)
    for story, source, day, at, timed in run(session, _PICK_UP):
        stories[story].append((source, day, _instant(at) if timed else None))
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    delays: dict[str, list[float]] = defaultdict(list)
    for pages in stories.values():
        for source, place, hours in _order(pages):
            counts[source][place] += 1
            if hours is not None:
                delays[source].append(hours)
    found = [
        Carrier(
            source, n["first"], n["later"], n["together"], median(delays[source]) if delays[source] else None
        )
        for source, n in counts.items()
    ]
    return sorted(found, key=lambda c: (-c.first, -c.later, c.source_id)), _PICK_UP


def _order(
    pages: list[tuple[str, date | str | None, datetime | None]],
) -> list[tuple[str, str, float | None]]:
    """Source, place in the story, and hours after the release where instants tell."""
    days = [str(day) for _, day, _ in pages if day is not None]
    if len(days) < len(pages):  # an unknown day may be the first of all
        return [(source, "together", None) for source, _, _ in pages]
    early = min(days)
    firsts = [(source, at) for source, day, at in pages if str(day) == early]
    instants = [at for _, at in firsts if at is not None]
    release = min(instants) if len(instants) == len(firsts) else None
    alone = len(firsts) == 1 or (release is not None and instants.count(release) == 1)
    ordered: list[tuple[str, str, float | None]] = []
    for source, day, at in pages:
        is_first = str(day) == early and (len(firsts) == 1 or at == release)
        if str(day) == early and not alone and (release is None or at == release):
            ordered.append((source, "together", None))
        elif is_first:
            ordered.append((source, "first", None))
        else:
            hours = (at - release).total_seconds() / 3600 if at is not None and release is not None else None
            ordered.append((source, "later", hours))
    return ordered


def _instant(value: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def voice(session: Session, clusters: Collection[str], *, is_cluster: bool) -> tuple[list[Voice], str]:
    """The share of each cluster, or topic, in all articles that name one; and the query."""
    wanted = f"m.term {'' if is_cluster else 'NOT '}IN ({quoted(clusters)})"
    per_word = _VOICE.replace("\nGROUP", f"\nWHERE {wanted}\nGROUP")
    named = run(session, _NAMING.replace(" GROUP", f" WHERE {wanted} GROUP"))
    evidence: dict[str, list[tuple[str, int]]] = defaultdict(list)
    spelt = {words.lower(): words for words, _ in run(session, _SPELT)}  # the commonest comes last, and stays
    for term, words, articles in run(session, per_word):
        evidence[term].append((spelt.get(words, words), articles))
    [[naming]] = run(session, f"{_ABOUT} WHERE {wanted}")
    found = [
        Voice(term, articles, articles / naming, tuple(evidence[term][:_EVIDENCE]))
        for term, articles in named
    ]
    return sorted(found, key=lambda one: (-one.articles, one.term)), per_word


@dataclass(frozen=True, slots=True)
class Rises:
    """What rose between two spans of publication, how many stories each tells, and the queries behind it."""

    found: tuple[Rise, ...]
    since: date
    until: date
    recent: int
    before: int
    statement: str


def rises(session: Session, *, days: int, limit: int) -> Rises | None:
    """Words and names that rose in the last `days` of publication against twelve times as many before.

    Shapes: only sources that published in both spans are compared: one that is followed since
        yesterday would bring all its words along. None where no article has a date.
    """
    [[newest]] = run(session, _NEWEST)
    if newest is None:
        return None
    last = newest if isinstance(newest, date) else date.fromisoformat(newest)
    since, start = last - timedelta(days=days), last - timedelta(days=days * 13)
    of_late, earlier = (since, last), (start, since)
    recent, before = _texts(of_late, earlier), _texts(earlier, of_late)
    late, early = _read(session, recent), _read(session, before)
    names = [name for (name,) in run(session, "SELECT name FROM sources")]
    return Rises(
        tuple(rising(late, early, apart=names, limit=limit)), since + timedelta(days=1), last,
        _stories(late), _stories(early), f"{recent};\n{before}",
    )  # fmt: skip


def _texts(span: tuple[date, date], other: tuple[date, date]) -> str:
    both = f"source_id IN (SELECT source_id FROM articles WHERE {_within(other)})"  # noqa: S608  days
    return f"{_SAID}\nWHERE {_within(span)}\n    AND {both}\nORDER BY id DESC LIMIT {_MOST_TEXTS}"


def _within(span: tuple[date, date]) -> str:
    after, until = span
    return f"published_day > '{after}' AND published_day <= '{until}'"


def _read(session: Session, statement: str) -> list[Telling]:
    return [Telling(*row) for row in run(session, statement)]


def _stories(tellings: list[Telling]) -> int:
    return len({telling.story for telling in tellings})
