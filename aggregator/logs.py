"""Logging: one line a fact, as text for people or as JSON for collectors.

Knows nothing of what is logged. Start reading at `handler`.
"""

import json
import logging
from datetime import UTC, datetime


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """The record as one JSON object on one line."""
        fact = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            fact["error"] = self.formatException(record.exc_info)
        return json.dumps(fact, ensure_ascii=False)


def handler(log_format: str) -> logging.Handler:
    """A handler on standard error; plain lines but for `json`."""
    stream = logging.StreamHandler()
    stream.setFormatter(_Json() if log_format == "json" else _Text())
    return stream
