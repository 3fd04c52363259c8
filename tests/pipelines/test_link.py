"""Copies and translations in the archive: tied when a visit ends, once in the feeds, on both databases."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from archive_samples import AGENCY, MOBILITY, NOW, day, digested, lease_on, make_article, minutes
from sqlalchemy import func, select, text

from aggregator.errors import StoreError
from aggregator.items import Article, RunOutcome, Source
from aggregator.near import MOST_HOLDERS
from aggregator.query import Query
from aggregator.store import Store, articles, feeds, kinship, postings, runs
from aggregator.store.schema import EntryRow, KinRow, LinkRow, PostingRow
from aggregator.store.stories import get_story
from pipelines.dedupe import RULES
from pipelines.link import join, split
from pipelines.save import Saver
from pipelines.settle import finish, plan_settling

RELEASE = (
    "La rete lombarda dei laghi ha presentato a Lecco il battello elettrico Tivano, che da giugno "
    "collegherà le due sponde. Costruito nel cantiere di Mandello, porta 120 passeggeri e si ricarica "
    "in 40 minuti alla banchina di Varenna. Il progetto è costato 3,6 milioni di euro, per metà della "
    "Regione. La presidente Irma Colnaghi parla di un servizio che ripaga la scelta di dieci anni fa, "
    "quando nessuno credeva alle batterie in acqua dolce."
)
ENGLISH = (
    "The Lombardy lakes network presented in Lecco the electric boat Tivano, which from June will "
    "link the two shores. Built in the Mandello yard, it carries 120 passengers and recharges in 40 "
    "minutes at the Varenna quay. The project cost 3.6 million euros, half of it from the Region. "
    "President Irma Colnaghi speaks of a service that repays the choice of ten years ago, when nobody "
    "believed in batteries on fresh water."
)
COPY = f"Questa notizia è ripresa da un comunicato della rete.\n{RELEASE}"
NEXT = RELEASE.replace("120", "150").replace("Tivano", "Breva").replace("3,6", "4,2")


def article(
    source: Source, path: str, text: str, language: str = "it", published: str = "2026-03-10"
) -> Article:
    return make_article(
        source, path, title=f"Il battello {path}", text=text, language=language, published=day(published)
    )


def visit(store: Store, source: Source, found: Iterable[Article], at: float = 0) -> int:
    lease = lease_on(store, source)
    Saver(store, lease).save_batch(digested(found), minutes(at))
    announced = finish(store, lease, plan_settling(store, source.id), minutes(at))
    with store.write() as session:
        runs.close(session, lease, RunOutcome.OK, now=minutes(at), next_due_at=None)
    return announced


def groups(store: Store) -> list[list[str]]:
    """The paths of each group's articles."""
    query = select(KinRow.group_id, EntryRow.url).join(EntryRow, EntryRow.id == KinRow.entry_id)
    found: dict[int, list[str]] = {}
    with store.read() as session:
        for group, url in session.execute(query.order_by(EntryRow.url)):
            found.setdefault(group, []).append(url.rsplit("/", 1)[1])
    return sorted(sorted(paths) for paths in found.values())


def feed(store: Store, name: str) -> list[str]:
    with store.read() as session:
        return [
            entry.article.url.rsplit("/", 1)[1] for entry in articles.find(session, feeds.feed_query(name))
        ]


