"""Logging: one line a fact, as text for people or as JSON for collectors; no secret in either.

Knows nothing of what is logged, but that messages read `what happened source=%s url=%s`. Start
reading at `handler`.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime

# A user with password before a host, and values of the parameters by which addresses carry keys.
_USER = re.compile(r"(?<=://)[^\s/?#@'\"]+@")
_KEY = re.compile(
    r"(?i)([?&;](?:[\w.-]*(?:token|secret|passw(?:or)?d|pwd|signature|api[_-]?key)|key|auth|sig)=)[^\s&#'\"]+"
)
_FIELD = re.compile(r"(?:^|\s)(\w+)=%(?:s|r|d)")


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line of text, with the steps of an error under it."""
        return redacted(super().format(record))


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """The record as one JSON object on one line: what happened, and each `name=` as a key of its own."""
        fact = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            **_told(record),
        }
        if record.exc_info:
            fact["trace"] = self.formatException(record.exc_info)
        return redacted(json.dumps(fact, ensure_ascii=False))


def _told(record: logging.LogRecord) -> dict[str, object]:
    """The message; where it names fields, what it says before them, and the fields."""
    template = str(record.msg)
    names = _FIELD.findall(template)
    if not names or not isinstance(record.args, tuple) or template.count("%") != len(record.args):
        return {"message": record.getMessage()}
    start = re.search(_FIELD, template)
    count = len(names)
    if start is None or template.count("%", start.start()) != count:
        return {"message": record.getMessage()}
    before = template[: start.start()] % record.args[: len(record.args) - count]
    values = record.args[len(record.args) - count :]
    fields = {
        name: value if isinstance(value, int | float | str) or value is None else str(value)
        for name, value in zip(names, values, strict=True)
    }
    return {"message": before, **fields}


def redacted(line: str) -> str:
    """The line without what opens doors: passwords and keys that stand in addresses."""
    return _KEY.sub(r"\1***", _USER.sub("***@", line))


def handler(log_format: str) -> logging.Handler:
    """A handler on standard error: text or JSON; `auto` is text on a terminal, JSON elsewhere."""
    stream = logging.StreamHandler()
    is_json = log_format == "json" or (log_format == "auto" and not sys.stderr.isatty())
    stream.setFormatter(_Json() if is_json else _Text())
    return stream
