"""A crawl in a process of its own: a plan as JSON on standard input, what came of it on output."""

import json
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from twisted.python.failure import Failure

from aggregator.items import RobotsRules, Source
from spiders.manners import MANNERS
from spiders.refusal import GivenUp, Refusal
from spiders.robots import Robots


class Probe(Spider):
    name = "probe"
    plan: dict[str, Any]
    rows: dict[str, dict[str, Any]]
    robots: Robots

    async def start(self) -> AsyncIterator[Request]:
        robots = self.crawler.get_downloader_middleware(Robots)
        assert isinstance(robots, Robots)
        self.robots = robots
        hours = timedelta(hours=self.plan.get("robots_age_hours", 0))
        for origin, text in self.plan.get("robots", {}).items():
            robots.preload([RobotsRules(origin, datetime.now(UTC) - hours, text)])
        for number, ask in enumerate(self.plan["ask"]):
            values = ask["source"].items()
            fields: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in values}
            source = Source(**fields)
            meta: dict[str, Any] = {"source": source, "name": ask["name"]}
            if "slot" in ask:
                meta["download_slot"] = ask["slot"]
            if "timeout" in ask:
                meta["download_timeout"] = ask["timeout"]
            if "proxy" in ask:
                meta["proxy"] = ask["proxy"]
            yield Request(
                ask["url"], self.parse, errback=self.failed, meta=meta, dont_filter=True, priority=-number
            )

    def parse(self, response: Response, **kwargs: Any) -> None:
        assert response.request is not None
        self.rows[response.request.meta["name"]] = {
            "status": response.status,
            "url": response.url,
            "size": len(response.body),
        }

    def closed(self, reason: str) -> None:
        self.rows["robots"] = {rules.origin: rules.text for rules in self.robots.fetched}

    def failed(self, failure: Failure) -> None:
        error = failure.value
        row = {"error": type(error).__name__, "text": str(error)}
        if isinstance(error, Refusal):
            row |= {"rule": str(error.rule), "reason": str(error.reason)}
        if isinstance(error, GivenUp):
            row |= {"retry_at": error.retry_at.isoformat() if error.retry_at else ""}
        self.rows[failure.request.meta["name"]] = row  # type: ignore[attr-defined]  # Scrapy sets it


def main() -> None:
    plan = json.load(sys.stdin)
    rows: dict[str, dict[str, Any]] = {}
    process = AsyncCrawlerProcess(
        {
            **MANNERS,
            "SPIDER_MIDDLEWARES_BASE": {},
            "EXTENSIONS_BASE": {},
            "LOG_ENABLED": False,
            **plan["settings"],
        },
    )
    crawler = process.create_crawler(Probe)
    process.crawl(crawler, plan=plan, rows=rows)
    process.start()
    stats = crawler.stats.get_stats()
    counted = {key: value for key, value in stats.items() if isinstance(value, int)}
    json.dump({"rows": rows, "stats": counted}, sys.stdout)


if __name__ == "__main__":
    main()
