"""A browser for pages that scripts draw: the system's Chromium, without any network of its own.

What a page asks for is fetched here, by the crawl's own road: guard, robots.txt, pace and limits hold
for each script as for each page. Knows nothing of lists and articles. Start reading at
`Render.process_response`.
"""

import asyncio
import logging
import os
import shutil
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Response
from scrapy.http.request import NO_CALLBACK

from aggregator.items import Source
from spiders.guard import count
from spiders.refusal import Refusal, Rule
from spiders.visit import Visit

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright, Route
    from playwright.async_api import Request as Asked

log = logging.getLogger(__name__)

EXTRA = "pip install 'lombardy-aggregator[browser]'"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Whatever does not pass through our hands meets a proxy that is not there, for a name that is not found.
_NO_NETWORK = (
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--js-flags=--max-old-space-size=256",
)
# At a pace of a second the forty parts of a large page take as long; what is drawn by then is taken.
_PATIENCE = 45.0
_LONGEST = 60.0
_PARTS = 60
_PART_BYTES = 32 * 1024 * 1024  # of one page's parts, and of the scripts that a crawl keeps
_AT_ONCE = 2  # pages drawn side by side: each is a process of 60 to 100 MB
_ASKED = frozenset({"script", "fetch", "xhr"})
# The script's own headers may pass; those that name a reader or a browser are ours to set.
_OURS = frozenset(
    {"user-agent", "cookie", "referer", "host", "accept-encoding", "accept-language", "connection"}
)
# In a world of its own, where the page's scripts have put nothing in the way of the DOM.
_SERIALISE = """(() => {
    const html = document.documentElement.outerHTML;
    return html.length > %d ? null : html;
})()"""


class Render:
    """Downloader middleware: draws the HTML pages of Sources that say `render`, as a reader sees them."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._largest = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._driver: Playwright | None = None
        self._browser: Browser | None = None
        self._launching = asyncio.Lock()
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._scripts: dict[str, Response] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The browser of a crawl; it is started for the first page that needs it."""
        render = cls(crawler)
        crawler.signals.connect(render.close, signals.spider_closed)
        return render

    def process_request(self, request: Request) -> None:
        """Refuses to ask for what could not be drawn: the extra is not installed."""
        source = request.meta.get("source")
        if isinstance(source, Source) and source.render and not is_installed():
            raise self._refusal(f"{source.id} says render = true, which needs the extra: {EXTRA}")

    async def process_response(self, request: Request, response: Response) -> Response:
        """The page with what its scripts drew; any other answer as it is."""
        source, visit = request.meta.get("source"), request.meta.get("visit")
        if not (isinstance(source, Source) and source.render and isinstance(visit, Visit)):
            return response  # of another Source, or a part of a page, or a file of rules
        if response.status != 200 or not isinstance(response, HtmlResponse):
            return response
        from playwright.async_api import Error

        async with self._free:
            try:
                html = await asyncio.wait_for(self._draw(request, response, source), _LONGEST)
            except (Error, TimeoutError) as error:
                words = str(error).strip().partition("\n")[0] or "its scripts do not end"
                raise self._refusal(f"{response.url} could not be drawn: {words}") from error
        if html is None:
            count(self._crawler, Rule.TOO_LARGE)
            raise Refusal(Rule.TOO_LARGE, f"{response.url}: its scripts draw more than is taken")
        return _drawn(response, html)

    async def _draw(self, request: Request, response: HtmlResponse, source: Source) -> str | None:
        """The document as it stands when nothing more is asked for; None where it is too large."""
        from playwright.async_api import TimeoutError as TakesTooLongError

        browser = await self._launched()
        context = await browser.new_context(
            user_agent=str(self._crawler.settings["USER_AGENT"]),
            locale=source.languages[0] if source.languages else None,
            timezone_id=source.zone,
            service_workers="block",
            accept_downloads=False,
        )
        try:
            await context.route("**/*", _Page(self._crawler, request, response, self._scripts).answer)
            page = await context.new_page()
            with suppress(TakesTooLongError):
                await page.goto(response.url, wait_until="networkidle", timeout=_PATIENCE * 1000)
            session = await context.new_cdp_session(page)
            frames = await session.send("Page.getFrameTree")
            world = await session.send(
                "Page.createIsolatedWorld", {"frameId": frames["frameTree"]["frame"]["id"]}
            )
            asked = {"expression": _SERIALISE % self._largest, "contextId": world["executionContextId"]}
            answer = await session.send("Runtime.evaluate", {**asked, "returnByValue": True})
            html = answer["result"].get("value")
            return html if isinstance(html, str) else None
        finally:
            await self._leave(context)

    async def _leave(self, context: "BrowserContext") -> None:
        """Closes a page; one whose scripts never end takes the browser with it."""
        try:
            await asyncio.wait_for(context.close(), 5)
        except Exception:  # noqa: BLE001 - however it fails: a browser that does not obey is let go
            await self.close()

    async def _launched(self) -> "Browser":
        from playwright.async_api import Error

        async with self._launching:
            if self._browser is None or not self._browser.is_connected():
                try:
                    self._browser = await self._launch()
                except Error as error:
                    words = str(error).strip().partition("\n")[0]
                    raise self._refusal(f"Chromium, which `render` needs, does not start: {words}") from error
            return self._browser

    async def _launch(self) -> "Browser":
        from playwright.async_api import async_playwright

        is_root = os.geteuid() == 0  # Chromium's sandbox cannot be had as root
        if is_root:
            log.warning("the browser runs without its sandbox: better run as an ordinary user")
        self._driver = self._driver or await async_playwright().start()
        return await self._driver.chromium.launch(
            executable_path=find_chromium(),
            args=_NO_NETWORK,
            chromium_sandbox=not is_root,
            handle_sigint=False,
            handle_sigterm=False,
        )

    async def close(self) -> None:
        """Ends the browser, if one was started."""
        browser, driver = self._browser, self._driver
        self._browser = self._driver = None
        with suppress(Exception):  # it may be gone already
            if browser is not None:
                await asyncio.wait_for(browser.close(), 5)
        if driver is not None:
            await driver.stop()

    def _refusal(self, detail: str) -> Refusal:
        count(self._crawler, Rule.BROWSER)
        return Refusal(Rule.BROWSER, detail)


