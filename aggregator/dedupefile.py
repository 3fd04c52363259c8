"""Articles in rows to groups of the same article: what `dedupe --jsonl` prints.

The archive's own rules on a memory of what came before; no database. Start reading at
`dedupe_rows`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from aggregator.errors import AggregatorError
from aggregator.items import Level, Match
from aggregator.near import MemoryPostings, Sketch, overlap
from aggregator.urls import canonical_url
from pipelines.dedupe import Nearby, cross_favour, decide_near, decide_translation, near_favour, sketch
from pipelines.keys import text_key
from pipelines.repair import repair
from pipelines.wording import Wording

# Articles that are compared in full, of those that share keys: a copy is among the first two.
_CANDIDATES = 5


def dedupe_rows(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """What each article is to those before it, in order of arrival.

    Shapes: rows `{"id","url","title","text","published","lang","source"}`, all but `id` may be
        missing; answers `{"id","cluster","level","of","score","reason"}`, with `error` besides
        where a row cannot be read: such an article is alone.
    """
    known = _Known()
    for row in rows:
        try:
            yield known.take(row)
        except Exception as error:  # noqa: BLE001  a bad row costs its line, not the stream
            reason = str(error) if isinstance(error, AggregatorError | ValueError) else repr(error)
            yield {"id": row.get("id"), "cluster": str(row.get("id")), "level": Level.NEW.value,
                   "of": None, "score": 1.0, "reason": "", "error": reason[:300]}  # fmt: skip


@dataclass(slots=True)
class _Taken:
    """An article that was taken in: what it is called, and its group."""

    id: Any
    wording: Wording
    parent: int


@dataclass(slots=True)
class _Known:
    """All that came before: groups as trees of articles, addresses, texts and postings."""

    articles: list[_Taken] = field(default_factory=list)
    urls: dict[str, int] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)
    near: MemoryPostings = field(default_factory=MemoryPostings)
    languages: dict[int, frozenset[str]] = field(default_factory=dict)

    def take(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one row."""
        if "error" in row:
            raise ValueError(str(row["error"]))
        wording = _wording(row)
        match = self._same(row, wording)
        number = len(self.articles)
        self.articles.append(_Taken(row.get("id"), wording, number))
        self.languages[number] = frozenset((wording.language,))
        ties = [match] if match else self._like(number, wording)
        for tie in ties:
            self._join(number, tie)
        match = ties[0] if ties else Match(Level.NEW, reason="neither its URL nor its text is known")
        of = None if match.entry_id is None else self.articles[match.entry_id].id
        return {
            "id": row.get("id"),
            "cluster": str(self.articles[self._group(number)].id),
            "level": match.level.value,
            "of": of,
            "score": match.score,
            "reason": match.reason,
        }

    def _same(self, row: Mapping[str, Any], wording: Wording) -> Match | None:
        """The article at the same address or of the same text; its own are remembered."""
        number = len(self.articles)
        by_url = self.urls.setdefault(canonical_url(str(row["url"])), number) if row.get("url") else number
        has_text = bool(wording.text.strip())
        by_text = self.texts.setdefault(text_key(wording.text, wording.title), number) if has_text else number
        if by_url < number:
            return Match(Level.URL, by_url, reason="same canonical URL")
        if by_text < number:
            return Match(Level.TEXT, by_text, reason="same text")
        return None

    def _like(self, number: int, wording: Wording) -> list[Match]:
        """The ties to nearly the same article and to a translation, best first."""
        keys = sketch(wording)
        shared = overlap(keys.probes, self.near.find(keys.probes), self._group)

        def favour(other: int) -> int:
            return near_favour(wording, self.articles[other].wording)

        near = decide_near(wording, self._nearby(shared.rank(favour, _CANDIDATES)), shared.rarity)
        self.near.add(number, (*keys.keys, *keys.cross_keys))
        if near and len(self.languages[self._group(near.entry_id or 0)]) > 1:
            return [near]
        translation = self._translation(keys, wording)
        return [tie for tie in (near, translation) if tie]

    def _translation(self, keys: Sketch, wording: Wording) -> Match | None:
        shared = overlap(keys.cross_probes, self.near.find(keys.cross_probes), self._group)

        def favour(other: int) -> int:
            known = self.languages[self._group(other)]
            return 0 if wording.language in known else cross_favour(wording, self.articles[other].wording)

        return decide_translation(wording, self._nearby(shared.rank(favour, _CANDIDATES)))

    def _nearby(self, numbers: Iterable[int]) -> list[Nearby]:
        groups = [(number, self._group(number)) for number in numbers]
        return [Nearby(n, g, self.articles[n].wording, self.languages[g]) for n, g in groups]

    def _group(self, number: int) -> int:
        while (parent := self.articles[number].parent) != number:
            self.articles[number].parent = self.articles[parent].parent
            number = parent
        return number

    def _join(self, number: int, tie: Match) -> None:
        one, other = self._group(number), self._group(tie.entry_id or 0)
        first, second = min(one, other), max(one, other)
        self.articles[second].parent = first
        self.languages[first] |= self.languages[second]


def _wording(row: Mapping[str, Any]) -> Wording:
    published = row.get("published")
    return Wording(
        title=repair(str(row.get("title") or "")),
        text=repair(str(row.get("text") or "")),
        language=str(row.get("lang") or row.get("language") or ""),
        source_id=str(row.get("source") or ""),
        day=date.fromisoformat(str(published)[:10]) if published else None,
    )
