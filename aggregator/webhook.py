"""Text to a chat program's incoming webhook: JSON with one `text`, as Slack, Mattermost and Telegram take it.

Knows nothing of what is told. Start reading at `post_text`.
"""

import hashlib
import hmac
import json
import urllib.request
from collections.abc import Iterator, Mapping
from urllib.error import HTTPError

from aggregator import __version__
from aggregator.errors import AggregatorError

_SECONDS = 20
# Telegram takes 4,096 letters a message, Slack ten times that.
_LETTERS = 4000


class WebhookError(AggregatorError):
    """A text that a webhook did not take; its address is a secret, so that only its host is named."""


def post_text(url: str, text: str, user_agent: str) -> None:
    """Posts the text, in as many messages as it takes, parted between paragraphs.

    Raises: WebhookError where one is not taken; those before it have gone out.
    """
    for part in parts(text):
        post_json(url, {"text": part}, user_agent)


def post_json(url: str, value: Mapping[str, object], user_agent: str, *, secret: bytes = b"") -> None:
    """Posts one object; with a secret it is signed as GitHub signs its own. Raises: WebhookError."""
    body = json.dumps(value, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", "User-Agent": f"{user_agent}/{__version__}"}
    if secret:
        headers["X-Hub-Signature-256"] = "sha256=" + sign(body, secret)
    request = urllib.request.Request(url, body, headers)  # noqa: S310  options and commands take http(s) alone
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS):  # noqa: S310
            pass
    except OSError as error:
        if isinstance(error, HTTPError):
            error.close()  # it is the answer, with an open connection
        raise WebhookError(f"the webhook at {request.host} did not take the text: {error}") from error


def sign(body: bytes, secret: bytes) -> str:
    """The HMAC-SHA256 of the body, in hexadecimal digits."""
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def parts(text: str, limit: int = _LETTERS) -> Iterator[str]:
    """The text in pieces of at most that many letters, parted between paragraphs where it can be."""
    held = ""
    for paragraph in text.strip().split("\n\n"):
        whole = f"{held}\n\n{paragraph.strip()}".strip()
        if len(whole) <= limit:
            held = whole
            continue
        if held:
            yield held
        held = paragraph.strip()
        while len(held) > limit:
            yield held[:limit]
            held = held[limit:]
    if held:
        yield held
