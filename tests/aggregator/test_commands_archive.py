"""The commands that export, erase, back up and rebuild, as they are typed."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from aggregator.cli import cli
from aggregator.errors import StoreError

ROW = {
    "url": "https://clusterlombardomobilita.it/zafferanone",
    "title": "Il zafferanone di marzo",
    "text": "Uno zafferanone cresce a Milano. " * 20,
    "published": "2026-03-09",
    "source": "clm",
}


@pytest.fixture
def archive(tmp_path: Path) -> list[str]:
    """The options that name an archive with one article."""
    (tmp_path / "row.jsonl").write_text(json.dumps(ROW))
    options = ["--database", f"sqlite:///{tmp_path / 'a.sqlite'}"]
    assert run("import", str(tmp_path / "row.jsonl"), *options)[0] == 0
    return options


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, list(arguments), standalone_mode=False)
    if done.exception is not None:
        return 2, f"{type(done.exception).__name__}: {done.exception}"
    return int(done.return_value or 0), done.output


def test_an_export_ends_with_count_and_checksum(archive: list[str], tmp_path: Path) -> None:
    code, said = run("export", "--format", "csv", "--out", str(tmp_path / "a.csv"), *archive)
    assert code == 0
    assert "1 rows in" in said
    assert "sha256" in said
    code, said = run("export", *archive)
    assert json.loads(said.splitlines()[0])["title"] == ROW["title"]


NOT_THERE = [
    "search x", "show 1", "explain 1", "stats", "stats --disk", "sql SELECT+1", "export", "export --full",
    "export --public --out {}/out", "publish --out {}/out", "health", "schedule --explain", "feeds list",
    "feeds add n --query x", "digest all", "withdraw 1 --reason x", "purge runs --dry-run", "hide 1",
    "correct 1 title x --reason y", "reextract", "dedupe join 1 2", "db check", "db backup {}/b",
    "db copy sqlite:///{}/b", "serve --port 0",
]  # fmt: skip


@pytest.mark.parametrize("typed", NOT_THERE)
def test_an_archive_that_is_not_there_is_named_and_not_made(tmp_path: Path, typed: str) -> None:
    mistyped = tmp_path / "no" / "archve.sqlite"
    words = [word.replace("+", " ").format(tmp_path) for word in typed.split()]
    done = CliRunner().invoke(cli, [*words, "--database", f"sqlite:///{mistyped}"], standalone_mode=False)
    assert isinstance(done.exception, StoreError), done.output
    assert "there is no archive at" in str(done.exception)
    assert str(mistyped) in str(done.exception)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_no_archive(tmp_path: Path) -> None:
    file = tmp_path / "empty.sqlite"
    file.touch()
    assert "there is no archive at" in run("search", "x", "--database", f"sqlite:///{file}")[1]
    assert file.stat().st_size == 0


def test_an_empty_database_of_a_server_is_no_archive(empty_postgres: str) -> None:
    for _ in range(2):
        done = CliRunner().invoke(cli, ["search", "x", "--database", empty_postgres], standalone_mode=False)
        assert "there is no archive at" in str(done.exception)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--full", "--query", "x"),
        ("--excel",),
        ("--format", "xlsx"),
        ("--as-of", "yesterday"),
        ("--query", "source:"),
        ("--what", "runs", "--query", "x"),
        ("--full", "--out", "/dev/null/full.jsonl"),
        ("--format", "csv", "--out", "/dev/null/a.csv"),
    ],
)
def test_what_cannot_be_exported_is_said(archive: list[str], arguments: tuple[str, ...]) -> None:
    assert run("export", *arguments, *archive)[0] == 2


def test_an_archive_goes_out_whole_and_comes_back(archive: list[str], tmp_path: Path) -> None:
    full, again = tmp_path / "full.jsonl", tmp_path / "again.jsonl"
    other = ["--database", f"sqlite:///{tmp_path / 'b.sqlite'}"]
    assert run("export", "--full", "--out", str(full), *archive)[0] == 0
    assert run("import", str(full), "--restore", *other)[0] == 0
    assert run("export", "--full", "--out", str(again), *other)[0] == 0
    assert full.read_bytes() == again.read_bytes()
    assert run("db", "check", *other) == (0, "the archive is sound\n")


def test_what_is_withdrawn_is_gone_and_stays_out(archive: list[str], tmp_path: Path) -> None:
    assert run("db", "backup", str(tmp_path / "older"), *archive)[0] == 0
    code, said = run(
        "withdraw", ROW["url"], "--reason", "a request", "--publish", str(tmp_path / "no"), *archive
    )
    assert (code, "erased, and kept out" in said) == (0, True)
    assert (
        run("withdraw", ROW["url"], "--reason", "again", "--publish", str(tmp_path / "no"), *archive)[0] == 0
    )
    assert b"zafferanone" not in b"".join(path.read_bytes() for path in tmp_path.glob("a.sqlite*"))
    assert "was withdrawn on 20" in run("show", ROW["url"], *archive)[1]
    assert run("import", str(tmp_path / "row.jsonl"), *archive)[0] == 1
    assert run("db", "restore", str(tmp_path / "older"), *archive)[0] == 0
    assert b"zafferanone" not in b"".join(path.read_bytes() for path in tmp_path.glob("a.sqlite*"))
    assert run("db", "check", *archive)[0] == 0


GOING = [
    ("snapshots", "pages of news sites as fetched, older than 90 days"),
    ("sources", "rows on sources that are switched off, older than 30 days"),
    ("refusals", "refused addresses, older than 365 days"),
    ("runs", "visits, older than 730 days"),
]


@pytest.mark.parametrize(("rule", "what"), GOING)
def test_a_purge_says_first_what_would_go(archive: list[str], rule: str, what: str) -> None:
    assert run("purge", rule, "--dry-run", *archive) == (0, f"0 {what}, would go\n")
    assert run("purge", rule, *archive) == (0, f"0 {what}, are gone\n")


def test_pages_that_are_kept_for_ever_stay(archive: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGREGATOR_SNAPSHOT_DAYS_NEWS", "0")
    assert "nothing goes" in run("purge", "snapshots", *archive)[1]
