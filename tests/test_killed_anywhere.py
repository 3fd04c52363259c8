"""Every command that writes, killed at random moments: nothing acknowledged lost, nothing twice.

By hand, for longer: `KILLS=100 .venv/bin/python -m pytest tests/test_killed_anywhere.py -m soak`.
`tests/store/test_upgrade_killed.py` kills upgrades, statement by statement.
"""

import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import pytest
from lxml import etree
from serving import Place, Site, feed, page, serve, story, write_catalogue
from sqlalchemy import text

from aggregator.store import open_store
from aggregator.store.check import check

pytestmark = pytest.mark.soak

_KILLS = int(os.environ.get("KILLS", "0")) or 12
_SITES, _FIRST = 3, 30


@dataclass(frozen=True)
class _Server(Place):
    """A place whose archive is on a server."""

    address: str = ""

    @property
    def url(self) -> str:
        return self.address


@dataclass
class _World:
    """Sites that go on publishing, an archive, and what was promised of it."""

    place: Place
    sites: tuple[Site, ...]
    draw: random.Random
    told: dict[str, list[str]] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1_000_000)))

    def publish_news(self) -> None:
        """Three more articles at each site, and one that says something else than before."""
        for site in self.sites:
            names = self.told.setdefault(site.host, [])
            names += [f"{site.host}-{next(self.numbers)}" for _ in range(3 if names else _FIRST)]
            for name in names:
                site.put(story(name).path, page(story(name), head=self._head()))
            feed(site, [story(name) for name in names[-60:]])

    def _head(self) -> str:
        return f'<meta name="description" content="Edizione {self.draw.randrange(2)}">'

    def command(self, kind: str) -> list[str]:
        """The command line of that kind, on news of its own."""
        place = self.place
        if kind == "run":
            self.publish_news()
            return place.command("run", "--all")
        if kind == "import":
            rows = [story(f"importata-{next(self.numbers)}") for _ in range(150)]
            path = place.folder / "rows.jsonl"
            lines = [
                {"url": f"https://altrove.example{each.path}", "title": each.title,
                 "text": "\n\n".join(each.paragraphs), "source": "altrove", "language": "it"}
                for each in rows
            ]  # fmt: skip
            path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
            command = place.command("import", str(path), "--ack")
            command.remove("--json")
            return command
        if kind == "reextract":
            catalogue = place.folder / "catalogue.toml"
            selector = self.draw.choice(["html::attr(lang)", "h1", "time", "nav a"])
            fields = f'[source.fields]\ntags = "{selector}"\n'
            kept = [line for line in catalogue.read_text().split("\n\n") if line]
            tables = [table.partition("[source.fields]")[0].rstrip("\n") + "\n" + fields for table in kept]
            catalogue.write_text("\n\n".join(tables), encoding="utf-8")
            return place.command("reextract")
        return place.command("publish", "--out", str(place.folder / "public"))

    def hear(self, said: str) -> None:
        """What was acknowledged in whole lines."""
        whole = said.rpartition("\n")[0].splitlines()
        self.acknowledged |= {line.removeprefix("ACK ") for line in whole if line.startswith("ACK ")}

    def look(self) -> None:
        """The archive is sound, holds what was promised, each once; each published file is whole."""
        store = open_store(self.place.url)
        with closing(store), store.read() as session:
            assert check(session) == []
            urls = session.execute(text("SELECT canonical_url FROM entry")).scalars().all()
            titles = session.execute(text("SELECT title FROM entry")).scalars().all()
        assert [url for url, times in Counter(urls).items() if times > 1] == []
        assert [title for title, times in Counter(titles).items() if times > 1] == []
        assert self.acknowledged <= set(urls)
        for path in (self.place.folder / "public").rglob("*"):
            if path.suffix in (".rss", ".atom", ".opml"):
                etree.parse(path)
            elif path.suffix == ".json":
                json.loads(path.read_bytes())


@contextmanager
def _world(place: Place, hosts: tuple[str, ...]) -> Iterator[_World]:
    with serve(*hosts) as sites:
        write_catalogue(place.folder / "catalogue.toml", {f"sito{n}": site for n, site in enumerate(sites)})
        yield _World(place, sites, random.Random(len(place.url)))


def _go(command: list[str], seconds: float | None) -> tuple[int, str]:
    """Its exit code and what it said, killed with all its children after so many seconds."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            said, faults = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            said, faults = process.communicate()
        assert process.returncode in (0, -signal.SIGKILL), (command, said[-2000:], faults[-2000:])
        return process.returncode, said


def test_killed_at_random_moments(database: str, tmp_path: Path) -> None:
    place = Place(tmp_path) if database.startswith("sqlite") else _Server(tmp_path, database)
    last = 6 if place.url.startswith("sqlite") else 7
    with _world(place, tuple(f"127.0.{last}.{n + 1}" for n in range(_SITES))) as world:
        lengths, killed = {}, Counter[str]()
        for kind in ("run", "import", "publish", "reextract"):  # each once whole: how long it takes here
            began = time.monotonic()
            code, said = _go(world.command(kind), None)
            assert code == 0
            world.hear(said)
            lengths[kind] = time.monotonic() - began
        world.look()
        for kind in cycle(lengths):
            if killed.total() >= _KILLS:
                break
            code, said = _go(world.command(kind), world.draw.uniform(0.2, 1) * lengths[kind])
            world.hear(said)
            killed[kind] += code != 0
            world.look()
        assert _go(world.command("run"), None)[0] == 0
        world.look()
        titles = set(place.titles())
    assert {story(name).title for names in world.told.values() for name in names} <= titles
    print(killed, len(world.acknowledged), "acknowledged")
