"""New Entries tied to those that they are copies or translations of, when their texts are settled.

Knows neither SQL nor how two texts are compared. Start reading at `relate_pending`:

    what nobody has compared yet, in order of announcement, a few at a time
    who holds their keys -> candidates -> relate, one after the other, each seeing the one before
    groups, Links and keys are written; the first of a group has changed for its readers
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aggregator.items import Level, Match
from aggregator.near import Kin, Sketch
from aggregator.store import Session, Store, postings, revisions, runs, stories
from aggregator.store.runs import Lease
from aggregator.store.stories import Told
from aggregator.urls import canonical_url
from pipelines.dedupe import RULES, relate, sketch
from pipelines.wording import Wording

# Entries compared in one transaction: 25 hold the lock for some 50 ms.
_CHUNK = 25
# Copies come within weeks; who comes later finds the Entry by its exact text alone.
_WINDOW = timedelta(days=120)


def relate_pending(store: Store, lease: Lease, now: datetime) -> int:
    """Relates the Source's Entries that are about to be announced; how many ties were found.

    Killed anywhere, the next visit goes on: an Entry without a group has not been compared.

    Raises: LeaseLostError, StoreError.
    """
    ties = 0
    while True:
        with store.write() as session:
            runs.check_fence(session, lease)
            told = stories.pending(session, lease.source_id, _CHUNK)
            if not told:
                return ties
            ties += _relate(session, told, now)


def _relate(session: Session, told: Sequence[Told], now: datetime) -> int:
    wordings = {entry.id: wording_of(entry) for entry in told}
    sketches = {id_: sketch(wording) for id_, wording in wordings.items()}
    past = _Archive(session, _holders(session, sketches.values()), wordings)
    links: list[tuple[int, Match]] = []
    for entry in told:
        keys = sketches[entry.id]
        ties = _stated(session, entry, past) or relate(wordings[entry.id], keys, past)
        past.take(entry, keys, ties)
        links += [(entry.id, tie) for tie in ties]
    stories.add(session, [(entry.id, past.kin(entry.id)) for entry in told], links, RULES)
    past.write_joined()
    added = [(e.id, e.seen, (*sketches[e.id].keys, *sketches[e.id].cross_keys)) for e in told]
    postings.add(session, added, past.holders)
    postings.sweep(session, told[-1].id // _CHUNK, (now - _WINDOW).date())
    revisions.touch(session, stories.first_announced(session, past.groups_of(links)))
    return len(links)


def wording_of(told: Told) -> Wording:
    """The Entry's words."""
    return Wording(told.title, told.text, told.language, told.source_id, told.day)


def _holders(session: Session, sketches: Iterable[Sketch]) -> dict[int, list[int]]:
    keys = {key for s in sketches for key in (*s.probes, *s.cross_probes, *s.cross_keys)}
    return postings.find(session, keys)


def _stated(session: Session, told: Told, past: "_Archive") -> list[Match]:
    """The tie to the page that this one names as its translation, if the archive has it."""
    urls = [key for url in told.translations for key in _key(url)]
    for id_ in stories.at_urls(session, urls):
        kin = past.find_kin(id_)
        if id_ != told.id and kin is not None and kin.language != told.language:
            return [Match(Level.TRANSLATION, id_, 1.0, "its page names the other as its translation")]
    return []


def _key(url: str) -> tuple[str, ...]:
    try:
        return (canonical_url(url),)
    except ValueError:
        return ()


@dataclass(slots=True)
class _Archive:
    """The archive as `relate` looks at it, with what this transaction has added so far."""

    session: Session
    holders: dict[int, list[int]]
    wordings: dict[int, Wording]
    kins: dict[int, Kin] = field(default_factory=dict)
    spoken: dict[int, frozenset[str]] = field(default_factory=dict)
    joined: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.kins = stories.kins(self.session, {id_ for held in self.holders.values() for id_ in held})

    def find(self, probes: Sequence[int]) -> Mapping[int, Sequence[int]]:
        """The Entries that hold each of these keys and still exist."""
        kins = self.kins
        found = {
            key: [id_ for id_ in self.holders[key] if id_ in kins] for key in probes if key in self.holders
        }
        return {key: held for key, held in found.items() if held}

    def kin(self, id_: int) -> Kin:
        """The group of the Entry, its language and day."""
        return self.kins[id_]

    def find_kin(self, id_: int) -> Kin | None:
        """The same for any Entry; None for one that nobody has compared yet."""
        if id_ not in self.kins:
            self.kins |= stories.kins(self.session, [id_])
        return self.kins.get(id_)

    def languages(self, group: int) -> frozenset[str]:
        """The languages that the group has Entries in."""
        if group not in self.spoken:
            stored = {language for _, language in stories.members(self.session, group)}
            fresh = {kin.language for kin in self.kins.values() if kin.group == group}
            self.spoken[group] = frozenset(stored | fresh)
        return self.spoken[group]

    def wording(self, id_: int) -> Wording:
        """The Entry's words."""
        if id_ not in self.wordings:
            self.wordings |= {told.id: wording_of(told) for told in stories.load(self.session, [id_])}
        return self.wordings[id_]

    def take(self, told: Told, keys: Sketch, ties: Sequence[Match]) -> None:
        """Adds the Entry to what later ones see."""
        self.kins[told.id] = Kin(told.id, told.language, told.day)
        for key in (*keys.keys, *keys.cross_keys):
            self.holders.setdefault(key, []).append(told.id)
        for tie in ties:
            self._join(self.kins[told.id].group, self.kins[tie.entry_id or 0].group)

    def write_joined(self) -> None:
        """Writes which groups have become one."""
        for group, into in self.joined:
            stories.join(self.session, group, into)

    def groups_of(self, links: Sequence[tuple[int, Match]]) -> list[int]:
        """The groups that these Links made larger."""
        return sorted({self.kins[id_].group for id_, _ in links})

    def _join(self, one: int, other: int) -> None:
        if one == other:
            return
        group, into = max(one, other), min(one, other)
        languages = self.languages(group) | self.languages(into)
        for id_, kin in self.kins.items():
            if kin.group == group:
                self.kins[id_] = Kin(into, kin.language, kin.day)
        self.spoken.pop(group, None)
        self.spoken[into] = languages
        self.joined.append((group, into))
