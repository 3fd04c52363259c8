"""A site of many article pages, 28 to 80 kB each, written to a folder and served on 127.0.0.1.

Knows nothing of who reads it. The same seed gives the same bytes. Start reading at `served`.
"""

import asyncio
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from html import escape
from itertools import accumulate
from pathlib import Path

# Words of the language between made-up ones, by Zipf's law: sentences from a few moulds would make all
# pages look like copies of each other, and comparing them would be most of the crawl.
_COMMON = {
    "it": "di e il la che per in un una del della con non sono è le i dei al alla più anche come ha da nel",
    "en": "the of and to in a is for on that with are as at by from this has be will an its have or new was",
}
_SYLLABLES = "ba ce di fo gra li mo na per qui ro sta te va zo cor pre lan min tor"
_LEXICON = 4000
_SCRIPT = (
    "window.layout=window.layout||[];layout.push({widget:%d,slot:'side-%d',lazy:true,breakpoints:[480,768]});"
)
_STYLE = ".card-%d>.media{display:grid;grid-template-columns:1fr 2fr;padding:%dpx;margin:0 auto 1rem}"
NEWEST = datetime(2026, 10, 30, 9, tzinfo=UTC)


@cache
def _lexicon() -> tuple[list[str], list[float]]:
    """Made-up words, and how often each is used up to and with the one."""
    rng = random.Random(1)
    syllables = _SYLLABLES.split()
    made = ["".join(rng.choices(syllables, k=rng.randrange(2, 5))) for _ in range(_LEXICON)]
    return made, list(accumulate(1 / (rank + 10) for rank in range(_LEXICON)))


def sentence(rng: random.Random, language: str) -> str:
    """A sentence of some eighteen words."""
    made, weights = _lexicon()
    common = _COMMON[language].split()
    pairs = zip(rng.choices(common, k=9), rng.choices(made, cum_weights=weights, k=9), strict=True)
    return " ".join(word for pair in pairs for word in pair).capitalize() + "."


def article_page(number: int, root: str, pages: int) -> str:
    """The page of one article: metadata, menus, the article, and the noise that sites put around it."""
    rng = random.Random(number)
    language = "en" if number % 4 == 0 else "it"
    title = sentence(rng, language).rpartition(" ")[0][:110] + f" ({number})"
    at = NEWEST - timedelta(hours=9 * number)
    body = [
        f"<p>{escape(' '.join(sentence(rng, language) for _ in range(rng.randrange(2, 6))))}</p>"
        + (f"<h2>{escape(sentence(rng, language)[:60])}</h2>" if rng.random() < 0.2 else "")
        for _ in range(rng.randrange(6, 16))
    ]
    data = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": title,
        "datePublished": at.isoformat(), "dateModified": at.isoformat(), "inLanguage": language,
        "author": {"@type": "Person", "name": f"Redazione {number % 7}"},
        "image": f"{root}img/{number}.jpg",
    }  # fmt: skip
    head = (
        f"<title>{escape(title)} | Fattoria</title>"
        f'<link rel="canonical" href="{root}{number}.html">'
        f'<meta property="og:title" content="{escape(title)}">'
        f'<meta property="og:type" content="article"><meta name="description" content="{escape(title)}">'
        f'<script type="application/ld+json">{json.dumps(data)}</script>'
        f"<style>{''.join(_STYLE % (n, n % 30) for n in range(rng.randrange(60, 190)))}</style>"
        + "".join(f"<script>{_SCRIPT % (n, n)}</script>" for n in range(rng.randrange(10, 60)))
    )
    menu = "".join(f'<li class="item-{n}"><a href="/tema/{n}/">Tema {n}</a></li>' for n in range(60))
    cards = "".join(_card(rng, language, pages) for _ in range(rng.randrange(22, 116)))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">{head}</head><body>'
        f'<header><nav><ul class="menu">{menu}</ul></nav></header><main><article class="post">'
        f'<h1 class="entry-title">{escape(title)}</h1><div class="meta"><time datetime="{at.isoformat()}">'
        f'{at:%d/%m/%Y}</time></div><div class="entry-content">{"".join(body)}</div></article></main>'
        f'<aside class="sidebar"><h3>Altre notizie</h3>{cards}</aside>'
        f"<footer><ul>{menu}</ul><p>&copy; 2026 Fattoria</p></footer></body></html>"
    )


def _card(rng: random.Random, language: str, pages: int) -> str:
    number = rng.randrange(1, pages + 1)
    return (
        f'<div class="card card-{number}"><a class="media" href="/{number}.html"><img class="thumb" '
        f'src="/img/{number}-300x200.jpg" srcset="/img/{number}-300x200.jpg 300w, '
        f'/img/{number}-768x512.jpg 768w, /img/{number}-1024x683.jpg 1024w" '
        f'sizes="(max-width: 300px) 100vw, 300px" loading="lazy" alt=""></a>'
        f'<h4><a href="/{number}.html">{escape(sentence(rng, language)[:80])}</a></h4></div>'
    )


def write(folder: Path, root: str, pages: int) -> None:
    """Writes the pages, newest first in `sitemap.xml`, and a robots.txt that names it."""
    for number in range(1, pages + 1):
        (folder / f"{number}.html").write_text(article_page(number, root, pages), encoding="utf-8")
    addresses = "".join(f"<url><loc>{root}{number}.html</loc></url>" for number in range(1, pages + 1))
    (folder / "sitemap.xml").write_text(
        "<?xml version='1.0' encoding='UTF-8'?>"
        f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{addresses}</urlset>"
    )
    (folder / "robots.txt").write_text(f"User-agent: *\nDisallow: /private/\nSitemap: {root}sitemap.xml\n")


@contextmanager
def served(folder: Path, pages: int) -> Iterator[str]:
    """The root address of a new site in the folder, served by nginx where there is one, until the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    root, site = f"http://127.0.0.1:{port}/", folder / "site"
    site.mkdir()
    write(site, root, pages)
    server = subprocess.Popen(_nginx(folder, site, port) or _python(site, port), stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield root
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"no server at port {port}")


def _nginx(folder: Path, site: Path, port: int) -> list[str] | None:
    program = shutil.which("nginx")
    if program is None:
        return None
    user = "user root;" if os.geteuid() == 0 else ""  # its worker must be able to read a private folder
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
        "events {}\nhttp { access_log off; keepalive_requests 100000; default_type application/xml;\n"
        "types { text/html html; text/plain txt; } charset utf-8;\n"
        + "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
        + f"server {{ listen 127.0.0.1:{port}; root {site}; }} }}\n"
    )
    return [program, "-e", str(folder / "nginx.log"), "-c", str(folder / "nginx.conf")]


def _python(site: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "benchmarks.farm", str(site), str(port)]


async def _answer(site: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode().lstrip("/")
            file = site / Path(path).name
            kind = {".html": "text/html; charset=utf-8", ".txt": "text/plain"}.get(
                file.suffix, "application/xml"
            )
            status, body = ("200 OK", file.read_bytes()) if file.is_file() else ("404 Not Found", b"")
            head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _serve(site: Path, port: int) -> None:
    server = await asyncio.start_server(lambda r, w: _answer(site, r, w), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))
