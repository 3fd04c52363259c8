import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.repair import repair, repair_html

CORRECT = """
Perché la città è più libera: l’università, "così", «È» e «sì».
Il 50% dei voti? No, l'80. Chi va? Andrea.
vitamine A e B e C
le vocali a e i o u
A B C D E F G H I L M N
gruppi A B C e D E F
1 2 3 4 5 successiva
C O N I
à la carte, Âge d'or, São Paulo, Ångström, Škoda, Łódź
5° piano, 3ª edizione, n.º 4, ½, 100 €
R&D, AT&T, Ernst & Young, a=1&copy=2
https://esempio.it/l?id=1&un?altro=2
Vuoi sapere di più?Ecco come
due  punti: uno
Classe 2 a e 3 b
CLM – AFIL — LE2C… “sì” ‘no’
i p.v. è a 20 m e 30 s
""".strip().splitlines()


@pytest.mark.parametrize("text", CORRECT)
def test_correct_text_stays(text: str) -> None:
    assert repair(text) == " ".join(text.split())
    assert repair_html(f"<p>{text.replace('&', '&amp;')}</p>") == f"<p>{text.replace('&', '&amp;')}</p>"


@pytest.mark.parametrize(
    ("damaged", "meant"),
    [
        ("CittÃ\u00a0 della mobilitÃ\xa0", "Città della mobilità"),
        ("la cittÃ di Milano", "la città di Milano"),
        ("perchÃ© Ã¨ cosÃ¬, puÃ², piÃ¹", "perché è così, può, più"),
        ("Ãˆ cosÃ¬", "È così"),
        ("lâ€™idrogeno â€œverdeâ€\x9d â€“ 5 â‚¬ â€¦", "l’idrogeno “verde” – 5 € …"),
        ("â€œverdeâ€ e altro", "“verde” e altro"),
        ("5Â° piano, Â«sÃ¬Â»", "5° piano, «sì»"),
        ("perchÃƒÂ© ÃƒÂ¨", "perché è"),
        ("lÃ¢â‚¬â„¢idrogeno", "l’idrogeno"),
        ("ï»¿Titolo", "Titolo"),
        (
            "Citt&agrave; &amp;egrave; &amp;amp; l&#8217;idrogeno &quot;verde&quot;",
            'Città è & l’idrogeno "verde"',
        ),
        ("dell?innovazione e l?Italia, un?altra", "dell'innovazione e l'Italia, un'altra"),
        ("dell\ufffdinnovazione", "dell'innovazione"),
        ("2 d i c .", "2 dic."),
        ("1 2 m a g 2 0 1 7", "12 mag 2017"),
        ("l e t t e r a aperta", "lettera aperta"),
        ("C O M U N I C A T O stampa", "COMUNICATO stampa"),
        ("inno\u00advazione\u200b e \x07ricerca", "innovazione e ricerca"),
        ("uno\n due\u00a0 tre", "uno\ndue tre"),
    ],
)
def test_damage_is_mended(damaged: str, meant: str) -> None:
    assert repair(damaged) == meant


@pytest.mark.parametrize(
    ("damaged", "meant"),
    [
        ("<p>perchÃ©</p>", "<p>perché</p>"),
        ("<p>Citt&amp;agrave;</p>", "<p>Città</p>"),
        ("<p>Citt&amp;amp;agrave; R&amp;D</p>", "<p>Città R&amp;D</p>"),
        ("<p>&amp;lt;script&amp;gt;</p>", "<p>&lt;script&gt;</p>"),
        ('<a href="https://x.example/dell?innovazione">dell?innovazione</a>', '<a href="https://x.example/dell?innovazione">dell\'innovazione</a>'),
        ("<p>l e t t e r a</p>", "<p>lettera</p>"),
    ],
)  # fmt: skip
def test_damage_in_html_is_mended(damaged: str, meant: str) -> None:
    assert repair_html(damaged) == meant


LETTERS = st.text(
    alphabet=st.sampled_from("abcdeilmnorstuàèéìòùÈÀ «»“”’–€°%ºª!?.,;:\n0123456789"), max_size=60
)


@given(LETTERS)
def test_text_read_with_the_wrong_charset_comes_back(text: str) -> None:
    try:
        damaged = text.encode().decode("cp1252")
    except UnicodeDecodeError:
        return
    assert repair(damaged) == repair(text)


@given(st.text(max_size=80))
def test_any_text_is_settled_after_one_repair_and_no_line_is_lost(text: str) -> None:
    once = repair(text)
    assert once.count("\n") >= text.count("\n")
    assert "\u00ad" not in once


@given(LETTERS)
def test_repair_leaves_what_it_mended(text: str) -> None:
    once = repair(text)
    assert repair(once) == once
