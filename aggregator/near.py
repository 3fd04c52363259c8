"""Postings: which articles hold a key, and which of them share the most with an arriving one.

Knows no words and no database: keys are numbers, articles are ids. Start reading at `Overlap`; the
store has the same `find` and `add` in SQL.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import chain

# A key that this many articles hold is a template's or a household name: only the newest are kept,
# so that a lookup costs the same in an archive of any size. At half, the weekly bulletins of some
# towns push each other out within days; double costs twice the rows for no copy more.
MOST_HOLDERS = 24


@dataclass(frozen=True, slots=True)
class Sketch:
    """What an article is found again by: keys that are written down, and keys that are looked up.

    Shapes: `keys` of its own words and `cross_keys` for readers of the other language are few;
        `probes` and `cross_probes` are more, and hold the keys that a copy would have written.
    Units: keys are of 40 bits, small in an index and apart among a hundred million.
    """

    keys: tuple[int, ...] = ()
    probes: tuple[int, ...] = ()
    cross_keys: tuple[int, ...] = ()
    cross_probes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Kin:
    """What is known of an article without reading it.

    Shapes: `group` is the id of its group of copies and translations, `story` that of its story.
    """

    group: int
    language: str
    day: date | None
    story: int = 0


class MemoryPostings:
    """Postings that live as long as the process."""

    def __init__(self) -> None:
        # Tuples of numbers, which the garbage collector need not walk: most keys have one holder.
        self._holders: dict[int, tuple[int, ...]] = {}

    def find(self, probes: Iterable[int]) -> Mapping[int, Sequence[int]]:
        """The holders of each key that has any, newest last."""
        holders = self._holders
        return {key: holders[key] for key in probes if key in holders}

    def add(self, holder: int, keys: Iterable[int]) -> None:
        """Writes the keys down; where `MOST_HOLDERS` hold one, the oldest lets go."""
        holders, new = self._holders, (holder,)
        for key in keys:
            held = holders.get(key)
            holders[key] = (*held, holder)[-MOST_HOLDERS:] if held else new


@dataclass(frozen=True)
class Overlap:
    """Which articles, and which groups of copies, hold the keys that an article looks up."""

    probes: tuple[int, ...]
    holders: Mapping[int, Sequence[int]]
    group_of: Callable[[int], int]

    @cached_property
    def groups(self) -> Mapping[int, AbstractSet[int]]:
        """The groups that hold each key."""
        group_of = self.group_of
        groups = {holder: group_of(holder) for holder in set().union(*self.holders.values())}
        return {key: {groups[holder] for holder in held} for key, held in self.holders.items()}

    def rank(self, favour: Callable[[int], int], limit: int, fewest: int = 1) -> list[int]:
        """The holders that share most with the probes, best first, the newer of equals first.

        A key counts for what it tells: what two groups hold tells half. `favour` says how many
        times a holder's keys count; 0 leaves it out, as fewer than `fewest` keys do.
        """
        if not self.holders:
            return []
        held = Counter(chain.from_iterable(self.holders.values()))
        favours = {holder: favour(holder) for holder, keys in held.items() if keys >= fewest}
        shared = {holder: 0 for holder, times in favours.items() if times}
        if len(shared) < 2:
            return list(shared)
        for key, groups in self.groups.items():
            weight = 1_000_000 // len(groups)
            for holder in self.holders[key]:
                if holder in shared:
                    shared[holder] += weight * favours[holder]
        best = sorted([(weight, holder) for holder, weight in shared.items()], reverse=True)
        return [holder for _, holder in best[:limit]]

    def rarity_of(self, holder: int) -> float:
        """How many of the probes the holder has, each divided by the groups that have it."""
        return sum(1 / len(groups) for key, groups in self.groups.items() if holder in self.holders[key])

    def rarity(self, group: int) -> dict[int, float]:
        """The weight of each probe against that group: less the more others hold it."""
        weights = dict.fromkeys(self.probes, 1.0)
        for key, groups in self.groups.items():
            weights[key] = 1.0 / (1 + len(groups) - (group in groups))
        return weights
