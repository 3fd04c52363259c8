from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from feed_samples import EDITION, SEEN, WITHOUT_ADDRESS, entries, entry
from hypothesis import given
from hypothesis import strategies as st

from aggregator.feeds.channels import channel_of
from aggregator.feeds.compose import absolute, document_of, item_of, within_reach
from aggregator.feeds.markup import plain_text, safe_html
from aggregator.feeds.model import Item, Omission
from aggregator.items import Precision, Publish, PublishedDate, Source
from pipelines.clean import clean_html

ALL = channel_of("all", EDITION)


def item(**changes: Any) -> Item:
    found = item_of(entry(**changes), EDITION, ALL)
    assert isinstance(found, Item)
    return found


def with_policy(publish: Publish, **changes: Any) -> Item:
    source = replace(EDITION.sources["mobilita"], publish=publish)
    found = item_of(entry(**changes), replace(EDITION, sources={"mobilita": source}), ALL)
    assert isinstance(found, Item)
    return found


def test_items_keep_the_order_of_arrival_and_their_tags() -> None:
    given = entries(5)
    # Published the other way round: the newest arrival has the oldest date.
    given = [
        replace(
            e,
            article=replace(
                e.article, published=PublishedDate(None, date(2026, 1, 20 - e.id), Precision.DAY)
            ),
        )
        for e in given
    ]
    document = document_of(ALL, given, EDITION)
    assert [i.tag for i in document.items] == [e.tag for e in given]
    assert document.updated_at.replace(microsecond=0) == given[0].changed_at


def test_a_correction_of_an_old_entry_updates_the_feed() -> None:
    given = entries(3)
    corrected = replace(given[2], changed_at=SEEN + timedelta(days=9))
    found = document_of(ALL, [*given[:2], corrected], EDITION)
    assert found.updated_at.replace(microsecond=0) == SEEN + timedelta(days=9)


# letters of full text an entry, items that must stay -> items that stay of 100
WEIGHTS = [(0, 0, 100), (1_000, 0, 100), (2_000, 0, 65), (2_000, 90, 90), (9_000, 0, 50), (9_000, 60, 60)]


@pytest.mark.parametrize(("letters", "at_least", "left"), WEIGHTS)
def test_full_texts_do_not_make_a_feed_heavy(letters: int, at_least: int, left: int) -> None:
    html = f"<p>{'x' * (letters - 7)}</p>" if letters else ""
    document = document_of(ALL, [entry(n, html=html) for n in range(100, 0, -1)], EDITION)
    assert within_reach(document, at_least).items == document.items[:left]


def test_an_empty_feed_has_an_instant_that_is_not_the_clock() -> None:
    assert document_of(ALL, [], EDITION).updated_at == datetime(2026, 1, 1, tzinfo=UTC)


def stated(
    precision: Precision, year: int, month: int, day: int, at: datetime | None = None
) -> PublishedDate:
    return PublishedDate(at, date(year, month, day), precision)


# date stated -> instant rendered, precision said. Rome is UTC+1 in winter and UTC+2 in summer.
DATES = [
    (
        stated(Precision.MINUTE, 2024, 3, 12, datetime(2024, 3, 11, 23, 30, tzinfo=UTC)),
        "2024-03-11T23:30",
        Precision.MINUTE,
    ),
    (stated(Precision.DAY, 2024, 3, 11), "2024-03-11T11:00", Precision.DAY),
    (stated(Precision.DAY, 2024, 7, 11), "2024-07-11T10:00", Precision.DAY),
    (stated(Precision.MONTH, 2024, 7, 1), "2024-07-01T10:00", Precision.MONTH),
    (stated(Precision.YEAR, 2024, 1, 1), "2024-01-01T11:00", Precision.YEAR),
    # The month or year of the visit: of its days that of the visit is one, and the first no likelier.
    (stated(Precision.MONTH, 2026, 3, 1), "2026-03-01T09:30", Precision.MONTH),
    (stated(Precision.YEAR, 2026, 1, 1), "2026-03-01T09:30", Precision.YEAR),
    (stated(Precision.MONTH, 2026, 2, 1), "2026-02-01T11:00", Precision.MONTH),
    (None, "2026-03-01T09:30", None),
    (stated(Precision.DAY, 1969, 7, 20), "2026-03-01T09:30", None),
    (stated(Precision.DAY, 1, 1, 1), "2026-03-01T09:30", None),
    (stated(Precision.DAY, 9999, 12, 31), "2026-03-01T09:30", None),
    (stated(Precision.DAY, 2026, 3, 4), "2026-03-01T09:30", None),
    # Later on the day of the visit: what was read at half past nine was not published at noon.
    (stated(Precision.DAY, 2026, 3, 1), "2026-03-01T09:30", Precision.DAY),
]


