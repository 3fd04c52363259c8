"""Crawls that keep nothing, in a process of their own: a run may follow in this one.

A reactor cannot start twice in a process. Start reading at `in_child`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from aggregator.commands.common import Job

if TYPE_CHECKING:
    from aggregator.config import Config
    from aggregator.items import Candidate, Source, Vocabulary
    from aggregator.proof import Proof

_P = ParamSpec("_P")
_T = TypeVar("_T")


def in_child(
    job: Job, work: "Callable[Concatenate[Config, Vocabulary, _P], _T]", *given: _P.args, **options: _P.kwargs
) -> _T:
    """What that work gives back, done with the job's configuration in a process of its own."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    config = replace(job.config, origins={})  # where values came from cannot travel, and need not
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, config, job.catalogue.vocabulary, *given, **options).result()


def try_out(config: "Config", vocabulary: "Vocabulary", sources: "tuple[Source, ...]") -> "tuple[Proof, ...]":
    """What the ways into these Sources yield."""
    from aggregator import crawl

    return crawl.try_out(config, vocabulary, sources)


def survey(config: "Config", vocabulary: "Vocabulary", source: "Source") -> "tuple[Candidate, ...]":
    """All articles that the Source's ways in name."""
    from aggregator import crawl

    return crawl.survey(config, vocabulary, source)
