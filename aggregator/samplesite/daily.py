"""The template of a daily whose only way in is a news sitemap, with old character sets and double addresses.

Knows nothing of the server. The front page is empty without JavaScript, unknown addresses answer 200, and
`?p=ID` shows what the permalink shows. Start reading at `build`.
"""

from dataclasses import replace
from html import escape

from aggregator.samplesite import markup, syndication
from aggregator.samplesite.answer import MISSING, PIXEL, Answer, Resources, page, plain, redirect
from aggregator.samplesite.content import Post, Site


def build(site: Site) -> Resources:
    """All that the site answers."""
    maps = (f"{site.url}/sitemap-pagine.xml", f"{site.url}/sitemap-news.xml")
    others = tuple(post for post in site.posts if not post.is_article)
    found: Resources = {
        "/robots.txt": plain(f"User-agent: *\nAllow: /\n\nSitemap: {site.url}/sitemap_index.xml\n"),
        "/sitemap_index.xml": syndication.sitemap_index(maps, syndication.newest(site.articles)),
        "/sitemap-pagine.xml": syndication.sitemap(others),
        "/sitemap-news.xml": syndication.news_sitemap(site.name, (*site.articles, _removed(site))),
        "/": page(_frame(site, site.name, '<div id="app"></div><noscript>Attiva JavaScript.</noscript>')),
        MISSING: page(_frame(site, "Pagina non trovata", _MISSING_TEXT)),  # 200: a soft 404
    }
    for post in site.posts:
        shown = _encoded(post, _frame(site, post.title, _article(site, post), _head(site, post)))
        found[post.path] = shown
        found[f"/?p={post.number}"] = (
            redirect(post.url) if post.pick("short", "moved", "shown") == "moved" else shown
        )
        if post.image:
            found[post.image] = PIXEL
    return found


_MISSING_TEXT = (
    "<h1>Pagina non trovata</h1><p>Spiacenti, la pagina che stai cercando non esiste o è stata rimossa."
    " Torna alla home page oppure usa la ricerca.</p>"
)


def _removed(site: Site) -> Post:
    """A post that the sitemap still names after it was taken down."""
    last = site.articles[-1]
    return replace(
        last, number=2299999, path="/2026/10/un-articolo-tolto/2299999/", title="Un articolo tolto"
    )


def _encoded(post: Post, html: str) -> Answer:
    """The page in the post's charset; what is not UTF-8 is declared nowhere, as on such sites."""
    if post.charset == "utf-8":
        return page(html)
    body = html.replace('<meta charset="utf-8">\n', "").encode(post.charset, "xmlcharrefreplace")
    return replace(page(""), body=body, media_type="text/html")


def _head(site: Site, post: Post) -> str:
    canonical = (
        f'<link rel="canonical" href="{post.url}">' if post.pick("canonical", "yes", "no") == "yes" else ""
    )
    title = f"{post.title} - {site.name}" if post.pick("og", "bare", "named") == "named" else post.title
    return canonical + markup.meta(og_title=title, og_site_name=site.name, og_url=post.url)


def _article(site: Site, post: Post) -> str:
    by = "".join(f'<span class="firma">{escape(author)}</span>' for author in post.authors)
    day = markup.long_day(post.day) if post.day and post.states != "none" else ""
    photo = f'<img src="{post.image}" alt="{escape(post.category.lower())}">' if post.image else ""
    inside = post.pick("inside", "", markup.advert(), _related(site, post))
    text = markup.wrap(markup.article_html(post, inside=inside), post, "entry", "td-post-content")
    header = f'<h1>{escape(post.title)}</h1><div class="data">{day}</div>{by}'
    swapped = f'<div class="data">{day}</div><h1>{escape(post.title)}</h1>{by}'
    return f"<article>{post.pick('header', header, swapped)}{photo}{text}</article>"


def _related(site: Site, post: Post) -> str:
    """A link to another article with the tracking words that newsletters leave behind."""
    other = next(
        (other for other in site.articles if other.id != post.id and other.charset == post.charset), None
    )
    if other is None:
        return ""
    address = f"{site.url}/?p={other.number}&amp;utm_source=articolo&amp;utm_medium=box"
    return f'<div class="box-link">Leggi anche <a href="{address}">{escape(other.title)}</a></div>'


def _frame(site: Site, title: str, body: str, head: str = "") -> str:
    return markup.document(
        f"<title>{escape(title)} - {site.name}</title>\n{head}",
        f"<header><b>{site.name}</b> {markup.long_day(site.today)}</header>\n<main>{body}</main>\n"
        f"<footer>© {site.name} 2003-2026</footer>",
        language="it",
    )
