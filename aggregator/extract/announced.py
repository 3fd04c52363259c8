"""The events that a page states for machines: JSON-LD, microdata, h-event and vevent, as Found.

Never reads a date nor asks whose event it is. Start reading at `read_announced`.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from lxml import etree

from aggregator import urls
from aggregator.extract.jsonld import address_key, addresses_of, nodes_of, scripts_of, types_of
from aggregator.extract.tree import elements_of
from aggregator.items import Found

# schema.org's subclasses of Event that people go to: not deliveries, sales or publications.
_KIND = re.compile(
    r"(?:^|[/:#])((?:Business|Childrens|Comedy|Conference|Dance|Education|Exhibition|Food|Literary|Music|"
    r"PerformingArts|Screening|Social|Sports|Theater|VisualArts)?Event|Festival|Hackathon|CourseInstance)$"
)
_NESTS = ("@graph", "mainEntity", "mainEntityOfPage", "about")
_MAX_EVENTS = 20
_MAX_ITEMS = 100
_MAX_PARTS = 2000
_LONGEST = 300
_ITEMS = etree.XPath("//*[@itemscope and @itemtype]")
_CLASSED = etree.XPath("//*[contains(@class, 'h-event') or contains(@class, 'vevent')]")
_CLASSED_BY = (re.compile(rb"""h-event(?=[\s"'>])"""), re.compile(rb"""vevent(?=[\s"'>])"""))
# Field -> the class that states it, in h-event and in vevent.
_CLASSES = {
    "h-event": {
        "name": "p-name", "start": "dt-start", "end": "dt-end", "place": "p-location", "url": "u-url",
    },
    "vevent": {
        "name": "summary", "start": "dtstart", "end": "dtend", "place": "location", "url": "url",
    },
}  # fmt: skip
_PROPS = {
    "name": "name",
    "start": "startdate",
    "end": "enddate",
    "place": "location",
    "online": "eventattendancemode",
    "status": "eventstatus",
    "url": "url",
}
_FIELDS = tuple(_PROPS)


def read_announced(
    root: etree._Element, base: str, addresses: Iterable[str], source: bytes | None = None
) -> tuple[Found, ...]:
    """The page's events in the order of trust, no repeats; never raises.

    Shapes: `value` is a JSON object of texts as found, null where unstated: name, start, end, place,
        online (the attendance mode, or VirtualLocation), status, url; and `main`, true where the
        page says that the event is what it is about. `addresses` are the page's own; `source` is
        the page as served, to tell in advance what is not in it.
    """
    mine = {address_key(a) for a in addresses} - {None}
    found: dict[str, Found] = {}
    # What is not in the page as served need not be looked for in the tree.
    has_items = source is None or b"itemtype" in source or b"itemType" in source
    has_classes = source is None or any(pattern.search(source) for pattern in _CLASSED_BY)
    for where, event, is_named in chain(
        _jsonld(root, mine),
        _microdata(root) if has_items else (),
        _microformats(root) if has_classes else (),
    ):
        if not event.get("start"):
            continue
        url = urls.join(base, event.get("url"))
        is_main = is_named or (url is not None and address_key(url) in mine)
        told = {field: _line(event.get(field)) for field in _FIELDS}
        text = json.dumps({**told, "main": is_main}, ensure_ascii=False, separators=(",", ":"))
        found.setdefault(text, Found(text, where))
        if len(found) >= _MAX_EVENTS:
            break
    return tuple(found.values())


_Announced = tuple[str, dict[str, str | None], bool]


def _jsonld(root: etree._Element, mine: set[str | None]) -> Iterator[_Announced]:
    for data in scripts_of(root, "startDate"):
        mains: set[int] = set()
        for node in nodes_of(data, _NESTS):
            mains.add(id(node.get("mainEntity")))
            kind = next((k for name in types_of(node) if (k := _KIND.search(name))), None)
            if kind is None:
                continue
            named = {address_key(a) for a in addresses_of(node)} & mine
            yield f"jsonld:{kind[1]}", _event_of(node), bool(named) or id(node) in mains


