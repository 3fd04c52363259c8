"""Articles in rows to groups of the same article: what `dedupe --jsonl` prints.

The archive's own rules on a memory of what came before, and on an archive where one is given,
which is read and never written. Start reading at `dedupe_rows`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

from aggregator.errors import AggregatorError
from aggregator.items import Level, Match
from aggregator.near import Kin, MemoryPostings
from aggregator.urls import canonical_url
from pipelines.dedupe import relate, sketch
from pipelines.repair import repair
from pipelines.wording import Wording


class Archive(Protocol):
    """What an archive has that rows may be the same as; its articles and groups have numbers below zero."""

    def at_url(self, url: str) -> int:
        """The article at that canonical URL; 0 for none."""
        ...

    def of_text(self, key: str) -> int:
        """The article of that text; 0 for none."""
        ...

    def find(self, probes: Sequence[int]) -> dict[int, list[int]]:
        """The articles that hold each of these keys."""
        ...

    def kin(self, id_: int) -> Kin:
        """The group of the article, its language and day."""
        ...

    def languages(self, group: int) -> frozenset[str]:
        """The languages that the group has articles in."""
        ...

    def wording(self, id_: int) -> Wording:
        """The article's words."""
        ...

    def name(self, id_: int) -> str:
        """What the article is called in answers."""
        ...


def dedupe_rows(
    rows: Iterable[Mapping[str, Any]], archive: Archive | None = None
) -> Iterator[dict[str, Any]]:
    """What each article is to those before it, in order of arrival, and to those of an archive.

    Shapes: rows `{"id","url","title","text","published","lang","source"}`, all but `id` may be
        missing; answers `{"id","cluster","level","of","score","reason"}`, with `error` besides
        where a row cannot be read: such an article is alone. An article of the archive is
        called by its tag.
    """
    known = _Known(archive)
    for row in rows:
        try:
            yield known.take(row)
        except Exception as error:  # noqa: BLE001  a bad row costs its line, not the stream
            reason = str(error) if isinstance(error, AggregatorError | ValueError) else repr(error)
            yield {"id": row.get("id"), "cluster": str(row.get("id")), "level": Level.NEW.value,
                   "of": None, "score": 1.0, "reason": "", "error": reason[:300]}  # fmt: skip


@dataclass(slots=True)
class _Known:
    """All that came before: articles by their number, addresses, texts, postings and groups.

    Numbers below zero are articles and groups of the archive.
    """

    archive: Archive | None = None
    ids: list[Any] = field(default_factory=list)
    wordings: list[Wording] = field(default_factory=list)
    kins: list[Kin] = field(default_factory=list)
    groups: dict[int, list[int]] = field(default_factory=dict)
    spoken: dict[int, frozenset[str]] = field(default_factory=dict)
    urls: dict[str, int] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)
    postings: MemoryPostings = field(default_factory=MemoryPostings)
    renamed: dict[int, int] = field(default_factory=dict)

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
            "cluster": str(self._name(self.kins[number].group)),
            "level": match.level.value,
            "of": None if match.entry_id is None else self._name(match.entry_id),
            "score": match.score,
            "reason": match.reason,
        }

    def _same(self, row: Mapping[str, Any], wording: Wording) -> Match | None:
        """The article at the same address or of the same text; its own are remembered."""
        number = len(self.ids)
        url = canonical_url(str(row["url"])) if row.get("url") else ""
        by_url = self.urls.setdefault(url, self._stored_at(url, number)) if url else number
        key = wording.text_key if wording.text.strip() else ""
        by_text = self.texts.setdefault(key, self._stored_text(key, number)) if key else number
        if by_url < number:
            return Match(Level.URL, by_url, reason="same canonical URL")
        if by_text < number:
            return Match(Level.TEXT, by_text, reason="same text")
        return None

    def _stored_at(self, url: str, number: int) -> int:
        return number if self.archive is None else self.archive.at_url(url) or number

    def _stored_text(self, key: str, number: int) -> int:
        return number if self.archive is None else self.archive.of_text(key) or number

    def _name(self, number: int) -> Any:  # noqa: ANN401  an id is whatever the row has
        return self.archive.name(number) if number < 0 and self.archive else self.ids[number]

    def _like(self, number: int, wording: Wording) -> list[Match]:
        """The ties to nearly the same article and to a translation; its own keys are written down."""
        keys = sketch(wording)
        ties = relate(wording, keys, self)
        self.postings.add(number, (*keys.keys, *keys.cross_keys))
        return ties

    def find(self, probes: Sequence[int]) -> Mapping[int, Sequence[int]]:
        """The numbers of the articles that hold each of these keys."""
        found = self.postings.find(probes)
        if self.archive is None:
            return found
        stored = self.archive.find(probes)
        return {key: [*stored.get(key, ()), *found.get(key, ())] for key in stored.keys() | found}

    def kin(self, id_: int) -> Kin:
        """The group of the article, its language and day."""
        if id_ >= 0 or self.archive is None:
            return self.kins[id_]
        kin = self.archive.kin(id_)
        return replace(kin, group=self.renamed.get(kin.group, kin.group))

    def languages(self, group: int) -> frozenset[str]:
        """The languages that the group has articles in."""
        if group not in self.spoken and self.archive is not None:
            self.spoken[group] = self.archive.languages(group)
        return self.spoken[group]

    def wording(self, id_: int) -> Wording:
        """The article's words."""
        return self.wordings[id_] if id_ >= 0 or self.archive is None else self.archive.wording(id_)

    def _join(self, number: int, tie: Match) -> None:
        one, other = self.kins[number].group, self.kin(tie.entry_id or 0).group
        if one == other:
            return
        first, second = min(one, other), max(one, other)
        spoken = self.languages(first) | self.languages(second)
        for member in self.groups.pop(second, ()):
            self.kins[member] = replace(self.kins[member], group=first)
            self.groups.setdefault(first, []).append(member)
        if second < 0:
            self.renamed = {group: first if into == second else into for group, into in self.renamed.items()}
            self.renamed[second] = first
        self.spoken.pop(second, None)
        self.spoken[first] = spoken


def _wording(row: Mapping[str, Any]) -> Wording:
    published = row.get("published")
    return Wording(
        title=repair(str(row.get("title") or "")),
        text=repair(str(row.get("text") or "")),
        language=str(row.get("lang") or row.get("language") or ""),
        source_id=str(row.get("source") or ""),
        day=date.fromisoformat(str(published)[:10]) if published else None,
    )
