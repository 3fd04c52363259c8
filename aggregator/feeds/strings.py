"""Every text that readers of feeds and pages see, in Italian and English, and how dates are written.

Knows nothing of feeds. No locale is asked: month names are here, so that bytes are the same everywhere.
Start reading at `say`.
"""

# ruff: noqa: E501 - a text is one line, however long

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

LANGUAGES = ("it", "en")

# ISO 639-1. A tag that no list has makes a feed invalid, and tells nobody anything.
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da "
    "de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz "
    "ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln "
    "lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi "
    "pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti "
    "tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
_KNOWN = frozenset(_CODES.split())
_TAG = re.compile(r"([a-z]{2})(?:-[a-z0-9]{2,8})*")

_MONTHS: Mapping[str, tuple[str, ...]] = {
    "it": (
        "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno",
        "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip

STRINGS: Mapping[str, Mapping[str, str]] = {
    "it": {
        "publisher": "Aggregatore dei cluster tecnologici lombardi",
        "title.all": "Cluster tecnologici lombardi: tutte le notizie",
        "title.it": "Cluster tecnologici lombardi: notizie in italiano",
        "title.en": "Cluster tecnologici lombardi: notizie in inglese",
        "title.cluster": "{label}: notizie",
        "title.topic": "{label}: notizie dai cluster lombardi",
        "title.source": "{label}",
        "title.events": "Cluster tecnologici lombardi: appuntamenti",
        "title.deadlines": "Cluster tecnologici lombardi: scadenze",
        "title.stories": "Cluster tecnologici lombardi: le storie, fonte per fonte",
        "title.corrections": "Cluster tecnologici lombardi: rettifiche",
        "title.operator": "Aggregatore: avvisi per chi lo gestisce",
        "title.saved": "{label}",
        "title.agenda": "{label}: appuntamenti e scadenze",
        "label.all": "Tutte le notizie",
        "label.it": "In italiano",
        "label.en": "In inglese",
        "label.events": "Appuntamenti",
        "label.deadlines": "Scadenze",
        "label.stories": "Storie",
        "label.corrections": "Rettifiche",
        "label.operator": "Avvisi",
        "about.all": "Le notizie dei cluster tecnologici della Lombardia e di chi ne scrive, ognuna una volta sola.",
        "about.it": "Le notizie in italiano dei cluster tecnologici della Lombardia e di chi ne scrive.",
        "about.en": "Le notizie in inglese dei cluster tecnologici della Lombardia e di chi ne scrive.",
        "about.cluster": "Tutto ciò che le fonti seguite dicono di: {label}.",
        "about.topic": "Le notizie delle fonti seguite sul tema: {label}.",
        "about.source": "Le notizie pubblicate da {label}.",
        "about.events": "Convegni, fiere, corsi e incontri annunciati dalle fonti seguite.",
        "about.deadlines": "Scadenze di bandi, domande e iscrizioni annunciate dalle fonti seguite.",
        "about.stories": "Ogni notizia una volta sola, con tutti coloro che la raccontano.",
        "about.corrections": "Gli articoli di cui la fonte ha cambiato il titolo, la data o la sostanza.",
        "about.operator": "Fonti che tacciono o non rispondono, e altro che chiede attenzione.",
        "about.saved": "Le notizie che rispondono a una ricerca salvata: {label}.",
        "about.agenda": "Ciò che le fonti seguite annunciano: {label}.",
        "agenda.deadline": "Scadenza: {title}",
        "agenda.online": "online",
        "agenda.source": "Fonte: {source}",
        "agenda.withdrawn": "Appuntamento ritirato",
        "agenda.how": "Apri questo indirizzo: il tuo calendario si abbona (Apple, Outlook, Thunderbird).",
        "agenda.google": "In Google Calendar: «Altri calendari», «Da URL», incolla l'indirizzo.",
        "agenda.empty": "Per ora nulla in programma. L'indirizzo resta questo: ci si può già abbonare.",
        "format.ics": "Calendario",
        "event.when": "Quando: {when}.",
        "event.where": "Dove: {where}.",
        "event.cancelled": "Annullato: {title}",
        "story.members": "Chi ne scrive:",
        "story.also": "Ne scrivono anche: {sources}.",
        "review.subject": "Rassegna del {date}: {label}",
        "review.period": "Ciò che è arrivato dal {first} al {last}.",
        "change.title": "Rettifica: {title}",
        "change.was": "Il titolo era: «{title}».",
        "change.text": "Il testo dice altro.",
        "change.day": "La data di pubblicazione era: {day}.",
        "alarm.over": "Risolto: {title}",
        "alarm.more": "{title} (e altri {count} avvisi)",
        "ailment.certificate": "{name}: il certificato non è valido",
        "ailment.forbidden": "{name}: accesso negato",
        "ailment.moved": "{name}: il sito si è trasferito",
        "ailment.parked": "{name}: al posto del sito c'è un dominio parcheggiato",
        "ailment.unreachable": "{name}: il sito non risponde",
        "ailment.failing": "{name}: non si riesce a leggere il sito",
        "ailment.soft_404": "{name}: pagine d'errore al posto degli articoli",
        "ailment.refused": "{name}: pagine che non sono articoli",
        "ailment.silent": "{name}: nessuna novità da troppo tempo",
        "ailment.shrinking": "{name}: gli elenchi nominano meno articoli di prima",
        "ailment.drifting": "{name}: negli articoli non si trova più un campo ({what})",
        "ailment.odd": "{name}: qualcosa non torna negli articoli ({what})",
        "ailment.slow": "{name}: il sito è diventato lento",
        "ailment.offline": "Nessun sito raggiungibile: la rete di questa macchina non va?",
        "ailment.disk": "Il disco si sta riempiendo",
        "ailment.run": "Da provare: {command}",
        "untitled": "Senza titolo",
        "rights.feed": "I diritti sui testi sono delle rispettive fonti.",
        "rights.item": "I diritti sono di {source}.",
        "language.it": "Italiano",
        "language.en": "Inglese",
        "date.unknown": "data di pubblicazione sconosciuta: è quella della prima lettura",
        "date.month": "della data di pubblicazione è noto solo il mese",
        "date.year": "della data di pubblicazione è noto solo l'anno",
        "shown.unknown": "senza data, letto il {date}",
        "shown.at": "{date}, ore {time}",
        "shown.span": "{first} – {last}",
        "page.skip": "Vai alle notizie",
        "page.back": "Tutti i feed",
        "page.subscribe": "Abbonati",
        "page.how": "Copia uno di questi indirizzi nel tuo lettore di notizie (Feedly, Inoreader, Thunderbird, NetNewsWire).",
        "page.outlook": "In Outlook: tasto destro su «Feed RSS», «Aggiungi nuovo feed RSS», incolla l'indirizzo RSS.",
        "page.news": "Notizie",
        "page.empty": "Ancora nessuna notizia. L'indirizzo resta questo: ci si può già abbonare.",
        "page.older": "Notizie precedenti",
        "page.by": "di {authors}",
        "page.translation": "Anche in: {language}",
        "page.policy": "Titoli e sommari sono delle fonti, a cui ogni titolo rimanda.",
        "page.updated": "Ultimo cambiamento: {date}",
        "index.title": "Notizie dei cluster tecnologici lombardi",
        "index.intro": "Scegli un feed: la pagina per leggerlo, o l'indirizzo da dare al tuo lettore di notizie.",
        "index.opml": "Tutti i feed in un file OPML",
        "index.main": "Tutti gli argomenti",
        "index.calendar": "Calendari",
        "index.cluster": "Per cluster",
        "index.topic": "Per tema",
        "index.saved": "Ricerche salvate",
        "index.source": "Per fonte",
    },
    "en": {
        "publisher": "Aggregator of the Lombardy Technology Clusters",
        "title.all": "Lombardy Technology Clusters: all news",
        "title.it": "Lombardy Technology Clusters: news in Italian",
        "title.en": "Lombardy Technology Clusters: news in English",
        "title.cluster": "{label}: news",
        "title.topic": "{label}: news from the Lombardy clusters",
        "title.source": "{label}",
        "title.events": "Lombardy Technology Clusters: events",
        "title.deadlines": "Lombardy Technology Clusters: deadlines",
        "title.stories": "Lombardy Technology Clusters: stories, source by source",
        "title.corrections": "Lombardy Technology Clusters: corrections",
        "title.operator": "Aggregator: notices for its operator",
        "title.saved": "{label}",
        "title.agenda": "{label}: events and deadlines",
        "label.all": "All news",
        "label.it": "In Italian",
        "label.en": "In English",
        "label.events": "Events",
        "label.deadlines": "Deadlines",
        "label.stories": "Stories",
        "label.corrections": "Corrections",
        "label.operator": "Notices",
        "about.all": "News of the technology clusters of Lombardy and of those who write about them, each once.",
        "about.it": "News in Italian of the technology clusters of Lombardy and of those who write about them.",
        "about.en": "News in English of the technology clusters of Lombardy and of those who write about them.",
        "about.cluster": "All that the sources followed say of: {label}.",
        "about.topic": "News of the sources followed on the topic: {label}.",
        "about.source": "News published by {label}.",
        "about.events": "Conferences, fairs, courses and meetings announced by the sources followed.",
        "about.deadlines": "Deadlines of calls, applications and registrations announced by the sources followed.",
        "about.stories": "Each piece of news once, with all who tell it.",
        "about.corrections": "Articles of which the source has changed title, date or substance.",
        "about.operator": "Sources that are silent or do not answer, and what else asks for attention.",
        "about.saved": "News that answers a saved search: {label}.",
        "about.agenda": "What the sources followed announce: {label}.",
        "agenda.deadline": "Deadline: {title}",
        "agenda.online": "online",
        "agenda.source": "Source: {source}",
        "agenda.withdrawn": "Withdrawn",
        "agenda.how": "Open this address: your calendar subscribes (Apple, Outlook, Thunderbird).",
        "agenda.google": "In Google Calendar: “Other calendars”, “From URL”, paste the address.",
        "agenda.empty": "Nothing ahead for now. The address will stay: you can subscribe now.",
        "format.ics": "Calendar",
        "event.when": "When: {when}.",
        "event.where": "Where: {where}.",
        "event.cancelled": "Cancelled: {title}",
        "story.members": "Who tells it:",
        "story.also": "Also told by: {sources}.",
        "review.subject": "Press review, {date}: {label}",
        "review.period": "What arrived from {first} to {last}.",
        "change.title": "Corrected: {title}",
        "change.was": "The title was: “{title}”.",
        "change.text": "The text says something else.",
        "change.day": "The date of publication was: {day}.",
        "alarm.over": "Solved: {title}",
        "alarm.more": "{title} (and {count} more)",
        "ailment.certificate": "{name}: the certificate is not valid",
        "ailment.forbidden": "{name}: access denied",
        "ailment.moved": "{name}: the site has moved",
        "ailment.parked": "{name}: a parked domain stands in the site's place",
        "ailment.unreachable": "{name}: the site does not answer",
        "ailment.failing": "{name}: the site cannot be read",
        "ailment.soft_404": "{name}: error pages in place of articles",
        "ailment.refused": "{name}: pages that are no articles",
        "ailment.silent": "{name}: nothing new for too long",
        "ailment.shrinking": "{name}: its lists name fewer articles than before",
        "ailment.drifting": "{name}: a field is no longer found in articles ({what})",
        "ailment.odd": "{name}: something is odd in articles ({what})",
        "ailment.slow": "{name}: the site has become slow",
        "ailment.offline": "No site can be reached: is this machine's network down?",
        "ailment.disk": "The disk is filling up",
        "ailment.run": "To try: {command}",
        "untitled": "Untitled",
        "rights.feed": "Rights in the texts belong to their sources.",
        "rights.item": "Rights belong to {source}.",
        "language.it": "Italian",
        "language.en": "English",
        "date.unknown": "publication date unknown: this is when it was first read",
        "date.month": "only the month of publication is known",
        "date.year": "only the year of publication is known",
        "shown.unknown": "undated, read on {date}",
        "shown.at": "{date}, {time}",
        "shown.span": "{first} – {last}",
        "page.skip": "Skip to the news",
        "page.back": "All feeds",
        "page.subscribe": "Subscribe",
        "page.how": "Copy one of these addresses into your news reader (Feedly, Inoreader, Thunderbird, NetNewsWire).",
        "page.outlook": "In Outlook: right-click “RSS Feeds”, “Add a New RSS Feed”, paste the RSS address.",
        "page.news": "News",
        "page.empty": "No news yet. The address will stay: you can subscribe now.",
        "page.older": "Older news",
        "page.by": "by {authors}",
        "page.translation": "Also in: {language}",
        "page.policy": "Titles and summaries belong to the sources that each title leads to.",
        "page.updated": "Last change: {date}",
        "index.title": "News of the Lombardy Technology Clusters",
        "index.intro": "Choose a feed: its page to read, or the address for your news reader.",
        "index.opml": "All feeds in one OPML file",
        "index.main": "All subjects",
        "index.calendar": "Calendars",
        "index.cluster": "By cluster",
        "index.topic": "By topic",
        "index.saved": "Saved searches",
        "index.source": "By source",
    },
}


def say(key: str, language: str, /, **values: str) -> str:
    """The text of that key, its places filled; English for a language that is not in the catalogue.

    Raises: KeyError for a key that is not in the catalogue.
    """
    return STRINGS[language if language in STRINGS else "en"][key].format(**values)


def language_tag(code: str) -> str:
    """A language tag as BCP 47 has it; empty for what is not one, or names a language nobody knows."""
    match = _TAG.fullmatch(code.lower())
    return match[0] if match and match[1] in _KNOWN else ""


def write_day(day: date, language: str) -> str:
    """The day in words: `11 marzo 2024`, `11 March 2024`."""
    months = _MONTHS.get(language, _MONTHS["en"])
    return f"{day.day} {months[day.month - 1]} {day.year}"


def write_month(day: date, language: str) -> str:
    """The month in words: `marzo 2024`."""
    months = _MONTHS.get(language, _MONTHS["en"])
    return f"{months[day.month - 1]} {day.year}"


def write_at(at: datetime, language: str) -> str:
    """Day and minute in words, in the zone that `at` carries: `11 marzo 2024, ore 15:40`."""
    return say("shown.at", language, date=write_day(at, language), time=f"{at.hour:02}:{at.minute:02}")


def write_rfc3339(at: datetime) -> str:
    """The instant in UTC with `Z`: `2024-03-11T14:40:00Z`, with a fraction where it has one."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def write_span(start: date | datetime, end: date | datetime | None, language: str) -> str:
    """From when to when, in words: `3 giugno 2026, ore 16:00 – 17:30`, `11 giugno 2026 – 12 giugno 2026`."""
    first = write_at(start, language) if isinstance(start, datetime) else write_day(start, language)
    if end is None or end == start:
        return first
    if isinstance(start, datetime) and isinstance(end, datetime) and start.date() == end.date():
        return say("shown.span", language, first=first, last=f"{end.hour:02}:{end.minute:02}")
    last = write_at(end, language) if isinstance(end, datetime) else write_day(end, language)
    return say("shown.span", language, first=first, last=last)
