"""The yardstick: a stock Scrapy spider that downloads what a sitemap lists, and keeps nothing.

    python -m benchmarks.bare_spider SITEMAP-URL CONNECTIONS

Stock settings but for connections a host; it obeys robots.txt, as the road does. Prints the pages had.
"""

import sys
from collections.abc import Iterator
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.spiders import SitemapSpider

# Seconds. Without any, Scrapy 2.19 opens as many connections as it likes, whatever the setting says; so small
# a one keeps it to the setting, and costs no page a wait.
DELAY = 0.001


class BareSpider(SitemapSpider):
    """Downloads each page of a sitemap."""

    name = "bare"

    def parse(self, response: Response) -> Iterator[Any]:
        """Nothing is read from a page."""
        yield from ()


def main(sitemap: str, connections: int) -> None:
    """Crawls, then prints how many pages came."""
    process = AsyncCrawlerProcess(
        {
            "LOG_ENABLED": False,
            "ROBOTSTXT_OBEY": True,
            "TELNETCONSOLE_ENABLED": False,
            "DOWNLOAD_DELAY": DELAY,
            "CONCURRENT_REQUESTS_PER_DOMAIN": connections,
        }
    )
    crawler = process.create_crawler(BareSpider)
    process.crawl(crawler, sitemap_urls=[sitemap])
    process.start()
    answers = crawler.stats.get_value("downloader/response_status_count/200", 0)
    print(answers - 2)  # robots.txt and the sitemap


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
