"""A TOML file read with the line of every key, so that what is wrong in it can be pointed at.

Knows nothing of what the keys mean. Start reading at `read_toml`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_HEADER = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:"[^"]*"|'[^']*'|[\w.\s-])+?)\s*=""")
_KEY_PART = re.compile(r""""[^"]*"|'[^']*'|[\w-]+""")
# What may hold brackets, number signs or equals signs without meaning them.
_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|' + r"'[^']*'|#.*")
_FENCE = re.compile(r'"{3}|' + r"'{3}")

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class TomlText:
    """A TOML file as data, with its text for whoever asks for lines."""

    name: str
    data: Mapping[str, Any]
    text: str = ""

    def place(self, *path: str | int) -> "Place":
        """Where that key stands, such as `("source", 2, "url")`."""
        return Place(self, path)


@dataclass(frozen=True, slots=True)
class Place:
    """A key in a file; its line is looked for only when it is printed.

    Shapes: prints as `file, line 12, key url`, with the line of the nearest thing that has one.
        Units: lines count from 1.
    """

    file: TomlText
    path: KeyPath

    def __str__(self) -> str:
        path, lines = self.path, _lines_of(self.file.text)
        known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in lines), None)
        at = f"{self.file.name}, line {lines[known]}" if known else self.file.name
        keys = ".".join(part for part in path[_last_number(path) :] if isinstance(part, str))
        return f"{at}, key {keys}" if keys else at


def read_toml(path: Path) -> TomlText:
    """The file at that path, with its lines; a file that is not there is empty.

    Raises: ValueError, with file and line, for what is not TOML or not UTF-8; OSError.
    """
    try:
        return parse_toml(path.read_text(encoding="utf-8-sig"), str(path))
    except FileNotFoundError:
        return TomlText(str(path), {})
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not UTF-8 text (byte {error.start}); save the file as UTF-8") from error


def parse_toml(text: str, name: str) -> TomlText:
    """The same for a text; `name` is what messages call it.

    Raises: ValueError, with name and line, for what is not TOML.
    """
    import tomllib  # --help reads no file

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # Python 3.14 has `lineno`; before, the line stands in the message alone.
        found = re.search(r"line (\d+)", str(error))
        line = f", line {found[1]}" if found else f", line {text.count(chr(10)) + 1}"
        reason = re.sub(r"\s*\(at .*\)$", "", str(error))
        raise ValueError(f"{name}{line}: not TOML: {reason}") from error
    return TomlText(name, data, text)


def spans_of(text: str, kind: str) -> list[tuple[int, int]]:
    """First and last line of each `[[kind]]` table with its inner tables, without comments after it.

    Units: lines count from 0; the last is exclusive.
    """
    lines = text.split("\n")
    headers = [
        (number - 1, header) for number, line in _opening_lines(text) if (header := _HEADER.match(line))
    ]
    ends = [*(number for number, _ in headers[1:]), len(lines)]
    spans: list[tuple[int, int]] = []
    is_open = False
    for (number, header), end in zip(headers, ends, strict=False):
        parts = _parts(header[2])
        is_new = header[1] == "[[" and parts == (kind,)
        is_open = is_new or (is_open and parts[0] == kind)
        if is_open:
            last = max(n for n in range(number, end) if n == number or not _is_empty(lines[n])) + 1
            spans = [*spans, (number, last)] if is_new else [*spans[:-1], (spans[-1][0], last)]
    return spans


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'url'?` where one of the known words is near, else nothing."""
    import difflib  # 5 ms that only a wrong file costs

    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.65)
    return f"; did you mean {near[0]!r}?" if near else ""


def _is_empty(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _last_number(path: KeyPath) -> int:
    return max((n + 1 for n, part in enumerate(path) if isinstance(part, int)), default=0)


@lru_cache(maxsize=4)
def _lines_of(text: str) -> Mapping[KeyPath, int]:
    """The line that each key and table begins on: a scan that trusts tomllib to have read the text."""
    lines: dict[KeyPath, int] = {}
    for path, line in _places(text):
        lines.setdefault(path, line)
    return lines


def _places(text: str) -> Iterator[tuple[KeyPath, int]]:
    table: KeyPath = ()
    seen: dict[KeyPath, int] = {}
    for number, line in _opening_lines(text):
        if header := _HEADER.match(line):
            table = _resolve(_parts(header[2]), seen, opens_array=header[1] == "[[")
            yield table, number
            if isinstance(table[-1], int):
                yield table[:-1], number
        elif key := _KEY.match(line):
            parts = _parts(key[1])
            for depth in range(1, len(parts) + 1):
                yield (*table, *parts[:depth]), number


def _resolve(parts: KeyPath, seen: dict[KeyPath, int], *, opens_array: bool) -> KeyPath:
    """The path of a header, with the place of the latest element of each array on the way."""
    path: KeyPath = ()
    for n, part in enumerate(parts):
        path = (*path, part)
        if opens_array and n == len(parts) - 1:
            seen[path] = seen.get(path, -1) + 1
        if path in seen:
            path = (*path, seen[path])
    return path


def _parts(key: str) -> KeyPath:
    return tuple(part.strip("\"'") for part in _KEY_PART.findall(key))


def _opening_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that begin a statement: not those inside a multi-line string or array."""
    depth, fence = 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        rest = line
        if fence:
            _, found, rest = line.partition(fence)
            if not found:
                continue
            fence = ""
        elif depth == 0:
            yield number, line
            if _HEADER.match(line):
                continue
        while opened := _FENCE.search(rest):
            inside = rest[opened.end() :]
            _, closed, after = inside.partition(opened[0])
            rest = rest[: opened.start()] + after
            if not closed:
                fence = opened[0]
                break
        bare = _STRING_OR_COMMENT.sub("", rest)
        depth += bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
