"""The README holds against the program: commands, options, keys, files, queries and pictures."""

import os
import re
import shlex
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from aggregator.catalogue import load_catalogue
from aggregator.catalogue_keys import SOURCE_KEYS, TERM_KEYS
from aggregator.choices import DateOrder, Keep, Kind, Publish, Way
from aggregator.cli import cli
from aggregator.config import options
from aggregator.errors import ConfigError, QueryError, StoreError
from aggregator.option import Option
from aggregator.store import open_store

ROOT = Path(__file__).resolve().parent.parent
README, README_IT = "README.md", "README.it.md"
PAGES = (README, README_IT, "CHANGELOG.md", "docs/design.md")
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
# What no page for users may hold: places and people of one workshop, and promises.
_OURS = re.compile(r"/work\b|/tmp/|\bTODO\b|\bTBD\b|coming soon|\bissue #?\d", re.IGNORECASE)


@cache
def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, *languages: str) -> list[str]:
    return [body for language, body in _FENCE.findall(text_of(page)) if language in languages]


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, f"{name} is in no module"
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        # A group that is a command itself has the options of one.
        if not isinstance(command, click.Group) or any(p.name == "config_file" for p in command.params):
            yield " ".join((*path, name)), command


COMMANDS = dict(commands())
COMMON = frozenset.intersection(
    *(frozenset(opt for param in c.params for opt in param.opts) for c in COMMANDS.values())
)


def section(title: str) -> str:
    """The part of the README under that heading."""
    match = re.search(
        rf"^(#+) {re.escape(title)}$(.*?)(?=^\1 |\Z)", text_of(README), re.MULTILINE | re.DOTALL
    )
    assert match, f"no heading {title}"
    return match[2]


@cache
def rows_of(command: str) -> str:
    """The rows of the table of options that are about one command."""
    found, current = [], ""
    for line in section("Commands").splitlines():
        if not line.startswith("|"):
            current = ""
            continue
        first = line.split("|")[1].strip().strip("`")
        current = first or current
        if current == command:
            found.append(line)
    return "\n".join(found)


# ------------------------------------------------------------- commands


@pytest.mark.parametrize("name", COMMANDS)
def test_command_is_listed(name: str) -> None:
    assert f"| `aggregator {name}" in section("Commands")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_no_signs_of_its_making(name: str) -> None:
    assert not re.search(r"\\|``|:param|None", COMMANDS[name].get_help(click.Context(COMMANDS[name])))


def test_every_listed_command_is_there() -> None:
    listed = re.findall(
        r"^\| `aggregator ([a-z ]+?)(?: [A-Z\[][^`]*)?` \|", section("Commands"), re.MULTILINE
    )
    assert sorted(listed) == sorted(COMMANDS)


@pytest.mark.parametrize(
    ("name", "option"),
    [
        (name, opt)
        for name, command in COMMANDS.items()
        for param in command.params
        if isinstance(param, click.Option)
        for opt in param.opts
        if opt not in COMMON
    ],
)
def test_option_of_command_is_listed(name: str, option: str) -> None:
    assert re.search(rf"`{option}[ `]", rows_of(name)), f"{option} of {name}"


@pytest.mark.parametrize("option", sorted(COMMON | {"--help", "-h", "--version"}))
def test_common_option_is_listed(option: str) -> None:
    assert re.search(rf"`(?:aggregator )?{option}[ `]", section("Commands"))


@pytest.mark.parametrize("name", COMMANDS)
def test_no_option_is_listed_that_is_not_there(name: str) -> None:
    known = {opt for param in COMMANDS[name].params for opt in param.opts}
    assert set(re.findall(r"(?<![\w-])--[a-z-]+", rows_of(name))) <= known


def spoken(page: str) -> list[str]:
    """The command lines of a page's examples, pipes and prompts taken off."""
    found = []
    for block in blocks(page, "sh", "console"):
        for line in block.replace("\\\n", " ").splitlines():
            typed = (
                re.sub(r"\s+#.*", "", line.removeprefix("$ "))
                .rsplit("|", maxsplit=1)[-1]
                .split("<")[0]
                .strip()
            )
            typed = re.sub(r"^runuser -u \S+ -- ", "", typed)
            found += [typed] if re.match(r"(\S*/)?aggregator ", typed) else []
    # What cron and systemd start is an example as well.
    found += re.findall(r"\S*bin/aggregator [^\n`]*", "\n".join(blocks(page, "text")))
    return found


