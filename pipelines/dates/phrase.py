"""Days in words: `giovedì 27 marzo 2025`, `June 11-12, 2025`, `lo scorso 2 febbraio`, `ieri`.

Knows neither clocks nor the calendar. Start reading at `day_phrase`: a day or a run of days, with
what may stand before (`lo scorso`, a weekday) and after (`u.s.`).
"""

from pipelines.dates import relative
from pipelines.dates.dayrun import day_first
from pipelines.dates.figures import figures
from pipelines.dates.monthly import month_first, months
from pipelines.dates.names import DAY_WORDS_EN, DAY_WORDS_IT, FULL_WEEKDAYS, MONTHS, WEEKDAYS
from pipelines.dates.scan import END, NUMBER, Tokens
from pipelines.dates.setting import Phrase, Setting, read_weekday


def day_phrase(ts: Tokens, i: int, setting: Setting, *, has_opener: bool = False) -> Phrase | None:
    """A day or run of days as stated at this place, or None."""
    before = relative.direction_before(ts, i)
    lean, j = before or (0, i)
    weekday, k = read_weekday(ts, j)
    phrase = _stated(ts, k, setting, weekday=weekday, is_proved=has_opener or weekday is not None)
    if phrase is None and weekday is not None:  # `Mar. 5, 2025` is no Tuesday
        weekday = None
        phrase = _stated(ts, j, setting, weekday=None, is_proved=has_opener)
    if phrase is None:
        return _told_from_today(ts, i, setting)
    first, last, stop = phrase
    if first.weekday is None:
        first.weekday = weekday
    first.lean = lean
    after = relative.direction_after(ts, stop)
    if after:
        first.lean, stop = after
    (last or first).lean = first.lean
    if first.weekday is None and last is None and first.day:
        first.weekday, stop = _weekday_behind(ts, stop)
    return Phrase(first, last, stop)


def _told_from_today(ts: Tokens, i: int, setting: Setting) -> Phrase | None:
    """`ieri`, `lunedì scorso`; with a full day behind (`oggi, giovedì 9 ottobre`) that day."""
    read = relative.relative(ts, i)
    if read is None:
        return None
    day, j = read
    if day.shift and day.shift.unit == "day":
        k = j + (ts[j].kind in (",", "(", "-"))
        weekday, m = read_weekday(ts, k)
        phrase = _stated(ts, m, setting, weekday=weekday, is_proved=True)
        if phrase and phrase.first.day and not phrase.first.shift:
            phrase.first.weekday, phrase.first.near = weekday, day.shift
            return phrase
        # `Domani Lavoro`, `Tomorrow Work`: a name.
        if ts[i].is_capital and ts[j].is_capital and not ts[j].text.startswith("ore"):
            return None
    return Phrase(day, None, j)


def _weekday_behind(ts: Tokens, i: int) -> tuple[int | None, int]:
    """The weekday in `5 March 2025 (mercoledì)`."""
    after = ts[i + 2]
    closes = after.kind in (")", END, "-", ",") or (after.kind == NUMBER and ts[i + 3].kind == ":")
    if ts[i].kind in ("(", ",") and ts[i + 1].text in FULL_WEEKDAYS and closes:
        return WEEKDAYS[ts[i + 1].text], i + 2 + (ts[i + 2].kind == ")")
    return None, i


def _stated(ts: Tokens, i: int, setting: Setting, *, weekday: int | None, is_proved: bool) -> Phrase | None:
    token = ts[i]
    if token.kind == NUMBER:
        return figures(ts, i, setting, weekday=weekday, is_proved=is_proved)
    if token.text in MONTHS:
        return month_first(ts, i, setting) or months(ts, i, setting)
    if token.text in DAY_WORDS_IT or token.text in DAY_WORDS_EN or token.text == "twenty":
        return day_first(ts, i, setting)
    return None
