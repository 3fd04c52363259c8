"""Two runs over a server that spoils one answer in three: every article is in, or named as failed."""

import gzip
import random
from pathlib import Path

import pytest
from loopback import Answer, Asked, Route, Site, serve
from serving import Place, page, story, write_catalogue
from serving import Site as Named

_NAMES = [f"guasto-{n}" for n in range(24)]
_RETRY_AFTER = 1
_FAULTS = {
    "500": Answer(b"<h1>Errore</h1>", 500),
    "429": Answer(b"", 429, {"Retry-After": str(_RETRY_AFTER)}),
    "truncated": Answer(b"<p>half", announced=50_000),
    "soft404": Answer(b"<title>Pagina non trovata</title><h1>Pagina non trovata</h1>"),
    "garbage": Answer(random.Random(1).randbytes(20_000), headers={"Content-Type": "text/html"}),
    "bomb": Answer(gzip.compress(bytes(30_000_000)), headers={"Content-Encoding": "gzip"}),
}


def _fault_of(path: str, times: int) -> str | None:
    """What that try at the page is answered with: one in three is spoilt, each try anew."""
    draw = random.Random(f"{path} {times}")
    is_spoilt = path.startswith("/notizie/") and draw.random() < 1 / 3
    return draw.choice(sorted(_FAULTS)) if is_spoilt else None


def _spoiling(path: str, good: Answer) -> Route:
    def answer(asked: Asked) -> Answer:
        fault = _fault_of(path, asked.times)
        return good if fault is None else _FAULTS[fault]

    return answer


def _routes(site: Site) -> dict[str, Route]:
    html = {"Content-Type": "text/html; charset=utf-8"}
    items = "".join(
        f"<item><title>{story(name).title}</title><link>{site.url(story(name).path)}</link></item>"
        for name in _NAMES
    )
    text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>N</title>{items}</channel></rss>'
    feed = Answer(text.encode(), headers={"Content-Type": "application/rss+xml"})
    pages = {story(name).path: Answer(page(story(name)).encode(), headers=html) for name in _NAMES}
    return {
        "/feed": lambda asked: feed,
        **{path: _spoiling(path, good) for path, good in pages.items()},
        "/robots.txt": lambda asked: Answer(b"User-agent: *\nDisallow: /private\n"),
        "/.well-known/tdmrep.json": lambda asked: Answer(status=404),
    }


@pytest.mark.slow
def test_every_article_is_in_or_named(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with serve({}) as site:
        site.routes |= _routes(site)
        write_catalogue(tmp_path / "catalogue.toml", {"sito": Named("127.0.0.1", site.port)})
        runs = [place.run("sito") for _ in range(2)]
        asked = list(site.asked)
    titles = {story(name).title for name in _NAMES}
    kept = set(place.titles())
    assert kept <= titles, "no false article"
    rows = [run.row("sito") for run in runs]
    named = rows[-1]["failed"] + sum(sum(row["refused"].values()) for row in rows)
    assert len(titles - kept) <= named, f"missing ones are told: {rows}"
    assert len(kept) >= len(titles) - 4
    assert not [one.path for one in asked if one.path.startswith("/private")]
