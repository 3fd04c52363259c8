"""The feeds that are made of something else than articles, and those that somebody asked for."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from feed_samples import ATOM_SCHEMA, SEEN, entry
from lxml import etree
from test_publish import BASE, articles, bring, out, store, titles

from aggregator.choices import Cause
from aggregator.feeds.alarms import alarm_item
from aggregator.feeds.channels import channel_of, is_saved_name
from aggregator.feeds.stories import story_item
from aggregator.items import Event, EventKind, Level, Publish, Source
from aggregator.near import Kin
from aggregator.store import Store
from aggregator.store.alarms import Alarm, keep_alarms
from aggregator.store.kinship import add as add_kin
from aggregator.store.revisions import change
from aggregator.store.savedfeeds import SavedFeed, add_saved, end_saved
from aggregator.store.sightings import arrive
from aggregator.story import Member, Story

__all__ = ["store"]

LATER = SEEN + timedelta(days=1)


def parsed(folder: Path, name: str) -> Any:
    """The entries of a feed, the same in RSS and Atom, its Atom valid."""
    ATOM_SCHEMA.assertValid(etree.fromstring((folder / f"feeds/{name}.atom").read_bytes()))
    atom = feedparser.parse((folder / f"feeds/{name}.atom").read_bytes())
    rss = feedparser.parse((folder / f"feeds/{name}.rss").read_bytes())
    read = json.loads((folder / f"feeds/{name}.json").read_bytes())
    assert not atom.bozo
    assert not rss.bozo
    ids = [found.id for found in atom.entries]
    assert ids == [found.id for found in rss.entries] == [found["id"] for found in read["items"]]
    return atom.entries


# --- stories -------------------------------------------------------------------------------------


def told_by(first: int) -> Kin:
    return Kin(first, "it", date(2026, 2, 20), first)


def bring_kin(store: Store) -> list[int]:
    """Three articles; the second, of another source, tells the same as the first."""
    first, third = articles(1, 1)[0], articles(3, 3)[0]
    (second,) = articles(2, 2, source_id="giornale", title="La stessa, altrove", language="en")
    ids = bring(store, first, second, third)
    with store.write() as session:
        kin = [(id_, told_by(ids[0] if n < 2 else id_)) for n, id_ in enumerate(ids)]
        add_kin(session, kin, [], 1)
    return ids


def test_a_story_is_one_entry_with_all_who_tell_it(store: Store, tmp_path: Path) -> None:
    bring_kin(store)
    out(store, tmp_path)
    found = parsed(tmp_path, "stories")
    assert len(found) == 2
    both = next(each for each in found if "La stessa, altrove" in each.content[0].value)
    assert both.id.startswith("tag:notizie.example,2026:story/")
    assert "Giornale" in both.summary
    assert "https://giornale.example/notizie/2/" in both.content[0].value
    assert [link.href for link in both.links if link.rel == "related"] == [
        "https://giornale.example/notizie/2/"
    ]


def member(number: int, **changes: Any) -> Member:
    values: dict[str, Any] = {
        "entry_id": number, "source_id": "mobilita", "title": "T", "url": "u", "language": "it", "day": None,
        "level": Level.NEW, "score": 1.0, "reason": "",
    }  # fmt: skip
    return Member(**values | changes)


def test_a_member_that_may_not_be_shown_is_not_in_its_story() -> None:
    from feed_samples import EDITION

    story = Story(7, member(1), (member(1), member(2)), ("mobilita",), None, None, 2, 2, SEEN)
    entries = {1: entry(1, robots=("noindex",)), 2: entry(2, title="Si vede")}
    item = story_item(story, entries, EDITION, channel_of("stories", EDITION))
    assert (getattr(item, "title", ""), getattr(item, "tag", "")) == (
        "Si vede",
        "tag:notizie.example,2026:story/7",
    )


# --- events, corrections, alarms -----------------------------------------------------------------


def test_events_are_entries_with_when_and_where(store: Store, tmp_path: Path) -> None:
    start = datetime(2026, 6, 3, 14, tzinfo=UTC)
    fair = Event(EventKind.EVENT, "Fiera", start, None, "Milano", False, "Vieni.", True)
    call = Event(EventKind.DEADLINE, "Bando", date(2026, 6, 11), None, None, False, "Entro l'11.", True)
    old = Event(EventKind.EVENT, "Passato", date(2025, 6, 3), None, None, False, "", True)
    bring(store, *articles(1, 1, events=(fair, call, old)))
    out(store, tmp_path)
    (event,) = parsed(tmp_path, "events")
    assert "Quando: 3 giugno 2026, ore 16:00. Dove: Milano. Vieni." in event.summary
    assert event.link == "https://mobilita.example/notizie/1/"
    (deadline,) = parsed(tmp_path, "deadlines")
    assert deadline.title.startswith("Scadenza: ")
    assert (tmp_path / "feeds/events.ics").exists()
    assert b"webcal:" in (tmp_path / "feeds/events.html").read_bytes()


def test_a_correction_tells_what_stood_before(store: Store, tmp_path: Path) -> None:
    ids = bring(store, *articles(1, 3))
    out(store, tmp_path)
    assert parsed(tmp_path, "corrections") == []
    (read_better,) = articles(3, 3, title="Letto meglio")
    (corrected,) = articles(1, 1, title="Altro titolo")
    (touched,) = articles(2, 2, tags=("nuovo",))
    with store.write() as session:
        change(session, ids[0], arrive(corrected), LATER)
        change(session, ids[1], arrive(touched), LATER)
        change(session, ids[2], arrive(read_better), LATER, Cause.RULES)
    out(store, tmp_path)
    (found,) = parsed(tmp_path, "corrections")
    assert found.title == "Rettifica: Altro titolo"
    assert "Il titolo era: «Batterie più leggere, prova numero 1»." in found.summary
    assert found.published_parsed[:3] == (2026, 3, 2)


def test_alarms_have_a_feed_of_their_own(store: Store, tmp_path: Path) -> None:
    bring(store, *articles(1, 1))
    text = "Da 9 giorni.\nProva: aggregator run"
    alarm = Alarm("silent:mobilita", "Tace <b>da</b> giorni", text, "mobilita")
    with store.write() as session:
        keep_alarms(session, (alarm,), SEEN)
    out(store, tmp_path)
    (found,) = parsed(tmp_path, "operator")
    assert (found.title, found.link) == ("Tace da giorni", "https://mobilita.example/")
    with store.write() as session:
        keep_alarms(session, (), LATER)
    report = out(store, tmp_path)
    assert {name.partition(".")[0] for name in report.written} == {"feeds/operator"}
    (over,) = parsed(tmp_path, "operator")
    assert (over.title, over.id) == ("Risolto: Tace da giorni", found.id)
    for name in ("index.html", "feeds.opml"):
        assert b"operator" not in (tmp_path / name).read_bytes()
    assert "Tace" not in (tmp_path / "feeds/all.atom").read_text()


def test_an_alarm_of_no_source_still_links_somewhere() -> None:
    from feed_samples import WITHOUT_ADDRESS

    from aggregator.store.alarms import RaisedAlarm

    raised = RaisedAlarm(4, Alarm("disk", "Il disco si riempie"), SEEN, SEEN)
    item = alarm_item(raised, WITHOUT_ADDRESS, channel_of("operator", WITHOUT_ADDRESS))
    assert (item.url, item.tag) == ("https://mobilita.example/", "tag:notizie.example,2026:alarm/4")


# --- saved queries -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("bandi", True), ("bandi-2026", True), ("bandi-idrogeno-it", True), ("all", False), ("it", False),
        ("stories", False), ("operator", False), ("source-clm", False), ("topic-x", False), ("Bandi", False),
        ("../x", False), ("", False), ("-x", False), ("a" * 61, False), ("index", False), ("topic", True),
    ],
)  # fmt: skip
def test_names_of_saved_feeds(name: str, is_one: bool) -> None:
    assert is_saved_name(name) is is_one


def test_a_search_is_a_feed_until_it_ends(store: Store, tmp_path: Path) -> None:
    bring(store, *articles(1, 3), *articles(4, 4, title="Un bando per i droni"))
    with store.write() as session:
        add_saved(session, SavedFeed("bandi", "bando", "Bandi & gare", SEEN))
    report = out(store, tmp_path)
    assert "feeds/bandi.rss" in report.written
    assert titles(tmp_path / "feeds/bandi.rss") == ["Un bando per i droni"]
    assert "Bandi &amp; gare" in (tmp_path / "index.html").read_text()
    assert f"{BASE}/feeds/bandi.atom" in (tmp_path / "feeds.opml").read_text()
    bring(store, *articles(5, 5, title="Altro"))
    assert not [name for name in out(store, tmp_path).written if "bandi" in name]
    with store.write() as session:
        end_saved(session, "bandi", LATER)
    assert out(store, tmp_path).gone == ("bandi",)
    assert [path.name for path in (tmp_path / "feeds").glob("bandi*")] == ["bandi.gone"]
    assert "bandi" not in (tmp_path / "index.html").read_text()
    assert out(store, tmp_path).gone == ()
    with store.write() as session:
        add_saved(session, SavedFeed("bandi", "droni", "", LATER))
    out(store, tmp_path)
    assert titles(tmp_path / "feeds/bandi.rss") == ["Un bando per i droni"]
    assert not (tmp_path / "feeds/bandi.gone").exists()


def test_another_query_under_the_name_is_another_feed(store: Store, tmp_path: Path) -> None:
    bring(store, *articles(1, 1, title="Un bando"), *articles(2, 2, title="Un treno"))
    for at, query in ((SEEN, "bando"), (LATER, "treno")):
        with store.write() as session:
            add_saved(session, SavedFeed("mio", query, "", at))
        out(store, tmp_path)
        assert titles(tmp_path / "feeds/mio.rss") == [f"Un {query}"]
        with store.write() as session:
            end_saved(session, "mio", at)


def test_an_unknown_source_has_a_feed_and_gives_nothing_but_titles(store: Store, tmp_path: Path) -> None:
    from aggregator.store.sources import save_source

    with store.write() as session:
        save_source(session, Source("nuova", "https://nuova.example/", publish=Publish.TITLE))
    bring(store, *articles(1, 1, source_id="nuova", url="https://nuova.example/1"))
    with store.write() as session:
        from aggregator.store.articles import announce

        announce(session, "nuova", now=SEEN)
    out(store, tmp_path)
    (found,) = parsed(tmp_path, "source-nuova")
    assert (found.link, found.summary) == ("https://nuova.example/1", "Fonte: nuova.example")
