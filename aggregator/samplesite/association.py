"""The template of an association in English: an Atom feed, a JSON Feed and pages with microdata.

Knows nothing of the server. Start reading at `build`.
"""

from html import escape

from aggregator.samplesite import markup, syndication
from aggregator.samplesite.answer import MISSING, PIXEL, Resources, page, plain
from aggregator.samplesite.content import Post, Site


def build(site: Site) -> Resources:
    """All that the site answers."""
    found: Resources = {
        "/robots.txt": plain("User-agent: *\nDisallow: /members/\n"),
        "/": page(_frame(site, site.name, _list(site.articles))),
        "/atom.xml": syndication.atom(site.name, site.url, site.articles),
        "/feed.json": syndication.json_feed(site.name, site.url, site.articles),
        MISSING: page(_frame(site, "Not found", "<h1>Not found</h1>"), 404),
    }
    for post in site.posts:
        found[post.path] = page(
            _frame(site, post.title, _article(post), f'<link rel="canonical" href="{post.url}">')
        )
        if post.image:
            found[post.image] = PIXEL
    return found


def _list(posts: tuple[Post, ...]) -> str:
    return (
        "<ul>"
        + "".join(f'<li><a href="{post.path}">{escape(post.title)}</a></li>' for post in posts)
        + "</ul>"
    )


def _article(post: Post) -> str:
    when = ""
    if post.at:
        words = f"Submitted by {post.authors[0]} on {post.at:%d} {markup.month(post.at, 'en')} {post.at.year}"
        when = (
            f'<p class="submitted">{words}<meta itemprop="datePublished" content="{post.at.isoformat()}"></p>'
        )
    tags = "".join(f'<a rel="tag" href="/">{escape(tag)}</a> ' for tag in post.tags)
    text = markup.wrap(markup.article_html(post), post, "field", "field-item")
    text = f'<div itemprop="articleBody">{text}</div>'
    return (
        '<article itemscope itemtype="https://schema.org/NewsArticle">'
        f'<h1 itemprop="headline">{escape(post.title)}</h1>'
        f"{when}{text}<p>{tags}</p></article>{markup.share_buttons(post)}"
    )


def _frame(site: Site, title: str, body: str, head: str = "") -> str:
    return markup.document(
        f"<title>{escape(title)} | {site.name}</title>\n"
        '<link rel="alternate" type="application/atom+xml" href="/atom.xml">\n'
        f'<link rel="alternate" type="application/feed+json" href="/feed.json">\n{head}',
        f'<header><a href="/">{site.name}</a> <a href="/members/">Members</a></header>\n<main>{body}</main>\n'
        f"{markup.newsletter_box('en')}<footer>© 2019-2026 {site.name}</footer>{markup.cookie_notice('en')}",
        language="en",
    )
