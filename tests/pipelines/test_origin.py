"""Which of two languages was there first: told where a text shows it, unknown where none does."""

from dataclasses import replace
from datetime import date

import pytest

from pipelines.origin import original_of
from pipelines.wording import Wording

DAY = date(2026, 3, 10)
ITALIAN = Wording(
    "Il battello", "Il Tivano è costato 3,6 milioni e salpa il 4 giugno 2026.", "it", "clm", DAY
)
ENGLISH = Wording("The boat", "The Tivano cost 3.6 million and sails on 4 June 2026.", "en", "clm", DAY)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("The Tivano cost 3,6 million and sails in June.", "3,6 million"),
        ("The Tivano carried 20.000 people in June.", "20.000"),
        ("The Tivano sails on 4 giugno 2026.", "4 giugno 2026"),
        (
            "The Tivano sails. This article was automatically translated from Italian.",
            "automatically translated",
        ),
        ("Translated with DeepL. The Tivano sails.", "translated with deepl"),
    ],
)
def test_english_that_was_made_of_italian(text: str, why: str) -> None:
    english = replace(ENGLISH, text=text)
    assert original_of(english, ITALIAN)[0] is True
    translates, reason = original_of(ITALIAN, english)
    assert translates is False
    assert why in reason


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Il Tivano è costato 3.6 milioni e salpa a giugno.", "3.6 milioni"),
        ("Il Tivano ha portato 20,000 persone.", "20,000"),
        ("Il Tivano salpa il June 4, 2026.", "June 4, 2026"),
        ("Testo tradotto dall'inglese. Il Tivano salpa a giugno.", "tradotto dall'inglese"),
    ],
)
def test_italian_that_was_made_of_english(text: str, why: str) -> None:
    translates, reason = original_of(replace(ITALIAN, text=text), ENGLISH)
    assert translates is True
    assert why in reason


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH.text,
        "The fund has 1,250,000 euros; petrol is at 1.829 euros, version 2.3 is out, 12,500 people came.",
        "They met in Piazza 4 Novembre, near the Cluster Lombardo della Mobilità, on 10 March 2026.",
        f"{'Words of a report. ' * 30}The text was translated with DeepL, it says. {'More words. ' * 40}",
    ],
)
def test_english_that_shows_nothing(text: str) -> None:
    assert original_of(replace(ENGLISH, text=text), ITALIAN) == (None, "")


@pytest.mark.parametrize(
    "text",
    [
        ITALIAN.text,
        "Alle 18.30 in sala 2.4 il bando da 1.250.000 euro; si parte da 0,75 punti, 3.600 iscritti.",
    ],
)
def test_italian_that_shows_nothing(text: str) -> None:
    assert original_of(replace(ITALIAN, text=text), ENGLISH) == (None, "")


def test_days_count_at_one_site_alone_and_signs_on_both_sides_say_nothing() -> None:
    later = replace(ENGLISH, day=date(2026, 3, 12))
    assert original_of(later, ITALIAN) == (True, "its site had the Italian text 2 days before")
    assert original_of(ITALIAN, later)[0] is False
    assert original_of(replace(later, source_id="agenzia"), ITALIAN) == (None, "")
    assert original_of(replace(later, day=None), ITALIAN) == (None, "")
    both = replace(ITALIAN, text="Salpa il 4 June 2026."), replace(later, text="Sails on 4 giugno 2026.")
    assert original_of(*both) == (None, "")
