"""The whole site as one ASGI application: the published folder, the API and the pages for people.

Knows which part answers which path, and nothing of their insides. Start reading at `create_site`.
"""

import json
from base64 import b64encode
from collections.abc import Awaitable, Callable
from functools import partial
from hashlib import sha256
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aggregator.config import Config
from aggregator.feeds.pages import style
from aggregator.items import Vocabulary
from aggregator.store import Store
from aggregator.web import api, openapi, overviews, pages, search, trends
from aggregator.web.allowance import Allowance
from aggregator.web.door import Answer, Door, Doors
from aggregator.web.page import fail, stylesheet
from aggregator.web.problem import PROBLEM, Unanswerable, problem
from aggregator.web.published import Published, Receive, Scope, Send
from aggregator.web.watch import Watch

# Fifty readers behind one address may ask for a feed within the same minute; then one every 30 s.
_POLLS = (60, 2.0)


class Site:
    """Hands each request to the part that it is for."""

    def __init__(self, published: Published, rest: Starlette) -> None:
        self._published = published
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request: feeds before all else, for they are asked for most."""
        is_http = scope["type"] == "http"
        if is_http and (scope["path"].startswith("/feeds/") or self._published.has(scope["path"])):
            await self._published(scope, receive, send)
        else:
            await self._rest(scope, receive, send)


def create_site(store: Store, vocabulary: Vocabulary, config: Config) -> Site:
    """The site over this archive and the folder that it is published to."""
    limit = config.rate_limit
    burst, rate = _POLLS if limit else (1, 0.0)
    published = Published(
        config.publish,
        Allowance(burst, rate),
        base_url=config.base_url,
        hub=config.hub,
        page_policy=_page_policy(),
    )
    watch = Watch(store, (config.publish,))
    doors = Doors(store, vocabulary, config, Allowance(max(limit, 1), limit), watch.count)
    here = [*api.DOORS, *search.DOORS, *pages.DOORS, *overviews.DOORS, *trends.DOORS, _description(config)]
    here += [Door("/health", watch.health), Door("/metrics", watch.metrics), _STYLE, _ROBOTS]
    routes = [Route(door.path, _through(doors, door), methods=["GET"]) for door in here]
    handlers: Any = {404: partial(_not_there, config), 405: _not_so}
    return Site(published, Starlette(routes=routes, exception_handlers=handlers))


def _description(config: Config) -> Door:
    told = json.dumps(openapi.describe(api.DOORS, config.base_url), indent=1).encode()
    return Door(openapi.PATH, lambda _: Answer(told, api.JSON, api.OPEN), "This description.")


_STYLE = Door("/style.css", lambda _: Answer(stylesheet(), "text/css; charset=utf-8"), "The stylesheet.")
# Searches without end are no pages to be kept; feeds, articles and stories are.
_ROBOTS_TEXT = b"User-agent: *\nDisallow: /api/\nDisallow: /charts/\nDisallow: /search.\nDisallow: /*?*q=\n"
_ROBOTS = Door("/robots.txt", lambda _: Answer(_ROBOTS_TEXT, "text/plain; charset=utf-8"), "For crawlers.")


async def _not_there(config: Config, request: Request, _: Exception) -> Response:
    error = Unanswerable(404, "there is nothing at this address")
    if request.url.path.startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
        return Response(problem(404, error.words), 404, media_type=PROBLEM)
    page = fail(config, error, request.query_params)
    return Response(page.body, 404, dict(page.headers), media_type=page.media_type)


async def _not_so(request: Request, _: Exception) -> Response:
    body = problem(405, "only GET and HEAD are answered here")
    return Response(body, 405, {"allow": "GET, HEAD"}, media_type=PROBLEM)


def _through(doors: Doors, door: Door) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return await doors.open(door, request)

    return answer


def _page_policy() -> str:
    """What a published page may load: its own style, by its hash, and pictures."""
    digest = b64encode(sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
