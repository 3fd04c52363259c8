"""A real HTTP server on 127.0.0.1 for tests of manners: routes by path, a log of what was asked."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic

Route = Callable[["Asked"], "Answer"]


@dataclass(frozen=True)
class Asked:
    path: str
    headers: dict[str, str]
    at: float
    times: int
    """How often this path was asked, this time included."""


@dataclass(frozen=True)
class Answer:
    body: bytes = b"<html><body><p>ok</p></body></html>"
    status: int = 200
    """0: the connection is closed without an answer."""
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = None
    """A Content-Length other than the body's: the answer breaks off."""
    tick: float = 0.0
    """Seconds between two bytes of the body, if it drips."""


@dataclass
class Site:
    port: int
    routes: dict[str, Route]
    asked: list[Asked] = field(default_factory=list)
    answered: list[tuple[str, float]] = field(default_factory=list)
    """Paths, and when their answers began to leave."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def times(self, path: str) -> list[float]:
        return [asked.at for asked in self.asked if asked.path == path]


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with site.lock:
                times = 1 + sum(asked.path == self.path for asked in site.asked)
                headers = {key.lower(): value for key, value in self.headers.items()}
                asked = Asked(self.path, headers, monotonic(), times)
                site.asked.append(asked)
            route = site.routes.get(self.path)
            answer = route(asked) if route else Answer(status=404 if self.path == "/robots.txt" else 200)
            site.answered.append((self.path, monotonic()))
            if not answer.status:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header(
                "Content-Length", str(len(answer.body) if answer.announced is None else answer.announced)
            )
            self.end_headers()
            try:
                self._send(answer)
            except OSError:
                self.close_connection = True
            if answer.announced is not None:
                self.close_connection = True

        def _send(self, answer: Answer) -> None:
            size = 1 if answer.tick else max(len(answer.body), 1)
            for start in range(0, len(answer.body), size):
                self.wfile.write(answer.body[start : start + size])
                threading.Event().wait(answer.tick)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            return

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # a crawl that knocks at once must not be made to knock again

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what some tests are about."""


@contextmanager
def serve(routes: dict[str, Route], certificate: Path | None = None) -> Iterator[Site]:
    """A site on a free port; with a certificate (and its key in one file) it speaks TLS."""
    site = Site(0, routes)
    server = _Server(("127.0.0.1", 0), _handler(site))
    site.port = server.server_address[1]
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
