"""The next of a series stays apart however soon it comes, and its copies join: facts decide, not days."""

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.dedupefile import dedupe_rows

_FILE = Path(__file__).parents[2] / "fixtures" / "series.toml"
SERIES: dict[str, dict[str, Any]] = tomllib.loads(_FILE.read_text("utf-8"))
# What sites put around a text, with figures of their own.
FRAMES = (
    "Redazione web, 02 5550147, lettura di 3 minuti.\n{}\nPartita IVA 01234560158, capitale 50.000 euro.",
    "{}\nSegui il canale: 18.400 lettori lo hanno già fatto. Abbonamento a 9,90 euro al mese per 12 mesi.",
)
FIRST = date(2026, 3, 6)


def count(*told: tuple[str, str, date | None]) -> int:
    """The groups of these articles, each of a source of its own."""
    rows = [
        {"id": n, "title": title, "text": text, "lang": "it", "source": f"sito{n}", "published": day}
        for n, (title, text, day) in enumerate(told)
    ]
    return len({answer["cluster"] for answer in dedupe_rows(rows)})


def first_half(text: str) -> str:
    return text[: text.index(". ", len(text) // 2) + 1]


@pytest.mark.parametrize("days", [0, 1, 3, 7, 30, None])
@pytest.mark.parametrize("kind", SERIES)
def test_the_next_issue_stands_apart(kind: str, days: int | None) -> None:
    title, text = SERIES[kind]["title"], SERIES[kind]["text"]
    following = text
    for old, new in SERIES[kind]["next"]:
        assert old in following
        following = following.replace(old, new)
    then = None if days is None else FIRST + timedelta(days=days)
    turned = ". ".join(reversed(following.rstrip(".").split(". "))) + "."
    for other in (following, first_half(following), turned):
        assert count((title, text, FIRST), (title, other, then)) == 2
        assert count((title, text, FIRST), (f"{title}, le novità", other, then)) == 2


@pytest.mark.parametrize("days", [0, 3, 7])
@pytest.mark.parametrize("kind", SERIES)
def test_its_copies_join(kind: str, days: int) -> None:
    title, text = SERIES[kind]["title"], SERIES[kind]["text"]
    then = FIRST + timedelta(days=days)
    assert (
        count((title, text, FIRST), (f"{title}, i dettagli", text, then), (title, first_half(text), then))
        == 1
    )


@pytest.mark.parametrize("kind", SERIES)
def test_figures_of_the_pages_around_copies_do_not_part_them(kind: str) -> None:
    title, text = SERIES[kind]["title"], SERIES[kind]["text"]
    one, other = (frame.format(text) for frame in FRAMES)
    assert count((title, one, FIRST), (f"{title}: i dettagli", other, FIRST)) == 1
