"""A road without an archive: ways into sites are tried, a few articles read, and nothing is kept.

Knows neither Scrapy nor the store. Start reading at `Trial.proofs`.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from aggregator.errors import ParseError
from aggregator.items import (
    Article,
    Candidate,
    Fetched,
    Precision,
    Refused,
    RobotsRules,
    Source,
    SourceMemory,
    Vocabulary,
    Way,
)
from aggregator.proof import Proof, Shown, WayProof
from aggregator.urls import canonical_url
from pipelines.pool import Digester
from spiders import wordpress
from spiders.base import RobotsMemory
from spiders.comparing import Comparing, Sampling
from spiders.entrance import Depth
from spiders.listing import parse
from spiders.marks import needs_browser, programs_of
from spiders.offer import Offer, union
from spiders.reading import decode

_ALL = Depth(None, None)
_TELL_TEXT = (Way.WORDPRESS, Way.FEED)  # what the ways say is merged: others got theirs from these


class Trial:
    """Carries the trial of some Sources: visits out, digested samples in."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        sources: Sequence[Source],
        *,
        kind: type[Comparing] = Sampling,
    ) -> None:
        self._visits = [kind(source, SourceMemory(source.id), _ALL) for source in sources]
        self._digester = Digester(vocabulary, 1)
        self._read: dict[str, list[tuple[Fetched, Article | Refused]]] = {}

    async def open_robots(self, robots: RobotsMemory) -> tuple[RobotsRules, ...]:
        """None: robots.txt is read anew."""
        return ()

    async def visits(self) -> AsyncIterator[Comparing]:
        """All of them; each host has a queue of its own."""
        for visit in self._visits:
            yield visit

    def visit_planned(self, visit: Any, requests: int) -> None:  # noqa: ANN401  a Visit
        """A trial's samples are few: nothing to foretell."""

    def visit_over(self, visit: Any) -> None:  # noqa: ANN401  a Visit
        """Nothing is settled after a trial."""

    async def digest(self, item: object) -> object:
        """The page with its Article, or the reason why there is none."""
        if not isinstance(item, Fetched):
            return item
        visit = next(visit for visit in self._visits if visit.source.id == item.source_id)
        return (item, await self._digester.digest(item, visit.source, visit.memory))

    async def save(self, item: object) -> object:
        """Keeps what was read until the trial is over."""
        source_id = getattr(item, "source_id", None)
        if isinstance(item, tuple):
            source_id = item[0].source_id
            self._read.setdefault(source_id, []).append(item)
        for visit in self._visits:
            if visit.source.id == source_id:
                visit.open_items -= 1
        return item

    async def close(self) -> None:
        """Lets go of the digester."""
        self._digester.close()

    def listed(self) -> tuple[Candidate, ...]:
        """All that the ways in named as articles, in no order."""
        kept = [(visit, union(visit.offers())) for visit in self._visits]
        return tuple(visit.candidates[key] for visit, keys in kept for key in keys)

    def proofs(self) -> tuple[Proof, ...]:
        """What each Source's ways in have shown, in the order in which they were given."""
        return tuple(_proof(visit, self._read.get(visit.source.id, [])) for visit in self._visits)


def _proof(visit: Comparing, read: Sequence[tuple[Fetched, Article | Refused]]) -> Proof:
    outcomes = {canonical_url(fetched.candidate.url): outcome for fetched, outcome in read}
    ways = []
    failed = list(dict.fromkeys([*visit.past_errors, *visit.errors]))
    kept: list[Offer] = []
    for offer in visit.offers():
        judged = [outcomes[key] for key in offer.keys if key in outcomes]
        good = [one for one in judged if isinstance(one, Article)]
        if judged and not good:
            failed.append(f"{offer.way.value}: {len(judged)} pages looked at, none is an article")
        else:
            ways.append(_way(visit, offer, judged))
            kept.append(offer)
    home = visit.home
    shown = sorted((_shown(f, o) for f, o in read), key=lambda one: one.published or "", reverse=True)
    total = union(kept)
    under = urlsplit(visit.source.url).path.rstrip("/") + "/"
    return Proof(
        visit.source.id,
        visit.source.url,
        tuple(ways),
        tuple(shown),
        programs=tuple(program.name for program in programs_of(decode(home))) if home else (),
        languages=_languages([outcome for _, outcome in read]),
        total=len(total),
        is_under=any(urlsplit(key).path.startswith(under) for key in total),
        needs_browser=not total and home is not None and _is_shell(visit),
        requests=len(visit.listed) + visit.counts["fetched"] + 2,
        tried=tuple(failed),
        moved_to=home.url if home and _host(home.url) != _host(visit.source.url) else None,
        default_api=wordpress.first_urls(visit.source),
    )


def _way(visit: Comparing, offer: Offer, judged: Sequence[Article | Refused]) -> WayProof:
    named = [visit.candidates[key] for key in offer.keys]
    good = [one for one in judged if isinstance(one, Article)]
    days = [one.published.day for one in good if one.published]
    claims = [claim.why for claim in visit.claims if claim.url in offer.urls]
    return WayProof(
        offer.way,
        offer.urls,
        len(offer.keys),
        is_whole=offer.is_whole,
        newest=offer.newest or max(days, default=None),
        oldest=offer.oldest or min(days, default=None),
        full_text=_share(one.is_full_text for one in named) if offer.way in _TELL_TEXT else 0.0,
        dated=_share(one.published is not None for one in named),
        languages=_languages(judged),
        good=len(good),
        seen=len(judged),
        why=claims[0] if claims else "a well-known place",
        is_stale=offer.is_stale,
    )


def _shown(fetched: Fetched, outcome: Article | Refused) -> Shown:
    candidate = fetched.candidate
    if isinstance(outcome, Refused):
        why = f"{outcome.reason.value}: {outcome.detail}".rstrip(": ")
        return Shown(candidate.url, candidate.way, candidate.title or "", refused=why)
    date = outcome.published
    published = None
    if date is not None:
        is_minute = date.precision is Precision.MINUTE and date.at is not None
        published = date.at.isoformat() if is_minute and date.at else date.day.isoformat()
    words = len(outcome.text.split())
    return Shown(candidate.url, candidate.way, outcome.title, published, outcome.language, words)


def _share(flags: Iterable[bool]) -> float:
    told = list(flags)
    return round(sum(told) / len(told), 2)


def _languages(outcomes: Sequence[Article | Refused]) -> tuple[str, ...]:
    counts = Counter(one.language for one in outcomes if isinstance(one, Article) and one.language)
    return tuple(language for language, _ in counts.most_common())


def _is_shell(visit: Comparing) -> bool:
    try:
        return visit.home is not None and needs_browser(parse(visit.home))
    except ParseError:
        return False


def _host(url: str) -> str:
    return urlsplit(url).netloc.removeprefix("www.")
