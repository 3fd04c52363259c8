"""The way of every request that asks the archive: let in, checked, answered in time, sent.

Knows nothing of what is answered. Start reading at `Doors.open`.
"""

import gzip
import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response

from aggregator.config import Config
from aggregator.errors import QueryError, StoreError
from aggregator.feeds.model import Edition
from aggregator.grammar import parse_query
from aggregator.items import Vocabulary
from aggregator.query import Query
from aggregator.resolve import resolve
from aggregator.store import Session, Store
from aggregator.store.archive import DEFAULT_AUTHORITY, held_authority
from aggregator.store.limit import OverdueError, read_within
from aggregator.store.sources import find_sources
from aggregator.web.allowance import Allowance
from aggregator.web.conditional import accepted, is_unchanged
from aggregator.web.division import Divisions
from aggregator.web.parameters import Parameter, read
from aggregator.web.problem import PROBLEM, Unanswerable, problem

log = logging.getLogger(__name__)

# The slowest question that is meant takes 0.4 s on a million articles; a tenfold is not.
SECONDS = 5.0
# Readers of one SQLite file share a disk and, in Python, a processor; the pool has 15 connections.
_AT_ONCE = 8
# Below, gzip's own bytes weigh more than it saves.
_SHORT = 500
_CACHING = "public, max-age=60"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was let in, with all that an answer is made of.

    Shapes: `place` are the parts of the path that were left open, `values` the parameters, checked.
    """

    session: Session
    edition: Edition
    config: Config
    place: Mapping[str, Any]
    values: Mapping[str, Any]
    divisions: Divisions
    path: str = ""

    def read(self, text: str) -> Query:
        """What a person has typed, in the ids of this archive. Raises: QueryError."""
        return resolve(parse_query(text), self.edition.sources.values(), self.edition.terms.values())


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent: headers are beside those that every answer has."""

    body: bytes
    media_type: str
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 200


@dataclass(frozen=True, slots=True)
class Door:
    """One path and what answers there. `fail` makes an error's answer; problem details by default."""

    path: str
    answer: Callable[[Asked], Answer]
    help: str = ""
    parameters: tuple[Parameter, ...] = ()
    fail: Callable[[Config, Unanswerable, Mapping[str, str]], Answer] | None = None


@dataclass(slots=True)
class Doors:
    """What all doors share, and how a request goes through one."""

    store: Store
    vocabulary: Vocabulary
    config: Config
    allowance: Allowance
    count: Callable[[str, int], None] = lambda _path, _status: None
    divisions: Divisions = field(default_factory=Divisions)
    limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_AT_ONCE))

    async def open(self, door: Door, request: Request) -> Response:
        """The response to a request at that door: 200, 304, or an error in that door's manner."""
        address = request.client.host if request.client else ""
        if wait := self.allowance.seconds_to_wait(address):
            error = Unanswerable(429, f"too many requests: come back in {wait} seconds")
            answer = _with(self._failed(door, error, request), ("retry-after", str(wait)))
        else:
            answer = await to_thread.run_sync(partial(self._answer, door, request), limiter=self.limiter)
        self.count(door.path, answer.status)
        return _respond(answer, request)

    def _answer(self, door: Door, request: Request) -> Answer:
        try:
            values = read(door.parameters, request.query_params.multi_items())
            with read_within(self.store, SECONDS) as session:
                edition = edition_of(session, self.vocabulary, self.config)
                path = str(request.url.path)
                return door.answer(
                    Asked(session, edition, self.config, request.path_params, values, self.divisions, path)
                )
        except Unanswerable as error:
            return self._failed(door, error, request)
        except QueryError as error:
            return self._failed(door, Unanswerable(400, str(error), "q"), request)
        except OverdueError as error:
            return self._failed(door, Unanswerable(503, f"{error}: ask for less"), request)
        except StoreError as error:
            log.warning("the archive cannot be read path=%s: %s", door.path, error)
            return self._failed(door, Unanswerable(503, "the archive cannot be read now"), request)
        except Exception as error:  # noqa: BLE001 - one bad answer must not cost the server
            # Without its words: a database's repeat what was searched for.
            steps = "".join(traceback.format_tb(error.__traceback__))
            log.error("request failed path=%s: %s\n%s", door.path, type(error).__name__, steps)  # noqa: TRY400
            return self._failed(
                door, Unanswerable(500, "this is a fault of ours, and has been noted"), request
            )

    def _failed(self, door: Door, error: Unanswerable, request: Request) -> Answer:
        if door.fail is not None:
            return door.fail(self.config, error, request.query_params)
        return Answer(problem(error.status, error.words, error.parameter), PROBLEM, status=error.status)


def edition_of(session: Session, vocabulary: Vocabulary, config: Config) -> Edition:
    """What all that leaves the archive has in common, as `publish` has it."""
    return Edition(
        authority=held_authority(session) or DEFAULT_AUTHORITY,
        language=config.language,
        base_url=config.base_url.rstrip("/"),
        sources={source.id: source for source in find_sources(session)},
        terms={term.id: term for term in vocabulary.terms},
        summary_length=config.summary_length,
    )


def _with(answer: Answer, *headers: tuple[str, str]) -> Answer:
    return Answer(answer.body, answer.media_type, (*answer.headers, *headers), answer.status)


def _respond(answer: Answer, request: Request) -> Response:
    """The response, compressed for who takes it, and empty for who has it already."""
    headers = {"vary": "accept-encoding", "x-content-type-options": "nosniff", **dict(answer.headers)}
    body = answer.body
    takes = [coding for coding, _ in accepted(request.headers.get("accept-encoding", ""))]
    if "gzip" in takes and len(body) >= _SHORT:
        body = gzip.compress(body, 6, mtime=0)
        headers["content-encoding"] = "gzip"
    if answer.status == HTTPStatus.OK:
        headers["cache-control"] = _CACHING
        headers["etag"] = f'"{blake2b(body, digest_size=16).hexdigest()}"'
        if is_unchanged(request.headers.get("if-none-match"), None, headers["etag"], 0.0):
            headers.pop("content-encoding", None)
            return Response(status_code=304, headers=headers)
    headers["content-length"] = str(len(body))
    headers["content-type"] = answer.media_type
    return Response(b"" if request.method == "HEAD" else body, answer.status, headers)
