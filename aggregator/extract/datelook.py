"""What a line with a date looks like, and which field the words around it speak of.

Never parses a date. Start reading at `fields_of`.
"""

import re

from aggregator.text import fold

MONTH = (
    "(?:gen(?:naio)?|feb(?:braio)?|mar(?:zo)?|apr(?:ile)?|mag(?:gio)?|giu(?:gno)?|lug(?:lio)?|ago(?:sto)?|"
    "sett?(?:embre)?|ott(?:obre)?|nov(?:embre)?|dic(?:embre)?|jan(?:uary)?|february|march|april|may|june?|"
    "july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|november|dec(?:ember)?)"
)
_DATE_LOOK = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th|°|º)?[ ./-]+(?:of )?{MONTH}\b|\b{MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?\b|"
    r"\b\d{1,2} ?[./-] ?\d{1,2} ?[./-] ?(?:\d{4}|\d{2})\b|\b\d{4}[./-]\d{1,2}[./-]\d{1,2}(?:\b|t)|"
    rf"\b{MONTH}\.? \d{{4}}\b|^(?:oggi|ieri|today|yesterday)\b|"
    r"\b\d+ (?:minut[oi]|or[ae]|giorn[oi]|settiman[ae]|mes[ei]|ann[oi]) fa\b|"
    r"\b\d+ (?:minutes?|hours?|days?|weeks?|months?|years?) ago\b"
)
UPDATED = re.compile(
    r"(?:aggiornat|ultim[ao] (?:modific|aggiornament|revision)|modificat|updated|modified|revised|"
    r"last (?:edit|review|change|update))"
)
PUBLISHED = re.compile(r"(?:pubblicat|pubblicazione|publish|posted|post time|inserit|creat)")
# A line of its own that says what day the next one states, as institutions' templates print them.
_LABEL = re.compile(
    r"(?:data|date|(?:data )?(?:di )?(?:pubblicazione|inserimento|creazione)|pubblicat[oa](?: il)?|"
    r"(?:first )?published(?: on| date)?|publish(?:ing)? date|publication date|posted(?: on)?|"
    r"(?:data )?(?:di |dell')?(?:ultim[oa] )?(?:aggiornamento|modifica|revisione)|aggiornat[oa](?: il| al)?|"
    r"(?:last )?(?:updated|modified|revised|reviewed|update)(?: on)?|"
    r"(?:data )?(?:di )?scadenza(?: \w+)?|scade il|termine(?: \w+)?|deadline)\W*"
)
# An address, or the last part of one: `bando-idrogeno-dal-4-gennaio`.
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\b[^\W\d_]+-(?:\w+-){3,}\S*", re.IGNORECASE)
# A line longer than this tells a story and is not a date's own.
LONGEST = 120
_LONGEST_LABEL = 40


def looks_like_date(line: str) -> bool:
    """Whether a short line holds something of the shape of a date."""
    return len(line) <= LONGEST and bool(_DATE_LOOK.search(_flat(line)))


def _flat(line: str) -> str:
    """The line folded, without addresses: what they name is no line's date."""
    return fold(_ADDRESS.sub(" ", line) if "/" in line or "-" in line else line)


def fields_of(line: str, names: str = "") -> tuple[str, ...]:
    """Which of `published` and `modified` a short line states; neither where it holds no date.

    `12 marzo 2024 - Aggiornato il 15` states both: what stands before the label is not labelled.
    `names` are those of its element, which count where its words say nothing.
    """
    if len(line) > LONGEST:
        return ()
    flat = _flat(line)
    date = _DATE_LOOK.search(flat)
    if date is None:
        return ()
    updated = UPDATED.search(flat)
    if updated is None:
        names = "" if PUBLISHED.search(flat) else fold(names)
        # WordPress marks a post that never changed as both: `entry-date published updated`.
        return ("modified",) if UPDATED.search(names) and not PUBLISHED.search(names) else ("published",)
    if PUBLISHED.search(flat):
        return ("published", "modified")
    # `12 marzo 2024 (aggiornato)` has one date, and the words after it are about it.
    is_second = date.start() < updated.start() and _DATE_LOOK.search(flat, updated.end()) is not None
    return ("published", "modified") if is_second else ("modified",)


def is_label(line: str) -> bool:
    """Whether a line holds nothing but the name of a date: `Data di pubblicazione:`."""
    return 4 <= len(line) <= _LONGEST_LABEL and _LABEL.fullmatch(fold(line)) is not None
