"""What may leave of a page: its source's policy, bound further by what the page itself asks.

Must not know formats, feeds or the store. Start reading at `permitted`.
"""

import re
from dataclasses import dataclass

from aggregator.items import Publish, Source

_NO_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Permit:
    """What leaves: `letters` is the longest text that may be quoted; 0 is title, date and link alone."""

    publish: Publish
    letters: int
    with_image: bool


def permitted(robots: tuple[str, ...], source: Source) -> Permit | None:
    """What may leave of a page of that Source with these directives; None where nothing may.

    Source: the robots directives as search engines document them; `none` is `noindex, nofollow`;
        `tdm-reservation` W3C TDMRep: texts that may not be mined are not handed on whole.
    """
    words = {word.strip().lower().replace(" ", "") for word in robots}
    if words & {"noindex", "none"}:
        return None
    letters = 0 if words & {"nosnippet", "noarchive"} else _NO_LIMIT
    for word in words:
        if match := re.fullmatch(r"max-snippet:(\d{1,9})", word):
            letters = min(letters, int(match[1]))
    publish = source.publish
    if letters == 0:
        publish = Publish.TITLE
    elif publish is Publish.FULL and (letters < _NO_LIMIT or "tdm-reservation" in words):
        # A bound on what may be quoted is one on the whole text too.
        publish = Publish.SUMMARY
    with_image = publish is Publish.FULL and not words & {"noimageindex", "max-image-preview:none"}
    return Permit(publish, 0 if publish is Publish.TITLE else letters, with_image)
