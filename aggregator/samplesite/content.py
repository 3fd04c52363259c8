"""The content of the sample sites: reads one `<host>.toml` a site into Site and Post values.

Knows nothing of HTML, feeds or HTTP: what a post says stands here, how a site shows it in the templates.
Start reading at `load`.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast
from zlib import crc32
from zoneinfo import ZoneInfo

_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_PREFIXES = {"## ": "h2", "- ": "li", "> ": "quote"}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One block of a text: `p`, `h2`, `li` or `quote`; `text` may hold links as `[words](address)`."""

    kind: str
    text: str

    @property
    def plain(self) -> str:
        """The words alone, links taken off."""
        return _LINK.sub(r"\1", self.text)

    @property
    def pieces(self) -> tuple[tuple[str, str], ...]:
        """The text as (words, address) pairs in order; the address is empty outside links."""
        pieces: list[tuple[str, str]] = []
        end = 0
        for match in _LINK.finditer(self.text):
            pieces += [(self.text[end : match.start()], ""), (match[1], match[2])]
            end = match.end()
        return tuple(piece for piece in (*pieces, (self.text[end:], "")) if piece[0])


@dataclass(frozen=True, slots=True)
class Event:
    """A meeting that a post announces, or by its end alone a last day; days or instants as stated."""

    start: date | None
    end: date | None
    place: str
    is_online: bool


@dataclass(frozen=True, slots=True)
class Post:
    """One page of a sample site and the truth about it.

    Shapes: `path` starts with `/`; `aliases` are other paths that show the same post; `states` says
        what of the publication date the page itself shows (`minute`, `day`, `yearless`, `url`, `none`),
        while a feed, sitemap or API may say more; `visible` is how many paragraphs a reader without a
        subscription gets, `teaser` how many stand under its title in lists.
    Units: `published` is a day, or an instant in the site's zone.
    """

    host: str
    id: str
    number: int
    path: str
    title: str
    language: str
    text: tuple[Paragraph, ...]
    published: date | None
    modified: datetime | None
    states: str
    authors: tuple[str, ...]
    category: str
    tags: tuple[str, ...]
    events: tuple[Event, ...]
    translation_of: str
    copy_of: str
    aliases: tuple[str, ...]
    image: str
    charset: str
    visible: int
    teaser: int
    is_about: bool
    is_article: bool

    @property
    def key(self) -> str:
        """The name of the post among all sites: `host/id`."""
        return f"{self.host}/{self.id}"

    @property
    def url(self) -> str:
        """The address the site itself calls canonical."""
        return f"http://{self.host}{self.path}"

    @property
    def shown(self) -> tuple[Paragraph, ...]:
        """The paragraphs that the page shows to everybody."""
        return self.text[: self.visible]

    @property
    def lead(self) -> str:
        """The first paragraph, as feeds and teasers repeat it."""
        return self.text[0].plain

    @property
    def day(self) -> date | None:
        """The day of publication in the site's zone."""
        return self.published.date() if isinstance(self.published, datetime) else self.published

    @property
    def at(self) -> datetime | None:
        """The instant of publication, if the publisher states one."""
        return self.published if isinstance(self.published, datetime) else None

    def pick(self, what: str, *options: str) -> str:
        """One of the options, always the same for this post: how markup varies inside a site."""
        return options[crc32(f"{self.key} {what}".encode()) % len(options)]


@dataclass(frozen=True, slots=True)
class Site:
    """A sample site: where it stands, how it is made, its posts newest first."""

    host: str
    name: str
    template: str
    languages: tuple[str, ...]
    cluster: str | None
    today: date
    posts: tuple[Post, ...]

    @property
    def url(self) -> str:
        """The address without a slash at its end."""
        return f"http://{self.host}"

    @property
    def articles(self) -> tuple[Post, ...]:
        """The posts that are news, newest first."""
        return tuple(post for post in self.posts if post.is_article)

    def articles_in(self, language: str) -> tuple[Post, ...]:
        """The articles of one language side, which the path decides and not the text."""
        return tuple(post for post in self.articles if side(post) == language)


def side(post: Post) -> str:
    """The language side of its site that a post stands on: its text may be in another."""
    return "en" if post.path.startswith("/en/") else "it"


def load(root: Path) -> tuple[Site, ...]:
    """All sample sites of the folder, by host, with copied texts filled in.

    Raises: KeyError for a copy of, or translation of, a post that does not exist.
    """
    raw = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(root.glob("*.example.toml"))}
    sites = [_site(host, table) for host, table in raw.items()]
    posts = {post.key: post for site in sites for post in site.posts}
    rows = ((host, row) for host, table in raw.items() for row in table["post"])
    copies = {f"{host}/{row['id']}": row["copy"] for host, row in rows if "copy" in row}
    for post in posts.values():
        if post.translation_of:
            posts[post.translation_of]  # a slip of the pen in a content file ends here
    return tuple(_with_copies(site, copies, posts) for site in sites)


