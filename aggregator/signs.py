"""What shows that something is wrong, in words: Italian for readers of alarms, English for commands.

Knows nothing of how trouble is found. Start reading at `Sign.words`.
"""

# ruff: noqa: E501 - a text is one line, however long

from collections.abc import Mapping
from dataclasses import dataclass, field

SIGNS: Mapping[str, Mapping[str, str]] = {
    "it": {
        "failed": "nessuna visita è riuscita dal {since} UTC: {error}",
        "lost": "le ultime visite sono andate perdute: {error}",
        "refused": "{bad} delle ultime {total} pagine lette non erano articoli ({reason}); prima, {bad_before} su {total_before}",
        "silent": "nessuna novità dal {since}; fino ad allora {rate} articoli la settimana",
        "rebuilt": "un suo elenco è fatto altrimenti, ed è stato imparato da capo: {error}",
        "shrinking": "i suoi elenchi nominano {now} articoli; prima, {usual}",
        "fall": "degli ultimi {size} articoli {now} con {what}, prima {then} su {past}: si veda {url}",
        "rise": "degli ultimi {size} articoli {now} senza {what}, prima {then} su {past}: si veda {url}",
        "slow": "{now} secondi a pagina; prima, {usual}",
        "offline": "nessuna delle {count} fonti visitate per ultime si è potuta raggiungere",
        "disk": "è libero il {share} % del disco di {place}",
        "disk.full": "è libero il {share} % del disco di {place}; di questo passo è pieno il {day}",
        "a date": "una data",
        "a list": "un elenco",
        "authors": "autori",
        "an image": "un'immagine",
        "a full text": "un testo intero",
        "a date in the future": "una data nel futuro",
        "broken letters": "lettere guaste",
    },
    "en": {
        "failed": "no visit has worked since {since} UTC: {error}",
        "lost": "its last visits were lost: {error}",
        "refused": "{bad} of {total} pages fetched lately were no articles ({reason}); before, {bad_before} of {total_before}",
        "silent": "nothing new since {since}; until then {rate} articles a week",
        "rebuilt": "a list of its is built otherwise, and was learnt anew: {error}",
        "shrinking": "its lists name {now} articles; before, {usual}",
        "fall": "of the last {size} articles {now}, before {then} of {past} have {what}: look at {url}",
        "rise": "of the last {size} articles {now}, before {then} of {past} are without {what}: look at {url}",
        "slow": "{now} seconds a page; before, {usual}",
        "offline": "none of the {count} sources visited last could be reached",
        "disk": "{share} % of the disk of {place} are free",
        "disk.full": "{share} % of the disk of {place} are free; at this pace it is full on {day}",
        "a date": "a date",
        "a list": "a list",
        "authors": "authors",
        "an image": "an image",
        "a full text": "a full text",
        "a date in the future": "a date in the future",
        "broken letters": "broken letters",
    },
}


@dataclass(frozen=True, slots=True)
class Sign:
    """How a trouble is known: before and after; the same while nothing changes.

    Shapes: `what` names a field or an oddity, in English, where the sign is of one.
    """

    key: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)
    what: str = ""

    def words(self, language: str) -> str:
        """The sign as a sentence; English for a language that is not here. What a server said stays as it is."""
        comma = "," if language == "it" else "."
        told = {
            name: f"{value:.1f}".replace(".", comma) if isinstance(value, float) else value
            for name, value in self.values.items()
        }
        return _text(self.key, language).format(**told, what=name_of(self.what, language))


def name_of(what: str, language: str) -> str:
    """The field or oddity in that language; empty for none."""
    return _text(what, language) if what else ""


def _text(key: str, language: str) -> str:
    return SIGNS[language if language in SIGNS else "en"][key]
