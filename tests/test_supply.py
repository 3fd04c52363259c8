"""What the program is built on: licences that let it be given away, releases without known faults."""

import json
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

pytestmark = pytest.mark.slow

_BIN = Path(sys.executable).parent
_NAME = "lombardy-aggregator"
_EXTRAS = ("fleet", "parquet", "postgres", "warc")
# Each part of a licence must be one of these. Of the LGPL: its libraries are imported as they are, and can be
# replaced by whoever has the program. What is offered under several licences is taken under one of these.
_FREE = re.compile(
    r"(?:the )?(?:apache|bsd|0bsd|mit|mit-0|psf|python software|zpl|zope|mpl-2|mozilla public license 2|isc|"
    r"cc0|zlib|cnri-python|unlicense|public domain|lgpl|gnu lesser general public|gnu library or lesser)",
    re.IGNORECASE,
)


def _needed() -> set[str]:
    """The names of all that an installed wheel brings, its extras included; not what tests need."""
    found: set[str] = set()
    todo = [Requirement(f"{_NAME}[{','.join(_EXTRAS)}]")]
    seen: set[str] = set()
    while todo:
        wanted = todo.pop()
        if str(wanted) in seen:
            continue
        seen.add(str(wanted))
        try:
            lines = requires(wanted.name) or []
        except PackageNotFoundError:
            continue  # for another system, or another Python
        found.add(_plain(wanted.name))
        for line in lines:
            further = Requirement(line)
            extras = wanted.extras or {""}
            if further.marker is None or any(further.marker.evaluate({"extra": each}) for each in extras):
                todo.append(further)
    return found - {_NAME}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_licence_lets_the_program_be_given_away() -> None:
    program = _BIN / "pip-licenses"
    if not program.exists():
        pytest.skip("pip-licenses is needed to read licences")
    command: list[str | Path] = [program, "--python", sys.executable, "--from=mixed", "--format=json"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    licences = {_plain(row["Name"]): row["License"] for row in json.loads(done.stdout)}
    needed = _needed()
    assert len(needed) > 40
    assert needed <= licences.keys()
    assert {name: licences[name] for name in sorted(needed) if not _is_free(licences[name])} == {}


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("MIT", True),
        ("Apache-2.0 AND CNRI-Python", True),
        ("MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later", True),
        ("GPL-3.0-only", False),
        ("MIT AND GPL-3.0-only", False),
        ("GNU Affero General Public License v3", False),
        ("UNKNOWN", False),
    ],
)
def test_a_licence_is_read_rightly(licence: str, *, expected: bool) -> None:
    assert _is_free(licence) is expected


def _is_free(licence: str) -> bool:
    """All that are to be kept at once, or one of those to choose from."""
    kept = [
        [part.strip(" ()") for part in re.split(r"\bOR\b", both)] for both in re.split(r";|\bAND\b", licence)
    ]
    return all(any(_FREE.match(part) for part in choice) for choice in kept)


def test_no_release_has_a_known_fault() -> None:
    program = _BIN / "pip-audit"
    if not program.exists():
        pytest.skip("pip-audit is needed to ask for known faults")
    command: list[str | Path] = [
        program,
        "--format=json",
        "--progress-spinner=off",
        "--timeout=15",
        "--skip-editable",
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=240)
        asked = [row for row in json.loads(done.stdout)["dependencies"] if "vulns" in row]
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        asked = []
    needed = _needed()
    asked = [row for row in asked if _plain(row["name"]) in needed]
    if len(asked) < len(needed) / 2:
        pytest.skip("PyPI's service of known faults cannot be reached from here")
    faults = {row["name"]: [fault["id"] for fault in row["vulns"]] for row in asked if row["vulns"]}
    assert faults == {}
