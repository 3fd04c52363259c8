import re
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter

import pytest

import aggregator.feeds
from aggregator.feeds.strings import LANGUAGES, STRINGS, say, write_at, write_day, write_month, write_span

FOLDER = Path(aggregator.feeds.__file__).parent.parent


def test_no_string_is_missing_in_any_language() -> None:
    assert set(STRINGS) == set(LANGUAGES)
    assert set(STRINGS["it"]) == set(STRINGS["en"])
    assert all(text.strip() for texts in STRINGS.values() for text in texts.values())


@pytest.mark.parametrize("key", STRINGS["it"])
def test_both_languages_have_the_same_places(key: str) -> None:
    places = [{name for _, name, _, _ in Formatter().parse(STRINGS[lang][key]) if name} for lang in LANGUAGES]
    assert places[0] == places[1]


def test_every_string_is_used_and_every_use_is_there() -> None:
    files = [p for p in FOLDER.rglob("*") if p.suffix in (".py", ".html", ".txt") and p.name != "strings.py"]
    files = [p for p in files if (FOLDER / "web") not in p.parents]  # its pages have texts of their own
    code = "".join(p.read_text() for p in files)
    used = set(re.findall(r'(?<!\.)say\(\s*f?"([\w.{}]+)"', code)) | {"shown.at", "shown.span"}
    patterns = [re.compile(re.sub(r"\\\{.*?\\\}", r"\\w+", re.escape(use))) for use in used]
    unused = [key for key in STRINGS["it"] if not any(p.fullmatch(key) for p in patterns)]
    assert unused == []
    assert [use for use in used if "{" not in use and use not in STRINGS["it"]] == []


def test_a_language_that_is_not_there_is_english() -> None:
    assert say("page.back", "de") == "All feeds"


def test_dates_in_words() -> None:
    assert write_day(date(2024, 3, 11), "it") == "11 marzo 2024"
    assert write_day(date(2024, 12, 1), "en") == "1 December 2024"
    assert write_month(date(2024, 8, 1), "it") == "agosto 2024"
    assert write_at(datetime(2024, 3, 11, 9, 5, tzinfo=UTC), "it") == "11 marzo 2024, ore 09:05"


def test_spans_in_words() -> None:
    four, half_past_five = datetime(2026, 6, 3, 16, tzinfo=UTC), datetime(2026, 6, 3, 17, 30, tzinfo=UTC)
    assert write_span(four, None, "it") == "3 giugno 2026, ore 16:00"
    assert write_span(four, half_past_five, "it") == "3 giugno 2026, ore 16:00 – 17:30"
    assert write_span(four, date(2026, 6, 4), "en") == "3 June 2026, 16:00 – 4 June 2026"
    assert write_span(date(2026, 6, 11), date(2026, 6, 12), "it") == "11 giugno 2026 – 12 giugno 2026"
    assert write_span(date(2026, 6, 11), date(2026, 6, 11), "it") == "11 giugno 2026"
