"""The command `serve`: it listens where it is told, ends when it is told, and logs nobody."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from site_samples import fill, site_over
from web_samples import Browser

from aggregator.errors import ConfigError
from aggregator.feeds.folder import locked
from aggregator.store import open_store
from aggregator.web import door
from aggregator.web.server import serve


def test_it_serves_until_it_is_interrupted_and_logs_nobody(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "archive.sqlite"))
    fill(store)
    store.close()
    with locked(tmp_path / "public") as folder:
        folder.write("feeds/all.rss", b"<rss/>")
    command = [sys.executable, "-m", "aggregator", "serve", "--port", "0", "-v"]
    command += [
        "--database",
        f"sqlite:///{tmp_path / 'archive.sqlite'}",
        "--publish",
        str(tmp_path / "public"),
    ]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found
        assert urlopen(found[0] + "/feeds/all.rss").read() == b"<rss/>"
        asked = Request(
            found[0] + "/api/entries?q=paroladiqualcuno", headers={"X-Forwarded-For": "203.0.113.9"}
        )
        assert urlopen(asked).status == 200
        with pytest.raises(HTTPError, match="400"):
            urlopen(found[0] + "/api/entries?q=paroladiqualcuno%20OR").close()
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "holds no feeds yet" in said
    for text in (out, said):
        assert "paroladiqualcuno" not in text
        assert "203.0.113.9" not in text


def test_a_port_that_is_taken_is_told() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as held,
        pytest.raises(ConfigError, match="nothing can listen"),
    ):
        serve(None, "127.0.0.1", held.getsockname()[1], print)


def test_a_fault_of_ours_is_told_in_one_shape_and_logged_without_what_was_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(text: str) -> None:
        raise RuntimeError(f"cannot read {text}")

    monkeypatch.setattr(door, "parse_query", broken)
    store = open_store(str(tmp_path / "archive.sqlite"))
    browser: Browser = site_over(store, tmp_path)
    got = browser.get("/api/entries?q=paroladiqualcuno")
    store.close()
    assert (got.status, got.headers["content-type"]) == (500, "application/problem+json")
    assert "request failed path=/api/entries: RuntimeError" in caplog.text
    assert "paroladiqualcuno" not in caplog.text
    assert "192.0.2.1" not in caplog.text
