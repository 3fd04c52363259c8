"""CPU of rendering a feed of 100 entries in each format, and of publishing when nothing is new.

    python -m benchmarks.feeds [ARTICLES]

Budgets: 30 ms a format; half a second for 60 feeds without news; memory that does not grow with the archive.
With a number, the publication is of an archive of so many articles: 100,000 take minutes to store. Best of
several rounds, one process.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from aggregator.feeds.channels import channel_of
from aggregator.feeds.compose import document_of
from aggregator.feeds.jsonfeed import render_json
from aggregator.feeds.model import Edition
from aggregator.feeds.pages import render_page
from aggregator.feeds.publish import publish
from aggregator.feeds.syndication import render_atom, render_rss
from aggregator.items import (
    Article,
    Entry,
    Kind,
    Mention,
    Precision,
    Publish,
    PublishedDate,
    Source,
    Term,
    Vocabulary,
)
from aggregator.store import open_store
from aggregator.store.articles import announce, insert_entries
from aggregator.store.sightings import add, arrive
from aggregator.store.sources import sync

ROUNDS = 7
START = datetime(2026, 3, 1, 9, tzinfo=UTC)
TERMS = (
    Term("mobilita", (("it", "Mobilità"),), (), is_cluster=True),
    Term("idrogeno", (("it", "Idrogeno"),), ()),
)
PARAGRAPH = (
    '<p>Il gruppo di lavoro ha provato <a href="https://fonte1.example/celle" rel="noopener noreferrer">'
    "nuove celle</a> sugli autobus di linea, con misure prese ogni giorno per tre mesi; i risultati "
    "escono in primavera con i dati di tutte le prove.</p>"
)


def source(number: int, publish_as: Publish = Publish.FULL) -> Source:
    """A source among many."""
    host = f"https://fonte{number}.example/"
    return Source(f"fonte{number}", host, name=f"Fonte {number}", kind=Kind.CLUSTER, publish=publish_as)


def article(number: int, of: Source) -> Article:
    """An article of 2,500 characters, with all that feeds can carry."""
    url = f"{of.url}notizie/{number}"
    at = START - timedelta(hours=number)
    return Article(
        source_id=of.id,
        url=url,
        canonical_url=url,
        title=f"Batterie più leggere per gli autobus & i treni, prova numero {number} di {of.name}",
        text=f"Prova numero {number} di {of.name}.",
        html=PARAGRAPH * 12,
        summary="Il gruppo di lavoro sui materiali ha provato nuove celle per gli autobus. " * 3,
        language="it",
        fingerprint=f"{number:032x}",
        published=PublishedDate(at, date(at.year, at.month, at.day), Precision.MINUTE),
        authors=("Ada Neri", "Bruno Galli"),
        image=f"{of.url}immagini/{number}.jpg",
        mentions=(Mention("idrogeno", "idrogeno", "title"), Mention("mobilita", "mobilità", "text")),
        translations=(("en", f"{of.url}en/news/{number}"),),
    )


def entries(of: Source) -> list[Entry]:
    """A hundred entries, newest arrival first."""
    return [
        Entry(
            id=number,
            tag=f"tag:notizie.example,2026:{number:032x}",
            article=article(number, of),
            first_seen_at=START,
            changed_at=START,
            change_seq=number,
            announced_seq=number,
            is_live=True,
            sources=(of.id,),
        )
        for number in range(100, 0, -1)
    ]


def milliseconds(work: Callable[[], object]) -> float:
    """CPU of the fastest round."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best * 1000


def rendering(publish_as: Publish) -> list[tuple[str, float, int]]:
    """Step, milliseconds and bytes, for a feed whose source is published so."""
    of = source(1, publish_as)
    terms = {term.id: term for term in TERMS}
    edition = Edition("notizie.example", base_url="https://feed.example", sources={of.id: of}, terms=terms)
    channel, given = channel_of("all", edition), entries(of)
    document = document_of(channel, given, edition)
    rows = [("model", milliseconds(lambda: document_of(channel, given, edition)), 0)]
    for name, render in (
        ("RSS", render_rss),
        ("Atom", render_atom),
        ("JSON Feed", render_json),
        ("HTML", render_page),
    ):
        rows.append((name, milliseconds(lambda render=render: render(document)), len(render(document))))  # type: ignore[misc]  # a default argument
    return rows


def publishing(folder: Path, articles: int, sources: int = 55) -> list[tuple[str, float, float]]:
    """Step, milliseconds and MiB at most so far: a first publication, one of nothing new, one of one new."""
    store = open_store(str(folder / "archive.sqlite"))
    all_sources = [source(number, Publish.SUMMARY) for number in range(sources)]
    vocabulary = Vocabulary(TERMS)

    def bring(of: Source, *numbers: int) -> None:
        arrivals = [arrive(replace(article(number, of), html=PARAGRAPH)) for number in numbers]
        with store.write() as session:
            ids = insert_entries(session, arrivals, now=START)
            add(session, list(zip(ids, arrivals, strict=True)), START)
            announce(session, of.id, now=START)

    def go() -> None:
        publish(store, vocabulary, folder / "public", base_url="https://feed.example")

    def once(work: Callable[[], object]) -> float:
        start = time.process_time()
        work()
        return (time.process_time() - start) * 1000

    def row(name: str, spent: float) -> tuple[str, float, float]:
        return name, spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    with store.write() as session:
        sync(session, all_sources, "1")
    each = articles // sources
    for of in all_sources:
        for start in range(0, each, 200):
            bring(of, *range(start, min(each, start + 200)))
    rows = [row("stored", 0), row("first", once(go)), row("nothing new", milliseconds(go))]
    bring(all_sources[0], each)
    rows.append(row("one new", once(go)))
    store.close()
    return rows


def main() -> None:
    """Prints both tables."""
    for publish_as in (Publish.FULL, Publish.SUMMARY):
        print(f"100 entries, {publish_as}: CPU ms, bytes")
        for name, spent, size in rendering(publish_as):
            print(f"  {name:<12}{spent:8.1f}{size:10}")
    with tempfile.TemporaryDirectory() as folder:
        articles = int(sys.argv[1]) if len(sys.argv) > 1 else 1100
        print(f"65 feeds of {articles} articles: CPU ms, MiB")
        for name, spent, memory in publishing(Path(folder), articles):
            print(f"  {name:<12}{spent:8.1f}{memory:10.0f}")


if __name__ == "__main__":
    main()
