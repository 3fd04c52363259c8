"""A person's word on an Entry: it wins, survives every reading again, and can be taken back."""

from dataclasses import replace
from typing import Any

import pytest
from archive_samples import AGENCY, MOBILITY, NOW, day, digested, fetch, lease_on, make_article, minutes

from aggregator.errors import QueryError
from aggregator.items import Article, Entry, Match, Mention, Reason, Refused
from aggregator.query import Query
from aggregator.store import Store, amend, articles, corrections, revisions, sightings
from aggregator.store.articles import find, locate
from aggregator.store.feeds import changed_arrivals, has_changed
from aggregator.store.runs import Lease
from pipelines.save import Saver

WRONG = make_article(path="gara", title="Titolo sbagliato", published=day("2019-01-01"))


def save(store: Store, lease: Lease, article: Article, *, at: float = 0) -> int:
    [match] = Saver(store, lease).save_batch(digested([article]), minutes(at))
    assert isinstance(match, Match)
    assert match.entry_id is not None
    return match.entry_id


def announce(store: Store, source_id: str = "clm") -> None:
    with store.write() as session:
        articles.announce(session, source_id, now=NOW, live_days=40_000)


def correct(store: Store, entry_id: int, field: str, value: Any, *, at: float = 5) -> tuple[str, ...]:
    change = {field: value}
    with store.write() as session:
        said = replace(articles.get(session, entry_id).article, **change)
        return amend.correct(session, entry_id, field, said, reason="letto sulla carta", now=minutes(at))


def entry(store: Store, entry_id: int) -> Entry:
    with store.read() as session:
        return articles.get(session, entry_id)


@pytest.fixture
def lease(store: Store) -> Lease:
    return lease_on(store)


@pytest.fixture
def wrong(store: Store, lease: Lease) -> int:
    entry_id = save(store, lease, WRONG)
    announce(store)
    return entry_id


VALUES: tuple[tuple[str, object], ...] = (
    ("title", "Titolo giusto"),
    ("published", day("2026-03-10")),
    ("published", None),
    ("authors", ("Anna Bruni", "Redazione")),
    ("language", "en"),
    ("summary", "Un riassunto."),
    ("tags", ("mobilità",)),
    ("tags", ()),
    ("image", "https://mobilita.example/foto.jpg"),
    ("image", None),
)


@pytest.mark.parametrize(("field", "value"), VALUES)
def test_a_correction_wins_over_a_page_that_changes(
    store: Store, lease: Lease, field: str, value: object
) -> None:
    first = replace(WRONG, tags=("vecchio",), image="https://mobilita.example/logo.jpg")
    entry_id = save(store, lease, first)
    announce(store)
    assert correct(store, entry_id, field, value)
    changed = replace(first, title="Titolo rifatto", text=first.text + " in fondo", fingerprint="f" * 16)
    assert save(store, lease, changed, at=9) == entry_id
    now = entry(store, entry_id).article
    assert getattr(now, field) == value
    assert now.text == changed.text
    if field != "title":
        assert now.title == "Titolo rifatto"


def test_a_correction_makes_a_revision_and_moves_the_feeds(store: Store, wrong: int) -> None:
    before = entry(store, wrong)
    assert correct(store, wrong, "title", "Titolo giusto") == ("title",)
    after = entry(store, wrong)
    assert (after.tag, after.announced_seq) == (before.tag, before.announced_seq)
    assert after.changed_at > before.changed_at
    with store.read() as session:
        [revision] = revisions.history(session, wrong)
        assert revision.old == {"title": "Titolo sbagliato"}
        assert has_changed(session, Query(), before.change_seq)
        assert find(session, Query())[0].article.title == "Titolo giusto"


TERMS = {"title": "mobility", "tags": "bus", "text": "rail"}


def named(store: Store, term: str) -> list[int]:
    with store.read() as session:
        return [entry.id for entry in find(session, Query(topics=(term,)))]


@pytest.mark.parametrize(("field", "value"), [("title", "Giusto"), ("tags", ("bus",)), ("text", "Giusto.")])
def test_what_a_corrected_field_names_stays_named(
    store: Store, lease: Lease, field: str, value: object
) -> None:
    first = replace(WRONG, tags=("vecchio",), mentions=(Mention("energy", "energia", field),))
    entry_id = save(store, lease, first)
    announce(store)
    other = next(name for name in TERMS if name != field)
    with store.write() as session:
        said = replace(
            articles.get(session, entry_id).article,
            **{field: value},  # type: ignore[arg-type]  # one field of three
            mentions=(Mention(TERMS[field], "parole", field),),
        )
        amend.correct(session, entry_id, field, said, reason="letto sulla carta", now=minutes(5))
    assert (named(store, TERMS[field]), named(store, "energy")) == ([entry_id], [])
    # The page changes elsewhere, and names something there: both stand.
    again = replace(first, summary="Nuovo.", mentions=(*first.mentions, Mention(TERMS[other], "p", other)))
    save(store, lease, again, at=9)
    assert {m.term for m in entry(store, entry_id).article.mentions} == {TERMS[field], TERMS[other]}
    with store.write() as session:
        amend.give_back(session, entry_id, field, minutes(20))
    assert {m.term for m in entry(store, entry_id).article.mentions} == {"energy", TERMS[other]}


def test_the_same_word_again_is_no_revision(store: Store, wrong: int) -> None:
    correct(store, wrong, "title", "Titolo giusto")
    assert correct(store, wrong, "title", "Titolo giusto", at=8) == ()
    with store.read() as session:
        assert len(revisions.history(session, wrong)) == 1


