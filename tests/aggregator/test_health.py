"""What is wrong with a source: named rightly, soon, and never by chance."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from aggregator.choices import RunOutcome
from aggregator.health import (
    Ailment,
    Diary,
    Finding,
    Shown,
    Visited,
    disk,
    examine,
    fills_at,
    offline,
    without_outage,
)
from aggregator.rhythm import Rhythm
from aggregator.signs import SIGNS, Sign, name_of

NOW = datetime(2026, 5, 11, 9, tzinfo=UTC)
ROME = ZoneInfo("Europe/Rome")
FIELDS = {"a date": True, "authors": True, "an image": False, "a full text": True}
UNREACHABLE = "DNSLookupError: DNS lookup failed: no results for hostname lookup: fonte.example."


def visit(hours_ago: float, outcome: RunOutcome = RunOutcome.OK, error: str = "", **counts: int) -> Visited:
    refused = {name: count for name, count in counts.items() if name not in ("listed", "fetched", "seconds")}
    start = NOW - timedelta(hours=hours_ago)
    return Visited(
        start,
        start + timedelta(seconds=counts.get("seconds", 5)),
        outcome,
        error,
        counts.get("listed", 20),
        counts.get("fetched", 3),
        refused,
    )


def failed(hours_ago: float, error: str) -> Visited:
    return visit(hours_ago, RunOutcome.FAILED, error)


def articles(number: int, oddities: tuple[str, ...] = (), **fields: bool) -> list[Shown]:
    named = {name.replace("_", " "): there for name, there in fields.items()}
    return [Shown(NOW, FIELDS | named, oddities, f"https://fonte.example/{n}") for n in range(number)]


PAST = [visit(hours) for hours in range(2, 30)]
WELL = Diary("fonte", True, tuple(PAST), tuple(articles(60)), Rhythm(3.0, ROME), NOW - timedelta(hours=6))


def found(diary: Diary) -> list[str]:
    return [":".join(filter(None, (each.ailment.value, each.detail))) for each in examine(diary, NOW)]


def lately(*visits: Visited) -> Diary:
    return replace(WELL, visits=(*visits, *PAST))


def shown(newest: Sequence[Shown], before: Sequence[Shown]) -> Diary:
    return replace(WELL, articles=(*newest, *before))


@pytest.mark.parametrize(
    ("diary", "expected"),
    [
        pytest.param(WELL, [], id="a source that is well"),
        pytest.param(lately(visit(0, RunOutcome.NOT_MODIFIED, listed=0, fetched=0)), [], id="nothing new"),
        pytest.param(lately(failed(1, UNREACHABLE)), [], id="down once"),
        pytest.param(lately(failed(0, UNREACHABLE), failed(1, UNREACHABLE)), ["unreachable"], id="down"),
        pytest.param(
            lately(failed(0, "HTTP 403 at https://a.example/"), failed(1, "HTTP 403 at https://a.example/")),
            ["forbidden"],
            id="403",
        ),
        pytest.param(
            lately(failed(0, "robots: https://a.example/feed"), failed(1, "robots: https://a.example/feed")),
            ["forbidden"],
            id="robots.txt closed it",
        ),
        pytest.param(
            lately(failed(0, "certificate: fonte.example: certificate has expired")),
            ["certificate"],
            id="a certificate that has run out is told at once",
        ),
        pytest.param(
            lately(failed(0, "HTTP 500 at https://a.example/"), failed(1, "no way in found")),
            ["failing"],
            id="some other failure",
        ),
        pytest.param(
            lately(*(visit(n, RunOutcome.LOST, "its worker was killed") for n in range(3))),
            ["failing"],
            id="a page that kills the worker",
        ),
        pytest.param(
            lately(visit(1, RunOutcome.LOST), failed(2, UNREACHABLE)), [], id="lost visits tell nothing"
        ),
        pytest.param(lately(visit(1, fetched=2, soft_404=2)), ["soft_404"], id="everything a soft 404"),
        pytest.param(
            lately(visit(0, fetched=1, parked=1), visit(1, fetched=1, parked=1)), ["parked"], id="parked"
        ),
        pytest.param(
            lately(visit(0, fetched=2, not_article=2)), ["refused"], id="new markup without articles"
        ),
        pytest.param(lately(visit(0, fetched=1, not_article=1)), [], id="one page that is no article"),
        pytest.param(lately(visit(0, fetched=9, not_relevant=9)), [], id="a day without a word of ours"),
        pytest.param(lately(visit(0, listed=3), visit(1, listed=0)), ["shrinking"], id="lists lose articles"),
        pytest.param(lately(visit(0, listed=3), visit(1, listed=20)), [], id="a list cut once"),
        pytest.param(
            lately(*(visit(n / 9, seconds=400) for n in range(3))), ["slow"], id="seconds become minutes"
        ),
        pytest.param(
            replace(WELL, latest_at=NOW - timedelta(days=5)),
            ["silent"],
            id="silent after five days, at three a day",
        ),
        pytest.param(replace(WELL, latest_at=NOW - timedelta(days=3)), [], id="a long weekend"),
        pytest.param(
            replace(WELL, rhythm=Rhythm(0.1, ROME), latest_at=NOW - timedelta(days=40)),
            [],
            id="a slow source",
        ),
        pytest.param(
            replace(WELL, rhythm=Rhythm(0.1, ROME), latest_at=NOW - timedelta(days=80)),
            ["silent"],
            id="a slow one ends",
        ),
        pytest.param(
            replace(WELL, rhythm=Rhythm(0.9, ROME, seen=6.5), latest_at=NOW - timedelta(days=10)),
            [],
            id="three articles of a day are no habit",
        ),
        pytest.param(
            replace(WELL, rhythm=Rhythm(0.9, ROME, seen=6.5), latest_at=NOW - timedelta(days=20)),
            ["silent"],
            id="three articles of a day, and three weeks without",
        ),
        pytest.param(shown(articles(2, a_date=False), articles(60)), ["drifting:a date"], id="dates gone"),
        pytest.param(shown(articles(1, a_date=False), articles(60)), [], id="one article without a date"),
        pytest.param(
            shown(articles(3, a_full_text=False, authors=False), articles(60)),
            ["drifting:authors", "drifting:a full text"],
            id="text and authors gone",
        ),
        pytest.param(
            shown(articles(5, authors=False), [*articles(30), *articles(30, authors=False)]),
            [],
            id="a habit of half",
        ),
        pytest.param(
            shown(articles(2, ("broken letters",)), articles(60)),
            ["odd:broken letters"],
            id="a charset read wrongly",
        ),
        pytest.param(
            shown(articles(1, ("a date in the future",)), articles(60)), [], id="one misprint of a date"
        ),
    ],
)
def test_what_is_wrong_is_named(diary: Diary, expected: list[str]) -> None:
    assert found(diary) == expected


def test_a_source_never_proved_raises_nothing() -> None:
    broken = lately(failed(0, UNREACHABLE), failed(1, UNREACHABLE))
    assert examine(replace(broken, is_proved=False), NOW) == ()
    assert examine(Diary("fonte", True), NOW) == ()


def test_a_finding_says_how_it_is_known_and_what_to_run() -> None:
    finding = examine(shown(articles(2, a_date=False), articles(60)), NOW)[0]
    assert (
        finding.evidence
        == "of the last 2 articles 0, before 60 of 60 have a date: look at https://fonte.example/0"
    )
    assert finding.command == "aggregator reextract fonte --dry-run"
    assert finding.key == "drifting:a date:fonte"


def each_down(down: int, up: int) -> Mapping[str, Visited]:
    return {
        **{f"down{n}": failed(0.1, UNREACHABLE) for n in range(down)},
        **{f"up{n}": visit(0.2) for n in range(up)},
        "long-ago": visit(20),
    }


@pytest.mark.parametrize(
    ("down", "up", "expected"), [(3, 0, True), (40, 0, True), (2, 0, False), (39, 1, False)]
)
def test_the_operators_own_outage_is_one_alarm(down: int, up: int, *, expected: bool) -> None:
    finding = offline(each_down(down, up))
    assert (finding is not None) is expected
    findings = tuple(
        Finding(ailment, Sign("offline"), "", "down") for ailment in (Ailment.UNREACHABLE, Ailment.SILENT)
    )
    assert [each.ailment for each in without_outage(findings)] == [Ailment.SILENT]


def test_nobody_visited_is_no_outage() -> None:
    assert offline({}) is None


def test_a_disk_is_told_of_when_a_tenth_is_left() -> None:
    full_at = fills_at(free=50, used=100, since=timedelta(days=10), now=NOW)
    assert full_at == NOW + timedelta(days=5)
    finding = disk(free=50, total=1000, place="the archive", full_at=full_at)
    assert finding is not None
    assert (
        finding.evidence == "5 % of the disk of the archive are free; at this pace it is full on 2026-05-16"
    )
    assert disk(free=500, total=1000, place="the archive", full_at=full_at) is None
    assert fills_at(free=50, used=100, since=timedelta(hours=1), now=NOW) is None


def test_readers_of_alarms_are_told_in_their_language() -> None:
    finding = examine(shown(articles(2, a_date=False), articles(60)), NOW)[0]
    assert finding.sign.words("it") == (
        "degli ultimi 2 articoli 0 con una data, prima 60 su 60: si veda https://fonte.example/0"
    )
    assert finding.sign.words("de") == finding.evidence
    assert name_of(finding.detail, "it") == "una data"
    rate = Sign("silent", {"since": "2026-04-02", "rate": 2.5})
    assert "2.5 articles" in rate.words("en")
    assert "2,5 articoli" in rate.words("it")


@pytest.mark.parametrize("key", SIGNS["en"])
def test_both_languages_say_the_same(key: str) -> None:
    places = [
        {name for _, name, _, _ in Formatter().parse(SIGNS[each][key]) if name} for each in ("it", "en")
    ]
    assert set(SIGNS["it"]) == set(SIGNS["en"])
    assert places[0] == places[1]
