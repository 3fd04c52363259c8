"""New Entries tied to those that they are copies or translations of, when their texts are settled.

Knows neither SQL nor how two texts are compared. Start reading at `relate_pending`:

    what nobody has compared yet, in order of announcement, a few at a time
    who holds their keys -> candidates -> relate, one after the other, each seeing the one before
    groups, Links and keys are written; the first of a group has changed for its readers
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import chain

from aggregator.items import Level, Match
from aggregator.near import MOST_HOLDERS, Kin, Sketch
from aggregator.store import Session, Store, kinship, postings, revisions, runs
from aggregator.store.kinship import Told
from aggregator.store.runs import Lease
from aggregator.urls import canonical_url
from pipelines.dedupe import FEWEST_KEYS, RULES, Nearby, relate, sketch, translation
from pipelines.marks import marks_of
from pipelines.telling import tell
from pipelines.translate import forget
from pipelines.wording import Wording

# Entries compared in one transaction: 50 hold the lock for some 100 ms.
CHUNK = 50
_LIKELY = 2
# Copies come within weeks; who comes later finds the Entry by its exact text alone.
WINDOW = timedelta(days=120)
# Translations come within days of each other, and are found within days of that.
RECENT = timedelta(days=15)


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
    """Relates the next Entries of these Sources that are about to be announced; None when all are.

    Before them come those that older rules have compared: newer ones may tell more of them.
    """
    told = kinship.stale(session, *source_ids, limit=CHUNK)
    if told:
        return _renew(session, told)
    told = kinship.pending(session, *source_ids, limit=CHUNK)
    return _relate(session, told, now) if told else None


def _relate(session: Session, told: Sequence[Told], now: datetime) -> int:
    wordings = _wordings(session, told)
    sketches = {id_: sketch(wording) for id_, wording in wordings.items()}
    recent = min(entry.seen for entry in told) - RECENT
    holders, telling = _holders(session, sketches.values(), recent)
    past = _Archive(session, holders, wordings, kinship.kins(session, telling))
    past.read_ahead(sketches.values())
    links: list[tuple[int, Match]] = []
    for entry in told:
        keys = sketches[entry.id]
        ties = _stated(session, entry, past) or relate(wordings[entry.id], keys, past)
        told_before = None if ties else tell(wordings[entry.id], keys, past)
        links += [(entry.id, tie) for tie in past.take(entry, keys, ties, told_before)]
    kinship.add(session, [(entry.id, past.kin(entry.id)) for entry in told], links, RULES)
    added = [(e.id, e.seen, (*sketches[e.id].keys, *sketches[e.id].cross_keys)) for e in told]
    postings.add(session, added, past.holders)
    postings.forget(session, {key for keys in sketches.values() for key in keys.cross_keys}, recent)
    postings.sweep(session, told[-1].id // CHUNK, (now - WINDOW).date())
    revisions.touch(session, kinship.first_announced(session, past.groups_of(links)))
    forget()
    return len(links)


def _renew(session: Session, told: Sequence[Told]) -> int:
    """Writes today's keys of Entries that were announced already, and the stories that they tell.

    Their copies and translations were found by the keys of then, and stay.
    """
    wordings = _wordings(session, told)
    sketches = {id_: sketch(wording) for id_, wording in wordings.items()}
    recent = min(entry.seen for entry in told) - RECENT
    holders, telling = _holders(session, sketches.values(), recent)
    ids = {entry.id for entry in told}
    past = _Archive(session, holders, wordings, kinship.kins(session, telling | ids))
    links: list[tuple[int, Match]] = []
    for entry in told:
        tie = tell(wordings[entry.id], sketches[entry.id], past)
        if tie is not None and past.join_story(entry.id, tie.entry_id or 0):
            links.append((entry.id, tie))
        past.hold(entry.id, sketches[entry.id].cross_keys)
    kinship.add(session, [], links, RULES)
    postings.add(session, [(e.id, e.seen, sketches[e.id].cross_keys) for e in told], past.holders)
    kinship.renewed(session, sorted(ids))
    revisions.touch(session, kinship.first_announced(session, past.groups_of(links)))
    forget()
    return len(links)


def split(session: Session, entry_id: int, now: datetime) -> None:
    """Takes the Entry out of its group and story, for good: what joins it later stays apart from them.

    Raises: StoreError when there is no such Entry.
    """
    kin = kinship.kin_of(session, entry_id)
    others = [id_ for id_ in kinship.story_members(session, kin.story) if id_ != entry_id]
    kindred = [id_ for id_, _ in kinship.members(session, kin.group) if id_ != entry_id]
    kinship.unlink(session, entry_id)
    if kindred and kin.group == entry_id:
        kinship.join(session, kin.group, kindred[0])
    if others and kin.story == entry_id:
        kinship.join_stories(session, kin.story, others[0])
    kinship.move(session, entry_id, entry_id, entry_id)
    kinship.say(session, [(entry_id, other) for other in others], now, is_same=False)
    left = kinship.first_announced(session, kindred[:1])
    revisions.touch(session, sorted({entry_id, *left}))


def join(session: Session, entry_id: int, other_id: int, now: datetime) -> None:
    """Makes the groups and stories of two Entries one, by a person's word.

    Raises: StoreError when there is no such Entry.
    """
    one, other = kinship.kin_of(session, entry_id), kinship.kin_of(session, other_id)
    if one.group == other.group:
        return
    later, earlier = max(entry_id, other_id), min(entry_id, other_id)
    kinship.unlink_pair(session, later, earlier)
    kinship.add(session, [], [(later, Match(Level.NEAR, earlier, 1.0, "a person said so"))], RULES)
    kinship.say(session, [(later, earlier)], now, is_same=True)
    kinship.join(session, max(one.group, other.group), min(one.group, other.group))
    if one.story != other.story:
        kinship.join_stories(session, max(one.story, other.story), min(one.story, other.story))
    revisions.touch(session, sorted({entry_id, other_id}))


def _wordings(session: Session, told: Sequence[Told]) -> dict[int, Wording]:
    """The words of Entries that are to be compared, with what they show besides."""
    shown = kinship.shown(session, [entry.id for entry in told])
    return {entry.id: replace(wording_of(entry), marks=marks_of(*shown[entry.id])) for entry in told}


def wording_of(told: Told) -> Wording:
    """The Entry's words."""
    return Wording(told.title, told.text, told.language, told.source_id, told.day)


