"""Commands of feeds: `feeds list`, `feeds add`, `feeds end`, `digest`.

Each is one short function over the module that does the work. Start reading at `add_to`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from aggregator.commands.common import Job, command

if TYPE_CHECKING:
    from aggregator.feeds.model import Edition
    from aggregator.feeds.review import Review
    from aggregator.query import Query
    from aggregator.store import Session, Store


def add_to(group: click.Group) -> None:
    """Puts the commands of this theme into the group."""

    @group.group("feeds")
    def feeds() -> None:
        """Show the feeds, and publish searches as feeds of your own."""

    _add_list(feeds)
    _add_add(feeds)
    _add_end(feeds)
    _add_digest(group)


def _add_list(group: click.Group) -> None:
    @command(group, "list")
    def list_(job: Job) -> None:
        """One line a feed: its name and what it is called; saved ones with their query."""
        from aggregator.feeds.publish import edition_of, groups_of
        from aggregator.store.savedfeeds import find_saved

        store = job.open_store()
        try:
            with store.read() as session:
                saved = {feed.name: feed for feed in find_saved(session)}
                edition = edition_of(session, job.catalogue.vocabulary, language=job.config.language)
                channels = [channel for _, found in groups_of(edition) for channel in found]
        finally:
            store.close()
        rows = [(channel.name, channel.title, "") for channel in channels if channel.name not in saved]
        rows += [
            (feed.name, feed.query, f"ended {feed.ended_at:%Y-%m-%d}" if feed.ended_at else "")
            for feed in saved.values()
        ]
        if job.is_json:
            for name, title, note in rows:
                query = saved[name].query if name in saved else None
                job.answer({"name": name, "title": title, "query": query, "is_ended": bool(note)})
            return
        width = max(len(name) for name, _, _ in rows)
        for name, title, note in rows:
            click.echo(f"{name:{width}}  {title}{f'  ({note})' if note else ''}")


def _add_add(group: click.Group) -> None:
    @command(group, "add")
    @click.argument("name")
    @click.option("--query", required=True, help="What the feed carries, as one types it into `search`.")
    @click.option("--title", default="", help="What readers see; default the query.")
    def add(job: Job, name: str, query: str, title: str) -> None:
        """Publish a search as the feed NAME: small letters, digits and hyphens."""
        from aggregator.feeds.channels import is_saved_name
        from aggregator.grammar import parse_query
        from aggregator.store.savedfeeds import SavedFeed, add_saved

        if not is_saved_name(name):
            raise click.BadParameter(
                f"{name!r}: small letters, digits and hyphens, and not the name of a feed that is there",
                param_hint="NAME",
            )
        asked = parse_query(query)
        store = job.open_store()
        try:
            with store.write() as session:
                job.resolve(session, asked)
                add_saved(session, SavedFeed(name, query, title, datetime.now(UTC)))
        finally:
            store.close()
        job.say(f"{name}: kept; the next `run` or `publish` writes it")


def _add_end(group: click.Group) -> None:
    @command(group, "end")
    @click.argument("name")
    def end(job: Job, name: str) -> None:
        """Take the saved feed NAME away; readers who ask for it are told that it has ended."""
        from aggregator.store.savedfeeds import end_saved

        store = job.open_store()
        try:
            with store.write() as session:
                end_saved(session, name, datetime.now(UTC))
        finally:
            store.close()
        job.say(f"{name}: ended; the next `run` or `publish` takes its files away")


def _add_digest(group: click.Group) -> None:
    @command(group, "digest", flags=("language",))
    @click.argument("name")
    @click.option("--days", default=7, show_default=True, type=click.IntRange(min=1), help="How far back.")
    @click.option("--send", is_flag=True, help="Mail it, and remember what was sent.")
    @click.option("--to", multiple=True, help="Mail address or webhook, instead of the option digest_mail.")
    @click.option("--language", help="Language of what readers see: it or en.")
    def digest(job: Job, name: str, days: int, send: bool, to: tuple[str, ...]) -> None:
        """Print a press review of what the feed NAME brought, by story; with --send, mail it.

        What a review has sent is not sent again, and with nothing new no mail goes out.
        """
        from aggregator.feeds.review import render_html, render_text, subject_of

        recipients = to or tuple(filter(None, (job.config.digest_mail,)))
        if send and not recipients:
            raise click.UsageError("nobody to send to: give --to, or set the option digest_mail")
        now = datetime.now(UTC)
        store = job.open_store()
        try:
            review = _review(job, store, name, days, now)
            if send and review.stories:
                _deliver(job, review, recipients, now)
                _remember(store, name, review, now)
        finally:
            store.close()
        sent = send and bool(review.stories)
        if job.is_json:
            found = {"name": name, "stories": len(review.stories), "sent": sent}
            texts = {"text": render_text(review), "html": render_html(review)}
            job.answer({**found, "subject": subject_of(review), **texts})
        elif sent or not review.stories:
            job.say(f"{len(review.stories)} stories sent" if sent else "nothing new")
        else:
            click.echo(render_text(review))


def _deliver(job: Job, review: "Review", recipients: Sequence[str], now: datetime) -> None:
    """Mails the review, or posts its text to webhooks. Raises: MailError, WebhookError."""
    from aggregator.feeds.review import render_html, render_text, subject_of
    from aggregator.mail import Letter, send
    from aggregator.webhook import post_text

    text, language = render_text(review), review.channel.language
    webhooks = [each for each in recipients if each.startswith(("https://", "http://"))]
    mails = tuple(each for each in recipients if each not in webhooks)
    if mails:
        send(job.config, Letter(mails, subject_of(review), text, render_html(review), language), now)
    for url in webhooks:
        post_text(url, text, job.config.user_agent)


def tell_hub(job: Job, written: Sequence[str]) -> None:
    """Tells the hub which feeds have changed; one that does not answer costs a line, no more."""
    from aggregator.websub import HubError, announce, topics

    try:
        announce(job.config.hub, topics(written, job.config.base_url), job.config.user_agent)
    except HubError as error:
        job.warn(str(error))


def _review(job: Job, store: "Store", name: str, days: int, now: datetime) -> "Review":
    """What is new of that feed and was not in a review of it before."""
    from aggregator.feeds.channels import channel_of
    from aggregator.feeds.publish import edition_of
    from aggregator.feeds.review import review_of, without
    from aggregator.store.mailings import sent_before

    config = job.config
    with store.read() as session:
        edition = edition_of(
            session,
            job.catalogue.vocabulary,
            language=config.language,
            base_url=config.base_url,
            summary_length=config.summary_length,
        )
        query = _query(session, edition, name)
        review = review_of(session, query, channel_of(name, edition), edition, now=now, days=days)
        tags = [tag for told in review.stories for tag in told.tags]
        return without(review, sent_before(session, name, tags))


def _query(session: "Session", edition: "Edition", name: str) -> "Query":
    """The Query behind the feed of that name. Raises: QueryError where there is none."""
    from aggregator.grammar import parse_query
    from aggregator.resolve import resolve
    from aggregator.store.feeds import feed_query
    from aggregator.store.savedfeeds import find_saved

    if name in edition.saved:
        asked = parse_query(next(feed.query for feed in find_saved(session) if feed.name == name))
        return resolve(asked, edition.sources.values(), edition.terms.values(), is_strict=False)
    return feed_query("all" if name == "stories" else name)


def _remember(store: "Store", name: str, review: "Review", now: datetime) -> None:
    from aggregator.store.mailings import keep_sent

    with store.write() as session:
        keep_sent(session, name, (tag for told in review.stories for tag in told.tags), now)
