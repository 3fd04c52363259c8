"""The two item stages of a crawl, as plain classes: Normalise, then Save.

They know neither Scrapy nor the store, only the road that they hand each item to; Scrapy finds
them through `from_crawler`. Start reading at `Normalise`.
"""

from typing import Any, Protocol, Self


class Road(Protocol):
    """What the stages need of whoever runs the crawl."""

    async def digest(self, item: object) -> object:
        """The item with its Article, or with the reason why there is none."""

    async def save(self, item: object) -> object:
        """What became of the item once it is durable."""

    async def close(self) -> None:
        """Waits for all that is under way and lets go of database and processes."""


class _Stage:
    def __init__(self, road: Road) -> None:
        self.road = road

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:  # noqa: ANN401  Scrapy's Crawler, unknown to this layer
        """The stage on the road that the crawler's spider walks."""
        return cls(crawler.spider.road)


class Normalise(_Stage):
    """Fetched -> Article, by the pure `digest` in a pool of processes."""

    async def process_item(self, item: object) -> object:
        """The digested item; never raises."""
        return await self.road.digest(item)


class Save(_Stage):
    """Article -> Entry, in one transaction a batch."""

    async def process_item(self, item: object) -> object:
        """The item once it is durable."""
        return await self.road.save(item)

    async def close_spider(self) -> None:
        """Ends the visits: what is still open is saved, settled and its lease given back."""
        await self.road.close()
