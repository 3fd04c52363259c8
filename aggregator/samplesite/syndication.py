"""Feeds and sitemaps as publishers write them: RSS 2.0, RSS 1.0, Atom, JSON Feed, sitemap, news sitemap.

Knows posts, not sites: what to list and how much to say of it is the template's choice. These are what the
crawler reads, not what this project publishes. Start reading at `rss`.
"""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from email.utils import format_datetime
from html import escape

from aggregator.samplesite.answer import XML, Answer
from aggregator.samplesite.content import Post
from aggregator.samplesite.markup import article_html

_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def newest(posts: Iterable[Post]) -> datetime:
    """The instant of the newest post, for Last-Modified; 2016 when none says."""
    instants = (
        post.at or datetime(post.day.year, post.day.month, post.day.day, tzinfo=UTC)
        for post in posts
        if post.day
    )
    return max(instants, default=datetime(2016, 1, 1, tzinfo=UTC)).astimezone(UTC)


def rss(
    title: str, url: str, posts: tuple[Post, ...], *, full: bool, dated: bool = True, language: str = "it"
) -> Answer:
    """An RSS 2.0 feed; `full` adds the text as `content:encoded`, `dated` the publication date."""
    items = "".join(_rss_item(post, full=full, dated=dated) for post in posts)
    xml = (
        f'{_DECLARATION}<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">\n<channel>\n'
        f"<title>{escape(title)}</title>\n<link>{url}</link>\n<description>{escape(title)}</description>\n"
        f"<language>{language}</language>\n{items}</channel>\n</rss>\n"
    )
    return Answer(xml.encode(), "application/rss+xml; charset=UTF-8", modified=newest(posts))


def _rss_item(post: Post, *, full: bool, dated: bool) -> str:
    lines = [f"<title>{escape(post.title)}</title>", f"<link>{escape(post.url)}</link>"]
    if dated and post.at:
        lines.append(f"<pubDate>{format_datetime(post.at)}</pubDate>")
    lines += [f"<dc:creator><![CDATA[{author}]]></dc:creator>" for author in post.authors]
    lines += [f"<category><![CDATA[{tag}]]></category>" for tag in (post.category, *post.tags) if tag]
    lines.append(f'<guid isPermaLink="false">http://{post.host}/?p={post.number}</guid>')
    teaser = post.lead if len(post.lead) < 260 else post.lead[:250].rsplit(" ", 1)[0] + " [&#8230;]"
    lines.append(f"<description><![CDATA[<p>{teaser}</p>]]></description>")
    if full:
        lines.append(f"<content:encoded><![CDATA[{article_html(post)}]]></content:encoded>")
    return "<item>\n" + "\n".join(lines) + "\n</item>\n"


def rdf(title: str, url: str, posts: tuple[Post, ...]) -> Answer:
    """An RSS 1.0 feed (RDF), as Plone folders give it: titles, descriptions and Dublin Core dates."""
    places = "".join(f'<rdf:li rdf:resource="{post.url}"/>' for post in posts)
    items = "".join(_rdf_item(post) for post in posts)
    xml = (
        f'{_DECLARATION}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://purl.org/rss/1.0/">\n'
        f'<channel rdf:about="{url}/RSS"><title>{escape(title)}</title><link>{url}</link>'
        f"<items><rdf:Seq>{places}</rdf:Seq></items></channel>\n{items}</rdf:RDF>\n"
    )
    return Answer(xml.encode(), "text/xml; charset=utf-8", modified=newest(posts))


def _rdf_item(post: Post) -> str:
    dates = f"<dc:date>{_instant(post.published)}</dc:date>" if post.published else ""
    authors = "".join(f"<dc:creator>{escape(author)}</dc:creator>" for author in post.authors)
    return (
        f'<item rdf:about="{post.url}"><title>{escape(post.title)}</title><link>{post.url}</link>'
        f"<description>{escape(post.lead)}</description>{authors}{dates}</item>\n"
    )


def atom(title: str, url: str, posts: tuple[Post, ...]) -> Answer:
    """An Atom feed with the whole text of each post."""
    entries = "".join(
        f"<entry><id>tag:{post.host},2019:{post.number}</id>"
        f'<title type="html">{escape(escape(post.title))}</title>'
        f'<link rel="alternate" href="{post.url}"/><published>{_instant(post.published)}</published>'
        f"<updated>{_instant(post.modified or post.published)}</updated>"
        + "".join(f"<author><name>{escape(author)}</name></author>" for author in post.authors)
        + f'<content type="html">{escape(article_html(post))}</content></entry>\n'
        for post in posts
    )
    xml = (
        f'{_DECLARATION}<feed xmlns="http://www.w3.org/2005/Atom"><id>{url}/</id>'
        f"<title>{escape(title)}</title>"
        f'<updated>{newest(posts).isoformat()}</updated><link href="{url}/"/>\n{entries}</feed>\n'
    )
    return Answer(xml.encode(), "application/atom+xml; charset=utf-8", modified=newest(posts))


def json_feed(title: str, url: str, posts: tuple[Post, ...]) -> Answer:
    """A JSON Feed 1.1 with the whole text of each post."""
    items = [
        {
            "id": str(post.number),
            "url": post.url,
            "title": post.title,
            "content_html": article_html(post),
            "date_published": _instant(post.published),
            "authors": [{"name": author} for author in post.authors],
            "tags": list(post.tags),
            "language": post.language,
        }
        for post in posts
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": f"{url}/",
        "items": items,
    }
    return Answer(json.dumps(feed).encode(), "application/feed+json", modified=newest(posts))


def sitemap(posts: tuple[Post, ...]) -> Answer:
    """A sitemap whose `lastmod` is the day a post was last touched."""
    touched = ((post.url, post.modified.date() if post.modified else post.day) for post in posts)
    rows = "".join(
        f"<url><loc>{escape(url)}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>\n"
        for url, day in touched
    )
    xml = f'{_DECLARATION}<urlset xmlns="{_SITEMAPS}">\n{rows}</urlset>\n'
    return Answer(xml.encode(), XML, modified=newest(posts))


def sitemap_index(urls: Iterable[str], modified: datetime) -> Answer:
    """A sitemap of sitemaps."""
    rows = "".join(f"<sitemap><loc>{url}</loc></sitemap>\n" for url in urls)
    xml = f'{_DECLARATION}<sitemapindex xmlns="{_SITEMAPS}">\n{rows}</sitemapindex>\n'
    return Answer(xml.encode(), XML, modified=modified)


def news_sitemap(name: str, posts: tuple[Post, ...], language: str = "it") -> Answer:
    """A Google News sitemap: title and instant of each post."""
    rows = "".join(
        f"<url><loc>{escape(post.url)}</loc><news:news><news:publication><news:name>{escape(name)}"
        "</news:name>"
        f"<news:language>{language}</news:language></news:publication>"
        f"<news:publication_date>{_instant(post.published)}</news:publication_date>"
        f"<news:title>{escape(post.title)}</news:title></news:news></url>\n"
        for post in posts
    )
    xml = (
        f'{_DECLARATION}<urlset xmlns="{_SITEMAPS}"'
        f' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n{rows}</urlset>\n'
    )
    return Answer(xml.encode(), XML, modified=newest(posts))


def _instant(at: date | None) -> str:
    return at.isoformat() if at else ""
