import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.items import Found
from pipelines.language import choose_language, language_code

IT = "Il bando sostiene i progetti delle imprese che investono in ricerca e nella mobilità sostenibile."
EN = (
    "The call supports projects of companies in the region which invest in research and sustainable mobility."
)


def code(title: str, text: str, *declared: str, usual: tuple[str, ...] = ()) -> str | None:
    evidence = choose_language(
        title, text, tuple(Found(value, "page:html[lang]") for value in declared), usual
    )
    return evidence.chosen.value if evidence.chosen else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (IT, "it"),
        (EN, "en"),
        ("Aperte le iscrizioni ai corsi del cluster: lezioni a Brescia e a Bergamo dal 3 ottobre", "it"),
        ("L’idrogeno dall’Adda al Mincio: ecco la mappa degli impianti", "it"),
        (
            "Les entreprises de la région présentent leurs projets pour une mobilité plus durable",
            "fr",
        ),
        (
            "Die Unternehmen der Region stellen Projekte für eine nachhaltige Mobilität vor",
            "de",
        ),
        (
            "Las empresas de la región presentan proyectos para una movilidad más sostenible",
            "es",
        ),
        (
            "As empresas da região apresentam os projetos para uma mobilidade mais sustentável",
            "pt",
        ),
        ("Podjetja v regiji predstavljajo projekte za trajnostno mobilnost v mestih", "sl"),
        (f"Call for papers: {IT}", "it"),
        (f"{EN} Cluster Lombardo della Mobilità, Regione Lombardia.", "en"),
    ],
)
def test_language_of_a_text_overrules_its_template(text: str, expected: str) -> None:
    wrong = "it" if expected != "it" else "en"
    assert code("", text, wrong, usual=(wrong,)) == expected


@pytest.mark.parametrize(
    ("title", "declared", "usual", "expected"),
    [
        ("Smart Mobility Lab", ("it-IT",), ("en",), "it"),
        ("JEC Forum Italy 2025", ("en_US",), ("it",), "en"),
        ("JEC Forum Italy 2025", ("boh!", ""), ("it", "en"), "it"),
        ("2025", (), (), None),
        ("", (), (), None),
        ("", ("it",), (), "it"),
    ],
)
def test_short_texts_follow_what_is_declared(
    title: str, declared: tuple[str, ...], usual: tuple[str, ...], expected: str | None
) -> None:
    assert code(title, "", *declared, usual=usual) == expected


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("it-IT", "it"),
        ("EN_gb.utf8", "en"),
        ("ita", "it"),
        ("", ""),
        ("italiano", ""),
        ("x", ""),
        (" de ", "de"),
    ],
)
def test_codes(declared: str, expected: str) -> None:
    assert language_code(declared) == expected


def test_evidence_keeps_what_was_declared_otherwise() -> None:
    evidence = choose_language("", IT, (Found("en-US", "page:html[lang]"),), ("it",))
    assert evidence.others == (Found("en", "page:html[lang]"),)
    assert evidence.why == "common words"


@given(st.text(max_size=100), st.text(max_size=20))
def test_no_text_breaks_it(text: str, declared: str) -> None:
    assert code(text, text, declared, usual=("it",)) is not None


NAMES_AND_FIGURES = (
    "Officine Meccaniche Rossi, Lecco: 45 robots, 12 lines for the second plant in Bergamo, Dalmine. "
) * 8
TABLE_FIRST = "Rang | Werk | Lecco | Dalmine | 1998 | 45 robot | " * 50 + IT * 12


def test_a_usual_text_loads_no_model() -> None:
    program = (
        "import sys; from aggregator.items import Found; from pipelines.language import choose_language as c;"
        f"c({IT!r}, '', (), ()); assert c('', {NAMES_AND_FIGURES!r}, (), ()).chosen.value == 'en';"
        f"assert c('', {TABLE_FIRST!r}, (), ()).chosen.value == 'it';"
        "c('Un corso per le imprese e gli enti', '', (Found('it', 'x'),), ());"
        "assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
