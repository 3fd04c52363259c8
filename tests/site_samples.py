"""An archive with a bit of everything, hostile texts too, and the site over it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from archive_samples import day, digested, lease_on, make_article, minutes
from web_samples import Browser

from aggregator.config import Config
from aggregator.items import (
    Article,
    Event,
    EventKind,
    Evidence,
    Found,
    Kind,
    Level,
    Match,
    Publish,
    RunOutcome,
    Source,
    Term,
    Vocabulary,
)
from aggregator.store import Store, amend, articles, kinship, open_store, runs
from aggregator.web.site import create_site
from pipelines.save import Saver
from pipelines.settle import finish, plan_settling

OPEN = Source(
    "clm", "https://mobilita.example/", name="Cluster Mobilità", hosts=("mobilita.example",),
    cluster="clm", kind=Kind.CLUSTER, publish=Publish.FULL, languages=("it", "en"),
)  # fmt: skip
QUOTED = Source("agenzia", "https://agenzia.example/", name="Agenzia Esempio", hosts=("agenzia.example",))
CLOSED = Source(
    "giornale", "https://giornale.example/", name="Giornale", hosts=("giornale.example",),
    kind=Kind.NEWS, publish=Publish.TITLE,
)  # fmt: skip
SOURCES = (OPEN, QUOTED, CLOSED)
VOCABULARY = Vocabulary((
    Term("clm", (("it", "Mobilità"), ("en", "Mobility")), (), is_cluster=True),
    Term("idrogeno", (("it", "Idrogeno"), ("en", "Hydrogen")), ()),
))  # fmt: skip
SCRIPT = "<script>alert(1)</script>"
HOSTILE = (
    f'"><img src=x onerror=alert(1)>{SCRIPT}</title><svg onload=alert(1)> {{{{7*7}}}} javascript:alert(1)'
)
SECRET = "paroladiscreta"
"""A word of a text that its source does not let leave."""


def put(store: Store, source: Source, *found: Article, at: float = 0) -> list[int]:
    """Stores and announces the articles; their ids, in order."""
    lease = lease_on(store, source, SOURCES)
    matches = Saver(store, lease).save_batch(digested(found), minutes(at))
    finish(store, lease, plan_settling(store, source.id), minutes(at))
    with store.write() as session:
        runs.close(session, lease, RunOutcome.OK, now=minutes(at), next_due_at=None)
    return [match.entry_id or 0 for match in matches if isinstance(match, Match)]


def hostile_article() -> Article:
    """An article whose every text wants to be code."""
    evidence = Evidence("title", Found(HOSTILE, f"page:{SCRIPT}"), (Found(SCRIPT, "meta:x"),), SCRIPT)
    return replace(
        make_article(OPEN, "ostile", title=HOSTILE, text=HOSTILE * 3),
        html=f"<p>ciao</p>{SCRIPT}<img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a>",
        summary=HOSTILE,
        authors=(SCRIPT,),
        tags=(SCRIPT,),
        evidence=(evidence,),
        image="javascript:alert(1)",
    )


def fill(store: Store) -> dict[str, int]:
    """Numbers of the articles by name: what three sources brought, and what a person did to it."""
    happening = Event(
        EventKind.EVENT, "Convegno", date(2026, 3, 20), date(2026, 3, 21), "Bergamo", False,
        f"Il convegno del 20 marzo, {SECRET}.", True,
    )  # fmt: skip
    due = Event(
        EventKind.DEADLINE, "Bando", datetime(2026, 4, 1, 12, tzinfo=UTC), None, None, True,
        "Domande entro il primo aprile 2026 alle 14.", True,
    )  # fmt: skip
    first = make_article(
        OPEN, "uno", title="Idrogeno verde sul lago", mentions=["idrogeno"], published=day("2026-03-09")
    )
    copied = make_article(QUOTED, "due", title="L'idrogeno arriva sul lago", published=day("2026-03-10"))
    closed = make_article(
        CLOSED, "tre", title="Azienda apre a Lecco", text=f"{SECRET} " * 40, published=day("2026-02-27")
    )
    hidden = make_article(QUOTED, "quattro", title="Da nascondere")
    unindexed = make_article(QUOTED, "cinque", title="Da non indicizzare")
    english = make_article(
        OPEN, "sei", title="Hydrogen on the lake", language="en", published=day("2026-03-11")
    )
    ids = put(store, OPEN, replace(first, events=(due,)), hostile_article(), english)
    ids += put(store, QUOTED, copied, hidden, replace(unindexed, robots=("noindex",)), at=10)
    ids += put(store, CLOSED, replace(closed, events=(happening,), summary=SECRET), at=20)
    named = dict(
        zip(("first", "hostile", "english", "copied", "hidden", "unindexed", "closed"), ids, strict=True)
    )
    with store.write() as session:
        amend.hide(session, named["hidden"], minutes(30))
        tie = Match(Level.STORY, named["first"], 0.7, "the same event")
        kinship.add(session, [], [(named["copied"], tie)], 1)
        kinship.join_stories(session, named["copied"], named["first"])
    changed = replace(first, title="Idrogeno verde sul lago d'Iseo", events=(due,))
    put(store, OPEN, changed, at=60)
    return named


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, dict[str, int]]:
    """The archive, on SQLite, filled once; nobody writes to it."""
    store = open_store(str(tmp_path_factory.mktemp("site") / "archive.sqlite"), authority="news.example")
    return store, fill(store)


def site_over(store: Store, folder: Path, **options: object) -> Browser:
    """A browser at the site over that archive, with no limit to what it may ask."""
    config = Config(publish=folder, rate_limit=0)
    return Browser(create_site(store, VOCABULARY, replace(config, **options)))  # type: ignore[arg-type]  # options of Config


__all__ = ["articles", "filled", "site_over"]
