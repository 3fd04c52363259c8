"""The template of an institution's portal whose news list has no feed: pages of a list, and nothing else.

Knows nothing of the server. The list is read by `?page=N`; dates and bylines take several forms, some twice
on a page, and an older generation of addresses shows the same articles. Start reading at `build`.
"""

from html import escape

from aggregator.samplesite import markup
from aggregator.samplesite.answer import MISSING, PIXEL, Resources, page
from aggregator.samplesite.content import Post, Site

_PER_PAGE = 5
_LIST = "/it/news/news"
_NEW_WINDOW = '<span class="sr-only">Verrà aperta una nuova finestra</span>'


def build(site: Site) -> Resources:
    """All that the site answers."""
    found: Resources = {
        "/robots.txt": page(_frame(site, site.name, _home())),  # one such site in eight answers HTML here
        "/": page(_frame(site, site.name, _home())),
        _LIST: page(_frame(site, "News", _list(site, 1))),
        MISSING: page(
            _frame(site, "Errore 404", "<h1>Errore 404</h1><p>La pagina richiesta non esiste.</p>"), 404
        ),
    }
    for number in range(1, len(site.articles) // _PER_PAGE + 2):
        found[f"{_LIST}?page={number}"] = page(_frame(site, "News", _list(site, number)))
    for post in site.posts:
        shown = page(_frame(site, post.title, _article(post), _head(post)))
        found |= dict.fromkeys((post.path, *post.aliases), shown)
        if post.image:
            found[post.image] = PIXEL
    return found


def _home() -> str:
    return (
        "<h1>Open Innovation</h1><p>La comunità di chi fa ricerca e impresa.</p>"
        f'<a href="{_LIST}">Tutte le news</a>'
    )


def _list(site: Site, number: int) -> str:
    posts = site.articles[(number - 1) * _PER_PAGE : number * _PER_PAGE]
    cards = "".join(_card(post) for post in posts)
    pages = -(-len(site.articles) // _PER_PAGE)
    links = "".join(
        f'<li class="page-item"><a class="page-link" href="{_LIST}?page={n}" data-page="{n - 1}">{n}</a></li>'
        for n in range(1, pages + 1)
    )
    after = (
        f'<li class="next"><a rel="next" href="{_LIST}?page={number + 1}">Successiva</a></li>'
        if number < pages
        else ""
    )
    return f'<h1>News</h1><div class="list-view">{cards}</div><ul class="pagination">{links}{after}</ul>'


def _card(post: Post) -> str:
    day = f'<span class="card-date">{markup.slashed(post.day)}</span>' if post.day else ""
    return (
        f'<div class="card news-card"><div class="card-body">{day}<h3 class="card-title">'
        f'<a href="{post.path}">{escape(post.title)}</a></h3>'
        f'<p class="card-text">{escape(post.lead[:120])}…</p>'
        f'<a class="read-more" href="{post.path}">Leggi</a></div></div>\n'
    )


def _head(post: Post) -> str:
    canonical = f'<link rel="canonical" href="{post.url}">' if post.aliases else ""
    return canonical + markup.meta(og_title=post.title, og_type="website", og_locale="it_IT")


def _article(post: Post) -> str:
    lines = _date_lines(post)
    picture = f'<img class="img-fluid" src="{post.image}" alt="">' if post.image else ""
    box = post.pick("box", "news-content", "uk-section", "luya-text")
    content = f'<div class="{box}">{markup.article_html(post)}</div>'
    again = lines if post.pick("again", "once", "twice") == "twice" else ""
    return (
        f'<section class="news-detail"><h1>{escape(post.title)}</h1>{lines}{picture}'
        f"{markup.wrap(content, post, 'row', 'col-12')}{again}</section>"
        '<section class="related"><h2>Potrebbe interessarti</h2>'
        "<p>Premio Innovazione: iscrizioni entro il 30/06/2027.</p></section>"
    )


def _date_lines(post: Post) -> str:
    if post.day is None:
        return ""
    if post.at and post.states == "minute":
        return f'<p class="meta"><strong>Pubblicato il:</strong> {post.at:%d/%m/%Y} , ore {post.at:%H:%M}</p>'
    if post.authors:
        return f'<p class="byline">di {", ".join(post.authors)} | {markup.slashed(post.day)}</p>'
    short = f"{post.day:%d} {markup.month(post.day)[:3]} {post.day.year}"
    badge = (
        f'<div class="badge"><span>{post.day:%d}</span><span>{markup.month(post.day)[:3]}</span>'
        f"<span>{post.day.year}</span></div>"
    )
    plain_day = f'<p class="date">{markup.slashed(post.day)}</p>'
    return post.pick("date", plain_day, f"<p>Pubblicata il {short}</p>", badge)


def _frame(site: Site, title: str, body: str, head: str = "") -> str:
    return markup.document(
        f"<title>{escape(title)} | {site.name}</title>\n{head}",
        f"{_NEW_WINDOW}<header><span>Oggi è {markup.weekday(site.today)} {markup.long_day(site.today)}</span>"
        f'<a href="/">{site.name}</a><nav><a href="{_LIST}">News</a> '
        '<a href="/it/login">Accedi</a>'
        f"</nav></header>\n<main>{body}</main>\n{markup.newsletter_box('it')}"
        "<footer><p>© Regione Lombardia 2016-2026 - Tutti i diritti riservati</p>"
        f"</footer>{markup.cookie_notice('it')}",
        language="it",
    )
