"""How much of one text stands in another, and what stands in its place where it does not.

Knows no archive. Start reading at `compare`; `near_keys` are what a copy is found by.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from pipelines.facts import replaced
from pipelines.wording import Wording

# The smallest hashes of a text are also among the smallest of each text that holds it: of the
# head, which teasers and cut copies keep, and of the rest. Measured on 1,900 articles with 15
# kinds of copies: half of the keys loses one copy in a hundred, double finds no more.
_HEAD = 40
_HEAD_KEYS, _HEAD_PROBES = 11, 18
_REST_KEYS, _REST_PROBES = 11, 40
# A gap of more words is another passage, not a fact in the place of another.
_MOST_GAP = 12
# Of the shingles of the smaller text: copies that are edited, cut and wrapped up share a third.
_LEAST_SHARED = 0.2
# Fewer words in the place of others are an editor's, more are a passage.
_PASSAGE = 4
# Of texts that share so much the title's names are not looked at.
_WHOLE = 0.85


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two texts share.

    Shapes: `swapped` counts the words of passages that stand in the place of other passages;
        `clash` the numbers between shared passages that the other never says, the fewer of both,
        and `clash_in_all` those of the whole texts.
    Units: `here` and `there` are the shares of the one and of the other text, by words;
        `rare` is the share of the first by shingles, each counting for how few others hold it.
    """

    here: float
    there: float
    rare: float
    words: int
    swapped: int
    clash: int
    clash_in_all: int
    refusal: str

    @property
    def most(self) -> float:
        """Containment of the smaller text."""
        return max(self.here, self.there)

    @property
    def least(self) -> float:
        """The share of the larger text."""
        return min(self.here, self.there)


def near_keys(wording: Wording) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The keys to write down for a text, and the ones to look up."""
    head = set(wording.shingles[:_HEAD])
    head_probes = sorted(head)[:_HEAD_PROBES]
    rest_probes = sorted(wording.shingle_set - head)[:_REST_PROBES]
    return (*head_probes[:_HEAD_KEYS], *rest_probes[:_REST_KEYS]), (*head_probes, *rest_probes)


def compare(here: Wording, there: Wording, rarity: Mapping[int, float]) -> Likeness | None:
    """How much the two texts share, whatever the order of their passages, and what was replaced.

    Shapes: `rarity` gives the weight of each of the first one's probes; None where they share
        so little that no copy does.
    """
    if not share_enough(here, there):
        return None
    blocks = list(_blocks(here, there))
    share = _share(here, [(i, size) for i, _, size in blocks])
    share_there = _share(there, [(j, size) for _, j, size in blocks])
    is_whole = min(share, share_there) >= _WHOLE
    return Likeness(
        here=share,
        there=share_there,
        rare=_rare_share(there, rarity),
        words=sum(size for _, _, size in blocks),
        swapped=_swapped(blocks),
        clash=_clash(here, there, blocks),
        clash_in_all=min(len(here.numbers - there.vocabulary), len(there.numbers - here.vocabulary)),
        refusal=_text_refusal(here, there, blocks) or _title_refusal(here, there, is_whole),
    )


def rare_keys(here: Wording, there: Wording, rarity: Mapping[int, float]) -> float:
    """How many of the keys that the first one writes down stand in the second, each for how few hold it.

    Of keys that are only looked up nobody knows that: whoever has them may not have written them down.
    """
    keys, _ = near_keys(here)
    return sum(rarity.get(key, 1.0) for key in keys if key in there.shingle_set)


def share_enough(here: Wording, there: Wording) -> bool:
    """Whether one may be a copy of the other: a look at their shingles, which most pairs fail."""
    fewer = min(len(here.shingle_set), len(there.shingle_set))
    return len(here.shingle_set & there.shingle_set) >= _LEAST_SHARED * fewer


def _blocks(here: Wording, there: Wording) -> Iterator[tuple[int, int, int]]:
    """Runs of three words or more that stand in both: where, where there, and how many words."""
    mine, theirs, places = here.words, there.words, there.places
    last, last_there = len(mine), len(theirs)
    done = 0
    for start, shingle in enumerate(here.shingles):
        if start < done or shingle not in places:
            continue
        i, j, size = start, places[shingle], 3
        while i + size < last and j + size < last_there and mine[i + size] == theirs[j + size]:
            size += 1
        while i > done and j > 0 and mine[i - 1] == theirs[j - 1]:
            i, j, size = i - 1, j - 1, size + 1
        yield i, j, size
        done = i + size


def _share(wording: Wording, runs: Sequence[tuple[int, int]]) -> float:
    """The part of the words that the runs cover, by weight."""
    reach = wording.reach
    covered, done = 0.0, 0
    for start, size in sorted(runs):
        if start + size > done:
            covered += reach[start + size] - reach[max(start, done)]
            done = start + size
    return covered / reach[-1] if reach[-1] else 0.0


def _rare_share(there: Wording, rarity: Mapping[int, float]) -> float:
    """The share of the first text's sampled shingles in the second, weighted by rarity."""
    whole = sum(rarity.values())
    held = sum([rarity[key] for key in there.shingle_set.intersection(rarity)])
    return held / whole if whole else 0.0


def _text_refusal(here: Wording, there: Wording, blocks: Sequence[tuple[int, int, int]]) -> str:
    names, texts = (here.names, there.names), (here.vocabulary, there.vocabulary)
    for (i, j, size), (next_i, next_j, _) in pairwise(blocks):
        one, other = here.words[i + size : next_i], there.words[j + size : next_j]
        if one and 0 < len(other) <= _MOST_GAP and len(one) <= _MOST_GAP:
            why = replaced(one, other, names, texts, here.language)
            if why:
                return why
    return ""


def _swapped(blocks: Sequence[tuple[int, int, int]]) -> int:
    """The words of gaps that are a passage on both sides."""
    gaps = (
        min(next_i - i - size, next_j - j - size) for (i, j, size), (next_i, next_j, _) in pairwise(blocks)
    )
    return sum(gap for gap in gaps if gap >= _PASSAGE)


def _clash(here: Wording, there: Wording, blocks: Sequence[tuple[int, int, int]]) -> int:
    """How many numbers each has that the other lacks, between what they share: a page frames it in others."""
    mine, theirs = here.numbers - there.vocabulary, there.numbers - here.vocabulary
    if not mine or not theirs or not blocks:
        return 0
    i, i_end = blocks[0][0], blocks[-1][0] + blocks[-1][2]
    j, j_end = min(j for _, j, _ in blocks), max(j + size for _, j, size in blocks)
    return min(len(mine.intersection(here.words[i:i_end])), len(theirs.intersection(there.words[j:j_end])))


def _title_refusal(here: Wording, there: Wording, is_whole: bool) -> str:
    """What facts of one title stand in the other's place, if the titles are of one mould.

    Of two copies of a whole text one may be signed with its site's name, or cut before a name.
    """
    if here.title_words == there.title_words or not here.title_words or not there.title_words:
        return ""
    matcher = SequenceMatcher(None, here.title_words, there.title_words, autojunk=False)
    if matcher.ratio() < 0.5:
        return ""
    none: frozenset[str] = frozenset()
    names = (none, none) if is_whole else (here.names, there.names)
    texts = (here.vocabulary, there.vocabulary)
    for kind, i, i_end, j, j_end in matcher.get_opcodes():
        if kind == "replace":
            why = replaced(here.title_words[i:i_end], there.title_words[j:j_end], names, texts, here.language)
            if why:
                return f"the title has {why}"
    return ""
