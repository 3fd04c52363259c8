"""Every text that readers of feeds and pages see, in Italian and English, and how dates are written.

Knows nothing of feeds. No locale is asked: month names are here, so that bytes are the same everywhere.
Start reading at `say`.
"""

# ruff: noqa: E501 - a text is one line, however long

from collections.abc import Mapping
from datetime import date, datetime

LANGUAGES = ("it", "en")

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
        "title.agenda": "{label}: appuntamenti e scadenze",
        "label.all": "Tutte le notizie",
        "label.it": "In italiano",
        "label.en": "In inglese",
        "label.events": "Appuntamenti",
        "label.deadlines": "Scadenze",
        "about.all": "Le notizie dei cluster tecnologici della Lombardia e di chi ne scrive, ognuna una volta sola.",
        "about.it": "Le notizie in italiano dei cluster tecnologici della Lombardia e di chi ne scrive.",
        "about.en": "Le notizie in inglese dei cluster tecnologici della Lombardia e di chi ne scrive.",
        "about.cluster": "Tutto ciò che le fonti seguite dicono di: {label}.",
        "about.topic": "Le notizie delle fonti seguite sul tema: {label}.",
        "about.source": "Le notizie pubblicate da {label}.",
        "about.events": "Convegni, fiere, corsi e incontri annunciati dalle fonti seguite.",
        "about.deadlines": "Scadenze di bandi, domande e iscrizioni annunciate dalle fonti seguite.",
        "about.agenda": "Ciò che le fonti seguite annunciano: {label}.",
        "agenda.deadline": "Scadenza: {title}",
        "agenda.online": "online",
        "agenda.source": "Fonte: {source}",
        "agenda.how": "Apri questo indirizzo: il tuo calendario si abbona (Apple, Outlook, Thunderbird).",
        "agenda.google": "In Google Calendar: «Altri calendari», «Da URL», incolla l'indirizzo.",
        "agenda.empty": "Per ora nulla in programma. L'indirizzo resta questo: ci si può già abbonare.",
        "format.ics": "Calendario",
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
        "title.agenda": "{label}: events and deadlines",
        "label.all": "All news",
        "label.it": "In Italian",
        "label.en": "In English",
        "label.events": "Events",
        "label.deadlines": "Deadlines",
        "about.all": "News of the technology clusters of Lombardy and of those who write about them, each once.",
        "about.it": "News in Italian of the technology clusters of Lombardy and of those who write about them.",
        "about.en": "News in English of the technology clusters of Lombardy and of those who write about them.",
        "about.cluster": "All that the sources followed say of: {label}.",
        "about.topic": "News of the sources followed on the topic: {label}.",
        "about.source": "News published by {label}.",
        "about.events": "Conferences, fairs, courses and meetings announced by the sources followed.",
        "about.deadlines": "Deadlines of calls, applications and registrations announced by the sources followed.",
        "about.agenda": "What the sources followed announce: {label}.",
        "agenda.deadline": "Deadline: {title}",
        "agenda.online": "online",
        "agenda.source": "Source: {source}",
        "agenda.how": "Open this address: your calendar subscribes (Apple, Outlook, Thunderbird).",
        "agenda.google": "In Google Calendar: “Other calendars”, “From URL”, paste the address.",
        "agenda.empty": "Nothing ahead for now. The address will stay: you can subscribe now.",
        "format.ics": "Calendar",
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
        "index.source": "By source",
    },
}


def say(key: str, language: str, /, **values: str) -> str:
    """The text of that key, its places filled; English for a language that is not in the catalogue.

    Raises: KeyError for a key that is not in the catalogue.
    """
    return STRINGS[language if language in STRINGS else "en"][key].format(**values)


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


def write_span(start: date | datetime, end: date | datetime | None, language: str) -> str:
    """From when to when, in words: `3 giugno 2026, ore 16:00 – 17:30`, `11 giugno 2026 – 12 giugno 2026`."""
    first = write_at(start, language) if isinstance(start, datetime) else write_day(start, language)
    if end is None or end == start:
        return first
    if isinstance(start, datetime) and isinstance(end, datetime) and start.date() == end.date():
        return say("shown.span", language, first=first, last=f"{end.hour:02}:{end.minute:02}")
    last = write_at(end, language) if isinstance(end, datetime) else write_day(end, language)
    return say("shown.span", language, first=first, last=last)
