"""`dedupe` on an archive: rows compared with what it holds, a person's word, and what `explain` tells."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from aggregator import cli

TEXT = (
    "Il consorzio di Treviglio apre lunedì 9 marzo un laboratorio per le batterie al sodio. Vi lavoreranno "
    "14 ricercatori, diretti da Elvira Monti, su due linee che la Regione paga con 5,2 milioni di euro. "
    "Le prime celle saranno pronte in autunno, e una fabbrica di Caravaggio le proverà sui suoi muletti."
)


def row(id_: str, text: str, source: str, day: str = "2026-03-10", language: str = "it") -> dict[str, Any]:
    return {
        "id": id_,
        "url": f"https://{source}.example/{id_}",
        "title": f"Il laboratorio {id_}",
        "text": text,
        "published": day,
        "language": language,
        "lang": language,
        "source": source,
    }


STORED = row("alfa", TEXT, "prova")
COPY = row("beta", f"Riceviamo e pubblichiamo.\n{TEXT}", "altra", "2026-03-11")
SAME = row("gamma", TEXT, "terza")
ANOTHER = row(
    "delta",
    "A Bergamo si è discusso di tram e di piste ciclabili, senza che nulla si decidesse. " * 3,
    "terza",
)
COPY_OF_ANOTHER = row("ypsilon", f"Dal nostro inviato.\n{ANOTHER['text']}", "prova")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.setenv("AGGREGATOR_DATABASE", f"sqlite:///{tmp_path / 'archive.sqlite'}")
    monkeypatch.setenv("AGGREGATOR_JOBS", "1")
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, rows: tuple[dict[str, Any], ...] = ()) -> list[Any]:
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        monkeypatch.setattr(sys, "argv", ["aggregator", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert not ended.value.code
        out = capsys.readouterr().out
        return [json.loads(line) for line in out.splitlines()] if "json" in "".join(arguments) else [out]

    return call


def test_rows_are_compared_with_the_archive_and_with_each_other(run: Any) -> None:
    run("import", "-", rows=(STORED,))
    rows = (COPY, SAME, ANOTHER, COPY_OF_ANOTHER, STORED)
    found = run("dedupe", "--jsonl", "--against-archive", rows=rows)
    tag = found[0]["of"]
    assert tag.startswith("tag:")
    assert [(f["level"], f["of"], f["cluster"]) for f in found] == [
        ("near", tag, tag),
        ("text", tag, tag),
        ("new", None, "delta"),
        ("near", "delta", "delta"),
        ("url", tag, tag),
    ]
    alone = run("dedupe", "--jsonl", rows=rows)
    assert [f["cluster"] for f in alone] == ["beta", "beta", "delta", "delta", "beta"]


def test_nothing_is_written(run: Any) -> None:
    run("import", "-", rows=(STORED,))
    once = run("dedupe", "--jsonl", "--against-archive", rows=(COPY,))
    assert run("dedupe", "--jsonl", "--against-archive", rows=(COPY,)) == once


def test_two_groups_of_the_archive_that_a_row_unites_are_one(run: Any) -> None:
    english = (
        "The Treviglio consortium opens on Monday 9 March a laboratory for sodium batteries. In it 14 "
        "researchers, directed by Elvira Monti, will work on two lines that the Region pays with 5.2 million "
        "euros. The first cells will be ready in autumn; a Caravaggio factory will try them on its forklift."
    )
    far = row("zeta", english, "abroad", "2026-03-30", "en")  # too late for a translation of the stored one
    near = row("eta", english + " More in the coming days.", "abroad", "2026-03-14", "en")
    run("import", "-", rows=(STORED,))
    run("import", "-", rows=(far,))
    found = run("dedupe", "--jsonl", "--against-archive", rows=(near, COPY))
    assert len({f["cluster"] for f in found}) == 1


def test_explain_tells_what_ties_an_article(run: Any) -> None:
    run("import", "-", rows=(STORED, COPY))
    [told] = run("explain", COPY["url"], "--json")
    [tie] = told["ties"]
    assert (tie["level"], tie["url"], tie["is_later"]) == ("near", STORED["url"], False)
    assert "words stand in the other" in tie["reason"]
    assert f"copy of {told['id']}: {COPY['url']}" in run("explain", STORED["url"])[0]
    assert f"copy:         {told['id']}  {COPY['url']}" in run("show", STORED["url"])[0]
    run("dedupe", "split", COPY["url"])
    assert run("explain", COPY["url"], "--json")[0]["ties"] == []


def test_explain_tells_why_a_page_is_no_article_of_its_own(run: Any) -> None:
    run("import", "-", rows=(STORED, SAME))
    said = run("explain", STORED["url"])[0]
    assert f"also at terza: {SAME['url']}\n    because   the text is the same" in said
    [told] = run("explain", STORED["url"], "--json")
    assert [(page["link"], page["has_same_text"]) for page in told["pages"]] == [(SAME["url"], True)]
