"""Scrapy's settings: manners and limits of the spiders, the stages, and what Scrapy must not do.

Knows no source and no option of a run; `crawl` adds those. Start reading at `ITEM_PIPELINES`.
"""

from spiders.manners import MANNERS

BOT_NAME = "aggregator"
SPIDER_MODULES = ["spiders"]
NEWSPIDER_MODULE = "spiders"
ROAD = "aggregator.road.Road"

ITEM_PIPELINES = {"pipelines.stages.Normalise": 100, "pipelines.stages.Save": 200}
# Spiders see every status, and keep their own account of depth, duplicates and hosts.
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {}
EXTENSIONS_BASE: dict[str, int] = {}
COOKIES_ENABLED = False  # a session would make pages differ from what a reader sees
CONCURRENT_REQUESTS = 32
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY_JITTER = 0.25
# Bytes of pages whose items are still in the stages; beyond it downloads wait for the pool.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 10_000_000
# Scrapy makes so many tasks for each answer, whatever it brings: 100, its default, took a fifth of
# the reactor's time over pages of one item each. Lists of whole articles still pass 80 a second.
CONCURRENT_ITEMS = 16
LOG_ENABLED = False  # the commands set up logging, one line a fact
STATS_DUMP = False

globals().update(MANNERS)
