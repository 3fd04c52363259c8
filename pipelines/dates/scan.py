"""Text to tokens: entities, odd spaces and letter-spaced text undone, words without accents.

Knows no dates. Every token keeps its place in the text as given. Start reading at `scan`.
"""

import re
from typing import NamedTuple

NUMBER, WORD, END = "9", "a", ""
# Plain letters first: a class by exclusion costs five times as much a letter.
_TOKEN = re.compile(r"[0-9]+|[a-zA-Z]+[^\W\d_]*|[^\W\d_]+|\S")
_ENTITY = re.compile(r"&(?:amp;)?(?:#[0-9]{1,6}|#[xX][0-9a-fA-F]{1,5}|[a-zA-Z]{2,8});")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
# Six or more single characters with a space or two between: `2 d i c .`, `M i l a n o`.
_SPACED = re.compile(r"(?<!\S)(?:\S[ \u00a0]{1,3}){6,}\S(?!\S)")
# One character for one, so that places in the text stay what they were.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛`´′ʼ", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("º˚", "°"),
        **dict.fromkeys(
            "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000", " "
        ),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", " "),
        **dict.fromkeys((chr(mark) for mark in range(0x300, 0x370)), " "),
        "⁄": "/", "∕": "/", "：": ":",
    }
)  # fmt: skip
_ODD = re.compile(f"[{re.escape(''.join(map(chr, _PLAIN)))}]")
_ACCENTS = str.maketrans("àáâèéêìíîòóôùúû", "aaaeeeiiiooouuu")
# Longer runs of digits are no part of a date; int() of a megabyte of them is not linear.
_MAX_DIGITS = 14


class Token(NamedTuple):
    """A number, a word or one other character, with its place and whether a space goes before.

    Shapes: `kind` is NUMBER, WORD, END or the character itself; `text` is folded; `value` is
        -1 for what is no number; `is_capital` is how a word began before it was folded.
    """

    kind: str
    text: str
    value: int
    start: int
    end: int
    gap: bool
    is_capital: bool = False

    @property
    def size(self) -> int:
        """How many characters it has, however far apart they stand in the text."""
        return len(self.text)


Tokens = list[Token]
_new = tuple.__new__  # what `Token(...)` comes down to, at half the price
_END = Token(END, "", -1, 0, 0, True)


def scan(text: str) -> Tokens:
    """The tokens of the text, closed by END tokens so that looking ahead needs no bounds."""
    plain, offsets = _plain(text)
    tokens: Tokens = []
    last = 0
    for match in _TOKEN.finditer(plain):
        raw, (start, end) = match[0], match.span()
        first = raw[0]
        if first.isalpha():
            folded = raw.lower() if raw.isascii() else raw.lower().translate(_ACCENTS)
            token = _new(Token, (WORD, folded, -1, start, end, start > last, first.isupper()))
        elif "0" <= first <= "9":
            value = int(raw) if len(raw) <= _MAX_DIGITS else -1
            token = _new(Token, (NUMBER, raw, value, start, end, start > last, False))
        else:
            token = _new(Token, (raw, raw, -1, start, end, start > last, False))
        tokens.append(token)
        last = end
    if offsets:
        tokens = [t._replace(start=offsets[t.start], end=offsets[t.end - 1] + 1) for t in tokens]
    tokens.extend((_END,) * 12)
    return tokens


def _plain(text: str) -> tuple[str, list[int] | None]:
    # Few letters of a text are odd: finding them costs a third of translating all.
    plain = text if text.isascii() else _ODD.sub(lambda odd: odd[0].translate(_PLAIN), text)
    if "&" in plain:
        plain = _ENTITY.sub(_unescape, plain)
    if "<" in plain:
        plain = _TAG.sub(lambda tag: " " * len(tag[0]), plain)
    return _close_up(plain)


def _unescape(entity: re.Match[str]) -> str:
    """The character that the entity means, padded to the entity's length."""
    import html  # its table of entities takes longer to load than most texts to read

    raw = entity[0]
    char = html.unescape(html.unescape(raw))
    return char.translate(_PLAIN).ljust(len(raw)) if len(char) == 1 else raw


def _close_up(text: str) -> tuple[str, list[int] | None]:
    """Letter-spaced runs closed up, with where each character stood; None where there are none."""
    runs = [run for run in _SPACED.finditer(text) if sum(map(str.isalpha, run[0])) >= 3]
    if not runs:
        return text, None
    kept: list[int] = []
    at = 0
    for run in runs:
        kept.extend(range(at, run.start()))
        start, end = run.span()
        # A wider gap is the space between two words, a single one is the spacing of letters.
        kept.extend(
            n for n in range(start, end) if text[n] != " " or (text[n - 1] == " " and text[n + 1] != " ")
        )
        at = end
    kept.extend(range(at, len(text)))
    return "".join(text[n] for n in kept), kept
