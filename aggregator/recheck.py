"""Whether a page that was asked for again says anything new: it is compared with what was kept of it.

Knows nothing of requests or of what is done about a change. Start reading at `complete`.
"""

from dataclasses import replace

from aggregator.items import Article, Candidate, Fetched, Refused
from aggregator.store.codec import content_hash
from spiders.entrance import richer


def complete(fetched: Fetched, kept: Fetched | None) -> tuple[Fetched, Fetched | None]:
    """The page with all that was ever said of it, and the kept one to compare it with.

    What a way tells today stands over what it told then; another way only adds to it. A text that
    came with the list of then is left out on both sides where today's list gives none: else it
    would stand for the page, whatever the page says now.
    """
    if kept is None:
        return fetched, None
    now, then = fetched.candidate, kept.candidate
    told = richer(now, then) if now.way is then.way else replace(richer(then, now), modified=now.modified)
    if now.is_full_text and then.is_full_text:
        told = replace(told, content=now.content, is_full_text=True)
    else:
        told, then = _without_text(told), _without_text(then)
    told = replace(told, url=now.url, way=then.way, listed_at=now.listed_at or then.listed_at)
    return replace(fetched, candidate=told), replace(kept, candidate=then)


def is_same_page(fetched: Fetched, kept: Fetched) -> bool:
    """Whether nothing at all has changed, so that nothing need be read."""
    one, other = fetched.candidate, kept.candidate
    stated = ("title", "published", "content", "summary", "authors", "tags", "image")
    is_told_alike = all(getattr(one, name) == getattr(other, name) for name in stated)
    return is_told_alike and fetched.page.body == kept.page.body and fetched.page.url == kept.page.url


def says_the_same(now: Article | Refused, then: Article | Refused) -> bool:
    """Whether both readings, by the same code and memory, tell a reader the same.

    That its publisher touched it is no change: `modified_at` counts only with another.
    """
    if isinstance(now, Refused) or isinstance(then, Refused):
        return False
    one, other = (content_hash(replace(article, modified_at=None)) for article in (now, then))
    return one == other


def _without_text(candidate: Candidate) -> Candidate:
    return replace(candidate, content=None, is_full_text=False)
