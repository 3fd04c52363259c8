"""What a page or feed says of another site's article joins nothing and renames nothing."""

from xml.sax.saxutils import escape

import pytest
from archive_samples import AGENCY, MOBILITY, NOW, lease_on
from sqlalchemy import select

from aggregator.items import Article, Candidate, Fetched, Page, Source, SourceMemory, Vocabulary, Way
from aggregator.store import Store
from aggregator.store.schema import EntryRow, KinRow, LinkRow
from pipelines.normalise import digest
from pipelines.save import Saver
from pipelines.settle import finish, plan_settling
from spiders import feed

FIRST = f"{MOBILITY.url}notizie/battello-elettrico"
OTHER = f"{AGENCY.url}news/the-library-opens-at-night"
ITALIAN = " ".join(f"Il battello elettrico numero {n} collega le due sponde del lago." for n in range(3, 12))
ENGLISH = " ".join(f"The library of district {n} stays open at night for its readers." for n in range(20, 30))


def _page(url: str, title: str, text: str, language: str, head: str = "") -> Page:
    body = f"<html lang={language}><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>"
    return Page(url, f"{body}<p>{text}</p></article></body></html>".encode(), NOW, requested_url=url)


def _save(store: Store, source: Source, page: Page, candidate: Candidate) -> Article:
    read = digest(page, candidate, source, SourceMemory(), Vocabulary())
    assert isinstance(read, Article)
    lease = lease_on(store, source)
    Saver(store, lease).save_batch([(Fetched(source.id, page, candidate), read)], NOW)
    finish(store, lease, plan_settling(store, source.id), NOW)
    return read


@pytest.mark.parametrize(
    "head",
    [
        f'<link rel="canonical" href="{FIRST}">',
        f'<meta property="og:url" content="{FIRST}">',
        f'<script type="application/ld+json">{{"@type": "NewsArticle", "url": "{FIRST}"}}</script>',
        f'<link rel="alternate" hreflang="it" href="{FIRST}">',
        "",
    ],
    ids=["canonical", "og:url", "jsonld", "hreflang", "guid"],
)
def test_another_site_s_address_is_no_evidence(store: Store, head: str) -> None:
    page = _page(FIRST, "Il battello elettrico parte", ITALIAN, "it")
    _save(store, MOBILITY, page, Candidate(FIRST, Way.FEED))
    page = _page(OTHER, "The library opens at night", ENGLISH, "en", head)
    read = _save(store, AGENCY, page, Candidate(OTHER, Way.FEED, guid=None if head else FIRST))
    assert (read.canonical_url, read.url) == (OTHER, OTHER)
    with store.read() as session:
        kept = session.scalars(select(EntryRow).order_by(EntryRow.id))
        assert [(row.source_id, row.canonical_url) for row in kept] == [("clm", FIRST), ("agenzia", OTHER)]
        assert len(set(session.scalars(select(KinRow.story_id)))) == 2
        assert session.scalars(select(LinkRow)).first() is None


@pytest.mark.parametrize(
    ("link", "guid", "listed"),
    [
        (OTHER, FIRST, [OTHER]),
        (OTHER, "1", [OTHER]),
        ("", OTHER, [OTHER]),
        ("", FIRST, []),
        (FIRST, OTHER, []),
    ],
)
def test_a_feed_s_guid_leads_only_within_its_source(link: str, guid: str, listed: list[str]) -> None:
    item = f"<item><title>La notte</title><link>{link}</link><guid>{escape(guid)}</guid></item>"
    document = f'<rss version="2.0"><channel><title>n</title>{item}</channel></rss>'.encode()
    read = feed.read(Page(f"{AGENCY.url}feed", document, NOW), AGENCY)
    assert [candidate.url for candidate in read.candidates] == listed
