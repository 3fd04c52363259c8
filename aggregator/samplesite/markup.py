"""Pieces of HTML that the templates share: texts, dates in words, and the noise around articles.

Knows no site and no address but those it is given. Start reading at `article_html`.
"""

from collections.abc import Iterable
from datetime import date, datetime
from html import escape
from itertools import groupby

from aggregator.samplesite.content import Paragraph, Post

_MONTHS = {
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "en": "January February March April May June July August September October November December",
}
_WEEKDAYS = {
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}
_COOKIES = {
    "it": "Questo sito utilizza cookie tecnici e di terze parti. Proseguendo acconsenti al loro uso.",
    "en": "This website uses technical and third-party cookies. By browsing on you agree to their use.",
}
_NEWSLETTER = {
    "it": "<h4>Iscriviti alla newsletter</h4><p>Ricevi ogni settimana le notizie nella tua casella.</p>",
    "en": "<h4>Subscribe to the newsletter</h4><p>Receive the news in your mailbox every week.</p>",
}


def month(day: date, language: str = "it") -> str:
    """The month's name."""
    return _MONTHS[language].split()[day.month - 1]


def weekday(day: date, language: str = "it") -> str:
    """The weekday's name."""
    return _WEEKDAYS[language].split()[day.weekday()]


def long_day(day: date, language: str = "it") -> str:
    """`15 luglio 2022` or `15 July 2022`."""
    return f"{day.day} {month(day, language)} {day.year}"


def slashed(day: date) -> str:
    """`15/07/2022`, day first in every language, as Italian sites print it."""
    return f"{day:%d/%m/%Y}"


def stated(post: Post) -> str:
    """The machine-readable date as far as the page shows it: an instant, a day, or nothing."""
    if post.states == "minute" and post.at:
        return post.at.isoformat()
    return post.day.isoformat() if post.states in {"minute", "day"} and post.day else ""


def words_html(paragraph: Paragraph) -> str:
    """The words of a paragraph, escaped, with its links."""
    return "".join(
        f'<a href="{escape(href)}">{escape(words)}</a>' if href else escape(words, quote=False)
        for words, href in paragraph.pieces
    )


_QUOTES = ("<blockquote><p>{}</p></blockquote>", "<blockquote>{}</blockquote>", "<p><em>{}</em></p>")


def article_html(post: Post, *, paragraphs: Iterable[Paragraph] | None = None, inside: str = "") -> str:
    """The text of a post in HTML; `inside` is put after its second block, as adverts are."""
    quote = post.pick("quote", *_QUOTES)
    forms = {
        "p": post.pick("p", "<p>{}</p>", '<p class="text">{}</p>', "<p>{}</p>\n"),
        "h2": "<h2>{}</h2>",
        "quote": quote,
    }
    parts: list[str] = []
    for kind, run in groupby(post.shown if paragraphs is None else paragraphs, key=lambda block: block.kind):
        if kind == "li":
            parts.append("<ul>" + "".join(f"<li>{words_html(item)}</li>" for item in run) + "</ul>")
        else:
            parts += [forms[kind].format(words_html(block)) for block in run]
    if inside:
        parts.insert(min(2, len(parts)), inside)
    return "\n".join(parts)


def wrap(html: str, post: Post, *classes: str) -> str:
    """The HTML inside one to four nested boxes: how deep varies from post to post."""
    depth = int(post.pick("depth", "1", "2", "3", "4"))
    for name in reversed((classes * 4)[:depth]):
        html = f'<div class="{name}">{html}</div>'
    return html


def document(head: str, body: str, *, language: str, body_class: str = "") -> str:
    """A whole page."""
    attribute = f' class="{body_class}"' if body_class else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n{head}\n</head>\n'
        f"<body{attribute}>\n{body}\n</body>\n</html>\n"
    )


def meta(**properties: str) -> str:
    """Meta tags: `og_title` becomes a property, `author` a name; empty ones are left out."""
    lines = []
    for key, value in properties.items():
        kind = "property" if key.startswith(("og_", "article_")) else "name"
        if value:
            lines.append(f'<meta {kind}="{key.replace("_", ":", 1)}" content="{escape(value)}">')
    return "\n".join(lines)


def cookie_notice(language: str) -> str:
    """The notice that stands before everything else."""
    button = {"it": "Accetta tutti", "en": "Accept all"}
    return (
        f'<div id="cookie-notice" role="dialog"><p>{_COOKIES[language]}</p>'
        f"<button>{button[language]}</button></div>"
    )


def share_buttons(post: Post) -> str:
    """Labels of share buttons: words in the page that nobody wrote."""
    names = ("Facebook", "X", "LinkedIn", "WhatsApp")
    label = {"it": "Condividi su", "en": "Share on"}[post.language]
    form = post.pick(
        "share", '<li><a href="#" aria-label="{0} {1}">{1}</a></li>', '<li><a href="#">{0} {1}</a></li>'
    )
    return '<ul class="share">' + "".join(form.format(label, name) for name in names) + "</ul>"


def newsletter_box(language: str) -> str:
    """An invitation to subscribe."""
    return (
        f'<div class="newsletter-box">{_NEWSLETTER[language]}'
        '<form><input type="email"><button>OK</button></form></div>'
    )


def read_also(post: Post, others: Iterable[Post]) -> str:
    """One link to another article in the middle of this one, or nothing when no other is given."""
    other = next((other for other in others if other.id != post.id), None)
    if other is None:
        return ""
    label = post.pick("also", "Leggi anche", "Leggi anche:", "Ti potrebbe interessare")
    form = post.pick(
        "also form",
        '<p class="read-also"><strong>{}</strong> <a href="{}">{}</a></p>',
        '<div class="inline-related"><span>{}</span><a href="{}">{}</a></div>',
    )
    return form.format(label, other.path, escape(other.title))


def advert() -> str:
    """A place for advertising with its label."""
    return '<div class="adv" data-slot="inarticle"><span>Pubblicità</span></div>'


def time_tag(at: date, words: str) -> str:
    """A `time` element that states as much as it is given."""
    value = at.isoformat(timespec="minutes") if isinstance(at, datetime) else at.isoformat()
    return f'<time datetime="{value}">{words}</time>'
