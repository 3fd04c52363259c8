"""The names in a byline, an author field or a line near a title: of people, desks and agencies.

Knows nothing of pages and sites; works on one text. Start reading at `read_names`.
"""

import re
from collections.abc import Iterator
from itertools import zip_longest

from aggregator.text import fold, one_line
from pipelines.clean import html_to_text
from pipelines.repair import repair

_LONGEST_TEXT = 400
_NAME_WORDS = 7
_NAME_LENGTH = 60
_DONE = (
    r"pubblicat[oa]|scritt[oa]|redatt[oa]|inserit[oa]|postat[oa]|inviat[oa]|creat[oa]|"
    r"posted|written|authored|published|created|submitted|contributed|recommended"
)
# What stands before a name: `di`, `a cura di`, `Testo e foto di`, `Pubblicato da`, `By`.
_BEFORE = re.compile(
    rf"^(?:(?:(?:questo|this) \w+ (?:e stato|è stato|was|is) )?(?:{_DONE})(?: (?:da|by|il|on))?|"
    r"(?:(?:vedi )?tutti gli articoli|articoli|altro|(?:(?:view |see |browse )?all |more |latest )?"
    r"(?:posts|articles|stories|insights|words)) (?:di|da|by|from)|more (?:by|from)|"
    r"(?:informazioni|(?:read )?more) (?:su|about)|about the authors?|(?:l'autore|chi è l'autore):|"
    r"a cura (?:di|della|del)|dal(?:la)? nostr[oa] (?:inviat[oa]|corrispondente)(?: (?:a|da|in) [A-Z]\w+)?|"
    r"(?:testo|testi|articolo|servizio|intervista|text|story|recipe|words|guest post)"
    r"(?: e \w+| and \w+)? (?:di|by|a cura di)|di|da|by|"
    r"autor[ei]|autric[ei]|authors?|contributors?|firma|fonte|source|redattore)(?:\s*[:|]+\s*|\s+(?=\S))|"
    r"^a cura dell['’]",
    re.IGNORECASE,
)
# Whom a byline names for something else than writing, up to the end of that part: `Reviewed by ...`.
_OTHERS = re.compile(
    r"\b(?:(?:medically |expert |clinically )?reviewed|(?:fact[- ]?)?checked|edited|researched|illustrated|"
    r"translated|photographed|approved|sponsored|narrated|verificat[oa]|revisionat[oa]|tradott[oa]|"
    r"illustrat[oa]|montat[oa]) (?:by|da|di)\b[\s:|]*[^|;•·\n]*|"
    r"\b(?:on behalf of|per conto di)\b[\s:|]*[^|;•·\n]*|"
    r"\b(?<!\be )(?<!and )(?:foto(?:grafi[ae])?|immagini|video|riprese|illustrazion[ei]|traduzione|montaggio|"
    r"disegni|photos?|photograph(?:s|y)|pictures?|images?|illustrations?|translation)"
    r"(?: credits?)?(?: (?:di|by|a cura di)\b|\s*:)[\s|]*[^|;•·\n]*",
    re.IGNORECASE,
)
# What a line goes on with once the name is told: `Mario Rossi pubblicato il ...`, `Jane Doe in Markets`.
_AFTER = re.compile(
    r"\s+(?:(?:pubblicat[oa]|(?:ultim[oa] )?(?:aggiorna(?:t[oa]|mento)|modifica)|scritt[oa]|posted|published|"
    r"(?:last )?(?:updated?|reviewed|modified))\b.{0,20}|(?:on|il|alle|ore|at) \S{1,10}|"
    r"(?:follow|segui|view|read more|learn more|leggi|share|condividi|subscribe|fa|ago)\b.*|"
    r"in (?!the |a |our |this )\S.{0,40})$",
    re.IGNORECASE,
)
_OFFICES = (
    r"editors?|editor-in-chief|writers?|reporters?|correspondents?|columnists?|contributors?|reviewers?|"
    r"journalists?|authors?|analysts?|experts?|specialists?|directors?|managers?|(?:co-?)?founders?|owner|"
    r"c[efmt]o|presidents?|vp|head of|chair(?:man|woman)|professors?|lecturers?|attorneys?|lawyers?|"
    r"dieti[ct]ians?|nutritionists?|physicians?|therapists?|coach(?:es)?|consultants?|educators?|engineers?|"
    r"scientists?|technologists?|researchers?|officers?|strategists?|marketers?|designers?|developers?|instructors?|"
    r"teachers?|trainers?|executives?|advisors?|assistants?|associates?|interns?|students?|"
    r"giornalist[aei]|direttor[ei]|direttric[ei]|redattor[ei]|redattric[ei]|caporedattor[ei]|inviat[oi]|"
    r"corrispondent[ei]|collaborator[ei]|collaboratric[ei]|presidente|professor[ei]|professoressa|docent[ei]|"
    r"ricercator[ei]|ricercatric[ei]|avvocat[oi]|responsabil[ei]|consulent[ei]|espert[oai]|fondator[ei]|"
    r"segretari[oa]|portavoce|addett[oa]|autor[ei]|autric[ei]"
)
# Whose one is, beside a person's name: `Mario Rossi, Politecnico di Milano`.
_BODIES = (
    r"politecnico|universit\w+|university|istituto|institut\w*|college|school|scuola|facolt\w+|department|"
    r"dipartimento|camera|regione|comune|provincia|ministero|ministry|fondazione|foundation|associazione|"
    r"association|federazione|consorzio|centro|cent(?:er|re)|laborator\w+|cluster|confindustria|ospedale|"
    r"hospital|s\.?p\.?a|s\.?r\.?l|inc|llc|ltd|gmbh"
)
_OFFICE = re.compile(rf"\b(?:{_OFFICES}|editorial (?:team|staff))\b", re.IGNORECASE)
_BODY = re.compile(rf"\b(?:{_BODIES})\b", re.IGNORECASE)
# What a person is, after a name of two words: `Keith Barry Senior Reporter`, `Anna Neri giornalista`.
_RANK = r"(?:staff|senior|guest|contributing|freelance|managing|chief|deputy|sr\.?)"
_RANKED_AFTER = re.compile(rf"(?<=\w )(\S+)\s+{_RANK} (?:\w+ )?(?:{_OFFICES})$", re.IGNORECASE)
_OFFICE_AFTER = re.compile(rf"(?<=\w )(\S+)\s+(?:{_OFFICES})(?<!s)$", re.IGNORECASE)
_LONE_OFFICE = re.compile(rf"(?:{_RANK} )*(?:{_OFFICES})", re.IGNORECASE)
# `MD`, `PhD`, `E-RYT`: what letters after a name say.
_LETTERS = re.compile(r"(?:[A-Z]\.?-?){2,6}(?: \d+)?|Ph\.?D\.?|Esq\.?|[JS]r\.?")
_ACCOUNT = re.compile(r"(?!.*admin)[a-z][a-z0-9]*(?:[._-][a-z0-9]+)?(?<=\w{4})")
# `di seguito`, `da oggi`, `a cura del cittadino`
_NO_ACCOUNT = re.compile(r"(?:di|da|a cura|autor\w+|firma|testo|articolo)\b", re.IGNORECASE)
_PLACE_AND_DAY = re.compile(r"(?:^|(?<=[;|]))\s*[A-ZÀ-Ý]\w+,\s*;")
_ADDRESS = re.compile(r"\S*@\S+\.\w+|https?://\S+|www\.\S+")
_HANDLE = re.compile(r"@\w+")
_MONTHS = "gen feb mar apr mag giu lug ago set ott nov dic jan may jun jul aug sep oct dec"
_MONTH = rf"(?:{_MONTHS.replace(' ', '|')})[a-z]*\.?"
_WEEKDAY = (
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|(?:lune|marte|mercole|giove|vener)d[iì]|"
    r"sabato|domenica)"
)
_DATE = re.compile(
    rf"\b(?:(?:on|il|del|at|alle|ore)\s+)?(?:{_WEEKDAY},?\s+)?(?:\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}}|"
    rf"\d{{1,2}}[ -]{_MONTH}(?:[ -]\d{{4}})?|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+\d{{4}})?|"
    rf"\d{{1,2}}[:.]\d{{2}}(?:\s*[ap]\.?m\b\.?)?(?:\s*(?:[A-Z]{{1,3}}T|UTC))?|(?:19|20)\d\d|"
    r"\d+ (?:min\w*|sec\w*|or[ae]|giorn[oi]|settiman[ae]|mes[ei]|ann[oi]|hours?|days?|weeks?|months?|"
    r"years?|comment\w*|h)(?: (?:fa|ago|read|di lettura))?)\b",
    re.IGNORECASE,
)
_APART = re.compile(r"\s*(?:[;|/•·⋅∙●▪–—]|\s-\s)\s*")
_AND = re.compile(r"\s+(?:e|ed|and|con|with|&)\s+")
REDAZIONE = "Redazione"
_DESK_MARKS = dict.fromkeys(
    (
        *("red", "(red)", "red.", "(red.)", "redaz", "redaz.", "(redaz.)", "redazione", "la redazione"),
        *("redazione online", "redazione web", "editorial staff"),
    ),
    REDAZIONE,
)
_DESK = re.compile(
    r"\b(?:redazion\w+|ufficio|staff|team|segreteria|agenzia|comitato|gruppo|direzione|servizio|desk|group|"
    r"editors?|editorial|office|board)\b"
)
_AGENCIES = {
    fold(name): name
    for name in (
        *("ANSA", "Adnkronos", "askanews", "AGI", "LaPresse", "Italpress", "Radiocor", "Dire"),
        *("Agenzia Nova", "Teleborsa", "LNews", "Reuters", "AFP", "Omnimilano", "Labitalia", "9Colonne"),
        *("MF-DJ", "Bloomberg"),
    )
}
# Accounts of programs and templates, and words that stand beside names.
_NOBODY = frozenset(
    [
        *("admin", "administrator", "amministratore", "adminit", "webmaster", "root", "user", "utente"),
        *("author", "autore", "staff", "editor", "superuser", "super user", "wp", "wordpress", "guest"),
        *("ospite", "anonimo", "anonymous", "none", "null", "undefined", "unknown", "sconosciuto", "n/a"),
        *("nd", "test", "web", "site", "sito", "default", "facebook", "twitter", "linkedin", "instagram"),
        *("condividi", "share", "commenti", "comments", "leggi tutto", "nessun commento", "no comments"),
        *("l'autore", "the author", "about the author", "chi e l'autore", "di", "da", "by", "written by"),
        *("updated", "last updated", "aggiornato", "follow", "segui", "paid", "sponsored", "learn more"),
        *("read more", "view", "subscribe", "contributor", "written", "scritto", "posted", "published"),
        *("insights from", "authors", "autori", "bio", "email", "print", "stampa", "comunicato stampa"),
        *("comunicati stampa", "press release", "advertisement", "pubblicita", "home", "news", "in", "on"),
        *("last update", "last modified", "ultimo aggiornamento", "ultima modifica", "fact checked", "link"),
        *("rights", "permissions", "rights & permissions", "autori vari", "share this", "ascolta", "listen"),
        *("about", "about me", "chi sono", "profile", "profilo", "account", "il mio account", "my account"),
        *("area riservata", "accedi", "login", "log in", "sign in", "registrati"),
    ]
)
_PARTICLES = frozenset(
    (
        *("de", "di", "da", "dal", "del", "della", "dei", "degli", "van", "von", "der", "den", "la", "le"),
        *("el", "al", "of", "the", "dos", "das", "bin", "ten", "ter"),
    )
)


