"""`search`, `stats` and `sql` as they are typed."""

import json
import re
from pathlib import Path

import pytest
import zstandard
from click.testing import CliRunner, Result

from aggregator.cli import cli
from aggregator.errors import QueryError

KEPT = Path(__file__).parents[2] / "fixtures" / "archives" / "0.1.0.sqlite.zst"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("samples") / "archive.sqlite"
    path.write_bytes(zstandard.ZstdDecompressor().decompress(KEPT.read_bytes()))
    return f"sqlite:///{path}"


def run(archive: str, *words: str, given: str | None = None) -> Result:
    result = CliRunner().invoke(cli, [*words, "--database", archive], input=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def objects(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_search_pages_through(archive: str) -> None:
    first = run(archive, "search", "idrogeno", "--limit", "3", "--json")
    told = first.stderr.splitlines()[-1]
    assert told.startswith("3 of 4 articles; more: --cursor ")
    rest = run(archive, "search", "idrogeno", "--limit", "3", "--json", "--cursor", told.split()[-1])
    assert len({row["id"] for row in (*objects(first), *objects(rest))}) == 4
    assert all("drogeno" in str(row["snippet"]) + str(row["title"]) for row in objects(first))


def test_search_for_people(archive: str) -> None:
    told = run(archive, "search", "idrogeno", "--ranked", "--limit", "1").stdout
    assert "Idrogeno" in told
    assert "http://" in told


def test_a_wrong_query_is_a_query_error(archive: str) -> None:
    with pytest.raises(QueryError, match="at letter 1, sorce:clm"):
        run(archive, "search", "sorce:clm")


def test_search_as_of_and_by_person(archive: str) -> None:
    assert "0 articles, as they were" in run(archive, "search", "cluster", "--as-of", "2020-01-01").output
    assert "0 articles name Nessuno Davvero" in run(archive, "search", "--person", "Nessuno Davvero").output


@pytest.mark.parametrize(
    "words",
    [(), ("idrogeno",), ("--by", "source"), ("--by", "topic", "--panel"),
     ("--by", "language", "--as-of", "2026-12-01"),
     ("--by", "cluster", "--panel"), ("--by", "first"), ("--by", "voice"), ("--by", "rising"), ("--disk",)],
)  # fmt: skip
def test_stats_tell_figures_remarks_and_query(archive: str, words: tuple[str, ...]) -> None:
    [told] = objects(run(archive, "stats", *words, "--json"))
    assert set(told) == {"rows", "remarks", "query"}
    assert bool(told["query"]) == (words != ("--disk",))
    assert run(archive, "stats", *words).exit_code == 0


def test_stats_draw(archive: str, tmp_path: Path) -> None:
    picture = tmp_path / "months.svg"
    assert "(2021-12 to 2026-11)" in run(archive, "stats", "--plot", str(picture)).output
    drawn = picture.read_text()
    assert {"2025-09", "2022-01"} <= set(re.findall(r">(\d{4}-\d\d)<", drawn))  # none is skipped
    assert "<script" not in drawn
    assert not re.search(r">\d+\.\d+</text>", drawn)  # there is no half article
    assert "rows)" in run(archive, "stats", "--by", "source", "--plot", str(picture)).output
    drawn = picture.read_text()
    assert "<script" not in drawn


def test_trends_take_no_query(archive: str) -> None:
    assert run(archive, "stats", "idrogeno", "--by", "voice").exit_code == 2


def test_what_was_done_to_an_archive_is_not_in_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    path.write_bytes(zstandard.ZstdDecompressor().decompress(KEPT.read_bytes()))
    result = run(f"sqlite:///{path}", "sql", "SELECT 1 AS one", "--format", "csv")
    assert result.stdout == "one\n1\n"
    assert "migrated from 0001" in result.stderr


def test_sql_answers_in_three_shapes(archive: str) -> None:
    statement = "SELECT language, count(*) AS n FROM articles GROUP BY 1 ORDER BY 1"
    assert run(archive, "sql", statement, "--format", "csv").stdout == "language,n\nen,22\nit,64\n"
    assert objects(run(archive, "sql", statement, "--json"))[0] == {"language": "en", "n": 22}
    assert "language" in run(archive, "sql", given=statement).stdout


def test_sql_only_reads(archive: str) -> None:
    with pytest.raises(QueryError):
        run(archive, "sql", "DELETE FROM entry")


def test_sql_prints_the_dictionary(archive: str) -> None:
    assert "## articles" in run(archive, "sql", "--tables").stdout
