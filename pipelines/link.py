"""New Entries tied to those that they are copies or translations of, when their texts are settled.

Knows neither SQL nor how two texts are compared. Start reading at `relate_pending`:

    what nobody has compared yet, in order of announcement, a few at a time
    who holds their keys -> candidates -> relate, one after the other, each seeing the one before
    groups, Links and keys are written; the first of a group has changed for its readers
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aggregator.items import Level, Match
from aggregator.near import MOST_HOLDERS, Kin, Sketch
from aggregator.store import Session, Store, postings, revisions, runs, stories
from aggregator.store.runs import Lease
from aggregator.store.stories import Told
from aggregator.urls import canonical_url
from pipelines.dedupe import RULES, relate, sketch
from pipelines.wording import Wording

# Entries compared in one transaction: 25 hold the lock for some 50 ms.
_CHUNK = 25
_LIKELY = 2
# Copies come within weeks; who comes later finds the Entry by its exact text alone.
_WINDOW = timedelta(days=120)
# Translations come within days of each other, and are found within days of that.
_RECENT = timedelta(days=15)


def relate_pending(store: Store, lease: Lease, now: datetime) -> int:
    """Relates the Source's Entries that are about to be announced; how many ties were found.

    Killed anywhere, the next visit goes on: an Entry without a group has not been compared.

    Raises: LeaseLostError, StoreError.
    """
    ties = 0
    while True:
        with store.write() as session:
            runs.check_fence(session, lease)
            found = relate_some(session, lease.source_id, now=now)
        if found is None:
            return ties
        ties += found


def relate_some(session: Session, *source_ids: str, now: datetime) -> int | None:
    """Relates the next Entries of these Sources that are about to be announced; None when all are."""
    told = stories.pending(session, *source_ids, limit=_CHUNK)
    return _relate(session, told, now) if told else None


def _relate(session: Session, told: Sequence[Told], now: datetime) -> int:
    wordings = {entry.id: wording_of(entry) for entry in told}
    sketches = {id_: sketch(wording) for id_, wording in wordings.items()}
    holders, telling = _holders(session, told, sketches.values())
    past = _Archive(session, holders, wordings, stories.kins(session, telling))
    past.read_ahead(sketches.values())
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


def split(session: Session, entry_id: int) -> None:
    """Takes the Entry out of its group, for good: what was compared is not compared again.

    Raises: StoreError when there is no such Entry.
    """
    group = stories.group_of(session, entry_id)
    others = [id_ for id_, _ in stories.members(session, group) if id_ != entry_id]
    stories.unlink(session, entry_id)
    if others and group == entry_id:
        stories.join(session, group, others[0])
    stories.move(session, entry_id, entry_id)
    revisions.touch(
        session, sorted({entry_id, *stories.first_announced(session, [others[0]] if others else [])})
    )


def join(session: Session, entry_id: int, other_id: int) -> None:
    """Makes the groups of two Entries one, by a person's word.

    Raises: StoreError when there is no such Entry.
    """
    one, other = stories.group_of(session, entry_id), stories.group_of(session, other_id)
    if one == other:
        return
    later, earlier = max(entry_id, other_id), min(entry_id, other_id)
    tie = Match(Level.NEAR, earlier, 1.0, "a person said so")
    stories.add(session, [], [(later, tie)], RULES)
    stories.join(session, max(one, other), min(one, other))
    revisions.touch(session, sorted({entry_id, other_id}))


def wording_of(told: Told) -> Wording:
    """The Entry's words."""
    return Wording(told.title, told.text, told.language, told.source_id, told.day)


def _holders(
    session: Session, told: Sequence[Told], sketches: Iterable[Sketch]
) -> tuple[dict[int, list[int]], set[int]]:
    """Who holds the keys: of words in this window, of what translations share in the last days.

    Shapes: all holders by key, and those that may be candidates: who shares household names
        alone is none.
    """
    keys = {key for s in sketches for key in s.probes}
    cross_keys = {key for s in sketches for key in (*s.cross_probes, *s.cross_keys)} - keys
    recent = min(entry.seen for entry in told) - _RECENT
    near, cross = postings.find(session, keys), postings.find(session, cross_keys, recent)
    telling = {id_ for held in near.values() for id_ in held}
    telling |= {id_ for held in cross.values() if len(held) < MOST_HOLDERS for id_ in held}
    return near | cross, telling


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
    kins: dict[int, Kin]
    spoken: dict[int, frozenset[str]] = field(default_factory=dict)
    joined: list[tuple[int, int]] = field(default_factory=list)

    def read_ahead(self, sketches: Iterable[Sketch]) -> None:
        """Reads at once what will most likely be compared: who shares most keys with each."""
        likely: set[int] = set()
        for keys in sketches:
            shared = Counter(id_ for key in keys.probes for id_ in self.holders.get(key, ()))
            likely.update(id_ for id_, _ in shared.most_common(_LIKELY) if id_ in self.kins)
        self.wordings |= {told.id: wording_of(told) for told in stories.load(self.session, sorted(likely))}
        groups = {self.kins[id_].group for id_ in likely}
        self.spoken |= stories.languages(self.session, sorted(groups))

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
            self.spoken |= stories.languages(self.session, [group])
        return self.spoken[group]

    def wording(self, id_: int) -> Wording:
        """The Entry's words."""
        if id_ not in self.wordings:
            self.wordings |= {told.id: wording_of(told) for told in stories.load(self.session, [id_])}
        return self.wordings[id_]

    def take(self, told: Told, keys: Sketch, ties: Sequence[Match]) -> None:
        """Adds the Entry to what later ones see."""
        self.kins[told.id] = Kin(told.id, told.language, told.day)
        self.spoken[told.id] = frozenset((told.language,))
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