class _Page:
    """What one page may ask for: itself once, then scripts and data of its Source's hosts, so many."""

    def __init__(
        self, crawler: Crawler, request: Request, response: HtmlResponse, scripts: dict[str, Response]
    ) -> None:
        self._crawler, self._request, self._response, self._scripts = crawler, request, response, scripts
        self._is_open = False
        self._left, self._bytes_left = _PARTS, _PART_BYTES

    async def answer(self, route: "Route", asked: "Asked") -> None:
        """Answers the browser from here, or not at all: it never goes on to the network."""
        from playwright.async_api import Error

        with suppress(Error):  # the page was left meanwhile
            if not self._is_open:
                self._is_open = True
                kind = (self._response.headers.get("Content-Type") or b"text/html").decode("latin-1")
                await route.fulfill(body=self._response.body, headers={"content-type": kind})
            elif asked.resource_type == "stylesheet":
                await route.fulfill(body="", content_type="text/css")  # programs wait for theirs to load
            elif part := await self._part(asked):
                await route.fulfill(status=part.status, body=part.body, headers=_headers_for(part))
            else:
                await route.abort("aborted")  # the page stays as it is, where it wanted to go elsewhere

    async def _part(self, asked: "Asked") -> Response | None:
        """The script or data; None for all else, and for what cannot or must not be had."""
        if asked.method != "GET" or asked.resource_type not in _ASKED or asked.is_navigation_request():
            return None
        if (kept := self._scripts.get(asked.url)) is not None:
            return kept
        if self._left <= 0 or self._bytes_left <= 0:
            return None
        self._left -= 1
        given = {k: v for k, v in asked.headers.items() if k not in _OURS and not k.startswith("sec-")}
        ours = {k: v for k, v in self._request.meta.items() if k in ("source", "proxy", "download_slot")}
        ask = Request(asked.url, headers=given, callback=NO_CALLBACK, meta=ours, dont_filter=True)
        try:
            part = await self._crawler.engine.download_async(ask)
        except Exception as error:  # noqa: BLE001 - whatever keeps it away, the page goes on without
            log.info("not loaded page=%s part=%s error=%s", self._response.url, asked.url, error)
            return None
        self._bytes_left -= len(part.body)
        self._keep(asked, part)
        return part

    def _keep(self, asked: "Asked", part: Response) -> None:
        """Keeps a script for the crawl's other pages: it is asked for once."""
        held = sum(len(kept.body) for kept in self._scripts.values())
        if asked.resource_type == "script" and part.status == 200 and held + len(part.body) <= _PART_BYTES:
            self._scripts[asked.url] = part


def _headers_for(part: Response) -> dict[str, str]:
    """What the browser must know of a part: its type, and which pages may read it."""
    names = (name.decode("latin-1").lower() for name in part.headers)
    told = (name for name in names if name == "content-type" or name.startswith("access-control-"))
    return {name: (part.headers.get(name) or b"").decode("latin-1") for name in told}


def _drawn(response: HtmlResponse, html: str) -> Response:
    """The answer with the drawn document; without validators, which are those of the empty shell."""
    headers = response.headers.copy()
    for name in ("ETag", "Last-Modified", "Content-Length"):
        headers.pop(name, None)
    headers["Content-Type"] = "text/html; charset=utf-8"
    text = f"<!DOCTYPE html>{html}".encode("utf-8", "replace")
    return response.replace(body=text, headers=headers, encoding="utf-8")


def find_chromium() -> str | None:
    """The system's Chromium or Chrome; None where only one that Playwright installed may be there."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


def is_installed() -> bool:
    """Whether the extra is there."""
    return find_spec("playwright") is not None