def read_names(value: str, is_field: bool = False) -> tuple[str, ...]:
    """The people, desks and agencies that a text names, in order, once each.

    Shapes: `is_field` tells that the text stands in a field for authors, where a name is one without
        capitals too.
    """
    text = _clean(value)
    seen: dict[str, str] = {}
    for name in _names(text, is_field):
        seen.setdefault(fold(name), name)
    return tuple(seen.values())


def read_account(value: str) -> str:
    """The account by which a text is signed that names nobody: `mrossi`; empty where there is none."""
    if _NO_ACCOUNT.match(value):
        return ""
    pieces = _APART.split(_clean(value))
    parts = [_shorter(part) for piece in pieces for part in _parts(piece, is_field=False)]
    signs = [part for part in parts if part and fold(part) not in _NOBODY]
    return signs[0] if len(signs) == 1 and _ACCOUNT.fullmatch(signs[0]) else ""


def is_desk(name: str) -> bool:
    """Whether the name is that of a desk or office of a publisher, where a person may be named besides."""
    return name == REDAZIONE or _DESK.search(fold(name)) is not None


def _clean(value: str) -> str:
    """The text without days, addresses, handles and those who did something else than write."""
    text = repair(value)
    text = html_to_text(text).replace("\n", "; ") if "<" in text else one_line(text)
    if len(text) > _LONGEST_TEXT:
        return ""
    text = _HANDLE.sub("", _DATE.sub(";", _ADDRESS.sub(";", _OTHERS.sub(";", text))))
    return _BEFORE.sub("", _PLACE_AND_DAY.sub(";", text).strip(" ;"))


