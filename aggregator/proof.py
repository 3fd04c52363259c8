"""What a trial proved of a site's ways in: which works, what it would take in, what to write down.

Pure values: nothing is fetched or stored here. Start reading at `Proof`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from aggregator.items import Way

# So much more than the best way alone names is worth reading several ways together.
_TOGETHER = 1.03


@dataclass(frozen=True, slots=True)
class Shown:
    """One article as it would be taken in, or why it would not be.

    Shapes: `published` is ISO 8601, to the minute or the day as stated; None where unknown.
    """

    url: str
    way: Way
    title: str = ""
    published: str | None = None
    language: str = ""
    words: int = 0
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class WayProof:
    """What one way in yields, and what looking at some of its articles showed.

    Shapes: `articles` are addresses named, at least so many where not `is_whole`; `full_text` is
        the share of them whose whole text the way itself gives; `newest` and `oldest` as the way
        says, else as the articles say; `good` of `seen` articles looked at were articles.
    """

    way: Way
    urls: tuple[str, ...]
    articles: int
    is_whole: bool = True
    newest: date | None = None
    oldest: date | None = None
    full_text: float = 0.0
    dated: float = 0.0
    languages: tuple[str, ...] = ()
    good: int = 0
    seen: int = 0
    why: str = ""
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """All that a trial of one site showed; `ways` best first, only those that work.

    Shapes: `shown` come newest first; `tried` are lines on what was asked and did not work;
        `total` counts articles that any way names; `is_under` says that articles stand under
        the path of the address.
    """

    source_id: str
    url: str
    ways: tuple[WayProof, ...] = ()
    shown: tuple[Shown, ...] = ()
    programs: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    total: int = 0
    is_under: bool = True
    needs_browser: bool = False
    requests: int = 0
    tried: tuple[str, ...] = ()
    moved_to: str | None = None
    default_api: tuple[str, ...] = ()

    @property
    def best(self) -> WayProof | None:
        """The way that yields most; None where none works."""
        return self.ways[0] if self.ways else None

    @property
    def chosen(self) -> tuple[Way, tuple[str, ...]] | None:
        """The way to write down, with its addresses; `auto` where several ways are better together.

        A sitemap is long and slow to show what is new: where there is a feed beside it, the feed
        tells what is new and the sitemap what there is.
        """
        best = self.best
        if best is None:
            return None
        has_feed = any(way.way is Way.FEED and not way.is_stale for way in self.ways)
        is_together = self.total > best.articles * _TOGETHER and len(self.ways) > 1
        is_elsewhere = best.way is Way.WORDPRESS and not set(best.urls) <= set(self.default_api)
        if is_together or is_elsewhere or (best.way is Way.SITEMAP and has_feed):
            return Way.AUTO, ()
        return best.way, best.urls if best.way in (Way.FEED, Way.LISTING) else ()


def as_json(proof: Proof) -> Mapping[str, object]:
    """The proof for machines: the chosen way first, then each way with its figures."""
    chosen = proof.chosen
    return {
        "source": proof.source_id or None,
        "url": proof.url,
        "way": chosen[0].value if chosen else None,
        "urls": list(chosen[1]) if chosen else [],
        "articles": proof.total,
        "languages": list(proof.languages),
        "programs": list(proof.programs),
        "needs_browser": proof.needs_browser,
        "moved_to": proof.moved_to,
        "requests": proof.requests,
        "ways": [_way(way) for way in proof.ways],
        "shown": [
            {"url": s.url, "way": s.way.value, "title": s.title, "published": s.published,
             "language": s.language, "words": s.words, "refused": s.refused}
            for s in proof.shown
        ],
        "tried": list(proof.tried),
    }  # fmt: skip


def _way(way: WayProof) -> Mapping[str, object]:
    return {
        "way": way.way.value,
        "urls": list(way.urls),
        "articles": way.articles,
        "is_whole": way.is_whole,
        "newest": way.newest,
        "oldest": way.oldest,
        "full_text": way.full_text,
        "dated": way.dated,
        "languages": list(way.languages),
        "good": way.good,
        "seen": way.seen,
        "why": way.why,
    }
