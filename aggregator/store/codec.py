"""How values become columns and back: JSON, compressed bytes, packed block hashes, Sources.

Knows the nouns of `items`, nothing of SQL. Start reading at `pack`: zstd level 3 over JSON.
"""

import json
import sys
import threading
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from enum import Enum
from typing import Any

import zstandard

from aggregator.items import (
    Article,
    Block,
    Boilerplate,
    Candidate,
    DateOrder,
    Evidence,
    Found,
    Keep,
    Kind,
    Publish,
    PublishedDate,
    Source,
    Way,
)
from aggregator.text import hash64

_CANDIDATE = tuple(field.name for field in fields(Candidate))
# Contexts of the library must not be shared between threads, and cost more than a small page.
_LOCAL = threading.local()


def compress(data: bytes) -> bytes:
    """The bytes as a zstd frame. Level 3: at 19 a page costs 40 times the CPU for 10 % less."""
    if not hasattr(_LOCAL, "compressor"):
        _LOCAL.compressor = zstandard.ZstdCompressor(level=3)
    return bytes(_LOCAL.compressor.compress(data))


def decompress(data: bytes) -> bytes:
    """The bytes that `compress` was given."""
    if not hasattr(_LOCAL, "decompressor"):
        _LOCAL.decompressor = zstandard.ZstdDecompressor()
    return bytes(_LOCAL.decompressor.decompress(data))


def dumps(value: object) -> str:
    """JSON as it is kept: compact, letters as they are, enums and times as text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def pack(value: object) -> bytes:
    """The value as compressed JSON; lone surrogates survive."""
    return compress(dumps(value).encode("utf-8", "surrogatepass"))


def unpack(data: bytes) -> Any:  # noqa: ANN401 (any JSON value)
    """The value that `pack` was given, its tuples as lists."""
    return json.loads(decompress(data).decode("utf-8", "surrogatepass"))


def _plain(value: object) -> str:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    raise TypeError(f"not for JSON: {type(value)}")


def pack_blocks(blocks: Sequence[Block]) -> bytes:
    """Keys and places of the blocks as little-endian 64-bit pairs, each pair once, sorted."""
    pairs = sorted({(block.key, block.place) for block in blocks})
    return _little_endian(array("q", (number for pair in pairs for number in pair))).tobytes()


def unpack_blocks(data: bytes) -> list[tuple[int, int]]:
    """The (key, place) pairs that `pack_blocks` was given."""
    numbers = array("q")
    numbers.frombytes(data)
    flat = _little_endian(numbers)
    return list(zip(flat[::2], flat[1::2], strict=True))


def pack_boilerplate(boilerplate: Boilerplate) -> bytes:
    """The hashes, sorted, so that equal values are equal bytes."""
    return pack([sorted(boilerplate.keys), sorted(boilerplate.places)])


def unpack_boilerplate(data: bytes | None) -> Boilerplate:
    """The value that `pack_boilerplate` was given; nothing learnt for None."""
    if data is None:
        return Boilerplate()
    keys, places = unpack(data)
    return Boilerplate(frozenset(keys), frozenset(places))


def _little_endian(numbers: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def source_to_json(source: Source) -> dict[str, Any]:
    """All that the catalogue says of a Source, as plain values."""
    return {name: value.value if isinstance(value, Enum) else value for name, value in asdict(source).items()}


def source_from_json(data: dict[str, Any]) -> Source:
    """The Source; keys that this version does not know are left out."""
    known = {f.name for f in fields(Source)}
    values: dict[str, Any] = {
        name: _tuples(value) if isinstance(value, list) else value
        for name, value in data.items()
        if name in known
    }
    enums: dict[str, type[Enum]] = {
        "kind": Kind, "date_order": DateOrder, "way": Way, "keep": Keep, "publish": Publish
    }  # fmt: skip
    for name, enum in enums.items():
        if name in values:
            values[name] = enum(values[name])
    return Source(**values)


def candidate_to_json(candidate: Candidate) -> dict[str, Any]:
    """What the way in said, without what it did not say."""
    return {name: value for name in _CANDIDATE if (value := getattr(candidate, name))}


def candidate_from_json(data: dict[str, Any]) -> Candidate:
    """The Candidate that `candidate_to_json` was given."""
    values: dict[str, Any] = {
        name: _tuples(value) if isinstance(value, list) else value for name, value in data.items()
    }
    return Candidate(**{**values, "way": Way(data["way"])})


def evidence_to_json(evidence: Iterable[Evidence]) -> list[Any]:
    """Evidence as short lists: [field, chosen, others, why, votes]."""
    return [
        [
            e.field,
            e.chosen and [e.chosen.value, e.chosen.where],
            [[o.value, o.where] for o in e.others],
            e.why,
            e.votes,
        ]
        for e in evidence
    ]


def evidence_from_json(data: list[Any]) -> tuple[Evidence, ...]:
    """The Evidence that `evidence_to_json` was given."""
    return tuple(
        Evidence(
            field, chosen and Found(*chosen), tuple(Found(*other) for other in others), why, _tuples(votes)
        )
        for field, chosen, others, why, votes in data
    )


def _tuples(value: list[Any]) -> tuple[Any, ...]:
    return tuple(_tuples(item) if isinstance(item, list) else item for item in value)


def published_values(published: PublishedDate | None) -> dict[str, Any]:
    """The four columns of a publication date."""
    if published is None:
        return {"published_at": None, "published_day": None, "precision": None, "date_confidence": None}
    return {
        "published_at": published.at,
        "published_day": published.day,
        "precision": published.precision.value,
        "date_confidence": published.confidence,
    }


def content_values(article: Article) -> dict[str, Any]:
    """What a reader of the article sees, by column: what makes a revision when it changes."""
    return {
        "title": article.title,
        "summary": article.summary,
        "language": article.language,
        **published_values(article.published),
        "modified_at": article.modified_at,
        "authors": list(article.authors),
        "tags": list(article.tags),
        "image": article.image,
        "text": article.text,
    }


def content_hash(article: Article) -> int:
    """One number over all that makes a revision.

    The HTML is left out: it moves with the text, and else only by addresses that a site
    changes at each visit (`?ver=`), which is no news to a reader. So is the page's own address,
    which has many spellings.
    """
    values = content_values(article)
    del values["date_confidence"]
    events = [[e.kind, e.start, e.end, e.place, e.is_online, e.is_year_proved] for e in article.events]
    return hash64(dumps([*values.values(), article.translations, article.robots, events]))
