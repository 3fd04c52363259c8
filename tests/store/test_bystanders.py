"""Kept pages of other articles lose what they show of a withdrawn one; the rest stays."""

from dataclasses import replace

import pytest
from archive_samples import AGENCY, MOBILITY, NOW, lease_on, make_article
from sqlalchemy import func, select

from aggregator.items import Article, Candidate, Fetched, Page, Way
from aggregator.store import Store, articles, snapshots, withdrawals
from aggregator.store.bystanders import marks_of, shows
from aggregator.store.check import check
from aggregator.store.schema import SightingRow, SnapshotRow
from pipelines.save import Saver

TITLE = "Perché lo zafferanone d'Ada Neri è tornato"
TEXT = "Nel campo dietro la cascina lo zafferanone fiorisce di nuovo, dice Ada Neri. " * 5
URL = "https://mobilita.example/notizie/39"
MARKS = marks_of(
    [TITLE, "News"], [TEXT], [URL, "https://mobilita.example/", "https://mobilita.example/?p=39"]
)


def page(body: str, *, charset: str = "utf-8", listed_at: str = "") -> Fetched:
    headers = (("content-type", f"text/html; charset={charset}"),)
    url = "https://mobilita.example/altro"
    return Fetched(
        "clm", Page(url, body.encode(charset), NOW, 200, headers, url), Candidate(url, Way.FEED, listed_at)
    )


@pytest.mark.parametrize(
    "body",
    [
        "<li>Perché lo zafferanone d'Ada Neri è tornato</li>",
        "<li>Perch&eacute; lo <b>zafferanone</b> d&#8217;Ada Neri è\n tornato</li>",
        '<script>{"title":"Perch\\u00e9 lo zafferanone d\'Ada Neri \\u00e8 tornato"}</script>',
        '<a title="Perché lo zafferanone d’Ada Neri è tornato" href="#">leggi</a>',
        "<p>Nel campo dietro la cascina lo zafferanone fiorisce di&hellip;</p>",
        "<a href='/notizie/39/'>leggi</a>",
        "<a href=https://www.mobilita.example/notizie/39>leggi</a>",
        '<script>["https:\\/\\/mobilita.example\\/notizie\\/39"]</script>',
        "<a href='/?p=39&amp;utm_source=lista'>leggi</a>",
    ],
)
def test_what_shows_it(body: str) -> None:
    assert shows(page(body), MARKS)


def test_other_charsets_and_the_way_in_count_too() -> None:
    assert shows(page(f"<li>{TITLE}</li>", charset="cp1252"), MARKS)
    assert shows(page("", listed_at=URL), MARKS)


@pytest.mark.parametrize(
    "body",
    [
        "News",
        "<a href='/notizie/390'>",
        "<a href='/en/notizie/39'>",
        "<a href='/notizie/39/foto'>",
        "<a href='/'>",
        "zafferanone",
        "",
    ],
)
def test_what_does_not_show_it(body: str) -> None:
    assert not shows(page(body), MARKS)


def test_no_kept_page_of_the_source_shows_it_any_more(store: Store) -> None:
    gone = make_article(path="notizie/39", title=TITLE, text=TEXT)
    listed, apart = make_article(path="b"), make_article(path="c")
    _save(store, (gone, "testo"), (listed, f"<aside>{TITLE}</aside>"), (apart, "<aside>Altro</aside>"))
    _save(store, (make_article(AGENCY, "d"), TITLE))
    with store.write() as session:
        id_ = articles.locate(session, gone.url)
        traces = withdrawals.withdraw(session, id_, reason="a request", now=NOW)
    assert traces.bystanders == 1
    with store.read() as session:
        ids = session.scalars(select(SnapshotRow.id)).all()
        kept = snapshots.load_many(session, ids)
        assert {fetched.page.url for fetched in kept.values()} == {apart.url, f"{AGENCY.url}d"}
        alone = select(SightingRow.link).where(SightingRow.snapshot_id.is_(None))
        assert session.scalars(alone).all() == [listed.url]
        assert session.scalar(select(func.count()).select_from(SightingRow)) == 3
        assert check(session) == []


def _save(store: Store, *pages: tuple[Article, str]) -> None:
    source = AGENCY if pages[0][0].source_id == AGENCY.id else MOBILITY
    lease = lease_on(store, source)
    digested = [
        (replace(page(body), source_id=source.id, page=replace(page(body).page, url=one.url)), one)
        for one, body in pages
    ]
    Saver(store, lease).save_batch(digested, NOW)
    with store.write() as session:
        articles.announce(session, source.id, now=NOW)
        session.connection().exec_driver_sql("UPDATE crawl_run SET ended_at = started_at")
