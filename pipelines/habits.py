"""A Source's habits: how far each place of its pages was right about the date of publication.

Knows neither pages nor the store, only places as `Found.where` names them. Start reading at
`learn_habits`.
"""

from collections import Counter
from collections.abc import Iterable

Habit = tuple[str, int, int]
"""A place, in how many articles it agreed with the day that most places stated, and in how many not."""

# Judgements, as the trusts that they change. Fewer articles are an accident; half the trust of
# JSON-LD is less than that of a visible day, and still enough where nothing else is stated.
_LEAST_ARTICLES = 10
_DOUBTED, _PROVEN = 0.5, 0.2
# Beyond these are places that a few articles have; a place's path can be of any length.
_MOST_PLACES, _LONGEST_PLACE = 20, 100


def learn_habits(votes: Iterable[Iterable[tuple[str, bool]]]) -> tuple[Habit, ...]:
    """What the votes of a Source's articles show: the places that voted most often."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for article in votes:
        for where, is_right in article:
            if len(where) <= _LONGEST_PLACE:
                total[where] += 1
                right[where] += is_right
    most = sorted(total, key=lambda where: (-total[where], where))[:_MOST_PLACES]
    return tuple((where, right[where], total[where] - right[where]) for where in most)


def weigh(trust: float, where: str, habits: Iterable[Habit]) -> float:
    """The trust in a place, halved where it was mostly wrong and a little higher if never."""
    right, wrong = _of(where, habits)
    if is_doubted(where, habits):
        return trust * _DOUBTED
    return trust + (1 - trust) * _PROVEN if right >= _LEAST_ARTICLES and not wrong else trust


def is_doubted(where: str, habits: Iterable[Habit]) -> bool:
    """Whether the place contradicted the others in most articles, of enough to tell."""
    right, wrong = _of(where, habits)
    return right + wrong >= _LEAST_ARTICLES and wrong > right


def _of(where: str, habits: Iterable[Habit]) -> tuple[int, int]:
    return next(((right, wrong) for place, right, wrong in habits if place == where), (0, 0))
