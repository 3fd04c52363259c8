"""The commands on single articles, and `reextract`: what they answer, and their exit codes."""

import io
import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from aggregator import cli
from aggregator.explain import explain as explained
from aggregator.explain import selector_of
from aggregator.items import Article, Evidence, Found, Precision, PublishedDate

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


def test_an_article_is_shown_as_it_was(run: Any) -> None:
    today = shown(run)["first_seen_at"][:10]
    ended, out, _ = run("show", URL, "--as-of", today, "--json")
    assert (ended, json.loads(out)["article"]["title"]) == (0, ROW["title"])
    ended, _, err = run("show", URL, "--as-of", "2020-01-01")
    assert (ended, f"first seen on {today}" in err) == (2, True)


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
    assert (fields["text"]["doubt"], fields["text"]["mends"]) == ("", [])
    assert (fields["image"]["doubt"], fields["image"]["mends"]) == ("missing", ['image = "<css selector>"'])
    ended, out, _ = run("explain", URL)
    assert '\n    [[source]]\n    id = "prova"\n    [source.fields]\n' in out
    assert "\n    image = " in out
    assert "to mend" not in out
    assert "body = " not in out


def test_a_corrected_title_names_what_it_names(run: Any) -> None:
    assert shown(run)["article"]["mentions"] == []
    title = "Il Cluster Lombardo della Mobilità apre la gara"
    assert run("correct", URL, "title", title, "--reason", "letto male")[0] == 0
    named = shown(run)["article"]["mentions"]
    assert [m["where"] for m in named] == ["title"] * len(named)
    assert any("clm" in m["term"] for m in named)
    assert run("import", "-")[0] == 0  # its page still says what it said
    assert shown(run)["article"]["mentions"] == named
    assert run("correct", URL, "title", "--undo")[0] == 0
    assert shown(run)["article"]["mentions"] == []


DAY = PublishedDate(None, date(2026, 3, 10), Precision.DAY, 0.9)
LINE = Found("Bruni", "page:p.firma")
# A field's evidence, its value -> what is doubted of it, the lines that would mend it.
DOUBTS = [
    (Evidence("title", LINE, (Found("Altro", "page:h2.testata"),), "2 of 2 places agree"), "Bruni", "", ()),
    (
        Evidence("title", LINE, (Found("Altro", "page:h2.testata"),), "1 of 2 places agree"),
        "Bruni",
        "disputed",
        ('title = "h2.testata"',),
    ),
    (Evidence("authors", LINE, (Found("di A. Bruni.", "feed:authors"),)), ("Bruni",), "", ()),
    (
        Evidence("authors", LINE, (Found("Redazione", "feed:authors"), Found("Neri", "meta:author"))),
        ("Bruni",),
        "disputed",
        ('authors = \'meta[property="author"], meta[name="author"]\'',),
    ),
    (Evidence("authors", Found("Bruni", "operator:correct"), (LINE, LINE)), ("Bruni",), "", ()),
    (Evidence("published", LINE, (), "as stated"), DAY, "", ()),
    (
        Evidence(
            "published", LINE, (Found("x", "page:p.data"),), "as stated; contradicts: page:p.data says 2025"
        ),
        DAY,
        "disputed",
        ('published = "p.data"',),
    ),
    (
        Evidence("published", LINE),
        replace(DAY, confidence=0.4),
        "disputed",
        ('published = "<css selector>"',),
    ),
    (Evidence("text", Found("", "page:main"), (), "teaser: it ends with '[...]'"), "Breve", "disputed", None),
    (Evidence("summary", LINE, (Found("Altro", "feed:summary"),)), "Bruni", "", ()),
    (Evidence("published", None), None, "missing", ('published = "<css selector>"',)),
]


@pytest.mark.parametrize(("told", "value", "doubt", "mends"), DOUBTS)
def test_what_is_missing_or_disputed_can_be_mended(
    told: Evidence, value: Any, doubt: str, mends: tuple[str, ...] | None
) -> None:
    article = Article("prova", URL, URL, "Titolo", "Testo.", "", "", "it", "", evidence=(told,))
    [field] = [f for f in explained(replace(article, **{told.field: value})) if f.field == told.field]
    assert (field.doubt, field.mends if mends is not None else None) == (doubt, mends)


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
