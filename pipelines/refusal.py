"""Pages that are no article: what the server, the address or the words of a page give away.

A lost article is worse than a stored oddity: each rule wants a sign that articles do not show, and
the words count only where the page says little else. Start reading at `refuse_answer`.
"""

import re
from urllib.parse import urlsplit

from aggregator.items import Candidate, Page, RawArticle, Reason, Refused, Way
from aggregator.parked import PARKED
from aggregator.text import fold
from pipelines.address import is_root, key_of

# Error pages, login forms and consent walls say what they say in fewer words than this; an
# article *about* cookies or passwords says more.
_FEW_WORDS = 120
# With a title that is nothing but the error, help and links around it may be longer.
_MANY_WORDS = 350
# Some sites of one page are an article: dated, and longer than the teasers of a home page.
_HOME_WORDS = 300
_HEAD_BYTES = 1024
_HTML_TYPES = ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml")
_BINARY = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"RIFF",
    b"\x1f\x8b",
    b"Rar!",
    b"ID3",
)

_SOFT_404_TITLE = re.compile(
    r"^(?:(?:ops|oops|ooops|attenzione|spiacenti|siamo spiacenti|sorry|whoops|errore|"
    r"error)\b[\s!,.:-]*)?(?:"
    r"(?:http|errore|error|status)[\s:-]*(?:error )?40[34]\b.{0,40}|"
    r"40[34](?:[\s:.,|-]+(?:error|errore|not found|page|pagina|file|forbidden|oops|ops|"
    r"non trovat).{0,40})?|"
    r"(?:la |questa |the |this )?(?:pagina|page|articolo|contenuto|risorsa|documento|post|content|url)"
    r"(?: (?:che (?:stai cercando|hai richiesto|cerchi)|you (?:are|were) looking for|richiest[ao]|"
    r"requested))?"
    r"(?: (?:e stat[ao]|has been|is|was|non e|e))?"
    r" (?:non (?:e stat[ao] )?(?:trovat[ao]|disponibile|esiste|presente)|inesistente|rimoss[ao]|not found|"
    r"not available|no longer available|doesn't exist|does not exist|cannot be found|"
    r"can't be found|removed)|"
    r"non abbiamo trovato (?:la |questa )?pagina(?: .{0,30})?|(?:http )?410 gone|"
    r"we (?:couldn't|could not|can't|cannot) find (?:that|this|the) page(?: .{0,30})?|"
    r"this page (?:isn't|is not) available|"
    r"(?:not|nothing|page not|nessun(?: contenuto| risultato)?) (?:found|trovato)|non trovat[ao]"
    r")(?:\s[|-].{0,60})?\W*$"
)
_SOFT_404_TEXT = re.compile(
    r"(?:la |questa )?(?:pagina|risorsa|contenuto|articolo)(?: che (?:stai|stavi) cercando|"
    r" richiest[ao]| cercat[ao])?"
    r" (?:non (?:e stat[ao] trovat[ao]|esiste|e (?:piu )?disponibile|e (?:piu )?presente)|"
    r"e stat[ao] rimoss[ao])|"
    r"(?:the )?page (?:you (?:are|were) looking for|you requested|requested)?\s?"
    r"(?:could not be found|cannot be found|can't be found|does(?: not|n't) exist|(?:is|was) not found|"
    r"is no longer available|has been (?:re)?moved)|"
    r"it (?:seems|looks like) (?:we can't find|nothing was found)|sembra che non ci sia nulla"
)
_LOGIN_TITLE = re.compile(
    r"^(?:accedi|accesso(?: (?:riservato|utenti|soci|negato|all'area riservata))?|login|"
    r"log[- ]?in|sign[- ]?in|"
    r"entra|area (?:riservata|soci|clienti)|members? area|reserved area|autenticazione|"
    r"authentication(?: required)?|registrati|effettua (?:il login|l'accesso)|please (?:log|sign) in|"
    r"recupera (?:la )?password|password (?:dimenticata|reset))"
    r"(?: (?:soci|utenti|al (?:sito|portale|tuo \w+)|alla tua \w+|all'area .{0,30}|to (?:your|the|"
    r"my) .{0,30}))?"
    r"(?:\s*[|:»-]\s.{0,60})?\W*$"
)
# What a form asks for; an article titled `Accesso` has none of it, or other words besides.
_LOGIN_FORM = re.compile(
    r"password|nome utente|username|user name|credenzial|ricordami|remember me|codice fiscale"
)
_LOGIN_PATH = re.compile(
    r"/(?:wp-login\.php|login|log-in|signin|sign-in|accedi|accesso|user/login|auth/\w+)/?$", re.IGNORECASE
)
_CONSENT = re.compile(
    r"(?:utilizziamo|usiamo|noi e i nostri partner|prima di continuare|"
    r"we (?:and our partners )?(?:use|store)|we value"
    r" your privacy|before you continue|il tuo consenso|la tua privacy|rispettiamo la tua privacy)"
)
_CONSENT_BUTTON = re.compile(
    r"(?:accetta (?:tutt[io]|e (?:continua|chiudi|prosegui))|rifiuta(?: tutt[io])?\b|"
    r"continua senza accettare|"
    r"(?:gestisci|modifica|personalizza) (?:le )?(?:preferenze|scelte|opzioni)|accept all|reject all|"
    r"manage (?:preferences|options|choices)|i (?:accept|agree))"
)
_SERVER_TITLE = re.compile(
    r"^(?:(?:http|errore|error)[\s:-]*(?:error )?5\d\d\b.{0,40}|"
    r"50[0-4](?:[\s:.,|-]+(?:error|errore|internal|service|bad gateway|gateway|server).{0,40})?|"
    r"servizio (?:momentaneamente|temporaneamente) non disponibile|checking your browser.{0,40}|"
    r"internal server error|service (?:temporarily )?unavailable|bad gateway|gateway time-?out|"
    r"errore del server|server error|database error|errore (?:di connessione al|del) database|"
    r"errore nello stabilire una connessione al database|error establishing a database connection|"
    r"wordpress.{0,5}(?:errore|error)|fatal error|apache2? .{0,30}default page.{0,20}|welcome to nginx|"
    r"index of /.*|it works|(?:sito |site )?(?:in manutenzione|under (?:maintenance|construction)|"
    r"in costruzione)|"
    r"maintenance(?: mode)?|account suspended|just a moment|attention required!?(?: \| cloudflare)?|"
    r"access (?:denied|to this page has been denied)|accesso (?:negato|bloccato)|"
    r"are you (?:a )?(?:human|robot)|verifica di sicurezza|security check|pardon our interruption|"
    r"request (?:unsuccessful|rejected|blocked)|ddos-guard|coming soon|(?:403 )?forbidden|"
    r"bot verification|captcha)\W*$"
)
_ARTICLE_KIND = re.compile(r"(?:article|posting|report|pressrelease|interview|review|event)$", re.IGNORECASE)
_LIST_KIND = re.compile(r"^(?:CollectionPage|SearchResultsPage|ProfilePage|ItemList|profile)$")
# The zero of a program's clock, which Hugo gives to pages without a date.
_YEAR_ONE = re.compile(r"\b0001\b")
# What sites say of themselves, by the last part of the address; a sitemap lists it like all else.
_STATIC_PATH = re.compile(
    r"/(?:chi-siamo|about(?:-us)?|contatti|contatta(?:ci)?|contacts?(?:-us)?|privacy(?:-policy)?|cookies?(?:-policy)?|"
    r"informativa-privacy|note-legali|legal(?:-notes?|-notice)?|termini-e-condizioni|terms(?:-of-(?:use|service))?|"
    r"mappa-del-sito|site-?map|credits|dove-siamo|lavora-con-noi|statuto|organigramma|faq|accessibilita|"
    r"amministrazione-trasparente)(?:-\d)?(?:\.html?|\.php)?/?$",
    re.IGNORECASE,
)
_LIST_PATH = re.compile(
    r"(?:/(?:tags?|category|categoria|categorie|categories|author|autore|autori|authors|topics?|"
    r"argoment[oi])/[^/]+"
    r"(?:/page/\d+)?|/page/\d+|/(?:search|cerca|ricerca))/?$",
    re.IGNORECASE,
)


