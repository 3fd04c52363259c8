"""What the units run, as an ordinary user, from the wheel in a bare environment: it works, and is silent."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from databases import Postgres
from serving import Site, fill, serve, write_catalogue

pytestmark = pytest.mark.slow

_PROJECT = Path(__file__).parent.parent
_DEPLOY = _PROJECT / "deploy"
_NOBODY = 65534


@dataclass(frozen=True)
class Machine:
    """A folder in place of the root: the program, its options, its state, as README has them."""

    root: Path

    @property
    def state(self) -> Path:
        """The one folder that the service may write to."""
        return self.root / "var/lib/aggregator"

    def own(self, user: int) -> None:
        """Gives the service's folder, emptied, to that user, where tests may do so."""
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(parents=True)
        if os.getuid() == 0:
            os.chown(self.state, user, -1)

    def here(self, line: str) -> str:
        """The line with this machine's folders."""
        return re.sub(r"(?<![\w.])/(opt|etc|var/lib)/aggregator", rf"{self.root}/\1/aggregator", line)

    def unit(self, name: str) -> tuple[list[str], Mapping[str, str]]:
        """What the unit runs, and in which environment: nothing else is set, as in systemd's."""
        text = self.here((_DEPLOY / name).read_text(encoding="utf-8"))
        [command] = re.findall(r"^ExecStart=(.+)$", text, re.MULTILINE)
        found = dict(line.split("=", 1) for line in re.findall(r"^Environment=(.+)$", text, re.MULTILINE))
        return command.split(), {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8", **found}

    def start(self, name: str, *more: str, **environment: str) -> "subprocess.Popen[str]":
        """Starts what the unit runs, with more arguments, as the ordinary user."""
        command, given = self.unit(name)
        return subprocess.Popen(
            [*command, *more], env={**given, **environment}, cwd="/", text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **_as(self.state.stat().st_uid),
        )  # fmt: skip


def _as(user: int) -> dict[str, Any]:
    """What makes a process that user's, with no group but the last one."""
    return {"user": user, "group": _NOBODY, "extra_groups": []} if os.getuid() == 0 else {}


def _python() -> str:
    """One that the ordinary user may run."""
    for path in (sys.executable, "/usr/bin/python3"):
        code = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))"
        try:
            if not subprocess.run([path, "-c", code], capture_output=True, **_as(_NOBODY)).returncode:
                return path
        except OSError:
            continue
    pytest.skip("a Python 3.11 with venv that an ordinary user may run is needed")


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        pytest.skip("uv is needed to build the wheel")
    root = Path(tempfile.mkdtemp(prefix="units-"))  # not pytest's own: that keeps other users out
    found = Machine(root)
    for folder in (root, root / "opt", root / "etc", root / "etc/aggregator"):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
    dist, program = root / "dist", root / "opt" / "aggregator"
    _must([uv, "build", "--wheel", "--quiet", "--out-dir", dist, _PROJECT])
    [wheel] = dist.glob("*.whl")
    _must([_python(), "-m", "venv", "--without-pip", program])
    _must([uv, "pip", "install", "--quiet", "--python", program / "bin/python", f"{wheel}[fleet]"])
    yield found
    shutil.rmtree(root)


def _must(command: list[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _set_up(machine: Machine, site: Site, **options: str) -> None:
    """`init` as README has it, and the one site in place of the bundled catalogue."""
    etc = machine.root / "etc" / "aggregator"
    for path in etc.iterdir():
        path.unlink()
    program, file = machine.root / "opt/aggregator/bin/aggregator", etc / "aggregator.toml"
    contact, base = "https://example.org/about-our-crawler", "https://news.example.org/"
    _must([program, "init", "--config", file, "--contact", contact, "--base-url", base])
    catalogue = write_catalogue(etc / "sources.toml", {"sito": site})
    lines = {"catalogue": str(catalogue), **options}
    file.write_text(
        "".join(f'{name} = "{value}"\n' for name, value in lines.items()) + file.read_text(encoding="utf-8"),
        encoding="utf-8",
    )


def _silent(process: "subprocess.Popen[str]") -> None:
    """It ends well and has nothing to say: what it says is mailed."""
    assert (*process.communicate(timeout=180), process.returncode) == ("", "", 0)


def test_on_one_machine(machine: Machine) -> None:
    machine.own(_NOBODY)
    public = machine.state / "public"
    with serve("127.0.9.1") as (site,):
        fill(site, [f"servizio-{n}" for n in range(4)])
        _set_up(machine, site)
        _silent(machine.start("aggregator.service"))
        _silent(machine.start("aggregator.service"))
        assert (public / "feeds" / "all.atom").read_text(encoding="utf-8").count("<entry") == 4
        _silent(machine.start("aggregator-export.service"))
    assert list(public.rglob("*.csv*"))
    assert {path.stat().st_uid for path in public.rglob("*")} == {machine.state.stat().st_uid}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with machine.start("aggregator-serve.service", "--port", str(port)) as server:
        with ExitStack() as stack:
            stack.callback(server.send_signal, signal.SIGINT)
            assert "servizio-" in _get(f"http://127.0.0.1:{port}/api/entries")
        _, said = server.communicate(timeout=60)
        assert (server.returncode in (0, 130), said) == (True, "")


def _get(url: str) -> str:
    """What it answers, once it does."""
    for _ in range(300):
        try:
            with urllib.request.urlopen(url) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.1)
    raise AssertionError("it does not answer")


def test_in_a_fleet(machine: Machine, postgres: Postgres) -> None:
    with postgres.fresh() as url, serve("127.0.9.2") as (site,):
        machine.own(Path(postgres.address.partition("host=")[2]).stat().st_uid)  # who may reach its socket
        fill(site, [f"flotta-{n}" for n in range(4)])
        _set_up(machine, site, database=url)
        config = machine.root / "etc/aggregator/aggregator.toml"
        _must([machine.root / "opt/aggregator/bin/aggregator", "db", "upgrade", "--config", config])
        _silent(machine.start("aggregator-schedule.service"))
        with machine.start("aggregator-worker.service") as worker:
            for _ in range(600):
                if len(site.asked) >= 6:
                    break
                time.sleep(0.1)
            worker.send_signal(signal.SIGTERM)
            assert (*worker.communicate(timeout=120), worker.returncode) == ("", "", 0)
        _silent(machine.start("aggregator-schedule.service"))
        feeds = machine.state / "public" / "feeds"
        assert (feeds / "all.atom").read_text(encoding="utf-8").count("flotta-") >= 4
