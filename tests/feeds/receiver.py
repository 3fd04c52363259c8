"""A small server on 127.0.0.1 for tests of feeds: serves a folder conditionally, and keeps what is posted."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TYPES = {
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".json": "application/feed+json",
    ".html": "text/html",
}


@dataclass
class Receiver:
    """What was asked for and posted. `folder` may be exchanged; `refusal` is a status for posts."""

    url: str = ""
    folder: Path | None = None
    refusal: int = 0
    posted: list[bytes] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    answers: list[tuple[str, int]] = field(default_factory=list)


@contextmanager
def receiving(folder: Path | None = None) -> Iterator[Receiver]:
    """The server, until the block ends."""
    receiver = Receiver(folder=folder)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = (receiver.folder or Path("/nowhere")) / self.path.lstrip("/").partition("?")[0]
            if not path.is_file():
                self._answer(404, b"")
                return
            data = path.read_bytes()
            etag = f'"{sha256(data).hexdigest()[:16]}"'
            self._answer(304 if self.headers.get("If-None-Match") == etag else 200, data, etag, path)

        def do_POST(self) -> None:
            receiver.posted.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            receiver.headers.append(dict(self.headers.items()))
            self._answer(receiver.refusal or 204, b"")

        def _answer(self, status: int, data: bytes, etag: str = "", path: Path | None = None) -> None:
            receiver.answers.append((self.path, status))
            self.send_response(status)
            if path is not None:
                self.send_header("ETag", etag)
                self.send_header("Last-Modified", formatdate(path.stat().st_mtime, usegmt=True))
                self.send_header("Content-Type", TYPES.get(path.suffix, "application/octet-stream"))
            self.send_header("Content-Length", "0" if status == 304 else str(len(data)))
            self.end_headers()
            if status == 200:
                self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Stays silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
