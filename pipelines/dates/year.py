"""The year behind a day and month: `2025`, `, 2025`, `del 2024`, `'24`, `24`, `c.a.`.

Knows no days. Start reading at `stated_year`.
"""

from typing import NamedTuple

from pipelines.dates.names import CLOCK_MARKS, MONTHS
from pipelines.dates.numeric import full_year
from pipelines.dates.relative import office
from pipelines.dates.scan import END, NUMBER, WORD, Tokens

# The reference's own year and its neighbours, where words tell them.
THIS_YEAR, LAST_YEAR, NEXT_YEAR = -1, -2, -3
_JOINERS = frozenset("del dell dello of l d anno year year's quest nell nel".split())
_TOLD = {
    ("corrente", "anno"): THIS_YEAR, ("anno", "corrente"): THIS_YEAR, ("questo", "anno"): THIS_YEAR,
    ("this", "year"): THIS_YEAR, ("anno", "in"): THIS_YEAR, ("scorso", "anno"): LAST_YEAR,
    ("anno", "scorso"): LAST_YEAR, ("last", "year"): LAST_YEAR, ("prossimo", "anno"): NEXT_YEAR,
    ("anno", "prossimo"): NEXT_YEAR, ("next", "year"): NEXT_YEAR,
}  # fmt: skip


class Year(NamedTuple):
    """A year, whether it was written with two digits, and the place after it."""

    value: int
    is_short: bool
    stop: int


def stated_year(ts: Tokens, i: int) -> Year | None:
    """The year stated at this place, after at most a few joining words; None where there is none."""
    token = ts[i]
    if token.kind == NUMBER and token.size == 4 and 1400 <= token.value <= 2199 and _ends(ts, i):
        return Year(token.value, False, i + 1)
    j = i
    quoted = glued = False
    for _ in range(4):
        token = ts[j]
        told = _TOLD.get((token.text, ts[j + 1].text))
        if told:
            return Year(told, False, j + 2)
        if token.kind == "'":
            quoted = True
        elif token.kind in ("-", "/") and not token.gap and not ts[j + 1].gap:
            glued = True
        elif token.kind not in (",", ".", "/", "|", "-") and token.text not in _JOINERS:
            break
        j += 1
    return _figures(ts, i, j, quoted=quoted, glued=glued) or _initials(ts, i)


def _initials(ts: Tokens, i: int) -> Year | None:
    initials = office(ts, i + (ts[i].kind == ",") + (ts[i].text == "del"))
    if initials and initials[0] in ("ca", "ac"):
        return Year(THIS_YEAR, False, initials[1])
    return None


def _ends(ts: Tokens, j: int) -> bool:
    """Whether the number goes no further: neither `2024.5` nor `2024%`."""
    after = ts[j + 1]
    if after.kind in ("%", "€", "$", "£", "°"):
        return False
    return after.gap or after.kind not in (".", ",") or ts[j + 2].kind != NUMBER or ts[j + 2].gap


def _figures(ts: Tokens, i: int, j: int, *, quoted: bool, glued: bool) -> Year | None:
    token = ts[j]
    if token.kind != NUMBER:
        return None
    if token.size == 4 and 1900 <= token.value <= 2199 and _ends(ts, j):
        return Year(token.value, False, j + 1)
    if token.size != 2 or ts[j + 1].text in ("°", "%"):
        return None
    if quoted and ts[j - 1].kind == "'":
        return Year(full_year(token.value), True, j + 1)
    if (glued or j == i) and _is_short_year(ts, j, glued=glued):
        return Year(full_year(token.value), True, j + 1)
    return None


def _is_short_year(ts: Tokens, j: int, *, glued: bool) -> bool:
    """Whether the two digits of `18 giu 24` are a year: no clock, span or counted thing."""
    after, next_ = ts[j + 1], ts[j + 2]
    if after.text in MONTHS:
        return False
    if after.kind == END or (glued and after.kind != ":"):
        return True
    if after.kind == NUMBER:
        return next_.kind in (":", ".") and not next_.gap
    if after.kind == WORD:
        return after.text in CLOCK_MARKS and (after.gap or after.text != "h")
    if after.kind in (":", ".", "-", "/", ",") and next_.kind == NUMBER:
        return after.gap and after.kind == "-" and ts[j + 3].kind in (":", ".")
    return after.kind in (",", ";", ")", "]", "|", "•", "·", "-", ".", "(")
