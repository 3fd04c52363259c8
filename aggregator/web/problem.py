"""The one shape that errors over HTTP have: problem details for machines, in words for people.

Knows nothing of what went wrong. Start reading at `problem`.
"""

import json
from http import HTTPStatus

PROBLEM = "application/problem+json"
"""The media type of every error. Source: RFC 9457."""


class Unanswerable(Exception):  # noqa: N818 - it is an answer: a request that gets no other than this
    """A request that is answered with an error: status, words, and which parameter is at fault."""

    def __init__(self, status: int, words: str, parameter: str = "") -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.parameter = parameter


def problem(status: int, words: str, parameter: str = "") -> bytes:
    """The body of an error: `title`, `status`, `detail`, and `parameter` where one is at fault."""
    told: dict[str, object] = {"title": HTTPStatus(status).phrase, "status": status, "detail": words}
    if parameter:
        told["parameter"] = parameter
    return json.dumps(told, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