@pytest.mark.parametrize(("given_date", "at", "precision"), DATES)
def test_publication_dates(given_date: PublishedDate | None, at: str, precision: Precision | None) -> None:
    found = item(published=given_date, first_seen_at=SEEN)
    assert (f"{found.published_at:%Y-%m-%dT%H:%M}", found.precision) == (at, precision)
    marks = [c.term for c in found.categories if c.scheme.endswith(":date")]
    expected = {Precision.MONTH: ["month"], Precision.YEAR: ["year"], None: ["unknown"]}
    assert marks == expected.get(precision, [])


def test_the_day_is_noon_in_the_zone_of_the_source() -> None:
    sources = {"mobilita": replace(EDITION.sources["mobilita"], zone="America/New_York")}
    found = item_of(
        entry(published=stated(Precision.DAY, 2024, 3, 11)), replace(EDITION, sources=sources), ALL
    )
    assert isinstance(found, Item)
    assert found.published_at == datetime(2024, 3, 11, 16, tzinfo=UTC)


LONG = "Una frase di prova che continua " * 20


def test_full_gives_safe_html_and_the_image() -> None:
    found = with_policy(Publish.FULL, image="https://cdn.example/a.JPG?w=1")
    assert found.html.startswith("<p>Il gruppo")
    assert found.image is not None
    assert (found.image.url, found.image.type) == ("https://cdn.example/a.JPG?w=1", "image/jpeg")


def test_summary_gives_the_teaser_cut_at_a_word_and_no_image() -> None:
    found = with_policy(Publish.SUMMARY, summary=LONG, image="https://cdn.example/a.jpg")
    assert (found.html, found.image) == ("", None)
    assert len(found.summary) <= 200
    assert found.summary.endswith("…")
    assert LONG.startswith(found.summary[:-1])
    assert LONG[len(found.summary) - 1] == " "


def test_summary_never_lends_from_the_text() -> None:
    assert with_policy(Publish.SUMMARY, summary="").summary == ""
    assert with_policy(Publish.FULL, summary="").summary.startswith("Il gruppo di lavoro")


def test_the_length_of_summaries_is_an_option() -> None:
    found = item_of(entry(summary=LONG), replace(EDITION, summary_length=60), ALL)
    assert isinstance(found, Item)
    assert 30 < len(found.summary) <= 60


def test_title_gives_title_source_date_and_link_alone() -> None:
    found = with_policy(
        Publish.TITLE,
        summary=LONG,
        image="https://cdn.example/a.jpg",
        translations=(("en", "https://mobilita.example/en/1"),),
    )
    assert (found.summary, found.html, found.image, found.categories, found.related) == ("", "", None, (), ())
    assert found.authors == ("Cluster della Mobilità",)
    assert (found.title, found.url) == (
        "Batterie più leggere, prova numero 1",
        "https://mobilita.example/notizie/1/",
    )


def test_a_source_that_is_gone_from_the_catalogue_gives_titles() -> None:
    found = item_of(entry(), replace(EDITION, sources={}), ALL)
    assert isinstance(found, Item)
    assert (found.publisher.name, found.summary, found.html) == ("mobilita.example", "", "")


# directives of the page -> what may leave of an article whose source is published in full
ROBOTS: list[tuple[tuple[str, ...], str]] = [
    ((), "html image summary"),
    (("index", "follow"), "html image summary"),
    (("max-snippet:-1", "max-image-preview:large"), "html image summary"),
    (("noindex",), "nothing"),
    (("None",), "nothing"),
    (("nosnippet",), "title"),
    (("NoArchive",), "title"),
    (("max-snippet:0",), "title"),
    (("max-snippet: 40",), "summary"),
    (("noimageindex",), "html summary"),
    (("max-image-preview:none",), "html summary"),
]


@pytest.mark.parametrize(("robots", "left"), ROBOTS)
def test_robots_directives_are_honoured(robots: tuple[str, ...], left: str) -> None:
    found = item_of(entry(robots=robots, image="https://cdn.example/a.jpg"), EDITION, ALL)
    if isinstance(found, Omission):
        assert (found, left) == (Omission.NOINDEX, "nothing")
        return
    parts = [name for name in ("html", "image", "summary") if getattr(found, name)]
    assert " ".join(parts) == left.replace("title", "")
    if "max-snippet: 40" in robots:
        assert len(found.summary) <= 40