def test_a_copy_is_an_entry_of_its_own_with_a_link(store: Store) -> None:
    visit(store, MOBILITY, [article(MOBILITY, "primo", RELEASE), article(MOBILITY, "altro", NEXT)])
    visit(store, AGENCY, [article(AGENCY, "copia", COPY)], at=60)
    assert groups(store) == [["altro"], ["copia", "primo"]]
    assert feed(store, "all") == ["altro", "primo"] or feed(store, "all") == ["primo", "altro"]
    assert feed(store, "source-agenzia") == ["copia"]
    with store.read() as session:
        link = session.scalars(select(LinkRow)).one()
        assert (link.level, link.rules) == ("near", RULES)
        assert "words" in link.reason
        assert link.score > 0.9
        [first] = kinship.first_announced(session, [min(link.entry_id, link.other_id)])
        assert articles.get(session, first).article.url.endswith("primo")
        sources = {source_id for _, source_id, _ in feeds.copies(session, [first])}
        assert sources == {"clm", "agenzia"}
        [tie] = kinship.ties_of(session, link.entry_id)
        assert (tie.other_id, tie.level, tie.rules, tie.is_later) == (link.other_id, "near", RULES, False)
        assert tie.url.endswith(("primo", "copia"))
        [back] = kinship.ties_of(session, link.other_id)
        assert (back.other_id, back.is_later, back.reason) == (link.entry_id, True, tie.reason)


def test_a_copy_changes_the_feed_that_carries_the_first(store: Store) -> None:
    visit(store, MOBILITY, [article(MOBILITY, "primo", RELEASE)])
    with store.read() as session:
        seq = articles.find(session, feeds.feed_query("all"))[0].change_seq
    visit(store, AGENCY, [article(AGENCY, "copia", COPY)], at=60)
    with store.read() as session:
        assert feeds.has_changed(session, feeds.feed_query("all"), seq)


def test_a_translation_is_carried_once_in_all_and_by_its_side(store: Store) -> None:
    both = [article(MOBILITY, "barca", RELEASE), article(MOBILITY, "boat", ENGLISH, "en", "2026-03-11")]
    visit(store, MOBILITY, both)
    assert groups(store) == [["barca", "boat"]]
    assert feed(store, "all") == ["barca"]
    assert (feed(store, "it"), feed(store, "en")) == (["barca"], ["boat"])
    with store.read() as session:
        [link] = session.scalars(select(LinkRow))
        [tie] = kinship.ties_of(session, link.other_id)
        assert tie.original_id == link.other_id  # by the days at one site
        assert tie.reason.endswith("its site had the Italian text 1 days before")
        told = session.execute(text("SELECT id, original_id FROM articles ORDER BY id")).all()
        assert told == [(link.other_id, None), (link.entry_id, link.other_id)]
        assert kinship.originals(session, [row.id for row in told]) == {link.entry_id: link.other_id}


def test_a_page_that_names_its_translation_is_believed(store: Store) -> None:
    first = article(
        MOBILITY, "uno", "Testo breve e senza alcun nome che si possa ritrovare altrove, tutto qui."
    )
    other = article(
        MOBILITY, "one", "A short text with nothing in it that could be found again elsewhere.", "en"
    )
    first = replace(first, translations=(("en", other.url),))
    visit(store, MOBILITY, [first, replace(other, translations=(("it", first.url),))])
    assert groups(store) == [["one", "uno"]]


def test_order_of_saving_does_not_count(store: Store) -> None:
    texts = {"alfa": RELEASE, "beta": COPY, "gamma": NEXT, "delta": ENGLISH}
    found = [article(MOBILITY, path, text) for path, text in texts.items()]
    found = [replace(a, language="en") if a.text == ENGLISH else a for a in found]
    random.Random(3).shuffle(found)
    visit(store, MOBILITY, found)
    assert groups(store) == [["alfa", "beta", "delta"], ["gamma"]]


def test_what_was_interrupted_goes_on(store: Store) -> None:
    lease = lease_on(store, MOBILITY)
    Saver(store, lease).save_batch(digested([article(MOBILITY, "primo", RELEASE)]), NOW)
    finish(store, lease, plan_settling(store, "clm"), NOW)
    assert finish(store, lease, plan_settling(store, "clm"), NOW) == 0
    assert groups(store) == [["primo"]]


