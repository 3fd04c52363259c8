"""Who wrote an article, as its readers would name them: people, desks and agencies.

Knows nothing of pages; works on the texts that were found. Start reading at `choose_authors`.
"""

import re
from collections.abc import Iterator

from aggregator.items import Evidence, Found, Source
from aggregator.text import fold, one_line
from pipelines.clean import html_to_text
from pipelines.evidence import evidence
from pipelines.repair import repair
from pipelines.titles import is_site_name

_MOST_AUTHORS = 12
_NAME_WORDS = 7
_NAME_LENGTH = 60
# What stands before a name: `di`, `a cura di`, `Testo e foto di`, `Pubblicato da`, `By`.
_BEFORE = re.compile(
    r"^(?:(?:pubblicat[oa]|scritt[oa]|redatt[oa]|inserit[oa]|postat[oa]|inviat[oa]|"
    r"creat[oa]|posted|written|authored|published|created|edited|submitted)(?: (?:da|by|il|on))?|"
    r"(?:(?:vedi )?tutti gli articoli|articoli|(?:(?:view |see )?all |more )?(?:posts|articles|stories)) "
    r"(?:di|da|by|from)|(?:informazioni|(?:read )?more) (?:su|about)|"
    r"a cura (?:di|della|del|dell')|(?:testo|articolo|servizio|intervista|foto|video|text|story|"
    r"recipe|words|photos?)"
    r"(?: e \w+| and \w+)? (?:di|by|a cura di)|di|da|by|"
    r"autor[ei]|autric[ei]|authors?|firma|fonte|source|redattore|editor)\s*(?::\s*|\s+(?=\S))",
    re.IGNORECASE,
)
# What a line goes on with once the name is told: `Mario Rossi pubblicato il ...`.
_AFTER = re.compile(
    r"\s+(?:(?:pubblicat[oa]|(?:ultimo )?aggiorna(?:t[oa]|mento)|scritt[oa]|posted|published|"
    r"(?:last )?updated?|on|il|alle|ore|in)\b.{0,20})$",
    re.IGNORECASE,
)
# What a person is, after a name of two words: `Keith Barry Senior Reporter`.
_OFFICE = re.compile(
    r"(?<=\w )(\S+)\s+(?:(?:staff|senior|guest|contributing|freelance|expert) (?:\w+ )?)?"
    r"(?:writer|editor|reporter|correspondent|columnist|contributor|reviewer|giornalista|direttore|"
    r"direttrice|redattore|redattrice)$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\S*@\S+|https?://\S+|www\.\S+")