def test_evidence_names_the_operator_first_and_keeps_the_page(store: Store, wrong: int) -> None:
    correct(store, wrong, "title", "Titolo giusto")
    [told] = [e for e in entry(store, wrong).article.evidence if e.field == "title"]
    assert told.chosen is not None
    assert (told.chosen.value, told.chosen.where) == ("Titolo giusto", "operator:correct")
    assert [other.where for other in told.others] == ["page:h1", "meta:title"]
    assert told.why == "letto sulla carta (2026-03-11)"


def test_taken_back_the_field_is_what_the_page_says_by_then(store: Store, lease: Lease, wrong: int) -> None:
    correct(store, wrong, "title", "Titolo giusto")
    save(store, lease, replace(WRONG, title="Titolo nuovo della pagina"), at=9)
    assert entry(store, wrong).article.title == "Titolo giusto"
    with store.write() as session:
        assert amend.give_back(session, wrong, "title", minutes(20)) == ("title",)
        assert amend.give_back(session, wrong, "title", minutes(21)) is None
    assert entry(store, wrong).article.title == "Titolo nuovo della pagina"
    assert all(
        e.chosen is None or e.chosen.where != "operator:correct" for e in entry(store, wrong).article.evidence
    )


def test_a_corrected_text_still_finds_its_copies(store: Store, lease: Lease, wrong: int) -> None:
    correct(store, wrong, "text", "Testo corretto a mano.")
    other = lease_on(store, AGENCY)
    copy = replace(make_article(AGENCY, "copia", text=WRONG.text), fingerprint=WRONG.fingerprint)
    assert save(store, other, copy, at=9) == wrong
    assert entry(store, wrong).article.text == "Testo corretto a mano."


def test_a_correction_goes_along_when_nobody_has_seen_the_entry(store: Store, lease: Lease) -> None:
    one, two = save(store, lease, make_article(path="a")), save(store, lease, make_article(path="b"))
    correct(store, two, "title", "Titolo giusto")
    with store.write() as session:
        amend.hide(session, two, NOW)
        revisions.merge(session, two, one)
    with store.read() as session:
        assert [c.value for c in corrections.find(session, one)] == ["Titolo giusto"]
        assert articles.get(session, one).is_hidden


def test_hidden_entries_are_nowhere_until_they_are_shown_again(
    store: Store, lease: Lease, wrong: int
) -> None:
    before = entry(store, wrong)
    with store.write() as session:
        assert amend.hide(session, wrong, NOW)
        assert not amend.hide(session, wrong, NOW)
    with store.read() as session:
        assert find(session, Query()) == []
        assert [e.id for e in find(session, Query(with_hidden=True))] == [wrong]
        assert articles.count(session, Query()) == 0
        assert has_changed(session, Query(), before.change_seq)
        assert changed_arrivals(session, before.change_seq, 10**6) == [before.announced_seq]
    save(store, lease, replace(WRONG, title="La pagina cambia"), at=9)
    with store.read() as session:
        assert find(session, Query()) == []
    with store.write() as session:
        assert amend.unhide(session, wrong)
        assert not amend.unhide(session, wrong)
    with store.read() as session:
        assert [e.article.title for e in find(session, Query())] == ["La pagina cambia"]


def test_located_by_number_tag_and_any_address(store: Store, wrong: int) -> None:
    tag = entry(store, wrong).tag
    other = lease_on(store, AGENCY)
    save(store, other, replace(make_article(AGENCY, "copia", text=WRONG.text)), at=9)
    with store.read() as session:
        for name in (
            str(wrong),
            tag,
            WRONG.url,
            WRONG.url + "?utm_source=x",
            "https://agenzia.example/copia",
        ):
            assert locate(session, name) == wrong
        for name in ("999999", "tag:x,2026:y", "https://mobilita.example/altro", "gara"):
            with pytest.raises(QueryError):
                locate(session, name)


def test_a_refused_address_is_told_with_its_reason(store: Store, lease: Lease) -> None:
    page = make_article(path="login")
    Saver(store, lease).save_batch([(fetch(page), Refused(page.url, Reason.LOGIN, "a form"))], NOW)
    with store.read() as session, pytest.raises(QueryError, match="at clm it was refused as login"):
        locate(session, page.url)


def test_an_article_that_names_a_topic_no_more_changes_the_topics_feed(store: Store, lease: Lease) -> None:
    article = make_article(path="idrogeno", mentions=("idrogeno",))
    entry_id = save(store, lease, article)
    announce(store)
    before, topic = entry(store, entry_id), Query(topics=("idrogeno",))
    with store.write() as session:
        assert revisions.change(session, entry_id, sightings.arrive(replace(article, mentions=())), NOW) == ()
    with store.read() as session:
        assert find(session, topic) == []
        assert has_changed(session, topic, before.change_seq)
        assert revisions.history(session, entry_id) == []


def test_what_vanished_stays_so_until_it_is_fetched_again(store: Store, lease: Lease, wrong: int) -> None:
    with store.write() as session:
        sightings.vanish(session, MOBILITY.id, [WRONG.canonical_url], NOW)
    correct(store, wrong, "title", "Titolo giusto")
    assert entry(store, wrong).vanished_at == NOW
    save(store, lease, WRONG, at=9)
    assert entry(store, wrong).vanished_at is None
    assert entry(store, wrong).article.title == "Titolo giusto"
