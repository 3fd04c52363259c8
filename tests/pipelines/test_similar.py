"""Words, facts and likeness: what makes two texts one article, in two languages."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dedupe import Nearby, decide_near, sketch
from pipelines.facts import replaced
from pipelines.similar import compare
from pipelines.translate import features, likeness
from pipelines.wording import Wording

NONE: frozenset[str] = frozenset()
TEXT = (
    "Il consorzio di Treviglio apre lunedì 9 marzo un laboratorio per le batterie al sodio. Vi lavoreranno "
    "14 ricercatori, diretti da Elvira Monti, su due linee che la Regione paga con 5,2 milioni di euro."
)


def told(text: str, title: str = "Un laboratorio per le batterie", language: str = "it") -> Wording:
    return Wording(title, text, language, "uno", date(2026, 3, 9))


def refusal(one: str, other: str) -> str:
    like = compare(told(one), told(other), {})
    assert like is not None
    return like.refusal


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("14 ricercatori", "17 ricercatori", "number"),
        ("5,2 milioni", "7,2 milioni", "number"),
        ("9 marzo", "9 aprile", "date"),
        ("lunedì", "martedì", "date"),
        ("Elvira Monti", "Sandro Ghezzi", "name"),
        ("14 ricercatori", "quattordici ricercatori", ""),
        ("5,2 milioni", "milioni", ""),
        ("Elvira Monti", "Elvira Montti", ""),
        ("due linee", "due nuove linee", ""),
        ("laboratorio", "centro", ""),
        ("al sodio", "al sodio, 300 in un anno,", ""),
    ],
)
def test_what_is_replaced_refuses_what_is_added_does_not(old: str, new: str, says: str) -> None:
    why = refusal(TEXT.replace(old, new), TEXT)
    assert says in why
    assert bool(says) == bool(why)


def test_a_title_of_the_same_mould_with_another_number_refuses() -> None:
    one, other = told(TEXT, "Bando 2025: le domande"), told(TEXT, "Bando 2026: le domande")
    like = compare(one, other, {})
    assert like is not None
    assert "title" in like.refusal


def test_texts_with_nothing_in_common_are_not_compared() -> None:
    assert (
        compare(told(TEXT), told("Tutt'altra notizia, che parla di vacche e di formaggi d'alpeggio."), {})
        is None
    )


def test_numbers_are_the_same_however_they_are_written() -> None:
    one = told("Sono 1.500 aziende e nove atenei, cioè 3,5 volte tanto")
    other = told("Sono 1500 aziende e 9 atenei, cioè 3,5 volte tanto")
    assert one.words == other.words


def test_apostrophes_do_not_part_words() -> None:
    assert told("Dell’innovazione e della citta'").words == told("dellinnovazione e della città").words


def test_replaced_needs_facts_on_both_sides() -> None:
    assert replaced(["12"], [], (NONE, NONE), (NONE, NONE), "it") == ""
    assert replaced(["12"], ["12", "13"], (NONE, NONE), (NONE, NONE), "it") == ""
    assert "13" in replaced(["12"], ["13"], (NONE, NONE), (NONE, NONE), "it")


def test_the_copy_with_most_of_it_wins_and_of_equals_the_nearest() -> None:
    cut = told(TEXT[: len(TEXT) // 2])
    late = Wording(cut.title, TEXT, "it", "due", date(2026, 3, 20))
    near = [Nearby(1, 1, late), Nearby(2, 2, told(TEXT)), Nearby(3, 3, told("Altro " + TEXT[150:]))]
    match = decide_near(cut, near[:2][::-1], lambda _group: {})
    assert match is not None
    assert match.entry_id == 2


SHARED = (
    "Il progetto prevede tre fasi, dall'analisi dei fabbisogni alla prova in officina e alla diffusione dei "
    "risultati. Il bando finanzia macchine, formazione e consulenza per le reti di impresa della provincia."
)
REORDERED = ". ".join(reversed(SHARED.split(". ")))


@pytest.mark.parametrize(("rarity", "is_near"), [(1.0, True), (0.5, True), (0.1, False)])
def test_sentences_that_many_others_have_make_no_copy(rarity: float, is_near: bool) -> None:
    there = replace(told(f"La rete di Erba apre il suo bando. {SHARED}", "Il bando"), source_id="due")
    here = told(f"Da Como un altro bando per tutti. {REORDERED}", "Le reti di impresa")
    weights = dict.fromkeys(sketch(here).probes, rarity)
    found = decide_near(here, [Nearby(1, 1, there)], lambda _: weights)
    assert (found is not None) is is_near


def test_features_are_the_same_in_both_languages() -> None:
    italian = features(told("A Milano il 9 maggio, giovedì, un'innovazione da 2,5 milioni"))
    english = features(told("In Milan on 9 May, Thursday, an innovation worth 2.5 million", "", "en"))
    assert {"#9", "#2.5", "m5", "w4", "=milano", "~inova"} <= italian.keys() & english.keys()


@pytest.mark.parametrize(
    ("italian", "english", "facts", "clash"),
    [
        ("dalle 14.30 alle 17.00", "from 2.30 pm to 5 p.m.", 3, 0),
        ("alle 16:00 e alle 0.05", "at 4:00 p. m. and 12:05 a.m.", 3, 0),
        ("ore 12, 9 e 21.15", "12 pm, 9am, 9:15pm", 3, 0),
        ("ore 10.00", "at 10", 1, 0),
        ("il 14 giugno, ore 14.00", "on June 14, 3 pm", 2, 1),
        ("il 14 giugno", "on June 2, 2 pm", 2, 0),
    ],
)
def test_times_of_day_are_the_same_by_either_clock(
    italian: str, english: str, facts: int, clash: int
) -> None:
    like = likeness(told(italian), told(english, "", "en"))
    assert (like.facts, like.clash) == (facts, clash)


def test_another_number_in_a_translation_is_counted() -> None:
    english = (
        "Sodium battery lab opens in Treviglio on Monday 9 March with {} researchers led by Elvira Monti"
    )
    right, wrong = told(english.format(14), "", "en"), told(english.format(17), "", "en")
    assert likeness(right, told(TEXT)).clash == 0
    assert likeness(wrong, told(TEXT)).clash == 1
    assert likeness(right, told(TEXT)).score > likeness(wrong, told(TEXT)).score


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(("it", "en", "de", "")))
def test_no_text_crashes_and_each_is_like_itself(one: str, other: str, language: str) -> None:
    here, there = told(one, other, language), told(other, one, language)
    keys = sketch(here)
    assert len(keys.keys) <= 22
    assert len(keys.cross_keys) <= 11
    assert all(0 <= key < 1 << 40 for key in (*keys.keys, *keys.probes, *keys.cross_keys, *keys.cross_probes))
    compare(here, there, {})
    itself = compare(here, told(one, other, language), dict.fromkeys(keys.probes, 1.0))
    assert itself is None or not itself.refusal
    if itself is not None and len(here.words) > 2:
        assert itself.most == pytest.approx(1.0)


def test_keys_are_those_that_archives_hold() -> None:
    keys = sketch(told(TEXT))
    assert keys.keys[:3] == (88320216853, 134010902429, 157283153699)
    assert keys.cross_keys[:3] == (137048178705, 603502168041, 625945723479)
    assert keys.cross_probes[:3] == (137048178704, 603502168040, 625945723478)
