"""An Entry as the web may show it: what its source's policy and its page let leave, and nothing more.

Must not know formats, paths or templates. Start reading at `show`; `entry_of` refuses the rest.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from aggregator.errors import StoreError
from aggregator.feeds.channels import channel_of
from aggregator.feeds.compose import item_of, source_of
from aggregator.feeds.model import Edition, Item, Omission
from aggregator.feeds.policy import permitted
from aggregator.feeds.strings import LANGUAGES
from aggregator.items import Entry, Evidence, Publish
from aggregator.store import Session
from aggregator.store.entries import get
from aggregator.store.gone import find_gone
from aggregator.store.kinship import Tie, ties_of
from aggregator.web.problem import Unanswerable

# A release that hundreds took up is told by its story.
_MOST_TIES = 50
# What a fact of an article is, whatever may be quoted of it.
_FACTS = ("title", "published", "modified", "language", "canonical_url")


@dataclass(frozen=True, slots=True)
class Shown:
    """An Entry and the Item that may be shown of it; of the Entry itself only facts leave."""

    entry: Entry
    item: Item
    publish: Publish

    @property
    def terms(self) -> tuple[str, ...]:
        """The ids of the clusters and topics that it is about, as far as that leaves."""
        return tuple(c.term for c in self.item.categories if c.scheme.endswith((":cluster", ":topic")))

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Where its fields were read; what is quoted there only as far as it may leave."""
        return tuple(
            e for e in self.entry.article.evidence
            if e.field in _FACTS or (e.field != "text" and self.publish is not Publish.TITLE)
        )  # fmt: skip


def show(entry: Entry, edition: Edition, language: str = "") -> Shown | None:
    """What may be shown of the Entry, labels in that language; None where nothing may."""
    if entry.announced_seq is None or entry.is_hidden:
        return None
    channel = channel_of(language if language in LANGUAGES else "all", edition)
    item = item_of(entry, edition, channel)
    source = source_of(edition, entry.article.source_id, entry.article.url)
    permit = permitted(entry.article.robots, source)
    if isinstance(item, Omission) or permit is None:
        return None
    return Shown(entry, item, permit.publish)


def show_all(entries: Iterable[Entry], edition: Edition, language: str = "") -> list[Shown]:
    """Those of the Entries of which anything may be shown, in order."""
    shown = (show(entry, edition, language) for entry in entries)
    return [one for one in shown if one is not None]


def entry_of(session: Session, edition: Edition, id_: int, language: str = "") -> Shown:
    """The Entry with that number, with its evidence.

    Raises: Unanswerable when there is none that may be shown, which of the two is not told; and
        when it was shown once, and withdrawn.
    """
    try:
        shown = show(get(session, id_), edition, language)
    except StoreError:
        shown = None
    if shown is None and find_gone(session, entry_id=id_):
        raise Unanswerable(410, "this article was withdrawn")
    if shown is None:
        raise Unanswerable(404, "there is no such article here")
    return shown


def kindred_of(session: Session, edition: Edition, id_: int, language: str = "") -> list[tuple[Tie, Shown]]:
    """What ties the Entry to others, with those of them that may be shown."""
    found = []
    for tie in ties_of(session, id_)[:_MOST_TIES]:
        try:
            found.append((tie, entry_of(session, edition, tie.other_id, language)))
        except Unanswerable:
            continue
    return found


def past_of(shown: Shown, old: dict[str, Any]) -> dict[str, Any]:
    """Of what the article said before, by field, as much as may leave: the rest as None, that it changed."""
    is_open = shown.publish is not Publish.TITLE
    allowed = {"title", "language", "published_day", "published_at", "precision", "modified_at", "url"}
    allowed |= {"authors", "tags"} if is_open else set()
    return {name: value if name in allowed else None for name, value in sorted(old.items())}
