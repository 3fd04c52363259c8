"""Addresses of one page, visit after visit: learnt, left out, tried again, and unlearnt."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from archive_samples import MOBILITY, fetch, lease_on, make_article, minutes, text_about

from aggregator.alias import Alias, Kind
from aggregator.config import Config
from aggregator.diary import close_visit, open_visit
from aggregator.items import Candidate, RunOutcome, Way
from aggregator.store import Store, memory, sightings, withdrawals
from aggregator.urls import canonical_url
from pipelines.save import Saver
from pipelines.settle import announce

ROOT = MOBILITY.url
SOURCE = replace(MOBILITY, way=Way.FEED)
FROM_HOME = Alias(Kind.PARAMETER, "from=home")


def _visit(store: Store, now: datetime, site: Mapping[str, tuple[str, str]]) -> list[str]:
    """Visits the site (the canonical address and the text of each that is listed); what was asked for."""
    lease = lease_on(store)
    with store.read() as session:
        visit = open_visit(session, SOURCE, Config(), now, since=None)
    visit.add(tuple(Candidate(ROOT + path, Way.FEED) for path in site), "list")
    taken, _ = visit.choose()
    asked = [candidate.url.removeprefix(ROOT) for candidate in taken]
    pages = [make_article(path=path, title=path, text=_text(site[path][1])) for path in asked]
    articles = [
        replace(page, canonical_url=canonical_url(ROOT + site[path][0]))
        for path, page in zip(asked, pages, strict=True)
    ]
    Saver(store, lease).save_batch([(fetch(article), article) for article in articles], now)
    visit.counts["fetched"] += len(asked)
    with store.write() as session:
        close_visit(session, visit, lease, RunOutcome.OK, now, requests_per_day=100)
    announce(store, ["clm"], now)
    return asked


def _text(subject: str) -> str:
    """The words of that subject; with two words more the same in all others."""
    subject, *more = subject.split(" ", 1)
    return " ".join([text_about(subject), *more])


def _plain(*names: str) -> dict[str, tuple[str, str]]:
    return {name: (name, name) for name in names}


def _from_home(*names: str) -> dict[str, tuple[str, str]]:
    return {f"{name}?from=home": (name, name) for name in names}


def test_what_addresses_have_shown_to_be_one_is_asked_for_once(store: Store) -> None:
    names = ("a", "b", "c", "d", "e")
    _visit(store, minutes(0), _plain(*names))
    assert len(_visit(store, minutes(1), _from_home(*names))) == 5, "nothing is learnt yet"
    with store.read() as session:
        learnt = memory.load_memory(session, "clm")
    assert learnt.aliases == (FROM_HOME,)
    _visit(store, minutes(2), _plain("f", "g", "h"))
    listed = _plain("f", "g", "h", "i") | _from_home("f", "g", "h", "i")
    assert _visit(store, minutes(3), listed) == ["i", "f?from=home"], "one is tried, the others are known"
    assert _visit(store, minutes(4), listed) == ["g?from=home"]
    with store.read() as session:
        assert memory.load_memory(session, "clm").aliases == (FROM_HOME,)


def test_a_page_of_its_own_behind_an_alias_unlearns_it(store: Store) -> None:
    names = ("a", "b", "c", "d", "e", "f", "g")
    _visit(store, minutes(0), _plain(*names))
    _visit(store, minutes(1), _from_home("a", "b", "c", "d", "e"))
    others = {f"{name}?from=home": (f"{name}?from=home", f"altro{name}") for name in ("f", "g", "h")}
    _visit(store, minutes(2), _plain("h"))
    assert _visit(store, minutes(3), others) == ["f?from=home"]
    assert _visit(store, minutes(4), others) == ["g?from=home"], "the first is compared by now"
    with store.read() as session:
        learnt = memory.load_memory(session, "clm", minutes(5))
    assert learnt.aliases == () == tuple(learnt.covered)
    assert learnt.is_whole, "what was left out is listed again"
    assert _visit(store, minutes(5), others) == ["h?from=home"]


def test_a_copy_in_nearly_the_same_words_unlearns_nothing(store: Store) -> None:
    names = ("a", "b", "c", "d", "e", "f")
    _visit(store, minutes(0), _plain(*names))
    _visit(store, minutes(1), _from_home("a", "b", "c", "d", "e"))
    assert _visit(store, minutes(2), {"f?from=home": ("f?from=home", "f in più")}) == ["f?from=home"]
    assert _visit(store, minutes(3), _plain("g")) == ["g"]
    with store.read() as session:
        assert memory.load_memory(session, "clm").aliases == (FROM_HOME,)


def test_what_is_withdrawn_is_not_asked_for_by_another_address(store: Store) -> None:
    names = ("a", "b", "c", "d", "e")
    _visit(store, minutes(0), _plain(*names, "f"))
    _visit(store, minutes(1), _from_home(*names))
    with store.write() as session:
        first = memory.load_memory(session, "clm").known
        withdrawals.withdraw(session, 1, reason="richiesta", now=minutes(2))
        left = first - memory.load_memory(session, "clm").known
    assert len(left) == 2, "under none of its addresses is it known any more"
    assert not set(_visit(store, minutes(3), _plain(*names) | _from_home(*names))) - {"f"}


def test_a_page_that_is_gone_covers_no_other(store: Store) -> None:
    names = ("a", "b", "c", "d", "e")
    _visit(store, minutes(0), _plain(*names, "f"))
    _visit(store, minutes(1), _from_home(*names))
    with store.write() as session:
        sightings.vanish(session, "clm", [canonical_url(f"{ROOT}f")], minutes(2))
    assert _visit(store, minutes(3), _from_home("f")) == ["f?from=home"]


def test_a_text_at_two_addresses_is_evidence_as_well(store: Store) -> None:
    names = ("a", "b", "c", "d", "e")
    _visit(store, minutes(0), _plain(*names))
    again = {f"{name}?from=home": (f"{name}?from=home", name) for name in names}
    assert len(_visit(store, minutes(1), again)) == 5
    with store.read() as session:
        assert memory.load_memory(session, "clm").aliases == (FROM_HOME,)
