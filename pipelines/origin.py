"""Which of two texts that say the same in Italian and in English was there first, if one shows it.

Knows no archive. Start reading at `original_of`: a text that keeps the other language's ways of
writing was made of the other, by a machine or in its manner; where neither or both do, nobody knows.
"""

import re

from aggregator.text import fold
from pipelines.wording import Wording

# What a text says of itself stands at its head or foot; in between it may speak of other texts.
_ENDS = 300
_SAID = re.compile(
    r"\b(?:this|the) (?:article|text|page|news item|content|press release) (?:was|is|has been) "
    r"(?:automatically |machine[- ])?translated"
    r"|\b(?:automatically |machine[- ])?translated (?:automatically )?(?:from (?:the )?(?:italian|english)|"
    r"(?:by|with|using) (?:google|deepl|ai))"
    r"|\b(?:questo|quest'|il presente|il) ?(?:articolo|testo|contenuto|comunicato) (?:e|e stato) "
    r"(?:automaticamente )?tradotto"
    r"|\btradott[oa] (?:automaticamente )?(?:dall'(?:inglese|italiano)|con (?:google|deepl|l'ia))"
    r"|\btraduzione automatica (?:dall'(?:inglese|italiano)|di questo|a cura)"
)
_MONTHS_IT = "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"
_MONTHS_EN = "january|february|march|april|may|june|july|august|september|october|november|december"
# Numbers and full dates as the other language writes them: `3,6 million`, `20.000`, `10 marzo 2026`.
_STRANGE = {
    "en": re.compile(
        r"(?<![\d.,])\d{1,3}(?:\.\d{3})*"
        r"(?:,\d{1,2} ?(?:%|€|million|billion|per ?cent|euros?\b)|\.000(?![\d.,]))"
        rf"|\b\d{{1,2}} (?:{_MONTHS_IT}) \d{{4}}\b",
        re.IGNORECASE,
    ),
    "it": re.compile(
        r"(?<![\d.,])\d{1,3}(?:,\d{3})*(?:\.\d{1,2} ?(?:%|€|milion[ei]|miliard[oi]|per cento)|,000(?![\d.,]))"
        rf"|\b(?:\d{{1,2}} (?:{_MONTHS_EN})|(?:{_MONTHS_EN}) \d{{1,2}},?) \d{{4}}\b",
        re.IGNORECASE,
    ),
}
_NAMES = {"it": "Italian", "en": "English"}


def original_of(here: Wording, there: Wording) -> tuple[bool | None, str]:
    """Whether the second text is the first one's original, and what shows it; None where nothing does.

    Shapes: the reason is empty where the answer is None.
    """
    mine, other = _made_of_other(here), _made_of_other(there)
    if mine and not other:
        return True, mine
    if other and not mine:
        return False, other
    if mine or here.source_id != there.source_id or here.day is None or there.day is None:
        return None, ""
    days = (here.day - there.day).days
    if not days:
        return None, ""
    first = there if days > 0 else here
    return days > 0, f"its site had the {_NAMES.get(first.language, 'other')} text {abs(days)} days before"


def _made_of_other(wording: Wording) -> str:
    """How the text shows that it was made of one in the other language, in words; empty if it does not."""
    pattern = _STRANGE.get(wording.language)
    if pattern is None:
        return ""
    language = _NAMES[wording.language]
    said = _SAID.search(fold(wording.text[:_ENDS])) or _SAID.search(fold(wording.text[-_ENDS:]))
    if said:
        return f"the {language} text says of itself '{said[0]}'"
    strange = pattern.search(wording.text)
    if strange:
        other = _NAMES["it" if wording.language == "en" else "en"]
        return f"the {language} text has '{strange[0]}' as {other} writes it"
    return ""