def test_what_cannot_be_shown_is_counted_and_the_rest_is_there() -> None:
    good = entries(3)
    bad = [
        entry(4, robots=("noindex",)),
        entry(5, url="javascript:alert(1)"),
        entry(6, tag=" "),
        entry(7, tag=good[0].tag),
        entry(8, first_seen_at=None),
    ]
    document = document_of(ALL, [*bad[:2], *good, *bad[2:]], EDITION)
    assert [i.tag for i in document.items] == [e.tag for e in good]
    assert document.omitted == {"noindex": 1, "no_link": 1, "no_id": 1, "duplicate": 1, "error": 1}


def test_updated_is_distinct_and_the_same_in_every_feed() -> None:
    same = [replace(e, changed_at=SEEN) for e in entries(100)]
    document = document_of(ALL, same, EDITION)
    assert len({i.updated_at for i in document.items}) == 100
    assert {i.updated_at.replace(microsecond=0) for i in document.items} == {SEEN}
    other = document_of(channel_of("topic-idrogeno", EDITION), same[40:60], EDITION)
    assert [i.updated_at for i in other.items] == [i.updated_at for i in document.items[40:60]]


def test_updated_is_distinct_even_where_ids_fall_on_one_microsecond() -> None:
    clash = [entry(n, tag=f"tag:notizie.example,2026:{n}", changed_at=SEEN) for n in range(3000)]
    document = document_of(ALL, clash, EDITION)
    assert len({i.updated_at for i in document.items}) == 3000


# as found -> as carried
ADDRESSES = [
    ("https://mobilita.example/a", "https://mobilita.example/a"),
    ("HTTPS://Mobilita.example", "https://mobilita.example/"),
    ("https://mobilita.example/città nuova?q=è&x=1#c", "https://mobilita.example/citt%C3%A0%20nuova?q=%C3%A8&x=1"),
    ("https://mobilita.example:443/a", "https://mobilita.example/a"),
    ("http://mobilita.example:443/a", "http://mobilita.example:443/a"),
    ("https://mobilita.example/gi%C3%A0", "https://mobilita.example/gi%C3%A0"),
    ("http://mobilità.example:8080/<b>\"'", "http://xn--mobilit-fwa.example:8080/%3Cb%3E%22'"),
    ("javascript:alert(1)", ""),
    ("/relativo", ""),
    ("ftp://mobilita.example/", ""),
    ("https://[rotto/", ""),
    ("https://mobilita.example:porta/", ""),
    ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("found", "carried"), ADDRESSES)
def test_addresses(found: str, carried: str) -> None:
    assert absolute(found) == carried
    assert absolute(carried) == carried


# as stored -> on one line, without markup
TEXTS = [
    ("Ricerca &amp; sviluppo all&#8217;estero", "Ricerca & sviluppo all’estero"),
    ("<b>Bando</b> aperto<br/>a tutti", "Bando aperto a tutti"),
    ("<script>alert(1)</script>Notizia", "Notizia"),
    ("&lt;script&gt;alert(1)&lt;/script&gt;Notizia", "Notizia"),
    ("Con a < b e c > d", "Con a < b e c > d"),
    ("Contratti <12 mesi>, AT&T e R&D", "Contratti <12 mesi>, AT&T e R&D"),
    ("due\nrighe\te\u00a0spazi \u202e", "due righe e spazi"),
    ("nullo \x00 e solo \ud800 mezzo", "nullo e solo mezzo"),
    ("fine ]]> di blocco", "fine di blocco"),
    ("<p></p><i> </i>", ""),
]


@pytest.mark.parametrize(("stored", "plain"), TEXTS)
def test_plain_text(stored: str, plain: str) -> None:
    assert plain_text(stored) == plain


# fragment -> what may reach a reader
FRAGMENTS = [
    ("<p onclick='x()' style='color:red'>a</p>", "<p>a</p>"),
    ("a<script>alert(1)</script><style>p{}</style><iframe src='https://x.example/'>i</iframe>b", "ab"),
    ('<a href="javascript:alert(1)">x</a>', '<a rel="noopener noreferrer">x</a>'),
    ('<a href="/y">x</a>', '<a href="https://mobilita.example/y" rel="noopener noreferrer">x</a>'),
    ('<img src="data:image/png;base64,AAAA" alt="x">z', "z"),
    ('<img src="f.png" onerror="x()">', '<img src="https://mobilita.example/n/f.png">'),
    ("<!-- c --><form><input></form><svg><a/></svg><div>d</div>", "<div>d</div>"),
    ('<a href="mailto:a@b.example">a</a>', '<a href="mailto:a@b.example" rel="noopener noreferrer">a</a>'),
    ('<a href="tel:1">b</a>', '<a rel="noopener noreferrer">b</a>'),
    ("<p>x\x00\x0by]]></p>", "<p>xy]]&gt;</p>"),
    ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("fragment", "safe"), FRAGMENTS)
