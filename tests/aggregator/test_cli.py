"""The command line: what it answers, and the exit codes that scheduled jobs go by."""

import io
import json
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

from aggregator import cli

SOURCE = '[[source]]\nid = "prova"\nurl = "https://prova.example/"\n'


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command in an empty folder; gives exit code, standard output and error."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, given: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["aggregator", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return call


def test_every_command_of_a_module_is_told_of_and_no_other() -> None:
    for theme, told in cli.THEMES.items():
        group = click.Group()
        import_module(f"aggregator.commands.{theme}").add_to(group)
        assert group.commands.keys() == told.keys(), theme


def database(folder: Path) -> str:
    return f"sqlite:///{folder / 'archive.sqlite'}"


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("--help",), 0, "aggregator"),
        (("nonsense",), 2, "No such command"),
        (("dates",), 2, "TEXT"),
        (("extract", "--jsonl", "--jobs", "0"), 2, "--jobs"),
        (("run", "--since", "2024-01-01"), 2, "SOURCE"),
        (("run", "no-such-source"), 3, "no-such-source"),
        (("sources", "list", "--config", "missing.toml"), 3, "missing.toml"),
        (("sources", "list", "--catalogue", "missing.toml"), 3, "missing.toml"),
        (("publish", "--database", "nonsense://x"), 4, "nonsense"),
        (("config", "show", "--database", ":"), 3, "--database"),
    ],
)
def test_exit_codes_and_their_words(run: Any, arguments: tuple[str, ...], code: int, word: str) -> None:
    ended, out, err = run(*arguments)
    assert (ended, word in out + err) == (code, True), out + err
    assert "Traceback" not in err


