"""Exports in every format, read back by the programs that people use."""

import csv
import gzip
import io
import json
import sqlite3
import sys
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from archive_samples import AGENCY, MOBILITY, NOW, digested, lease_on, make_article, minutes

from aggregator.catalogue import Catalogue
from aggregator.dictionary import Table
from aggregator.errors import ConfigError
from aggregator.exports.columns import TABLES, typed
from aggregator.exports.delimited import write_csv
from aggregator.exports.export import Format, checksum, export
from aggregator.exports.public import PACKAGE, write_public
from aggregator.exports.rows import Selection, read_rows
from aggregator.exports.withdrawn import rewrite_exports, sweep
from aggregator.exports.workbook import write_workbook
from aggregator.intake import take_in
from aggregator.items import Article, Event, EventKind, Precision, Publish, PublishedDate, Vocabulary
from aggregator.query import Query
from aggregator.store import Store, amend, articles, kinship, open_store, views, withdrawals
from pipelines.link import relate_some
from pipelines.save import Saver

SAID = PublishedDate(datetime(2026, 3, 9, 22, 30, tzinfo=UTC), date(2026, 3, 9), Precision.MINUTE)
FAIR = Event(
    kind=EventKind.EVENT,
    title="",
    start=date(2026, 5, 6),
    end=None,
    place="Milano",
    is_online=False,
    sentence="Il 6 maggio.",
    is_year_proved=True,
)
FIRST = replace(
    make_article(
        path="perche",
        title="Perché «sì»; = 2",
        text="Città, perché?\nAltra riga. " * 19 + "Fine.",
        published=SAID,
    ),
    authors=("Ada Neri", "Bruno Galli"),
    events=(FAIR,),
)
PAGES = (
    FIRST,
    make_article(path="marzo", published=PublishedDate(None, date(2026, 3, 1), Precision.MONTH)),
    make_article(path="senza-data", mentions=["idrogeno", "clm"]),
)
SELECTION = Selection()


def fill(store: Store, *pages: Article) -> None:
    sources = (replace(MOBILITY, publish=Publish.SUMMARY, name="Mobilità"), AGENCY)
    lease = lease_on(store, MOBILITY, sources)
    Saver(store, lease).save_batch(digested(pages or PAGES), NOW)
    with store.write() as session:
        while relate_some(session, MOBILITY.id, now=NOW) is not None:
            pass
        articles.announce(session, MOBILITY.id, now=NOW)


@pytest.fixture
def full(tmp_path: Path) -> Any:
    store = open_store(str(tmp_path / "archive.sqlite"), authority="news.example")
    fill(store)
    yield store
    store.close()


def columns_of(*names: str) -> Table:
    return Table("cells", "", tuple(c for c in TABLES["articles"].columns if c.name in names))


def to_text(store: Store, format_: Format, what: str = "articles", **given: Any) -> str:
    file = io.BytesIO()
    selection = given.pop("selection", SELECTION)
    with store.read() as session:
        done = export(session, format_, what, selection, file.write, **given)
    assert done.rows >= 1
    return file.getvalue().decode()


def rows_of(store: Store, what: str = "articles", selection: Selection = SELECTION) -> list[dict[str, Any]]:
    with store.read() as session:
        return [
            dict(zip(TABLES[what].names, row, strict=True)) for row in read_rows(session, what, selection)
        ]


@pytest.mark.parametrize("what", TABLES)
def test_rows_are_those_of_the_documented_views(store: Store, what: str) -> None:
    fill(store)
    with store.write() as session:
        id_ = articles.locate(session, FIRST.url)
        amend.correct(session, id_, "title", replace(FIRST, title="Nuovo"), reason="so", now=minutes(60))
    names, kinds = TABLES[what].names, [column.kind for column in TABLES[what].columns]
    with views.ask(store, f"SELECT {', '.join(names)} FROM {what}", seconds=10) as answer:
        held = [tuple(map(typed, row, kinds)) for row in answer.rows]
    with store.read() as session:
        found = list(read_rows(session, what, SELECTION))
    assert sorted(map(repr, found)) == sorted(map(repr, held))
    assert found or what == "runs"