def _event_of(node: dict[str, object]) -> dict[str, str | None]:
    place, is_virtual = _place(node.get("location"))
    return {
        "name": _text(node.get("name")),
        "start": _text(node.get("startDate")),
        "end": _text(node.get("endDate")),
        "place": place,
        "online": _text(node.get("eventAttendanceMode")) or ("VirtualLocation" if is_virtual else None),
        "status": _text(node.get("eventStatus")),
        "url": _text(node.get("url")),
    }


def _place(location: object) -> tuple[str | None, bool]:
    """The first place of a location as `name, town`, and whether one of them is no place at all."""
    places: list[str] = []
    is_virtual = False
    for item in location[:5] if isinstance(location, list) else [location]:
        if not isinstance(item, dict):
            places += [item] if isinstance(item, str) and item.strip() else []
        elif "VirtualLocation" in types_of(item):
            is_virtual = True
        else:
            places += filter(None, [_spoken(_text(item.get("name")), item.get("address"))])
    return (places[0] if places else None), is_virtual


def _spoken(name: str | None, address: object) -> str | None:
    town = _text(address.get("addressLocality")) if isinstance(address, dict) else None
    if name is None:
        return town or _text(address)
    return f"{name}, {town}" if town and town not in name else name


def _text(value: object) -> str | None:
    """The text of a value, of its first where there are several, or of what carries it."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("@value") or value.get("@id")
    return value if isinstance(value, str) and value.strip() else None


def _microdata(root: etree._Element) -> Iterator[_Announced]:
    for item in islice(elements_of(_ITEMS, root), _MAX_ITEMS):
        kind = _KIND.search((item.get("itemtype") or "").strip().rstrip("/"))
        if kind:
            event = _props(item, _PROPS)
            is_main = "mainEntity" in (item.get("itemprop") or "").split()
            yield f"microdata:{kind[1]}", event, is_main


def _props(item: etree._Element, names: dict[str, str]) -> dict[str, str | None]:
    """The item's own properties; those of items within it are theirs, but for the place's."""
    event: dict[str, str | None] = {}
    for element in islice(item.iterdescendants("*"), _MAX_PARTS):
        props = (element.get("itemprop") or "").lower().split()
        field = next((f for f, name in names.items() if name in props), None)
        if field and field not in event and _is_of(element, item):
            event[field] = _place_of(element) if field == "place" else _stated(element, field)
    return event


def _is_of(element: etree._Element, item: etree._Element) -> bool:
    return next((a for a in element.iterancestors() if a.get("itemscope") is not None), None) is item


def _place_of(element: etree._Element) -> str:
    if element.get("itemscope") is None:
        return _stated(element, "place")
    inner = _props(element, {"name": "name"}).get("name")
    parts = islice(element.iterdescendants("*"), _MAX_PARTS)
    town = next((e for e in parts if e.get("itemprop") == "addressLocality"), None)
    return _spoken(inner, {"addressLocality": _stated(town, "") if town is not None else None}) or ""


def _microformats(root: etree._Element) -> Iterator[_Announced]:
    for item in islice(elements_of(_CLASSED, root), _MAX_ITEMS):
        for kind, classes in _CLASSES.items():
            if kind in _classes(item):
                yield f"page:.{kind}", _classed(item, classes, kind), False


def _classed(item: etree._Element, classes: dict[str, str], kind: str) -> dict[str, str | None]:
    event: dict[str, str | None] = {}
    for element in islice(item.iterdescendants("*"), _MAX_PARTS):
        mine = _classes(element)
        field = next((f for f, name in classes.items() if name in mine and f not in event), None)
        if field and next((a for a in element.iterancestors() if kind in _classes(a)), None) is item:
            event[field] = _stated(element, field)
    return event


def _classes(element: etree._Element) -> list[str]:
    return (element.get("class") or "").split()


def _stated(element: etree._Element, field: str) -> str:
    """What an element states for machines, else its text."""
    inner = next((e for e in islice(element.iter("*"), _MAX_PARTS) if "value-title" in _classes(e)), None)
    if inner is not None and inner.get("title"):
        return inner.get("title") or ""
    names = ["content", "datetime"]
    if field in ("url", "status", "online"):
        names.append("href")
    if field in ("start", "end"):
        names.append("title")
    return next((v for name in names if (v := element.get(name))), None) or " ".join(
        str(text) for text in islice(element.itertext(), _LONGEST)
    )


def _line(value: str | None) -> str | None:
    return " ".join(value.split())[:_LONGEST] or None if value else None
