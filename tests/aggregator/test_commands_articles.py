"""The commands on single articles, and `reextract`: what they answer, and their exit codes."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from aggregator import cli
from aggregator.explain import selector_of

ROW: dict[str, Any] = {
    "id": "1",
    "url": "https://prova.example/notizie/gara",
    "title": "Aperta la gara per i bus",
    "text": "La gara per i nuovi bus è aperta. Le offerte si presentano entro un mese.\nIl bando è in rete.",
    "published": "2026-03-10",
    "language": "it",
    "source": "prova",
    "authors": ["Anna Bruni"],
}
URL: str = ROW["url"]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command on an archive that holds one article; gives exit code, standard output and error."""
    monkeypatch.setenv("AGGREGATOR_DATABASE", f"sqlite:///{tmp_path / 'archive.sqlite'}")
    monkeypatch.setenv("AGGREGATOR_JOBS", "1")
    monkeypatch.setenv("AGGREGATOR_FEED_DAYS", "40000")
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["aggregator", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(ROW).encode())))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    assert call("import", "-")[0] == 0
    return call


def shown(run: Any, name: str = URL) -> dict[str, Any]:
    ended, out, _ = run("show", name, "--json")
    assert ended == 0
    found: dict[str, Any] = json.loads(out)
    return found


def test_an_article_is_shown_by_number_tag_and_url(run: Any) -> None:
    row = shown(run)
    assert row["article"]["title"] == ROW["title"]
    assert [page["source_id"] for page in row["sightings"]] == ["prova"]
    assert shown(run, str(row["id"])) == shown(run, row["tag"]) == row
    ended, out, _ = run("show", URL)
    assert ended == 0
    assert "Anna Bruni" in out
    assert out.rstrip().endswith("Il bando è in rete.")


@pytest.mark.parametrize("command", ["show", "explain", "hide"])
def test_what_is_not_there_is_wrong_usage(run: Any, command: str) -> None:
    for name in ("99999", "https://prova.example/altro", "tag:x,2026:y", "gara"):
        ended, _, err = run(command, name)
        assert (ended, name in err) == (2, True)


def test_each_field_is_explained_with_the_line_that_mends_its_site(run: Any) -> None:
    ended, out, _ = run("explain", URL, "--json")
    assert ended == 0
    fields = {field["field"]: field for field in json.loads(out)["fields"]}
    assert fields["published"]["chosen"]["where"] == "import:published"
    assert fields["published"]["value"].startswith("2026-03-10")
    assert fields["text"]["mends"] == ['body = "<css selector>"']
    ended, out, _ = run("explain", URL)
    assert 'id = "prova"' in out
    assert "to mend   authors = " in out


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("title", "Bus: gara aperta", "Bus: gara aperta"),
        ("published", "11 marzo 2026", [None, "2026-03-11", "day"]),
        ("published", "2026-03-11T09:30", ["2026-03-11 08:30:00+00:00", "2026-03-11", "minute"]),
        ("published", "marzo 2026", [None, "2026-03-01", "month"]),
        ("published", "", None),
        ("authors", "Carla Neri; Redazione", ["Carla Neri", "Redazione"]),
        ("authors", "", []),
        ("language", "en", "en"),
        ("summary", "", ""),
        ("tags", "bus", ["bus"]),
        ("image", "/foto.jpg", "https://prova.example/foto.jpg"),
        ("text", "Prima riga.\n\nSeconda < riga.", "Prima riga.\nSeconda < riga."),
    ],
)
def test_a_field_is_corrected_for_good(run: Any, field: str, value: str, expected: object) -> None:
    ended, out, err = run("correct", URL, field, value, "--reason", "visto sulla carta")
    assert ended == 0, out + err
    assert run("import", "-")[0] == 0, "the row comes in again as it was"
    assert run("reextract")[0] == 0
    row = shown(run)
    found = row["article"][field]
    if field == "published" and found is not None:
        found = [found["at"], found["day"], found["precision"]]
    assert found == expected
    assert [(one["field"], one["reason"]) for one in row["corrections"]] == [(field, "visto sulla carta")]
    assert len(row["revisions"]) == 1
    assert "operator:correct" in run("explain", URL)[1]
    assert run("correct", URL, field, "--undo")[0] == 0
    after = shown(run)
    assert after["corrections"] == []
    assert after["article"]["title"] == ROW["title"]
    assert after["article"]["published"]["day"] == ROW["published"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("headline", "x", "--reason", "y"), "headline"),
        (("title", "x"), "--reason"),
        (("title", "--reason", "y"), "VALUE"),
        (("title", "x", "--undo"), "--undo"),
        (("title", " ", "--reason", "y"), "without it"),
        (("text", "", "--reason", "y"), "hide"),
        (("published", "quando piove", "--reason", "y"), "no date"),
        (("language", "italiano", "--reason", "y"), "such as it"),
        (("image", "javascript:x", "--reason", "y"), "http"),
    ],
)
def test_a_value_that_cannot_be_is_refused(run: Any, arguments: tuple[str, ...], word: str) -> None:
    ended, out, err = run("correct", URL, *arguments)
    assert (ended, word in err) == (2, True), out + err
    assert shown(run)["revisions"] == []


def test_a_hidden_article_leaves_the_feeds_and_comes_back(run: Any, tmp_path: Path) -> None:
    def is_published() -> bool:
        assert run("publish", "--out", "public")[0] == 0
        return "Aperta la gara" in (tmp_path / "public/feeds/all.atom").read_text("utf-8")

    assert is_published()
    assert run("hide", URL)[0] == 0
    assert "already" in run("hide", URL)[1]
    assert not is_published()
    assert shown(run)["is_hidden"]
    assert run("hide", URL, "--undo")[0] == 0
    assert is_published()


def test_reextract_answers_a_line_a_source(run: Any) -> None:
    ended, out, _ = run("reextract", "--dry-run", "--json")
    assert ended == 0
    [row] = [json.loads(line) for line in out.splitlines()]
    assert (row["source_id"], row["pages"], row["changed"]) == ("prova", 1, 0)
    assert run("reextract", "no-such-source")[0] == 2


@pytest.mark.parametrize(
    ("where", "selector"),
    [
        ("page:ul.entry-meta>li.date", "ul.entry-meta>li.date"),
        ("page:h1", "h1"),
        ("page:a[rel=tag]", "a[rel=tag]"),
        ("page:html[lang]", "html::attr(lang)"),
        ("meta:og:title", 'meta[property="og:title"], meta[name="og:title"]'),
        ("meta:link[rel=canonical]", "link[rel=canonical]"),
        ("page:p", None),
        ("page:dateline", None),
        ("page:img[800x600]", None),
        ("feed:published", None),
        ("jsonld:NewsArticle.author", None),
        ("url:path", None),
        ("page:div.a" + ">div.b" * 9, None),
    ],
)
def test_a_place_on_the_page_is_given_as_a_selector(where: str, selector: str | None) -> None:
    assert selector_of(where) == selector
