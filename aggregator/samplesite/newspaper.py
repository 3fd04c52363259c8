"""The template of a daily newspaper: sections, JSON-LD, AMP and print copies, comments, a subscription wall.

Knows nothing of the server. Its feed gives teasers only; its header prints the visitor's day. Start: `build`.
"""

import json
from html import escape

from aggregator.samplesite import markup, syndication
from aggregator.samplesite.answer import MISSING, PIXEL, Resources, page, plain
from aggregator.samplesite.content import Post, Site

_WALL = (
    '<div class="paywall"><h3>Questo è un articolo riservato agli abbonati</h3>'
    "<p>Per continuare a leggere abbonati: il primo mese costa un euro.</p>"
    "<p>Hai già un abbonamento? Accedi.</p></div>"
)
_PRAISE = (
    '<div class="promo"><p>“Lo leggo ogni mattina con il caffè, da quarant’anni.”</p>'
    "<small>Una lettrice, 22 luglio 2021</small></div>"
)
_COMMENTS = (
    '<section id="comments"><h3>Commenti (2)</h3><div class="comment"><b>lettore_bs</b> '
    "<time>3 giorni fa</time>"
    "<p>Era ora che qualcuno ne parlasse, speriamo che alle parole seguano i fatti.</p></div>"
    '<div class="comment"><b>Franca</b> <time>2 giorni fa</time><p>Grazie per l’articolo.</p></div></section>'
)


def build(site: Site) -> Resources:
    """All that the site answers."""
    sections = sorted({post.category for post in site.articles})
    found: Resources = {
        "/robots.txt": plain("User-agent: *\nDisallow: /cerca/\n"),
        "/": page(_frame(site, site.name, _headlines(site.articles))),
        "/rss/home.xml": syndication.rss(site.name, f"{site.url}/", site.articles, full=False),
        MISSING: page(
            _frame(site, "Pagina non trovata", "<h1>404</h1><p>La pagina che cerchi non c’è.</p>"), 404
        ),
    }
    for section in sections:
        posts = tuple(post for post in site.articles if post.category == section)
        name = section.lower()
        found[f"/{name}/"] = page(_frame(site, section, _headlines(posts)))
        found[f"/rss/{name}.xml"] = syndication.rss(
            f"{site.name} - {section}", f"{site.url}/{name}/", posts, full=False
        )
    for post in site.posts:
        found |= dict.fromkeys(
            (post.path, *post.aliases),
            page(_frame(site, post.title, _article(site, post), _head(site, post))),
        )
        found[f"{post.path}/amp"] = page(_amp(site, post))
        found[f"{post.path}/print.html"] = page(_print(post))
        if post.image:
            found[post.image] = PIXEL
    return found


def _headlines(posts: tuple[Post, ...]) -> str:
    return "".join(
        f'<article class="teaser"><span class="kicker">{escape(post.category)}</span>'
        f'<h2><a href="{post.path}">{escape(post.title)}</a></h2></article>\n'
        for post in posts
    )


