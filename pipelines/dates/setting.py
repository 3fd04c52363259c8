"""What the readers of days share: the circumstances, what they give back, and two looks around.

Knows no months. Start reading at `Phrase`.
"""

from typing import NamedTuple

from aggregator.items import DateOrder
from pipelines.dates.draft import Day
from pipelines.dates.names import (
    ARTICLES,
    DEADLINE_LABELS,
    MODIFIED_LABELS,
    PUBLISHED_LABELS,
    WEEKDAYS,
)
from pipelines.dates.scan import END, NUMBER, WORD, Tokens

LABELS = PUBLISHED_LABELS | MODIFIED_LABELS | DEADLINE_LABELS
_ALONE = LABELS | ARTICLES | frozenset("on di del ultimo ultima last by alle ore in da".split())


class Setting(NamedTuple):
    """What of a reading's circumstances the grammar must know."""

    order: DateOrder
    role: str
    language: str


class Phrase(NamedTuple):
    """A day, or the ends of a run of days, and the place after it."""

    first: Day
    last: Day | None
    stop: int


def read_weekday(ts: Tokens, i: int) -> tuple[int | None, int]:
    """The weekday at this place, if any, and the place after it and its commas and articles."""
    weekday = WEEKDAYS.get(ts[i].text)
    if weekday is None:
        return None, i
    j = i + 1
    for _ in range(4):
        if ts[j].kind not in (".", ",", "'", "-", "(") and ts[j].text not in ARTICLES:
            break
        j += 1
    return weekday, j


def is_alone(ts: Tokens, i: int, stop: int) -> bool:
    """Whether the text holds nothing else: before it labels at most, after it punctuation."""
    if i > 8:
        return False
    for token in ts[:i]:
        if token.kind == NUMBER or (
            token.kind == WORD and token.text not in _ALONE and token.text not in WEEKDAYS
        ):
            return False
    for token in ts[stop : stop + 4]:
        if token.kind in (NUMBER, WORD):
            return False
    return ts[min(stop + 4, len(ts) - 1)].kind == END
