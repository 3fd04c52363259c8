"""One line a fact, for people and for programs, and nothing in it that opens a door."""

import io
import json
import logging
import os
import pty
import subprocess
from contextlib import closing, suppress
from pathlib import Path

import pytest
from serving import Answer, Place, fill, serve, write_catalogue

from aggregator.logs import handler, redacted


def _line(log_format: str, message: str, *values: object, error: Exception | None = None) -> str:
    told = handler(log_format)
    assert isinstance(told, logging.StreamHandler)
    told.stream = io.StringIO()
    info = (type(error), error, None) if error else None
    told.handle(logging.LogRecord("spiders.base", logging.WARNING, __file__, 1, message, values, info))
    written: str = told.stream.getvalue()
    return written


def test_a_fact_is_one_object_with_its_fields() -> None:
    line = _line("json", "not fetched source=%s url=%s status=%d", "clm", "https://clm.example/a b", 503)
    fact = json.loads(line)
    assert fact.pop("at").endswith("+00:00")
    assert fact == {
        "level": "WARNING", "logger": "spiders.base", "message": "not fetched",
        "source": "clm", "url": "https://clm.example/a b", "status": 503,
    }  # fmt: skip
    assert line.count("\n") == 1


@pytest.mark.parametrize(
    ("message", "values", "expected"),
    [
        ("all is well", (), {"message": "all is well"}),
        ("seen %d of source=%s", (3, "clm"), {"message": "seen 3 of", "source": "clm"}),
        ("cannot be read path=%s: %s", ("/x", "gone"), {"message": "cannot be read path=/x: gone"}),
        ("100%% of source=%s", ("clm",), {"message": "100% of source=clm"}),
        ("lost error=%s", (OSError("a\nb"),), {"message": "lost", "error": "a\nb"}),
    ],
)
def test_what_names_no_fields_is_told_as_it_stands(
    message: str, values: tuple[object, ...], expected: dict[str, object]
) -> None:
    fact = json.loads(_line("json", message, *values))
    assert {key: fact[key] for key in fact if key not in ("at", "level", "logger")} == expected


def test_the_steps_of_an_error_stay_in_its_line() -> None:
    line = _line("json", "page not read url=%s", "https://clm.example/", error=ValueError("two\nlines"))
    assert line.count("\n") == 1
    assert "ValueError: two" in json.loads(line)["trace"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("url=https://ada:geheim@clm.example/feed", "url=https://***@clm.example/feed"),
        ("postgresql+psycopg://archive:geheim@host/db is down", "postgresql+psycopg://***@host/db is down"),
        ("https://clm.example/feed?token=geheim&page=2", "https://clm.example/feed?token=***&page=2"),
        ("https://clm.example/?a=1&access_token=geheim", "https://clm.example/?a=1&access_token=***"),
        ("https://clm.example/?API_KEY=geheim#x", "https://clm.example/?API_KEY=***#x"),
        ("https://hooks.example/?X-Amz-Signature=geheim", "https://hooks.example/?X-Amz-Signature=***"),
        ("https://clm.example/?monkey=banana&keyword=h2", "https://clm.example/?monkey=banana&keyword=h2"),
        (
            "mailto ada@example.org, https://clm.example/@ada",
            "mailto ada@example.org, https://clm.example/@ada",
        ),
    ],
)
def test_secrets_are_taken_out_and_nothing_else(line: str, expected: str) -> None:
    assert redacted(line) == expected
    for log_format in ("text", "json"):
        assert expected in _line(log_format, "%s", line)
        assert "geheim" not in _line(log_format, "failed error=%s", OSError(line))


@pytest.mark.parametrize("is_terminal", [True, False])
def test_text_on_a_terminal_and_json_elsewhere(tmp_path: Path, *, is_terminal: bool) -> None:
    """A run that meets a page with a fault, its standard error a terminal or a pipe."""
    place = Place(tmp_path)
    with serve("127.0.5.60") as (site,):
        stories = fill(site, ["una", "due"])
        site.put(stories[0].path, Answer(status=404))
        write_catalogue(tmp_path / "catalogue.toml", {"locale": site})
        ours, theirs = pty.openpty() if is_terminal else os.pipe()
        command = [*place.command("run", "locale"), "-v"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        said = b""
        with closing(os.fdopen(ours, "rb", buffering=0)) as heard, suppress(OSError):  # a terminal's end
            while piece := heard.read(4096):
                said += piece
        assert process.wait() in (0, 1)
    [line] = [line for line in said.decode().splitlines() if "visit over" in line]
    if is_terminal:
        assert "source=locale" in line
        assert not line.startswith("{")
    else:
        fact = json.loads(line)
        assert (fact["message"], fact["source"], fact["new"]) == ("visit over", "locale", 1)
        assert isinstance(fact["run"], int)
