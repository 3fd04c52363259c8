"""Expressions of time in a row of tokens: days with their hours, and ranges of them.

Knows neither the calendar nor today. Each place looks a bounded number of tokens ahead, so the
whole is linear. Start reading at `find_drafts`.
"""

from collections.abc import Iterator

from pipelines.dates import numeric
from pipelines.dates.clock import clock_range
from pipelines.dates.draft import Clock, Day, Draft, Shift
from pipelines.dates.names import (
    AND_WORDS,
    CLOCK_MARKS,
    COUNTS,
    DAY_OFFSETS,
    DAY_PHRASES,
    DAY_WORDS_EN,
    DAY_WORDS_IT,
    FULL_WEEKDAYS,
    FUTURE_WORDS,
    MONTHS,
    NOON,
    NOW_PHRASES,
    OPENERS,
    PAST_WORDS,
    STREET_ENDINGS,
    STREETS,
    THIS_WORDS,
    TO_WORDS,
    UNITS,
    WEEKDAYS,
)
from pipelines.dates.phrase import day_phrase
from pipelines.dates.scan import END, NUMBER, WORD, Tokens
from pipelines.dates.setting import Phrase, Setting, is_alone
from pipelines.dates.year import stated_year

_STARTERS = frozenset(
    {
        *MONTHS, *WEEKDAYS, *DAY_OFFSETS, *DAY_WORDS_IT, *DAY_WORDS_EN, *COUNTS, *OPENERS, *CLOCK_MARKS,
        *PAST_WORDS, *FUTURE_WORDS, *THIS_WORDS, *(phrase[0] for phrase in DAY_PHRASES),
        *(phrase[0] for phrase in NOW_PHRASES), "mese", "fra", "tra", "in", "le", "ultimo", "il", "lo",
    }
)  # fmt: skip
# Starters that most sentences hold: worth a look only where something telling follows closely.
_SMALL = frozenset(
    {*OPENERS, *THIS_WORDS, "un", "una", "uno", "a", "an", "one", "in", "il", "lo", "le", "la", "at", "all",
     "alle", "day", "data", "ora"}
)  # fmt: skip
_TELLING = frozenset(
    {*MONTHS, *WEEKDAYS, *DAY_OFFSETS, *DAY_WORDS_IT, *DAY_WORDS_EN, *COUNTS, *UNITS, *PAST_WORDS,
     *FUTURE_WORDS, *NOON, *(word for phrase in (*DAY_PHRASES, *NOW_PHRASES) for word in phrase), "ore", "h"}
) - {"a", "un", "una", "an", "l", "'", "m", "d"}  # fmt: skip
# Words that letters of a date may be glued to: `dal3`, `ore16`, `l8`.
_GLUE = frozenset(
    {*MONTHS, *WEEKDAYS, *OPENERS, *CLOCK_MARKS, *TO_WORDS, *AND_WORDS, "l", "il", "del", "dell", "le"}
)
_DASHES = frozenset({"-", "→", ">", "›"})
_LINKS = frozenset("di del dell della of on il l the circa giorno giornata dello in".split())
_LINK_PUNCTUATION = frozenset(",-|()'.•·")


def find_drafts(ts: Tokens, setting: Setting) -> Iterator[Draft]:
    """The expressions of the text in order, none overlapping."""
    i = 0
    while ts[i].kind != END:
        token = ts[i]
        draft = None
        if token.kind == NUMBER or (token.text in _STARTERS and _is_promising(ts, i)):
            draft = _expression(ts, i, setting)
        if draft:
            yield draft
            i = max(i + 1, draft.stop)
        else:
            i += 1


def _is_promising(ts: Tokens, i: int) -> bool:
    if ts[i].text not in _SMALL:
        return True
    return any(ts[n].kind == NUMBER or ts[n].text in _TELLING for n in (i + 1, i + 2, i + 3))


