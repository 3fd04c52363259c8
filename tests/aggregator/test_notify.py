"""Alarms reach the operator: once when they begin, weekly while they last, once when they end."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from aggregator.config import Config
from aggregator.mail import Letter, MailError, compose, send
from aggregator.notify import notify
from aggregator.store import Store
from aggregator.store.acks import acknowledge, acknowledged, forget_old
from aggregator.store.alarms import Alarm, keep_alarms
from aggregator.webhook import sign

NOW = datetime(2026, 5, 11, 9, tzinfo=UTC)
SILENT = Alarm("silent:clm", "Cluster Mobilità: nessuna novità", "nothing new since 2026-04-02", "clm")
DISK = Alarm("disk", "Il disco si sta riempiendo", "5 % are free")


class Postman:
    """What a mail server has been given."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802  aiosmtpd's
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@pytest.fixture
def post() -> Iterator[tuple[Config, Postman]]:
    postman = Postman()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(postman, hostname="127.0.0.1", port=port)
    controller.start()
    config = Config(smtp=f"smtp://127.0.0.1:{port}", mail_from="Rassegna <a@example.org>")
    try:
        yield replace(config, alarm_mail="chi@example.org"), postman
    finally:
        controller.stop()


def keep(store: Store, *alarms: Alarm, at: datetime) -> None:
    with store.write() as session:
        keep_alarms(session, alarms, at)


def test_an_alarm_is_told_when_it_begins_weekly_and_when_it_ends(
    store: Store, post: tuple[Config, Postman]
) -> None:
    config, postman = post
    told: list[tuple[int, list[str]]] = []
    for day in range(18):
        now = NOW + timedelta(days=day)
        keep(store, *([SILENT] if day < 16 else []), at=now)
        before = len(postman.messages)
        assert notify(config, store, now) == ()
        if subjects := [message["Subject"] for message in postman.messages[before:]]:
            told.append((day, subjects))
    over = f"Risolto: {SILENT.title}"
    assert told == [(0, [SILENT.title]), (7, [SILENT.title]), (14, [SILENT.title]), (16, [over])]
    text = postman.messages[0].get_body().get_content()
    assert SILENT.text in text
    assert postman.messages[0]["Auto-Submitted"] == "auto-generated"


def test_several_alarms_are_one_letter(store: Store, post: tuple[Config, Postman]) -> None:
    config, postman = post
    keep(store, SILENT, DISK, at=NOW)
    notify(config, store, NOW)
    [message] = postman.messages
    assert message["Subject"] == f"{SILENT.title} (e altri 1 avvisi)"
    assert DISK.title in message.get_body().get_content()


def test_what_could_not_be_sent_is_told_at_the_next_run(store: Store, post: tuple[Config, Postman]) -> None:
    config, postman = post
    keep(store, SILENT, at=NOW)
    [failure] = notify(replace(config, smtp="smtp://127.0.0.1:1"), store, NOW)
    assert "127.0.0.1:1 did not take the message" in failure
    assert notify(config, store, NOW + timedelta(hours=1)) == ()
    assert len(postman.messages) == 1


def test_nobody_wants_to_know_by_default(store: Store) -> None:
    keep(store, SILENT, at=NOW)
    assert notify(Config(), store, NOW) == ()


@contextmanager
def hook(status: int = 200) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    heard: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((dict(self.headers), body))
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the inherited name
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/alarms", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_webhook_gets_them_signed(store: Store, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("chiave\n")
    keep(store, SILENT, at=NOW)
    with hook() as (url, heard):
        assert notify(Config(alarm_webhook=url, webhook_secret_file=secret), store, NOW) == ()
    [(headers, body)] = heard
    assert headers["X-Hub-Signature-256"] == "sha256=" + sign(body, b"chiave")
    posted = json.loads(body)
    assert posted["text"].startswith(SILENT.title)
    assert posted["alarms"][0]["key"] == "silent:clm"
    assert posted["alarms"][0]["ended_at"] is None


def test_a_webhook_that_refuses_is_tried_again(store: Store) -> None:
    keep(store, SILENT, at=NOW)
    with hook(500) as (url, heard):
        for _ in range(2):
            [failure] = notify(Config(alarm_webhook=url), store, NOW)
            assert "HTTP Error 500" in failure
    assert len(heard) == 2


def test_a_missing_password_is_said() -> None:
    letter = Letter(("chi@example.org",), "Prova", "Testo")
    with pytest.raises(MailError, match="set the options smtp and mail_from"):
        send(Config(), letter, NOW)


def test_no_line_of_a_subject_becomes_a_header() -> None:
    letter = Letter(("chi@example.org",), "Prova\r\nBcc: altri@example.org", "Testo", "<p>Testo</p>", "it")
    message = compose("Rassegna <a@example.org>", letter, NOW)
    assert message["Bcc"] is None
    assert message["Subject"] == "Prova Bcc: altri@example.org"
    assert message.is_multipart()


def test_a_persons_word_holds_until_its_day(store: Store) -> None:
    until = NOW + timedelta(days=3)
    with store.write() as session:
        acknowledge(session, "clm", NOW + timedelta(days=1))
        acknowledge(session, "clm", until)
        forget_old(session, NOW)
        assert acknowledged(session, NOW) == {"clm": until}
        assert acknowledged(session, until) == {}
        forget_old(session, until)
        assert acknowledged(session, NOW) == {}
