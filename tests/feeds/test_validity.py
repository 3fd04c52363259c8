"""What the validators of feeds hold against one, errors and warnings, as far as it can be told offline.

The W3C's validator asks, beside the formats' grammars: characters that mean something, languages that
exist, text in each entry, dates that can be, titles that nobody takes for markup, harmless HTML.
"""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from feed_samples import ATOM_SCHEMA, EDITION, SEEN, entries, entry
from lxml import etree, html
from test_hostile import HOSTILE, bad

from aggregator.feeds.channels import channel_of
from aggregator.feeds.compose import document_of
from aggregator.feeds.jsonfeed import render_json
from aggregator.feeds.markup import safe_html
from aggregator.feeds.model import Archive, Document
from aggregator.feeds.strings import language_tag
from aggregator.feeds.syndication import render_atom, render_rss

SCHEMA = json.loads(Path(__file__).with_name("jsonfeed.schema.json").read_text(encoding="utf-8"))
HUB = replace(EDITION, hub="https://hub.example/")

MORE = (
    entry(301, title="AT&T2 e &copy; <b", summary="<unclosed e &amp;", authors=("A <a@b.example>",)),
    entry(
        302, title="Perch\ufffd\x85no\x7f \ufdd0\U0001ffff", html="<p>\x85\ufffd&#0;<bdo dir=rtl>a</bdo></p>"
    ),
    entry(303, language="zz", translations=(("qq", "https://mobilita.example/q"),)),
    entry(304, summary="", html="", text=""),
    entry(305, source_id="giornale", summary="Non deve uscire"),
    entry(306, html="<p>uno<p>due<table><tr><td>x</table><li>a</li><dd>b</dd><center>c</center>"),
)


def documents() -> dict[str, Document]:
    given = [*map(bad, HOSTILE), *MORE, *entries(5)]
    return {
        "hostile": document_of(channel_of("all", HUB), given, HUB),
        "empty": document_of(channel_of("en", HUB), [], HUB),
        "archive": document_of(channel_of("all", HUB), given, HUB, archive=Archive(2, 1, 3, is_full=True)),
    }


DOCUMENTS = documents()
NAMES = sorted(DOCUMENTS)


def trees(name: str) -> list[Any]:
    return [etree.fromstring(render(DOCUMENTS[name])) for render in (render_atom, render_rss)]


@pytest.mark.parametrize("name", NAMES)
def test_json_feed_is_valid(name: str) -> None:
    jsonschema_rs.validate(SCHEMA, json.loads(render_json(DOCUMENTS[name])))


def test_the_schema_of_json_feed_refuses() -> None:
    feed = json.loads(render_json(DOCUMENTS["hostile"]))
    wrong: list[dict[str, Any]] = [
        {"items": [{"id": "1"}]},
        {"version": "1"},
        {"author": {}},
        {"language": "it_IT"},
    ]
    for broken in wrong:
        assert not jsonschema_rs.is_valid(SCHEMA, feed | broken)


@pytest.mark.parametrize("name", NAMES)
def test_atom_is_valid_and_has_text_and_distinct_dates(name: str) -> None:
    feed = trees(name)[0]
    ATOM_SCHEMA.assertValid(feed)
    atom = "{http://www.w3.org/2005/Atom}"
    found = feed.findall(f"{atom}entry")
    assert all(each.findtext(f"{atom}summary") or each.findtext(f"{atom}content") for each in found)
    updated = [each.findtext(f"{atom}updated") for each in found]
    assert len(set(updated)) == len(updated)
    rels = {link.get("rel") for link in feed.findall(f"{atom}link")}
    assert {"self", "hub"} <= rels
    assert ("current" in rels) == (name == "archive")


@pytest.mark.parametrize("name", NAMES)
def test_rss_keeps_to_the_profile(name: str) -> None:
    (channel,) = trees(name)[1]
    tags = [child.tag for child in channel]
    assert "item" not in tags[: len(tags) - tags.count("item")]
    for item in channel.findall("item"):
        names = [child.tag.rpartition("}")[2] for child in item]
        assert item.findtext("title")
        assert {"link", "guid", "pubDate", "creator"} <= set(names)
        if "encoded" in names:
            assert names.index("description") < names.index("encoded")
        assert {"author", "enclosure"}.isdisjoint(names)
    raw = render_rss(DOCUMENTS[name])
    for text in re.findall(rb"<(?:title|category|source)[^>]*>([^<]*)<", raw):
        assert b"&amp;" not in text
        assert b"&lt;" not in text


@pytest.mark.parametrize("name", NAMES)
def test_characters_languages_and_dates_are_ones_that_are(name: str) -> None:
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    for tree in trees(name):
        text = "".join(tree.itertext()) + "".join(value for each in tree.iter() for value in each.values())
        assert not re.search("[\x7f-\x9f\ufffd\ufdd0-\ufdef]", text)
        named = {value for each in tree.iter() for value in (each.get(lang), each.get("hreflang")) if value}
        named |= {each.text for each in tree.iter("{*}language")}
        assert named <= {"it", "en", "ar"}
        for each in tree.iter("{*}title", "{*}category", "{*}summary"):
            assert not re.search(r"</(a|b|i|p|em|strong|script|div)>", each.text or "")
    for item in DOCUMENTS[name].items:
        assert datetime(1991, 1, 1, tzinfo=UTC) <= item.published_at <= SEEN.replace(year=2027)


# What the validator's list has and no cleaning of ours leaves is not here.
_HARMLESS = """
a abbr address article aside b bdi blockquote br caption cite code dd del details dfn div dl dt em figcaption
figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q s samp section small span
strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr
"""
HARMLESS = set(_HARMLESS.split())


@pytest.mark.parametrize("name", NAMES)
def test_html_is_harmless_and_its_addresses_whole(name: str) -> None:
    for item in DOCUMENTS[name].items:
        if not item.html:
            continue
        tree: Any = html.fragment_fromstring(item.html, create_parent="div")
        assert {each.tag for each in tree.iter() if isinstance(each.tag, str)} <= HARMLESS
        assert all(re.match(r"https?:|mailto:", value) for value in tree.xpath("//@href | //@src"))
        assert safe_html(item.html, item.url) == item.html


@pytest.mark.parametrize(
    ("code", "tag"),
    [("it", "it"), ("EN", "en"), ("pt-BR", "pt-br"), ("zz", ""), ("ita", ""), ("it_IT", ""), ("", "")],
)
def test_language_tags(code: str, tag: str) -> None:
    assert language_tag(code) == tag