def _holders(
    session: Session, sketches: Iterable[Sketch], recent: date
) -> tuple[dict[int, list[int]], set[int]]:
    """Who holds the keys: of words in this window, of what translations share in the last days.

    Shapes: all holders by key, and those that may be candidates: who shares household names
        alone is none.
    """
    keys = {key for s in sketches for key in s.probes}
    cross_keys = {key for s in sketches for key in (*s.cross_probes, *s.cross_keys)} - keys
    near, cross = postings.find(session, keys), postings.find(session, cross_keys, recent)
    telling = {id_ for held in near.values() for id_ in held}
    telling |= {id_ for held in cross.values() if len(held) < MOST_HOLDERS for id_ in held}
    return near | cross, telling


def _stated(session: Session, told: Told, past: "_Archive") -> list[Match]:
    """The tie to the page that this one names as its translation, if it stands at the same Source.

    Whoever takes over a page takes its statements along, and they are true of the page that it was.
    """
    urls = [key for url in told.translations for key in _key(url)]
    for id_ in kinship.at_urls(session, urls, told.source_id):
        kin = past.find_kin(id_)
        if id_ != told.id and kin is not None and kin.language != told.language:
            other = Nearby(id_, kin.group, past.wording(id_))
            return [translation(wording_of(told), other, 1.0, "its page names the other as its translation")]
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
    taken: list[int] = field(default_factory=list)
    # Names of those taken that older Entries have come under: ids do not follow the order of announcement.
    shared: set[int] = field(default_factory=set)

    def read_ahead(self, sketches: Iterable[Sketch]) -> None:
        """Reads at once what will most likely be compared: who shares most keys with each."""
        likely: set[int] = set()
        for keys in sketches:
            for probes in (keys.probes, keys.cross_probes):
                held = [self.holders[key] for key in probes if key in self.holders]
                shared = Counter(chain.from_iterable(ids for ids in held if len(ids) < MOST_HOLDERS))
                best = shared.most_common(_LIKELY)
                likely.update(id_ for id_, count in best if count >= FEWEST_KEYS and id_ in self.kins)
        self.wordings |= {told.id: wording_of(told) for told in kinship.load(self.session, sorted(likely))}
        groups = {self.kins[id_].group for id_ in likely}
        self.spoken |= kinship.languages(self.session, sorted(groups))

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
            self.kins |= kinship.kins(self.session, [id_])
        return self.kins.get(id_)

    def languages(self, group: int) -> frozenset[str]:
        """The languages that the group has Entries in."""
        if group not in self.spoken:
            self.spoken |= kinship.languages(self.session, [group])
        return self.spoken[group]

    def wording(self, id_: int) -> Wording:
        """The Entry's words."""
        if id_ not in self.wordings:
            self.wordings |= {told.id: wording_of(told) for told in kinship.load(self.session, [id_])}
        return self.wordings[id_]

    def take(
        self, told: Told, keys: Sketch, ties: Sequence[Match], telling: Match | None = None
    ) -> list[Match]:
        """Adds the Entry to what later ones see; those of its ties that no person's word is against."""
        self.taken.append(told.id)
        self.kins[told.id] = Kin(told.id, told.language, told.day, told.id)
        self.spoken[told.id] = frozenset((told.language,))
        self.hold(told.id, (*keys.keys, *keys.cross_keys))
        if telling is not None and telling.entry_id is not None:
            self._join_stories(told.id, self.kins[telling.entry_id].story)
            return [telling]
        return [tie for tie in ties if self._join(told.id, tie.entry_id or 0)]

    def hold(self, entry_id: int, keys: Iterable[int]) -> None:
        """Makes the Entry a holder of these keys."""
        for key in keys:
            self.holders.setdefault(key, []).append(entry_id)

    def join_story(self, entry_id: int, other_id: int) -> bool:
        """Makes the stories of two Entries one, if they are two and no person's word is against it."""
        one, other = self.kins[entry_id].story, self.kins[other_id].story
        if one == other or kinship.are_apart(self.session, one, other):
            return False
        self._join_stories(one, other)
        return True

    def groups_of(self, links: Sequence[tuple[int, Match]]) -> list[int]:
        """The groups that these Links made larger."""
        return sorted({self.kins[id_].group for id_, _ in links})

    def _join(self, entry_id: int, other_id: int) -> bool:
        one, other = self.kins[entry_id], self.kins[other_id]
        group, into = max(one.group, other.group), min(one.group, other.group)
        if group == into:
            return True
        is_new = one.story == entry_id  # nobody has said anything of it yet
        if not is_new and kinship.are_apart(self.session, one.story, other.story):
            return False
        self._join_stories(one.story, other.story)
        languages = self.languages(group) | self.languages(into)
        for id_, kin in self._may_be_in(group):
            if kin.group == group:
                self.kins[id_] = replace(kin, group=into)
        self.spoken.pop(group, None)
        self.spoken[into] = languages
        if self._is_stored(group):
            kinship.join(self.session, group, into)
            self.shared.add(into)
        return True

    def _join_stories(self, one: int, other: int) -> None:
        story, into = max(one, other), min(one, other)
        if story == into:
            return
        for id_, kin in self._may_be_in(story):
            if kin.story == story:
                self.kins[id_] = replace(kin, story=into)
        if self._is_stored(story):
            kinship.join_stories(self.session, story, into)
            self.shared.add(into)

    def _may_be_in(self, name: int) -> list[tuple[int, Kin]]:
        """Those among which its members are: what is named after one that was just taken holds no other."""
        ids = self.kins if self._is_stored(name) else self.taken
        return [(id_, self.kins[id_]) for id_ in ids]

    def _is_stored(self, name: int) -> bool:
        """Whether Entries that the archive holds already may be under that name."""
        return name not in self.taken or name in self.shared
