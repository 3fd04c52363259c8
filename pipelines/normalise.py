"""From a Page and its Candidate to an Article: each field chosen, cleaned, and its evidence kept.

Pure: knows no store, no network, no clock. Start reading at `digest`.
"""

import re
from datetime import datetime

from aggregator.extract import extract
from aggregator.extract.phrases import RESERVED
from aggregator.items import (
    Article,
    Candidate,
    Evidence,
    Found,
    Keep,
    Page,
    RawArticle,
    Reason,
    Refused,
    Source,
    SourceMemory,
    Vocabulary,
)
from aggregator.text import fold
from pipelines.address import choose_address, key_of
from pipelines.authors import choose_authors
from pipelines.clean import clean_html
from pipelines.details import choose_image, choose_summary, choose_tags
from pipelines.events import find_events
from pipelines.evidence import evidence
from pipelines.habits import Habit
from pipelines.keys import text_key
from pipelines.language import choose_language
from pipelines.pagedate import PageDates, choose_dates
from pipelines.refusal import refuse_answer, refuse_article
from pipelines.relevance import mentions
from pipelines.repair import is_suspect, repair, repair_html
from pipelines.titles import choose_title

_CUT_OFF = re.compile(
    r"(?:\[\s*\.\.\.\s*\]|\.\.\.\s*(?:[>\"]\s*)?(?:leggi (?:tutto|di piu|ancora|l'articolo)|"
    r"continua(?: a leggere)?|"
    r"read more|continue reading)?|\b(?:leggi tutto|continua a leggere|read more|"
    r"continue reading))[\s\">.]*$"
)
_TEASER_TAIL = 400
# Longer texts with a paywall's words under them were given whole, and what breaks off at length
# does so for effect.
_MOST_TEASER_WORDS = 600
_BROKEN_OFF_WORDS = 150


def digest(
    page: Page, candidate: Candidate, source: Source, memory: SourceMemory, vocabulary: Vocabulary
) -> Article | Refused:
    """The page's Article, or why there is none. Takes and gives values only, so it can run anywhere.

    Raises: nothing that a page could cause; an exception is a bug.
    """
    refused = refuse_answer(page, candidate)
    if refused:
        return refused
    raw = extract(page, candidate, source, memory.boilerplate)
    return normalise(raw, candidate, source, vocabulary, page.fetched_at, memory.date_habits)


def normalise(
    raw: RawArticle, candidate: Candidate, source: Source, vocabulary: Vocabulary, fetched_at: datetime,
    habits: tuple[Habit, ...] = (),
) -> Article | Refused:  # fmt: skip
    """The Article that these readings make, or why they make none."""
    title, of_title = choose_title(raw.title, source, raw.url, raw.site)
    refused = refuse_article(raw, title, candidate)
    if refused:
        return refused
    text, html, of_text = _body(raw)
    tags, of_tags = choose_tags(raw.tags)
    named = mentions(title, text, tags, vocabulary)
    if source.keep is Keep.ABOUT and not named:
        return Refused(raw.url, Reason.NOT_RELEVANT, "names no cluster and no topic")
    address, of_address = choose_address(raw.canonical, raw.url, title, source, _others(raw, candidate))
    authors, of_authors = choose_authors(raw.authors, source, raw.url, raw.site)
    image, of_image = choose_image(raw.image, raw.url)
    summary, of_summary = choose_summary(raw.summary, title, text)
    of_language = choose_language(title, text or summary, raw.language, source.languages)
    dates: PageDates = choose_dates(raw, source, fetched_at, habits)
    spoken = of_language.chosen.value if of_language.chosen else ""
    events = find_events(
        title, text or summary,
        language=spoken, published=dates.published, source=source, structured=raw.events,
    )  # fmt: skip
    told = (of_title, of_address, of_text, of_summary, of_language, of_authors, of_image, of_tags)
    proof = tuple(item for item in (*told, *map(_short, dates.evidence)) if _says_something(item))
    return Article(
        source_id=source.id,
        url=raw.url, canonical_url=address, title=title, text=text, html=html,
        summary=summary, language=spoken,
        fingerprint=text_key(text or summary, title),
        published=dates.published,
        modified_at=dates.modified_at,
        authors=authors, image=image, tags=tags, mentions=named, events=events,
        translations=_translations(raw, address), blocks=raw.blocks, robots=raw.robots,
        evidence=proof,
    )  # fmt: skip


def _body(raw: RawArticle) -> tuple[str, str, Evidence]:
    """Text and HTML, clean, with the place that they come from and whether they are a teaser."""
    if raw.body is None:
        return "", "", evidence("text", None, (), "no text on the page")
    text = repair(raw.body.text)
    lines = [line for line in text.split("\n") if line]
    # What its text does not show its markup does not hold.
    html = clean_html(repair_html(raw.body.html) if is_suspect(raw.body.text) else raw.body.html, raw.url)
    why = _teaser(lines, raw)
    if raw.removed:
        why = f"{raw.removed} known blocks left out" + (f"; {why}" if why else "")
    return "\n".join(lines), html, evidence("text", Found("", raw.body.where), (), why)


def _teaser(lines: list[str], raw: RawArticle) -> str:
    """What shows that the text is a teaser, in words; empty if nothing does."""
    count = sum(line.count(" ") + 1 for line in lines)
    if count > _MOST_TEASER_WORDS:
        return ""
    is_whole = any(found.where == "page:whole" for found in raw.kind)
    for found in () if is_whole else raw.kind:
        said = found.value.strip().lower()
        if (found.where.endswith("isAccessibleForFree") and said == "false") or (
            found.where.endswith("content_tier") and said == "locked"
        ):
            return "teaser: the page says that it is not free"
        if found.where == "page:reserved" and count <= _BROKEN_OFF_WORDS:
            return f"teaser: the page holds back the rest: {found.value[:60]!r}"
    tail = fold("\n".join(lines)[-_TEASER_TAIL:])
    match = RESERVED.search(tail)
    if not match and count <= _BROKEN_OFF_WORDS:
        match = _CUT_OFF.search(tail)
    return f"teaser: it ends with {match[0].strip()[:60]!r}" if match else ""


def _others(raw: RawArticle, candidate: Candidate) -> frozenset[str]:
    """Canonical URLs that are known to be another page than this one."""
    keys = {key_of(url) for _, url in raw.translations} | {key_of(candidate.listed_at)}
    return frozenset(keys - {key_of(raw.url), key_of(candidate.url), ""})


def _translations(raw: RawArticle, address: str) -> tuple[tuple[str, str], ...]:
    """The stated translations, without the page itself."""
    return tuple(pair for pair in raw.translations if key_of(pair[1]) not in (address, ""))


def _short(item: Evidence) -> Evidence:
    return evidence(item.field, item.chosen, item.others, item.why, item.votes)


def _says_something(item: Evidence) -> bool:
    return bool(item.chosen or item.others or item.why)