def _expression(ts: Tokens, i: int, setting: Setting) -> Draft | None:
    token = ts[i]
    if i and not token.gap and token.kind == NUMBER and _is_glued(ts, i):
        return None
    draft = _clock_first(ts, i, setting)
    if draft is None:
        has_opener = token.text in OPENERS
        j = i + has_opener
        j += has_opener and (ts[j].kind == "'" or ts[j].text in ("il", "the", "giorno"))
        draft = _moment(ts, j, setting, has_opener=has_opener)
        if draft is None and has_opener:  # `fra due settimane`
            draft = _moment(ts, i, setting, has_opener=False)
        draft = draft or _weekday_at(ts, i, setting)
        if draft is None:
            return None
        if draft.last is None:
            _extend(ts, draft, setting, has_opener=has_opener)
    has_year = draft.first.year and not draft.first.is_short_year
    return None if _is_street(ts, i) and not has_year else draft


def _is_street(ts: Tokens, i: int) -> bool:
    """Whether a street or square goes before: `via 25 Aprile`, `P.zza 4 Novembre`."""
    if i == 0:
        return False
    before = ts[i - 1]
    if before.text in STREET_ENDINGS:
        return i > 1 and ts[i - 2].kind == "."
    return before.text in STREETS


def _is_glued(ts: Tokens, i: int) -> bool:
    before = ts[i - 1]
    if before.kind in (".", ":", ",") and not before.gap and i > 1 and ts[i - 2].kind == NUMBER:
        return True  # the second half of `27.5` or `10:30`
    return before.kind in (NUMBER, "_") or (before.kind == WORD and before.text not in _GLUE)


def _moment(ts: Tokens, i: int, setting: Setting, *, has_opener: bool) -> Draft | None:
    """A day with the hours that follow it."""
    phrase = day_phrase(ts, i, setting, has_opener=has_opener)
    if phrase is None:
        return _epoch(ts, i, setting)
    draft = Draft(phrase.first, i, phrase.stop, phrase.last)
    if _needs_no_clock(phrase):
        return draft
    span = clock_range(ts, phrase.stop)
    if span:
        draft.clock, draft.until, draft.stop = span
        if not phrase.first.year:
            # asctime and Unix date: the year comes last.
            year = stated_year(ts, draft.stop)
            if year and ts[draft.stop].kind == NUMBER:
                phrase.first.year, draft.stop = year.value, year.stop
    return draft


def _needs_no_clock(phrase: Phrase) -> bool:
    day = phrase.first
    if day.shift:
        return day.shift.unit in ("second", "minute", "hour", "month", "year")
    return not day.day


def _epoch(ts: Tokens, i: int, setting: Setting) -> Draft | None:
    if (
        ts[i].size not in (10, 13)
        or setting.role not in ("published", "header")
        or not is_alone(ts, i, i + 1)
    ):
        if ts[i].size == 14 and is_alone(ts, i, i + 1):
            return _digits14(ts, i)
        return None
    at = numeric.epoch(ts, i)
    if at is None:
        return None
    clock = Clock(at.hour, at.minute, at.second, zone=at.tzinfo)
    return Draft(Day(at.day, at.month, at.year), i, i + 1, clock=clock, notes=["seconds since 1970"])


def _digits14(ts: Tokens, i: int) -> Draft | None:
    """`20250214103000`."""
    text = ts[i].text
    year, month, day, hour, minute, second = (
        int(text[a:b]) for a, b in ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14))
    )
    if not (
        1990 <= year <= 2100
        and 1 <= month <= 12
        and 1 <= day <= 31
        and hour < 24
        and minute < 60
        and second < 60
    ):
        return None
    return Draft(Day(day, month, year), i, i + 1, clock=Clock(hour, minute, second))


def _clock_first(ts: Tokens, i: int, setting: Setting) -> Draft | None:
    """`ore 12 del 30 aprile 2025`, `alle 10 di domani`, `17:38 | 15/01/2026`."""
    token = ts[i]
    if token.kind == NUMBER:
        if ts[i + 1].kind not in (":", ".") and ts[i + 1].text not in ("am", "pm", "a", "p", "h"):
            return None
    elif token.text not in CLOCK_MARKS and not (token.text == "le" and ts[i + 1].kind == NUMBER):
        return None
    at = i
    if token.text == "le":
        at = i + 1
        if ts[i + 2].text not in ("di", "del", "dell"):
            return None
        clock, until, j = Clock(ts[at].value), None, at + 1
        if not 0 <= ts[at].value <= 24:
            return None
    else:
        span = clock_range(ts, at, inside=False) or _dotted_span(ts, at)
        if span is None:
            return None
        clock, until, j = span
    for _ in range(6):
        if ts[j].text not in _LINKS and ts[j].kind not in _LINK_PUNCTUATION:
            break
        j += 1
    phrase = day_phrase(ts, j, setting, has_opener=j > at + 1 and ts[j - 1].text in _LINKS)
    if phrase is None or _needs_no_clock(phrase):
        return None
    draft = Draft(phrase.first, i, phrase.stop, phrase.last, clock, until)
    if draft.last is None and until is None:
        _extend(ts, draft, setting, has_opener=token.text in OPENERS)
    return draft


