"""Daily runs over the sample sites in simulated time: what archive and folder grow by, and what a run costs.

    python tests/simulated_year.py FOLDER [DAYS]

Half of the samples' articles are there on the first day; the others come one by one until the middle, then
nothing is new. Each day is a process that runs `aggregator run --all` under a clock moved to that day: forked
from one that has its libraries loaded, or a year would be spent on imports.
"""

import datetime as dt
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aggregator.sampleserver import SampleSites
    from aggregator.samplesite.content import Post, Site

_real = dt.datetime
START = _real(2026, 11, 21, 6, tzinfo=dt.UTC)
_EVER = "36500"


class _Kind(type):
    """Every instant is one of the moved clock's, whoever made it."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, _real)


class Moved(_real, metaclass=_Kind):
    """The library's `datetime` whose `now` lies ahead."""

    ahead = dt.timedelta()

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> _real:  # type: ignore[override]  # its instants are plain ones
        """The moved clock's time."""
        return _real.now(tz) + cls.ahead


@dataclass(frozen=True)
class Day:
    """A day's run. Units: `cpu` and `wall` in seconds, `peak_mib` of memory, bytes that hold something."""

    code: int
    cpu: float
    wall: float
    peak_mib: float
    archive_bytes: int
    folder_bytes: int
    files: int
    rows: dict[str, int]


# --------------------------------------------------------------------- the process that runs


def run_days() -> None:
    """Answers each day that it is told on standard input with what that day's run cost."""
    dt.datetime = Moved  # type: ignore[misc]  # before anything else takes the library's
    import scrapy.crawler  # noqa: F401

    import spiders.base  # noqa: F401
    from aggregator.cli import cli

    for line in sys.stdin:
        began = time.monotonic()
        pid = os.fork()
        if not pid:
            Moved.ahead = START + dt.timedelta(days=int(line)) - _real.now(dt.UTC)
            code = 70
            try:
                cli.main(["run", "--all", "-q"], prog_name="aggregator", standalone_mode=True)
            except SystemExit as exit_:
                code = int(exit_.code or 0)
            finally:
                os._exit(code)
        _, status, used = os.wait4(pid, 0)
        told = {
            "code": os.waitstatus_to_exitcode(status),
            "cpu": used.ru_utime + used.ru_stime,
            "wall": time.monotonic() - began,
            "peak_mib": used.ru_maxrss / 1024,
        }
        print(json.dumps(told), flush=True)


# --------------------------------------------------------------------- the world around it


@contextmanager
def world(folder: Path) -> Iterator["World"]:
    """The sample sites on a proxy, and the process that visits them; all of it ends with the block."""
    from aggregator.sampleserver import SampleSites
    from aggregator.samplesite import samples_root

    sites = SampleSites()
    with sites as proxy:
        environment = {
            **os.environ,
            "http_proxy": proxy,
            "AGGREGATOR_CATALOGUE": str(samples_root() / "catalogue.toml"),
            "AGGREGATOR_DATABASE": f"sqlite:///{folder / 'archive.sqlite'}",
            "AGGREGATOR_PUBLISH": str(folder / "public"),
            "AGGREGATOR_BASE_URL": "https://news.example",
            "AGGREGATOR_AUTHORITY": "news.example",
            "AGGREGATOR_CONTACT": "https://news.example/about",
            "AGGREGATOR_PACE": "0",
            "AGGREGATOR_JOBS": "1",
            "AGGREGATOR_FEED_DAYS": _EVER,
            "AGGREGATOR_FIRST_VISIT_DAYS": _EVER,
            "AGGREGATOR_FIRST_VISIT_ARTICLES": _EVER,
        }
        environment.pop("no_proxy", None)
        command = [sys.executable, __file__, "--run-days"]
        with subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                yield World(folder, sites, process)
            finally:
                if process.stdin:
                    process.stdin.close()


class World:
    """Sites whose articles come over time, and the archive that a run a day makes of them."""

    def __init__(self, folder: Path, sites: "SampleSites", process: "subprocess.Popen[str]") -> None:
        self._folder, self._sites, self._process = folder, sites, process

    def run(self, day: int, days: int) -> Day:
        """That day's run, where the last article comes in the middle of so many days."""
        self._sites.show(_shown(site, day, days // 2) for site in self._sites.sites)
        asked, told = self._process.stdin, self._process.stdout
        if asked is None or told is None:
            raise ValueError("a process without pipes")
        print(day, file=asked, flush=True)
        cost = json.loads(told.readline())
        self._sites.log.clear()
        return Day(**cost, **self._sizes())

    def _sizes(self) -> dict[str, Any]:
        files = [path for path in (self._folder / "public").rglob("*") if path.is_file()]
        with closing(sqlite3.connect(self._folder / "archive.sqlite")) as archive:
            names = [
                name
                for [name] in archive.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'search'"
                )
            ]
            rows = {name: archive.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
            pages, free, size = (
                archive.execute(f"PRAGMA {what}").fetchone()[0]
                for what in ("page_count", "freelist_count", "page_size")
            )
        return {
            "archive_bytes": (pages - free) * size,
            "folder_bytes": sum(path.stat().st_size for path in files),
            "files": len(files),
            "rows": rows,
        }


def _shown(site: "Site", day: int, last: int) -> "Site":
    """The site as it stands that day; an article that comes later says so itself."""
    posts = list(site.posts)
    late = [post for number, post in enumerate(posts) if post.is_article and number % 2]
    due = {post.key: 1 + number * last // len(late) for number, post in enumerate(reversed(late))}
    shown = (
        post if post.key not in due else _dated(post, due[post.key])
        for post in posts
        if due.get(post.key, 0) <= day
    )
    today = (START + dt.timedelta(days=day)).date()
    return replace(
        site, today=today, posts=tuple(sorted(shown, key=lambda post: due.get(post.key, 0), reverse=True))
    )


def _dated(post: "Post", day: int) -> "Post":
    if post.published is None:
        return post
    at = START + dt.timedelta(days=day, hours=-2)
    return replace(post, published=at if isinstance(post.published, _real) else at.date())


def main(folder: Path, days: int) -> None:
    """Prints a line every tenth day, and at the end what the second half added."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    with world(folder) as here:
        for day in range(days):
            found.append(here.run(day, days))
            if day % 10 == 0 or found[-1].code:
                one = found[-1]
                sizes = f"archive {one.archive_bytes >> 10} KiB, folder {one.folder_bytes >> 10} KiB"
                print(
                    f"day {day:3}: exit {one.code}, {one.cpu:.2f} s CPU, {one.wall:.2f} s, "
                    f"{one.peak_mib:.0f} MiB, {sizes} in {one.files} files, "
                    f"{one.rows['entry']} entries, {one.rows['crawl_run']} visits",
                    flush=True,
                )
    half, last = found[days // 2], found[-1]
    for name, count in last.rows.items():
        if count != half.rows[name]:
            print(f"{name}: {half.rows[name]} rows in the middle, {count} at the end")


if __name__ == "__main__":
    if sys.argv[1:] == ["--run-days"]:
        run_days()
    else:
        main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 365)
