"""News told in other words: joined where all signs agree, apart wherever one is missing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from archive_samples import AGENCY, MOBILITY, digested, lease_on, make_article, minutes
from archive_samples import day as published
from sqlalchemy import select

from aggregator.items import Article, Level, Match, RunOutcome, Source
from aggregator.near import Kin, MemoryPostings
from aggregator.store import Store, runs
from aggregator.store.schema import KinRow, LinkRow, StaleRow
from aggregator.store.stories import find_stories, get_story
from pipelines.dedupe import RULES, sketch
from pipelines.save import Saver
from pipelines.settle import finish, plan_settling
from pipelines.telling import tell
from pipelines.wording import Wording

DAY = date(2026, 3, 10)
FERRY = (
    "Da giugno il battello elettrico Tivano unirà Varenna e Bellagio in 14 minuti. Lo ha annunciato a "
    "Lecco la presidente di Laghi Lombardi, Irma Colnaghi. Il cantiere Mostes di Mandello lo consegna "
    "in aprile, con posto per 120 passeggeri; la spesa è di 3,6 milioni di euro."
)
# The same news by a local paper, by a trade site, and in English.
PAPER = (
    "Niente più gasolio tra Varenna e Bellagio: costerà 3,6 milioni di euro e porterà 120 persone la "
    "barca a batterie Tivano, pronta ad aprile secondo i costruttori di Mostes. «Salperà a giugno», "
    "promette Irma Colnaghi, che guida Laghi Lombardi, e la traversata ne richiederà 14, di minuti."
)
ENGLISH = (
    "Crossings between Varenna and Bellagio go electric in June, when the Tivano enters service, said "
    "Irma Colnaghi of Laghi Lombardi in Lecco. Built by Mostes in Mandello and due in April, the "
    "120-seat boat cost 3.6 million euros and takes 14 minutes."
)
NEXT_BOAT = (
    "Dopo il Tivano, Laghi Lombardi ordina a Mostes un secondo battello: il Breva, per 80 passeggeri, "
    "unirà Varenna e Menaggio. La presidente Irma Colnaghi prevede una spesa di 2,9 milioni di euro e "
    "21 mesi di lavori."
)
OTHER = (
    "La presidente di Laghi Lombardi Irma Colnaghi ha incontrato a Varenna i sindaci: si è parlato di "
    "pontili, di parcheggi e della stagione che si apre, senza decidere nulla."
)
TALE = "Il paese di Varenna ricorda con una targa il maestro che vi passava le estati, tra Lecco e il lago."


class _Past:
    """What came before, for one article."""

    def __init__(self, *wordings: Wording) -> None:
        self._wordings = wordings
        self._postings = MemoryPostings()
        for id_, wording in enumerate(wordings):
            keys = sketch(wording)
            self._postings.add(id_, (*keys.keys, *keys.cross_keys))
        self.find = self._postings.find

    def kin(self, id_: int) -> Kin:
        return Kin(id_, self._wordings[id_].language, self._wordings[id_].day)

    def languages(self, group: int) -> frozenset[str]:
        return frozenset((self._wordings[group].language,))

    def wording(self, id_: int) -> Wording:
        return self._wordings[id_]


def told(text: str, source: str = "due", days: int = 0, language: str = "it", title: str = "") -> Wording:
    return Wording(title or text[:40], text, language, source, DAY + timedelta(days=days))


def match(*past: Wording, new: Wording) -> Match | None:
    return tell(new, sketch(new), _Past(*past))


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (told(PAPER), "another paper"),
        (told(PAPER, days=3), "three days later"),
        (told(ENGLISH, language="en"), "another language"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_same_news_in_other_words_is_one_story(new: Wording, why: str) -> None:
    found = match(told(TALE, "tre"), told(FERRY, "uno"), new=new)
    assert found is not None, why
    assert (found.level, found.entry_id) == (Level.STORY, 1)
    assert "colnaghi" in found.reason
    assert 0.3 <= found.score <= 1.0


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (told(PAPER, source="uno"), "the same site, which follows its news up"),
        (told(PAPER, days=4), "four days later"),
        (Wording("", PAPER, "it", "due", None), "no day"),
        (told(PAPER, language="de"), "a language that is not read"),
        (told(NEXT_BOAT), "other facts"),
        (told(OTHER), "people and places alone"),
        (told(TALE), "a place alone"),
        (
            told(FERRY.replace("120", "150").replace("3,6", "4,1").replace("14", "19")),
            "one mould, other facts",
        ),
        (told(""), "nothing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_lacks_a_sign_stays_apart(new: Wording, why: str) -> None:
    assert match(told(FERRY, "uno"), new=new) is None, why


@pytest.mark.parametrize(
    ("new", "is_told"),
    [
        (told(PAPER), True),
        (told(PAPER, days=1), True),
        (told(ENGLISH, language="en"), True),
        (told(PAPER, days=2), False),
        (told(OTHER), False),
        (told(PAPER.replace("3,6 milioni", "alcuni milioni").replace("14", "pochi")), False),
    ],
)
def test_where_nothing_is_rare_numbers_of_a_day_tell(
    monkeypatch: pytest.MonkeyPatch, new: Wording, is_told: bool
) -> None:
    monkeypatch.setattr("pipelines.telling._RARE", 99)
    assert (match(told(TALE, "tre"), told(FERRY, "uno"), new=new) is not None) is is_told


def test_the_closest_of_two_is_taken() -> None:
    found = match(told(ENGLISH, "tre", language="en"), told(FERRY, "uno"), new=told(PAPER))
    assert found is not None
    assert found.entry_id == 1


def visit(store: Store, source: Source, *found: Article, at: float = 0) -> None:
    lease = lease_on(store, source)
    Saver(store, lease).save_batch(digested(found), minutes(at))
    finish(store, lease, plan_settling(store, source.id), minutes(at))
    with store.write() as session:
        runs.close(session, lease, RunOutcome.OK, now=minutes(at), next_due_at=None)


def test_the_archive_groups_them_and_merges_nothing(store: Store) -> None:
    first = make_article(MOBILITY, "battello", text=FERRY, published=published("2026-03-10"))
    paper = make_article(AGENCY, "barca", text=PAPER, published=published("2026-03-11"))
    other = make_article(AGENCY, "sindaci", text=OTHER, published=published("2026-03-11"))
    visit(store, MOBILITY, first)
    visit(store, AGENCY, paper, other, at=60)
    with store.read() as session:
        [story] = find_stories(session)
        assert [member.url for member in story.members] == [first.url, paper.url]
        assert (story.sources, story.lead.level) == (("clm", "agenzia"), Level.NEW)
        tie = story.members[1]
        assert tie.level is Level.STORY
        assert "colnaghi" in tie.reason
        assert get_story(session, tie.entry_id) == story


def test_what_older_rules_compared_is_told_by_newer_ones(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_article(MOBILITY, "battello", text=FERRY, published=published("2026-03-10"))
    copy = make_article(
        MOBILITY, "copia", text=f"Riceviamo e diffondiamo.\n{FERRY}", published=published("2026-03-10")
    )
    paper = make_article(AGENCY, "barca", text=PAPER, published=published("2026-03-11"))
    with monkeypatch.context() as older:
        older.setattr("pipelines.link.RULES", 1)
        older.setattr("pipelines.link.tell", lambda *_: None)
        older.setattr("pipelines.link.sketch", lambda wording: replace(sketch(wording), cross_keys=()))
        visit(store, MOBILITY, first, copy)
        visit(store, AGENCY, paper, at=60)
    with store.write() as session:
        ids = list(session.scalars(select(KinRow.entry_id)))
        session.add_all([StaleRow(entry_id=id_) for id_ in ids])
    visit(store, MOBILITY, at=120)
    visit(store, AGENCY, at=180)
    with store.read() as session:
        assert session.scalars(select(StaleRow)).all() == []
        [story] = find_stories(session)
        assert {member.url for member in story.members} == {first.url, copy.url, paper.url}
        rules = {link.level: link.rules for link in session.scalars(select(LinkRow))}
        assert rules == {"near": 1, "story": RULES}  # a Link keeps the version that it was decided by
