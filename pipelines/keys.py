"""The key by which two articles are the same text: the words that are the article's own.

Knows nothing of the archive. What agencies and templates put before and behind a release is left
out, so that the same release has the same key at every site. Start reading at `text_key`.
"""

import re

from aggregator.text import fingerprint, fold, words

# Fewer words may be the same by chance or by template (`Scarica il comunicato`): the title joins.
_FEW_WORDS = 12

_MONTH = (
    r"(?:gen(?:naio)?|feb(?:braio)?|mar(?:zo)?|apr(?:ile)?|mag(?:gio)?|giu(?:gno)?|lug(?:lio)?|ago(?:sto)?|"
    r"sett?(?:embre)?|ott(?:obre)?|nov(?:embre)?|dic(?:embre)?|jan(?:uary)?|february|march|april|may|june?|"
    r"july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|november|dec(?:ember)?)"
)
_AGENCY = (
    r"(?:adnkronos(?:/\w+)*|ansa|askanews|agi|agenpress|lnews|italpress|dire|teleborsa|labitalia|lapresse|"
    r"omnimilano|agenzia nova|nova|(?:il sole 24 ore )?radiocor(?: plus)?|mf-dj|reuters|9colonne|"
    r"public policy|red\.?|com)"
)
_DAY = rf"(?:\d{{1,2}}[°º]?\s+{_MONTH}\.?(?:\s+\d{{2,4}})?|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}})"
_PLACE = r"[a-z' ]{2,30}"
# An agency known by name, or any that gives place and day beside it.
_SIGNED = (
    rf"\(\s*(?:{_AGENCY}(?:\s*[-/]\s*(?:{_PLACE})?,?\s*(?:{_DAY})?)?|"
    rf"[^()]{{2,40}}[-/]\s*{_PLACE},\s*{_DAY})\s*\)"
)
# Folded: `(Adnkronos) -`, `(LNews - Milano, 19 gen)`, `Milano, 15 lug. (askanews) -`, `ANSA -`.
_PREFIX = re.compile(
    rf"^(?:{_SIGNED}\s*[-:.]*\s*"
    rf"|{_AGENCY}\s*-\s+"
    rf"|{_PLACE}(?:,\s*{_DAY}\s*\.?)?\s*(?:-\s*)?\(\s*{_AGENCY}\s*\)\s*[-:.]*\s*"
    rf"|{_PLACE},\s*{_DAY}\s*\.?\s*(?:\([^()]{{2,40}}\)\s*[-:.]*|-+)\s*)"
)
_TAIL_LINE = re.compile(
    r"^(?:[>\"\s]*(?:leggi (?:tutto|anche|di piu|l'articolo|ancora|qui)|continua(?: a leggere)?|read more|"
    r"continue reading|scopri di piu|vai all'articolo|torna (?:su|indietro)|condividi)\b.{0,120}"
    r"|(?:fonte|source|credits?|foto|photo|immagine|ufficio stampa|per informazioni)\s*:.{0,120}"
    r"|(?:l'articolo|the post)\b.{0,300}\b(?:proviene da|appeared first on)\b.{0,120}"
    r"|(?:©|\(c\)|copyright|riproduzione riservata|all rights reserved|tutti i diritti riservati).{0,120}"
    rf"|{_SIGNED}|{_AGENCY}|\[?\s*(?:\.\.\.|-)\s*\]?)$"
)
_TAIL = re.compile(
    rf"\s*(?:{_SIGNED}|\[\s*\.\.\.\s*\]|-?\s*(?:©\s*)?riproduzione riservata\s*(?:©.{{0,60}})?"
    r"|[>\"\s]*(?:leggi tutto|continua a leggere|read more))[\s.>\"]*$"
)
_TAIL_LINES = 4
# Longer tails are text; the bound also keeps a line of ten thousand `>` from costing its square.
_TAIL_LENGTH = 500


def text_key(text: str, title: str = "") -> str:
    """128 bits in hex, equal for texts whose own words are the same in the same order."""
    own = own_text(text, title)
    few = own.count(" ") < 4 * _FEW_WORDS and len(words(own)) < _FEW_WORDS
    return fingerprint(f"{title}\n{own}" if few else own)


def own_text(text: str, title: str = "") -> str:
    """The text without dateline, agency, repeated title, `Leggi tutto` and source lines.

    What is cut leaves its line folded; a text that nothing is cut from comes back as it is.
    """
    lines = text.strip().split("\n")
    count = len(lines)
    if count > 1 and title and words(lines[0]) == words(title):
        del lines[0]
    for _ in range(_TAIL_LINES):
        if len(lines) > 1 and len(lines[-1]) < _TAIL_LENGTH and _TAIL_LINE.match(fold(lines[-1])):
            del lines[-1]
    first = fold(lines[0])
    without_prefix = _cut(_PREFIX, first)
    if without_prefix != first:
        lines[0] = without_prefix
    last = fold(lines[-1])
    without_tail = last[:-_TAIL_LENGTH] + _cut(_TAIL, last[-_TAIL_LENGTH:])
    if without_tail != last:
        lines[-1] = without_tail
    is_whole = len(lines) == count and without_prefix == first and without_tail == last
    return text if is_whole else "\n".join(lines)


def _cut(pattern: re.Pattern[str], line: str) -> str:
    """The line without what the pattern finds, twice over, unless nothing would be left."""
    for _ in range(2):
        shorter = pattern.sub("", line, count=1)
        if not shorter.strip(" .-"):
            break
        line = shorter
    return line
