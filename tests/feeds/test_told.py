"""What goes out by itself: press reviews by mail and webhook, and word to a WebSub hub."""

import json
import re
import shlex
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner, Result
from feed_samples import SOURCES
from receiver import receiving
from test_publish import articles, bring

from aggregator.cli import cli
from aggregator.near import Kin
from aggregator.store import Store, open_store
from aggregator.store.archive import set_authority
from aggregator.store.kinship import add as add_kin
from aggregator.store.sources import sync
from aggregator.webhook import parts
from aggregator.websub import topics

CHANNELS = Path(__file__).parents[2] / "docs" / "channels.md"
NOW = datetime.now(UTC)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "archive.sqlite"


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    store = open_store(str(database))
    with store.write() as session:
        set_authority(session, "notizie.example")
        sync(session, SOURCES.values(), "1")
    yield store
    store.close()


def come_in(store: Store, first: int, last: int, **changes: Any) -> None:
    ids = bring(store, *articles(first, last, **changes), at=NOW)
    with store.write() as session:
        add_kin(session, [(id_, Kin(id_, "it", None, id_)) for id_ in ids], [], 1)


def call(database: Path, *words: str, env: dict[str, str] | None = None, code: int = 0) -> Result:
    args = [*words, "--database", f"sqlite:///{database}"]
    result = CliRunner().invoke(cli, args, env=env or {}, catch_exceptions=False, standalone_mode=False)
    assert result.return_value in (code, None)
    return result


