"""Words and names that rose."""

from aggregator.rising import rising

BEFORE = ["Il cluster apre un bando per le imprese"] * 40


def test_what_rose_comes_first_and_names_stay_whole() -> None:
    recent = ["Nasce la Fondazione Cariplo Ricerca per i semiconduttori e le imprese"] * 12
    found = rising(recent, BEFORE)
    assert [(rise.words, rise.is_name) for rise in found] == [
        ("Fondazione Cariplo Ricerca", True),
        ("nasce", False),
        ("semiconduttori", False),
    ]
    assert (found[0].recent, found[0].before) == (12, 0)


def test_what_is_as_frequent_as_before_does_not_rise() -> None:
    assert rising(BEFORE[:10], BEFORE) == []


def test_what_fell_does_not_rise() -> None:
    assert rising(["Il cluster apre"] * 10, BEFORE) == []


def test_two_articles_are_chance() -> None:
    assert rising(["semiconduttori"] * 2, BEFORE) == []


def test_nothing_to_compare_with() -> None:
    assert rising([], []) == []
    assert rising(["semiconduttori"] * 5, []) == []
