"""A row of `dates --jsonl` to its answer, as plain values.

Knows no files and no JSON. Start reading at `answer`.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from aggregator.items import DateOrder
from pipelines.dates.read import read_date
from pipelines.dates.reading import iso


def answer(row: Mapping[str, object]) -> dict[str, object]:
    """`id`, `start`, `end`, `precision`, `confidence`, `reading` for a row with a `text`.

    Shapes: `start` is None where the text states no date, `end` but for ranges; a row that
        cannot be used gives `id`, `start` None and `error`. Never raises.
    """
    try:
        return _answer(row)
    except (TypeError, ValueError, KeyError) as error:
        return {"id": row.get("id"), "start": None, "end": None, "error": _words(error)}


def _words(error: Exception) -> str:
    return f"missing: {error.args[0]}" if isinstance(error, KeyError) else str(error)


def _answer(row: Mapping[str, object]) -> dict[str, object]:
    text = row["text"]
    if not isinstance(text, str):
        raise TypeError("text must be a string")
    reading = read_date(
        text,
        language=str(row.get("lang") or ""),
        order=DateOrder(str(row.get("order") or "DMY")),
        zone=str(row.get("zone") or "Europe/Rome"),
        reference=_reference(row.get("reference") or None),
        role=str(row.get("role") or "published"),
    )
    if reading is None:
        return {
            "id": row.get("id"),
            "start": None,
            "end": None,
            "precision": None,
            "confidence": 0.0,
            "reading": None,
        }
    return {
        "id": row.get("id"),
        "start": iso(reading.start, reading.precision),
        "end": iso(reading.end, reading.precision) if reading.end else None,
        "precision": reading.precision.value,
        "confidence": reading.confidence,
        "reading": f"{reading.text}: {reading.why}",
    }


@lru_cache(maxsize=256)
def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _reference(value: object) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise TypeError("reference must be an ISO 8601 string")
    return _moment(value)
