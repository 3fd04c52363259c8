"""What a sample site answers: `Answer`, and the table of `Resources` that a template builds.

Knows nothing of content or sockets. Start reading at `Answer`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

HTML = "text/html; charset=utf-8"
XML = "application/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """One response. With `modified` set it carries ETag and Last-Modified and may be a 304."""

    body: bytes
    media_type: str = HTML
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    modified: datetime | None = None


Resource = Answer | Callable[[Mapping[str, str]], Answer]
Resources = dict[str, Resource]
"""Request target (path, or path and query where the query matters) -> answer.

`MISSING` holds what the site says to an address that it does not know.
"""

MISSING = "*"


def page(html: str, status: int = 200) -> Answer:
    """An HTML page in UTF-8."""
    return Answer(html.encode(), status=status)


def plain(text: str) -> Answer:
    """A text file, such as robots.txt."""
    return Answer(text.encode(), "text/plain; charset=utf-8")


def redirect(url: str) -> Answer:
    """A permanent redirect."""
    return Answer(b"", status=301, headers=(("Location", url),))


# One grey pixel: the picture behind every image address of the sample sites.
PIXEL = Answer(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
        "0000000a4944415478da6368000000820081da45083b0000000049454e44ae426082"
    ),
    "image/png",
)
