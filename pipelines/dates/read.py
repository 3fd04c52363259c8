"""From a text to its readings: scan, grammar, calendar; URLs and what only dateparser knows apart.

Knows nothing of pages. Start reading at `read_dates`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from aggregator.items import DateOrder
from pipelines.dates import fallback
from pipelines.dates.common import read_common
from pipelines.dates.draft import Draft
from pipelines.dates.grammar import find_drafts
from pipelines.dates.names import (
    BARE_LABELS,
    DEADLINE_LABELS,
    EVENT_LABELS,
    MODIFIED_LABELS,
    PUBLISHED_LABELS,
)
from pipelines.dates.reading import Reading
from pipelines.dates.resolve import Context, resolve
from pipelines.dates.scan import END, WORD, Tokens, scan
from pipelines.dates.setting import Setting
from pipelines.dates.url import read_url

ROLES = ("published", "body", "event", "url", "header")
_LABELS = {
    **dict.fromkeys(PUBLISHED_LABELS, "published"),
    **dict.fromkeys(MODIFIED_LABELS, "modified"),
    **dict.fromkeys(DEADLINE_LABELS, "deadline"),
    **dict.fromkeys(EVENT_LABELS, "event"),
}
_PUBLISHED_RANK = {"published": 0, "": 1, "deadline": 2, "event": 2, "modified": 3}
_LABEL_REACH = 7  # tokens: `Ultima modifica effettuata il giorno`
_CLOSERS = frozenset(".;|•·!?")


def read_dates(
    text: str,
    *,
    language: str = "",
    order: DateOrder = DateOrder.DMY,
    zone: str = "Europe/Rome",
    reference: datetime | None = None,
    role: str = "body",
) -> tuple[Reading, ...]:
    """All that the text says of time, in order of appearance. Never raises on any text.

    Shapes: `role` is one of `ROLES`; `reference` (naive: in `zone`) is when the text was written
        or read: without it nothing that needs a year or a today is read. `language` "" is either.
    Raises: ValueError for a role or zone that does not exist.
    """
    if role not in ROLES:
        raise ValueError(f"no such role: {role!r}; one of {', '.join(ROLES)}")
    here = zone_of(zone)
    common = read_common(text, order, here) if role != "url" else None
    if common:
        return (common,)
    context = Context(order, here, _in_zone(reference, here), role)
    if role == "url":
        return read_url(text, context)
    return _read(text, Setting(order, role, language), context)


def read_date(
    text: str,
    *,
    language: str = "",
    order: DateOrder = DateOrder.DMY,
    zone: str = "Europe/Rome",
    reference: datetime | None = None,
    role: str = "published",
) -> Reading | None:
    """The date that the text states for that role, or None; parameters as in `read_dates`.

    Shapes: for `published` what is labelled so goes before what is not, and what is labelled as
        modified comes last; for `event` both come last.
    """
    readings = read_dates(text, language=language, order=order, zone=zone, reference=reference, role=role)
    if len(readings) < 2:
        return readings[0] if readings else None
    if role == "published":
        return min(readings, key=lambda reading: _PUBLISHED_RANK[reading.label])
    if role == "event":
        return next((r for r in readings if r.label not in ("published", "modified")), readings[0])
    return readings[0]


@lru_cache(maxsize=64)
def zone_of(name: str) -> tzinfo:
    """The time zone of that name. Raises ValueError where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"no such time zone: {name!r}") from error


def _in_zone(reference: datetime | None, zone: tzinfo) -> datetime | None:
    if reference is None:
        return None
    return reference.replace(tzinfo=zone) if reference.tzinfo is None else reference.astimezone(zone)


def _read(text: str, setting: Setting, context: Context) -> tuple[Reading, ...]:
    tokens = scan(text)
    drafts = list(find_drafts(tokens, setting))
    if not drafts:
        found = fallback.read(text, context) if setting.role != "body" else None
        return (found,) if found else ()
    years = _years_named(drafts) if len(drafts) > 1 else {}
    if years:
        context = replace(context, years=years)
    readings = (_reading(draft, text, tokens, context) for draft in drafts)
    return tuple(reading for reading in readings if reading)


def _years_named(drafts: list[Draft]) -> Mapping[tuple[int, int], int]:
    """The year of each (month, day) that the text states once with its year."""
    years: dict[tuple[int, int], int] = {}
    for draft in drafts:
        for day in (draft.first, draft.last):
            if day and day.day and day.year > 0:
                years.setdefault((day.month, day.day), day.year)
    return years


def _reading(draft: Draft, text: str, tokens: Tokens, context: Context) -> Reading | None:
    resolved = resolve(draft, context)
    if resolved is None:
        return None
    settled, end = resolved
    start, stop = tokens[draft.start].start, tokens[draft.stop - 1].end
    return Reading(
        settled.at or settled.day,
        end,
        settled.precision,
        settled.has_zone or (settled.at is not None and settled.at.tzinfo is UTC),
        round(settled.confidence, 3),
        (start, stop),
        text[start:stop],
        "; ".join(settled.why) or "as stated",
        tuple(settled.others),
        _label(tokens, draft.start),
        settled.is_year_stated,
    )


def _label(tokens: Tokens, start: int) -> str:
    """What the words before a date call it, the nearest first.

    Any label goes before an event's (`Pubblicato in Evento il`), and that before a bare `date`.
    """
    said: list[str] = []
    for token in reversed(tokens[max(0, start - _LABEL_REACH) : start]):
        if token.kind in _CLOSERS or token.kind == END:
            break
        if token.kind == WORD and token.text in _LABELS:
            said.append(token.text)
    word = min(said, key=_weakness, default="")
    return _LABELS.get(word, "")


def _weakness(label: str) -> int:
    return 2 if label in BARE_LABELS else int(label in EVENT_LABELS)
