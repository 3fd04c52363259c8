"""Alternatives of a pattern, arranged so that a text is compared with few of them.

Knows nothing of what they mean. Start reading at `any_of`.
"""

from collections.abc import Iterable

_QUANTIFIERS = ("?", "*", "+", "{")


def any_of(alternatives: Iterable[str]) -> str:
    """A group that matches what any of them does: those that begin with one letter are tried behind it.

    Python tries alternatives one by one; of two hundred in order a name that is none of them costs ten
    times as much.
    """
    behind: dict[str, list[str]] = {}
    others: list[str] = []
    for one in alternatives:
        if one[:1].isalpha() and not one[1:].startswith(_QUANTIFIERS):
            behind.setdefault(one[0], []).append(one[1:])
        else:
            others.append(one)
    letters = [f"{letter}(?:{'|'.join(rest)})" for letter, rest in behind.items()]
    return f"(?:{'|'.join([*letters, *others])})"


def parts_of(listed: str) -> list[str]:
    """What stands between bars, those within brackets of either kind left alone."""
    parts, depth, is_class = [""], 0, False
    at = 0
    while at < len(listed):
        char = listed[at]
        if char == "\\":
            parts[-1] += listed[at : at + 2]
            at += 2
            continue
        is_class = char == "[" or (is_class and char != "]")
        if not is_class:
            depth += (char == "(") - (char == ")")
        if char == "|" and not depth and not is_class:
            parts.append("")
        else:
            parts[-1] += char
        at += 1
    return parts
