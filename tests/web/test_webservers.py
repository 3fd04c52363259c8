"""The configurations in `deploy/`, tried with the real nginx and the real Caddy on loopback."""

import http.client
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from aggregator.feeds.folder import locked
from aggregator.web.published import TYPES

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
BODY = b"<rss>" + b"<item>Notizia</item>" * 100 + b"</rss>"
ENDINGS = ("rss", "atom", "json", "ics", "html")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port: int = held.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("www") / "public"
    with locked(root) as folder:
        for ending in ENDINGS:
            folder.write(f"feeds/all.{ending}", BODY)
        folder.write("feeds/all/1.atom", BODY)
        folder.write("feeds.opml", BODY)
        folder.write("index.html", BODY)
    (root / "feeds" / "old.gone").touch()
    (root.parent / "secret.txt").write_text("secret")
    (root / "feeds" / "out.txt").symlink_to(root.parent / "secret.txt")
    return root


def nginx(folder: Path, public: Path, port: int) -> list[str]:
    site = (DEPLOY / "nginx.conf").read_text().replace("listen 80;", f"listen 127.0.0.1:{port};")
    site = site.replace("/var/lib/aggregator/public", str(public)).replace(":8000", f":{free_port()}")
    temporary = "".join(
        f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # As root its workers would be another user, whom pytest's folders keep out.
    own = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{own} daemon off; pid {folder / 'pid'}; error_log stderr;\nevents {{}}\n"
        f"http {{ access_log off; {temporary}\n{site}\n}}\n"
    )
    return ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", "stderr"]


def caddy(folder: Path, public: Path, port: int) -> list[str]:
    site = (DEPLOY / "Caddyfile").read_text().replace("news.example.org {", f"http://127.0.0.1:{port} {{")
    site = site.replace("/var/lib/aggregator/public", str(public)).replace(":8000", f":{free_port()}")
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https off\n\tgrace_period 100ms\n}\n" + site)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


COMMANDS = {"nginx": nginx, "caddy": caddy}


@pytest.fixture(scope="module", params=COMMANDS)
def server(
    request: pytest.FixtureRequest, public: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    """The port at which that server serves the folder."""
    if shutil.which(request.param) is None:
        pytest.skip(f"no {request.param} here to try its configuration with")
    folder, port = tmp_path_factory.mktemp(request.param), free_port()
    command = COMMANDS[request.param](folder, public, port)
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(folder)}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, stderr=log, env=environment) as process,
    ):
        deadline = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(0.05)
        assert process.poll() is None, (folder / "log").read_text()
        yield port
        process.terminate()  # and not kill: nginx would leave its workers behind


def get(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=given)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("path", [*(f"/feeds/all.{e}" for e in ENDINGS), "/feeds/all/1.atom", "/feeds.opml"])
def test_a_file_is_sent_as_what_it_is(server: int, path: str) -> None:
    status, headers, body = get(server, path)
    assert (status, body) == (200, BODY)
    assert headers["content-type"].lower() == TYPES[path.rpartition(".")[2]]
    assert re.search(r"max-age=\d{3,}", headers["cache-control"])
    assert "accept-encoding" in headers["vary"].lower()
    assert headers["x-content-type-options"] == "nosniff"
    assert ("content-security-policy" in headers) == path.endswith(".html")


def test_either_header_alone_gives_304(server: int) -> None:
    for coding in ("identity", "gzip"):
        _, headers, _ = get(server, "/feeds/all.rss", Accept_Encoding=coding)
        etag, date = headers["etag"], headers["last-modified"]
        assert not etag.startswith("W/")
        assert get(server, "/feeds/all.rss", Accept_Encoding=coding, If_None_Match=etag)[0] == 304
        assert get(server, "/feeds/all.rss", Accept_Encoding=coding, If_Modified_Since=date)[0] == 304
    assert get(server, "/feeds/all.rss", "HEAD")[::2] == (200, b"")


def test_the_compressed_twin_is_sent(server: int, public: Path) -> None:
    _, headers, body = get(server, "/feeds/all.rss", Accept_Encoding="gzip")
    assert headers["content-encoding"] == "gzip"
    assert body == (public / "feeds" / "all.rss.gz").read_bytes()
    assert headers["content-type"].startswith("application/rss+xml")


@pytest.mark.parametrize("path", ["/feeds/old.rss", "/feeds/old.html", "/feeds/old.ics"])
def test_an_ended_feed_is_gone(server: int, path: str) -> None:
    assert get(server, path)[0] == 410


@pytest.mark.parametrize(
    "path", ["/feeds/none.rss", "/.lock", "/feeds/old.gone", "/feeds/none/9.atom", "/feeds/../../secret.txt"]
)
def test_nothing_else_is_there(server: int, path: str) -> None:
    status, _, body = get(server, path)
    assert status in (400, 403, 404, 502)  # 502: handed on, to nobody
    assert b"secret" not in body


def test_nginx_follows_no_link(server: int, request: pytest.FixtureRequest) -> None:
    if request.node.callspec.params["server"] == "nginx":
        assert get(server, "/feeds/out.txt")[0] in (403, 404)


def test_what_is_no_file_is_handed_on(server: int) -> None:
    """Nobody listens behind: that it was asked is what its failing shows."""
    assert get(server, "/api/entries")[0] == 502
