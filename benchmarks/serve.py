"""CPU of answering a reader's poll: the feed unchanged (304), and sent whole, plain and compressed.

    python -m benchmarks.serve

Floor: 200 µs a 304, all of the application's work counted, the socket's not. Best of several rounds.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from aggregator.config import Config
from aggregator.feeds.folder import locked
from aggregator.items import Vocabulary
from aggregator.store import open_store
from aggregator.web.site import Site, create_site

ROUNDS = 5
POLLS = 2000
FLOOR_MICROSECONDS = 200.0
FEED = "/feeds/all.rss"


def filled(folder: Path) -> Site:
    """A site with one feed of the usual size, and no limit on polling."""
    body = b"".join(b"<item><title>Notizia %d</title></item>\n" % number for number in range(2000))
    with locked(folder / "public") as public:
        public.write("feeds/all.rss", body)
    config = Config(publish=folder / "public", rate_limit=0)
    return create_site(open_store(str(folder / "archive.sqlite")), Vocabulary(), config)


async def ask(site: Site, headers: list[tuple[bytes, bytes]]) -> tuple[int, dict[bytes, bytes]]:
    """Status and headers of one answer."""
    sent: list[Any] = []
    scope = {"type": "http", "method": "GET", "path": FEED, "headers": headers, "client": ("127.0.0.1", 1)}

    async def receive() -> Any:  # noqa: ANN401 - an ASGI message
        return {"type": "http.request"}

    async def send(message: Any) -> None:  # noqa: ANN401 - an ASGI message
        sent.append(message)

    await site(scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"])


async def microseconds(site: Site, headers: list[tuple[bytes, bytes]], status: int) -> float:
    """CPU of an answer in the fastest round."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(POLLS):
            found, _ = await ask(site, headers)
        best = min(best, time.process_time() - start)
        if found != status:
            raise SystemExit(f"answered {found} instead of {status}")
    return best / POLLS * 1e6


async def in_process(site: Site) -> float:
    """Prints what the application itself costs; gives that of a 304."""
    gzip = (b"accept-encoding", b"gzip, deflate, br")
    _, headers = await ask(site, [gzip])
    by_tag = await microseconds(site, [gzip, (b"if-none-match", headers[b"etag"])], 304)
    by_date = await microseconds(site, [gzip, (b"if-modified-since", headers[b"last-modified"])], 304)
    rows = [("304 by ETag", by_tag), ("304 by Last-Modified", by_date)]
    rows += [
        ("200 br", await microseconds(site, [gzip], 200)),
        ("200 plain", await microseconds(site, [], 200)),
    ]
    for name, spent in rows:
        print(f"  {name:<24}{spent:8.1f} µs CPU")
    return max(by_tag, by_date)


def main() -> int:
    """Prints the figures; 1 if the floor does not hold."""
    with tempfile.TemporaryDirectory() as folder:
        site = filled(Path(folder))
        time.sleep(1.1)  # a date is told once its second is over
        spent = asyncio.run(in_process(site))
    return int(spent > FLOOR_MICROSECONDS)


if __name__ == "__main__":
    sys.exit(main())
