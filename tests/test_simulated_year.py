"""Weeks of daily runs on which nothing is new: the archive and the published folder grow by alarms alone."""

from pathlib import Path

import pytest
from simulated_year import world

pytestmark = pytest.mark.soak

_DAYS, _NEWS_UNTIL = 64, 8
_TOLD = 16 * 1024  # bytes of an alarm in every format, plain and compressed


def test_an_archive_grows_with_content_alone(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        found = [here.run(day, 2 * _NEWS_UNTIL) for day in range(_DAYS)]
    assert {day.code for day in found} == {0}
    # A month after the last news: what was asked of it again is told, and the diary is thinned.
    quiet, last = found[_NEWS_UNTIL + 36], found[-1]
    assert last.rows["entry"] == quiet.rows["entry"] == found[_NEWS_UNTIL].rows["entry"]
    sources = last.rows["source"]
    weeks = (_DAYS - _NEWS_UNTIL - 36) / 6
    assert last.rows["crawl_run"] - quiet.rows["crawl_run"] <= (weeks + 1) * sources
    grown = {name for name, count in last.rows.items() if count > quiet.rows[name]}
    # A source that has gone silent is told once, in the operator's feed.
    assert grown <= {"crawl_run", "alarm"}
    assert last.rows["alarm"] <= 2 * sources
    assert last.archive_bytes - quiet.archive_bytes <= 16 * 4096
    assert last.files == quiet.files
    assert last.folder_bytes - quiet.folder_bytes <= (last.rows["alarm"] - quiet.rows["alarm"]) * _TOLD
