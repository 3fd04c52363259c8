import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.keys import own_text, text_key

RELEASE = (
    "La Regione finanzia quaranta progetti di ricerca sull'idrogeno con un bando da trenta milioni di euro, "
    "aperto alle imprese e alle università lombarde.\nLe domande si presentano dal 3 ottobre."
)


@pytest.mark.parametrize(
    "text",
    [
        RELEASE.upper(),
        RELEASE.replace("'", "’").replace(" ", "\u00a0"),
        f"(Adnkronos) - {RELEASE}",
        f"(LNews – Milano, 19 gen) {RELEASE}",
        f"Milano, 15 lug. (askanews) - {RELEASE}",
        f"Milano, 10 novembre 2024 – {RELEASE}",
        f"(Adnkronos) - Milano, 10 nov. - {RELEASE}",
        f"ROMA (ANSA) – {RELEASE}",
        f"Bergamo, 5 nov. (Agenzia dei Laghi) - {RELEASE}",
        f"(Agenzia dei Laghi – Bergamo, 5 nov 2024) {RELEASE}",
        f"Bando idrogeno\n{RELEASE}",
        f"{RELEASE}\nLeggi tutto",
        f"{RELEASE} Leggi tutto »",
        f"{RELEASE} (LNews - Milano, 19 gen)",
        f"{RELEASE}\n(askanews)",
        f"{RELEASE}\nFonte: Regione Lombardia\n© Riproduzione riservata",
        f"{RELEASE}\nL'articolo Bando idrogeno proviene da Regione.",
    ],
)
def test_the_same_release_has_one_key(text: str) -> None:
    assert text_key(text, "Bando idrogeno") == text_key(RELEASE, "Un altro titolo")


@pytest.mark.parametrize(
    "text",
    [
        RELEASE.replace("trenta", "quaranta"),
        RELEASE.replace("3 ottobre", "4 ottobre"),
        RELEASE + " Gli esiti a maggio.",
        "Brescia, città dell'idrogeno - " + RELEASE,
        "(secondo bando) " + RELEASE,
    ],
)
def test_other_words_are_another_text(text: str) -> None:
    assert text_key(text) != text_key(RELEASE)


def test_short_texts_are_told_apart_by_their_titles() -> None:
    assert text_key("Scarica il comunicato", "Bando A") != text_key("Scarica il comunicato", "Bando B")
    assert text_key("", "Bando A") != text_key("", "Bando B")
    assert text_key("Scarica il comunicato", "Bando A") == text_key("Scarica il comunicato.", "BANDO A")


@pytest.mark.parametrize("text", ["(ANSA)", "Leggi tutto", "Milano, 10 novembre 2024 -", ""])
def test_nothing_is_cut_to_nothing_but_the_empty(text: str) -> None:
    assert bool(own_text(text)) is bool(text)


@given(st.text(max_size=100), st.text(max_size=30))
def test_any_text_has_a_key(text: str, title: str) -> None:
    assert len(text_key(text, title)) == 32
