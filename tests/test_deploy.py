"""The units of deploy/: systemd takes them as they are, and each line that they run is a command of ours."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from aggregator.cli import cli

_DEPLOY = Path(__file__).parent.parent / "deploy"
_UNITS = sorted(path for path in _DEPLOY.iterdir() if path.suffix in (".service", ".timer"))
_PROGRAM = "/opt/aggregator/bin/aggregator"


def _commands() -> list[tuple[str, str]]:
    lines = [
        (path.name, line.removeprefix("ExecStart="))
        for path in _UNITS
        for line in path.read_text().splitlines()
        if line.startswith("ExecStart=")
    ]
    readme = (_DEPLOY.parent / "README.md").read_text(encoding="utf-8")
    crons = re.findall(r"^\d+ \* \* \* \*  aggregator  (/\S.*)$", readme, re.MULTILINE)
    assert crons, "README has the line of cron"
    return [*lines, *(("cron", line) for line in crons)]


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    systemd = shutil.which("systemd-analyze")
    if systemd is None:
        pytest.skip("systemd-analyze is needed to verify the units")
    for unit in _UNITS:  # it wants the program to be there: another stands in for it
        (tmp_path / unit.name).write_text(unit.read_text().replace(_PROGRAM, sys.executable))
    units = [str(tmp_path / unit.name) for unit in _UNITS]
    done = subprocess.run([systemd, "verify", "--man=no", *units], capture_output=True, text=True)
    said = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "aggregator" in line]
    assert (done.returncode, said) == (0, [])


def test_the_units_may_do_little(tmp_path: Path) -> None:
    systemd = shutil.which("systemd-analyze")
    known = subprocess.run([systemd or "false", "--help"], capture_output=True, text=True).stdout
    if systemd is None or "--offline" not in known:
        pytest.skip("systemd-analyze 250 or later is needed to judge the units")
    for unit in (unit for unit in _UNITS if unit.suffix == ".service"):
        (tmp_path / unit.name).write_text(unit.read_text())
        command = [systemd, "security", "--offline=true", "--threshold=20", str(tmp_path / unit.name)]
        assert subprocess.run(command, capture_output=True).returncode == 0, unit.name


@pytest.mark.parametrize(("where", "line"), _commands())
def test_what_they_run_is_a_command(where: str, line: str) -> None:
    program, name, *arguments = line.split()
    assert program == _PROGRAM, where
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    context = command.make_context(name, arguments)
    assert context.params["quiet"], "it is quiet: what it prints is mailed or kept"


def test_each_timer_starts_a_unit_that_ends() -> None:
    for timer in (unit for unit in _UNITS if unit.suffix == ".timer"):
        service = timer.with_suffix(".service").read_text()
        assert "Type=oneshot" in service
        if "aggregator export" not in service:  # which visits no site
            is_said = re.search(r"^SuccessExitStatus=1 ", service, re.MULTILINE)
            assert is_said, "a site that is down is no failure"