class Mailbox:
    """Takes every message."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients += envelope.rcpt_tos
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, dict[str, str]]]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    address = f"smtp://127.0.0.1:{port}"
    yield box, {"AGGREGATOR_SMTP": address, "AGGREGATOR_MAIL_FROM": "rassegna@notizie.example"}
    controller.stop()


def test_a_review_is_mailed_once(
    store: Store, database: Path, mailbox: tuple[Mailbox, dict[str, str]]
) -> None:
    box, env = mailbox
    come_in(store, 1, 2)
    send = ("digest", "all", "--send", "--to", "a@notizie.example", "--to", "b@notizie.example")
    assert "2 stories sent" in call(database, *send, env=env).output
    (message,) = box.messages
    assert box.recipients == ["a@notizie.example", "b@notizie.example"]
    assert str(message["Subject"]).startswith("Rassegna del ")
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    for said in ("Batterie più leggere, prova numero 1", "https://mobilita.example/notizie/2/"):
        assert said in text
        assert said in html
    assert "<script" not in html
    assert "nothing new" in call(database, *send, env=env).output
    come_in(store, 3, 3)
    assert "1 stories sent" in call(database, *send, env=env).output
    assert "prova numero 1" not in box.messages[1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert len(box.messages) == 2


def test_nothing_new_no_mail(store: Store, database: Path, mailbox: tuple[Mailbox, dict[str, str]]) -> None:
    box, env = mailbox
    assert "nothing new" in call(database, "digest", "it", "--send", "--to", "a@b.example", env=env).output
    assert box.messages == []


def test_a_server_that_refuses_leaves_it_unsent(store: Store, database: Path) -> None:
    from aggregator.mail import MailError

    come_in(store, 1, 1)
    env = {"AGGREGATOR_SMTP": "smtp://127.0.0.1:9", "AGGREGATOR_MAIL_FROM": "r@notizie.example"}
    with pytest.raises(MailError, match=r"127\.0\.0\.1:9"):
        call(database, "digest", "all", "--send", "--to", "a@b.example", env=env)
    assert json.loads(call(database, "digest", "all", "--json").output)["stories"] == 1


def test_a_review_obeys_the_policy_and_speaks_english(store: Store, database: Path) -> None:
    come_in(store, 1, 1, source_id="giornale")
    come_in(store, 2, 2, robots=("noindex",))
    found = json.loads(call(database, "digest", "all", "--language", "en", "--json").output)
    assert found["subject"].startswith("Press review, ")
    assert (found["stories"], found["sent"]) == (1, False)
    assert "materiali" not in found["text"] + found["html"]
    assert "Rights in the texts" in found["html"]


def test_a_review_of_a_feed_that_is_not_there_is_a_usage_error(store: Store, database: Path) -> None:
    from aggregator.errors import QueryError

    with pytest.raises(QueryError, match="no feed is called"):
        call(database, "digest", "nothing-like-it")


def recipes() -> list[str]:
    return [
        line for line in CHANNELS.read_text(encoding="utf-8").splitlines() if line.startswith("aggregator ")
    ]


@pytest.mark.parametrize("recipe", recipes())
def test_a_recipe_for_a_chat_program_does_what_it_says(recipe: str, store: Store, database: Path) -> None:
    come_in(store, 1, 30)
    with receiving() as receiver:
        words = [re.sub(r"https://[^/]+", receiver.url, word) for word in shlex.split(recipe)[1:]]
        assert "30 stories sent" in call(database, *words).output
        told = [json.loads(body) for body in receiver.posted]
        assert all(set(each) == {"text"} and len(each["text"]) <= 4000 for each in told)
        whole = "\n\n".join(each["text"] for each in told)
        assert all(f"prova numero {n}\n" in whole for n in range(1, 31))
        assert "nothing new" in call(database, *words).output
        assert len(receiver.posted) == len(told) > 1


def test_a_webhook_that_refuses_counts_nothing_as_sent(store: Store, database: Path) -> None:
    from aggregator.webhook import WebhookError

    come_in(store, 1, 1)
    with receiving() as receiver:
        receiver.refusal = 500
        with pytest.raises(WebhookError, match="500") as caught:
            call(database, "digest", "all", "--send", "--to", f"{receiver.url}/services/SECRET")
    assert "SECRET" not in str(caught.value)
    assert json.loads(call(database, "digest", "all", "--json").output)["stories"] == 1


def test_long_texts_part_between_paragraphs() -> None:
    assert list(parts("uno\n\ndue\n\ntre", 8)) == ["uno\n\ndue", "tre"]
    assert list(parts("a" * 10, 4)) == ["aaaa", "aaaa", "aa"]
    assert list(parts("")) == []


# --- hub -----------------------------------------------------------------------------------------


@pytest.fixture
def one_topic(tmp_path: Path) -> dict[str, str]:
    """The options for a publication of few feeds."""
    topics = tmp_path / "topics.toml"
    topics.write_text('[[topic]]\nid = "x"\nlabel.it = "X"\nlabel.en = "X"\naliases = ["Xyz"]\n')
    catalogue = tmp_path / "sources.toml"
    catalogue.write_text('[[source]]\nid = "mobilita"\nurl = "https://mobilita.example/"\n')
    return {
        "AGGREGATOR_TOPICS": str(topics),
        "AGGREGATOR_CATALOGUE": str(catalogue),
        "AGGREGATOR_BASE_URL": "https://feed.example",
    }


def test_a_hub_is_named_and_told_of_what_changed(
    store: Store, database: Path, tmp_path: Path, one_topic: dict[str, str]
) -> None:
    come_in(store, 1, 1)
    with receiving() as receiver:
        env = one_topic | {"AGGREGATOR_HUB": f"{receiver.url}/hub"}
        words = ("publish", "--out", str(tmp_path / "public"))
        call(database, *words, env=env)
        told = [url for body in receiver.posted for url in parse_qs(body.decode())["hub.url"]]
        assert "https://feed.example/feeds/all.atom" in told
        assert all(url.endswith((".rss", ".atom", ".json")) for url in told)
        count = len(receiver.posted)
        call(database, *words, env=env)
        assert len(receiver.posted) == count
    feeds = tmp_path / "public" / "feeds"
    for name in ("all.rss", "all.atom", "all.json"):
        assert f"{receiver.url}/hub" in (feeds / name).read_text()


def test_a_hub_that_is_away_costs_a_line(
    store: Store, database: Path, tmp_path: Path, one_topic: dict[str, str]
) -> None:
    come_in(store, 1, 1)
    env = one_topic | {"AGGREGATOR_HUB": "http://127.0.0.1:9/hub"}
    assert "was not told" in call(database, "publish", "--out", str(tmp_path / "public"), env=env).stderr
    assert (tmp_path / "public/feeds/all.rss").exists()


def test_topics_are_live_feeds_alone() -> None:
    written = ("feeds/all.rss", "feeds/all.html", "feeds/all/3.atom", "index.html", "feeds/all.ics")
    assert topics(written, "https://feed.example/") == ("https://feed.example/feeds/all.rss",)