def is_agency(name: str) -> bool:
    """Whether the name is a news agency's or a desk's."""
    return fold(name) in _AGENCIES or name == REDAZIONE


def _names(text: str, is_field: bool) -> Iterator[str]:
    """The parts that are names: none that says what a person is or where, and no single word beside one."""
    names: list[str] = []
    for piece in _APART.split(text):
        parts = _parts(piece, is_field)
        is_told = False  # what one is, and then where: `Jane Doe, Editor, Markets Weekly`
        for part, following in zip_longest(parts, parts[1:], fillvalue=""):
            person = any(" " in name for name in names)
            is_told = person and (_is_office(part) or (is_told and not _is_office(following)))
            if not is_told:
                names += filter(None, (_name(one, is_field) for one in _AND.split(part)))
                is_told = person and part[:1].islower()
    whole = any(" " in name for name in names)
    return iter(name for name in names if not (whole and _is_word(name)))


def _is_office(part: str) -> bool:
    """Whether a part beside a person's name says what that person is, or whose."""
    is_one = _OFFICE.search(part) or _BODY.search(part) or _LETTERS.fullmatch(part)
    return fold(part) not in _AGENCIES and bool(is_one)


def _is_word(name: str) -> bool:
    """Whether a name is a single word that is no desk's and no agency's: beside a full name it is a label."""
    return " " not in name and name != REDAZIONE and fold(name) not in _AGENCIES


