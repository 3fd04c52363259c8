"""Pages that are asked for again: what has changed is told apart from what has not, and nothing is lost."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from serving import Answer, Done, Place, Site, Story, feed, page, serve, story, write_catalogue

from aggregator.items import Entry
from aggregator.store import open_store, revisions

_FATES = ("resta", "ritoccata", "cambiata", "sparita", "finta", "altra", "guasta")
_NEW_TEXT = "Il bando chiude il 30 settembre, ha deciso la giunta nella seduta di ieri."
_OTHER = """\
Dal primo gennaio cambiano gli orari dello sportello: il martedì si riceve soltanto su appuntamento, e chi
arriva senza prenotazione attende in coda fino a mezzogiorno. Restano aperte le iscrizioni ai corsi serali di
saldatura, tenuti da artigiani in pensione che insegnano senza compenso per tutta la primavera.
"""
_NOT_FOUND = "<html><title>Pagina non trovata</title><body><h1>Pagina non trovata</h1></body></html>"


def _two_days_pass(place: Place) -> None:
    """Moves all that the archive did two days back."""
    with closing(sqlite3.connect(place.archive)) as archive:
        for table, columns in (
            ("sighting", ("checked_at", "due_at")),
            ("source", ("next_due_at", "visited_at", "whole_at")),
        ):
            for column in columns:
                archive.execute(
                    f"UPDATE {table} SET {column} = strftime('%Y-%m-%d %H:%M:%f', {column}, '-2 days')"
                )
        archive.execute("UPDATE sighting SET due_at = checked_at")
        archive.commit()


class Revisited:
    """An archive before and after its pages met their fates, and what the second visit asked for."""

    def __init__(self, place: Place, site: Site) -> None:
        stories = [story(name) for name in _FATES]
        feed(site, stories, etag='"elenco"')
        for told in stories:
            site.put(told.path, Answer(page(told).encode(), etag=f'"{told.name}"'))
        self.first = place.run("sito")
        self.before = {entry.article.title: entry for entry in place.entries()}
        _two_days_pass(place)
        self.title = {told.name: told.title for told in stories}
        self.other = replace(
            story("tutt'altro"), title="Sportello e corsi serali: orari nuovi", paragraphs=(_OTHER,)
        )
        _meet_fates(site, self.other)
        site.log.clear()
        self.second = place.run("sito")
        self.log = dict(site.log)
        self.after = {entry.tag: entry for entry in place.entries()}
        self.third = self._again(place, site)
        store = open_store(place.url)
        with closing(store), store.read() as session:
            self.history = {tag: revisions.history(session, e.id) for tag, e in self.after.items()}

    def _again(self, place: Place, site: Site) -> list[str]:
        """What a visit right after that asks for."""
        site.log.clear()
        place.run("sito")
        return [path for path, _ in site.log]

    def of(self, fate: str) -> tuple[Entry, Entry]:
        """The Entry before and after."""
        before = self.before[self.title[fate]]
        return before, self.after[before.tag]


def _meet_fates(site: Site, other: Story) -> None:
    touched, changed = story("ritoccata"), story("cambiata")
    site.put(touched.path, page(touched).replace("Tutti i diritti riservati", "Visite: 4711"))
    more = replace(changed, paragraphs=(*changed.paragraphs, _NEW_TEXT))
    site.put(changed.path, page(more))
    site.put(story("sparita").path, Answer(b"gone", "text/plain", 410))
    site.put(story("finta").path, _NOT_FOUND)
    site.put(story("altra").path, page(other))
    site.put(story("guasta").path, Answer(b"broken", "text/plain", 403))


@pytest.fixture(scope="module")
def revisited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Revisited]:
    place = Place(tmp_path_factory.mktemp("revisits"))
    with serve("127.0.4.1") as (site,):
        write_catalogue(place.folder / "catalogue.toml", {"sito": site})
        yield Revisited(place, site)


def _row(done: Done) -> dict[str, object]:
    return done.row("sito")


def test_pages_are_asked_conditionally_and_once(revisited: Revisited) -> None:
    assert _row(revisited.first)["new"] == len(_FATES)
    assert revisited.log["/feed"] == 304
    assert revisited.log[story("resta").path] == 304
    assert _row(revisited.second)["checked"] == len(_FATES)
    assert revisited.third == ["/feed"]


@pytest.mark.parametrize("fate", ["resta", "ritoccata", "guasta"])
def test_what_says_nothing_new_is_left_alone(revisited: Revisited, fate: str) -> None:
    before, after = revisited.of(fate)
    assert after == before
    assert revisited.history[before.tag] == []


def test_a_changed_text_is_a_revision(revisited: Revisited) -> None:
    before, after = revisited.of("cambiata")
    assert after.article.text == f"{before.article.text}\n{_NEW_TEXT}"
    assert after.changed_at > before.changed_at
    assert after.article.published == before.article.published
    [revision] = revisited.history[before.tag]
    assert revision.old["text"] == before.article.text
    assert _row(revisited.second)["updated"] == 1


@pytest.mark.parametrize("fate", ["sparita", "finta"])
def test_a_page_that_is_gone_is_marked_and_kept(revisited: Revisited, fate: str) -> None:
    before, after = revisited.of(fate)
    assert before.vanished_at is None
    assert after.vanished_at is not None
    assert (after.article, after.changed_at) == (before.article, before.changed_at)
    assert _row(revisited.second)["vanished"] == 2
    assert _row(revisited.second)["failed"] == 0


def test_an_address_given_to_another_article_has_two_entries(revisited: Revisited) -> None:
    before, after = revisited.of("altra")
    assert after.article.text == before.article.text
    assert after.vanished_at is not None
    [new] = [e for e in revisited.after.values() if e.article.title == revisited.other.title]
    assert new.tag != after.tag
    assert new.article.url == before.article.url
    assert new.announced_seq is not None
    assert len(revisited.after) == len(_FATES) + 1