def test_a_group_is_whole_when_ids_do_not_follow_the_order_of_announcement(store: Store) -> None:
    # Saved first but announced last: each of the two takes the older ones in under its own, lower id.
    lease = lease_on(store, MOBILITY)
    Saver(store, lease).save_batch(digested([article(MOBILITY, "zeta", f"Ecco. {RELEASE}")]), NOW)
    Saver(store, lease).save_batch(digested([article(MOBILITY, "alfa", f"Infine. {RELEASE}")]), NOW)
    visit(store, AGENCY, [article(AGENCY, "copia", COPY), article(AGENCY, "nota", f"{RELEASE} Fine.")], at=1)
    assert groups(store) == [["copia", "nota"]]
    finish(store, lease, plan_settling(store, "clm"), minutes(2))
    assert groups(store) == [["alfa", "copia", "nota", "zeta"]]
    with store.read() as session:
        [name] = set(session.scalars(select(KinRow.group_id)))
        assert name == min(session.scalars(select(EntryRow.id)))


def test_who_published_first_leads_the_story_and_feeds_keep_their_ids(store: Store) -> None:
    visit(store, AGENCY, [article(AGENCY, "copia", COPY, published="2026-03-10")])
    with store.read() as session:
        [carried] = articles.find(session, feeds.feed_query("all"))
        assert get_story(session, carried.id).lead.url.endswith("/copia")
    visit(store, MOBILITY, [article(MOBILITY, "primo", RELEASE, published="2026-03-09")], at=60)
    with store.read() as session:
        story = get_story(session, carried.id)
        assert (story.lead.url.rsplit("/", 1)[1], len(story.members)) == ("primo", 2)
        [now] = articles.find(session, feeds.feed_query("all"))
        assert (now.id, now.tag, now.announced_seq) == (carried.id, carried.tag, carried.announced_seq)
        assert now.change_seq > carried.change_seq


def test_postings_are_bounded_and_leave_after_their_window(store: Store) -> None:
    ids = range(1, MOST_HOLDERS + 11)
    with store.write() as session:
        for id_ in ids:
            held = postings.find(session, [7, 8])
            held.setdefault(7, []).append(id_)
            postings.add(session, [(id_, NOW.date() + timedelta(days=id_), [7])], held)
        assert postings.find(session, [7, 8]) == {7: list(ids)[-MOST_HOLDERS:]}
        postings.forget(session, [8], NOW.date() + timedelta(days=400))
        postings.forget(session, [7], NOW.date() + timedelta(days=15))
        assert min(postings.find(session, [7])[7]) == 15
        postings.sweep(session, 1, NOW.date() + timedelta(days=400))
        postings.sweep(session, 0, NOW.date() + timedelta(days=20))
        assert min(postings.find(session, [7])[7]) == 20


def test_an_article_costs_some_thirty_rows(store: Store) -> None:
    visit(store, MOBILITY, [article(MOBILITY, "primo", RELEASE * 20)])
    with store.read() as session:
        assert 20 <= (session.scalar(select(func.count()).select_from(PostingRow)) or 0) <= 36


def test_a_person_has_the_last_word(store: Store) -> None:
    visit(store, MOBILITY, [article(MOBILITY, "primo", RELEASE), article(MOBILITY, "altro", NEXT)])
    visit(store, AGENCY, [article(AGENCY, "copia", COPY)], at=60)
    with store.read() as session:
        ids = {entry.article.url.rsplit("/", 1)[1]: entry.id for entry in articles.find(session, Query())}
    with store.write() as session:
        split(session, ids["primo"], NOW)
    assert groups(store) == [["altro"], ["copia"], ["primo"]]
    with store.write() as session:
        join(session, ids["primo"], ids["altro"], NOW)
        join(session, ids["altro"], ids["primo"], NOW)
    visit(store, AGENCY, [article(AGENCY, "ancora", f"{RELEASE} Il servizio parte alle otto.")], at=120)
    assert groups(store) == [["altro", "ancora", "primo"], ["copia"]]
    with store.read() as session, pytest.raises(StoreError):
        kinship.kin_of(session, 10**9)
