"""What an article shows besides its words: its image, and pages of other sites that it leads to.

Knows no archive. Start reading at `marks_of`: a translation keeps these where hardly a word is left.
"""

import re
from urllib.parse import urlsplit

from aggregator.text import hash64
from aggregator.urls import canonical_url, host_of

_HREF = re.compile(r"<a\b[^>]*?\bhref=\"(https?://[^\"]{8,500})\"", re.IGNORECASE)
# The same image in another size: `foto-300x200.jpg`, `foto-scaled.jpg`.
_SIZE = re.compile(r"-(?:\d{2,4}x\d{2,4}|scaled)(?=\.\w{3,4}$)")
# Pages there are a publisher's own or a way of sharing, whatever the article.
_SOCIAL = re.compile(
    r"(?:^|\.)(?:facebook|twitter|x|linkedin|instagram|youtube|whatsapp|wa|telegram|t|google|pinterest|threads)"
    r"\.(?:com|me|it|net)$"
)
# Of a press review's forty links any three would do; each costs a row of the index.
_MOST_LINKS = 3


def marks_of(url: str, image: str | None, html: str) -> tuple[str, ...]:
    """The image, and a few deep links to other sites: always the same few of them; never raises."""
    own = _bare(url)
    links = {
        key for link in _HREF.findall(html) for key in [_deep_link(link.replace("&amp;", "&"), own)] if key
    }
    shown = [_SIZE.sub("", key) for key in [_key(image or "")] if urlsplit(key).path.strip("/")]
    return (*shown, *sorted(links, key=hash64)[:_MOST_LINKS])


def _deep_link(link: str, own: str) -> str:
    """The link's canonical address; empty where it stays at the site, or leads to no page in particular."""
    host = _bare(link)
    if not host or host == own or _SOCIAL.search(host):
        return ""
    key = _key(link)
    parts = urlsplit(key)
    return key if parts.query or len(parts.path.strip("/")) > len("contatti") else ""


def _bare(url: str) -> str:
    return host_of(url).removeprefix("www.")


def _key(url: str) -> str:
    try:
        return canonical_url(url)
    except ValueError:
        return ""
