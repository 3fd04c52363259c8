"""How long an answer says that it stays good."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.items import Page
from spiders.freshness import fresh_for


@pytest.mark.parametrize(
    ("headers", "body", "minutes"),
    [
        ({}, "", 0),
        ({"cache-control": "max-age=900"}, "", 15),
        ({"cache-control": "public, max-age=3600, s-maxage=60"}, "", 60),
        ({"cache-control": "s-maxage=600"}, "", 0),
        ({"cache-control": "max-age=900", "age": "300"}, "", 10),
        ({"cache-control": "max-age=900", "age": "3000"}, "", 0),
        ({"cache-control": "max-age=900, must-revalidate"}, "", 15),
        ({"cache-control": "no-cache, max-age=900"}, "", 0),
        ({"cache-control": "max-age=soon"}, "", 0),
        ({}, "<rss><channel><ttl>60</ttl>", 60),
        ({}, "<rss><channel><ttl> 1440 </ttl>", 1440),
        ({}, "<rss><channel><ttl>spesso</ttl>", 0),
        ({}, "<sy:updatePeriod>\n\thourly\t</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>", 60),
        ({}, "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 360),
        ({}, "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 1440),
        ({"cache-control": "max-age=60"}, "<ttl>5</ttl>", 5),
        ({}, " " * 9000 + "<ttl>60</ttl>", 0),
    ],
)
def test_what_a_list_says_of_its_next_change(headers: dict[str, str], body: str, minutes: int) -> None:
    page = Page(
        "https://a.example/feed",
        body.encode(),
        datetime(2026, 5, 11, tzinfo=UTC),
        headers=tuple(headers.items()),
    )
    assert fresh_for(page) == timedelta(minutes=minutes)
