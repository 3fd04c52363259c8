"""Words as search compares them: folded, and by their Italian and English stems.

Knows nothing of queries or of databases. Start reading at `stems`; the index and the question go
through the same functions, so what they do matters less than that they agree.
"""

import re
import threading
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain

import Stemmer

from aggregator.text import fold

# Letters and digits of any script; the underscore is none of them.
_WORD = re.compile(r"[^\W_]+")
# What is longer is no word but an address, a key or an image that slipped into a text.
LONGEST = 64
# Raised when what `tokens` or `stems` give for the same text changes: indexes are then made anew.
_RULES = 1
_LOCAL = threading.local()


def rules() -> str:
    """What the tokens of an index depend on: this module's rules and the stemmer's version."""
    return f"{_RULES}/{Stemmer.version()}"


def tokens(text: str) -> list[str]:
    """The folded words of the text, in order."""
    return [word[:LONGEST] for word in _WORD.findall(fold(text))]


def stems(words: Iterable[str]) -> list[str]:
    """The stems of folded words, Italian marked `i` and English marked `e`, each once, in order.

    Both of every word, since Italian articles are full of English words and say which in no way.
    """
    return list(dict.fromkeys(chain.from_iterable(map(_pair, words))))


def stem(word: str, language: str | None) -> str:
    """The stem of a folded word in its language, unmarked; the word itself in any but these two."""
    if language not in ("it", "en"):
        return word
    return _pair(word)[language == "en"][1:]


@lru_cache(maxsize=50_000)  # the words that a thousand articles hold; 10 MB
def _pair(word: str) -> tuple[str, str]:
    # The library's objects must not be shared between threads.
    if not hasattr(_LOCAL, "pair"):
        _LOCAL.pair = (Stemmer.Stemmer("italian", 0), Stemmer.Stemmer("english", 0))
    italian, english = _LOCAL.pair
    return f"i{italian.stemWord(word)}", f"e{english.stemWord(word)}"
