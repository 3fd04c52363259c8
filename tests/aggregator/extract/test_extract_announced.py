"""The events that pages state for machines, as found: JSON-LD, microdata, h-event and vevent."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.extract import extract
from aggregator.items import Candidate, Found, Page, Source, Way

URL = "https://www.example.org/forum/"
NOTHING = dict.fromkeys(("name", "start", "end", "place", "online", "status", "url"))


def read(html: str) -> tuple[Found, ...]:
    page = Page(URL, html.encode("utf-8", "replace"), datetime(2025, 5, 2, tzinfo=UTC),
                headers=(("content-type", "text/html; charset=utf-8"),))  # fmt: skip
    return extract(page, Candidate(URL, Way.LISTING), Source(id="x", url=URL)).events


def script(data: object) -> str:
    return f'<body><script type="application/ld+json">{json.dumps(data)}</script><p>Testo.</p></body>'


FORUM = {"@type": "Event", "name": "Forum", "startDate": "2025-06-11"}
TOLD = {"name": "Forum", "start": "2025-06-11"}
VILLA = {"@type": "Place", "name": "Villa Erba", "address": {"addressLocality": "Cernobbio"}}
# JSON-LD -> where, what it states beside nothing, and whether the page is about it.
JSONLD = [
    (FORUM, "jsonld:Event", TOLD, False),
    ({**FORUM, "@type": ["Thing", "BusinessEvent"]}, "jsonld:BusinessEvent", TOLD, False),
    ({**FORUM, "@type": "http://schema.org/Hackathon"}, "jsonld:Hackathon", TOLD, False),
    ({**FORUM, "url": URL}, "jsonld:Event", {**TOLD, "url": URL}, True),
    ({**FORUM, "url": "/forum/"}, "jsonld:Event", {**TOLD, "url": "/forum/"}, True),
    ({**FORUM, "url": "/altro/"}, "jsonld:Event", {**TOLD, "url": "/altro/"}, False),
    ({**FORUM, "mainEntityOfPage": {"@id": URL}}, "jsonld:Event", TOLD, True),
    ({"@type": "WebPage", "mainEntity": FORUM}, "jsonld:Event", TOLD, True),
    ({"@graph": [{"@type": "NewsArticle", "about": FORUM}]}, "jsonld:Event", TOLD, False),
    ({**FORUM, "location": VILLA}, "jsonld:Event", {**TOLD, "place": "Villa Erba, Cernobbio"}, False),
    ({**FORUM, "location": "Lecco"}, "jsonld:Event", {**TOLD, "place": "Lecco"}, False),
    ({**FORUM, "location": {"@type": "Place", "address": "Via Uno 1, Rho"}}, "jsonld:Event",
     {**TOLD, "place": "Via Uno 1, Rho"}, False),
    ({**FORUM, "location": [{"@type": "VirtualLocation", "url": "/x/"}, VILLA]}, "jsonld:Event",
     {**TOLD, "place": "Villa Erba, Cernobbio", "online": "VirtualLocation"}, False),
    ({**FORUM, "endDate": " 12  giugno ", "eventStatus": "EventCancelled",
      "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode"}, "jsonld:Event",
     {**TOLD, "end": "12 giugno", "status": "EventCancelled",
      "online": "https://schema.org/OnlineEventAttendanceMode"}, False),
]  # fmt: skip


@pytest.mark.parametrize(("data", "where", "told", "is_main"), JSONLD)
def test_jsonld(data: object, where: str, told: dict[str, str], is_main: bool) -> None:
    (found,) = read(script(data))
    assert found.where == where
    assert json.loads(found.value) == {**NOTHING, **told, "main": is_main}


@pytest.mark.parametrize(
    "data",
    [
        {**FORUM, "startDate": ""},
        {"@type": "Event", "name": "Forum"},
        {**FORUM, "@type": "DeliveryEvent"},
        {**FORUM, "@type": "PublicationEvent"},
        {**FORUM, "@type": "NewsArticle"},
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": FORUM}]},
    ],
)
def test_what_is_no_event_of_a_page(data: object) -> None:
    assert read(script(data)) == ()


MICRODATA = (
    '<div itemscope itemtype="https://schema.org/Event"><h2 itemprop="name">Forum</h2>'
    '<meta itemprop="startDate" content="2025-06-11"><time itemprop="endDate" datetime="2025-06-12">'
    '12</time><div itemprop="location" itemscope itemtype="https://schema.org/Place">'
    '<b itemprop="name">Villa Erba</b> <i itemprop="addressLocality">Cernobbio</i></div>'
    '<div itemprop="organizer" itemscope><b itemprop="name">Noi</b><a itemprop="url" href="/noi/">n</a>'
    '</div><a itemprop="url" href="/forum/">leggi</a></div>'
)
H_EVENT = (
    '<div class="h-event"><span class="p-name">Forum</span><time class="dt-start" '
    'datetime="2025-06-11">11</time><span class="p-location">Lecco</span></div>'
)
VEVENT = (
    '<div class="post vevent"><span class="summary">Forum</span><abbr class="dtstart" '
    'title="2025-06-11">11 giugno</abbr> <span class="dtend"><span class="value-title" '
    'title="2025-06-12"></span>12 giugno</span></div>'
)
MARKUP = [
    (
        MICRODATA,
        "microdata:Event",
        {**TOLD, "end": "2025-06-12", "place": "Villa Erba, Cernobbio", "url": "/forum/"},
        True,
    ),
    (
        H_EVENT,
        "page:.h-event",
        {**TOLD, "place": "Lecco"},
        False,
    ),
    (
        VEVENT,
        "page:.vevent",
        {**TOLD, "end": "2025-06-12"},
        False,
    ),
]


@pytest.mark.parametrize(("markup", "where", "told", "is_main"), MARKUP, ids=[m[1] for m in MARKUP])
def test_markup(markup: str, where: str, told: dict[str, str], is_main: bool) -> None:
    (found,) = read(f"<body><main>{markup}</main></body>")
    assert found.where == where
    assert json.loads(found.value) == {**NOTHING, **told, "main": is_main}


def test_what_is_stated_twice_comes_once_and_a_list_has_its_limit() -> None:
    assert len(read(script([FORUM, FORUM]))) == 1
    assert len(read(script([{**FORUM, "name": f"Forum {n}"} for n in range(90)]))) == 20


_KEYS = ("@type", "name", "startDate", "endDate", "location", "url", "eventStatus", "mainEntity", "@graph")
_ANY = st.recursive(
    st.sampled_from(["Event", URL, "2025-06-11", "", "\ud800", None, 7, True]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=6),
    max_leaves=12,
)


@given(_ANY)
def test_any_shape_is_borne(data: object) -> None:
    for found in read(script([data, {"@type": "Event", "startDate": data, "location": data, "url": data}])):
        assert json.loads(found.value)["start"]
