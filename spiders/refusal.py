"""What is not asked, or not taken as an answer, and why: exceptions that Scrapy does not retry.

Knows nothing of the rules that lead to one. Start reading at `Refusal`.
"""

from datetime import datetime
from enum import StrEnum

from scrapy.exceptions import IgnoreRequest

from aggregator.items import Page, Reason
from aggregator.parked import is_parked


class Rule(StrEnum):
    """The rule that refused; counted in Scrapy's stats as `guard/<rule>`."""

    NO_SOURCE = "no_source"
    SCHEME = "scheme"
    CREDENTIALS = "credentials"
    URL_LENGTH = "url_length"
    HOST = "host"
    PRIVATE_ADDRESS = "private_address"
    REDIRECTS = "redirects"
    TOO_LARGE = "too_large"
    BROKEN_BODY = "broken_body"
    CERTIFICATE = "certificate"
    ROBOTS = "robots"
    GIVEN_UP = "given_up"
    LOST = "lost"
    BROWSER = "browser"


# Refusals that no later visit would change: the page itself leads away from the Source.
_FOR_GOOD = {Rule.HOST: Reason.OUTSIDE, Rule.SCHEME: Reason.OUTSIDE, Rule.CREDENTIALS: Reason.OUTSIDE}


class Refusal(IgnoreRequest):
    """A request that was not made, or an answer that was not taken.

    Shapes: `reason` is set where no later visit would end otherwise, None where it might.
    """

    def __init__(self, rule: Rule, detail: str) -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule = rule
        self.detail = detail
        self.reason = _FOR_GOOD.get(rule)


class GivenUp(Refusal):
    """A host that is left alone for the rest of the visit; `retry_at` is when it wants to be asked."""

    def __init__(self, host: str, detail: str, retry_at: datetime | None = None) -> None:
        super().__init__(Rule.GIVEN_UP, f"{host} is left alone for now: {detail}")
        self.host = host
        self.retry_at = retry_at


def trouble(page: Page, words: str) -> str:
    """What is wrong with that page: those words, unless a site that has ended explains it all."""
    return (
        f"parked: {page.url} says that its domain is for sale or has ended" if is_parked(page.body) else words
    )
