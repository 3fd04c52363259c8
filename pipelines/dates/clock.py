"""Times of day: `ore 14.30`, `4:00 p.m.`, `dalle 9 alle 13`, `10:00:00 +0100`, and their zones.

Knows no days. Functions take tokens and a place, and give what they read with the place after
it, or None. Start reading at `clock_range`.
"""

from datetime import timedelta, timezone

from pipelines.dates.draft import Clock
from pipelines.dates.names import (
    AFTERNOON,
    CENTRAL_EUROPE,
    CLOCK_FILLERS,
    CLOCK_MARKS,
    DAY_PARTS,
    MONTHS,
    NOON,
    STRONG_MONTHS,
    UNITS,
    ZONES,
)
from pipelines.dates.scan import NUMBER, WORD, Tokens

_LEAD_PUNCTUATION = frozenset(",-|•·(:;/@.'’~>[")
_HERE = {
    ("ora", "italiana"),
    ("ora", "locale"),
    *((place, "time") for place in ("italian", "local", "rome", "milan")),
}
_NOT_HOURS = frozenset({"%", "€", "$", "£"})
# After a bare `alle 18` these would be what is counted, not the hour's end.
_COUNTED = frozenset(
    "anni euro giorni persone imprese aziende milioni mila soci ore people companies days".split()
)


def clock_range(ts: Tokens, i: int, *, inside: bool = True) -> tuple[Clock, Clock | None, int] | None:
    """A time of day or a span of them, with the words that lead to it (`alle ore`, `- `, `from`).

    Shapes: without `inside`, i.e. where no date was read just before, a bare `10.30` is none.
    """
    j, marked = _lead(ts, i, inside=inside)
    marked = marked or _shares_meridiem(ts, j)
    first = clock(ts, j, marked=marked, after_date=inside)
    if first is None:
        return None
    start, k = first
    end = _until(ts, k, marked=marked)
    if end is None:
        return start, None, k
    stop, k = end
    if stop.has_meridiem and not start.has_meridiem and start.hour < 12 and start.hour + 12 <= stop.hour:
        start.hour += 12
    if stop.zone and not start.zone:
        start.zone = stop.zone
    start.central = start.central or stop.central
    return start, stop, k


def _lead(ts: Tokens, i: int, *, inside: bool) -> tuple[int, bool]:
    marked = False
    for _ in range(8):
        token = ts[i]
        if token.text in CLOCK_MARKS:
            if token.text in NOON:
                break
            marked = True
        elif token.kind == WORD:
            if token.text == "t" and inside and ts[i + 1].kind == NUMBER:
                i += 1
                break
            if token.text not in CLOCK_FILLERS:
                break
        elif token.kind not in _LEAD_PUNCTUATION or not token.kind:
            break
        i += 1
    return i, marked


def _shares_meridiem(ts: Tokens, j: int) -> bool:
    """`2-4 pm`: the first hour has no mark of its own."""
    hour, dash, second = ts[j : j + 3]
    between = dash.kind == "-" or dash.text == "to"
    return hour.kind == NUMBER and between and second.kind == NUMBER and _says_meridiem(ts, j + 3)


def clock(ts: Tokens, i: int, *, marked: bool, after_date: bool) -> tuple[Clock, int] | None:
    """One time of day; an hour without minutes needs a marker or am/pm."""
    token = ts[i]
    if token.text in NOON:
        return Clock(NOON[token.text]), i + 1
    if token.kind != NUMBER:
        return None
    if token.size > 2:
        return _packed(ts, i)
    read = Clock(token.value)
    j = _minutes(ts, i + 1, read, marked=marked, after_date=after_date)
    if j == i + 1:
        if ts[j].text == "h" and not ts[j].gap:
            j += 1
        else:
            read.is_bare = True
    j = _meridiem(ts, j, read)
    if read.is_bare and not read.has_meridiem and not (marked and _is_hour(ts, j, after_date=after_date)):
        return None
    if read.hour > 24 or read.minute > 59 or read.second > 60 or (read.hour == 24 and read.minute):
        return None
    if ts[j].kind in _NOT_HOURS:
        return None
    is_exact = j > i + 4 or ts[i - 1].text == "t"
    return read, _zone(ts, j, read, is_exact=is_exact)


def _is_hour(ts: Tokens, j: int, *, after_date: bool) -> bool:
    """Whether a bare number may be an hour: no month, date or counted thing follows."""
    token = ts[j]
    if token.kind in ("/", ".", "°") and not token.gap and ts[j + 1].kind == NUMBER:
        # Behind a date `ore 9/13` is a span.
        return after_date and token.kind == "/" and ts[j + 2].kind != "/"
    if token.text in STRONG_MONTHS or token.text in _COUNTED:
        return False
    return not (token.text in MONTHS and token.text not in ("set", "ago"))


def _minutes(ts: Tokens, j: int, read: Clock, *, marked: bool, after_date: bool) -> int:
    sep, token = ts[j], ts[j + 1]
    glued = token.kind == NUMBER and token.size == 2 and not token.gap
    if sep.text in ("h", "ore") and glued:
        read.minute = token.value
        return j + 2
    if sep.kind not in (":", ".", ",") or not glued or sep.gap:
        return j
    if sep.kind == "." and not (marked or after_date or _says_meridiem(ts, j + 2)):
        return j
    if sep.kind == "," and not marked:
        return j
    read.minute = token.value
    return _seconds(ts, j + 2, read, sep.kind)


