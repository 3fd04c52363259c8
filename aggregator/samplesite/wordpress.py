"""The template of a WordPress-like cluster site in two languages: pages, feeds, sitemap and REST API.

Knows nothing of the server. Its pages have bullets for day and category above the text, and a rolling block
of recent articles below it that is longer than most articles. Start reading at `build`.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from html import escape
from typing import Any

from aggregator.samplesite import markup, syndication
from aggregator.samplesite.answer import MISSING, PIXEL, XML, Answer, Resources, page, plain, redirect
from aggregator.samplesite.content import Post, Site, side

_RECENT = 5
_JSON = "application/json; charset=UTF-8"
_API = "/wp-json/wp/v2/posts"
_EVER = (datetime(1, 1, 1), datetime(9999, 1, 1))  # noqa: DTZ001 - WordPress compares local times
_WORDS = {
    "it": {"recent": "Articoli recenti", "news": "Notizie", "about": "Chi siamo", "more": "Leggi tutto"},
    "en": {"recent": "Recent Articles", "news": "News", "about": "About us", "more": "Read more"},
}
_MEMBERS = {"it": "Area riservata agli aderenti", "en": "Members' reserved area"}
_OTHER_SIDE = {"it": "English", "en": "Italiano"}
_FOOT = {
    "it": "Cluster Lombardo della Mobilità, via Cefalonia 60, Brescia",
    "en": "Lombard Mobility Cluster, via Cefalonia 60, Brescia",
}


def build(site: Site) -> Resources:
    """All that the site answers."""
    found: Resources = {
        "/robots.txt": plain(
            f"User-agent: *\nDisallow: /wp-admin/\nDisallow: /privato/\nSitemap: {site.url}/wp-sitemap.xml\n"
        ),
        "/privato/verbale-assemblea/": page(
            _frame(site, "it", "<h1>Verbale</h1><p>Solo per gli aderenti.</p>", "")
        ),
        "/wp-json/": _json({"name": site.name, "namespaces": ["wp/v2"]}),
        _API: lambda query: _api(site, query),
        MISSING: page(_frame(site, "it", "<h1>Pagina non trovata</h1><p>Errore 404.</p>", ""), 404),
    }
    for language, root in (("it", ""), ("en", "/en")):
        posts = site.articles_in(language)
        found[f"{root}/"] = page(_frame(site, language, _list(posts, language), ""))
        found[f"{root}/feed/"] = syndication.rss(
            site.name, f"{site.url}{root}/", posts[:10], full=True, language=language
        )
    for post in site.posts:
        found[post.path] = page(_article(site, post))
        found[f"/?p={post.number}"] = redirect(post.url)
        found[f"{_API}/{post.number}"] = _json(_record(site, post, embed=False))
        if post.image:
            found[post.image] = PIXEL
    return found | _sitemaps(site)


def _sitemaps(site: Site) -> Resources:
    others = tuple(post for post in site.posts if not post.is_article)
    names = ("/wp-sitemap-posts-post-1.xml", "/wp-sitemap-posts-page-1.xml")
    index = syndication.sitemap_index((site.url + name for name in names), syndication.newest(site.articles))
    return {
        "/wp-sitemap.xml": index,
        names[0]: syndication.sitemap(site.articles),
        names[1]: syndication.sitemap(others),
        "/sitemap.xml": Answer(b"", XML, status=301, headers=(("Location", f"{site.url}/wp-sitemap.xml"),)),
    }


def translation(site: Site, post: Post) -> Post | None:
    """The same post in the other language."""
    others = (other for other in site.posts if other is not post)
    return next(
        (other for other in others if post.key == other.translation_of or other.key == post.translation_of),
        None,
    )


def _article(site: Site, post: Post) -> str:
    language = side(post)
    bullets = ""
    if post.is_article and post.day:
        icon = post.pick(
            "icon", "", '<i class="icon-calendar"></i>', '<span class="screen-reader-text"></span>'
        )
        bullets = (
            f'<ul class="{post.pick("meta", "post-meta", "entry-meta", "meta-list")}">'
            f'<li class="{post.pick("date", "date", "meta-date", "post-date")}">'
            f"{icon}{_bullet(post.day, post.states)}</li>"
            f'<li class="meta-cat"><a href="/category/notizie/">{escape(post.category)}</a></li></ul>'
        )
    picture = f'<figure><img src="{post.image}" alt="{escape(post.title)}"></figure>' if post.image else ""
    content = post.pick("content", "entry-content", "elementor-widget-container", "wp-block-post-content")
    text = markup.wrap(
        f'<div class="{content}">{markup.article_html(post)}</div>',
        post,
        "wp-block-group",
        "elementor-section",
    )
    share = markup.share_buttons(post)
    above, below = (share, "") if post.pick("order", "above", "below") == "above" else ("", share)
    recent = _recent(site.articles_in(language), language) if post.is_article else ""
    body = (
        f'<article id="post-{post.number}" class="post-{post.number} post type-post">'
        f'<h1 class="entry-title">{escape(post.title)}</h1>'
        f"{picture}{bullets}{above}{text}{below}</article>{recent}"
    )
    return _frame(site, language, body, _head(site, post), post)


def _bullet(day: date, states: str) -> str:
    """The day as the theme prints it; the theme before this one left the year out, in English on any page."""
    return f"{day:%d} {markup.month(day, 'en')[:3]}" if states == "yearless" else markup.slashed(day)


def _head(site: Site, post: Post) -> str:
    other = translation(site, post)
    pair = (post, other) if other else (post,)
    links = [
        f'<link rel="canonical" href="{post.url}">',
        f'<link rel="shortlink" href="{site.url}/?p={post.number}">',
    ]
    links += [f'<link rel="alternate" hreflang="{side(one)}" href="{one.url}">' for one in pair if other]
    links.append(f'<link rel="alternate" type="application/json" href="{site.url}{_API}/{post.number}">')
    locale = {"it": "it_IT", "en": "en_US"}[side(post)]
    image = site.url + post.image if post.image else ""
    properties = markup.meta(
        og_title=post.title, og_type="article", og_locale=locale, og_url=post.url, og_image=image,
        author=", ".join(post.authors), description=post.pick("description", post.lead, ""),
    )  # fmt: skip
    return "\n".join((*links, properties))


def _frame(site: Site, language: str, body: str, head: str, post: Post | None = None) -> str:
    words, root = _WORDS[language], "" if language == "it" else "/en"
    title = f"{escape(post.title)} - {site.name}" if post else site.name
    other = translation(site, post) if post else None
    switch = other.path if other else ("/en/" if language == "it" else "/")
    head = (
        f'<title>{title}</title>\n{head}\n<link rel="https://api.w.org/" href="{site.url}/wp-json/">\n'
        f'<link rel="alternate" type="application/rss+xml" title="{site.name}" href="{site.url}{root}/feed/">'
    )
    about = "/chi-siamo/" if language == "it" else "/en/about-us/"
    return markup.document(
        head,
        f'{markup.cookie_notice(language)}<a class="skip-link" href="#content">Skip to content</a>'
        f'<header><nav><a href="{root}/">{words["news"]}</a> <a href="{about}">{words["about"]}</a> '
        f'<a href="/privato/verbale-assemblea/">{_MEMBERS[language]}</a> '
        f'<a href="{switch}">{_OTHER_SIDE[language]}</a></nav></header>\n'
        f'<main id="content">{body}</main>\n{markup.newsletter_box(language)}'
        f"<footer><p>{_FOOT[language]}</p><p>© 2013-2024 {site.name}</p></footer>",
        language=language,
        body_class="wp-site single" if post else "wp-site blog",
    )


def _recent(posts: tuple[Post, ...], language: str) -> str:
    teasers = "".join(
        f'<div class="recent-post"><h3><a href="{post.url}">{escape(post.title)}</a></h3>'
        f"{markup.article_html(post, paragraphs=post.text[: post.teaser])}</div>"
        for post in posts[:_RECENT]
    )
    return f'<aside class="recent-articles"><h2>{_WORDS[language]["recent"]}</h2>{teasers}</aside>'


def _list(posts: tuple[Post, ...], language: str) -> str:
    return "".join(
        f'<article class="post-card"><h2><a href="{post.url}">{escape(post.title)}</a></h2>'
        f"<p>{escape(post.lead[:140])} …</p>"
        f'<a class="more" href="{post.url}">{_WORDS[language]["more"]}</a></article>\n'
        for post in posts
    )


def _api(site: Site, query: Mapping[str, str]) -> Answer:
    number, size = int(query.get("page", "1")), int(query.get("per_page", "10"))
    if not 1 <= size <= 100:
        return _api_error("rest_invalid_param", "Parametro(i) non valido(i): per_page")
    posts = [post for post in site.articles if _wanted(post, query)]
    if query.get("order") == "asc":
        posts.reverse()
    pages = -(-len(posts) // size)
    if number > max(pages, 1):
        return _api_error(
            "rest_post_invalid_page_number",
            "Il numero di pagina richiesto è maggiore del numero di pagine disponibili.",
        )
    rows = [
        _record(site, post, embed="_embed" in query) for post in posts[(number - 1) * size : number * size]
    ]
    if fields := [name.split(".")[0] for name in query.get("_fields", "").split(",") if name]:
        rows = [{key: value for key, value in row.items() if key in fields} for row in rows]
    headers = (("X-WP-Total", str(len(posts))), ("X-WP-TotalPages", str(pages)))
    return Answer(
        json.dumps(rows).encode(),
        _JSON,
        headers=headers,
        modified=syndication.newest(posts),
    )


def _api_error(code: str, message: str) -> Answer:
    error = {"code": code, "message": message, "data": {"status": 400}}
    return Answer(json.dumps(error).encode(), _JSON, status=400)


def _json(value: dict[str, Any]) -> Answer:
    return Answer(json.dumps(value).encode(), _JSON)


def _wanted(post: Post, query: Mapping[str, str]) -> bool:
    local = post.at.replace(tzinfo=None) if post.at else _EVER[0]
    return (
        query.get("lang", side(post)) == side(post)
        and local > _moment(query.get("after"), _EVER[0])
        and local < _moment(query.get("before"), _EVER[1])
    )


def _moment(text: str | None, otherwise: datetime) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None) if text else otherwise


def _record(site: Site, post: Post, *, embed: bool) -> dict[str, Any]:
    at = post.at or datetime(2016, 1, 1, tzinfo=UTC)
    other = translation(site, post)
    pair = {side(one): one.number for one in (post, other) if one}
    modified = post.modified or at
    row: dict[str, Any] = {
        "id": post.number,
        "date": f"{at:%Y-%m-%dT%H:%M:%S}",
        "date_gmt": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}",
        "guid": {"rendered": f"{site.url}/?p={post.number}"},
        "modified": f"{modified:%Y-%m-%dT%H:%M:%S}",
        "modified_gmt": f"{modified.astimezone(UTC):%Y-%m-%dT%H:%M:%S}",
        "slug": post.path.rstrip("/").rsplit("/", 1)[-1],
        "status": "publish",
        "type": "post",
        "link": post.url,
        "title": {"rendered": escape(post.title).replace("’", "&#8217;").replace("&#x27;", "&#8217;")},
        "content": {"rendered": markup.article_html(post), "protected": False},
        "excerpt": {"rendered": f"<p>{escape(post.lead)}</p>\n", "protected": False},
        "author": 2,
        "featured_media": post.number + 1 if post.image else 0,
        "categories": [1],
        "lang": side(post),
        "translations": pair,
    }
    if embed:
        row["_embedded"] = {
            "author": [{"id": 2, "name": author} for author in post.authors],
            "wp:featuredmedia": [{"source_url": site.url + post.image}] if post.image else [],
            "wp:term": [
                [{"taxonomy": "category", "name": post.category}],
                [{"taxonomy": "post_tag", "name": tag} for tag in post.tags],
            ],
        }
    return row
