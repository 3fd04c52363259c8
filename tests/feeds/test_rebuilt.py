"""The same archive gives the same bytes: rebuilt, copied, on another database, in another zone and locale.

It holds something for every feed: a story, a translation, events and deadlines, what was called off, a
correction, what is hidden, alarms, saved searches and ended ones, history in documents.
"""

import io
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from feed_samples import SEEN
from test_publish import PUBLISH, articles, bring, files, out, store
from test_special import told_by

from aggregator.items import Event, EventKind
from aggregator.near import Kin
from aggregator.store import Store, open_store, search
from aggregator.store.alarms import Alarm, keep_alarms
from aggregator.store.amend import hide
from aggregator.store.copying import copy_archive, dump, restore
from aggregator.store.feeds import forget_states, load_states
from aggregator.store.kinship import add as add_kin
from aggregator.store.revisions import change
from aggregator.store.savedfeeds import SavedFeed, add_saved, end_saved
from aggregator.store.sightings import arrive

__all__ = ["store"]

LATER = SEEN + timedelta(days=1)
FAIR = Event(
    EventKind.EVENT, "", datetime(2026, 6, 3, 14, tzinfo=UTC), None, "Milano", False, "Vieni a Milano.", True
)
CALL = Event(EventKind.DEADLINE, "", date(2026, 6, 11), None, None, False, "Entro l'11 giugno.", True)
COURSE = replace(FAIR, start=date(2026, 7, 1), end=date(2026, 7, 3), place="Lodi")


@pytest.fixture
def whole(store: Store) -> Store:
    """An archive with something in every feed."""
    first, second, third, fourth, *rest = articles(1, 105)
    second = replace(second, source_id="giornale", title="The same, elsewhere", language="en")
    third = replace(third, published=None, title="Senza data: più «àèìòù» €")
    ids = bring(store, replace(first, events=(FAIR, CALL)), second, third, fourth, *rest)
    announcing = replace(fourth, events=(COURSE, CALL))
    with store.write() as session:
        kin = [
            (id_, told_by(ids[0]) if n < 2 else Kin(id_, "it", date(2026, 2, 20), id_))
            for n, id_ in enumerate(ids)
        ]
        add_kin(session, kin, [], 1)
        change(session, ids[3], arrive(announcing), SEEN + timedelta(hours=1))
        change(session, ids[3], arrive(replace(announcing, events=(CALL,))), LATER)
        change(session, ids[4], arrive(replace(rest[0], title="Un titolo messo a posto")), LATER)
        hide(session, ids[5], LATER)
        keep_alarms(session, (Alarm("silent:mobilita", "Tace", "Da 9 giorni.", "mobilita"),), SEEN)
        keep_alarms(session, (Alarm("disk", "Il disco si riempie"),), LATER)
        add_saved(session, SavedFeed("batterie", "batterie has:event", "Batterie & co.", SEEN))
        add_saved(session, SavedFeed("finito", "treni", "", SEEN))
        end_saved(session, "finito", LATER)
    return store


@pytest.fixture
def here(whole: Store, tmp_path: Path) -> dict[str, bytes]:
    """What it publishes."""
    out(whole, tmp_path / "here")
    return files(tmp_path / "here")


def test_every_feed_has_something(here: dict[str, bytes]) -> None:
    said = {
        "stories": b"The same, elsewhere", "events": b"Milano", "deadlines": b"11 giugno",
        "batterie": b"<entry>", "corrections": b"Un titolo messo a posto",
        "operator": b"Il disco si riempie", "all/1": b"<entry>",
    }  # fmt: skip
    for name, words in said.items():
        assert words in here[f"feeds/{name}.atom"], name
    assert b"STATUS:CANCELLED" in here["feeds/cluster-mob.ics"]
    assert "feeds/finito.gone" in here
    assert b"batterie.atom" in here["feeds.opml"]


def test_a_full_export_taken_in_elsewhere(whole: Store, here: dict[str, bytes], tmp_path: Path) -> None:
    exported = io.BytesIO()
    dump(whole, exported.write)
    exported.seek(0)
    with closing(open_store(str(tmp_path / "other.sqlite"))) as other:
        restore(other, exported)
        search.catch_up(other)
        out(other, tmp_path / "there")
    assert files(tmp_path / "there") == here


def test_a_copy_on_the_other_database(
    whole: Store, here: dict[str, bytes], empty_postgres: str, tmp_path: Path
) -> None:
    with closing(open_store(empty_postgres)) as other:
        copy_archive(whole, other)
        search.catch_up(other)
        out(other, tmp_path / "there")
    assert files(tmp_path / "there") == here


def test_no_clock_zone_or_locale_is_in_the_bytes(
    whole: Store, here: dict[str, bytes], tmp_path: Path
) -> None:
    with whole.write() as session:
        forget_states(session, list(load_states(session)))
    paths = [str(tmp_path / "archive.sqlite"), str(tmp_path / "there"), str(Path(__file__).parent)]
    env = os.environ | {
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "it_IT.UTF-8",
        "LANGUAGE": "de",
        "PYTHONHASHSEED": "7",
    }
    subprocess.run([sys.executable, "-c", PUBLISH, *paths], check=True, env=env, timeout=120)
    assert files(tmp_path / "there") == here
