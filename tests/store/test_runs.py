"""Leases and the diary of visits."""

from dataclasses import replace

import pytest
from archive_samples import AGENCY, BOTH, MOBILITY, NOW, minutes

from aggregator.errors import StoreError
from aggregator.items import RunOutcome, Source
from aggregator.store import Store, runs, sources
from aggregator.store.runs import Lease, LeaseLostError, RunCounts

BLOG = Source("blog", "https://www.mobilita.example/blog/", hosts=("mobilita.example",))


def take(
    store: Store,
    *,
    at: float = 0,
    only: tuple[str, ...] | None = None,
    catalogue: tuple[Source, ...] = BOTH,
    limit: int = 50,
) -> list[Lease]:
    with store.write() as session:
        sources.sync(session, catalogue, repr(catalogue))
        return runs.take(session, worker="w", now=minutes(at), sources=only, limit=limit, lease_minutes=15)


def is_any_due(store: Store, *, at: float) -> bool:
    with store.write() as session:
        return runs.is_any_due(session, minutes(at))


def close(store: Store, lease: Lease, outcome: RunOutcome = RunOutcome.OK, *, at: float, due: float) -> None:
    with store.write() as session:
        runs.close(session, lease, outcome, now=minutes(at), next_due_at=minutes(due))


def ids(leases: list[Lease]) -> list[str]:
    return [lease.source_id for lease in leases]


def test_what_is_due_is_taken_once(store: Store) -> None:
    assert ids(take(store)) == ["agenzia", "clm"]
    assert take(store) == []
    assert take(store, only=("clm",)) == []


def test_due_comes_back_when_it_is_time(store: Store) -> None:
    [agency, mobility] = take(store)
    close(store, agency, at=1, due=60)
    close(store, mobility, at=1, due=30)
    assert [is_any_due(store, at=at) for at in (29.9, 30)] == [False, True]
    assert take(store, at=29.9) == []
    assert ids(take(store, at=30)) == ["clm"]
    assert not is_any_due(store, at=31), "somebody is there"
    assert is_any_due(store, at=60), "its lease is over, and so is the other's wait"


def test_the_longest_waiting_first(store: Store) -> None:
    [agency, mobility] = take(store)
    close(store, agency, at=1, due=60)
    close(store, mobility, at=1, due=30)
    assert ids(take(store, at=90, limit=1)) == ["clm"]


def test_named_sources_do_not_wait(store: Store) -> None:
    for lease in take(store):
        close(store, lease, at=1, due=60)
    assert ids(take(store, at=2, only=("clm",))) == ["clm"]


def test_disabled_sources_rest_even_when_named(store: Store) -> None:
    off = (replace(MOBILITY, enabled=False), AGENCY)
    assert ids(take(store, catalogue=off)) == ["agenzia"]
    assert take(store, catalogue=off, only=("clm",)) == []


def test_sources_on_one_host_come_one_at_a_time(store: Store) -> None:
    catalogue = (MOBILITY, BLOG)
    [first] = take(store, catalogue=catalogue)
    assert take(store, catalogue=catalogue) == []
    close(store, first, at=1, due=60)
    [second] = take(store, catalogue=catalogue, at=1)
    assert {first.source_id, second.source_id} == {"clm", "blog"}


def test_an_expired_lease_is_lost_and_fenced_off(store: Store) -> None:
    [old] = take(store, only=("clm",))
    assert take(store, at=14.9, only=("clm",)) == []
    [new] = take(store, at=15, only=("clm",))
    assert new.id > old.id
    with store.write() as session:
        runs.check_fence(session, new)
        with pytest.raises(LeaseLostError, match="clm"):
            runs.check_fence(session, old)
        with pytest.raises(LeaseLostError):
            runs.renew(session, old, now=minutes(15))
        with pytest.raises(LeaseLostError):
            runs.close(session, old, RunOutcome.OK, now=minutes(15), next_due_at=None)
        assert runs.get_run(session, old.id).outcome is RunOutcome.LOST


def test_a_worker_that_wakes_up_late_writes_nothing(store: Store) -> None:
    """Suspended over its expiry it finds another at the host: no count, no end, no due time of its own."""
    [late] = take(store, only=("clm",))
    [other] = take(store, at=20, only=("clm",))
    close(store, other, at=25, due=90)
    for write in (
        lambda session: runs.count(session, late, RunCounts(new=5)),
        lambda session: runs.renew(session, late, now=minutes(26)),
        lambda session: runs.close(
            session, late, RunOutcome.FAILED, now=minutes(26), next_due_at=minutes(27)
        ),
        lambda session: runs.check_fence(session, late),
    ):
        with pytest.raises(LeaseLostError), store.write() as session:
            write(session)
    with store.read() as session:
        [visit] = [visit for visit in runs.next_visits(session) if visit.source_id == "clm"]
        newest, oldest = runs.find_runs(session, "clm")
    assert (visit.due_at, visit.failures) == (minutes(90), 0)
    assert (newest.outcome, oldest.outcome) == (RunOutcome.OK, RunOutcome.LOST)
    assert oldest.counts == RunCounts()


