"""The language an article's text is written in, whatever its template or its publisher says.

Knows nothing of pages: a title, a text and what was declared go in. The commonest words decide;
a trained model is loaded only for a text that they leave open. Start reading at `choose_language`.
"""

import re
from functools import lru_cache
from typing import Any

from aggregator.items import Evidence, Found
from aggregator.text import words

# What articles at Italian sites may be written in, so that a model of a hundred languages does
# not hear Latin, Occitan or Corsican in short Italian texts.
_PLAUSIBLE = tuple("it en fr de es pt ca ro nl sl hr sq pl ru uk zh ar".split())  # noqa: SIM905 - one line reads best
# Words that no text does without, by language; those that two languages share stand in both.
_COMMON = {
    language: frozenset(words(text))
    for language, text in {
        "it": "il lo la i gli le un uno una di a da in con su per tra fra del dello della dei degli "
        "delle al allo alla ai agli alle dal dalla dai dalle nel nella nei negli nelle sul sulla "
        "sui sulle e è che non si sono ha hanno anche come più ma o se questo questa questi dopo "
        "prima ed all dell nell dall sull l d c stato essere sarà tutti loro suo sua dove quando "
        "già ogni sia",
        "en": "the a an of to in on for with at by from and or is are was were be been has have had "
        "will would can that this these those it its as not but which who their they we our you "
        "more than also into over about after between through all new his her he she i",
        "fr": "le la les un une des de du d l au aux à en dans sur pour par avec et ou est sont a ont "
        "été être que qui ne pas se ce cette ces son sa ses leur plus mais comme il elle nous "
        "vous ils",
        "de": "der die das den dem des ein eine einen einem einer und oder ist sind war wird werden hat "
        "haben von zu zum zur mit auf für im in an bei aus nach über auch nicht sich als wie dass "
        "es sie er wir ihr",
        "es": "el la los las un una unos de del a al en con por para y o es son fue ha han que no se su "
        "sus como más pero este esta estos entre sobre también lo le ya desde",
        "pt": "o a os as um uma de do da dos das em no na nos nas ao à por para com e ou é são foi tem "
        "que não se seu sua como mais mas este esta entre sobre também pelo pela",
    }.items()
}  # fmt: skip
# Of 300 words an Italian text has 120 common ones; twice as many change no decision.
_READ_WORDS = 300
# A text may begin with a table or a list of names.
_MORE_WORDS = 1500
_ENOUGH_HITS = 5
_ENOUGH_SHARE = 0.2
_CLEAR_LEAD = 1.5
_MANY_HITS, _WIDE_LEAD = 20, 2.5
# Under this many words the model is right less often than the page's own word.
_FEW_WORDS = 8
_SURE = 0.9
_CODE = re.compile(r"([a-z]{2,3})(?:[-_.].*)?$")
_LONG_CODES = {
    "ita": "it",
    "eng": "en",
    "fra": "fr",
    "fre": "fr",
    "deu": "de",
    "ger": "de",
    "spa": "es",
    "por": "pt",
}


def choose_language(title: str, text: str, declared: tuple[Found, ...], usual: tuple[str, ...]) -> Evidence:
    """The language as Evidence whose `chosen` is its two-letter code.

    `declared` is what page and way say, best first; `usual` the source's languages. A clear text
    overrules both. Shapes: `chosen` is None only where nothing is known.
    """
    told = words(title) + words(text)
    hints = tuple(Found(code, found.where) for found in declared if (code := language_code(found.value)))
    spoken, is_clear = _by_common_words(told[:_READ_WORDS])
    if not is_clear and len(told) > _READ_WORDS:
        spoken, is_clear = _by_common_words(told[:_MORE_WORDS])
    sample = told[:_READ_WORDS]
    if is_clear:
        return Evidence("language", Found(spoken, "page:text"), _others(spoken, hints), "common words")
    if hints and hints[0].value == spoken:
        return Evidence("language", hints[0], _others(spoken, hints), "declared, and the words agree")
    if len(sample) >= _FEW_WORDS or not (hints or usual):
        code, sureness = _by_model(" ".join(sample))
        if sureness >= _SURE:
            return Evidence("language", Found(code, "page:text"), _others(code, hints), "letters")
    if hints:
        return Evidence(
            "language", hints[0], _others(hints[0].value, hints), "declared; the text is too short"
        )
    if usual:
        return Evidence(
            "language", Found(usual[0], "catalogue:languages"), (), "the source's; nothing else says"
        )
    return Evidence("language", None, (), "nothing says")


def language_code(declared: str) -> str:
    """The two-letter code of `it-IT`, `en_GB.utf8` or `ita`; empty for what is none."""
    match = _CODE.match(declared.strip().lower())
    if not match:
        return ""
    code = _LONG_CODES.get(match[1], match[1])
    return code if len(code) == 2 else ""


def _others(chosen: str, hints: tuple[Found, ...]) -> tuple[Found, ...]:
    return tuple(found for found in hints if found.value != chosen)


def _by_common_words(sample: list[str]) -> tuple[str, bool]:
    """The language whose common words lead in the sample, empty if none does, and whether clearly."""
    hits = sorted(
        ((sum(word in common for word in sample), language) for language, common in _COMMON.items()),
        reverse=True,
    )
    (best, language), (second, _) = hits[:2]
    is_clear = best >= _ENOUGH_HITS and best >= _ENOUGH_SHARE * len(sample) and best >= _CLEAR_LEAD * second
    # A list of names and figures has few common words, and they are all of one language.
    is_clear = is_clear or (best >= _MANY_HITS and best * 10 >= len(sample) and best >= _WIDE_LEAD * second)
    return (language if best > second else ""), is_clear


def _by_model(text: str) -> tuple[str, float]:
    if not text.strip("0123456789 "):
        return "", 0.0
    code, sureness = _model().classify(text)
    return str(code), float(sureness)


@lru_cache(maxsize=1)
def _model() -> Any:  # noqa: ANN401  py3langid has no types
    # 0.8 s and 100 MB (measured with py3langid 0.4): only once a text needs it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages(_PLAUSIBLE)
    return model
