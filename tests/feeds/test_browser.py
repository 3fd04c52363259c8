"""The pages in a real browser: they fit a phone, follow light and dark, and leave its console empty."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from feed_samples import EDITION, WITHOUT_ADDRESS, entries, entry

from aggregator.feeds.channels import channel_of
from aggregator.feeds.compose import document_of
from aggregator.feeds.pages import render_index, render_page

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BROWSER, reason="no Chromium here to look at the pages with"),
]

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-component-update",
    "--disable-quic",
    "--allow-file-access-from-files",
    "--virtual-time-budget=5000",
    "--enable-logging=stderr",
    "--dump-dom",
]
MEASURE = """<!doctype html><title>none</title>
<iframe src="page.html" style="width:320px;height:600px;border:0"></iframe>
<iframe src="page.html" style="width:1280px;height:600px;border:0"></iframe>
<script>onload = () => {
  const frames = [...document.querySelectorAll("iframe")].map(f => f.contentDocument);
  document.title = JSON.stringify({
    overflow: frames.map(d => d.documentElement.scrollWidth - d.documentElement.clientWidth),
    paper: getComputedStyle(frames[0].body).backgroundColor,
    requests: frames.map(d => d.defaultView.performance.getEntriesByType("resource").length),
  });
}</script>"""
# --paper of the template, light and dark.
SCHEMES = {"light": (1, "rgb(253, 253, 251)"), "dark": (0, "rgb(21, 24, 28)")}


def look(folder: Path, page: bytes, scheme: int) -> tuple[dict[str, Any], list[str]]:
    (folder / "page.html").write_bytes(page)
    (folder / "measure.html").write_text(MEASURE)
    run = subprocess.run(
        [
            BROWSER,
            *ARGUMENTS,
            f"--user-data-dir={folder / 'profile'}",
            f"--blink-settings=preferredColorScheme={scheme}",
            (folder / "measure.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    title = re.search(r"<title>(.*?)</title>", run.stdout)
    assert title, run.stderr
    return json.loads(unescape(title[1])), [line for line in run.stderr.splitlines() if "CONSOLE" in line]


def pages() -> dict[str, bytes]:
    long = "Unaparolalunghissimachenonfiniscemai" * 8
    given = [entry(9, title=long, summary=f"https://mobilita.example/{long}"), *entries(5)]
    channels = tuple(channel_of(name, EDITION) for name in ("all", "cluster-mob", "source-agenzia"))
    return {
        "feed": render_page(document_of(channels[0], given, EDITION)),
        "empty": render_page(document_of(channel_of("all", WITHOUT_ADDRESS), [], WITHOUT_ADDRESS)),
        "index": render_index(channels[0], [("Tutte", channels)], "it", EDITION.base_url),
    }


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["feed", "empty", "index"])
def test_a_page_fits_follows_the_scheme_and_loads_nothing(tmp_path: Path, name: str, scheme: str) -> None:
    setting, paper = SCHEMES[scheme]
    found, console = look(tmp_path, pages()[name], setting)
    assert found == {"overflow": [0, 0], "paper": paper, "requests": [0, 0]}
    assert console == []