def test_json_lines_are_lines_for_import(full: Store, tmp_path: Path) -> None:
    lines = to_text(full, Format.JSONL).splitlines(keepends=True)
    other = open_store(str(tmp_path / "other.sqlite"))
    report = take_in(
        other, Catalogue((MOBILITY, AGENCY), Vocabulary(), "digest"), [line.encode() for line in lines]
    )
    assert (report.new, report.errors) == (3, [])
    kept = ("url", "title", "text", "published", "precision", "language", "source")
    there = {row["url"]: row for row in map(json.loads, to_text(other, Format.JSONL).splitlines())}
    for row in map(json.loads, lines):
        assert {n: there[row["url"]][n] for n in kept} == {n: row[n] for n in kept}
    assert {row["published"] for row in there.values()} == {"2026-03-09T22:30:00Z", "2026-03", None}
    other.close()


def test_csv_comes_back_as_it_was(full: Store) -> None:
    [head, *lines] = csv.reader(io.StringIO(to_text(full, Format.CSV)))
    assert tuple(head) == TABLES["articles"].names
    by_title = {line[head.index("title")]: line for line in lines}
    assert by_title[FIRST.title][head.index("text")] == FIRST.text
    assert json.loads(by_title[FIRST.title][head.index("authors")]) == ["Ada Neri", "Bruno Galli"]
    shown = to_text(full, Format.CSV, for_excel=True)
    assert ";Ada Neri; Bruno Galli;" in shown.replace('"', "")


def test_csv_for_excel_has_no_formula() -> None:
    table = Table(
        "cells", "", tuple(c for c in TABLES["articles"].columns if c.name in ("url", "title", "text"))
    )
    cells = ["=1+1", "+39 02", "-5", "@SUM(A1)", "\t=1", " =1", "＝1", "a=b", "così\r\nvia"]
    file = io.BytesIO()
    write_csv(file.write, table, [(cell, "è", "") for cell in cells], for_excel=True)
    data = file.getvalue().decode()
    assert data.startswith("\ufeffurl;title;text\r\n")
    found = [line[0] for line in csv.reader(io.StringIO(data[1:], newline=""), delimiter=";")][1:]
    assert found == [*(f"'{cell}" for cell in cells[:7]), *cells[7:]]


def test_a_workbook_holds_texts_dates_and_its_dictionary(full: Store, tmp_path: Path) -> None:
    with full.read() as session:
        done = export(session, Format.XLSX, "articles", SELECTION, tmp_path / "a.xlsx")
    assert (done.rows, done.cut, done.sha256) == (3, 0, checksum(tmp_path / "a.xlsx"))
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "Perché «sì»; = 2" in sheet
        assert "<f>" not in sheet
        assert "<v>46090.9791666666" in sheet  # 9 March 2026, 23:30 in Rome
        assert "the first day of the month" in book.read("xl/worksheets/sheet2.xml").decode()


def test_what_a_cell_cannot_hold_is_cut_and_marked(tmp_path: Path) -> None:
    table = columns_of("title", "text")
    long = "😀" * 20_000
    rows, cut = write_workbook(tmp_path / "a.xlsx", [(table, [("breve", "x"), ("lungo", long)])])
    assert (rows, cut) == (2, 1)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "[... cut: 20000 letters in all]" in sheet
    kept = sheet.partition("😀")[2].partition("</t>")[0]
    assert len(f"😀{kept}".encode("utf-16-le")) // 2 <= 32_767


