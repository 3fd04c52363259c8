"""What readers of the site see beyond feeds, in Italian and English.

Knows nothing of pages. Start reading at `say`, which knows the texts of feeds as well.
"""

from collections.abc import Mapping

from aggregator.feeds import strings

TEXTS: Mapping[str, Mapping[str, str]] = {
    "it": {
        "search.title": "Cerca nelle notizie dei cluster tecnologici lombardi",
        "search.feed": "Ricerca: {query}",
        "search.about": "Le notizie che rispondono alla ricerca: {query}",
    },
    "en": {
        "search.title": "Search the news of the Lombardy Technology Clusters",
        "search.feed": "Search: {query}",
        "search.about": "The news that this search finds: {query}",
    },
}


def say(key: str, language: str, /, **values: str) -> str:
    """The text of that key, its places filled; English for a language that there is not.

    Raises: KeyError for a key that neither catalogue has.
    """
    texts = TEXTS[language if language in TEXTS else "en"]
    return texts[key].format(**values) if key in texts else strings.say(key, language, **values)