def test_a_database_that_is_none_is_named(run: Any, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no database, " * 200, encoding="utf-8")
    ended, _, err = run("publish", "--database", f"sqlite:///{tmp_path / 'notes.txt'}")
    assert ended == 4
    assert "notes.txt is not a database" in err


def test_a_catalogue_with_a_typing_error_is_refused_with_its_place(run: Any, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(SOURCE + 'kind = "clutser"\n', encoding="utf-8")
    ended, _, err = run("run", "prova", "--catalogue", "c.toml", "--database", database(tmp_path))
    assert ended == 3
    assert "c.toml, line 4, key source.prova.kind" in err or "line 4" in err
    assert "cluster" in err


def test_init_writes_both_files_once_and_they_are_read(run: Any, tmp_path: Path) -> None:
    ended, out, _ = run("init", "--config", "a.toml", "--base-url", "https://notizie.example.org/feeds/")
    assert ended == 0
    assert out.count("written: ") == 2
    assert 'authority = "notizie.example.org"' in (tmp_path / "a.toml").read_text(encoding="utf-8")
    ended, out, _ = run("init", "--config", "a.toml")
    assert out.count("kept as it is: ") == 2
    ended, out, _ = run("config", "show", "--config", "a.toml", "--json")
    shown = json.loads(out)
    assert shown["base_url"]["value"] == "https://notizie.example.org/feeds/"
    assert "a.toml, line" in shown["base_url"]["from"]


def test_config_show_prints_lines_for_the_file(run: Any, tmp_path: Path) -> None:
    _, out, _ = run("config", "show", "--database", f"sqlite:///{tmp_path}/a.sqlite")
    said = tomllib.loads(out)
    assert (said["backup"], said["pace"], said["contact"]) == (True, 1.0, "")
    assert "catalogue" not in said
    (tmp_path / "b.toml").write_text(out, encoding="utf-8")
    _, again, _ = run("config", "show", "--config", "b.toml")
    assert tomllib.loads(again) == said


def test_config_show_hides_passwords(run: Any) -> None:
    _, out, _ = run("config", "show", "--database", "postgresql://user:segreto@host/archive")
    assert "segreto" not in out
    assert "user:***@host/archive" in out


def test_sources_are_added_listed_and_removed(run: Any, tmp_path: Path) -> None:
    config = ("--config", str(tmp_path / "a.toml"))
    run("init", *config)
    ended, out, _ = run(
        "sources", "add", "https://nuova.example/notizie/", "--kind", "association", "--no-visit", *config
    )
    assert ended == 0
    assert "nuova" in out
    _, out, _ = run("sources", "list", "--json", *config)
    rows = {row["id"]: row for row in map(json.loads, out.splitlines())}
    assert rows["nuova"]["kind"] == "association"
    assert rows["clm"]["verified"] is False
    ended, _, err = run("sources", "add", "https://nuova.example/notizie", *config)
    assert (ended, "nuova" in err) == (2, True)
    run("sources", "remove", "nuova", *config)
    run("sources", "remove", "clm", *config)
    _, out, _ = run("sources", "list", *config)
    assert "nuova" not in out
    assert "clusterlombardomobilita" not in out


def test_opml_goes_out_and_in(run: Any, tmp_path: Path) -> None:
    config = ("--config", str(tmp_path / "a.toml"))
    run("init", *config)
    run(
        "sources",
        "add",
        "https://nuova.example/",
        "--feed",
        "https://nuova.example/feed/",
        "--no-visit",
        *config,
    )
    run("sources", "export", "--out", str(tmp_path / "all.opml"), *config)
    run("sources", "remove", "nuova", *config)
    ended, out, _ = run("sources", "import", str(tmp_path / "all.opml"), *config)
    assert ended == 0
    assert "1 sources added" in out


def test_dates_answers_a_line_for_each_line(run: Any) -> None:
    good = {"id": 1, "text": "11/03/2024", "lang": "en", "order": "DMY", "role": "published"}
    ended, out, _ = run("dates", "--jsonl", given=json.dumps(good) + "\nno json\n")
    assert ended == 0
    first, second = map(json.loads, out.splitlines())
    assert first["start"] == "2024-03-11"
    assert "error" in second


def test_extract_answers_a_line_for_each_line_in_order(run: Any, tmp_path: Path) -> None:
    text = "La Regione Lombardia apre un bando per le imprese dei cluster tecnologici. " * 8
    page = f"<html lang=it><head><title>Un bando</title></head><body><article><h1>Un bando</h1><p>{text}</p>"
    (tmp_path / "p.html").write_text(page, encoding="utf-8")
    rows = [{"id": n, "url": "https://x.example/bando", "path": str(tmp_path / name)}
            for n, name in enumerate(("p.html", "missing.html"))]  # fmt: skip
    _, out, _ = run("extract", "--jsonl", given="".join(json.dumps(row) + "\n" for row in rows))
    first, second = map(json.loads, out.splitlines())
    assert (first["id"], first["title"]) == (0, "Un bando")
    assert (second["id"], "missing.html" in second["error"]) == (1, True)


def test_extract_tells_the_events_of_a_page(run: Any, tmp_path: Path) -> None:
    text = "Il convegno si terrà giovedì 11 giugno 2026, dalle 16 alle 17.30, a Como. Ne parlano in tre. " * 3
    page = f"<html lang=it><title>Un convegno</title><body><article><h1>Un convegno</h1><p>{text}</p>"
    (tmp_path / "p.html").write_text(page, encoding="utf-8")
    row = {"id": 1, "url": "https://x.example/convegno", "path": str(tmp_path / "p.html")}
    _, out, _ = run("extract", "--jsonl", given=json.dumps(row) + "\n")
    [event] = json.loads(out)["events"]
    assert event.pop("sentence").startswith("Il convegno si terrà")
    assert event == {
        "kind": "event",
        "start": "2026-06-11T16:00:00+02:00",
        "end": "2026-06-11T17:30:00+02:00",
        "place": "Como",
        "online": False,
        "year_proved": True,
    }


def test_dedupe_answers_a_line_for_each_article(run: Any) -> None:
    text = "La Regione approva il decreto per le filiere della mobilità con 12 milioni di euro. " * 5
    rows = [{"id": n, "url": f"https://{n}.example/a", "title": "Decreto", "text": text} for n in "ab"]
    _, out, _ = run("dedupe", "--jsonl", given="".join(json.dumps(row) + "\n" for row in rows))
    first, second = map(json.loads, out.splitlines())
    assert (first["level"], second["level"], second["of"]) == ("new", "text", "a")


def test_a_person_splits_and_joins_articles(run: Any, tmp_path: Path) -> None:
    rows = [
        {
            "url": f"https://{n}.example/a",
            "title": f"Titolo {n}",
            "text": f"Testo di {n}, che parla di {n} soltanto.",
        }
        for n in ("uno", "due")
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    archive = ("--database", database(tmp_path))
    assert run("import", "rows.jsonl", *archive)[0] == 0
    ended, out, _ = run("dedupe", "join", rows[0]["url"], rows[1]["url"], *archive)
    assert (ended, "are one" in out) == (0, True)
    ended, out, _ = run("dedupe", "split", rows[1]["url"], *archive)
    assert (ended, "stands alone" in out) == (0, True)
    ended, _, err = run("dedupe", "split", "https://tre.example/a", *archive)
    assert ended != 0
    assert "tre.example" in err


def test_dedupe_without_lines_says_what_to_give(run: Any) -> None:
    ended, _, err = run("dedupe")
    assert (ended, "--jsonl" in err) == (2, True)


def test_a_demo_folder_that_cannot_be_is_named(run: Any) -> None:
    ended, _, err = run("demo", "--keep", "/proc/none")
    assert (ended, "--keep" in err) == (2, True)
