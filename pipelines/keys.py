"""The key by which two articles are the same text: the words that are the article's own.

Knows nothing of the archive. What agencies and templates put before and behind a release is left
out, so that the same release has the same key at every site. Start reading at `text_key`.
"""

import re

from aggregator.text import fingerprint_of, fold_lines, plain_words, words

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
# A cheap sign that a tail stands there: what each of its forms ends with.
_TAIL_ENDS = ' .>"'
_TAIL_SIGNS = (")", "]", "leggi tutto", "continua a leggere", "read more")
_TAIL_LINES = 4
# Longer tails are text; the bound also keeps a line of ten thousand `>` from costing its square.
_TAIL_LENGTH = 500


def text_key(text: str, title: str = "") -> str:
    """128 bits in hex, equal for texts whose own words are the same in the same order."""
    return key_of(own_text(text, title), title)


def key_of(own: str, title: str) -> str:
    """The same, of the text's `own_text`."""
    own_words = plain_words(own)
    if len(own_words) < _FEW_WORDS:
        own_words = [*words(title), *own_words]
    return fingerprint_of(own_words)


def own_text(text: str, title: str = "") -> str:
    """The text, folded, without dateline, agency, repeated title, `Leggi tutto` and source lines.

    Shapes: white space is as it was, where nothing is cut.
    """
    lines = fold_lines(text).strip().split("\n")
    if len(lines) > 1 and title and plain_words(lines[0]) == words(title):
        del lines[0]
    for _ in range(min(_TAIL_LINES, len(lines) - 1)):
        last = " ".join(lines[-1].split())
        if last and not (len(last) < _TAIL_LENGTH and _TAIL_LINE.match(last)):
            break
        del lines[-1]
    lines[0] = _without_prefix(" ".join(lines[0].split()))
    lines[-1] = _without_tail(" ".join(lines[-1].split()))
    return "\n".join(lines)


def _without_prefix(line: str) -> str:
    """The line without what opens it, twice over, unless nothing would be left."""
    for _ in range(2):
        found = _PREFIX.match(line)
        if not found or not line[found.end() :].strip(" .-"):
            break
        line = line[found.end() :]
    return line


def _without_tail(line: str) -> str:
    """The line without what closes it, twice over, unless nothing would be left."""
    rest, tail = line[:-_TAIL_LENGTH], line[-_TAIL_LENGTH:]
    for _ in range(2):
        if not tail.rstrip(_TAIL_ENDS).endswith(_TAIL_SIGNS) and "riproduzione riservata" not in tail:
            break
        shorter = _TAIL.sub("", tail, count=1)
        if not shorter.strip(" .-"):
            break
        tail = shorter
    return rest + tail
