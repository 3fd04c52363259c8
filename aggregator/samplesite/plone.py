"""The template of a Plone-like site: skip links, portlets, a byline with both dates, folder feeds in RSS 1.0.

Knows nothing of the server. Its sitemap is a gzip file and its folders come in batches. Start at `build`.
"""

import gzip
from datetime import datetime
from html import escape
from urllib.parse import unquote

from aggregator.samplesite import markup, syndication
from aggregator.samplesite.answer import MISSING, PIXEL, Answer, Resources, page, plain
from aggregator.samplesite.content import Post, Site, side

_BATCH = 6
_FOLDER = {"it": "/it/notizie", "en": "/en/news"}
_BY = {
    "it": ("di {}", "pubblicato", "ultima modifica", "Azioni sul documento", "Notizie"),
    "en": ("by {}", "published", "last modified", "Document Actions", "News"),
}


def build(site: Site) -> Resources:
    """All that the site answers."""
    sitemap = syndication.sitemap(site.posts)
    found: Resources = {
        "/robots.txt": plain(
            f"Sitemap: {site.url}/sitemap.xml.gz\n\nUser-agent: *\nCrawl-delay: 0\nDisallow: /login\n"
        ),
        "/sitemap.xml.gz": Answer(
            gzip.compress(sitemap.body, mtime=0), "application/x-gzip", modified=sitemap.modified
        ),
        MISSING: page(_frame(site, "it", "Non trovato", "<h1>Questa pagina non sembra esistere…</h1>"), 404),
    }
    for language, folder in _FOLDER.items():
        posts = site.articles_in(language)
        found[f"{folder}/RSS"] = syndication.rdf(site.name, site.url + folder, posts)
        found[folder] = found[f"/{language}"] = page(_folder(site, language, posts, 0))
        for start in range(0, len(posts), _BATCH):
            found[f"{folder}?b_start:int={start}"] = page(_folder(site, language, posts, start))
    found["/"] = found["/it"]
    for post in site.posts:
        found[post.path] = page(_frame(site, side(post), post.title, _article(post), _head(site, post)))
        if post.image:
            found[post.image] = PIXEL
    return found


def _head(site: Site, post: Post) -> str:
    properties = {
        "DC_creator": ", ".join(post.authors),
        "DC_language": side(post),
        "description": post.lead[:150],
    }
    tags = "\n".join(
        f'<meta name="{name.replace("_", ".")}" content="{escape(value)}">'
        for name, value in properties.items()
        if value
    )
    folder = _FOLDER[side(post)]
    feed = f'<link rel="alternate" type="application/rss+xml" title="RSS" href="{site.url}{folder}/RSS">'
    return f'<link rel="canonical" href="{post.url}">\n{feed}\n{tags}'


def _article(post: Post) -> str:
    picture = ""
    if post.image:  # the file's name stands as its alternative text, as editors leave it
        name = unquote(post.image.rsplit("/", 1)[-1])
        picture = f'<img class="image-right" src="{post.image}" alt="{name}" title="{name}">'
    lead = f'<div class="documentDescription">{markup.words_html(post.text[0])}</div>'
    text = markup.article_html(post, paragraphs=post.text[1:])
    core = (
        f'<div id="content-core">{markup.wrap(picture + text, post, "parent-fieldname-text", "plain")}</div>'
    )
    actions = (
        f'<div class="documentActions"><h5>{_BY[side(post)][3]}</h5><ul><li><a href="#">Stampa</a></li>'
        "</ul></div>"
    )
    return f'<h1 class="documentFirstHeading">{escape(post.title)}</h1>{_byline(post)}{lead}{core}{actions}'


def _byline(post: Post) -> str:
    by, published, modified, _, _ = _BY[side(post)]
    parts = []
    if post.authors:
        parts.append(f'<span class="documentAuthor">{by.format(", ".join(post.authors))}</span>')
    if post.states != "none" and post.published:
        parts.append(f'<span class="documentPublished">{published} {_moment(post)}</span>')
        if post.modified:
            at = post.modified
            parts.append(f'<span class="documentModified">{modified} {at:%d/%m/%Y %H:%M}</span>')
    return f'<div class="documentByLine">{" — ".join(parts)}</div>' if parts else ""


def _moment(post: Post) -> str:
    at = post.published
    return (
        f"{at:%d/%m/%Y %H:%M}" if isinstance(at, datetime) and post.states == "minute" else f"{at:%d/%m/%Y}"
    )


def _folder(site: Site, language: str, posts: tuple[Post, ...], start: int) -> str:
    rows = "".join(
        '<div class="tileItem"><h2 class="tileHeadline">'
        f'<a class="summary url" href="{post.url}">{escape(post.title)}'
        f'</a></h2><p class="tileBody">{escape(post.lead)}</p></div>\n'
        for post in posts[start : start + _BATCH]
    )
    following = start + _BATCH
    more = (
        '<nav class="listingBar">'
        f'<a class="next" href="{site.url}{_FOLDER[language]}?b_start:int={following}">»</a></nav>'
        if following < len(posts)
        else ""
    )
    return _frame(
        site,
        language,
        _BY[language][4],
        f'<h1 class="documentFirstHeading">{_BY[language][4]}</h1>{rows}{more}',
    )


def _frame(site: Site, language: str, title: str, body: str, head: str = "") -> str:
    newest = "".join(
        f'<dd class="portletItem"><a href="{post.url}">{escape(post.title)}</a>'
        f'<span class="portletItemDetails">{markup.slashed(post.day)}</span></dd>'
        for post in site.articles_in(language)[:3]
        if post.day
    )
    portlet = (
        f'<dl class="portlet portletNews"><dt class="portletHeader">{_BY[language][4]}</dt>{newest}</dl>'
    )
    skip = (
        '<p class="hiddenStructure"><a href="#content">Skip to content.</a> | '
        '<a href="#nav">Skip to navigation</a></p>'
    )
    return markup.document(
        f"<title>{escape(title)} — {site.name}</title>\n{head}",
        f'{skip}<div id="portal-header"><a id="portal-logo" href="{site.url}">{site.name}</a>'
        '<ul id="portal-globalnav"><li><a href="/it">Italiano</a></li><li><a href="/en">English</a>'
        "</li></ul></div>\n"
        f'<div id="portal-column-one">{portlet}</div><div id="content">{body}</div>\n'
        f'<div id="portal-footer"><p>© 2009-2026 {site.name}</p></div>{markup.cookie_notice(language)}',
        language=language,
        body_class="template-newsitem_view portaltype-news-item",
    )
