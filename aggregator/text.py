"""Pure helpers on text: folding, words, hashes and characters that XML can carry.

Knows nothing of pages, articles or the store. Start reading at `fold`: fingerprints, block
hashes, search and relevance all compare folded text.
"""

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b

_WORD = re.compile(r"\w+")
_LONG = 400
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
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
    return " ".join(visible(text).split())


def fold(text: str) -> str:
    """The text as comparisons see it: lower case, no accents, plain quotes and dashes, one line."""
    flat = one_line(text).replace("`", "'")
    return (flat if flat.isascii() else _NOT_ASCII.sub(_fold_run, flat)).lower()


def _fold_run(match: re.Match[str]) -> str:
    return _fold_letters(match[0])


@lru_cache(maxsize=4096)  # the same few accented letters and quotes, over and over
def _fold_letters(run: str) -> str:
    marks = unicodedata.normalize("NFKD", run.translate(_TYPOGRAPHY))
    return "".join(c for c in marks if not unicodedata.combining(c)).casefold()


def words(text: str) -> list[str]:
    """The words of the folded text, in order; numbers are words too."""
    return list(_words_of(text)) if len(text) > _LONG else _WORD.findall(fold(text))


# An article's text is asked for its words by relevance, language, summary and fingerprint in turn.
@lru_cache(maxsize=2)
def _words_of(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(fold(text)))


def hash64(text: str) -> int:
    """A signed 64-bit hash that is the same on every machine: what SQL's bigint holds."""
    return int.from_bytes(
        blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True
    )


def fingerprint(text: str) -> str:
    """128 bits, in hex, over the words of the folded text: equal for the same words in a row."""
    return blake2b(" ".join(words(text)).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def cut(text: str, limit: int) -> str:
    """The text cut at a word within `limit` characters, with an ellipsis where it was cut."""
    flat = one_line(text)
    if len(flat) <= limit:
        return flat
    head = flat[: limit - 1]
    at = head.rfind(" ")
    return head[: at if at > limit // 2 else limit - 1].rstrip(" ,;:.-–") + "…"
