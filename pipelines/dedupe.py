"""What an arriving Article is to the archive: new, the same, nearly the same, or a translation.

Pure: knows the neighbours it is given, and neither database nor page. Start reading at `decide`;
`relate` goes on where it says new.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from aggregator.items import Article, Level, Match
from aggregator.near import MOST_HOLDERS, Kin, Overlap, Sketch
from aggregator.store.neighbours import Neighbours
from pipelines.origin import original_of
from pipelines.similar import Likeness, compare, near_keys, rare_keys
from pipelines.translate import LANGUAGES, CrossLikeness, cross_keys, likeness
from pipelines.wording import Wording

# The version of the rules below, kept with each Link: raise it with any change of what they say, and let
# a migration name what is to be compared again (`StaleRow`). 2: stories; keys for the other language.
RULES = 2

# Bounds measured on 1,900 labelled articles in Italian and English with 15 kinds of copies and 10
# kinds of near misses; by 0.05 down or up precision or recall falls under 0.99 or 0.975.
_ENOUGH = 0.99  # no later candidate, sharing fewer keys, will be better
_FEWEST_WORDS = 10  # shared: less is a phrase
_CONTAINED = 0.85  # of the smaller text: a teaser, a cut copy, a copy among boilerplate
_MOSTLY, _MOSTLY_OF_BOTH = 0.6, 0.3  # of the smaller and of the larger: cut and wrapped up
_SAME_TITLE = 0.4  # of both, under one title
_RARE = 0.4  # of what few others say
_RARE_KEYS = 3.0  # of the 22 written down: edited copies have 5.8 and more, texts of one mould up to 1.9
_SOON_DAYS = 21
_SOON_FAVOUR = 4  # how many times the keys of an article of these days count among candidates
FEWEST_KEYS = 2  # shared by a candidate: of 544 copies each shared two, of 3,309 others a quarter one
_CANDIDATES = 3  # compared in full; with two, one copy in a hundred is missed in unlucky orders
_SAME_ISSUE_DAYS = 1
_PASSAGES = 8  # words, swapped within these days: more than one editor's sentence
_LATER, _LATER_RARE = 0.95, 0.9
_TRANSLATED_DAYS = 5
_TRANSLATED, _TRANSLATED_BY_WORDS = 0.31, 0.36  # with two facts in common, and without
# One number that is another's costs a translation its place unless all else is right: two in a
# hundred true ones have one (a slip, a rounding), four in five of the next issue's have two.
_CLASHING, _FACTS_OVER_CLASH = 0.5, 6
_FEWEST_SHARED = 8.0
# Less of it where both show an image or lead to a page that hardly any other does (with more holders
# it is the site's own picture): of 66 pairs in five days that are no translations 3 share so much.
_MARKED, _FEWEST_SHARED_MARKED, _FEW = 0.24, 4.0, 2


def decide(article: Article, neighbours: Neighbours) -> Match:
    """The first of these that holds: this page is known, its URL is, its text is; else it is new.

    Shapes: texts that are too short to say anything by themselves come as neighbours only
        with an equal title.
    """
    if neighbours.page is not None:
        return Match(Level.URL, neighbours.page.entry.entry_id, reason="this page is known")
    if neighbours.by_url:
        page = neighbours.by_url[0]
        return Match(Level.URL, page.entry.entry_id, reason=f"same canonical URL at {page.source_id}")
    if neighbours.by_text:
        entry = neighbours.by_text[0]
        return Match(Level.TEXT, entry.entry_id, reason=f"same text as {entry.canonical_url}")
    return Match(Level.NEW, reason="neither its URL nor its text is known")


@dataclass(frozen=True, slots=True)
class Nearby:
    """An earlier article that shares keys with an arriving one.

    Shapes: `group` is the id of its group of copies and translations; `is_marked` where it shows an
        image, or leads to a page, that the arriving one shows and hardly any other.
    """

    id: int
    group: int
    wording: Wording
    is_marked: bool = False


class Past(Protocol):
    """The articles that came before, as `relate` looks at them: in memory, or in the archive."""

    def find(self, probes: Sequence[int]) -> Mapping[int, Sequence[int]]:
        """The ids of the articles that hold each of these keys."""
        ...

    def kin(self, id_: int) -> Kin:
        """The group of the article, its language and day."""
        ...

    def languages(self, group: int) -> frozenset[str]:
        """The languages that the group has articles in."""
        ...

    def wording(self, id_: int) -> Wording:
        """The article's words."""
        ...


