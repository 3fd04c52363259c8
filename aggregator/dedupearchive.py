"""The archive as `dedupe --against-archive` looks at it: read, never written.

Knows nothing of how two articles are compared. Start reading at `Stored`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aggregator.near import Kin
from aggregator.store import Session, kinship, postings
from pipelines.link import wording_of
from pipelines.wording import Wording


@dataclass(slots=True)
class Stored:
    """The archive behind a session. Its Entries and groups have their numbers, below zero."""

    session: Session
    kins: dict[int, Kin] = field(default_factory=dict)
    wordings: dict[int, Wording] = field(default_factory=dict)

    def at_url(self, url: str) -> int:
        """The Entry at that canonical URL; 0 for none."""
        return -next(iter(kinship.at_urls(self.session, [url])), 0)

    def of_text(self, key: str) -> int:
        """The Entry of that text; 0 for none."""
        return -next(iter(kinship.of_text(self.session, key)), 0)

    def find(self, probes: Sequence[int]) -> dict[int, list[int]]:
        """The compared Entries that hold each of these keys."""
        held = postings.find(self.session, probes)
        new = {id_ for ids in held.values() for id_ in ids if -id_ not in self.kins}
        for id_, kin in kinship.kins(self.session, new).items():
            self.kins[-id_] = Kin(-kin.group, kin.language, kin.day)
        found = {key: [-id_ for id_ in ids if -id_ in self.kins] for key, ids in held.items()}
        return {key: ids for key, ids in found.items() if ids}

    def kin(self, id_: int) -> Kin:
        """The group of the Entry, its language and day; one that nobody has compared is alone."""
        if id_ not in self.kins:
            kin = kinship.kins(self.session, [-id_]).get(-id_)
            self.kins[id_] = Kin(-kin.group, kin.language, kin.day) if kin else Kin(id_, "", None)
        return self.kins[id_]

    def languages(self, group: int) -> frozenset[str]:
        """The languages that the group has Entries in."""
        return kinship.languages(self.session, [-group]).get(-group, frozenset())

    def wording(self, id_: int) -> Wording:
        """The Entry's words."""
        if id_ not in self.wordings:
            [told] = kinship.load(self.session, [-id_])
            self.wordings[id_] = wording_of(told)
        return self.wordings[id_]

    def name(self, id_: int) -> str:
        """The Entry's tag."""
        return kinship.names(self.session, [-id_]).get(-id_, "")