@pytest.mark.parametrize("line", [*spoken(README), *spoken(README_IT)])
def test_example_can_be_typed(line: str) -> None:
    words = shlex.split(line)[1:]
    group: click.Command = cli
    context = click.Context(cli, info_name="aggregator")
    while isinstance(group, click.Group) and words and not words[0].startswith("-"):
        name, group_or_none, words = group.resolve_command(context, words)
        assert group_or_none is not None and name is not None
        group, context = group_or_none, click.Context(group_or_none, info_name=name, parent=context)
    # A file in an example need not be here, but the words must be ones that the parser knows.
    parser = group.make_parser(context)
    _, rest, _ = parser.parse_args(args=words)
    assert not rest


def test_examples_are_found() -> None:
    assert len(spoken(README)) > 15
    assert len(spoken(README_IT)) > 5


# ------------------------------------------------------------- options, codes, keys, files


def row_of(option: Option) -> str:
    doc = option.doc
    facts = [doc.unit] if doc.unit else []
    facts += ["one of " + ", ".join(f"`{choice}`" for choice in option.choices)] if option.choices else []
    default = str(option.default).lower() if isinstance(option.default, bool) else str(option.default)
    shown = doc.shown or (f"`{default}`" if option.default != "" else "")
    aside = f" ({'; '.join(facts)})" if facts else ""
    return f"| `{option.name}` | {doc.help}{aside} | {shown} |"


def test_options_are_the_program_s_own() -> None:
    table = re.search(r"<!-- options.*?-->(.*?)<!-- /options -->", text_of(README), re.DOTALL)
    assert table
    rows = [line for line in table[1].splitlines() if line.startswith("| `")]
    assert rows == [row_of(option) for option in options()]


def test_exit_codes_are_listed() -> None:
    from aggregator.cli import _CODES, _INTERRUPTED
    from aggregator.commands.road import PROBLEMS

    assert {kind for kind, _ in _CODES} == {QueryError, ConfigError, StoreError}
    codes = {0, PROBLEMS, _INTERRUPTED, *(code for _, code in _CODES)}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", section("Exit codes"), re.MULTILINE)} == codes


@pytest.mark.parametrize("key", [key.removeprefix("fields.") for key in SOURCE_KEYS])
def test_key_of_a_source_is_listed(key: str) -> None:
    assert re.search(rf"^\|[^|]*`{re.escape(key)}`[^|]*\|", section("The catalogue"), re.MULTILINE)


@pytest.mark.parametrize("key", TERM_KEYS)
def test_key_of_a_topic_is_listed(key: str) -> None:
    table = section("Clusters, topics and their words")
    assert re.search(rf"^\|[^|]*`{re.escape(key)}`[^|]*\|", table, re.MULTILINE)


@pytest.mark.parametrize(
    "value", [v for choices in (Kind, Way, Keep, Publish, DateOrder) for v in choices if v is not Way.IMPORT]
)
def test_value_of_a_key_is_listed(value: str) -> None:
    assert f"`{value}`" in section("The catalogue")


@pytest.mark.parametrize("way", [way for way in Way if way is not Way.IMPORT])
def test_way_is_explained(way: Way) -> None:
    assert f"| `{way}` |" in section("How a source is read")


def test_published_files_are_listed() -> None:
    from aggregator.feeds.desk import ENDINGS

    for ending in ENDINGS:
        assert f"`feeds/<name>.{ending}`" in section("Subscribe")


@pytest.mark.parametrize("block", blocks(README, "toml"))
def test_catalogue_example_is_one(block: str, tmp_path: Path) -> None:
    operator = tmp_path / "catalogue.toml"
    operator.write_text(block, encoding="utf-8")
    catalogue = load_catalogue(None, operator)
    ids = {source.id for source in catalogue.sources} | {term.id for term in catalogue.vocabulary.terms}
    named = tomllib.loads(block)
    assert {table["id"] for kind in named.values() for table in kind} <= ids