def sketch(wording: Wording) -> Sketch:
    """The keys that the article is found again by, and that it looks for others with."""
    return Sketch(*near_keys(wording), *cross_keys(wording))


def relate(wording: Wording, keys: Sketch, past: Past) -> list[Match]:
    """What ties the article to earlier ones: a copy of one, a translation of one, both or nothing.

    Shapes: one tie of a kind at most, so that no chains grow; the one to a copy comes first.
    """
    near = _relate_near(wording, keys, past)
    group = past.kin(near.entry_id).group if near and near.entry_id is not None else None
    if group is not None and len(past.languages(group)) > 1:
        return [near] if near else []
    translation = _relate_translation(wording, keys, past)
    return [tie for tie in (near, translation) if tie]


def _relate_near(wording: Wording, keys: Sketch, past: Past) -> Match | None:
    shared = Overlap(keys.probes, past.find(keys.probes), lambda id_: past.kin(id_).group)

    def favour(id_: int) -> int:
        kin = past.kin(id_)
        if kin.language != wording.language:
            return 0
        return _SOON_FAVOUR if days_apart(wording.day, kin.day) <= _SOON_DAYS else 1

    best = shared.rank(favour, _CANDIDATES, FEWEST_KEYS)
    candidates = [Nearby(id_, past.kin(id_).group, past.wording(id_)) for id_ in best]
    return decide_near(wording, candidates, shared.rarity)


def _relate_translation(wording: Wording, keys: Sketch, past: Past) -> Match | None:
    held = past.find(keys.cross_probes)
    telling = {key: ids for key, ids in held.items() if len(ids) < MOST_HOLDERS}
    shared = Overlap(keys.cross_probes, telling, lambda id_: past.kin(id_).group)

    def favour(id_: int) -> int:
        kin = past.kin(id_)
        if kin.language == wording.language or days_apart(wording.day, kin.day) > _TRANSLATED_DAYS:
            return 0
        # One to one: a group that has this language already is not another's original.
        return 0 if wording.language in past.languages(kin.group) else 1

    marks = keys.cross_probes[len(keys.cross_probes) - len(wording.marks) :]
    marked = {id_ for key in marks for id_ in held.get(key, ()) if len(held[key]) <= _FEW}
    best = shared.rank(favour, _CANDIDATES)
    best += sorted(id_ for id_ in marked.difference(best) if favour(id_))[:_CANDIDATES]
    candidates = [Nearby(id_, past.kin(id_).group, past.wording(id_), id_ in marked) for id_ in best]
    return decide_translation(wording, candidates)


def decide_near(
    wording: Wording, candidates: Sequence[Nearby], rarity: Callable[[int], Mapping[int, float]]
) -> Match | None:
    """The one earlier article in the same language that this is a copy of, if any.

    Shapes: candidates come best first; `rarity` weighs the article's probes against a group.
    """
    best: tuple[float, int, int, Nearby, Likeness] | None = None
    for other in candidates:
        if other.wording.language != wording.language:
            continue
        if best is not None and best[0] >= _ENOUGH:
            break
        weights = rarity(other.group)
        like = compare(wording, other.wording, weights)
        if like is not None and _is_near(wording, other.wording, like, weights):
            days = _days(wording, other.wording)
            found = (round(like.most, 2), -days, -other.id, other, like)
            best = found if best is None or found[:3] > best[:3] else best
    if best is None:
        return None
    _, days, _, other, like = best
    return Match(Level.NEAR, other.id, round(like.most, 3), _near_reason(like, -days))


