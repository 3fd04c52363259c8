"""Aliases: in what a source's addresses differ though they lead to one page, learnt from its pages alone.

Knows no site by name, no network and no store. Start reading at `learn`; a false join loses an article, a
missed one costs a request, so that one counter-example outweighs all confirmations.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

# So many articles must show it, and a parameter of any value so many values, too. At half, the five posts
# that a site has not translated yet would do; at double a small site's own habits stay unknown for a year.
ENOUGH = 5
# A part of an address that names a language: what it leads to is another text, or will be once translated.
_LANGUAGE = re.compile(
    r"[a-z]{2}(?:[-_][a-z]{2})?|ita|eng|deu|fra|esp|lang|locale|language|lingua|idioma|"
    r"italiano?|english|inglese|deutsch|francais|espanol",
    re.IGNORECASE,
)
# The number stands before the words, or behind them: `123-titolo`, `titolo-id1234.html`.
_FORMS = {
    "first": re.compile(r"(\d{2,})[-_,](?=\D).+"),
    "last": re.compile(r".+[-_,][a-z]{0,3}(\d{3,})(?:\.\w{2,5})?"),
}
# A last segment that hardly two articles share: a number of an article's, or words like a title's.
_TELLING = re.compile(r".*(?<!\d)(?!(?:19|20)\d\d(?!\d))\d{3,}.*|(?:[^\W\d_]+[-_]){3,}.*")


class Kind(StrEnum):
    """What may differ."""

    PARAMETER = "parameter"
    HEAD = "head"
    SLUG = "slug"


@dataclass(frozen=True, slots=True, order=True)
class Alias:
    """A difference between addresses that makes no other page.

    Shapes: a PARAMETER's `what` is its name, or name and value: it counts for nothing; a HEAD's is host and
        opening of a path, for which `into` stands as well; a SLUG's is host and directory, in which only
        the number counts, and it stands as `into` says: first or last.
    """

    kind: Kind
    what: str
    into: str = ""


def same(aliases: Sequence[Alias], key: str) -> str:
    """What all addresses of one page share, by these aliases; the canonical URL itself without any."""
    if not aliases:
        return key
    place, _, query = key.removeprefix("https://").partition("?")
    if query:
        dropped = {alias.what for alias in aliases if alias.kind is Kind.PARAMETER}
        pairs = query.split("&")
        query = "&".join(pair for pair in pairs if not dropped & {pair, pair.partition("=")[0]})
    place = _under_one_head(aliases, place)
    directory, _, last = place.rpartition("/")
    for alias in aliases:
        if (
            alias.kind is Kind.SLUG
            and alias.what == directory
            and (found := _FORMS[alias.into].fullmatch(last))
        ):
            place = f"{directory}/*{found[1]}*"
    return f"https://{place}{'?' if query else ''}{query}"


def _under_one_head(aliases: Sequence[Alias], place: str) -> str:
    for alias in aliases:
        if alias.kind is Kind.HEAD and place.startswith(f"{alias.what}/"):
            rest = place[len(alias.what) :]
            return alias.into + rest if _TELLING.fullmatch(rest.rpartition("/")[2]) else place
    return place


def learn(
    pairs: Iterable[tuple[str, str]], pages: Callable[[], Iterable[tuple[str, Hashable]]]
) -> tuple[Alias, ...]:
    """The aliases that enough pairs show and no page speaks against, in order.

    Shapes: of a pair the first address showed the page that the second one is kept under; `pages` are all
        addresses of the source with what stands there: it is asked only where there is something to prove.
        All are canonical URLs.
    """
    found = _confirmed(pairs)
    if not found:
        return ()
    known = list(pages())
    held = tuple(alias for alias in found if not _is_refuted((alias,), known) and _is_usual(alias, known))
    return () if _is_refuted(held, known) else held


def _confirmed(pairs: Iterable[tuple[str, str]]) -> list[Alias]:
    articles: dict[Alias, set[str]] = defaultdict(set)
    values: dict[Alias, set[str]] = defaultdict(set)
    for one, other in pairs:
        for alias, value in _differences(one, other):
            articles[alias].add(other)
            if value:
                values[alias].add(value)
    enough = {alias for alias, shown in articles.items() if len(shown) >= ENOUGH}
    # Of any value only if many were seen: page 1 is the article, page 2 is not.
    enough -= {alias for alias, seen in values.items() if len(seen) < ENOUGH}
    names = {alias.what for alias in enough if alias.kind is Kind.PARAMETER}
    return sorted(alias for alias in enough if alias.what.partition("=")[0] not in names - {alias.what})


def _differences(one: str, other: str) -> Iterator[tuple[Alias, str]]:
    """The aliases of which each alone would join the addresses, with the value of a parameter of any."""
    place, _, query = one.removeprefix("https://").partition("?")
    other_place, _, other_query = other.removeprefix("https://").partition("?")
    if place != other_place and query == other_query:
        yield from ((alias, "") for alias in _of_paths(place, other_place))
    elif place == other_place:
        yield from _of_queries(*([pair for pair in q.split("&") if pair] for q in (query, other_query)))


def _of_queries(one: list[str], other: list[str]) -> Iterator[tuple[Alias, str]]:
    """The parameters that one of the two has, or both with another value."""
    mine, theirs = set(one).difference(other), set(other).difference(one)
    is_added = not (mine and theirs)
    if not is_added and _names(mine) != _names(theirs):
        return
    for pair in sorted(mine | theirs):
        name, _, value = pair.partition("=")
        if not value or _LANGUAGE.fullmatch(name) or _LANGUAGE.fullmatch(value):
            continue
        yield Alias(Kind.PARAMETER, name), value
        if is_added:
            yield Alias(Kind.PARAMETER, pair), ""


def _names(pairs: Iterable[str]) -> set[str]:
    return {pair.partition("=")[0] for pair in pairs}


def _of_paths(one: str, other: str) -> Iterator[Alias]:
    heads, others = one.split("/"), other.split("/")
    if heads[0] != others[0]:
        return
    if heads[:-1] == others[:-1]:
        for form, pattern in _FORMS.items():
            mine, theirs = pattern.fullmatch(heads[-1]), pattern.fullmatch(others[-1])
            if mine and theirs and mine[1] == theirs[1]:
                yield Alias(Kind.SLUG, "/".join(heads[:-1]), form)
        return
    tail: list[str] = []
    while len(heads) > 1 and len(others) > 1 and heads[-1] == others[-1]:
        tail.append(heads.pop())
        others.pop()
    parts = set(heads[1:]) ^ set(others[1:])
    if not tail or not _TELLING.fullmatch(tail[0]) or any(map(_is_content, parts)):
        return
    long, short = sorted(("/".join(heads), "/".join(others)), key=lambda head: (-len(head), head))
    yield Alias(Kind.HEAD, long, short)


def _is_content(part: str) -> bool:
    """Whether a part of a path may address content: a language, a year or another number."""
    return bool(_LANGUAGE.fullmatch(part)) or any(map(str.isdigit, part))


def _is_refuted(aliases: Sequence[Alias], known: Sequence[tuple[str, Hashable]]) -> bool:
    """Whether they would make one of two addresses that show different things."""
    shown: dict[str, Hashable] = {}
    return any(shown.setdefault(same(aliases, key), what) != what for key, what in known)


def _is_usual(alias: Alias, known: Sequence[tuple[str, Hashable]]) -> bool:
    """Whether all addresses of a directory are made of such a number: else it is a year in some of them."""
    if alias.kind is not Kind.SLUG:
        return True
    here = (key.removeprefix("https://").partition("?")[0].rpartition("/") for key, _ in known)
    return all(_FORMS[alias.into].fullmatch(last) for directory, _, last in here if directory == alias.what)