def _dotted_span(ts: Tokens, i: int) -> tuple[Clock, Clock | None, int] | None:
    """`11.00-13.00`: with full stops two hours prove each other, one alone could be a price."""
    span = clock_range(ts, i) if ts[i].kind == NUMBER and ts[i + 1].kind == "." else None
    return span if span and span[1] else None


def _weekday_at(ts: Tokens, i: int, setting: Setting) -> Draft | None:
    """`Friday, 10:45`, `sabato alle 21`, where the text is nothing else."""
    if ts[i].text not in FULL_WEEKDAYS or setting.role not in ("published", "event"):
        return None
    span = clock_range(ts, i + 1)
    if span is None or span[1] or not is_alone(ts, i, span[2]):
        return None
    where = 2 if setting.role == "event" else -2
    return Draft(Day(shift=Shift("weekday", where, WEEKDAYS[ts[i].text])), i, span[2], clock=span[0])


def _extend(ts: Tokens, draft: Draft, setting: Setting, *, has_opener: bool) -> None:
    """Adds the other end: `fino al 5 marzo alle 16`, `- April 2, 2025`, `per chiudersi venerdì 26`."""
    j = _to(ts, draft.stop, has_opener=has_opener)
    if j is None or draft.until is not None:
        return
    end = _clock_first(ts, j, setting)
    if end is None:
        phrase = day_phrase(ts, j, setting, has_opener=True)
        if phrase is None or phrase.last or not (phrase.first.day or phrase.first.month):
            return
        end = Draft(phrase.first, j, phrase.stop)
        if not _needs_no_clock(phrase):
            span = clock_range(ts, phrase.stop)
            if span:
                end.clock, end.until, end.stop = span
    if end.last or (bool(end.first.day) is not bool(draft.first.day)) or end.first.shift:
        return
    if draft.first.shift and draft.first.shift.unit != "day":
        return
    if not end.first.month and not draft.first.month:
        return
    if ts[draft.stop].text in AND_WORDS and not (has_opener or _follows(draft.first, end.first)):
        return
    draft.last, draft.stop = end.first, end.stop
    if end.clock:
        draft.until = end.until or end.clock
        draft.clock = draft.clock or (end.clock if end.until else None)


def _is_eve(ts: Tokens, i: int) -> bool:
    """Whether `e 1 giugno` follows: two days in a row across months, if the first is a month's last."""
    return any(ts[n].value == 1 and ts[n].kind == NUMBER for n in (i + 1, i + 2, i + 3))


def _follows(day: Day, next_: Day) -> bool:
    return day.day >= 28 and next_.day == 1 and next_.month == day.month % 12 + 1


def _to(ts: Tokens, i: int, *, has_opener: bool) -> int | None:
    j, has_to = i, False
    for _ in range(6):
        token = ts[j]
        if _is_to(ts, j) or (token.text == "entro" and has_opener):
            has_to = True
        elif token.text in AND_WORDS:
            has_to = has_to or has_opener or _is_eve(ts, i)
        elif token.kind not in (",", "'", ")", ":") and token.text not in ("il", "le", "the", "l", "giorno"):
            break
        j += 1
    if not has_to or j == i:
        return None
    # `alle ore 16 del 5 marzo` is read as a clock first: leave its marker.
    return j - 1 if ts[j - 1].text in CLOCK_MARKS else j


def _is_to(ts: Tokens, j: int) -> bool:
    """Whether the token joins the ends of a span; a slash does between named months and in ISO 8601."""
    token, after = ts[j], ts[j + 1]
    if token.kind == "/":
        return ts[j + 2].text in MONTHS or (not token.gap and after.size == 4 and not after.gap)
    return token.kind in _DASHES or token.text in TO_WORDS