def _seconds(ts: Tokens, j: int, read: Clock, kind: str) -> int:
    sep, token = ts[j], ts[j + 1]
    if sep.kind != kind or sep.gap or token.kind != NUMBER or token.size != 2 or token.gap:
        return j
    read.second = token.value
    j += 2
    sep, token = ts[j], ts[j + 1]
    if sep.kind in (".", ",") and not sep.gap and token.kind == NUMBER and not token.gap:
        read.microsecond = int(token.text[:6].ljust(6, "0"))
        j += 2
    return j


def _packed(ts: Tokens, i: int) -> tuple[Clock, int] | None:
    """`1030` and `103000` after a T."""
    token = ts[i]
    if token.size not in (4, 6) or ts[i - 1].text != "t":
        return None
    read = Clock(int(token.text[:2]), int(token.text[2:4]), int(token.text[4:] or 0))
    if read.hour > 23 or read.minute > 59 or read.second > 60:
        return None
    return read, _zone(ts, i + 1, read, is_exact=True)


def _says_meridiem(ts: Tokens, j: int) -> bool:
    return _meridiem(ts, j, Clock(1)) != j


def _meridiem(ts: Tokens, j: int, read: Clock) -> int:
    """`pm`, `p.m.`, `p. m.`, and `del pomeriggio`, `di sera`."""
    token = ts[j]
    half = ""
    k = j
    if token.text in ("am", "pm", "noon"):
        half, k = token.text, j + 1
    elif token.text in ("a", "p") and ts[j + 1].kind == "." and ts[j + 2].text == "m":
        half, k = token.text + "m", j + 3
        k += ts[k].kind == "."
    elif token.text in ("del", "di", "della", "in", "d") and ts[j + 1].text in DAY_PARTS:
        half, k = ("pm" if ts[j + 1].text in AFTERNOON else "am"), j + 2
    if not half or read.hour > 12:
        return k
    read.has_meridiem = True
    if half in ("pm", "noon"):
        read.hour += 12 if read.hour < 12 else 0
    elif read.hour == 12:
        read.hour = 0
    return k


def _zone(ts: Tokens, j: int, read: Clock, *, is_exact: bool) -> int:
    """The place after the zone; `-13.00` and `-12:00` are offsets only behind seconds or a T."""
    k = j + (ts[j].kind == "(")
    token = ts[k]
    if token.kind in ("+", "-") and ts[k + 1].kind == NUMBER and not ts[k + 1].gap:
        if token.kind == "-" and not is_exact and ts[k + 1].size != 4:
            return j
        return _offset(ts, k, read, j)
    if token.text in CENTRAL_EUROPE:
        read.central = CENTRAL_EUROPE[token.text]
    elif token.text in ZONES and (token.text != "z" or not token.gap or ts[k + 1].kind == ""):
        read.zone = ZONES[token.text]
        if ts[k + 1].kind in ("+", "-") and ts[k + 2].kind == NUMBER:
            return _offset(ts, k + 1, read, k + 1)
    elif (token.text, ts[k + 1].text) in _HERE:
        k += 1
    else:
        return j
    k += 1
    return k + (k > j + 1 and ts[k].kind == ")")


def _offset(ts: Tokens, k: int, read: Clock, back: int) -> int:
    sign = -1 if ts[k].kind == "-" else 1
    token, tail = ts[k + 1], ts[k + 3]
    if token.size == 4:
        hours, minutes, stop = int(token.text[:2]), int(token.text[2:]), k + 2
    elif (
        token.size <= 2 and ts[k + 2].kind == ":" and tail.kind == NUMBER and tail.size == 2 and not tail.gap
    ):
        hours, minutes, stop = token.value, tail.value, k + 4
    elif token.size <= 2 and not (ts[k].kind == "-" and ts[k].gap):
        hours, minutes, stop = token.value, 0, k + 2
    else:
        return back
    if sign < 0 and token.size <= 2 and ts[k].gap:
        return back
    if hours > 14 or minutes > 59:
        return back
    read.zone = timezone(sign * timedelta(hours=hours, minutes=minutes))
    if ts[stop].kind == "[":  # `[Europe/Rome]` adds nothing to an offset
        stop = next((n + 1 for n in range(stop, stop + 6) if ts[n].kind == "]"), stop)
    return stop + (ts[stop].kind == ")" and ts[back].kind == "(")


def _until(ts: Tokens, k: int, *, marked: bool) -> tuple[Clock, int] | None:
    """The end of a span: `- 13`, `alle 13`, `to 5 pm`, `e le 13`, `/12.30`."""
    j, has_to = k, False
    for _ in range(6):
        token = ts[j]
        if token.kind in ("-", "/") or token.text in (
            "alle", "all", "to", "until", "till", "fino", "sino", "a", "e", "and", "termine", "fine",
        ):  # fmt: skip
            has_to = True
        elif not (has_to and token.text in ("ore", "h", "le", "alle", ".", "'", ":", "at")):
            break
        j += 1
    if not has_to:
        return None
    end = clock(ts, j, marked=marked or ts[k].text in ("alle", "to", "fino"), after_date=True)
    if end is None:
        return None
    stop, after = end
    following = ts[after].text
    is_hour = following not in MONTHS and following not in UNITS and following not in _COUNTED
    if stop.is_bare and not stop.has_meridiem and (not is_hour or ts[after].kind in ("/", "°")):
        return None
    return end
