"""An article's image, tags and summary, chosen from what page and way offer.

Knows nothing of titles, dates or the store. Start reading at `choose_summary`.
"""

import re
from urllib.parse import urlsplit

from aggregator import urls
from aggregator.items import Evidence, Found
from aggregator.text import cut, fold, one_line, words
from pipelines.clean import html_to_text
from pipelines.evidence import evidence
from pipelines.repair import repair

SUMMARY_LENGTH = 600
_FEW_LETTERS = 25
_MOST_TAGS = 20
_TAG_LENGTH = 50

# Words of a file's path that say: drawn for the site, not taken for the article.
_NOT_PICTURES = frozenset(
    [
        *(
            "logo",
            "logos",
            "favicon",
            "icon",
            "icons",
            "icona",
            "icone",
            "avatar",
            "gravatar",
            "sprite",
            "pixel",
        ),
        *("spacer", "blank", "placeholder", "default", "noimage", "nopic", "nophoto", "dummy", "tracking"),
        *("1x1", "loader", "loading", "spinner", "emoji", "smilies", "badge", "badges", "captcha", "counter"),
    ]
)
_NOT_PHOTOGRAPHS = (".svg", ".ico", ".cur")
# `URL 1200x630` from the head, `page:img[800x600]` from the text.
_SIZE = re.compile(r"[\s\[](\d{1,5})x(\d{1,5})(?:[\s\]]|$)")
# Both sides under this are a pictogram; the smallest teasers of Italian sites are 100 wide.
_MIN_SIDE = 60
_PATH_WORD = re.compile(r"[a-z]+|\d+x\d+")

_NO_TAGS = frozenset(
    [
        *(
            "non categorizzato",
            "uncategorized",
            "uncategorised",
            "senza categoria",
            "none",
            "null",
            "default",
        ),
        *(
            "home",
            "homepage",
            "undefined",
            "non classificato",
            "unclassified",
            "nessuna",
            "altro",
            "varie",
            "true",
        ),
    ]
)
# What templates put behind a teaser, and programs around it.
_TEASER_TAIL = re.compile(
    r"\s*(?:(?:L['’]articolo|The post|Questo articolo)\b.{0,300}?"
    r"\b(?:proviene da|appeared first on|è apparso)\b.*"
    r"|(?:\[\s*(?:…|\.\.\.)\s*\]|…|\.\.\.)?[>»→\s]*"
    r"(?:leggi (?:tutto|di più|l['’]articolo|ancora|qui)|continua a leggere|continue reading|"
    r"read (?:more|on|the full \w+)|scopri di più|vai all['’]articolo)\b.{0,80}"
    r"|\[\s*(?:…|\.\.\.)\s*\])\s*$",
    re.IGNORECASE | re.DOTALL,
)
_TAIL_LENGTH = 800
_SENTENCE_END = re.compile(r"[.!?…][»”\"')]*(?=\s+[«“\"'(]?[A-ZÀ-Ý0-9])")
_ABBREVIATED = re.compile(
    r"(?:\b(?:[A-Za-z]|dott|dott\.ssa|ing|arch|avv|prof|sig|on|sen|art|artt|n|nr|nn|pag|tel|es|cfr|vol|fig|"
    r"mr|mrs|ms|dr|vs|ltd|no|gen|feb|mar|apr|mag|giu|lug|ago|sett|set|ott|nov|dic|a\.m|p\.m|u\.s|s\.p)|\d)\.$",
    re.IGNORECASE,
)
# The site's own line, the same on each page, shares no word with what the article tells.
_LONG_WORD = 5
_READ_WORDS = 300
_ENOUGH_TEXT = 15


def choose_image(found: tuple[Found, ...], base: str) -> tuple[str | None, Evidence]:
    """The address of the article's picture, absolute; None where there are only logos or pixels."""
    for at, item in enumerate(found):
        address, _, _ = item.value.strip().partition(" ")
        url = urls.join(base, address)
        if url and _is_picture(url, f"{item.value} {item.where}"):
            return url, evidence("image", Found(url, item.where), (), "first picture" if at else "")
    return None, evidence("image", None, found, "logos and pixels only" if found else "")


