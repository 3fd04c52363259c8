"""Serves the sample sites under fixed names (`http://mobilita.example/`) by a forward proxy on 127.0.0.1.

Knows nothing of crawling and never opens a connection of its own: what it does not serve, it refuses. No
address in a page holds a port, so that ids and results are the same everywhere. Start at `SampleSites`.
"""

import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from types import TracebackType
from urllib.parse import parse_qsl, urlsplit

from aggregator.samplesite import resources, samples_root
from aggregator.samplesite.answer import MISSING, Answer, Resources, redirect
from aggregator.samplesite.content import Site, load

_REFUSED = Answer(b"This proxy serves the sample sites only.\n", "text/plain", status=403)
_UNKNOWN_HOST = Answer(b"No sample site has this name.\n", "text/plain", status=502)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that was answered."""

    method: str
    url: str
    status: int


class SampleSites:
    """The sample sites behind a proxy; as a context manager it gives the proxy's URL.

    Shapes: `log` holds every request in the order answered, for tests that ask what was fetched.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.sites: tuple[Site, ...] = load(root or samples_root())
        self.log: list[Asked] = []
        self._resources: Mapping[str, Resources] = {}
        self.show(self.sites)
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    def show(self, sites: Iterable[Site]) -> None:
        """Answers for these from now on, as they are given."""
        self._resources = {site.host: resources(site) for site in sites}

    def start(self) -> str:
        """Listens on a free port of 127.0.0.1 in a background thread; gives the proxy's URL."""
        handler = type("Handler", (_Handler,), {"sample": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        """The port of the proxy, 0 when it does not run."""
        return int(self._server.server_address[1]) if self._server else 0

    def stop(self) -> None:
        """Ends listening and waits for the thread. Harmless when not started."""
        if self._server and self._thread:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
        self._server = self._thread = None

    def __enter__(self) -> str:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def answer(self, url: str) -> Answer:
        """What a site answers to a GET of that absolute URL, without any network."""
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if parts.scheme != "http" or parts.port not in {None, 80}:
            return _REFUSED
        if host.startswith("www.") and host[4:] in self._resources:
            return redirect(
                f"http://{host[4:]}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")
            )
        if host not in self._resources:
            return _UNKNOWN_HOST
        return _find(self._resources[host], parts.path or "/", parts.query)


def _find(found: Resources, path: str, query: str) -> Answer:
    fields = dict(parse_qsl(query, keep_blank_values=True))
    kept = "&".join(f"{key}={value}" for key, value in fields.items() if not key.startswith("utm_"))
    resource = found.get(f"{path}?{kept}") or found.get(path)
    if resource is None and f"{path}/" in found:
        return redirect(f"{path}/")
    resource = resource or found[MISSING]
    return resource if isinstance(resource, Answer) else resource(fields)


class _Server(ThreadingHTTPServer):
    """Takes as many callers at once as a crawler brings; a caller that hangs up is no event."""

    request_queue_size = 64

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: object) -> None:
        """Says nothing of broken connections; all else is printed as the library does."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """One connection to the proxy: absolute-form request lines, or origin form with a Host header."""

    sample: SampleSites
    protocol_version = "HTTP/1.1"
    server_version = "SampleSites"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        url = self.path if "://" in self.path else f"http://{self.headers.get('Host', '')}{self.path}"
        try:
            answer = self.sample.answer(url)
        except ValueError:  # an address that is none, or an API parameter that is no number
            answer = Answer(b"Bad request\n", "text/plain", status=400)
        self._send(url, answer)

    do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

    def do_CONNECT(self) -> None:
        self.close_connection = True
        self._send(self.path, _REFUSED)

    def _send(self, url: str, answer: Answer) -> None:
        etag = f'"{sha256(answer.body).hexdigest()[:16]}"'
        status = 304 if answer.modified and self._is_known(etag, answer) else answer.status
        self.sample.log.append(Asked(self.command, url, status))
        self.send_response(status)
        if answer.modified:
            self.send_header("ETag", etag)
            self.send_header("Last-Modified", format_datetime(answer.modified, usegmt=True))
        for name, value in answer.headers:
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Type", answer.media_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD" and status != 304:
            self.wfile.write(answer.body)

    def _is_known(self, etag: str, answer: Answer) -> bool:
        if asked := self.headers.get("If-None-Match"):  # RFC 9110 13.1.3: it decides alone where present
            return etag in asked
        since = self.headers.get("If-Modified-Since")
        return bool(since and answer.modified and parsedate_to_datetime(since) >= answer.modified)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the inherited name
        """Says nothing: `SampleSites.log` holds the requests."""