def test_safe_html(fragment: str, safe: str) -> None:
    assert safe_html(fragment, "https://mobilita.example/n/1") == safe
    assert safe_html(safe, "https://mobilita.example/n/1") == safe


SAMPLE = """<article>
<h1>Uno</h1><section><div>a</div>
<div>b
<a href="https://x.example/?a=1&amp;b=2">c</a></div></section>
<table><caption>t</caption>
<tr><th colspan="2">x</th></tr><tr><td>1</td>
<td rowspan="2">2</td></tr></table>
<ol start="3"><li>tre</li></ol><dl><dt>d</dt><dd>e</dd></dl><figure>
<img src="https://x.example/i.png" alt="i"
width="9"><figcaption>f</figcaption></figure><p lang="en">2 &lt; 3 &amp;
<time datetime="2026-01-01">oggi</time>, <abbr title="a">b</abbr>
<a href="mailto:a@b.example">m</a> <kbd>k</kbd><var>v</var><samp>s</samp>
<bdi>b</bdi><mark>m</mark></p></article>"""


def test_what_cleaning_leaves_passes_unchanged() -> None:
    cleaned = clean_html(SAMPLE, "https://mobilita.example/")
    assert len(cleaned) > 500
    assert safe_html(cleaned, "https://mobilita.example/") == cleaned


@given(st.text(alphabet=st.characters(), max_size=60))
def test_no_text_crashes_the_fences(text: str) -> None:
    assert "\n" not in plain_text(text)
    assert "<script" not in safe_html(f"<p>{text}</p>", "https://mobilita.example/").lower()


def test_categories_are_clusters_first_with_scheme_and_label_each_once() -> None:
    found = [(c.term, c.scheme.rpartition(":")[2], c.label) for c in item().categories]
    assert found == [
        ("mob", "cluster", "Mobilità"),
        ("idrogeno", "topic", "Idrogeno"),
        ("it", "language", "Italiano"),
    ]


def test_translations_are_related_links_with_a_language() -> None:
    pairs = (
        ("en", "https://mobilita.example/en/1/"),
        ("it", "https://mobilita.example/"),
        ("", "https://x.example/"),
        ("de", "x:y"),
    )
    assert [(r.language, r.url) for r in item(translations=pairs).related] == [
        ("en", "https://mobilita.example/en/1/")
    ]


# feed -> its language, its title, its site with and without an address
CHANNELS = [
    ("all", "it", "Cluster tecnologici lombardi: tutte le notizie", "https://mobilita.example/"),
    ("it", "it", "Cluster tecnologici lombardi: notizie in italiano", "https://mobilita.example/"),
    ("en", "en", "Lombardy Technology Clusters: news in English", "https://mobilita.example/"),
    ("cluster-mob", "it", "Mobilità: notizie", "https://mobilita.example/"),
    ("topic-idrogeno", "it", "Idrogeno: notizie dai cluster lombardi", "https://mobilita.example/"),
    ("source-agenzia", "it", "Agenzia Esempio", "https://agenzia.example/"),
    ("source-giornale", "en", "Giornale", "https://giornale.example/"),
]


@pytest.mark.parametrize(("name", "language", "title", "site"), CHANNELS)
def test_channels(name: str, language: str, title: str, site: str) -> None:
    channel = channel_of(name, WITHOUT_ADDRESS)
    assert (channel.language, channel.title, channel.site_url, channel.address) == (language, title, site, "")
    served = channel_of(name, EDITION)
    assert served.site_url == f"https://feed.example/pub/feeds/{name}.html"
    assert served.id == channel.id == f"tag:notizie.example,2026:feed/{name}"


def test_an_archive_without_sources_still_has_a_site() -> None:
    assert channel_of("all", replace(WITHOUT_ADDRESS, sources={})).site_url == "https://notizie.example/"


def test_a_source_without_name_is_called_by_its_host() -> None:
    sources = {"mobilita": Source("mobilita", "https://www.mobilita.example/", publish=Publish.TITLE)}
    found = item_of(entry(), replace(EDITION, sources=sources), ALL)
    assert isinstance(found, Item)
    assert found.authors == ("www.mobilita.example",)
