"""Scrapy's settings for polite and safe crawling, as one table to merge into the project's.

Knows nothing of sources, stages or options; numbers carry their reason. Read `MANNERS`.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    _VERSION = version("lombardy-aggregator")
except PackageNotFoundError:
    _VERSION = "0"

MIB = 1024 * 1024


def user_agent(contact: str = "") -> str:
    """The honest name that servers see: product, version and where the operator can be reached."""
    return f"aggregator/{_VERSION}" + (f" (+{contact})" if contact else "")


MANNERS: dict[str, object] = {
    "USER_AGENT": user_agent(),
    "DOWNLOADER_MIDDLEWARES_BASE": {},
    "DOWNLOADER_MIDDLEWARES": {
        # Nearest to the spider. Requests go down the list, answers and failures up.
        "spiders.browser.Render": 30,
        "spiders.guard.Guard": 50,
        "spiders.robots.Robots": 100,
        "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
        "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
        "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
        "spiders.retry.Retry": 550,
        "spiders.redirect.MetaRefresh": 580,
        "spiders.redirect.Unpack": 590,
        "spiders.redirect.Redirect": 600,
        "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": 750,
        "spiders.connect.Connect": 840,
        "scrapy.downloadermiddlewares.stats.DownloaderStats": 850,
        # Nearest to the network.
    },
    "DEFAULT_REQUEST_HEADERS": {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
    # Our own middleware obeys it: Scrapy's takes a failing server for one that allows everything.
    "ROBOTSTXT_OBEY": False,
    "COOKIES_ENABLED": False,
    "TWISTED_DNS_RESOLVER": "spiders.connect.Resolver",
    "REACTOR_THREADPOOL_MAXSIZE": 20,  # names are resolved in threads; slow ones hold up only so many
    # One connection a host; the Source's pace is set per host by the guard, this is the floor.
    "CONCURRENT_REQUESTS": 32,  # those that wait for a retry or a slot count; a stop drains them
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DOWNLOAD_DELAY": 0.0,
    "DOWNLOAD_DELAY_JITTER": 0.25,
    # The largest list pages and feeds seen are 3 MB; a 20 MB page costs 20 times an average crawl's memory.
    "DOWNLOAD_MAXSIZE": 10 * MIB,
    "DOWNLOAD_WARNSIZE": 0,
    "DOWNLOAD_TIMEOUT": 30,  # for the whole answer, so an endless drip ends as well
    "DOWNLOAD_FAIL_ON_DATALOSS": True,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DOWNLOAD_HANDLERS": {
        "http": "spiders.heads.Handler",
        "https": "spiders.heads.Handler",
        "data": None,
        "file": None,
        "ftp": None,
        "s3": None,
    },
    "REDIRECT_MAX_TIMES": 8,
    "METAREFRESH_MAXDELAY": 3,  # seconds; slower ones reload a front page, they do not move it
    "RETRY_TIMES": 3,
    "RETRY_BACKOFF": 1.0,
    "RETRY_AFTER_MAX": 120.0,
    "RETRY_HOST_FAILURES": 5,
    "REMOTE_CONTROL_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
}
