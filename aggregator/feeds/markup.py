"""The last fence before a reader: plain text out of what may hold markup, and safe absolute HTML.

Knows nothing of feeds. The archive's HTML is clean already; a restored file or an older rule may
have let something in, and many readers show what they get. Start reading at `safe_html`.
"""

import html
import re
from collections.abc import Mapping
from typing import Any

import nh3

from aggregator.text import one_line, xml_safe

# What cleaning leaves in the archive (a test compares), `bdo` apart, which turns text around: a
# fence, not a second opinion.
_TAGS = {
    "a", "abbr", "address", "article", "aside", "b", "bdi", "blockquote", "br", "caption", "cite",
    "code", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "footer", "h1",
    "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "ol", "p",
    "pre", "q", "s", "samp", "section", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody",
    "td", "tfoot", "th", "thead", "time", "tr", "u", "ul", "var", "wbr",
}  # fmt: skip
_DROPPED = {
    "script", "style", "iframe", "object", "embed", "applet", "noscript", "template", "svg", "math", "form",
    "button", "select", "textarea", "title", "audio", "video", "canvas", "marquee",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href"},
    "abbr": {"title"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "time": {"datetime"},
}
_RULES: Mapping[str, Any] = {
    "tags": _TAGS,
    "clean_content_tags": _DROPPED,
    "attributes": _ATTRIBUTES,
    "url_schemes": {"http", "https", "mailto"},
    "link_rel": "noopener noreferrer",
}
# Made once: three times as fast as nh3.clean, which builds its tables at each call. It knows no
# base, so a fragment with a relative address takes the slow road.
_CLEANER = nh3.Cleaner(**_RULES, url_relative="deny")
# Begins with its rarest letter: looked for in a tenth of the time that the names take.
_RELATIVE = re.compile(
    r"""=(?:(?<=href=)|(?<=src=)|(?<=\s=))\s*(?!["']?(?:https?://|mailto:))""", re.IGNORECASE
)

# Names of real elements only: 'a < b' and '<12 mesi>' are text.
_MARKUP = re.compile(
    r"<(script|style)\b[^>]*>.*?(?:</\1\s*>|$)"
    r"|</?(?:[abipqsu]|abbr|article|aside|blockquote|body|br|button|center|cite|code|div|em|embed|figure|font|form"
    r"|h[1-6]|head|hr|html|iframe|img|input|ins|li|link|mark|meta|object|ol|script|section|small|span|strong"
    r"|style|sub|sup|svg|table|tbody|td|template|th|thead|title|tr|ul|video)(?:\s[^<>]*)?/?>"
    r"|<!--.*?-->|<!\[CDATA\[|\]\]>",
    re.IGNORECASE | re.DOTALL,
)
_BREAK = re.compile(r"<(?=/?(?:br|p|div|li|h[1-6]|tr|t[dh])\b)", re.IGNORECASE)
_IMAGE_OF_NOTHING = re.compile(r"<img(?![^>]*\ssrc=\"https?:)[^>]*>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


# What XML can carry and no text means: controls of another age, non-characters. Validators warn
# of them, and of the mark for a letter that was lost.
_NO_CHARACTERS = "".join(chr(n + end) for n in range(0x10000, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF))
_UNFIT = re.compile(f"[\x7f-\x84\x86-\x9f\ufdd0-\ufdef{_NO_CHARACTERS}]")
_LOST = str.maketrans({"\x85": " ", "\ufffd": "?"})


def fit(text: str) -> str:
    """The text without characters that mean nothing; a lost letter is a question mark."""
    return text if text.isascii() and "\x7f" not in text else _UNFIT.sub("", text).translate(_LOST)


def plain_text(text: str) -> str:
    """The text on one line, without tags, comments and entities. Never raises."""
    bare = _MARKUP.sub("", _BREAK.sub(" <", text)) if "<" in text or "]]>" in text else text
    if "&" in bare:
        bare = _ENTITY.sub(lambda match: html.unescape(match[0]), bare)
        bare = _MARKUP.sub("", bare)  # what was escaped twice
    return one_line(fit(bare))


def safe_html(fragment: str, base: str) -> str:
    """The fragment with harmless tags only, each address absolute. Idempotent.

    Shapes: an image without an address is gone; `base` is the page that the fragment is from.
    """
    if not fragment:
        return ""
    given = fit(xml_safe(fragment))
    if _RELATIVE.search(given):
        cleaned = nh3.clean(given, url_relative=("rewrite_with_base", base), **_RULES)
    else:
        cleaned = _CLEANER.clean(given)
    if cleaned != given:  # entities may have hidden what no feed can carry
        cleaned = fit(xml_safe(cleaned))
    return _IMAGE_OF_NOTHING.sub("", cleaned).strip()
