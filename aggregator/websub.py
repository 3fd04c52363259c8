"""Tells a WebSub hub which feeds have changed, so that subscribers need not ask by the hour.

The publisher's side alone; knows nothing of how feeds are made. Start reading at `announce`.
"""

import urllib.request
from collections.abc import Iterable, Sequence
from urllib.error import HTTPError
from urllib.parse import urlencode

from aggregator import __version__
from aggregator.errors import AggregatorError

_SECONDS = 20
# What a form of 100 addresses takes is some 10 kB; servers refuse bodies from 1 MB on.
_AT_ONCE = 100
_ENDINGS = (".rss", ".atom", ".json")


class HubError(AggregatorError):
    """A hub that did not take what it was told, in words for a person."""


def topics(written: Iterable[str], base_url: str) -> tuple[str, ...]:
    """The addresses of the feeds among these files of a publication; documents of the history are none."""
    start = base_url.rstrip("/")
    return tuple(f"{start}/{name}" for name in written if name.endswith(_ENDINGS) and name.count("/") == 1)


def announce(hub: str, changed: Sequence[str], user_agent: str) -> None:
    """Tells the hub that these feeds have changed.

    Raises: HubError when it cannot be reached or refuses; readers then see the change when they ask.
    Source: PubSubHubbub 0.3 section 7.1, which WebSub leaves open and its hubs keep to.
    """
    for start in range(0, len(changed), _AT_ONCE):
        form = [("hub.mode", "publish"), *(("hub.url", url) for url in changed[start : start + _AT_ONCE])]
        headers = {"User-Agent": f"{user_agent}/{__version__}"}
        request = urllib.request.Request(hub, urlencode(form).encode(), headers)  # noqa: S310  the option takes http(s) alone
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS):  # noqa: S310
                pass
        except OSError as error:
            if isinstance(error, HTTPError):
                error.close()  # it is the answer, with an open connection
            raise HubError(f"the hub {hub} was not told of the changed feeds: {error}") from error
