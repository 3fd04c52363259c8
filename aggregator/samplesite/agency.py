"""The template of a news agency whose releases others republish: a full feed, datelines, a rolling wire list.

Knows nothing of the server. Start reading at `build`.
"""

from html import escape

from aggregator.samplesite import markup, syndication
from aggregator.samplesite.answer import MISSING, PIXEL, Resources, page, plain, redirect
from aggregator.samplesite.content import Post, Site


def build(site: Site) -> Resources:
    """All that the site answers."""
    found: Resources = {
        "/robots.txt": plain(
            f"User-agent: *\nDisallow: /archivio-abbonati/\nSitemap: {site.url}/sitemap.xml\n"
        ),
        "/": page(_frame(site, site.name, _wire(site.articles))),
        "/feed/": syndication.rss(site.name, f"{site.url}/", site.articles, full=True),
        "/sitemap.xml": syndication.sitemap(site.articles),
        MISSING: page(_frame(site, "Errore", "<h1>Pagina inesistente</h1>"), 404),
    }
    for post in site.posts:
        found[post.path] = page(_frame(site, post.title, _article(post), _head(post)))
        found[post.path.rstrip("/")] = redirect(post.url)
        if post.image:
            found[post.image] = PIXEL
    return found


def _head(post: Post) -> str:
    instant = markup.stated(post)
    return f'<link rel="canonical" href="{post.url}">\n' + markup.meta(
        og_title=post.title, og_type="article", article_published_time=instant, keywords=", ".join(post.tags)
    )


def _article(post: Post) -> str:
    when = ""
    if post.at:
        when = f"{markup.weekday(post.at).capitalize()} {markup.long_day(post.at)} - {post.at:%H:%M}"
    line = post.pick("line", f'<div class="date-line">{when}</div>', f'<p class="info">{when}</p>')
    signature = post.pick("signature", '<p class="sign">(Segue)</p>', "") if post.authors else ""
    text = markup.wrap(markup.article_html(post), post, "text-wire", "item-page")
    return (
        f"<article>{line}<h1>{escape(post.title)}</h1>{text}{signature}{markup.share_buttons(post)}</article>"
    )


def _wire(posts: tuple[Post, ...]) -> str:
    rows = "".join(
        f'<li><span>{post.at:%H:%M}</span> <a href="{post.url}">{escape(post.title)}</a></li>'
        for post in posts
        if post.at
    )
    return f'<section class="ultima-ora"><h2>Ultima ora</h2><ul>{rows}</ul></section>'


def _frame(site: Site, title: str, body: str, head: str = "") -> str:
    return markup.document(
        f'<title>{escape(title)} | {site.name}</title>\n<link rel="alternate" type="application/rss+xml"'
        f' href="{site.url}/feed/">\n{head}',
        f'<header><a href="/">{site.name}</a> <a href="/archivio-abbonati/">Archivio abbonati</a></header>\n'
        f"<main>{body}</main><aside>{_wire(site.articles[:6])}</aside>\n"
        f"<footer>© 2000-2026 {site.name} - redazione@{site.host}</footer>{markup.cookie_notice('it')}",
        language="it",
    )
