"""Reservations of text and data mining that a site states in one file (W3C TDMRep, section 5).

Pure: knows nothing of fetching. Start reading at `read_reserved`; `is_reserved` asks it.
"""

import json
import re
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

PLACE = "/.well-known/tdmrep.json"
# A file of rules, not of pages: what is longer is none.
_MAX_BYTES, _MAX_RULES = 100_000, 1_000
# More stars than any real rule has would make matching a long address slow.
_MAX_PATTERN, _MAX_STARS = 500, 8


def read_reserved(status: int, body: bytes) -> str:
    """The path patterns that the file reserves, those that it opens with a `!` before; empty for no file.

    Shapes: a pattern a line, in the file's order. Never raises.
    Source: W3C TDMRep 5.2: `location` as in robots.txt, `tdm-reservation` 1 or 0.
    """
    if status != 200 or len(body) > _MAX_BYTES:
        return ""
    try:
        rules = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    lines = [_line(rule) for rule in (rules if isinstance(rules, list) else [])[:_MAX_RULES]]
    return "\n".join(line for line in lines if line)


def is_reserved(patterns: str, url: str) -> bool:
    """Whether these patterns reserve the address: the longest that matches decides, 1 wins a tie."""
    if not patterns:
        return False
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    found = [
        (len(pattern.removeprefix("!")), not pattern.startswith("!"))
        for pattern in patterns.split("\n")
        if _compiled(pattern.removeprefix("!")).match(path)
    ]
    return max(found, default=(0, False))[1]


def _line(rule: Any) -> str:  # noqa: ANN401  any JSON value
    if not isinstance(rule, dict):
        return ""
    location, stated = rule.get("location"), str(rule.get("tdm-reservation"))
    if not isinstance(location, str) or stated not in ("0", "1") or location.count("*") > _MAX_STARS:
        return ""
    if not location.startswith("/") or len(location) > _MAX_PATTERN:
        return ""
    return ("!" if stated == "0" else "") + "".join(location.split())


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    end = "$" if pattern.endswith("$") else ""
    # Runs of stars are one star: else a hostile pattern would take for ever.
    pieces = re.sub(r"\*+", "*", pattern.removesuffix("$")).split("*")
    return re.compile("(?s:" + ".*?".join(map(re.escape, pieces)) + ")" + end)
