"""How long a list says that its answer stays good: what nobody needs to ask again before.

Knows nothing of visits. Start reading at `fresh_for`.
"""

import re
from datetime import timedelta

from aggregator.items import Page

# RFC 9111, 5.2.2.1; where a proxy has kept the answer for a while, Age is taken off.
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NO_STORE = re.compile(r"(?:^|[,\s])(?:no-cache|no-store)\b", re.IGNORECASE)
# RSS 2.0: minutes that the channel can be kept; RSS 1.0's syndication module says it as a period.
_TTL = re.compile(rb"<ttl>\s*(\d{1,6})\s*</ttl>")
_PERIOD = re.compile(rb"<sy:updatePeriod>\s*(hourly|daily|weekly|monthly|yearly)\s*</sy:updatePeriod>")
_FREQUENCY = re.compile(rb"<sy:updateFrequency>\s*(\d{1,4})\s*</sy:updateFrequency>")
_HOURS = {b"hourly": 1, b"daily": 24, b"weekly": 168, b"monthly": 720, b"yearly": 8760}
# What a channel says of itself stands before its first item.
_HEAD = 8192


def fresh_for(page: Page) -> timedelta:
    """The longest that its headers and the head of a feed ask for; nothing where they say nothing."""
    return max(_by_header(page), _by_channel(page.body[:_HEAD]))


def _by_header(page: Page) -> timedelta:
    stated = page.header("cache-control") or ""
    found = _MAX_AGE.search(stated)
    if found is None or _NO_STORE.search(stated):
        return timedelta()
    age = page.header("age") or ""
    return max(timedelta(seconds=int(found[1]) - (int(age) if age.isdecimal() else 0)), timedelta())


def _by_channel(head: bytes) -> timedelta:
    ttl = _TTL.search(head)
    period = _PERIOD.search(head)
    frequency = _FREQUENCY.search(head)
    hours = _HOURS[period[1]] / max(int(frequency[1]) if frequency else 1, 1) if period else 0.0
    return max(timedelta(minutes=int(ttl[1]) if ttl else 0), timedelta(hours=hours))
