"""Where in a text the words stand that were looked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.grammar import parse_query
from aggregator.snippet import mark, snippet

LONG = " ".join(f"parola{n}" for n in range(100)) + " le aziende e l'idrogeno verde " + "fine " * 40


def marked(text: str, query: str, length: int = 8) -> str:
    words = parse_query(query).words
    return "".join(f"[{f.text}]" if f.is_hit else f.text for f in snippet(text, words, length=length))


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("", "a", ""),
        (" - ", "a", ""),
        ("Le aziende crescono", "azienda", "Le [aziende] crescono"),
        ("Mobilità, qualità!", "mobilita", "[Mobilità], qualità!"),
        ("Uno\ndue  tre", "due", "Uno [due] tre"),
        ("uno due tre", "assente", "uno due tre"),
        ("uno due tre", "NOT due", "uno due tre"),
        ("idrogeno verde e verde", '"idrogeno verde"', "[idrogeno] [verde] e verde"),
        ("mobile mobilità altro", "mobil*", "[mobile] [mobilità] altro"),
        (LONG, "azienda idrogeno", "… parola99 le [aziende] e l'[idrogeno] verde fine …"),
        ("a b c d e f g h i j", "a", "[a] b c d e f g h …"),
        ("<script>alert('x')</script>", "alert", "<script>[alert]('x')</script>"),
    ],
)
def test_shown(text: str, query: str, shown: str) -> None:
    assert marked(text, query) == shown


def test_a_title_is_shown_whole() -> None:
    assert "".join(f.text for f in mark("Uno due " * 40, parse_query("due").words)).count("due") == 40


@given(st.text(max_size=200), st.sampled_from(["a", "a*b", "ab*", '"a b"', "a OR NOT b", ""]))
def test_no_text_stops_it(text: str, query: str) -> None:
    try:
        words = parse_query(query).words
    except ValueError:
        return
    except Exception:  # noqa: BLE001  (a query that is refused is another test's)
        return
    shown = "".join(f.text for f in snippet(text, words, length=5))
    assert len(shown) <= len(text) + 4
