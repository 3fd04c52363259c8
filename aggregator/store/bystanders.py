"""Kept pages of other articles that show a withdrawn one: in a list, beside the text, in a link.

Knows nothing of what else is erased. Start reading at `drop_showing`. Such a page is let go whole: what a
site writes into a list has as many spellings as there are templates, and half a page would be read again as
if it were one.
"""

import html
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from aggregator.items import Fetched
from aggregator.store import snapshots
from aggregator.store.columns import table
from aggregator.store.schema import SightingRow, SnapshotRow
from aggregator.text import words

# Fewer words are no title of one article alone: 'Comunicato stampa', 'News'.
_FEWEST = 4
# Of a teaser or a text as much as lists show of it at least.
_OPENING = 8
_AT_ONCE = 50
_TAG = re.compile(r"<[^>]*>")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_IN_ADDRESS = r"[\w\-.~/%]"


@dataclass(frozen=True, slots=True)
class Marks:
    """What a page shows an article by: runs of folded words, and addresses without their host."""

    phrases: tuple[str, ...]
    address: re.Pattern[str] | None


def marks_of(titles: Iterable[str], texts: Iterable[str], urls: Iterable[str]) -> Marks:
    """The marks of an article with these titles, texts or teasers, and addresses."""
    runs = [words(title) for title in titles] + [words(text[:1000])[:_OPENING] for text in texts]
    phrases = {f" {' '.join(run)} " for run in runs if len(run) >= _FEWEST}
    paths = {path for url in urls if (path := _path(url)).strip("/")}
    places = "|".join(re.escape(path.rstrip("/")) for path in sorted(paths))
    # The page of another article may end or begin with the same: /en/news/1, /news/12.
    whole = rf"(?:(?<!{_IN_ADDRESS})|//[\w.:\-]+)(?:{places})/?(?!{_IN_ADDRESS})"
    return Marks(tuple(sorted(phrases)), re.compile(whole) if places else None)


def _path(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return unquote(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def drop_showing(session: Session, source_ids: Collection[str], marks: Marks) -> int:
    """Lets go of these Sources' Snapshots that show the marks; how many. Their Sightings stay."""
    query = select(SnapshotRow.id).where(SnapshotRow.source_id.in_(source_ids)).order_by(SnapshotRow.id)
    ids = list(session.scalars(query))
    showing: list[int] = []
    for start in range(0, len(ids), _AT_ONCE):
        kept = snapshots.load_many(session, ids[start : start + _AT_ONCE])
        showing += [id_ for id_, fetched in kept.items() if shows(fetched, marks)]
    _drop(session, showing)
    return len(showing)


def _drop(session: Session, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        # By hand: a load in bulk, as of a restore, does not look at references.
        shown = update(table(SightingRow)).where(SightingRow.snapshot_id.in_(some))
        session.execute(shown.values(snapshot_id=None))
        session.execute(delete(table(SnapshotRow)).where(SnapshotRow.id.in_(some)))


def shows(fetched: Fetched, marks: Marks) -> bool:
    """Whether the page, or what its way in said of it, shows one of the marks."""
    return any(_holds(text, marks) for text in _texts(fetched))


def _texts(fetched: Fetched) -> Iterator[str]:
    from aggregator.extract.tree import decode

    candidate = fetched.candidate
    stated = dict(fetched.page.headers).get("content-type", "")
    yield decode(fetched.page.body, stated)
    yield " ".join(filter(None, (candidate.title, candidate.summary, candidate.content, candidate.listed_at)))


def _holds(text: str, marks: Marks) -> bool:
    plain = _ESCAPED.sub(_letter, html.unescape(text)).replace("\\/", "/")
    if marks.address is not None and marks.address.search(unquote(plain)):
        return True
    # With its tags for what stands in their attributes, without for words of which some are set apart.
    return any(
        phrase in f" {' '.join(words(one))} "
        for one in (plain, _TAG.sub(" ", plain), _TAG.sub("", plain))
        for phrase in marks.phrases
    )


def _letter(match: re.Match[str]) -> str:
    """The letter of an escape of JSON, which pages carry in their scripts."""
    return chr(int(match[1], 16))
