"""The API's description for machines: OpenAPI 3.1, made from the doors that answer.

Knows no request. Start reading at `describe`.
"""

from collections.abc import Iterable
from typing import Any

from aggregator import __version__
from aggregator.web.door import Door
from aggregator.web.problem import PROBLEM

PATH = "/api/openapi.json"
_TEXT: dict[str, Any] = {"type": "string"}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}
_MAYBE: dict[str, Any] = {"type": ["string", "null"]}
_NUMBER: dict[str, Any] = {"type": "integer"}
_TRUTH: dict[str, Any] = {"type": "boolean"}
_LINKS: dict[str, Any] = {"type": "object", "additionalProperties": _TEXT}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


_ENTRY: dict[str, dict[str, Any]] = {
    "id": _NUMBER, "tag": _TEXT, "url": _TEXT, "title": _TEXT, "language": _TEXT, "source": _TEXT,
    "source_name": _TEXT, "sources": _TEXTS, "published_at": _MAYBE, "published_day": _MAYBE,
    "precision": {"enum": ["minute", "day", "month", "year", None]}, "first_seen_at": _TEXT,
    "changed_at": _TEXT, "change_seq": _NUMBER, "authors": _TEXTS, "summary": _MAYBE, "html": _MAYBE,
    "image": _MAYBE, "clusters": _TEXTS, "topics": _TEXTS,
    "translations": {"type": "array", "items": _object(language=_TEXT, url=_TEXT)},
    "is_gone": _TRUTH, "rights": _TEXT, "links": _LINKS,
}  # fmt: skip
_ORIGINAL = {"type": ["integer", "null"], "description": "What a translation was made of, if it shows."}
_FOUND = _object(where=_TEXT, value=_TEXT)
_SCHEMAS: dict[str, dict[str, Any]] = {
    "Entry": _object(**_ENTRY),
    "WholeEntry": _object(
        **_ENTRY,
        story={"type": ["integer", "null"]},
        original=_ORIGINAL,
        ties={
            "type": "array",
            "items": _object(
                entry=_NUMBER, title=_TEXT, url=_TEXT, language=_TEXT, source=_TEXT, level=_TEXT,
                score={"type": "number"}, reason=_TEXT, original=_ORIGINAL, links=_LINKS,
            ),
        },
        carriers={
            "type": "array",
            "items": _object(
                source=_TEXT, url=_TEXT, title=_TEXT, published_day=_MAYBE, first_seen_at=_TEXT,
                is_gone=_TRUTH,
            ),
        },
        revisions={"type": "array", "items": _object(changed_at=_TEXT, was={"type": "object"})},
        evidence={
            "type": "array",
            "items": _object(
                field=_TEXT, where=_MAYBE, value=_MAYBE, why=_TEXT, others={"type": "array", "items": _FOUND}
            ),
        },
    ),
    "Member": _object(
        **_ENTRY,
        level=_TEXT,
        score={"type": "number"},
        reason=_TEXT,
        original=_ORIGINAL,
    ),
    "Story": _object(
        id=_NUMBER, title=_TEXT, first_day=_MAYBE, last_day=_MAYBE, changed_at=_TEXT, sources=_TEXTS,
        members=_list("Member"), links=_LINKS,
    ),
    "Source": _object(
        id=_TEXT, name=_TEXT, url=_TEXT, kind=_TEXT, cluster=_MAYBE, languages=_TEXTS, publish=_TEXT,
        is_followed=_TRUTH, last_visit_at=_MAYBE, last_outcome=_MAYBE, last_success_at=_MAYBE,
        failures=_NUMBER, links=_LINKS,
    ),
    "Event": _object(
        uid=_TEXT, kind=_TEXT, title=_TEXT, start=_TEXT, end=_MAYBE, place=_MAYBE, is_cancelled=_TRUTH,
        changed_at=_TEXT, url=_TEXT, source=_TEXT, entry=_NUMBER, links=_LINKS,
    ),
    "Value": _object(
        value=_MAYBE, appearances=_NUMBER, articles=_NUMBER, stories=_NUMBER,
        followed={"type": ["integer", "null"]},
    ),
    "Coverage": _object(
        source=_TEXT, since=_MAYBE, until=_MAYBE,
        gaps={"type": "array", "items": _object(**{"from": _TEXT, "to": _TEXT})},
    ),
    "Problem": {
        "type": "object",
        "properties": {"title": _TEXT, "status": _NUMBER, "detail": _TEXT, "parameter": _TEXT},
        "required": ["title", "status", "detail"],
    },
}  # fmt: skip
_ANSWERS: dict[str, dict[str, Any]] = {
    "/api/entries": _object(entries=_list("Entry"), cursor=_MAYBE, next=_MAYBE),
    "/api/entries/{id}": {"$ref": "#/components/schemas/WholeEntry"},
    "/api/stories/{id}": {"$ref": "#/components/schemas/Story"},
    "/api/sources": _object(sources=_list("Source")),
    "/api/events": _object(events=_list("Event"), cursor=_MAYBE, next=_MAYBE),
    "/api/withdrawals": _object(
        withdrawals={"type": "array", "items": _object(id=_NUMBER, tag=_TEXT, withdrawn_at=_TEXT)}
    ),
    "/api/stats": _object(
        q=_TEXT,
        by=_TEXT,
        articles=_NUMBER,
        values=_list("Value"),
        followed=_list("Coverage"),
        statement=_TEXT,
    ),
}
_FAULTS = {
    "400": "A parameter is wrong.",
    "429": "Too many requests.",
    "503": "The archive cannot answer now.",
}
_ABSENT = {"404": "There is no such thing here.", "410": "It was withdrawn."}


def describe(doors: Iterable[Door], base_url: str) -> dict[str, Any]:
    """The OpenAPI document of these doors."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "lombardy-aggregator",
            "version": __version__,
            "description": "News of the Lombardy Technology Clusters. What is told of an article is what its "
            "source's policy lets leave. Lists go on by the cursor that came with them.",
        },
        "servers": [{"url": base_url or "/"}],
        "paths": {door.path: {"get": _operation(door)} for door in doors},
        "components": {"schemas": _SCHEMAS},
    }


def _operation(door: Door) -> dict[str, Any]:
    is_one = "{id}" in door.path
    parameters: list[dict[str, Any]] = [
        {"name": p.name, "in": "query", "required": False, "description": p.help, "schema": p.schema()}
        for p in door.parameters
    ]
    if is_one:
        number = {"type": "integer", "minimum": 1, "maximum": 2**53}
        parameters.append({"name": "id", "in": "path", "required": True, "schema": number})
    faults = {**_FAULTS, **(_ABSENT if is_one else {})}
    problem = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answers = {status: {"description": words, "content": problem} for status, words in faults.items()}
    answers["200"] = {
        "description": door.help,
        "content": {"application/json": {"schema": _ANSWERS[door.path]}},
    }
    return {"summary": door.help, "parameters": parameters, "responses": answers}