def test_numbers_of_the_catalogue_are_right() -> None:
    catalogue = load_catalogue()
    topics = [term for term in catalogue.vocabulary.terms if not term.is_cluster]
    assert f"The bundled catalogue has {len(catalogue.sources)}" in text_of(README)
    assert f"one of {len(topics)} topics" in text_of(README)
    assert not any(source.verified for source in catalogue.sources)


# ------------------------------------------------------------- queries, examples, pages


def queries() -> list[str]:
    return blocks(README, "sql")


@pytest.mark.parametrize("query", queries(), ids=lambda query: query.split("\n", 1)[0])
def test_query_can_be_asked(query: str, tmp_path: Path) -> None:
    archive = tmp_path / "archive.sqlite"
    open_store(f"sqlite:///{archive}").close()
    connection = sqlite3.connect(archive)
    try:
        connection.execute(query)
    finally:
        connection.close()


def columns() -> list[tuple[str, str]]:
    """Tables and their columns, as the README names them: what opens each part of the last cell."""
    found = []
    for line in section("Query the archive").splitlines():
        if match := re.match(r"\| `(\w+)` \|[^|]*\|(.*)\|$", line):
            bare = re.sub(r"\([^)]*\)| as they stand.*?(?=,)", "", match[2])
            found += [(match[1], column) for column in re.findall(r"`(\w+)`", bare)]
    return found


@pytest.mark.parametrize("table", sorted({table for table, _ in columns()}))
def test_tables_have_the_columns(table: str, tmp_path: Path) -> None:
    archive = tmp_path / "archive.sqlite"
    open_store(f"sqlite:///{archive}").close()
    connection = sqlite3.connect(archive)
    try:
        there = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
    finally:
        connection.close()
    assert {column for of, column in columns() if of == table} <= there


def whichever_came_first(row: str) -> str:
    """A row with new articles and copies added up: which of two sites had a text first is chance."""
    words = row.split()
    if len(words) < 8 or words[1] != "ok":
        return row
    new, copies = words[4:6]
    return " ".join([*words[:4], str(int(new) + int(copies)), *words[6:]])


@pytest.mark.slow
def test_demo_ends_as_shown_and_answers_the_queries(tmp_path: Path) -> None:
    demo = [sys.executable, "-m", "aggregator", "demo", "--keep", str(tmp_path)]
    wide = os.environ | {"COLUMNS": "120"}
    done = subprocess.run(demo, check=True, capture_output=True, text=True, timeout=120, env=wide)
    printed = [line.rstrip() for line in done.stdout.splitlines()]
    (shown,) = [block for block in blocks(README, "text") if block.startswith("source ")]
    told = [line for line in shown.splitlines() if "demo/" not in line]
    assert [whichever_came_first(line) for line in told] == [
        whichever_came_first(line) for line in printed[:-2]
    ]
    connection = sqlite3.connect(tmp_path / "archive.sqlite")
    try:
        for query in queries():
            assert connection.execute(query).fetchall(), query
    finally:
        connection.close()


def shown_dates() -> list[tuple[str, str]]:
    """The README's examples of `dates`, each with the line that it says comes out."""
    (block,) = [block for block in blocks(README, "console") if "aggregator dates" in block]
    return re.findall(r"^\$ aggregator (dates .*)\n(.*)$", block, re.MULTILINE)


@pytest.mark.parametrize(("line", "answer"), shown_dates())
def test_dates_answer_as_shown(line: str, answer: str, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(shlex.split(line), standalone_mode=False)
    assert capsys.readouterr().out.strip() == answer


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for link in _LINK.findall(text_of(page)):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in anchors, link


@pytest.mark.parametrize("page", PAGES)
def test_page_speaks_of_the_project_alone(page: str) -> None:
    assert not _OURS.search(text_of(page))


def test_picture_is_light() -> None:
    assert (ROOT / "docs/img/demo.png").stat().st_size < 200_000