def test_parquet_is_a_part_a_month(full: Store, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    with full.read() as session:
        export(session, Format.PARQUET, "articles", SELECTION, tmp_path / "parts")
        export(session, Format.PARQUET, "articles", SELECTION, tmp_path / "parts")  # in place of the first
    months = sorted(path.parent.name for path in (tmp_path / "parts").rglob("*.parquet"))
    assert months == ["month=2026-03", "month=unknown"]
    found = duckdb.sql(
        "SELECT month, count(*), max(published_at AT TIME ZONE 'UTC') "
        f"FROM '{tmp_path}/parts/articles/*/*.parquet' GROUP BY month ORDER BY month"
    ).fetchall()
    assert found == [("2026-03", 2, datetime(2026, 3, 9, 22, 30)), ("unknown", 1, None)]  # noqa: DTZ001  DuckDB's


def test_parquet_without_its_library_says_what_to_install(
    full: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with (
        full.read() as session,
        pytest.raises(ConfigError, match="install the wheel with its extra `parquet`"),
    ):
        export(session, Format.PARQUET, "articles", SELECTION, tmp_path / "parts")
    assert not list(tmp_path.glob("*parts*"))


def test_sqlite_holds_all_tables_and_the_dictionary(full: Store, tmp_path: Path) -> None:
    with full.read() as session:
        done = export(session, Format.SQLITE, "", SELECTION, tmp_path / "out.sqlite")
    with closing(sqlite3.connect(tmp_path / "out.sqlite")) as connection:
        counts = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}
        wanted = {"articles": 3, "appearances": 3, "stories": 3, "events": 1, "mentions": 2, "sources": 2}
        assert counts == {**wanted, "revisions": 0, "runs": 1}
        assert done.rows == sum(counts.values())
        asked = "SELECT meaning FROM dictionary WHERE \"table\" = 'articles' AND \"column\" = 'id'"
        assert connection.execute(asked).fetchone() == (
            "The article's number in this archive; its own for ever.",
        )


def test_warc_is_read_by_its_own_library(full: Store, tmp_path: Path) -> None:
    archiveiterator = pytest.importorskip("warcio.archiveiterator")
    with full.read() as session:
        assert export(session, Format.WARC, "", SELECTION, tmp_path / "a.warc.gz").rows == 3
    with (tmp_path / "a.warc.gz").open("rb") as file:
        records = [
            (record.rec_type, record.rec_headers["WARC-Target-URI"], record.content_stream().read())
            for record in archiveiterator.ArchiveIterator(file, check_digests="raise")
        ]
    responses = [(uri, body) for kind, uri, body in records if kind == "response"]
    assert (FIRST.url, b"<html>pagina</html>") in responses
    assert [kind for kind, _, _ in records] == ["warcinfo", *["response", "metadata"] * 3]
    assert b"way: feed" in records[2][2]


def test_as_of_a_day_is_what_was_known_then(store: Store) -> None:
    fill(store, *PAGES[:1])
    with store.write() as session:
        id_ = articles.locate(session, FIRST.url)
        amend.correct(session, id_, "title", replace(FIRST, title="Nuovo"), reason="so", now=minutes(60))
        amend.correct(session, id_, "published", replace(FIRST, published=None), reason="so", now=minutes(90))

    def then(count: float, what: str = "articles") -> list[dict[str, Any]]:
        return rows_of(store, what, replace(SELECTION, as_of=minutes(count)))

    now = rows_of(store)[0]
    assert (now["title"], now["published_at"], now["revisions"]) == ("Nuovo", None, 2)
    assert [
        {n: row[n] for n in ("title", "published_at", "changed_at", "revisions")} for row in then(70)
    ] == [{"title": "Nuovo", "published_at": SAID.at, "changed_at": minutes(60), "revisions": 1}]
    assert [(row["title"], row["changed_at"]) for row in then(5)] == [(FIRST.title, NOW)]
    assert [row["number"] for row in then(70, "revisions")] == [1]
    for what in ("articles", "appearances", "stories", "events", "mentions", "revisions"):
        assert then(-5, what) == []


def test_a_story_as_of_a_day_has_what_was_known_of_it(store: Store) -> None:
    fill(store, FIRST)
    lease = lease_on(store, AGENCY)
    later = make_article(AGENCY, "b", published=PublishedDate(None, date(2026, 3, 12), Precision.DAY))
    copy = make_article(AGENCY, "copia", text=FIRST.text, title="Copia")
    Saver(store, lease).save_batch(digested([later, copy]), minutes(60))
    with store.write() as session:
        while relate_some(session, AGENCY.id, now=minutes(60)) is not None:
            pass
        articles.announce(session, AGENCY.id, now=minutes(60))
        one, other = (articles.locate(session, page.url) for page in (FIRST, later))
        kinship.join_stories(session, other, into=one)
    counts = ("articles", "appearances", "sources", "first_day", "last_day")
    [now] = rows_of(store, "stories")
    assert [now[name] for name in counts] == [2, 3, 2, date(2026, 3, 9), date(2026, 3, 12)]
    [then] = rows_of(store, "stories", replace(SELECTION, as_of=minutes(30)))
    assert [then[name] for name in counts] == [1, 1, 1, date(2026, 3, 9), date(2026, 3, 9)]
    assert [n for n in now if n not in counts and now[n] != then[n]] == []


def test_only_what_was_asked_for(full: Store) -> None:
    assert [
        r["title"] for r in rows_of(full, selection=replace(SELECTION, query=Query(topics=("idrogeno",))))
    ] == ["Titolo senza-data"]
    limited = replace(SELECTION, query=Query(limit=2))
    assert len(rows_of(full, selection=limited)) == 2


@pytest.mark.parametrize(
    ("robots", "title", "text"),
    [((), FIRST.title, ""), (("nosnippet",), FIRST.title, ""), (("noindex",), None, None)],
)
def test_in_public_goes_what_may_leave(store: Store, robots: tuple[str, ...], title: str, text: str) -> None:
    fill(store, replace(FIRST, robots=robots))
    public = replace(SELECTION, is_public=True)
    found = rows_of(store, selection=public)
    assert [(row["title"], row["text"]) for row in found] == ([(title, text)] if title else [])
    assert all(bool(row["summary"]) is not bool(robots) for row in found)
    assert all(row["sentence"] == "" for row in rows_of(store, "events", public))
    assert len(rows_of(store, "stories", public)) == len(found)


def test_public_files_describe_themselves_and_lose_what_is_withdrawn(full: Store, tmp_path: Path) -> None:
    out = tmp_path / "public" / "data"
    write_public(full, out, SELECTION, "", now=NOW)
    package = write_public(full, out, SELECTION, "", base_url="https://news.example", now=minutes(1440))
    paths = [resource["path"] for resource in package["resources"]]
    assert sorted(path for path in paths if path.endswith("csv.gz")) == [
        "articles-2026-03-11.csv.gz", "articles-2026-03-12.csv.gz"
    ]  # fmt: skip
    assert json.loads((out / PACKAGE).read_bytes()) == package
    assert "3 articles" in package["citation"]
    before = (out / "articles-2026-03-11.xlsx").read_bytes()
    with full.write() as session:
        traces = withdrawals.withdraw(session, articles.locate(session, FIRST.url), reason="so", now=NOW)
    written = rewrite_exports(full, tmp_path / "public")
    assert {path.name for path in written} == set(paths)
    assert rewrite_exports(full, tmp_path / "public") == []
    assert sweep(tmp_path / "public", traces) == []
    after = json.loads((out / PACKAGE).read_bytes())
    for resource in after["resources"]:
        assert (resource["rows"], resource["hash"]) == (2, f"sha256:{checksum(out / resource['path'])}")
    assert "2 articles" in after["citation"]
    assert "Perché" not in gzip.decompress((out / "articles-2026-03-11.csv.gz").read_bytes()).decode()
    assert (out / "articles-2026-03-11.xlsx").read_bytes() != before


def test_forgotten_files_that_name_it_go_with_their_twins(tmp_path: Path) -> None:
    traces = withdrawals.Traces("tag:a", "Titolo", ("https://x.example/uno",))
    (tmp_path / "old.rss").write_text("<link>https://x.example/uno</link>")
    (tmp_path / "old.rss.gz").write_bytes(gzip.compress(b"<link>https://x.example/uno</link>"))
    (tmp_path / "other.rss").write_text("<link>https://x.example/uno-due</link>")
    assert {path.name for path in sweep(tmp_path, traces)} == {"old.rss", "old.rss.gz"}
    assert [path.name for path in tmp_path.iterdir()] == ["other.rss"]
