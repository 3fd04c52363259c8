"""Pages of a first visit, read with what it has learnt by then of its site.

Knows no store. Whether a page is an article is told as at the beginning of the visit: else that
would depend on the order of crawling. Start reading at `digest_early`.
"""

from aggregator.extract.boilerplate import differs
from aggregator.items import Article, Candidate, Page, Refused, Source, SourceMemory, Vocabulary
from pipelines.normalise import digest
from pipelines.refusal import could_be_refused


def digest_early(
    page: Page, candidate: Candidate, source: Source, vocabulary: Vocabulary, *,
    began: SourceMemory, memory: SourceMemory,
) -> tuple[Article | Refused, bool]:  # fmt: skip
    """What the page is with that memory, and whether it was read with the one that the visit began with.

    That is so where the memory is what turns the page away, or hides what would: settling decides.
    """
    outcome = digest(page, candidate, source, memory, vocabulary)
    if isinstance(outcome, Article) and not (
        differs(outcome.blocks, began.boilerplate, memory.boilerplate)
        and could_be_refused(outcome.title, outcome.text)
    ):
        return outcome, False
    first = digest(page, candidate, source, began, vocabulary)
    if isinstance(first, Refused) or isinstance(outcome, Refused):
        return first, True
    return outcome, False
