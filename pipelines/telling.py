"""Whether an article tells, in words of its own, the news that an earlier one tells.

Knows no archive. Copies and translations are told before this. Start reading at `tell`: a false
story is worse than a missing one, so all of its signs must be there.
"""

from math import fsum

from aggregator.items import Level, Match
from aggregator.near import MOST_HOLDERS, Overlap, Sketch
from pipelines.dedupe import Past, days_apart
from pipelines.similar import compare
from pipelines.translate import LANGUAGES, CrossLikeness, common_facts, likeness
from pipelines.wording import Wording

# Bounds measured on two sites of 240 articles each made of the same sentences (22 of their 29 stories
# found with copies and translations, none wrong) and on 1,900 labelled articles of Italian and English news.
_DAYS = 3  # later it is a follow-up, or the next of a series
_CANDIDATES = 3
_FEWEST_KEYS = 2
_RARE = 3.0  # keys, each divided by the groups that hold it these weeks: at 2 bulletins of one firm meet
# Names, and the weight of numbers and dates besides the days' own: a number of two digits says something.
_FEWEST_NAMES, _FACTS = 2, 2.0
# Where what they share is not rare, because a region's news are full of it, for the tellings of one day:
# of pairs that are none the weightiest has facts of 5.8, of those that are the lightest 8.9.
_SAME_DAYS, _MORE_NAMES, _MORE_FACTS = 1, 3, 7.0
_CLASHING = 1  # facts of each that the other lacks; two are the next call's, or another meeting's
_ALIKE, _ALIKE_ABROAD = 0.4, 0.3


def tell(wording: Wording, keys: Sketch, past: Past) -> Match | None:
    """The earlier Entry of another site, or in the other language, that tells the same; None for none.

    Shapes: one at most, so that no chains grow; articles without a day tell with nobody.
    """
    if wording.day is None or wording.language not in LANGUAGES:
        return None
    best: tuple[float, int, CrossLikeness] | None = None
    for probes in (keys.cross_keys, keys.cross_probes):
        for id_, is_rare in _candidates(wording, probes, past):
            like = _likeness(wording, past.wording(id_), is_rare=is_rare)
            if like is not None and (best is None or (like.score, -id_) > best[:2]):
                best = (like.score, -id_, like)
    if best is None:
        return None
    score, id_, like = best
    return Match(Level.STORY, -id_, round(min(score, 1.0), 3), _reason(like))


def _candidates(wording: Wording, probes: tuple[int, ...], past: Past) -> list[tuple[int, bool]]:
    """Who wrote in these days of what few others write of, and whether it is that few."""
    held = {key: ids for key, ids in past.find(probes).items() if len(ids) < MOST_HOLDERS}
    shared = Overlap(probes, held, lambda id_: past.kin(id_).group)

    def favour(id_: int) -> int:
        day = past.kin(id_).day
        return int(day is not None and days_apart(wording.day, day) <= _DAYS)

    best = shared.rank(favour, _CANDIDATES, _FEWEST_KEYS)
    found = [(id_, shared.rarity_of(id_) >= _RARE) for id_ in best]
    soon = best[:1] if best and days_apart(wording.day, past.kin(best[0]).day) <= _SAME_DAYS else []
    return [(id_, is_rare) for id_, is_rare in found if is_rare or id_ in soon]


def _likeness(here: Wording, there: Wording, *, is_rare: bool) -> CrossLikeness | None:
    """How much they share, if they may tell the same."""
    if here.source_id == there.source_id or there.language not in LANGUAGES:
        return None  # a site follows its news up, in the same names
    like = likeness(here, there)
    is_one_language = here.language == there.language
    if like.score < (_ALIKE if is_one_language else _ALIKE_ABROAD):
        return None
    names, facts = (_FEWEST_NAMES, _FACTS) if is_rare else (_MORE_NAMES, _MORE_FACTS)
    if len(like.names) < names or like.clash > _CLASHING or _weight(here, there) < facts:
        return None
    copied = compare(here, there, {}) if is_one_language else None
    return None if copied is not None and copied.refusal else like  # of one mould, with other facts


def _weight(here: Wording, there: Wording) -> float:
    """How much the numbers and dates say that both have, without those of the days that they are of."""
    days = [day for day in (here.day, there.day) if day is not None]
    own = {fact for day in days for fact in (f"#{day.day}", f"#{day.year}", f"m{day.month}")}
    own |= {f"w{day.isoweekday()}" for day in days}
    return fsum(weight for fact, weight in common_facts(here, there).items() if fact not in own)


def _reason(like: CrossLikeness) -> str:
    return (
        f"tells in other words, in the same days, of {', '.join(like.names[:5])}, "
        f"with {like.facts} numbers and dates in common"
    )
