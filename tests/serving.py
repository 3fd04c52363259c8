"""Sites on loopback addresses of their own, a catalogue that names them, and the command that crawls them.

A lease is one a host, and hosts are compared without port: 127.0.0.2 and 127.0.0.3 are two sites.
"""

import json
import os
import random
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aggregator.items import Entry
from aggregator.query import Query
from aggregator.store import open_store
from aggregator.store.articles import find

# --------------------------------------------------------------------- sites


@dataclass(frozen=True)
class Answer:
    """What a site answers at a path; the body in pieces where it is too large to be kept."""

    body: bytes | Callable[[], Iterable[bytes]] = b""
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    etag: str = ""
    """With one, a request that knows it is answered 304."""


@dataclass
class Site:
    """A server on one address: its answers by path, and what was asked of it, in order."""

    host: str
    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    log: list[tuple[str, int]] = field(default_factory=list)
    """Paths with the status that they were answered with."""
    heard: threading.Event = field(default_factory=threading.Event)
    scheme: str = "http"

    def url(self, path: str = "/") -> str:
        """The address of that path."""
        return f"{self.scheme}://{self.host}:{self.port}{path}"

    def put(self, path: str, answer: Answer | bytes | str) -> str:
        """Puts an answer (a page, where it is bytes or text) at the path; gives its address."""
        body = answer.encode() if isinstance(answer, str) else answer
        self.answers[path] = body if isinstance(body, Answer) else Answer(body)
        return self.url(path)


@contextmanager
def serve(*hosts: str, tls: ssl.SSLContext | None = None) -> Iterator[tuple[Site, ...]]:
    """Empty sites on these addresses, each on a free port; over TLS where a certificate is given."""
    sites = tuple(Site(host, scheme="https" if tls else "http") for host in hosts)
    servers = [_Server((site.host, 0), type("Handler", (_Handler,), {"site": site})) for site in sites]
    if tls is not None:
        for server in servers:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
    threads = [threading.Thread(target=server.serve_forever, args=(0.02,)) for server in servers]
    for site, server, thread in zip(sites, servers, threads, strict=True):
        site.port = server.server_address[1]
        thread.start()
    try:
        yield sites
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    site: Site
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.site.asked.append(self.path)
        self.site.heard.set()
        answer = self.site.answers.get(self.path, Answer(b"not here", "text/plain", 404))
        if answer.etag and self.headers.get("If-None-Match") == answer.etag:
            answer = Answer(b"", status=304, etag=answer.etag)
        self.site.log.append((self.path, answer.status))
        self.send_response(answer.status)
        for name, value in (("Content-Type", answer.media_type), ("ETag", answer.etag), *answer.headers):
            if value:
                self.send_header(name, value)
        self.end_headers()
        for piece in [answer.body] if isinstance(answer.body, bytes) else answer.body():
            self.wfile.write(piece)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the inherited name
        return


# --------------------------------------------------------------------- what the sites hold

# Who, does, what, where, how: a sentence takes one of each line.
_PARTS = """
il distretto|un consorzio|la giunta|il politecnico|la fondazione|il laboratorio di Dalmine|l'istituto
presenta|finanzia|mette alla prova|inaugura|rinnova|apre|valuta|sostiene|affida|ripensa|misura|annuncia
una linea di montaggio|tre borse di studio|il forno a induzione|la mappa dei fornitori|un prototipo|una pressa
a Bergamo|nel Lecchese|lungo l'Adda|a Crema|in Valtellina|alle porte di Monza|a Varese|nel Pavese|a Sondrio
con fondi regionali|dopo due anni di prove|per ridurre gli scarti|in attesa del collaudo|grazie a un bando
"""
_NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Story:
    """An article that no other name gives: its words are drawn by lot from that name."""

    name: str
    title: str
    paragraphs: tuple[str, ...]
    published: datetime

    @property
    def path(self) -> str:
        """Where its page stands."""
        return f"/notizie/{self.name}"


def story(name: str, *, title: str | None = None) -> Story:
    """The article of that name, some 200 words long."""
    draw = random.Random(name)
    parts = [line.split("|") for line in _PARTS.split("\n") if line]
    sentences = [" ".join(draw.choice(part) for part in parts) for _ in range(16)]
    paragraphs = tuple(
        " ".join(f"{sentence.capitalize()}, {draw.randrange(2, 99)}." for sentence in sentences[n : n + 4])
        for n in range(0, 16, 4)
    )
    published = _NOW - timedelta(minutes=draw.randrange(600, 18_000))  # a first visit's news, for feeds
    heading = f"{sentences[0]} {sentences[1]}".capitalize()
    return Story(name, title or heading, paragraphs, published)


