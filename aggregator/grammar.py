"""What a person types into a search box, read as a Query.

Knows nothing of what the archive holds. Start reading at `parse_query`:

    query   = side { OR side }
    side    = { [AND] item }
    item    = NOT item | -item | ( query ) | "a phrase" | filter:value,value | word | begin*

Words side by side must all be there. Filters stand outside of OR, NOT and parentheses.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from aggregator.errors import QueryError
from aggregator.query import And, Expression, Not, Or, Phrase, Prefix, Query, Word
from aggregator.stems import tokens
from aggregator.text import fold, xml_safe

# A person's question is shorter; at ten times these the database still answers in time.
MAX_LETTERS = 1000
MAX_ITEMS = 60
MAX_DEPTH = 20
SHORTEST_PREFIX = 3  # two letters open a thousand words: nine such took 5 s at 100,000 articles

FILTERS = {
    "source": "sources", "fonte": "sources",
    "cluster": "clusters",
    "topic": "topics", "tema": "topics",
    "lang": "languages", "language": "languages", "lingua": "languages",
    "after": "since", "dopo": "since",
    "before": "until", "prima": "until",
    "has": "has_event", "ha": "has_event",
}  # fmt: skip
"""The filters, in English and Italian, and the field of the Query that each fills."""

_EVENTS = ("event", "events", "evento", "eventi")
_TOKEN = re.compile(
    r'(?P<filter>[^\W\d_]+):(?P<value>"[^"]*"|[^\s()"]+)|"(?P<phrase>[^"]*)"|(?P<open>\()|(?P<close>\))'
    r"|(?P<minus>-(?=[\w(\"]))|(?P<word>[^\s()\"]+)|(?P<quote>\")"
)
# `l'azienda`, `dell'idrogeno`, `un'impresa`: the article is no part of the word; nor is `'s`.
_ELIDED = re.compile(r"^(?:[a-z]{0,5}l|un|d|c|s|quest|quell|sant|anch|tutt|bell|grand)'(?=\w)|'s$")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?|(\d{1,2})[/.](\d{1,2})[/.](\d{4})")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int
    value: str = ""


def parse_query(text: str) -> Query:
    """The Query that the text asks for, newest first.

    Raises: QueryError that quotes the place and says what was expected.
    """
    if len(text) > MAX_LETTERS:
        raise QueryError(f"a query has at most {MAX_LETTERS} letters; this one has {len(text)}")
    parser = _Parser(_tokenise(xml_safe(text)))
    words = parser.read()
    return Query(words=words, **{name: _value(name, values) for name, values in parser.filters.items()})


def _value(name: str, values: list[Any]) -> Any:  # noqa: ANN401  a tuple, a day or True
    if name == "since":
        return max(values)
    if name == "until":
        return min(values)
    return True if name == "has_event" else tuple(dict.fromkeys(values))


def _tokenise(text: str) -> list[_Token]:
    found: list[_Token] = []
    for match in _TOKEN.finditer(text):
        kind, said = match.lastgroup or "", match[0]
        at = match.start() + 1
        if kind == "quote":
            raise QueryError(f'at letter {at}: the quotation mark " is never closed', position=at)
        if match["filter"] and not _is_filter(match):
            kind = "word"
        elif match["filter"]:
            kind = "filter"
        elif kind == "word" and said in ("AND", "OR", "NOT"):
            kind = said
        elif kind == "word" and said.endswith(":") and said[:-1].lower() in FILTERS:
            raise QueryError(f"at letter {at}: {said} needs a value right after the colon", position=at)
        name, value = (match["filter"], match["value"].strip('"')) if kind == "filter" else (said, "")
        found.append(_Token(kind, name, at, value))
    return found


def _is_filter(match: re.Match[str]) -> bool:
    """Whether `a:b` is meant as a filter, and not as an address of the web."""
    return match["filter"].lower() in FILTERS or not match["value"].startswith("//")


@dataclass
class _Parser:
    """Reads tokens by recursive descent; filters are collected on the way."""

    tokens: list[_Token]
    at: int = 0
    depth: int = 0
    items: int = 0
    first_filter: _Token | None = None
    filters: dict[str, list[Any]] = field(default_factory=dict)

    def read(self) -> Expression | None:
        found = self._either()
        if self.at < len(self.tokens):  # only a parenthesis can stop the reading
            raise _wrong(self.tokens[self.at], "nothing was opened that this closes")
        return found

    def _peek(self) -> str:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else ""

    def _either(self) -> Expression | None:
        sides = [self._together()]
        while self._peek() == "OR":
            sign = self.tokens[self.at]
            self.at += 1
            sides.append(self._together())
            if sides[-1] is None or sides[-2] is None:
                raise _wrong(sign, "OR stands between two things to look for")
            if self.first_filter and self.depth == 0:
                raise _wrong(
                    self.first_filter, "a filter holds for the whole query: put what OR joins in parentheses"
                )
        return _joined(Or, [side for side in sides if side is not None])

    def _together(self) -> Expression | None:
        parts: list[Expression] = []
        has_any = False
        while self._peek() not in ("", "OR", "close"):
            token = self.tokens[self.at]
            if token.kind == "AND":
                self.at += 1
                if not has_any or self._peek() in ("", "OR", "AND", "close"):
                    raise _wrong(token, "AND stands between two things to look for")
                continue
            part = self._item()
            has_any = True
            if part is not None:
                parts.append(part)
        return _joined(And, parts)

    def _item(self) -> Expression | None:
        token = self.tokens[self.at]
        self.at += 1
        self.items += 1
        if self.items > MAX_ITEMS:
            raise _wrong(token, f"a query has at most {MAX_ITEMS} words, phrases and filters")
        if token.kind in ("NOT", "minus"):
            return self._negated(token)
        if token.kind == "open":
            return self._nested(token)
        if token.kind == "filter":
            self._filter(token)
            return None
        if token.kind == "phrase":
            return _phrase(token)
        return _word(token)

    def _negated(self, sign: _Token) -> Expression:
        if self._peek() in ("", "AND", "OR", "close"):
            raise _wrong(sign, "NOT is followed by what must not be there")
        return Not(self._inside(sign, self._item))

    def _nested(self, sign: _Token) -> Expression:
        found = self._inside(sign, self._either)
        if self._peek() != "close":
            raise _wrong(sign, "this parenthesis is never closed")
        self.at += 1
        return found

    def _inside(self, sign: _Token, read: Callable[[], Expression | None]) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _wrong(sign, f"at most {MAX_DEPTH} levels of parentheses and NOT")
        found = read()
        self.depth -= 1
        if found is None:
            raise _wrong(sign, "there is nothing in it to look for")
        return found

    def _filter(self, token: _Token) -> None:
        name = FILTERS.get(token.text.lower())
        if name is None:
            known = ", ".join(f"{key}:" for key in FILTERS)
            raise _wrong(token, f"there is no such filter; there are {known} - or quote it to look for it")
        if self.depth:
            raise _wrong(
                token, "a filter stands outside of parentheses and NOT: it holds for the whole query"
            )
        self.first_filter = self.first_filter or token
        self.filters.setdefault(name, []).extend(_read_value(token, name))


def _joined(kind: type[And] | type[Or], parts: list[Expression]) -> Expression | None:
    flat: list[Expression] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else (part,)
    return kind(tuple(flat)) if len(flat) > 1 else next(iter(flat), None)


def _phrase(token: _Token) -> Expression:
    words = tokens(token.text)
    if not words:
        raise _wrong(token, "there is no word between the quotation marks")
    return Phrase(tuple(words))


def _word(token: _Token) -> Expression | None:
    """A word, several that are written as one (`e-mail`), or none (a dash)."""
    said = token.text.rstrip(".,;:!?")
    is_prefix = said.endswith("*")
    words = tokens(_ELIDED.sub("", fold(said.rstrip("*")).strip("'")))
    if not is_prefix:
        return None if not words else Word(words[0]) if len(words) == 1 else Phrase(tuple(words))
    if len(words) != 1 or len(words[0]) < SHORTEST_PREFIX:
        raise _wrong(token, f"before the star stand at least {SHORTEST_PREFIX} letters of one word")
    return Prefix(words[0])


def _read_value(token: _Token, name: str) -> list[Any]:
    values = [value.strip().lower() for value in token.value.split(",") if value.strip()]
    if not values:
        raise _wrong(token, "the filter needs a value right after the colon")
    if name == "has_event":
        if any(value not in _EVENTS for value in values):
            raise _wrong(token, "what an article can have is an event: has:event")
        return [True]
    if name == "since":
        return [_day(token, value) for value in values]
    if name == "until":
        return [_day(token, value) - timedelta(days=1) for value in values]
    return values


def _day(token: _Token, value: str) -> date:
    """The first day of the year, month or day that is stated."""
    match = _DATE.fullmatch(value)
    try:
        if match and match[1]:
            return max(date(int(match[1]), int(match[2] or 1), int(match[3] or 1)), date(1, 1, 2))
        if match:
            return max(date(int(match[6]), int(match[5]), int(match[4])), date(1, 1, 2))
    except ValueError:
        pass
    raise _wrong(token, "a day is written 2026-03-31 or 31/03/2026, a month 2026-03, a year 2026")


def _wrong(token: _Token, why: str) -> QueryError:
    said = {"minus": "-", "filter": f"{token.text}:{token.value}"}.get(token.kind, token.text)
    return QueryError(f"at letter {token.at}, {said[:60]}: {why}", position=token.at)