_HANDLE = re.compile(r"(?<!\w)@\w+")
_MONTHS = "gen feb mar apr mag giu lug ago set ott nov dic jan may jun jul aug sep oct dec"
_MONTH = rf"(?:{_MONTHS.replace(' ', '|')})[a-z]*\.?"
_DATE = re.compile(
    rf"\b(?:(?:on|il|del|at|alle|ore)\s+)?(?:\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}}|"
    rf"\d{{1,2}}\s+{_MONTH}(?:\s+\d{{4}})?|{_MONTH}\s+\d{{1,2}}(?:,?\s+\d{{4}})?|"
    rf"\d{{1,2}}[:.]\d{{2}}|(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_APART = re.compile(r"\s*(?:[;|/•·⋅∙●▪–—]|\s-\s|\s+(?:e|ed|and|con|with|&)\s+)\s*")
_REDAZIONE = "Redazione"
_DESK_MARKS = dict.fromkeys(
    (
        *("red", "(red)", "red.", "(red.)", "redaz", "redaz.", "(redaz.)", "redazione", "la redazione"),
        *("redazione online", "redazione web", "editorial staff"),
    ),
    _REDAZIONE,
)
_AGENCIES = {
    fold(name): name
    for name in (
        *(
            "ANSA",
            "Adnkronos",
            "askanews",
            "AGI",
            "LaPresse",
            "Italpress",
            "Radiocor",
            "Dire",
            "Agenzia Nova",
        ),
        *(
            "Teleborsa",
            "LNews",
            "Reuters",
            "AFP",
            "Omnimilano",
            "Labitalia",
            "9Colonne",
            "MF-DJ",
            "Bloomberg",
        ),
    )
}
# Accounts of programs and templates, not names.
_NOBODY = frozenset(
    [
        *("admin", "administrator", "amministratore", "adminit", "webmaster", "root", "user", "utente"),
        *("author", "autore", "staff", "editor", "superuser", "super user", "wp", "wordpress", "guest"),
        *("ospite", "anonimo", "anonymous", "none", "null", "undefined", "unknown", "sconosciuto", "n/a"),
        *("nd", "test", "web", "site", "sito", "default", "facebook", "twitter", "linkedin", "instagram"),
        *("condividi", "share", "commenti", "comments", "leggi tutto", "nessun commento", "no comments"),
        *("l'autore", "the author", "about the author", "chi e l'autore", "di", "da", "by", "written by"),
    ]
)
_PARTICLES = frozenset(
    (
        "de",
        "di",
        "da",
        "dal",
        "del",
        "della",
        "dei",
        "van",
        "von",
        "la",
        "le",
        "el",
        "al",
        "of",
        "the",
        "dos",
        "das",
    )
)


def choose_authors(found: tuple[Found, ...], source: Source, url: str) -> tuple[tuple[str, ...], Evidence]:
    """The names of the first place that gives any, and the evidence; often there are none."""
    for at, item in enumerate(found):
        place = item.where
        same = [other for other in found[at:] if other.where == place]
        names = unique_names(name for other in same for name in read_names(other.value, source, url))
        if names:
            rest = tuple(other for other in found if other.where != place)
            return names, evidence("authors", item, rest, "first place with names")
    return (), evidence("authors", None, found, "no name among these" if found else "")


def read_names(value: str, source: Source, url: str) -> Iterator[str]:
    """The people, desks and agencies that a text names, in order."""
    text = repair(value)
    text = html_to_text(text).replace("\n", "; ") if "<" in text else one_line(text)
    if len(text) > 300:
        return
    text = _HANDLE.sub("", _DATE.sub(";", _ADDRESS.sub(";", text)))
    for part in _parts(_BEFORE.sub("", text)):
        name = _name(part)
        if name and not (is_site_name(name, source, url) and fold(name) not in _AGENCIES):
            yield name


def unique_names(names: Iterator[str]) -> tuple[str, ...]:
    """The names once each, whatever their case and accents."""
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(fold(name), name)
    return tuple(seen.values())[:_MOST_AUTHORS]


def _parts(text: str) -> Iterator[str]:
    """The text at its separators; commas too, unless they turn a name round (`Rossi, Mario`)."""
    for piece in _APART.split(text):
        commas = [part.strip() for part in piece.split(",") if part.strip()]
        if len(commas) == 2 and all(len(part.split()) == 1 for part in commas):
            yield ", ".join(commas)
        else:
            yield from commas


def _name(part: str) -> str:
    """The part as a name; empty where it is none."""
    while True:
        shorter = _AFTER.sub("", _BEFORE.sub("", part)).strip()
        if shorter == part:
            break
        part = shorter
    part = part.strip(' \t.,:;|-–—"«»“”*')
    mark = _DESK_MARKS.get(part.lower()) or _DESK_MARKS.get(part.lower() + ".")
    if mark:
        return mark
    bare = re.sub(r"\s*\([^)]*\)?", "", part).strip() or part.strip("() ")
    bare = _OFFICE.sub(r"\1", bare)
    agency = _AGENCIES.get(fold(bare))
    return agency or (_as_printed(bare) if _is_name(bare) else "")


def _is_name(text: str) -> bool:
    folded = fold(text)
    if not folded or folded in _NOBODY or len(text) > _NAME_LENGTH or len(text.split()) > _NAME_WORDS:
        return False
    if re.search(r"(?:^|\s)\d|[a-z]\d|\d[a-z]|[_<>{}=?!@:]|\.\w{2,}$", text) or not re.search(
        r"[^\W\d_]{2}", text
    ):
        return False
    small = [word for word in text.split() if word.islower() and word not in _PARTICLES]
    if len(small) > 1 or "by" in small:  # `See all of ...`, `Reviewed by ...`
        return False
    # An account (`mrossi`) has no capital, and the rest of a sentence does not begin with one.
    return text[:1].isupper() or (text.partition(" ")[0] in _PARTICLES and text != folded)


def _as_printed(name: str) -> str:
    """`MARIO DE ROSSI` as `Mario De Rossi`; a single word of capitals may be an agency and stays."""
    if not name.isupper() or len(name.split()) < 2:
        return name
    return " ".join(word if len(word) < 2 else _capital(word) for word in name.split())


def _capital(word: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda match: match[0].capitalize(), word)