def refuse_answer(page: Page, candidate: Candidate) -> Refused | None:
    """Why the server's answer cannot hold an article, before anything is read; None if it can."""
    if page.status in (404, 410):
        return Refused(page.url, Reason.NOT_FOUND, f"HTTP {page.status}")
    if not 200 <= page.status < 300:
        return Refused(page.url, Reason.ERROR, f"HTTP {page.status}")
    if candidate.is_full_text and candidate.content:
        return None
    if not page.body.strip():
        if candidate.way is Way.IMPORT:
            return None
        return Refused(page.url, Reason.EMPTY, "no bytes")
    kind = (page.header("content-type") or "").partition(";")[0].strip().lower()
    if page.body.startswith(_BINARY):
        return Refused(page.url, Reason.NOT_HTML, kind or "binary")
    if kind and kind not in _HTML_TYPES and b"<html" not in page.body[:_HEAD_BYTES].lower():
        return Refused(page.url, Reason.NOT_HTML, kind)
    return _refuse_redirect(page)


def _refuse_redirect(page: Page) -> Refused | None:
    """Sites send what they no longer have to their home page, and what they hide to their login."""
    if not page.requested_url or page.requested_url == page.url:
        return None
    if is_root(page.url) and not is_root(page.requested_url):
        return Refused(page.url, Reason.SOFT_404, f"{page.requested_url} was sent to the home page")
    path = urlsplit(page.url).path
    if _LOGIN_PATH.search(path) and not _LOGIN_PATH.search(urlsplit(page.requested_url).path):
        return Refused(page.url, Reason.LOGIN, f"{page.requested_url} was sent to {path}")
    return None


