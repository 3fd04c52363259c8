"""One publication under way: what stands in the folder, and what has been done so far.

Must not know which feeds there are. Start reading at `Desk.render`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from aggregator.feeds.folder import Folder
from aggregator.feeds.model import FORMATS, Document, Edition
from aggregator.items import Source
from aggregator.store import Session
from aggregator.store.feeds import FeedState

# Raised when a renderer changes: what stands in the folder is then rendered anew.
_RENDERING = 4
ENDINGS = (*(ending for _, ending, _ in FORMATS), "html")
"""Of the files that every feed has."""


@dataclass(slots=True)
class Desk:
    """What the parts of a publication share.

    Shapes: `seq` is the archive's `change_seq`, `digest` of what the bytes depend on beside entries
        and sources; `before` and `states` are the states of feeds by file, as they were and as they
        are now; `altered` are sources of which something else is said since.
    """

    session: Session
    folder: Folder
    edition: Edition
    feed_entries: int
    seq: int
    digest: str
    before: Mapping[str, FeedState]
    altered: tuple[str, ...] = ()
    states: list[FeedState] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    omitted: dict[str, Mapping[str, int]] = field(default_factory=dict)
    unchanged: int = 0

    def render(self, document: Document, *, with_page: bool = True) -> None:
        """Writes the feed in every format, where bytes have changed; without its page if asked so."""
        channel = document.channel
        if document.omitted:
            self.omitted[channel.name] = document.omitted
        for ending, render in _renderers().items():
            self.write(f"feeds/{channel.file}.{ending}", render(document))
        self.folder.remove(f"feeds/{channel.file}.gone")
        if with_page:
            from aggregator.feeds.pages import render_page

            self.write(f"feeds/{channel.file}.html", render_page(document))

    def write(self, name: str, data: bytes) -> None:
        """Writes the file if its bytes are others."""
        if self.folder.write(name, data):
            self.written.append(name)

    def has_all(self, file: str) -> bool:
        """Whether the feed stands in every format."""
        return all(self.folder.has(f"feeds/{file}.{ending}") for ending in ENDINGS)

    def keep(self, name: str, *, seq: int | None = None, digest: str | None = None) -> None:
        """Remembers how far that feed is published now."""
        seq, digest = self.seq if seq is None else seq, self.digest if digest is None else digest
        self.states.append(FeedState(name, seq, digest))

    def end(self, file: str) -> None:
        """Takes a feed that is published no more out of the folder; readers who ask for it are told."""
        for ending in (*ENDINGS, "ics"):
            self.folder.remove(f"feeds/{file}.{ending}")
        documents = sum(name.startswith(f"{file}/") for name in self.before)
        # The one that was filling has no state of its own.
        for number in range(1, documents + 2) if documents else ():
            self.folder.remove(f"feeds/{file}/{number}.atom")
        self.folder.mark(f"feeds/{file}.gone")


def digest_of(edition: Edition, out: Path, feed_entries: int) -> str:
    """What the bytes depend on beside entries and sources, and the folder that they are in."""
    facts = [
        [_RENDERING, str(out.resolve()), feed_entries],
        [edition.authority, edition.language, edition.base_url, edition.summary_length, edition.hub],
        [[term.id, term.labels, term.is_cluster] for _, term in sorted(edition.terms.items())],
    ]
    return _digest(facts)


def _renderers() -> dict[str, Callable[[Document], bytes]]:
    """The formats of a feed. Their libraries take a third of a second to load: not where nothing changed."""
    from aggregator.feeds.jsonfeed import render_json
    from aggregator.feeds.syndication import render_atom, render_rss

    return {"rss": render_rss, "atom": render_atom, "json": render_json}


_SOURCES = "/source/"  # no feed is called so
LISTS = "/lists"
"""The name of the state of index and OPML file."""


def is_feed(state: str) -> bool:
    """Whether the state of that name is of a feed or its history, not of a source or of the lists."""
    return not state.startswith((_SOURCES, LISTS))


def digest_of_value(value: object) -> str:
    """Of a value that is made of texts, numbers and days in their order."""
    return _digest(repr(value))


def source_states(edition: Edition) -> dict[str, FeedState]:
    """What is remembered of each source: a digest of what feeds say of it, or decide by."""
    names = {id_: f"{_SOURCES}{id_}" for id_ in sorted(edition.sources)}
    return {id_: FeedState(name, 0, _digest(_facts(edition.sources[id_]))) for id_, name in names.items()}


def altered_sources(edition: Edition, before: Mapping[str, FeedState]) -> tuple[str, ...]:
    """The sources of which feeds now say something else; none that are new: nothing told of them."""
    states = source_states(edition).items()
    return tuple(id_ for id_, state in states if before.get(state.name, state) != state)


def _digest(facts: object) -> str:
    return blake2b(json.dumps(facts).encode(), digest_size=16).hexdigest()


def _facts(source: Source) -> list[object]:
    return [
        source.id,
        source.name,
        source.url,
        source.feeds,
        source.kind,
        source.cluster,
        source.languages,
        source.zone,
        source.publish,
    ]
