"""The published folder over HTTP: the bytes that `publish` wrote, and answers without any.

A plain ASGI application, for a feed is asked a thousand times for each time that it changes: knows
neither Starlette nor the archive. Start reading at `Published.__call__`.
"""

import os
import stat
import time
from asyncio import to_thread
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from aggregator.feeds.model import MINUTES_TO_LIVE
from aggregator.web.allowance import Allowance
from aggregator.web.conditional import accepted, is_unchanged, write_http_date
from aggregator.web.problem import PROBLEM, problem

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

FEED_ENDINGS = ("rss", "atom", "json", "ics")
_CACHING = (b"cache-control", f"public, max-age={MINUTES_TO_LIVE * 60}".encode())
# Of every answer about the folder, errors included.
_ALWAYS = (
    (b"vary", b"accept-encoding"),
    (b"access-control-allow-origin", b"*"),
    (b"x-content-type-options", b"nosniff"),
)

TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "opml": "text/x-opml; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gz": "application/gzip",
}
"""Media type by ending, as web servers in front must say it too."""

GONE = ".gone"
"""What stands after the name of a feed that has ended: an empty file, and readers are told 410."""

# A folder holds some ten files a feed and one a hundred entries of its history; a tag takes 200 bytes.
_TAGS = 20_000
_PIECE = 256 * 1024
_NOBODY = ("", 0)


@dataclass(frozen=True, slots=True)
class _File:
    """An open file of the folder; `identity` tells its bytes from any that stood there before."""

    descriptor: int
    size: int
    modified_at: float
    identity: tuple[int, int, int]