def refuse_article(raw: RawArticle, title: str, candidate: Candidate) -> Refused | None:
    """Why what was read is no article; None if it may be one. `title` is the chosen one, or ''."""
    if candidate.way is Way.IMPORT and not candidate.content and title:
        return None  # a person says that it is an article; its text is elsewhere
    text = raw.body.text if raw.body else ""
    count = len(text.split())
    # Not the headings: a form in a corner of the page has one of its own.
    stated = [fold(found.value) for found in raw.title if found.where.startswith(("page:title", "meta:og"))]
    return (
        _refuse_words([fold(title), *stated], fold(text) if count <= _MANY_WORDS else "", count, raw)
        or _refuse_list(raw, count, candidate)
        or _refuse_nothing(raw, title, count, candidate)
    )


def could_be_refused(title: str, text: str) -> bool:
    """Whether more words beside those of the text might refuse what they alone do not."""
    return len(text.split()) <= _FEW_WORDS or _LOGIN_TITLE.match(fold(title)) is not None


def _refuse_words(titles: list[str], text: str, count: int, raw: RawArticle) -> Refused | None:
    """Pages that say in words that they are something else."""
    if count > _MANY_WORDS:
        return None
    asks = count <= _FEW_WORDS // 6 or _LOGIN_FORM.search(text)
    for reason, pattern in (
        (Reason.SOFT_404, _SOFT_404_TITLE),
        *([(Reason.LOGIN, _LOGIN_TITLE)] if asks else []),
        (Reason.ERROR, _SERVER_TITLE),
    ):
        # The page's own first title, or another while the page is short: `<title>` may be left over.
        for title in titles if count <= _FEW_WORDS and reason is not Reason.LOGIN else titles[:1]:
            if title and pattern.match(title):
                return Refused(raw.url, reason, f"titled {title[:80]!r}")
    if count > _FEW_WORDS or is_article_kind(raw):
        return None
    for reason, pattern in ((Reason.SOFT_404, _SOFT_404_TEXT), (Reason.PARKED, PARKED)):
        match = pattern.search(text) or (pattern.search(titles[0]) if count < _FEW_WORDS // 4 else None)
        if match:
            return Refused(raw.url, reason, f"says {match[0][:80]!r}")
    consent = _CONSENT.search(text)
    if consent and _CONSENT_BUTTON.search(text) and "cookie" in text:
        return Refused(raw.url, Reason.CONSENT, f"says {consent[0][:80]!r}")
    return None


def _refuse_list(raw: RawArticle, count: int, candidate: Candidate) -> Refused | None:
    """Home pages and lists: by their address, or by what they say they are and have no text."""
    stated = (candidate.published or "", *(found.value for found in raw.published))
    is_dated = any(text and not _YEAR_ONE.search(text) for text in stated)
    if not is_dated and _STATIC_PATH.search(urlsplit(raw.url).path):
        return Refused(raw.url, Reason.NOT_ARTICLE, "the address is a static page's, and no date is stated")
    if is_article_kind(raw) and count:  # programs call such pages articles, too
        return None
    if is_root(raw.url) and (count < _HOME_WORDS or not raw.published):
        return Refused(raw.url, Reason.NOT_ARTICLE, "the home page")
    kind = next((found for found in raw.kind if _LIST_KIND.match(found.value)), None)
    if kind is not None:
        return Refused(raw.url, Reason.NOT_ARTICLE, f"{kind.where} is {kind.value}")
    if _LIST_PATH.search(urlsplit(raw.url).path) and not candidate.published and not raw.published:
        return Refused(raw.url, Reason.NOT_ARTICLE, "the address is a list's")
    if candidate.listed_at and key_of(candidate.listed_at) == key_of(raw.url):
        return Refused(raw.url, Reason.NOT_ARTICLE, "the list that it was read from")
    return None


def _refuse_nothing(raw: RawArticle, title: str, count: int, candidate: Candidate) -> Refused | None:
    """Pages without a title, or without any word of their own that an article's page would have."""
    if not title:
        return Refused(raw.url, Reason.NO_TITLE, "no title but the site's")
    if count or candidate.summary or candidate.content:
        return None
    # A gallery or a video has a teaser in its head and no text; so has a list.
    if raw.summary and (is_article_kind(raw) or raw.published):
        return None
    return Refused(raw.url, Reason.EMPTY, "no text, and nothing says that it is an article")


def is_article_kind(raw: RawArticle) -> bool:
    """Whether the page calls itself an article, in JSON-LD or OpenGraph."""
    return any(_ARTICLE_KIND.search(found.value.strip()) for found in raw.kind)
