"""HTML that any reader can show: sanitised, absolute, safe for XML, the same when cleaned again.

Knows nothing of articles: a fragment and the address it came from go in, a fragment comes out.
Start reading at `clean_html`.
"""

import re
from functools import lru_cache
from html import escape, unescape
from urllib.parse import urlsplit

import nh3

from aggregator.text import one_line, xml_safe


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS = _names(
    "address article aside blockquote caption dd details div dl dt figcaption figure footer h1 h2 h3 h4 "
    "h5 h6 header hr li main ol p pre section summary table tbody td tfoot th thead tr ul"
)
_INLINE = _names(
    "a abbr b bdi bdo br cite code del dfn em i img ins kbd mark q s samp small span strong sub sup time "
    "u var wbr"
)
# Dropped with all that they hold: none of it is text that a person reads in an article.
_DROPPED = _names(
    "script style iframe noscript template svg math object embed applet button select textarea title head "
    "audio video canvas frameset noframes noembed xmp plaintext"
)
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
    "time": {"datetime"},
    "abbr": {"title"},
}
_SCHEMES = {"http", "https", "mailto"}
_NEVER_EMPTY = _names("td th br hr img wbr")  # cells hold their place, the rest has no content
_EMPTY = re.compile(r"<([a-z][a-z0-9]*)(?: [^<>]*)?>(?:\s|<br>)*</\1>")
# No source (it was `data:` or relative to nothing), or one pixel that only counts readers.
_NO_IMAGE = re.compile(
    r"<img(?![^<>]*\ssrc=\"https?:)[^<>]*>|<img(?=[^<>]*\s(?:width|height)=\"[01](?:px)?\")[^<>]*>"
)
_BLOCK_TAG = re.compile(
    rf"</?(?:{'|'.join(sorted(_BLOCKS - {'td', 'th'}, key=len, reverse=True))}|br)(?: [^<>]*)?/?>"
)
_CELL_END = re.compile(r"</t[dh]>")
_TAG = re.compile(r"<[^<>]*>")
_OPEN_OR_CLOSE = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# Never nest, or are closed by the next of their kind.
_FLAT = _names("area base br col dd dt hr img input li link meta option p param source td th tr wbr")
# Parsing costs the square of the depth: 10,000 open tags took 0.4 s, 100,000 took 47 s; Chromium
# stops at 512 (measured with nh3 0.3.8). Fragments of fewer tags are safe without counting.
_MAX_DEPTH = 256
_MAX_UNCOUNTED = 500
# Entities cost the square of their number too: 100,000 took 0.2 s, 200,000 took 1 s.
_MAX_ENTITIES = 50_000
# One pass settles all but a few broken fragments; what moves on for longer loses its markup.
_MAX_PASSES = 6


def clean_html(html: str, base_url: str) -> str:
    """The fragment with nothing but text, its structure, links and images; idempotent.

    Shapes: addresses are absolute http(s) (links also mailto); no script, style, frame, form
        control, event or `data:`; no entity but those of XML; empty elements are left out.
    Raises: nothing; markup nested beyond reason or that never settles comes out as paragraphs.
    """
    now = xml_safe(html)
    if not now.strip():
        return ""
    if _is_bomb(now):
        return _paragraphs(now)
    base = base_url if urlsplit(base_url).scheme in ("http", "https") else ""
    for _ in range(_MAX_PASSES):
        before, now = now, _clean_once(now, base)
        if now == before:
            return now
    return _paragraphs(now)


def html_to_text(html: str) -> str:
    """The fragment's text with one line a block; cells of one table row are parted by ` | `.

    Raises: nothing.
    """
    if "<" not in html and "&" not in html:
        return "\n".join(line for line in map(one_line, html.splitlines()) if line)
    now = xml_safe(html)
    marked = _strip_tags(now) if _is_bomb(now) else _text_cleaner().clean(now)
    # Line ends in the source are white space; those that we set end blocks.
    marked = _BLOCK_TAG.sub("\n", marked.replace("\n", " ").replace("\r", " "))
    lines = (one_line(unescape(_TAG.sub("", line))) for line in _CELL_END.sub(" | ", marked).split("\n"))
    return "\n".join(line for line in (line.removesuffix("|").rstrip() for line in lines) if line)


def _clean_once(html: str, base: str) -> str:
    html = _cleaner(base).clean(html)
    html = xml_safe(html.replace("&nbsp;", "\u00a0"))
    html = _NO_IMAGE.sub("", html)
    while True:
        shorter = _EMPTY.sub(lambda empty: empty[0] if empty[1] in _NEVER_EMPTY else "", html)
        if shorter == html:
            return html.strip()
        html = shorter


@lru_cache(maxsize=4)
def _cleaner(base: str) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_BLOCKS | _INLINE),
        clean_content_tags=set(_DROPPED),
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        url_relative=("rewrite_with_base", base) if base else "deny",
        link_rel="noopener noreferrer",
    )


@lru_cache(maxsize=1)
def _text_cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_BLOCKS | {"br"}), clean_content_tags=set(_DROPPED), attributes={}, link_rel=None
    )


def _is_bomb(html: str) -> bool:
    """Whether tags are nested deeper than any article, or opened and never closed."""
    if html.count("&") > _MAX_ENTITIES:
        return True
    if html.count("<") < _MAX_UNCOUNTED:
        return False
    depth = 0
    for close, name in _OPEN_OR_CLOSE.findall(html):
        if name.lower() not in _FLAT:
            depth = max(0, depth - 1) if close else depth + 1
            if depth > _MAX_DEPTH:
                return True
    return False


def _strip_tags(html: str) -> str:
    """The text between tags, without a parser: for what no parser should be given."""
    html = re.sub(r"(?is)<(script|style)\b.*?(?:</\1\s*>|\Z)", " ", html)
    return escape(unescape(re.sub(r"<[^<>]*>?", "\n", html)), quote=False)


def _paragraphs(html: str) -> str:
    lines = (one_line(unescape(line)) for line in _strip_tags(html).split("\n"))
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in lines if line)
