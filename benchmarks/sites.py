"""Many small sites in one process, each on a loopback address of its own: a feed that knows 'not modified'.

Knows nothing of who reads them. Start reading at `served`.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from subprocess import PIPE, Popen
from urllib.parse import urlsplit

from benchmarks.farm import NEWEST, article_page

_SOURCE = """
[[source]]
id = "site-{number}"
name = "Site {number}"
url = "{root}"
hosts = ["{host}"]
kind = "cluster"
way = "feed"
feeds = ["{root}feed"]
pace = 0.0
allow_private = true
"""
_TAG = '"as ever"'


def _host(number: int) -> str:
    return f"127.9.0.{number + 1}"


@contextmanager
def served(folder: Path, count: int, articles: int) -> Iterator[None]:
    """Serves the sites until the end; their catalogue, and an empty configuration, lie in the folder."""
    command = [sys.executable, "-m", "benchmarks.sites", str(count), str(articles)]
    with Popen(command, stdout=PIPE, text=True) as server:
        try:
            port = server.stdout.readline().strip() if server.stdout else ""
            catalogue = "".join(
                _SOURCE.format(number=n, root=f"http://{_host(n)}:{port}/", host=_host(n))
                for n in range(count)
            )
            (folder / "catalogue.toml").write_text(catalogue)
            (folder / "aggregator.toml").touch()
            yield
        finally:
            server.terminate()


def _feed(root: str, numbers: range) -> str:
    items = "".join(
        f"<item><title>Notizia {n}</title><link>{escape(root)}{n}.html</link>"
        f"<pubDate>{format_datetime(NEWEST - timedelta(hours=9 * n))}</pubDate></item>"
        for n in numbers
    )
    return f"<rss version='2.0'><channel><title>Site</title><link>{root}</link>{items}</channel></rss>"


def answer(head: str, articles: int) -> tuple[str, str, str]:
    """Status, type and body for the head of a request."""
    lines = head.split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    root = f"http://{fields.get('host', '')}/"
    first = 1 + articles * int((urlsplit(root).hostname or "").rpartition(".")[2] or 0)
    path = lines[0].split(" ")[1].lstrip("/")
    if path == "feed":
        if fields.get("if-none-match") == _TAG:
            return "304 Not Modified", "application/rss+xml", ""
        return "200 OK", "application/rss+xml", _feed(root, range(first, first + articles))
    name = path.removesuffix(".html")
    if name.isdigit() and int(name) in range(first, first + articles):
        return "200 OK", "text/html; charset=utf-8", article_page(int(name), root, first + articles)
    return "404 Not Found", "text/plain", ""


async def _connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, articles: int) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            status, kind, body = answer(head, articles)
            data = body.encode()
            lines = (
                f"HTTP/1.1 {status}",
                f"Content-Type: {kind}",
                f"ETag: {_TAG}",
                f"Content-Length: {len(data)}",
            )
            writer.write("\r\n".join((*lines, "", "")).encode() + data)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _serve(count: int, articles: int) -> None:
    hosts = [_host(number) for number in range(count)]
    first = await asyncio.start_server(lambda r, w: _connect(r, w, articles), hosts[0], 0)
    port = first.sockets[0].getsockname()[1]
    others = [await asyncio.start_server(lambda r, w: _connect(r, w, articles), h, port) for h in hosts[1:]]
    print(port, flush=True)
    await asyncio.gather(*(server.serve_forever() for server in (first, *others)))


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
