"""The house rules, as tests: lint, format, types, direction of imports, sizes."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.cli import THEMES

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("aggregator", "spiders", "pipelines")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
RECORDS = "versions"  # migrations are kept as they were run, not read for pleasure
MAX_LINES = 400
MAX_FUNCTION_LINES = 40
TOOLS = {
    "ruff check": ("ruff", "check", "--no-cache", "."),
    "ruff format": ("ruff", "format", "--no-cache", "--check", "."),
    "mypy": ("mypy",),
    "import contracts": ("lint-imports", "--no-cache"),
}


@pytest.mark.parametrize("command", TOOLS.values(), ids=TOOLS)
def test_tool_is_content(command: tuple[str, ...]) -> None:
    program = Path(sys.executable).with_name(command[0])
    done = subprocess.run([program, *command[1:]], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_is_small_and_says_what_it_is(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    assert ast.get_docstring(tree), "a module opens with what it holds"
    assert len(source.splitlines()) <= MAX_LINES or path.parent.name == RECORDS
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = {
        f.name: f.end_lineno - f.lineno + 1
        for f in functions
        if f.end_lineno and _body_lines(f) > MAX_FUNCTION_LINES
    }
    assert not long


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring: explaining is free."""
    first = function.body[0]
    docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    documented = (first.end_lineno or 0) - first.lineno + 1 if docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - documented


# What no command may load before it is run: each costs more than the command line itself.
_HEAVY = {"alembic", "asyncio", "concurrent", "dateparser", "logging", "lxml", "multiprocessing", "rich",
          "scrapy", "sqlalchemy", "starlette", "trafilatura", "twisted"}  # fmt: skip


@pytest.mark.parametrize(
    ("modules", "banned"),
    [
        ("aggregator.cli", {*_HEAVY, "json", "zoneinfo", "tempfile", "subprocess"}),
        *((f"aggregator.commands.{theme}", _HEAVY) for theme in THEMES),
        ("pipelines.dates", {"scrapy", "sqlalchemy", "dateparser", "lxml"}),
        ("pipelines.normalise", {"scrapy", "twisted", "sqlalchemy", "dateparser", "trafilatura"}),
        ("aggregator.store", {"scrapy", "twisted", "alembic", "dateparser"}),
        ("aggregator.crawl", {"scrapy", "twisted", "bs4", "spiders", "pipelines"}),
        (
            "aggregator.feeds.publish",
            {"scrapy", "dateparser", "trafilatura", "feedgen", "jinja2", "icalendar"},
        ),
    ],
)
def test_heavy_libraries_load_only_where_needed(modules: str, banned: set[str]) -> None:
    code = f"import sys, {modules}; print(' '.join(m for m in sys.modules if '.' not in m))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not banned & set(done.stdout.split())


def test_nothing_is_named_utils() -> None:
    assert not [
        p for p in MODULES if p.stem in {"utils", "util", "helpers", "manager", "misc", "common_utils"}
    ]
