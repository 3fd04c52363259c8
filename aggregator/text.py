"""Pure helpers on text: folding, words, hashes and characters that XML can carry.

Knows nothing of pages, articles or the store. Start reading at `fold`: fingerprints, block
hashes, search and relevance all compare folded text.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

_WORD = re.compile(r"\w+")
_LONG = 400
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]+")
_WORDS_APART = bytes(code if chr(code).isalnum() or chr(code) == "_" else 32 for code in range(128)) + bytes(
    128
)
# Invisible in print, but they part words that look the same: soft hyphen, zero-width space,
# joiners, marks of direction, byte order mark.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
# XML 1.0 section 2.2: all that is not Char, lone surrogates included.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TYPOGRAPHY = str.maketrans({
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "´": "'", "′": "'", "ʼ": "'",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "″": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "…": "...",
})  # fmt: skip


def xml_safe(text: str) -> str:
    """The text without characters that XML 1.0 cannot carry. Never raises."""
    return _NOT_XML.sub("", text)


def visible(text: str) -> str:
    """The text without invisible characters and those that XML cannot carry; line breaks stay."""
    return xml_safe(text) if text.isascii() else _INVISIBLE.sub("", xml_safe(text))


def one_line(text: str) -> str:
    """The text on one line: no invisible characters, white space folded, trimmed."""
    # Most texts have nothing but letters and blanks, which costs a tenth to see.
    return " ".join((text if text.isprintable() else visible(text)).split())


def fold(text: str) -> str:
    """The text as comparisons see it: lower case, no accents, plain quotes and dashes, one line."""
    return " ".join(fold_lines(text).split())


def fold_lines(text: str) -> str:
    """The same with its white space as it is."""
    try:
        folded = text.encode("cp1252").translate(_FOLDED, _GONE)
    except UnicodeEncodeError:
        folded = b"\0"
    if b"\0" not in folded:  # Western text, in a fifth of the time
        return folded.decode() if b"\1" not in folded else folded.decode().replace("\1", "...")
    plain = _NOT_ASCII.sub(_fold_run, text.replace("`", "'"))
    return _CONTROL.sub("", plain).lower()


def plain_words(folded: str) -> list[str]:
    """The words of a text that is folded already: runs of letters, digits and `_`."""
    if folded.isascii():  # thrice as fast as the pattern
        return folded.encode().translate(_WORDS_APART).decode().split()
    return _WORD.findall(folded)


def _fold_run(match: re.Match[str]) -> str:
    return _fold_letters(match[0])


@lru_cache(maxsize=4096)  # the same few accented letters and quotes, over and over
def _fold_letters(run: str) -> str:
    marks = unicodedata.normalize("NFKD", visible(run).translate(_TYPOGRAPHY))
    return "".join(c for c in marks if not unicodedata.combining(c)).casefold()


def _western() -> tuple[bytes, bytes]:
    """What becomes of each character of Windows-1252, and which go; 0 for what needs a closer look."""
    table, gone = bytearray(256), bytearray()
    for code in range(256):
        letter = bytes([code]).decode("cp1252", "ignore")
        folded = _CONTROL.sub("", _fold_letters(letter).lower().replace("`", "'"))
        if letter and not folded:
            gone.append(code)
        elif len(folded) == 1 and folded.isascii():
            table[code] = ord(folded)
        elif folded == "...":
            table[code] = 1
    return bytes(table), bytes(gone)


_FOLDED, _GONE = _western()


def words(text: str) -> list[str]:
    """The words of the folded text, in order; numbers are words too."""
    return list(_words_of(text)) if len(text) > _LONG else plain_words(fold_lines(text))


# An article's text is asked for its words by relevance, language, summary and fingerprint in turn.
@lru_cache(maxsize=2)
def _words_of(text: str) -> tuple[str, ...]:
    return tuple(plain_words(fold_lines(text)))


def hash64(text: str) -> int:
    """A signed 64-bit hash that is the same on every machine: what SQL's bigint holds."""
    return int.from_bytes(
        blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True
    )


def fingerprint(text: str) -> str:
    """128 bits, in hex, over the words of the folded text: equal for the same words in a row."""
    return fingerprint_of(words(text))


def fingerprint_of(words: Iterable[str]) -> str:
    """The same, of words that are known already."""
    return blake2b(" ".join(words).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def cut(text: str, limit: int) -> str:
    """The text cut at a word within `limit` characters, with an ellipsis where it was cut."""
    flat = one_line(text)
    if len(flat) <= limit:
        return flat
    head = flat[: limit - 1]
    at = head.rfind(" ")
    return head[: at if at > limit // 2 else limit - 1].rstrip(" ,;:.-–") + "…"
