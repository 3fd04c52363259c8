"""`digest` in a pool of processes: a page that kills its worker costs one page, not the crawl.

Knows nothing of spiders or the store. Start reading at `Digester.digest`.
"""

import asyncio
import gc
import logging
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from types import TracebackType
from typing import Self

from aggregator.items import Article, Fetched, Reason, Refused, Source, SourceMemory, Vocabulary

log = logging.getLogger(__name__)


class Digester:
    """Runs `digest` over the cores; in this process when there is but one."""

    def __init__(self, vocabulary: Vocabulary, jobs: int = 0) -> None:
        self._vocabulary = vocabulary
        self._jobs = jobs or len(os.sched_getaffinity(0))
        self._pool: ProcessPoolExecutor | None = None
        self._alone = asyncio.Lock()

    async def digest(self, fetched: Fetched, source: Source, memory: SourceMemory) -> Article | Refused:
        """The page's Article or the reason why there is none; a bug or a crash is a reason too."""
        done, _ = await self._carefully(fetched, source, _small(memory), None)
        return done

    async def digest_early(
        self, fetched: Fetched, source: Source, memory: SourceMemory, began: SourceMemory
    ) -> tuple[Article | Refused, bool]:
        """The same as a first visit goes on, and whether it was read with the memory that it began with."""
        return await self._carefully(fetched, source, _small(memory), _small(began))

    async def _carefully(
        self, fetched: Fetched, source: Source, memory: SourceMemory, began: SourceMemory | None
    ) -> tuple[Article | Refused, bool]:
        try:
            return await self._run(fetched, source, memory, began)
        except BrokenProcessPool:
            pass  # one of the pages under way killed its worker: each is tried again by itself
        except Exception as error:  # noqa: BLE001  a bad page costs one page
            return _failed(fetched, error), False
        async with self._alone:
            self._discard()
            try:
                return await self._run(fetched, source, memory, began)
            except Exception as error:  # noqa: BLE001  a bad page costs one page
                self._discard()
                return _failed(fetched, error), False

    async def _run(
        self, fetched: Fetched, source: Source, memory: SourceMemory, began: SourceMemory | None
    ) -> tuple[Article | Refused, bool]:
        if self._jobs == 1:
            return _digest(fetched, source, memory, began, self._vocabulary)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._started(), _digest, fetched, source, memory, began)

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # forkserver: a fork of a process with threads and a running loop may deadlock.
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(["pipelines.early"])
            self._pool = ProcessPoolExecutor(
                self._jobs, mp_context=context, initializer=_start_worker, initargs=(self._vocabulary,)
            )
        return self._pool

    def _discard(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def close(self) -> None:
        """Ends the worker processes."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _small(memory: SourceMemory) -> SourceMemory:
    """The memory without what digest never reads: that need not travel."""
    return replace(memory, known=frozenset(), withdrawn=frozenset(), validators=(), checks=())


def _failed(fetched: Fetched, error: Exception) -> Refused:
    log.error("page not read source=%s url=%s", fetched.source_id, fetched.page.url, exc_info=error)
    return Refused(fetched.page.url, Reason.ERROR, f"{type(error).__name__}: {error}"[:300])


# A worker's own: sent with each page it would cost a twentieth of reading it, and be hashed anew each time.
_vocabulary = Vocabulary()


def _digest(
    fetched: Fetched, source: Source, memory: SourceMemory, began: SourceMemory | None,
    vocabulary: Vocabulary | None = None,
) -> tuple[Article | Refused, bool]:  # fmt: skip
    from pipelines.early import digest_early
    from pipelines.normalise import digest

    words = vocabulary or _vocabulary
    if began is None:
        return digest(fetched.page, fetched.candidate, source, memory, words), False
    return digest_early(fetched.page, fetched.candidate, source, words, began=began, memory=memory)


def _start_worker(vocabulary: Vocabulary) -> None:
    """Ctrl-C is the parent's affair: it lets the workers finish what it has handed out."""
    global _vocabulary  # noqa: PLW0603  the pool's way to hand a worker what all its pages need
    _vocabulary = vocabulary
    # A page makes thousands of objects and next to no cycles; at Python's own pace looking for these
    # takes a sixth of its time.
    gc.set_threshold(50_000, 20, 20)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for its next page for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
