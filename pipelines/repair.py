"""Text that was damaged on its way to the page, put right: what the writer typed, nothing else.

Knows nothing of articles or HTML structure. Each rule needs a sign that correct Italian and
English never show; without it the text comes back as it was. Start reading at `repair`.
"""

import re
from functools import lru_cache
from html import escape, unescape

from aggregator.text import visible, xml_safe

# Cheap signs that a costlier rule may apply: most texts have none of them.
_MOJIBAKE_SIGNS = ("Ã", "Â", "â", "ï»¿", "ð")
_SPACED_SIGN = re.compile(r" [^\W_] [^\W_](?![^\W_])")
_APOSTROPHE_SIGN = re.compile(r"[?\ufffd][^\W\d_]")

# UTF-8 read as Windows-1252 (or Latin-1, hence the controls), by its second byte 80..BF.
_SECOND = "".join(
    bytes([code]).decode("cp1252") if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(code)
    for code in range(0x80, 0xC0)
)
_BYTES = {char: 0x80 + index for index, char in enumerate(_SECOND)}
# The first bytes that Western text has: C2 and C3 for Latin letters and signs, E2 for quotes,
# dashes and the euro, EF BB BF and F0 9F. Others (C8 is `È`) would take `È»` for a letter.
_MOJIBAKE = re.compile(
    f"[ÂÃ][{re.escape(_SECOND)}\x80-\x9f]"
    f"|â[€‚„\x80\x82\x84][{re.escape(_SECOND)}\x80-\x9f]"
    f"|ï»¿|ð[Ÿ\x9f][{re.escape(_SECOND)}\x80-\x9f]{{2}}"
)
# `cittÃ di`: the second half of `à` was a no-break space, which was folded away.
_LOST_GRAVE = re.compile(r"(?<=[a-zàèéìòù])Ã(?=[\s.,;:!?)'\"»”]|$)")
# `libertâ€ di`: the last byte of a closing quote is undefined in Windows-1252 and was dropped.
_LOST_QUOTE = re.compile(r"â€(?=[\s.,;:!?)]|$)")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_DOUBLE_ENTITY = re.compile(r"&(?:amp;)+((?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});)")
# The apostrophe of an elision that became a question mark or U+FFFD: `dell?innovazione`.
_LOST_APOSTROPHE = re.compile(
    r"(?<![\w/.=&;?#-])((?:[a-z]*[a-z]ll|quest|quant|nessun|ciascun|anch|com|dov|cos|sant|tutt|mezz|trent|[dlcmtsvn]|un)"
    r")[?\ufffd](?=[aeiouhàèéìòù]\w)",
    re.IGNORECASE,
)
# Single letters with a space between each: `2 d i c .`, `l e t t e r a`.
_SPACED = re.compile(r"(?<![\w'’])[^\W_](?: [^\W_]){2,}(?: ?\.)?(?: \d){0,4}(?![\w'’])")
_MONTHS = frozenset("gen feb mar apr mag giu lug ago set ott nov dic jan may jun jul aug sep oct dec".split())  # noqa: SIM905 - twenty short names read best as one line
_MIN_SPACED = 5
_VOWELS = frozenset("aeiouàèéìòù")
_MARKUP = re.compile(r"(<[^<>]*>)")
_MAX_ROUNDS = 3


def repair(text: str) -> str:
    """The text with mojibake, entities, letter spacing and lost apostrophes put right.

    Line breaks stay; soft hyphens, controls and runs of spaces go. What is correct comes back
    as it was. Raises: nothing.
    """
    is_damaged = is_suspect(text)
    text = visible(_letters(_unescape(text)) if is_damaged else text)
    text = "\n".join([" ".join(line.split()) for line in text.split("\n")])
    return _spacing(text) if is_damaged else text


def repair_html(html: str) -> str:
    """The fragment with the texts between its tags repaired; tags stay untouched.

    Entities are decoded only where they were encoded twice, and once, so no new markup can come
    of it; sanitise afterwards.
    """
    html = _DOUBLE_ENTITY.sub(lambda match: _encoded_once(match[1]), html) if "&amp;" in html else html
    parts = _MARKUP.split(html)
    parts[::2] = [_spacing(_letters(part)) for part in parts[::2]]
    return "".join(parts)


def _encoded_once(entity: str) -> str:
    return escape(xml_safe(unescape(f"&{entity}")), quote=False)


def is_suspect(text: str) -> bool:
    """Whether the text shows any sign of damage; what shows none needs no repair, nor does its HTML."""
    return (
        ("&" in text and _ENTITY.search(text) is not None)
        or _has_mojibake(text)
        or (("?" in text or "\ufffd" in text) and _APOSTROPHE_SIGN.search(text) is not None)
        or _SPACED_SIGN.search(text) is not None
    )


def _has_mojibake(text: str) -> bool:
    return not text.isascii() and any(sign in text for sign in _MOJIBAKE_SIGNS)


def _spacing(text: str) -> str:
    return _SPACED.sub(_join_letters, text) if _SPACED_SIGN.search(text) else text


def _letters(text: str) -> str:
    """Each letter as it was meant: mojibake and lost apostrophes."""
    if _has_mojibake(text):
        text = _decode(text)
    if _APOSTROPHE_SIGN.search(text):
        text = _LOST_APOSTROPHE.sub(r"\1'", text)
    return text


def _unescape(text: str) -> str:
    for _ in range(_MAX_ROUNDS):
        if "&" not in text:
            break
        before, text = text, _ENTITY.sub(lambda match: unescape(match[0]), text)
        if text == before:
            break
    return text


def _decode(text: str) -> str:
    for _ in range(_MAX_ROUNDS):
        before, text = text, _MOJIBAKE.sub(lambda match: _decoded(match[0]), text)
        if text == before:
            break
    if "Ã" in text:
        text = _LOST_GRAVE.sub("à", text)
    return _LOST_QUOTE.sub("”", text) if "â€" in text else text


@lru_cache(maxsize=1024)
def _decoded(piece: str) -> str:
    """The letter that these bytes spell in UTF-8; the piece itself where they spell none."""
    codes = [_BYTES.get(char, ord(char)) for char in piece]
    try:
        return bytes(codes).decode("utf-8")
    except (ValueError, UnicodeDecodeError):
        return piece


def _join_letters(match: re.Match[str]) -> str:
    """The run without its spaces where it spells a word or a date, else as it was."""
    run = match[0]
    letters = "".join(char for char in run if char.isalpha())
    if letters.lower() in _MONTHS and run[0].isdigit():
        return _joined(run)
    lower = letters.lower()
    is_word = (
        len(letters) >= _MIN_SPACED
        and (letters.isupper() or letters[1:].islower())
        and len(_VOWELS.intersection(lower)) > 1
        and list(lower) != sorted(lower)  # an alphabet or `a e i o u`
        and not any(set(lower[start::2]) <= set("aeo") for start in (0, 1))  # `x e y e z`
    )
    return _joined(run) if is_word else run


def _joined(run: str) -> str:
    together = run.replace(" ", "")
    return re.sub(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_]|\.)(?=\d)", " ", together)