def _is_picture(url: str, stated: str) -> bool:
    path = urlsplit(url).path.lower()
    if path.endswith(_NOT_PHOTOGRAPHS) or path in ("", "/"):
        return False
    # The folder may be called `icons` for all that a site has; the last two parts tell.
    if _NOT_PICTURES.intersection(_PATH_WORD.findall("/".join(path.rsplit("/", 2)[1:]))):
        return False
    size = _SIZE.search(stated)
    return size is None or max(int(size[1]), int(size[2])) >= _MIN_SIDE


def choose_tags(found: tuple[Found, ...]) -> tuple[tuple[str, ...], Evidence]:
    """The tags of all places in order, once each; not those that say nothing."""
    tags: dict[str, str] = {}
    for item in found:
        value = repair(item.value)
        separator = r"[,;|]" if item.where.startswith(("meta:", "jsonld:", "microdata:")) else r"[;|]"
        for part in re.split(separator, html_to_text(value) if "<" in value else value):
            tag = one_line(part).strip(" #.,:-–\"'«»")
            if 1 < len(tag) <= _TAG_LENGTH and fold(tag) not in _NO_TAGS and not tag.isdigit():
                tags.setdefault(fold(tag), tag)
    chosen = next(
        (item for item in found if tags and fold(next(iter(tags.values()))) in fold(item.value)), None
    )
    return tuple(tags.values())[:_MOST_TAGS], evidence("tags", chosen, ())


def choose_summary(found: tuple[Found, ...], title: str, text: str) -> tuple[str, Evidence]:
    """The publisher's own teaser, else the first sentences of the text; empty without either."""
    told = _long_words(words(title) + words(text)[:_READ_WORDS]) if found else frozenset()
    for at, item in enumerate(found):
        summary = clean_summary(item.value)
        if _is_own(summary, title, told):
            why = "" if at == 0 else "first that is the article's own"
            whole = _without_half_word(summary, text)
            if whole != summary:
                why = "; ".join(filter(None, (why, "cut at a word")))
            return whole, evidence("summary", item, found[at + 1 :], why)
    lead = first_sentences(text)
    if lead:
        return lead, evidence("summary", Found(lead, "page:text"), found, "first sentences of the text")
    return "", evidence("summary", None, found, "no teaser and no text")


def _without_half_word(summary: str, text: str) -> str:
    """The teaser without the half of a word that it ends in, where it is the text's beginning cut short."""
    start, last = text[: len(summary) + 1].replace("\n", " "), summary[-1:]
    if not start.startswith(summary) or not (last.isalnum() and start[len(summary) :].isalnum()):
        return summary
    return summary.rpartition(" ")[0].rstrip(" ,;:.-–") + "…"


def clean_summary(value: str) -> str:
    """The teaser as one line of text without `Leggi tutto` or the feed's own last line."""
    text = repair(value)
    text = one_line(html_to_text(text) if "<" in text else text)
    while True:
        shorter = text[:-_TAIL_LENGTH] + _TEASER_TAIL.sub("", text[-_TAIL_LENGTH:]).rstrip()
        if shorter == text:
            return cut(text, SUMMARY_LENGTH)
        text = shorter


def first_sentences(text: str, limit: int = 300) -> str:
    """Whole sentences from the beginning, up to `limit` characters; the first is cut if need be."""
    flat = one_line(text[: limit * 4])
    end = 0
    for match in _SENTENCE_END.finditer(flat):
        if match.end() > limit:
            break
        if not _ABBREVIATED.search(flat[: match.end()]):
            end = match.end()
    if len(flat) <= limit:
        return flat
    return flat[:end].strip() if end > limit // 4 else cut(flat, limit)


def _long_words(own: list[str]) -> frozenset[str]:
    return frozenset([word for word in own if len(word) >= _LONG_WORD])


def _is_own(summary: str, title: str, told: frozenset[str]) -> bool:
    """Whether a teaser says something of this article beyond its title."""
    if len(summary) < _FEW_LETTERS or fold(summary) == fold(title):
        return False
    if len(told) < _ENOUGH_TEXT:
        return True
    long_words = _long_words(words(summary))
    return not long_words or len(long_words & told) * 5 >= len(long_words)
