"""A site of many article pages, 28 to 83 kB each, written to a folder and served on 127.0.0.1.

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
from html import escape
from pathlib import Path

# Sentences are drawn anew for each page, from some 10^7 of a language: pages that shared theirs would all be
# taken for copies of each other.
_WORDS = {
    "it": (
        ("Il distretto", "La rete di imprese", "L'ateneo", "Il centro di ricerca", "L'azienda capofila",
         "La giunta", "Il consorzio", "Il tavolo tecnico", "La filiera", "Il gruppo di lavoro"),
        ("ha presentato", "ha avviato", "sta provando", "ha concluso", "finanzia", "coordina", "ha raccolto",
         "misura", "ha messo a disposizione", "apre alle imprese"),
        ("un impianto pilota", "una linea di prova", "il bando", "tre dimostratori", "un dottorato",
         "i primi risultati", "una banca di dati", "il piano triennale", "nuovi laboratori", "le celle"),
        ("per l'idrogeno", "per la mobilità elettrica", "sui materiali leggeri", "per la diagnosi precoce",
         "sull'osservazione della terra", "per il recupero dei metalli", "sulla robotica", "per i campi"),
        ("a Brescia", "a Milano", "in provincia di Lecco", "a Dalmine", "tra Pavia e Lodi", "a Varese",
         "nel Cremonese", "a Como", "a Bergamo", "in Valtellina"),
        ("con {n} imprese e {m} ricercatori", "per {n} milioni di euro in {m} anni", "entro {m} mesi",
         "con misure ripetute {n} volte", "su {n} domande arrivate", "insieme a {m} partner europei"),
        ("e i dati saranno pubblici.", "come chiedevano le piccole imprese.", "ma restano aperti i costi.",
         "dopo un anno di prove.", "con una seconda fase in autunno.", "secondo i responsabili."),
    ),
    "en": (
        ("The cluster", "A network of firms", "The university", "The research centre", "The lead company",
         "The regional board", "The consortium", "The working group", "The supply chain", "A start-up"),
        ("has presented", "has begun", "is testing", "has completed", "funds", "coordinates", "has gathered",
         "measures", "offers its members", "opens to companies"),
        ("a pilot plant", "a test line", "the call", "three demonstrators", "a doctoral course",
         "the first results", "a data platform", "the three-year plan", "new laboratories", "the fuel cells"),
        ("for hydrogen", "for electric mobility", "on light materials", "for early diagnosis",
         "on earth observation", "for the recovery of metals", "on robotics", "for farming"),
        ("in Brescia", "in Milan", "near Lecco", "in Dalmine", "between Pavia and Lodi", "in Varese",
         "around Cremona", "in Como", "in Bergamo", "in Valtellina"),
        ("with {n} firms and {m} researchers", "worth {n} million euros over {m} years", "within {m} months",
         "with measurements repeated {n} times", "out of {n} proposals", "together with {m} partners"),
        ("and the data will be open.", "as small firms had asked.", "while costs remain open.",
         "after a year of trials.", "with a second phase in autumn.", "according to those in charge."),
    ),
}  # fmt: skip
_SCRIPT = (
    "window.layout=window.layout||[];layout.push({widget:%d,slot:'side-%d',lazy:true,breakpoints:[480,768]});"
)
_STYLE = ".card-%d>.media{display:grid;grid-template-columns:1fr 2fr;padding:%dpx;margin:0 auto 1rem}"
_NEWEST = datetime(2026, 10, 30, 9, tzinfo=UTC)


def sentence(rng: random.Random, language: str) -> str:
    """A sentence of eighteen words or so."""
    words = " ".join(rng.choice(choices) for choices in _WORDS[language])
    return words.format(n=rng.randrange(3, 90), m=rng.randrange(2, 40))


def article_page(number: int, root: str, pages: int) -> str:
    """The page of one article: metadata, menus, the article, and the noise that sites put around it."""
    rng = random.Random(number)
    language = "en" if number % 4 == 0 else "it"
    title = sentence(rng, language).rpartition(" ")[0][:110] + f" ({number})"
    at = _NEWEST - timedelta(hours=9 * number)
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
    cards = "".join(_card(rng, language, pages) for _ in range(rng.randrange(19, 104)))
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
