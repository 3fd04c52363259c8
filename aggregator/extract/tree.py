"""From a Page's bytes to one tree: charset, characters that parsers choke on, a parse that always ends.

Knows nothing of articles. The tree is plain lxml elements without comments, and is None for what
is not HTML. Start reading at `parse_page`.
"""

import codecs
import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from aggregator.items import Page

# Bytes beyond this are not read: the largest article pages seen are below 4 MB.
MAX_BYTES = 8_000_000
# Where a declaration may stand: WHATWG HTML 13.2.3.2 prescans 1024 bytes; real pages put it later.
_PRESCAN = 4096
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
# Only codecs that turn bytes into text safely: `idna`, `unicode_escape` and their like are names too.
_USABLE = re.compile(
    r"(utf-?8|iso-?8859-?\d+|latin-?\d|windows-?\d+|cp-?\d+|x-cp\d+|koi8-\w|mac\w*|gb\w+|big5\S*|euc-\w+|"
    r"shift[_-]?jis|sjis|iso-2022-jp|tis-620)$"
)
# Labels that mean a wider code page than they say: WHATWG Encoding, section 4.2.
_WIDER = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# C0 controls but for tab, line feed, form feed and return: libxml2 keeps them and XML cannot.
# Such bytes are never part of a longer UTF-8 sequence.
_CONTROLS = bytes(b if (b > 31 and b != 127) or b in b"\t\n\x0c\r" else 32 for b in range(256))
_BINARY_MAGIC = (
    b"%PDF",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"RIFF",
    b"\x00\x00\x00",
)
_TAG = re.compile(rb"""<[A-Za-z](?:[^=>]++|=\s*+(?:"[^"]*+"|'[^']*+'|))*+>?""")
_VALUE = re.compile(rb"""=\s*(?:"[^"]*"|'[^']*')""")
# libxml2 drops what templates print after their end, browsers show it (WHATWG HTML, 13.2.6.4.19); both
# tags may be left out. What follows most ends is a cache's remark.
_END = re.compile(rb"</(?:body|html)\s*>", re.IGNORECASE)
_REMARK = 200
# UTF-8 read as cp1252 or Latin-1 and written again: a lead byte's letter, then followers' signs. Those
# are C1 controls and signs that stand after no such letter in any language.
_FOLLOW = "[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_TWICE = re.compile(f"[ÂÃÄÅ]{_FOLLOW}|[âãï]{_FOLLOW}{{2}}|ð{_FOLLOW}{{3}}")
_IN_HEAD = frozenset(("base", "link", "meta", "title", "noscript", "style", "script", "template"))
# libxml2 compares each attribute of a tag with all before it: 100,000 of them took two minutes,
# 1,000 take 12 ms. A tag that could hold more is at least this long.
_MAX_ATTRIBUTES = 1000
_LONG_TAG = 3 * _MAX_ATTRIBUTES
# Above this size tags are checked one by one even where none looks long: a value may hide `<`.
_LARGE_PAGE = 1_000_000


def parse_page(page: Page) -> etree._Element | None:
    """The tree of the page, its `<html>` element; None where the page holds no HTML. Never raises."""
    body = page.body[:MAX_BYTES]
    if _is_binary(body) or body[:64].lstrip()[:1] in (b"", b"{", b"["):
        return None
    text = _recoded(body, page.header("content-type") or "")
    # What is valid UTF-8 already need not be written again.
    return _parse(text.encode("utf-8", "replace") if text is not None else body)


def parse_html(html: str) -> etree._Element | None:
    """The tree of a document or fragment; None where it holds nothing. Never raises."""
    # `replace` minds lone surrogates, which JSON's escapes can bring in.
    return _parse(html.encode("utf-8", "replace"))


def _parse(raw: bytes) -> etree._Element | None:
    raw = raw.translate(_CONTROLS)
    if (end := _END.search(raw)) and len(raw) - end.end() > _REMARK:
        raw = _END.sub(b"", raw)
    if len(raw) > _LARGE_PAGE or _has_long_tag(raw):
        raw = _TAG.sub(_sane_tag, raw)
    # huge_tree: depth up to 2,048 where 256 would lose the rest of a page that never closes its spans.
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, remove_comments=True, remove_pis=True, huge_tree=True, no_network=True
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.LxmlError:
        return None
    # A page of comments alone has no root.
    if root is not None:
        _leave_head(root)
    return root


