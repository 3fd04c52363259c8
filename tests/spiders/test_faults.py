"""Two runs over a server that spoils one answer in three: every article is in, or named as failed."""

import gzip
import random
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from loopback import Answer, Asked, Route, Site, serve
from serving import Place, Story, page, story, write_catalogue
from serving import Site as Named

_NAMES = [f"guasto-{n}" for n in range(24)]
_RETRY_AFTER = 1
_FAULTS = {
    "500": Answer(b"<h1>Errore</h1>", 500),
    "429": Answer(b"", 429, {"Retry-After": str(_RETRY_AFTER)}),
    "truncated": Answer(b"<p>half", announced=50_000),
    "reset": Answer(status=0),
    "soft404": Answer(b"<title>Pagina non trovata</title><h1>Pagina non trovata</h1>"),
    "garbage": Answer(random.Random(1).randbytes(20_000), headers={"Content-Type": "text/html"}),
    "charset": Answer(),
    "bomb": Answer(gzip.compress(bytes(30_000_000)), headers={"Content-Encoding": "gzip"}),
}


def _fault_of(path: str, times: int) -> str | None:
    """What that try at the page is answered with: one in three is spoilt, each try anew. None is left out."""
    draw = random.Random(f"{path} {times} 13")
    is_spoilt = path.startswith("/notizie/") and draw.random() < 1 / 3
    return draw.choice(sorted(_FAULTS)) if is_spoilt else None


def _spoiling(path: str, good: Answer, held: list[float]) -> Route:
    def answer(asked: Asked) -> Answer:
        fault = _fault_of(path, asked.times)
        if fault == "429":
            held.append(monotonic())
        if fault == "charset":
            latin = good.body.decode().encode("latin-1", "replace")
            return Answer(latin, headers=good.headers)
        return good if fault is None else _FAULTS[fault]

    return answer


def _at_second(good: Answer) -> Route:
    """Nonsense at the first try: what begins a visit is as frail as its pages."""
    return lambda asked: good if asked.times > 1 else _FAULTS["soft404"]


def _routes(site: Site, held: list[float]) -> dict[str, Route]:
    html = {"Content-Type": "text/html; charset=utf-8"}
    items = "".join(
        f"<item><title>{_told(name).title}</title><link>{site.url(_told(name).path)}</link></item>"
        for name in _NAMES
    )
    text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>N</title>{items}</channel></rss>'
    feed = Answer(text.encode(), headers={"Content-Type": "application/rss+xml"})
    home = Answer(b'<link rel="alternate" type="application/rss+xml" href="/feed"><a href="/">Inizio</a>')
    pages = {_told(name).path: Answer(page(_told(name)).encode(), headers=html) for name in _NAMES}
    return {
        "/": _at_second(home),
        "/feed": _at_second(feed),
        **{path: _spoiling(path, good, held) for path, good in pages.items()},
        "/robots.txt": lambda asked: Answer(b"User-agent: *\nDisallow: /private\n"),
        "/.well-known/tdmrep.json": lambda asked: Answer(status=404),
    }


def _told(name: str) -> Story:
    told = story(name)
    return replace(told, title=f"{told.title} – è così")


@pytest.mark.slow
def test_every_article_is_in_or_named(tmp_path: Path) -> None:
    place, held = Place(tmp_path), list[float]()
    with serve({}) as site:
        site.routes |= _routes(site, held)
        write_catalogue(tmp_path / "catalogue.toml", {"sito": Named("127.0.0.1", site.port)}, feeds=[])
        runs = [place.run("sito") for _ in range(2)]
        asked = list(site.asked)
    titles = {_told(name).title for name in _NAMES}
    kept = place.titles()
    assert set(kept) <= titles, "no false article, no spoilt title"
    assert len(kept) == len(set(kept)), "and none twice"
    rows = [run.row("sito") for run in runs]
    named = rows[-1]["failed"] + sum(rows[-1]["refused"].values())
    assert len(titles) - len(kept) <= named, f"missing ones are told: {rows}"
    assert len(kept) >= len(titles) - 4
    assert held
    assert not [one for one in asked for at in held if at < one.at < at + _RETRY_AFTER]
    assert not [one.path for one in asked if one.path.startswith("/private")]
