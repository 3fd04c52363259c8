"""How much one client may ask: a bucket that empties with each request and fills with time.

Knows nothing of HTTP. Addresses are kept in memory as keys, never written anywhere.
Start reading at `Allowance.seconds_to_wait`.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable

# A client more than this many others have asked since is forgotten: 10,000 keys take some 2 MB.
_CLIENTS = 10_000


class Allowance:
    """So many requests at once, and so many a minute after that, for each key.

    A rate of 0 lets everybody ask for as much as they like.
    """

    def __init__(self, burst: int, per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst = float(burst)
        self._rate = per_minute / 60
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def seconds_to_wait(self, key: str) -> int:
        """0, and the request counts; else how long until one is let through, and nothing counts."""
        if not self._rate:
            return 0
        now = self._clock()
        left, asked_at = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - asked_at) * self._rate)
        wait = 0 if left >= 1 else math.ceil((1 - left) / self._rate)
        self._buckets[key] = (left if wait else left - 1, now)
        if len(self._buckets) > _CLIENTS:
            self._buckets.popitem(last=False)
        return wait
