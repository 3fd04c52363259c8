"""Tells the operator of alarms, by mail and by webhook: when one begins, when it ends, and weekly between.

Knows nothing of how trouble is found. Start reading at `notify`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from aggregator import mail
from aggregator.config import Config
from aggregator.errors import AggregatorError
from aggregator.feeds.strings import say
from aggregator.mail import Letter
from aggregator.store import Store
from aggregator.store.acks import note_told, to_tell
from aggregator.store.alarms import RaisedAlarm
from aggregator.webhook import WebhookError, post_json

AGAIN = timedelta(days=7)


def notify(config: Config, store: Store, now: datetime) -> tuple[str, ...]:
    """Sends what is to be told now, if anybody wants it; gives in words what could not be sent.

    What could not be sent is told at the next run; no failure stops this one.
    """
    if not (config.alarm_mail or config.alarm_webhook):
        return ()
    with store.read() as session:
        told = to_tell(session, now - AGAIN)
    if not told:
        return ()
    failures = []
    for wanted, way in ((config.alarm_mail, _mail), (config.alarm_webhook, _post)):
        try:
            if wanted:
                way(config, told, now)
        except AggregatorError as error:
            failures.append(str(error))
    if not failures:
        with store.write() as session:
            note_told(session, told, now)
    return tuple(failures)


def _mail(config: Config, told: Sequence[RaisedAlarm], now: datetime) -> None:
    subject = _title(told[0], config.language)
    if len(told) > 1:
        subject = say("alarm.more", config.language, title=subject, count=str(len(told) - 1))
    letter = Letter(
        (config.alarm_mail,), subject, render_alarms(told, config.language), language=config.language
    )
    mail.send(config, letter, now)


def _post(config: Config, told: Sequence[RaisedAlarm], now: datetime) -> None:
    """One text for chat programs, and each alarm for others."""
    alarms = [
        {
            "number": each.number,
            "key": each.alarm.key,
            "source": each.alarm.source_id,
            "title": each.alarm.title,
            "text": each.alarm.text,
            "raised_at": each.raised_at.isoformat(),
            "ended_at": each.ended_at.isoformat() if each.ended_at else None,
        }
        for each in told
    ]
    value = {"text": render_alarms(told, config.language), "alarms": alarms, "at": now.isoformat()}
    post_json(config.alarm_webhook, value, config.user_agent, secret=_secret(config))


def render_alarms(told: Sequence[RaisedAlarm], language: str) -> str:
    """Each alarm as a paragraph of plain text."""
    return "\n\n".join(f"{_title(each, language)}\n{each.alarm.text}".strip() for each in told) + "\n"


def _title(raised: RaisedAlarm, language: str) -> str:
    title = raised.alarm.title
    return title if raised.ended_at is None else say("alarm.over", language, title=title)


def _secret(config: Config) -> bytes:
    file = config.webhook_secret_file
    try:
        return file.read_bytes().strip() if file is not None else b""
    except OSError as error:
        raise WebhookError(f"the secret file {file} cannot be read: {error.strerror}") from error
