"""What a person types, read as a Query; what cannot be read is refused where it stands."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import QueryError
from aggregator.grammar import FILTERS, MAX_DEPTH, MAX_ITEMS, MAX_LETTERS, parse_query
from aggregator.query import And, Expression, Not, Or, Order, Phrase, Prefix, Query, Word

A, B, C = Word("a"), Word("b"), Word("c")

WORDS: list[tuple[str, Expression | None]] = [
    ("", None),
    ("   \n ", None),
    ("- . …", None),
    ("azienda", Word("azienda")),
    ("Azienda,", Word("azienda")),
    ("MOBILITÀ", Word("mobilita")),
    ("a b", And((A, B))),
    ("a AND b AND c", And((A, B, C))),
    ("a OR b", Or((A, B))),
    ("a OR b OR c", Or((A, B, C))),
    ("a b OR c", Or((And((A, B)), C))),
    ("a (b OR c)", And((A, Or((B, C))))),
    ("(a)", A),
    ("((a b) c)", And((A, B, C))),
    ("a NOT b", And((A, Not(B)))),
    ("a AND NOT b", And((A, Not(B)))),
    ("a -b", And((A, Not(B)))),
    ('-"b c"', Not(Phrase(("b", "c")))),
    ("-(b OR c)", Not(Or((B, C)))),
    ("NOT NOT a", Not(Not(A))),
    ("a - b", And((A, B))),
    ('"Idrogeno verde"', Phrase(("idrogeno", "verde"))),
    ('"aziende"', Phrase(("aziende",))),
    ("mobil*", Prefix("mobil")),
    ("Mobilità*", Prefix("mobilita")),
    ("e-mail", Phrase(("e", "mail"))),
    ("2024/25", Phrase(("2024", "25"))),
    ("10:30", Phrase(("10", "30"))),
    ("l'azienda", Word("azienda")),
    ("dell’idrogeno", Word("idrogeno")),
    ("company's", Word("company")),
    ("don't", Phrase(("don", "t"))),
    ("and or not", And((Word("and"), Word("or"), Word("not")))),
    ("https://example.org/a", Phrase(("https", "example", "org", "a"))),
    ("a_b", Phrase(("a", "b"))),
    ("%'; DROP TABLE entry", And((Word("drop"), Word("table"), Word("entry")))),
]


@pytest.mark.parametrize(("text", "words"), WORDS)
def test_words(text: str, words: Expression | None) -> None:
    assert parse_query(text) == Query(words=words)


FILTERED = [
    ("source:clm", Query(sources=("clm",))),
    ("fonte:CLM,afil fonte:clm", Query(sources=("clm", "afil"))),
    ("cluster:lac tema:hydrogen", Query(clusters=("lac",), topics=("hydrogen",))),
    ("lang:it", Query(languages=("it",))),
    ("Lingua:en language:it", Query(languages=("en", "it"))),
    ("after:2026", Query(since=date(2026, 1, 1))),
    ("dopo:2026-03", Query(since=date(2026, 3, 1))),
    ("dopo:5/3/2026", Query(since=date(2026, 3, 5))),
    ("before:2026-03-05", Query(until=date(2026, 3, 4))),
    ("after:2026-03 before:2026-04", Query(since=date(2026, 3, 1), until=date(2026, 3, 31))),
    ("after:2025 after:2026 prima:2027 before:2028", Query(since=date(2026, 1, 1), until=date(2026, 12, 31))),
    ("has:event", Query(has_event=True)),
    ("ha:evento ha:eventi", Query(has_event=True)),
    ('source:"clm" a', Query(sources=("clm",), words=A)),
    ("a source:clm AND b", Query(sources=("clm",), words=And((A, B)))),
    ("(a OR b) source:clm", Query(sources=("clm",), words=Or((A, B)))),
]


@pytest.mark.parametrize(("text", "query"), FILTERED)
def test_filters(text: str, query: Query) -> None:
    assert parse_query(text) == query


WRONG = [
    ('"idrogeno', 1, "never closed"),
    ('a "b" "', 7, "never closed"),
    ("a (b", 3, "never closed"),
    ("a)", 2, "nothing was opened"),
    ("()", 1, "nothing in it"),
    ("OR a", 1, "between two"),
    ("a OR", 3, "between two"),
    ("a OR OR b", 3, "between two"),
    ("AND a", 1, "between two"),
    ("a AND", 3, "between two"),
    ("a AND OR b", 3, "between two"),
    ("a NOT", 3, "followed by"),
    ("NOT )", 1, "followed by"),
    ("-(.)", 2, "nothing in it"),
    ('""', 1, "no word"),
    ("a*b*c*", 1, "before the star"),
    ("m*", 1, "before the star"),
    ("* a", 1, "before the star"),
    ("a sorce:clm", 3, "no such filter; there are source:, fonte:"),
    ("source: clm", 1, "needs a value"),
    ("source:,", 1, "needs a value"),
    ("has:image", 1, "has:event"),
    ("after:yesterday", 1, "2026-03-31"),
    ("after:2026-02-30", 1, "2026-03-31"),
    ("after:0000", 1, "2026-03-31"),
    ("(source:clm a)", 2, "outside of parentheses"),
    ("-source:clm", 2, "outside of parentheses"),
    ("source:clm a OR b", 1, "parentheses"),
    ("a OR source:clm b", 6, "parentheses"),
    ("a OR source:clm", 3, "between two"),
    ("(" * (MAX_DEPTH + 1) + "a", MAX_DEPTH + 1, "levels"),
    ("a " * (MAX_ITEMS + 1), 2 * MAX_ITEMS + 1, "at most 60"),
]


@pytest.mark.parametrize(("text", "position", "why"), WRONG)
def test_what_cannot_be_read(text: str, position: int, why: str) -> None:
    with pytest.raises(QueryError, match=why.replace("(", r"\(")) as caught:
        parse_query(text)
    assert caught.value.position == position


def test_a_query_has_an_end() -> None:
    with pytest.raises(QueryError, match="at most 1000"):
        parse_query("a" * (MAX_LETTERS + 1))


_PIECES = [
    *(f"{name}:x" for name in FILTERS),
    *"()\"-*:' ",
    "AND",
    "OR",
    "NOT",
    "a",
    "l'a",
    "2026-03",
    "\0",
    "é",
]


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(_PIECES), max_size=25).map(" ".join)))
def test_any_text_is_a_query_or_is_refused(text: str) -> None:
    try:
        query = parse_query(text)
    except QueryError as error:
        assert str(error)
    else:
        assert query.order is Order.ARRIVAL


@pytest.mark.parametrize(
    ("order", "cursor", "tier", "seq"),
    [(Order.ARRIVAL, "12", 0, 12), (Order.CHANGE, "7", 0, 7), (Order.RANKED, "2.12", 2, 12)],
)
def test_a_cursor_goes_on(order: Order, cursor: str, tier: int, seq: int) -> None:
    assert Query(order=order).after(cursor) == Query(order=order, cursor=seq, tier=tier)


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.", "3.1", "1.1.1", "٣", "9" * 30, "1e3"])
def test_what_is_no_cursor(order: Order, cursor: str) -> None:
    with pytest.raises(QueryError, match="no cursor"):
        Query(order=order).after(cursor)


def test_cursors_of_one_order_are_none_of_another() -> None:
    with pytest.raises(QueryError):
        Query().after("1.5")
    with pytest.raises(QueryError):
        Query(order=Order.RANKED).after("5")


def test_what_no_database_can_hold_is_passed_over() -> None:
    """A terminal of another encoding hands over half characters."""
    assert parse_query("idro\udcffgeno \x00 verde") == parse_query("idrogeno verde")