def _json_ld(site: Site, post: Post) -> str:
    article = {
        "@type": "NewsArticle",
        "mainEntityOfPage": post.url,
        "headline": post.title,
        "datePublished": markup.stated(post),
        "dateModified": post.modified.isoformat() if post.modified else markup.stated(post),
        "author": [{"@type": "Person", "name": author} for author in post.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": site.name},
        "articleSection": post.category,
        "isAccessibleForFree": len(post.shown) == len(post.text),
    }
    crumbs = {
        "@type": "BreadcrumbList",
        "itemListElement": [{"@type": "ListItem", "position": 1, "name": post.category}],
    }
    graph = {"@context": "https://schema.org", "@graph": [crumbs, article]}
    single = {"@context": "https://schema.org"} | article
    shapes: dict[str, object] = {"graph": graph, "single": single, "list": [single]}
    value = shapes[post.pick("json-ld", *shapes)]
    return f'<script type="application/ld+json">{json.dumps(value, ensure_ascii=False)}</script>'


def _head(site: Site, post: Post) -> str:
    return (
        f'<link rel="canonical" href="{post.url}">\n<link rel="amphtml" href="{post.url}/amp">\n'
        + markup.meta(og_title=post.title, og_url=post.url, og_type="article", og_description=post.lead)
        + "\n"
        + _json_ld(site, post)
    )


def _article(site: Site, post: Post) -> str:
    by = ", ".join(post.authors)
    byline = (
        f'<p class="byline">{post.pick("by", "di ", "")}<span class="author">{by}</span></p>' if by else ""
    )
    stamp = f'<div class="stamp">{_stamp(post)}</div>'
    minutes = (
        f'<span class="reading">{max(1, sum(len(p.text) for p in post.text) // 900)} \' di lettura</span>'
    )
    photo = ""
    if post.image:  # the caption is printed twice
        caption = escape(post.title)
        photo = (
            f'<figure><img src="{post.image}" alt="" title="{caption}"><span>{caption}</span>'
            f"<figcaption>{caption} - © {site.name}"
            "</figcaption></figure>"
        )
    inside = post.pick("inside", markup.advert(), markup.read_also(post, site.articles), "")
    wall = _WALL if len(post.shown) < len(post.text) else ""
    text = markup.wrap(markup.article_html(post, inside=inside), post, "article-body", "story__text", "grid")
    rights = f'<p class="rights">riproduzione riservata © {site.host}</p>'
    card = f'<div class="author-card"><b>{by}</b><p>Scrive per {site.name} dal 2011.</p></div>' if by else ""
    tail = post.pick("tail", card + _COMMENTS, _COMMENTS, card)
    praise = post.pick("praise", "", "", _PRAISE)  # its date stands before the article's
    return (
        f'{praise}<article><span class="kicker">{escape(post.category)}</span><h1>{escape(post.title)}'
        f"</h1>{byline}{stamp}{minutes}"
        f"{photo}{text}{wall}{rights}{markup.share_buttons(post)}</article>{tail}"
    )


def _stamp(post: Post) -> str:
    if post.day is None or post.states == "none":
        return ""
    words = markup.long_day(post.day)
    english_order = f"{markup.month(post.day).capitalize()} {post.day.day}, {post.day.year}"
    with_weekday = f"{markup.weekday(post.day)} {words}"
    return post.pick("stamp", words, with_weekday, english_order, markup.time_tag(post.day, words))


def _amp(site: Site, post: Post) -> str:
    return (
        '<!doctype html>\n<html amp lang="it"><head><meta charset="utf-8">'
        f"<title>{escape(post.title)}</title>"
        f'<link rel="canonical" href="{post.url}">{_json_ld(site, post)}</head><body>'
        f"<h1>{escape(post.title).upper()}</h1>"
        f'{markup.article_html(post)}<amp-ad width="300" height="250"></amp-ad></body></html>\n'
    )


def _print(post: Post) -> str:
    head = f'<title>{escape(post.title)}</title><link rel="canonical" href="{post.url}">'
    return markup.document(head, f"<h1>{escape(post.title)}</h1>{markup.article_html(post)}", language="it")


def _frame(site: Site, title: str, body: str, head: str = "") -> str:
    clock = f"{markup.weekday(site.today)} {markup.long_day(site.today)}"
    sections = sorted({post.category for post in site.articles})
    links = " ".join(f'<a href="/{section.lower()}/">{section}</a>' for section in sections)
    read = "".join(f'<li><a href="{post.path}">{escape(post.title)}</a></li>' for post in site.articles[3:8])
    return markup.document(
        f'<title>{escape(title)} - {site.name}</title>\n<link rel="alternate" type="application/rss+xml"'
        f' href="{site.url}/rss/home.xml">\n{head}',
        f'{markup.cookie_notice("it")}<header><span class="today">{clock}</span> <a href="/">{site.name}</a>'
        f"<nav>{links}</nav></header>\n<main>{body}</main>\n"
        f"<aside><h3>I più letti</h3><ol>{read}</ol></aside>{markup.newsletter_box('it')}"
        f"<footer><p>© 1998-2026 {site.name} - P.IVA 00000000000</p>"
        "<p>Leggi qui il giornale in edicola oggi</p></footer>",
        language="it",
    )