def _parts(piece: str, is_field: bool) -> list[str]:
    """The text at its commas, unless they turn a name round (`Rossi, Mario`)."""
    parts = [part.strip() for part in piece.split(",") if part.strip()]
    most = 3 if is_field else 1  # libraries write `Rossi, Mario Luigi`
    is_turned = (
        len(parts) == 2
        and " " not in parts[0]
        and len(parts[1].split()) <= most
        and not any(_OFFICE.search(part) or is_agency(part) for part in parts)
    )
    return [", ".join(parts)] if is_turned else parts


def _name(part: str, is_field: bool) -> str:
    """The part as a name; empty where it is none."""
    if fold(part.strip(" :")) in _NOBODY:
        return ""
    part = _shorter(part)
    mark = _DESK_MARKS.get(part.lower()) or _DESK_MARKS.get(part.lower() + ".")
    if mark:
        return mark
    # `(ANSA)` is the name, `Jane (Jay) Doe` has it within, and at the end it says whose one is.
    bare = re.sub(r"\s*\([^)]*\)?$", "", part).strip() or part.strip("() ")
    agency = _AGENCIES.get(fold(bare))
    if agency:
        return agency
    bare = _RANKED_AFTER.sub(r"\1", bare)
    if is_field:
        bare = _capital(bare) if _is_plain(bare) else bare
    else:
        bare = _OFFICE_AFTER.sub(r"\1", bare)
        if _LONE_OFFICE.fullmatch(bare):
            return ""
    return _as_printed(bare) if _is_name(bare, is_field=is_field) else ""


def _shorter(part: str) -> str:
    """The part without what leads to a name and what follows it."""
    while True:
        shorter = _AFTER.sub("", _BEFORE.sub("", part)).strip()
        if shorter == part:
            return part.strip(' \t.,:;|-–—"«»“”*→›>')
        part = shorter


def _is_plain(text: str) -> bool:
    """Whether the text is two or three words of small letters, as some sign: `anna neri`."""
    words = text.split()
    return len(words) in (2, 3) and all(w.isalpha() and w.islower() and len(w) > 2 for w in words)


def _is_name(text: str, *, is_field: bool) -> bool:
    folded = fold(text)
    if not folded or folded in _NOBODY or len(text) > _NAME_LENGTH or len(text.split()) > _NAME_WORDS:
        return False
    if re.search(r"(?:^|\s)\d|[a-z]\d|\d[a-z]|[_<>{}=?!@:]|\.\w{2,}$", text) or not re.search(
        r"[^\W\d_]{2}", text
    ):
        return False
    small = [word for word in text.split() if word.islower() and word.strip("'’") not in _PARTICLES]
    if len(small) > 1 or "by" in small:  # `See all of ...`, `Reviewed by ...`
        return False
    # `Ufficio stampa Regione Lombardia` signs, `Primo piano` and `Personal finance` are sections.
    if small and not is_field and not _DESK.search(folded):
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
