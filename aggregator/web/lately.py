"""What was true a moment ago, for questions that are asked more often than their answers change.

Knows nothing of what is asked. Start reading at `Lately.get`.
"""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

SECONDS = 60.0
"""As old as an answer may be that is kept: browsers and proxies keep theirs as long."""

Value = TypeVar("Value")


class Lately(Generic[Value]):
    """One answer, made anew when it is asked for and the last one is too old."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._made: tuple[float, Value] | None = None

    def get(self, make: Callable[[], Value]) -> Value:
        """The answer; whoever asks while it is made waits for it rather than make it as well."""
        with self._lock:
            now = self._clock()
            if self._made is None or now - self._made[0] >= SECONDS:
                self._made = (now, make())
            return self._made[1]
