"""Mail by the operator's own server: one message, plain text with HTML beside it where there is any.

Knows nothing of what is told. Start reading at `send`.
"""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

from aggregator.config import Config
from aggregator.errors import AggregatorError

_SECONDS = 30
_PORTS = {"smtp": 587, "smtps": 465}


class MailError(AggregatorError):
    """A message that could not be handed over, in words for a person."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent; `html` is left out where it is empty."""

    to: tuple[str, ...]
    subject: str
    text: str
    html: str = ""
    language: str = ""


def send(config: Config, letter: Letter, now: datetime) -> None:
    """Hands the letter to the server of the option `smtp`, encrypted wherever the server offers it.

    Raises: MailError when there is no server, it refuses, or a password file cannot be read.
    """
    if not config.smtp or not config.mail_from:
        raise MailError("no mail server: set the options smtp and mail_from")
    parts = urlsplit(config.smtp)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    context = ssl.create_default_context()
    try:
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=_SECONDS)
        with server:
            server.ehlo()
            if parts.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            if parts.username:
                server.login(unquote(parts.username), _password(config))
            server.send_message(compose(config.mail_from, letter, now))
    except (OSError, smtplib.SMTPException) as error:
        raise MailError(f"the mail server {host}:{port} did not take the message: {error}") from error


def compose(sender: str, letter: Letter, now: datetime) -> EmailMessage:
    """The message as it goes out; a list in its header keeps holiday answers away."""
    message = EmailMessage()
    name, address = parseaddr(sender)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = tuple(Address(addr_spec=parseaddr(each)[1]) for each in letter.to)
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=address.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834
    if letter.language:
        message["Content-Language"] = letter.language
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    return message


def _password(config: Config) -> str:
    if config.smtp_password_file is None:
        raise MailError("the mail server wants a password: set the option smtp_password_file")
    try:
        return config.smtp_password_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise MailError(
            f"the password file {config.smtp_password_file} cannot be read: {error.strerror}"
        ) from error
