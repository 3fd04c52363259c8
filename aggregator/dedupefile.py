"""Articles in rows to groups of the same article: what `dedupe --jsonl` prints.

The archive's own rules on a memory of what came before; no database. Start reading at
`dedupe_rows`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from aggregator.errors import AggregatorError
from aggregator.items import Level, Match
from aggregator.near import Kin, MemoryPostings
from aggregator.urls import canonical_url
from pipelines.dedupe import relate, sketch
from pipelines.repair import repair
from pipelines.wording import Wording


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
class _Known:
    """All that came before: articles by their number, addresses, texts, postings and groups."""

    ids: list[Any] = field(default_factory=list)
    wordings: list[Wording] = field(default_factory=list)
    kins: list[Kin] = field(default_factory=list)
    groups: dict[int, list[int]] = field(default_factory=dict)
    spoken: dict[int, frozenset[str]] = field(default_factory=dict)
    urls: dict[str, int] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)
    postings: MemoryPostings = field(default_factory=MemoryPostings)

    def take(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one row."""
        if "error" in row:
            raise ValueError(str(row["error"]))
        wording = _wording(row)
        match = self._same(row, wording)
        number = len(self.ids)
        ties = [match] if match else self._like(number, wording)
        self.ids.append(row.get("id"))
        self.wordings.append(wording)
        self.kins.append(Kin(number, wording.language, wording.day))
        self.groups[number], self.spoken[number] = [number], frozenset((wording.language,))
        for tie in ties:
            self._join(number, tie)
        match = ties[0] if ties else Match(Level.NEW, reason="neither its URL nor its text is known")
        return {
            "id": row.get("id"),
            "cluster": str(self.ids[self.kins[number].group]),
            "level": match.level.value,
            "of": None if match.entry_id is None else self.ids[match.entry_id],
            "score": match.score,
            "reason": match.reason,
        }

    def _same(self, row: Mapping[str, Any], wording: Wording) -> Match | None:
        """The article at the same address or of the same text; its own are remembered."""
        number = len(self.ids)
        by_url = self.urls.setdefault(canonical_url(str(row["url"])), number) if row.get("url") else number
        has_text = bool(wording.text.strip())
        by_text = self.texts.setdefault(wording.text_key, number) if has_text else number
        if by_url < number:
            return Match(Level.URL, by_url, reason="same canonical URL")
        if by_text < number:
            return Match(Level.TEXT, by_text, reason="same text")
        return None

    def _like(self, number: int, wording: Wording) -> list[Match]:
        """The ties to nearly the same article and to a translation; its own keys are written down."""
        keys = sketch(wording)
        ties = relate(wording, keys, self)
        self.postings.add(number, (*keys.keys, *keys.cross_keys))
        return ties

    def find(self, probes: Sequence[int]) -> Mapping[int, Sequence[int]]:
        """The numbers of the articles that hold each of these keys."""
        return self.postings.find(probes)

    def kin(self, id_: int) -> Kin:
        """The group of the article, its language and day."""
        return self.kins[id_]

    def languages(self, group: int) -> frozenset[str]:
        """The languages that the group has articles in."""
        return self.spoken[group]

    def wording(self, id_: int) -> Wording:
        """The article's words."""
        return self.wordings[id_]

    def _join(self, number: int, tie: Match) -> None:
        one, other = self.kins[number].group, self.kins[tie.entry_id or 0].group
        if one == other:
            return
        first, second = min(one, other), max(one, other)
        for member in self.groups.pop(second):
            self.kins[member] = replace(self.kins[member], group=first)
            self.groups[first].append(member)
        self.spoken[first] |= self.spoken.pop(second)


def _wording(row: Mapping[str, Any]) -> Wording:
    published = row.get("published")
    return Wording(
        title=repair(str(row.get("title") or "")),
        text=repair(str(row.get("text") or "")),
        language=str(row.get("lang") or row.get("language") or ""),
        source_id=str(row.get("source") or ""),
        day=date.fromisoformat(str(published)[:10]) if published else None,
    )