def _leave_head(root: etree._Element) -> None:
    """Moves to the body what no head holds: libxml2 keeps tags it does not know in one left open.

    Source: HTML, section 13.2.6.4.4: any other tag ends the head.
    """
    head = root.find("head")
    strays = [element for element in head if element.tag not in _IN_HEAD] if head is not None else []
    if strays:
        body = root.find("body")
        if body is None:
            body = etree.SubElement(root, "body")
        body[:0] = strays


def _has_long_tag(raw: bytes) -> bool:
    """Whether a tag may be as long; cutting at `<` is five times faster than a pattern."""
    parts = [part for part in raw.split(b"<") if len(part) > _LONG_TAG]
    return any(part[:1].isalpha() and b">" not in part[:_LONG_TAG] for part in parts)


def text_of(element: etree._Element, between: str = "", most: int | None = None) -> str:
    """All the text in the element, with that between its parts; of the first `most` parts where given."""
    return between.join(str(t) for t in islice(element.itertext(), most))


def name_of(element: etree._Element) -> str:
    """What evidence calls an element: its tag, and the first of its classes."""
    names = (element.get("class") or "").split()
    return f"{element.tag}.{names[0]}" if names else str(element.tag)


def path_of(element: etree._Element) -> str:
    """The name of what holds the element, and its own."""
    parent = element.getparent()
    return f"{name_of(parent)}>{name_of(element)}" if parent is not None else name_of(element)


def elements_of(path: etree.XPath, root: etree._Element) -> Iterator[etree._Element]:
    """The elements that the path selects, in the page's order."""
    matches = path(root)
    return (e for e in matches if isinstance(e, etree._Element)) if isinstance(matches, list) else iter(())


def decode(body: bytes, content_type: str = "") -> str:
    """The text of the bytes: by BOM, then whatever of HTTP header, declaration and guess holds.

    Valid UTF-8 with letters beyond ASCII is UTF-8 whatever is declared: other text is never valid
    by chance. Never raises.
    """
    text = _recoded(body, content_type)
    return body.decode("utf-8", "replace") if text is None else text


def _recoded(body: bytes, content_type: str) -> str | None:
    """The text where the bytes are not plainly good UTF-8; None where they are."""
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, "replace")
    if body.isascii() and b"\x1b$" not in body:
        return None
    try:
        utf8 = body.decode("utf-8")
        bad = 0
    except UnicodeDecodeError:
        utf8 = body.decode("utf-8", "replace")
        bad = utf8.count("\ufffd") - body.count(b"\xef\xbf\xbd")  # which the site itself wrote
    # A few bad bytes are a cut or a pasted letter, not another charset.
    if bad == 0 or (bad < 20 and bad * 10 < len(body) - len(utf8)):
        mended = mend(utf8)
        return None if bad == 0 and mended is utf8 else mended
    for label in _labels(body, content_type):
        codec = _codec(label)
        if codec and codec != "utf-8":
            return body.decode(codec, "replace")
    return body.decode("cp1252", "replace")


def mend(text: str) -> str:
    """The text with letters that were encoded twice (`perchÃ©`) as they were meant."""
    if not ("Ã" in text or "â" in text or "Â" in text):
        return text
    mended = _TWICE.sub(_once, text)
    return text if mended == text else mended


def _once(match: re.Match[str]) -> str:
    for codec in ("cp1252", "latin-1"):
        try:
            return match.group().encode(codec).decode("utf-8")
        except UnicodeError:
            continue
    return match.group()


def _labels(body: bytes, content_type: str) -> list[str]:
    labels = [m.group(1) for m in (_HEADER_CHARSET.search(content_type),) if m]
    declared = _DECLARED.search(body[:_PRESCAN])
    if declared:
        labels.append(declared.group(1).decode("ascii", "replace"))
    return labels


def _codec(label: str) -> str | None:
    label = label.strip().lower()
    if not _USABLE.match(label):
        return None
    try:
        name = codecs.lookup(label.removeprefix("x-")).name
    except LookupError:
        return None
    return _WIDER.get(name, name)


def _is_binary(body: bytes) -> bool:
    if body.startswith(_BINARY_MAGIC):
        return True
    head = body[:1024]
    # UTF-16 without its mark has a zero in every second byte, and is too rare to guess at.
    return head.count(0) > len(head) // 20 and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _sane_tag(match: re.Match[bytes]) -> bytes:
    tag = match.group()
    if len(tag) < _LONG_TAG or len(_VALUE.sub(b"", tag).split()) <= _MAX_ATTRIBUTES:
        return tag
    return re.split(rb"[\s/>]", tag, maxsplit=1)[0][:64] + b">"
