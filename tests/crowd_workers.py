"""Processes that save and relate the same articles in orders of their own, for tests."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection

from archive_samples import NOW, day, digested, make_article
from sqlalchemy import event
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from aggregator.items import Article, Source
from aggregator.store import Store, articles, open_store, runs, sources
from pipelines.link import relate_some
from pipelines.save import Saver

JOURNAL = "CREATE TABLE journal (position INTEGER PRIMARY KEY, worker TEXT, deed TEXT)"
_STEP = 50
_SYLLABLES = [
    "ba",
    "co",
    "di",
    "fe",
    "go",
    "la",
    "mi",
    "nu",
    "pa",
    "re",
    "sa",
    "ti",
    "vo",
    "zu",
    "bra",
    "cle",
    "dro",
    "gri",
    "pla",
    "sto",
]
_NAMES = [
    "Varesina",
    "Bormida",
    "Olgiate",
    "Treppio",
    "Cernaia",
    "Moltrasio",
    "Pontida",
    "Gravedona",
    "Solaro",
    "Inverigo",
]


def generate(count: int) -> list[Article]:
    """So many articles: families of a release, its copies, its twin, its next issue and its translation."""
    return [_article(number) for number in range(count)]


def _article(number: int) -> Article:
    family, kind = divmod(number, 5)
    draw = random.Random(family)
    lines = [_sentence(draw) for _ in range(8)]
    language = "it"
    if kind == 1:  # wrapped up
        lines = ["La notizia arriva da un comunicato ripreso dalla redazione.", *lines]
    elif kind == 2:  # cut
        lines = lines[:5]
    elif kind == 3:  # the next issue: other numbers in the same places
        lines = [line.replace("7", "9").replace("4", "6").replace("1", "8") for line in lines]
    elif kind == 4 and family % 2:  # the same text elsewhere
        lines = list(lines)
    elif kind == 4:
        lines, language = [_abroad(line) for line in lines], "en"
    return make_article(
        url=f"https://comune.example/{number}",
        title=lines[0][:60],
        text="\n".join(lines),
        language=language,
        published=day(f"2026-02-{1 + family % 25:02}"),
    )


def _sentence(draw: random.Random) -> str:
    words = ["".join(draw.choices(_SYLLABLES, k=3)) for _ in range(14)]
    name = draw.choice(_NAMES) + draw.choice(_SYLLABLES)
    words[5:5] = [name, str(draw.choice((17, 41, 74)) * 100 + draw.randrange(100))]
    return " ".join(words).capitalize() + "."


def _abroad(line: str) -> str:
    """Words of the same roots and others around the same names and numbers."""
    words = line.split()
    for at, word in enumerate(words):
        if not word[0].isupper() and not word[0].isdigit():
            words[at] = f"{word[::-1]}th" if at % 2 else f"{word[:5]}al"
    return " ".join(words)


def worker_source(name: str) -> Source:
    """The source of that worker; all of them see the same pages."""
    return Source(name, f"https://{name}.example/", hosts=(f"{name}.example",))


def deeds(name: str, seed: int, count: int) -> Iterator[tuple[str, Sequence[int]]]:
    """What the worker does, in order: batches to save, and now and then what is pending to relate."""
    order = list(range(count))
    random.Random(f"{name} {seed}").shuffle(order)
    for start in range(0, count, _STEP):
        yield f"save {start}", order[start : start + _STEP]
        if start // _STEP % 4 == 3:
            yield "relate", ()


class Worker:
    """One of those at the archive."""

    def __init__(self, store: Store, name: str, found: Sequence[Article]) -> None:
        self.name = name
        self._store, self._found = store, found
        self._source = worker_source(name)
        with store.write() as session:
            sources.save_source(session, self._source)
            [lease] = runs.take(session, worker=name, now=NOW, sources=[name], lease_minutes=600)
        self._saver = Saver(store, lease)

    def do(self, deed: str, numbers: Sequence[int]) -> bool:
        """Does it, in one transaction; whether there is more of it to do."""
        if deed.startswith("save"):
            own = [_seen_by(self._found[n], self.name) for n in numbers]
            self._saver.save_batch(digested(own), NOW)
            return False
        with self._store.write() as session:
            if relate_some(session, self.name, now=NOW) is not None:
                return True
            articles.announce(session, self.name, now=NOW)
            return False


def _seen_by(article: Article, name: str) -> Article:
    return replace(article, source_id=name)


def work(url: str, said: Connection, name: str, seed: int, count: int) -> None:
    """Does all of a worker's deeds; each commit writes down in the archive what it was."""
    store = open_store(url)
    worker = Worker(store, name, generate(count))
    said.send("ready")
    said.recv()
    doing = ""

    @event.listens_for(Session, "before_commit")
    def note(session: Session) -> None:
        if doing:
            session.execute(
                sql("INSERT INTO journal SELECT coalesce(max(position), 0) + 1, :w, :d FROM journal"),
                {"w": name, "d": doing},
            )

    for deed, numbers in deeds(name, seed, count):
        doing = deed
        while worker.do(deed, numbers):
            pass
    store.close()