def page(told: Story, *, is_dated: bool = True, head: str = "") -> str:
    """The page of an article as a site of today has it."""
    stamp = told.published.isoformat()
    dated = f'<meta property="article:published_time" content="{stamp}">' if is_dated else ""
    shown = f'<time datetime="{stamp}">{told.published:%d/%m/%Y}</time>' if is_dated else ""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in told.paragraphs)
    return (
        f'<!doctype html><html lang="it"><head><title>{told.title}</title>{head}{dated}</head><body>'
        f'<nav><a href="/">Inizio</a></nav><main><article><h1>{told.title}</h1>{shown}{body}</article></main>'
        "<footer>Tutti i diritti riservati</footer></body></html>"
    )


def feed(
    site: Site, stories: Iterable[Story], *, is_dated: bool = True, path: str = "/feed", etag: str = ""
) -> str:
    """Puts an RSS feed of these articles at the path, without their pages; gives its address."""
    items = "".join(
        f"<item><title>{told.title}</title><link>{site.url(told.path)}</link>"
        f"{f'<pubDate>{format_datetime(told.published)}</pubDate>' if is_dated else ''}</item>"
        for told in stories
    )
    text = (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Notizie</title>'
        f"<link>{site.url()}</link><description>Notizie</description>{items}</channel></rss>"
    )
    return site.put(path, Answer(text.encode(), "application/rss+xml", etag=etag))


def fill(site: Site, names: Iterable[str]) -> list[Story]:
    """Gives the site a feed and a page of each of these articles."""
    stories = [story(name) for name in names]
    for told in stories:
        site.put(told.path, page(told))
    feed(site, stories)
    return stories


# --------------------------------------------------------------------- the command


def write_catalogue(path: Path, sources: dict[str, Site], **keys: object) -> Path:
    """A catalogue of these sites, each a cluster with one feed; `keys` hold for all of them."""
    tables = []
    for source_id, site in sources.items():
        values: dict[str, object] = {"id": source_id, "url": site.url(), "hosts": [site.host]}
        values |= {"kind": "cluster", "way": "feed", "feeds": [site.url("/feed")]}
        values |= {"pace": 0.0, "allow_private": True, **keys}
        tables.append(
            "[[source]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
        )
    path.write_text("\n".join(tables), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Place:
    """A folder that holds an archive, the feeds and the catalogue of a test."""

    folder: Path

    @property
    def archive(self) -> Path:
        """The SQLite file."""
        return self.folder / "archive.sqlite"

    @property
    def url(self) -> str:
        """The archive's address."""
        return f"sqlite:///{self.archive}"

    def command(self, name: str, *arguments: str) -> list[str]:
        """The command line that works on this place."""
        catalogue = self.folder / "catalogue.toml"
        common = ["--catalogue", str(catalogue), "--database", self.url, "--json"]
        program = [sys.executable, "-m", "aggregator", name, *arguments, *common]
        return [*program, "--publish", str(self.folder / "public")] if name == "run" else program

    def run(self, *arguments: str, before: str = "") -> "Done":
        """Crawls to the end; `before` is code that the process runs first."""
        return finished(self.start(*arguments, before=before))

    def start(self, *arguments: str, before: str = "") -> "subprocess.Popen[str]":
        """Begins a crawl in a process group of its own."""
        command = self.command("run", *arguments)
        if before:
            command[1:3] = ["-c", f"{before}\nfrom aggregator.cli import main\nmain()"]
        # Two processes for the pages, whatever the machine: the pool is part of what is tested.
        environment = os.environ | {"AGGREGATOR_JOBS": "2"}
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, stdout=pipe, stderr=pipe, text=True, env=environment, start_new_session=True
        )

    def entries(self) -> list[Entry]:
        """All that the archive holds."""
        store = open_store(self.url)
        with closing(store), store.read() as session:
            return list(find(session, Query(limit=None)))

    def titles(self) -> list[str]:
        """The titles of all entries, sorted."""
        return sorted(entry.article.title for entry in self.entries())


@dataclass(frozen=True)
class Done:
    """A command that has ended: its exit code, its JSON answer where it gave one, what it told people."""

    code: int
    answer: dict[str, Any]
    said: str

    def row(self, source_id: str) -> dict[str, Any]:
        """The closing row of that source."""
        [row] = [row for row in self.answer["sources"] if row["source"] == source_id]
        return dict(row)


def finished(process: "subprocess.Popen[str]") -> Done:
    """What became of it, once it has ended."""
    out, said = process.communicate(timeout=120)
    return Done(process.returncode, json.loads(out) if out.strip() else {}, said)
