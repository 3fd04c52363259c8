"""The wheel in a bare environment, in an empty folder, with neither git nor make: the commands work."""

import json
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

import feedparser
import pytest
from serving import fill, serve, story, write_catalogue

from aggregator.samplesite import samples_root

pytestmark = pytest.mark.slow

_PROJECT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Installed:
    """An environment that holds the wheel alone, and an empty folder to work in."""

    python: Path
    folder: Path

    def aggregator(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """The command, as one calls it there: its own folder is all that is on the path."""
        home = {"HOME": str(self.folder), "PATH": str(self.python.parent), "LANG": "C.UTF-8"}
        return subprocess.run(
            [self.python.parent / "aggregator", *arguments],
            capture_output=True, text=True, cwd=self.folder, env=home, timeout=300,
        )  # fmt: skip


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    root = tmp_path_factory.mktemp("wheel")
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        pytest.skip("uv is needed to build the wheel")
    _must([uv, "build", "--wheel", "--quiet", "--out-dir", root / "dist"], cwd=_PROJECT)
    [wheel] = (root / "dist").glob("*.whl")
    venv.create(root / "venv", symlinks=True)
    python = root / "venv" / "bin" / "python"
    _must([uv, "pip", "install", "--quiet", "--python", python, wheel], cwd=root)
    (root / "empty").mkdir()
    return Installed(python, root / "empty")


def _must(command: list[str | Path], *, cwd: Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=dict(os.environ))
    assert done.returncode == 0, done.stderr


def test_the_demo_crawls_the_bundled_samples(installed: Installed) -> None:
    done = installed.aggregator("demo", "--keep", "demo", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    samples = len(list(samples_root().glob("*.example.toml")))
    assert (told["sources"], told["articles"] > 80) == (samples, True)
    assert (installed.folder / "demo" / "public" / "index.html").is_file()
    assert (installed.folder / "demo" / "archive.sqlite").is_file()


def test_init_and_the_list_of_sources(installed: Installed) -> None:
    done = installed.aggregator("init", "--base-url", "https://notizie.example.org/", "--language", "en")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("written: ") == 2
    assert all(Path(line.partition(": ")[2]).is_file() for line in done.stdout.splitlines())
    listed = installed.aggregator("sources", "list")
    assert listed.returncode == 0, listed.stderr
    assert len(listed.stdout.splitlines()) >= 29  # nine clusters and twenty others


def test_a_run_stores_and_publishes(installed: Installed) -> None:
    names = [f"ruota-{n}" for n in range(5)]
    with serve("127.0.5.1") as (site,):
        fill(site, names)
        write_catalogue(installed.folder / "mine.toml", {"locale": site})
        given = ("--catalogue", "mine.toml", "--database", "sqlite:///here.sqlite", "--publish", "public")
        done = installed.aggregator("run", "locale", *given)
    assert done.returncode == 0, done.stderr
    assert "locale" in done.stdout
    assert (installed.folder / "here.sqlite").is_file()
    feed = feedparser.parse(str(installed.folder / "public" / "feeds" / "all.atom"))
    assert sorted(entry.title for entry in feed.entries) == sorted(story(name).title for name in names)