def test_a_clock_that_jumps_gives_no_host_to_two(store: Store) -> None:
    """Forward, the lease is lost and fenced off; back, it lasts for as long as its worker renews it."""
    [early] = take(store, at=0, only=("clm",))
    assert take(store, at=-600, only=("clm",)) == []
    with store.write() as session:
        early = runs.renew(session, early, now=minutes(-600))
    assert take(store, at=-590, only=("clm",)) == []
    [jumped] = take(store, at=6000, only=("clm",))
    with store.write() as session:
        with pytest.raises(LeaseLostError):
            runs.check_fence(session, early)
        runs.check_fence(session, jumped)


def test_a_clock_that_ran_ahead_puts_nothing_to_rest(store: Store) -> None:
    year = 525_600
    for lease in take(store, at=year):
        close(store, lease, at=year, due=year + 60)
    assert ids(take(store, at=0)) == ["agenzia", "clm"]


def test_a_lease_for_work_that_is_no_visit_leaves_no_trace(store: Store) -> None:
    off = (replace(MOBILITY, enabled=False), AGENCY)
    for end in ("killed", "expired", "released"):
        with store.write() as session:
            sources.sync(session, off, repr(off))
            [lease] = runs.take(session, worker=end, now=NOW, sources=["clm"], is_visit=False)
        assert take(store, catalogue=off, only=("clm",)) == [], "it is alone with the source"
        with store.write() as session:
            if end == "released":
                runs.release(session, lease)
            elif end == "killed":
                runs.abandon(session, lambda worker: worker == "killed", NOW)
        if end == "expired":
            take(store, catalogue=off, at=16, only=("clm",))
        with store.write() as session, pytest.raises(LeaseLostError):
            runs.renew(session, lease, now=NOW)
        with store.read() as session:
            assert runs.find_runs(session) == []
            assert runs.open_sources(session) == set()


def test_a_renewed_lease_lasts(store: Store) -> None:
    [lease] = take(store, only=("clm",))
    with store.write() as session:
        lease = runs.renew(session, lease, now=minutes(10), lease_minutes=15)
    assert lease.expires_at == minutes(25)
    assert take(store, at=24, only=("clm",)) == []


def test_an_expired_lease_that_nobody_took_still_holds(store: Store) -> None:
    [lease] = take(store, only=("clm",))
    close(store, lease, at=60, due=90)
    with store.read() as session:
        assert runs.get_run(session, lease.id).outcome is RunOutcome.OK


def test_the_first_visit_ends_with_the_first_success(store: Store) -> None:
    seen = []
    outcomes = (RunOutcome.FAILED, RunOutcome.OK, RunOutcome.FAILED, RunOutcome.NOT_MODIFIED)
    for n, outcome in enumerate(outcomes):
        [lease] = take(store, at=n, only=("clm",))
        close(store, lease, outcome, at=n, due=n)
        with store.read() as session:
            seen.append((lease.is_first_visit, runs.failures(session, "clm")))
    assert seen == [(True, 1), (True, 0), (False, 1), (False, 0)]


def test_counts_add_up(store: Store) -> None:
    [lease] = take(store, only=("clm",))
    with store.write() as session:
        runs.count(session, lease, RunCounts(new=2, refused={"empty": 1, "noindex": 2}))
        runs.count(session, lease, RunCounts(new=1, copies=1, failed=1, refused={"empty": 1}))
        runs.close(
            session,
            lease,
            RunOutcome.OK,
            now=minutes(3),
            next_due_at=minutes(60),
            counts=RunCounts(found=9, fetched=7),
            error="one page of the list was missing",
        )
    with store.read() as session:
        [run] = runs.find_runs(session, "clm")
        assert runs.find_runs(session, "agenzia") == []
    assert run.counts == RunCounts(9, 7, new=3, copies=1, failed=1, refused={"empty": 2, "noindex": 2})
    assert (run.started_at, run.ended_at, run.worker) == (NOW, minutes(3), "w")
    assert run.error == "one page of the list was missing"


def test_there_is_no_run_of_that_number(store: Store) -> None:
    with store.read() as session, pytest.raises(StoreError, match="no run 7"):
        runs.get_run(session, 7)