def decide_translation(wording: Wording, candidates: Sequence[Nearby]) -> Match | None:
    """The one earlier article in the other language that this says the same as, if any."""
    best: tuple[float, int, Nearby, CrossLikeness] | None = None
    for other in candidates:
        if other.wording.language == wording.language or other.wording.language not in LANGUAGES:
            continue
        if _days(wording, other.wording) > _TRANSLATED_DAYS:
            continue
        like = likeness(wording, other.wording)
        if not _is_translation(like, _are_dated(wording, other.wording), other.is_marked):
            continue  # the next issue may have more in common than a copy that was cut
        found = (like.score, -other.id, other, like)
        best = found if best is None or found[:2] > best[:2] else best
    if best is None:
        return None
    _, _, other, like = best
    score = round(min(like.score, 1.0), 3)
    return translation(wording, other, score, _translation_reason(like, other.is_marked))


def translation(wording: Wording, other: Nearby, score: float, reason: str) -> Match:
    """The tie to a translation, with what shows which of the two is the original, if anything does."""
    translates, why = original_of(wording, other.wording)
    return Match(Level.TRANSLATION, other.id, score, f"{reason}; {why}" if why else reason, translates)


def _is_near(here: Wording, there: Wording, like: Likeness, rarity: Mapping[int, float]) -> bool:
    if like.refusal or like.words < min(_FEWEST_WORDS, len(here.words), len(there.words)):
        return False
    is_same_title = here.title_words == there.title_words
    is_dated = _are_dated(here, there)
    if _is_next_issue(
        like, is_same_title=is_same_title, is_close=is_dated and _days(here, there) <= _SAME_ISSUE_DAYS
    ):
        return False
    if _days(here, there) > _SOON_DAYS:
        return like.most >= _LATER and like.rare >= _LATER_RARE
    if like.most >= _CONTAINED:
        return True
    if like.rare < _RARE or not is_dated:
        return False
    if rare_keys(here, there, rarity) < _RARE_KEYS:
        return False  # sentences of a mould, in another order
    if like.least >= _SAME_TITLE and is_same_title:
        return True
    if here.source_id and here.source_id == there.source_id:
        return False  # a site does not rewrite its own article under another title: that is its template
    return like.most >= _MOSTLY and like.least >= _MOSTLY_OF_BOTH


def _is_next_issue(like: Likeness, *, is_same_title: bool, is_close: bool) -> bool:
    """Whether the two are of one mould, with other figures or passages, wherever they stand.

    Of 372 true copies none has two figures of its own, one in a hundred one: a slip, in a text
    that is whole else. Pages frame a text in figures: those count under one title alone.
    """
    if like.clash > 1 or (like.clash and like.most < _LATER_RARE):
        return True
    if not is_same_title:
        return False
    if like.clash_in_all > 1 and like.most < _CONTAINED:
        return True
    return like.swapped >= (_PASSAGES if is_close else 1)


def _is_translation(like: CrossLikeness, is_dated: bool, is_marked: bool) -> bool:
    if is_marked and is_dated and not like.clash:
        is_telling = like.facts + len(like.names) > 1
        return is_telling and like.score >= _MARKED and like.shared >= _FEWEST_SHARED_MARKED
    if like.shared < _FEWEST_SHARED or like.clash > 1:
        return False
    if like.clash:
        return like.score >= _CLASHING and like.facts >= _FACTS_OVER_CLASH
    if not is_dated:
        return like.score >= _CLASHING
    return like.score >= (_TRANSLATED if like.facts > 1 else _TRANSLATED_BY_WORDS)


def _are_dated(here: Wording, there: Wording) -> bool:
    return here.day is not None and there.day is not None


def _days(here: Wording, there: Wording) -> int:
    return days_apart(here.day, there.day)


def days_apart(one: date | None, other: date | None) -> int:
    """The days between two articles; none where one has no date."""
    return 0 if one is None or other is None else abs((one - other).days)


def _near_reason(like: Likeness, days: int) -> str:
    return (
        f"{like.here:.0%} of its words stand in the other, {like.there:.0%} of the other's in it, "
        f"{days} days apart; no number, date or name stands in another's place"
    )


def _translation_reason(like: CrossLikeness, is_marked: bool) -> str:
    names = f", like {', '.join(like.names[:5])}" if like.names else ""
    marks = " and an image or link that hardly any other has" if is_marked else ""
    facts = f"{like.facts} numbers and dates and {len(like.names)} names"
    return f"shares {facts}{names},{marks} in another language"
