"""What a list's answer teaches about the list: how to ask for it again, and how it is built.

Knows nothing of visits or the store. Start reading at `learnt`.
"""

from collections.abc import Mapping

from aggregator.errors import ParseError
from aggregator.items import Page, Validator
from aggregator.text import hash64
from spiders.poll import mark_of_child
from spiders.reading import Listing

REBUILT = "is built otherwise than before"


def learnt(
    asked: str, page: Page, read: Listing, stamps: Mapping[str, str], *, is_head: bool, is_child: bool = False
) -> Validator | None:
    """What to know the list by next time; None where it shows nothing to know it by.

    Shapes: `stamps` are what indexes stated of it; `is_head` of a list's first page, whose structure is
        kept; `is_child` of an index of sitemaps.
    """
    names = hash64("\n".join(sorted(c.url for c in read.candidates))) if read.candidates else None
    etag, modified, stamp = page.header("etag"), page.header("last-modified"), stamps.get(asked)
    is_unstated = is_child and stamp is None
    stamp = mark_of_child(read.candidates) if is_unstated else stamp
    pattern = read.patterns[0] if read.patterns and is_head else None
    is_known = etag or modified or stamp or pattern is not None or is_unstated
    return Validator(asked, etag, modified, stamp, names, pattern) if is_known else None


def is_untrue(old: Validator | None, new: Validator) -> bool:
    """Whether the server calls a list by the tag that it had, and the list is another one."""
    return bool(new.etag and old and old.etag == new.etag and old.names not in (None, new.names))


def is_rebuilt(old: Validator | None, read: Listing) -> bool:
    """Whether the structure that the list's articles stood in is gone."""
    return old is not None and old.pattern is not None and old.pattern not in read.patterns


def check_structure(asked: str, old: Validator | None, read: Listing) -> None:
    """Passes a list in which there are articles, or never were.

    Raises: ParseError when the structure that was learnt is gone and no other has taken its place.
    """
    if is_rebuilt(old, read) and not read.candidates:
        raise ParseError(f"the list {REBUILT}, and no articles are seen in it", url=asked)
