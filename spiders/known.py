"""Which addresses a visit need not ask for: the past decided upon them, or upon another one of their page.

Knows nothing of lists or of the store. Start reading at `Known.wants`.
"""

from dataclasses import dataclass, field

from aggregator.alias import same
from aggregator.items import SourceMemory
from aggregator.urls import url_hash


@dataclass(slots=True)
class Known:
    """What a visit knows of addresses. Mutable: what it wants itself is known from then on."""

    memory: SourceMemory
    _wanted: set[str] = field(default_factory=set)
    _has_tried: bool = False

    def holds(self, key: str) -> bool:
        """Whether the address is decided upon, or leads to a page that is kept under another one."""
        return self._is_decided(key) or same(self.memory.aliases, key) in self.memory.covered

    def wants(self, key: str) -> bool:
        """Whether the address is to be asked for, of those that lead to one page the first.

        One a visit that only its alias makes known is asked for all the same: an alias that errs
        shows itself by what stands there.
        """
        if self._is_decided(key):
            return False
        plain = same(self.memory.aliases, key)
        is_new = plain not in self._wanted and plain not in self.memory.covered
        self._wanted.add(plain)
        if is_new or self._has_tried:
            return is_new
        self._has_tried = True
        return True

    def _is_decided(self, key: str) -> bool:
        """Whether the past decided upon it; of what was withdrawn only hashes are kept."""
        if key in self.memory.known:
            return True
        withdrawn = self.memory.withdrawn
        return bool(withdrawn) and bool(withdrawn & {url_hash(key), url_hash(same(self.memory.aliases, key))})
