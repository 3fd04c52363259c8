"""Words and names that rose."""

from aggregator.rising import Telling, rising


def told(text: str, count: int, *, first: int = 0, language: str = "it") -> list[Telling]:
    return [Telling(first + n, language, text) for n in range(count)]


BEFORE = told("Il cluster apre un bando per le imprese", 40)


def test_what_rose_comes_first_and_names_stay_whole() -> None:
    recent = told("Nella Fondazione Cariplo Ricerca si parla di semiconduttori e imprese", 12)
    found = rising(recent, BEFORE)
    assert [(rise.words, rise.is_name) for rise in found] == [
        ("Fondazione Cariplo Ricerca", True),
        ("parla", False),
        ("semiconduttori", False),
    ]
    assert (found[0].recent, found[0].before) == (12, 0)


def test_inflections_are_one_word_in_its_commonest_spelling() -> None:
    recent = told("un semiconduttore", 4) + told("i semiconduttori", 8, first=4)
    assert [(rise.words, rise.recent) for rise in rising(recent, BEFORE)] == [("semiconduttori", 12)]
    of_english = told("a battery", 4, language="en") + told("batteries", 8, first=4, language="en")
    assert [(rise.words, rise.recent) for rise in rising(of_english, BEFORE)] == [("batteries", 12)]


def test_a_story_counts_once_however_many_carry_it() -> None:
    assert rising([Telling(7, "it", "semiconduttori")] * 30, BEFORE) == []


def test_words_that_say_nothing_do_not_rise() -> None:
    assert rising(told("Questo novembre, nell'anno, lunedì: cento; this Wednesday", 20), BEFORE) == []


def test_words_of_the_names_of_sources_are_left_out() -> None:
    recent = told("Lo dice Agenzia Lombarda, che parla di Cluster Lombardo", 12)
    found = rising(recent, BEFORE, apart=["Agenzia Lombarda (campione)"])
    assert [rise.words for rise in found] == ["Cluster Lombardo", "dice", "parla"]


def test_what_is_as_frequent_as_before_does_not_rise() -> None:
    assert rising(BEFORE[:10], BEFORE) == []


def test_what_fell_does_not_rise() -> None:
    assert rising(told("Il cluster apre", 10), BEFORE) == []


def test_few_articles_are_chance() -> None:
    assert rising(told("semiconduttori", 2), BEFORE) == []
    assert rising(told("semiconduttori", 3) + told("altro", 9, first=3), BEFORE) == []


def test_nothing_to_compare_with() -> None:
    assert rising([], []) == []
    assert rising(told("semiconduttori", 5), []) == []
