"""Texts that no paper would print: nothing breaks, nothing takes long, nothing swallows the rest."""

from collections import Counter
from typing import Any

import pytest

from aggregator.dedupefile import dedupe_rows
from pipelines import dedupe
from pipelines.similar import Likeness, compare

_ALPHABETS = {
    "ja": "新しい電池の研究所が春に開所し、十四人の研究者が働く予定であると発表された。",
    "el": "Το νέο εργαστήριο μπαταριών ανοίγει τον Μάρτιο με δεκατέσσερις ερευνητές.",
    "ar": "يفتتح المختبر الجديد للبطاريات في مارس بمشاركة أربعة عشر باحثا من المنطقة.",
    "ru": "Новая лаборатория аккумуляторов откроется в марте, в ней будут работать четырнадцать учёных.",
    "zz": "🚋🚲🔋" * 30,
}


def answers(texts: list[str], language: str = "it", title: str = "Titolo {}") -> list[dict[str, Any]]:
    rows = [
        {"id": str(n), "title": title.format(n), "text": text, "lang": language, "published": "2026-03-10"}
        for n, text in enumerate(texts)
    ]
    found = list(dedupe_rows(rows))
    assert [answer["id"] for answer in found] == [row["id"] for row in rows]
    assert not [answer for answer in found if "error" in answer]
    return found


def groups(texts: list[str], language: str = "it", title: str = "Titolo {}") -> list[int]:
    """The sizes of the groups, the largest first."""
    return sorted(
        Counter(answer["cluster"] for answer in answers(texts, language, title)).values(), reverse=True
    )


@pytest.mark.parametrize("text", ["", " \n\t ", "\u200b", "...", "Video", "Scarica il comunicato", "12"])
def test_what_says_nothing_is_the_same_as_nothing(text: str) -> None:
    assert groups([text] * 50) == [1] * 50


def test_numbers_alone_are_no_copies_of_other_numbers() -> None:
    tables = [" ".join(str(n * 1_000 + row * 7) for row in range(60)) for n in range(40)]
    assert groups(tables) == [1] * 40


@pytest.mark.parametrize("language", _ALPHABETS)
def test_other_alphabets_are_told_apart_and_joined(language: str) -> None:
    text = _ALPHABETS[language]
    others = [other for other in _ALPHABETS.values() if other != text]
    assert groups([text, *others, text], language, "Titolo") == [2, 1, 1, 1, 1]


@pytest.mark.parametrize("language", ["", "xx", "it-IT", "中"])
def test_any_language_is_taken(language: str) -> None:
    assert groups([_ALPHABETS["ru"] * 3, _ALPHABETS["el"] * 3], language) == [1, 1]


@pytest.mark.slow
def test_ten_thousand_of_one_text_are_one_group_at_a_cost_each(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0

    def counted(*arguments: Any) -> Likeness | None:
        nonlocal compared
        compared += 1
        return compare(*arguments)

    monkeypatch.setattr(dedupe, "compare", counted)
    text = "Il consorzio di Treviglio apre un laboratorio per le batterie al sodio, con 14 ricercatori. " * 9
    assert groups([text] * 10_000) == [10_000]
    assert compared == 0
    count = 1_000
    assert groups([f"{text} Numero {n}." for n in range(count)])
    assert compared <= 3 * count


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["parola ", "a", ">", "(", "1.", "Milano, 3 ", "\n", "à", "'", "中", "Nome Cognome ", "x\n- "]
)
def test_five_megabytes_are_read(piece: str) -> None:
    text = piece * (5_000_000 // len(piece))
    answers([text, text + " altro", text[: len(text) // 2]])
