import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.items import Mention, Term, Vocabulary
from pipelines.relevance import check_words, mentions


def term(id_: str, *words: str) -> Term:
    """A term from `language:words` texts."""
    pairs = tuple((word.partition(":")[0], word.partition(":")[2]) for word in words)
    return Term(id=id_, labels=(("it", id_),), words=pairs)


VOCABULARY = Vocabulary((
    term("clm", ":Cluster Lombardo della Mobilità", ":Lombardy Mobility Cluster", ":CLM"),
    term("tav", ":Tecnologie per gli Ambienti di Vita", ":TAV ~ cluster"),
    term("le2c", ":Lombardy Energy Cleantech Cluster", ":LE2C"),
    term("hydrogen", "it:idrogeno", "en:hydrogen"),
    term("aerospace", ":aerospazial*", "it:aerospazio", "en:aerospace"),
    term("calls", "it:bando", "it:avviso pubblico", "en:call for proposal", "en:tender"),
    term("electric", ":veicol* elettric*", "en:electric vehicle"),
    term("cities", "it:città intelligente", "en:smart city"),
    term("drug", "it:farmaco", "it:biologo"),
))  # fmt: skip


def terms(text: str) -> set[str]:
    return {mention.term for mention in mentions("", text, (), VOCABULARY)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Il cluster lombardo della mobilita' ha sede a Milano", {"clm"}),
        ("CLUSTER LOMBARDO DELLA MOBILITÀ", {"clm"}),
        ("nasce con il CLM, capofila", {"clm"}),
        ("nasce con il Clm, capofila", set()),
        ("lo sclm e CLMX non sono niente", set()),
        ("I cantieri della TAV in Val di Susa", set()),
        ("il cluster TAV, Tecnologie", {"tav"}),
        ("TAV è il nome che il cluster si è dato", {"tav"}),
        ("TAV " + "parola " * 8 + "cluster", {"tav"}),
        ("TAV " + "parola " * 9 + "cluster", set()),
        ("cluster " + "parola " * 8 + "TAV", {"tav"}),
        ("cluster " + "parola " * 9 + "TAV", set()),
        ("le Tecnologie per gli ambienti di vita", {"tav"}),
        ("LE2C a Brescia", {"le2c"}),
        ("L’idrogeno verde", {"hydrogen"}),
        ("un idrogenodotto lungo il Po", set()),
        ("Hydrogen valleys", {"hydrogen"}),
        ("settore aero-spaziale", set()),
        ("le industrie aerospaziali", {"aerospace"}),
        ("dell'aerospazio", {"aerospace"}),
        ("Bandi aperti", {"calls"}),
        ("una banda larga, delle bande", set()),
        ("gli avvisi pubblici", {"calls"}),
        ("l'avviso al pubblico", set()),
        ("two calls for proposals", {"calls"}),
        ("public tenders", {"calls"}),
        ("il veicolo elettrico", {"electric"}),
        ("dei veicoli-elettrici", {"electric"}),
        ("electric vehicles", {"electric"}),
        ("smart cities", {"cities"}),
        ("Le città intelligenti", {"cities"}),
        ("citta\u0300 intelligente", {"cities"}),
        ("i farmaci, i biologi", {"drug"}),
        ("", set()),
    ],
)
def test_what_a_text_names(text: str, expected: set[str]) -> None:
    assert terms(text) == expected


def test_a_mention_says_the_words_as_printed_and_where() -> None:
    assert mentions("Bandi", "I BANDI per l'Idrogeno e l'idrogeno", ("Smart Cities",), VOCABULARY) == (
        Mention("calls", "Bandi", "title"),
        Mention("cities", "Smart Cities", "tags"),
        Mention("calls", "BANDI", "text"),
        Mention("hydrogen", "Idrogeno", "text"),
    )


def test_words_of_two_tags_do_not_join() -> None:
    assert not mentions("", "", ("smart", "city"), VOCABULARY)
    assert not mentions("smart", "city", (), VOCABULARY)


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (":idrogeno", None),
        (":TAV ~ cluster", None),
        (":aerospazial*", None),
        (":ae*", "'ae*': '*' ends a word of three letters or more"),
        (":aero*spazio", "'aero*spazio': '*' ends a word of three letters or more"),
        (":a ~ b ~ c", "'a ~ b ~ c': one '~' at most"),
        (":TAV ~", "'TAV ~': expected words on both sides of '~'"),
        (": ", "' ': expected words"),
    ],
)
def test_wrong_words_are_named(words: str, wrong: str | None) -> None:
    assert check_words(term("x", words)) == wrong


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    for mention in mentions(text, text, (text,), VOCABULARY):
        assert mention.words


@given(st.text(alphabet="abcàé xyz'-", max_size=60), st.text(alphabet="abcàé xyz'-", max_size=60))
def test_found_wherever_it_stands(before: str, after: str) -> None:
    assert "hydrogen" in terms(f"{before} idrogeno {after}")


def test_words_that_stand_apart_a_thousand_times_are_not_paired_one_by_one() -> None:
    # Nine million pairs, one by one, would hang the tests.
    assert terms(("TAV " + "parola " * 9) * 3_000 + ("cluster " + "parola " * 9) * 3_000) == set()