class Published:
    """Serves the folder's files as they are.

    Shapes: `hub` and `base_url` are empty where readers are to be told of none; `page_policy` is the
        Content-Security-Policy of the pages for people.
    """

    def __init__(
        self,
        root: Path,
        allowance: Allowance,
        *,
        base_url: str = "",
        hub: str = "",
        page_policy: str = "default-src 'none'",
    ) -> None:
        self._root = root
        self._allowance = allowance
        self._base_url = base_url.rstrip("/")
        self._hub = hub
        self._page_policy = page_policy
        self._tags: dict[tuple[int, int, int], str] = {}

    def has(self, path: str) -> bool:
        """Whether the folder has something to say at that path: a file, or that a feed has ended."""
        with _folder_of(self._root, path) as (folder, leaf):
            return _is_file(folder, leaf) or _is_file(folder, _ended(leaf))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request: 200, 304, 404, 405, 410 or 429."""
        if scope["method"] not in ("GET", "HEAD"):
            await refuse(scope, send, 405, "only GET and HEAD are answered here", ("allow", "GET, HEAD"))
            return
        address = (scope.get("client") or _NOBODY)[0]
        if wait := self._allowance.seconds_to_wait(f"{address} {scope['path']}"):
            words = f"this was asked for too often: come back in {wait} seconds"
            await refuse(scope, send, 429, words, ("retry-after", str(wait)))
            return
        asked = {name: value.decode("latin-1") for name, value in scope["headers"]}
        with _folder_of(self._root, scope["path"]) as (folder, leaf):
            file, coding = _open_best(folder, leaf, asked.get(b"accept-encoding", ""))
            is_ended = file is None and _is_file(folder, _ended(leaf))
        if file is None:
            words = "this feed has ended" if is_ended else "there is no such file"
            await refuse(scope, send, 410 if is_ended else 404, words)
            return
        try:
            await self._answer(scope, send, file, coding, asked)
        finally:
            os.close(file.descriptor)

    async def _answer(
        self, scope: Scope, send: Send, file: _File, coding: str, asked: dict[bytes, str]
    ) -> None:
        etag = self._tags.get(file.identity) or await self._new_tag(file)
        headers = [(b"etag", etag.encode()), *self._headers(scope["path"], coding)]
        # A second may still bring other bytes: only a date that is over tells them apart.
        if int(file.modified_at) < int(time.time()):
            headers.append((b"last-modified", write_http_date(int(file.modified_at)).encode()))
        if is_unchanged(asked.get(b"if-none-match"), asked.get(b"if-modified-since"), etag, file.modified_at):
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body"})
            return
        headers.append((b"content-length", str(file.size).encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if scope["method"] == "GET":
            for at in range(0, file.size, _PIECE):
                piece = os.pread(file.descriptor, min(_PIECE, file.size - at), at)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body"})

    async def _new_tag(self, file: _File) -> str:
        if len(self._tags) >= _TAGS:
            self._tags.clear()
        # Exports may be large: elsewhere than in the loop that answers everybody.
        large = file.size > _PIECE
        etag = await to_thread(_tag_of, file) if large else _tag_of(file)
        self._tags[file.identity] = etag
        return etag

    def _headers(self, path: str, coding: str) -> Headers:
        """What is said of a file by its name, changed or not."""
        name, _, ending = path.rpartition("/")[2].rpartition(".")
        is_feed = path.startswith("/feeds/")
        media_type = TYPES.get(ending, "application/octet-stream")
        if ending == "json" and not is_feed:
            media_type = "application/json"
        headers = [_CACHING, *_ALWAYS, (b"content-type", media_type.encode())]
        if coding:
            headers.append((b"content-encoding", coding.encode()))
        if ending == "html":
            headers.append((b"content-security-policy", self._page_policy.encode()))
        if is_feed and ending in FEED_ENDINGS and name and self._hub and self._base_url:
            links = f'<{self._hub}>; rel="hub", <{self._base_url}{path}>; rel="self"'
            headers.append((b"link", links.encode()))
        return headers


async def refuse(scope: Scope, send: Send, status: int, words: str, *more: tuple[str, str]) -> None:
    """Answers with an error, in the one shape that all errors here have."""
    body = problem(status, words)
    headers = [(b"content-type", PROBLEM.encode()), (b"content-length", str(len(body)).encode()), *_ALWAYS]
    headers += [(name.encode(), value.encode()) for name, value in more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _tag_of(file: _File) -> str:
    digest = blake2b(digest_size=16)
    for at in range(0, file.size, _PIECE):
        digest.update(os.pread(file.descriptor, _PIECE, at))
    return f'"{digest.hexdigest()}"'


def _ended(leaf: str) -> str:
    """The mark beside the files of a feed that has ended; nothing is called so otherwise."""
    return leaf.rpartition(".")[0] + GONE


@contextmanager
def _folder_of(root: Path, path: str) -> Iterator[tuple[int, str]]:
    """The open folder that holds the path's last name, and that name; -1 where there is none.

    Entered step by step from an open folder, no link followed: nothing outside can be named.
    """
    *folders, leaf = path.removeprefix("/").split("/")
    opened = -1
    try:
        with suppress(OSError, ValueError):
            opened = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
            for name in folders:
                above, opened = opened, -1
                try:
                    if is_plain(name):
                        opened = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
                finally:
                    os.close(above)
        yield (opened, leaf) if is_plain(leaf) else (-1, leaf)
    finally:
        if opened != -1:
            os.close(opened)


def is_plain(name: str) -> bool:
    """Whether it is the name of a file that is for everybody: not hidden, not above, not empty."""
    return bool(name) and not name.startswith(".")


def _is_file(folder: int, leaf: str) -> bool:
    if folder == -1:
        return False
    try:
        return stat.S_ISREG(os.stat(leaf, dir_fd=folder, follow_symlinks=False).st_mode)
    except (OSError, ValueError):
        return False


def _open_best(folder: int, leaf: str, accept_encoding: str) -> tuple[_File | None, str]:
    """The file, or the twin of it that this client takes; and the twin's coding."""
    if not _is_file(folder, leaf):
        return None, ""
    for coding, ending in (*accepted(accept_encoding), ("", "")):
        try:
            descriptor = os.open(
                leaf + ending, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder
            )
        except OSError:
            continue
        found = os.fstat(descriptor)
        if stat.S_ISREG(found.st_mode):
            identity = (found.st_ino, found.st_mtime_ns, found.st_size)
            return _File(descriptor, found.st_size, found.st_mtime, identity), coding
        os.close(descriptor)
    return None, ""