def _with_copies(site: Site, copies: Mapping[str, Any], posts: Mapping[str, Post]) -> Site:
    return replace(site, posts=tuple(_filled(post, copies.get(post.key), posts) for post in site.posts))


def _site(host: str, table: Mapping[str, Any]) -> Site:
    head = table["site"]
    zone = ZoneInfo(head.get("zone", "Europe/Rome"))
    posts = (_post(host, head, row, zone) for row in table["post"])
    return Site(
        host=host,
        name=head["name"],
        template=head["template"],
        languages=tuple(head["languages"]),
        cluster=head.get("cluster"),
        today=head["today"],
        posts=tuple(sorted(posts, key=_newest_first)),
    )


def _newest_first(post: Post) -> tuple[int, float]:
    at = post.published
    if at is None:
        return (1, float(post.number))
    if not isinstance(at, datetime):
        at = datetime(at.year, at.month, at.day, 12, tzinfo=UTC)
    return (0, -at.timestamp())


def _post(host: str, head: Mapping[str, Any], row: Mapping[str, Any], zone: ZoneInfo) -> Post:
    text = parse_text(row.get("text", ""))
    is_article = row.get("article", True)
    return Post(
        host=host,
        id=row["id"],
        number=row["number"],
        path=row["path"],
        title=row.get("title", ""),
        language=row.get("language", head["languages"][0]),
        text=text,
        published=_zoned(row.get("published"), zone),
        modified=cast("datetime | None", _zoned(row.get("modified"), zone)),
        states=row.get("states", head["states"]),
        authors=tuple(row.get("authors", ())),
        category=row.get("category", ""),
        tags=tuple(row.get("tags", ())),
        events=tuple(_event(event, zone) for event in row.get("events", ())),
        translation_of=_key(host, row.get("translation_of", "")),
        copy_of=_key(host, row.get("copy", {}).get("of", "")),
        aliases=tuple(row.get("aliases", ())),
        image=row.get("image", ""),
        charset=row.get("charset", "utf-8"),
        visible=row.get("visible", 1000),
        teaser=row.get("teaser", 1),
        is_about=is_article and row.get("about", head.get("about", True)),
        is_article=is_article,
    )


def _event(row: Mapping[str, Any], zone: ZoneInfo) -> Event:
    start, end = (_zoned(row.get(key), zone) for key in ("start", "end"))
    return Event(start, end, row.get("place", ""), row.get("online", False))


def _zoned(value: date | None, zone: ZoneInfo) -> date | None:
    return value.replace(tzinfo=zone) if isinstance(value, datetime) else value


def _key(host: str, name: str) -> str:
    return name if not name or "/" in name else f"{host}/{name}"


def _filled(post: Post, copy: Mapping[str, Any] | None, posts: Mapping[str, Post]) -> Post:
    if copy is None:
        return post
    original = posts[post.copy_of]
    text = list(original.text[: copy.get("keep", len(original.text))])
    if start := copy.get("without"):
        text[0] = replace(text[0], text=text[0].text.removeprefix(start))
    text[0] = replace(text[0], text=copy.get("prefix", "") + text[0].text)
    if copy.get("plain_quotes"):
        text = [replace(block, text=block.text.translate(_PLAIN_QUOTES)) for block in text]
    return replace(post, title=post.title or original.title, text=(*text, *post.text))


_PLAIN_QUOTES = str.maketrans({"’": "'", "“": '"', "”": '"', "«": '"', "»": '"'})


def parse_text(text: str) -> tuple[Paragraph, ...]:
    """The paragraphs of a text, parted by blank lines; `## `, `- `, `> ` mark headings, items and quotes."""
    return tuple(block for chunk in re.split(r"\n\s*\n", text.strip()) if chunk for block in _blocks(chunk))


def _blocks(chunk: str) -> Iterable[Paragraph]:
    lines = [line.strip() for line in chunk.splitlines()]
    kind = _PREFIXES.get(lines[0][:2], _PREFIXES.get(lines[0][:3], "p"))
    if kind == "li":
        return [Paragraph("li", line.removeprefix("- ")) for line in lines]
    words = " ".join(line.removeprefix("> ").removeprefix("## ") for line in lines)
    return [Paragraph(kind, words)]
