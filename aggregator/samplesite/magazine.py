"""The template of a magazine that states no date but in its addresses, in the forms of six content systems.

Knows nothing of the server. It is entered by an archive page or a feed without dates. Start at `build`.
"""

from html import escape

from aggregator.samplesite import markup, syndication
from aggregator.samplesite.answer import MISSING, PIXEL, Resources, page, plain
from aggregator.samplesite.content import Post, Site


def build(site: Site) -> Resources:
    """All that the site answers."""
    archive = page(_frame(site, "Archivio", _archive(site.articles)))
    found: Resources = {
        "/robots.txt": plain("User-agent: *\nDisallow:\n"),
        "/": archive,
        "/archivio/": archive,
        "/rss.xml": syndication.rss(site.name, f"{site.url}/", site.articles, full=False, dated=False),
        MISSING: page(_frame(site, "Non trovato", "<h1>Articolo non trovato</h1>"), 404),
    }
    for post in site.posts:
        found[post.path] = page(_frame(site, post.title, _article(post), markup.meta(og_title=post.title)))
        if post.image:
            found[post.image] = PIXEL
    return found


def _archive(posts: tuple[Post, ...]) -> str:
    rows = "".join(
        f'<div class="articolo"><a href="{post.path}"><h3>{escape(post.title)}</h3></a>'
        f"<p>{escape(post.lead[:110])}…</p></div>\n"
        for post in posts
    )
    return f'<h1>Archivio della rivista</h1><div class="elenco">{rows}</div>'


def _article(post: Post) -> str:
    picture = ""
    if post.image:  # the file's name is printed above the text
        picture = f'<img src="{post.image}" alt=""><small>{post.image.rsplit("/", 1)[-1]}</small>'
    by = f'<p class="autore">di {", ".join(post.authors)}</p>' if post.authors else ""
    text = markup.wrap(markup.article_html(post), post, "testo", "colonna", "pagina")
    tools = post.pick("tools", '<div class="tools">A- A+ | Stampa</div>', "")
    return f"<article><h1>{escape(post.title)}</h1>{by}{tools}{picture}{text}</article>"


def _frame(site: Site, title: str, body: str, head: str = "") -> str:
    return markup.document(
        f"<title>{escape(title)} - {site.name}</title>\n"
        '<link rel="alternate" type="application/rss+xml" href="/rss.xml">'
        f"\n{head}",
        f'<header><a href="/">{site.name}</a> <a href="/archivio/">Archivio</a></header>\n'
        f"<main>{body}</main>\n"
        f"<footer>Registrazione al Tribunale di Varese. © {site.name}</footer>",
        language="it",
    )
