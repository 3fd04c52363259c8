import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.items import Found, Source
from pipelines.titles import TITLE_LENGTH, choose_title, clean_title, is_site_name

URL = "https://www.clusterlombardomobilita.it/notizie/corsi"
SOURCE = Source(
    id="clm",
    url="https://clusterlombardomobilita.it/",
    name="Cluster Lombardo della Mobilità",
    hosts=("clusterlombardomobilita.it", "www.clusterlombardomobilita.it"),
)


def title(*found: tuple[str, str], site: str = "") -> str:
    names = (Found(site, "meta:og:site_name"),) if site else ()
    return choose_title(tuple(Found(value, where) for where, value in found), SOURCE, URL, names)[0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Aperti i corsi | Cluster Lombardo della Mobilità", "Aperti i corsi"),
        ("Aperti i corsi – Cluster Lombardo Mobilità", "Aperti i corsi"),
        ("Cluster Lombardo della Mobilità - Aperti i corsi", "Aperti i corsi"),
        ("Aperti i corsi | News | clusterlombardomobilita.it", "Aperti i corsi"),
        ("News » Aperti i corsi » Cluster Lombardo Mobilita", "Aperti i corsi"),
        ("Aperti i corsi|Il portale delle imprese", "Aperti i corsi"),
        ("(2) Aperti i corsi", "Aperti i corsi"),
        ("[3] Aperti i corsi", "Aperti i corsi"),
        ("Bando ricerca - Edizione 2024", "Bando ricerca - Edizione 2024"),
        ("Brescia-Bergamo: apre il cantiere", "Brescia-Bergamo: apre il cantiere"),
        ("Mobilità - i corsi", "Mobilità - i corsi"),
        ("Citt&amp;agrave; &amp;#8220;verdi&amp;#8221;", "Città “verdi”"),
        ("L&#8217;idrogeno <em>verde</em>", "L’idrogeno verde"),
        ("Su\n due\u00a0 righe", "Su due righe"),
        ("5 < 6 imprese su 10", "5 < 6 imprese su 10"),
        ("Aperti i corsi | Opinioni", "Aperti i corsi"),
        ("Comunicato stampa: aperti i corsi", "aperti i corsi"),
        ("Bandi: aperti i corsi", "Bandi: aperti i corsi"),
        ("Lombardia: aperti i corsi", "Lombardia: aperti i corsi"),
        ("Brescia: aperti i corsi", "Brescia: aperti i corsi"),
        ("Aperti i corsi ¶", "Aperti i corsi"),
        ("Un messaggio dal direttore:", ""),
        ("Lombardia", ""),
        ("Cluster Lombardo della Mobilità", ""),
        ("Home", ""),
        ("2024", "2024"),
        ("https://clusterlombardomobilita.it/x", ""),
        ("", ""),
    ],
)
def test_a_title_alone(value: str, expected: str) -> None:
    assert title(("page:title", value)) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        # The heading is the site's name; the rest says the title.
        ([("page:h1", "Cluster Lombardo Mobilità"), ("page:title", "Aperti corsi | CLM")], "Aperti corsi"),
        # Signs that were lost on the way stand elsewhere; a question stays one.
        ([("page:h1", "Al via il forum ?Urban 2026?"), ("feed:title", "Al via il forum “Urban 2026”")],
         "Al via il forum “Urban 2026”"),
        ([("page:h1", "Chi paga i corsi?"), ("feed:title", "Chi paga i corsi.")], "Chi paga i corsi?"),
        # Another site's name, told by the heading.
        ([("page:h1", "Aperti i corsi"), ("page:title", "Aperti i corsi - Portale AQM")], "Aperti i corsi"),
        ([("jsonld:headline", "Aperti i corsi"), ("page:title", "AQM - Aperti i corsi")], "Aperti i corsi"),
        # A cut title is completed.
        (
            [("meta:og:title", "Aperte iscrizioni ai ..."), ("page:h1", "Aperte iscrizioni ai corsi AQM")],
            "Aperte iscrizioni ai corsi AQM",
        ),
        # Capitals are a template's; the words agree.
        ([("page:h1", "APERTI I CORSI"), ("meta:og:title", "Aperti i corsi")], "Aperti i corsi"),
        # Two against one; the API above the page; a person above all.
        (
            [("page:h1", "Corsi"), ("jsonld:x", "Aperti i corsi"), ("meta:og:title", "Aperti i corsi")],
            "Aperti i corsi",
        ),
        ([("page:h1", "Formazione"), ("wordpress:title", "Aperti i corsi")], "Aperti i corsi"),
        ([("operator:title", "AQM"), ("page:h1", "A"), ("feed:title", "A")], "AQM"),
        # A single word that the head does not know is a section's; one that it knows is the title.
        ([("page:h1", "Rassegna"), ("page:title", "Aperti i corsi")], "Aperti i corsi"),
        ([("page:h1", "Corsi"), ("page:title", "Corsi aperti - il significato")], "Corsi"),
        # Readers see the heading as it is; markup within it closes what it opens.
        ([("page:h1", "Dieci anni di <br> e <table>")], "Dieci anni di <br> e <table>"),
        ([("page:h1", "L'idrogeno <em>verde</em>")], "L'idrogeno verde"),
        # A title may end with dots of its own; a window that adds a part does not complete it.
        (
            [("page:h1", "Aperti i corsi, e poi…"), ("page:title", "Aperti i corsi, e poi… - Scuola / Due")],
            "Aperti i corsi, e poi…",
        ),
        ([], ""),
    ],
)  # fmt: skip
def test_places_vote(found: list[tuple[str, str]], expected: str) -> None:
    assert title(*found) == expected


@pytest.mark.parametrize(
    ("value", "site", "expected"),
    [
        ("Aperti i corsi – La mia rete", "La mia rete", "Aperti i corsi"),
        ("La mia rete: aperti i corsi", "La mia rete", "La mia rete: aperti i corsi"),
        ("La rete 12 – apre il cantiere", "La rete", "La rete 12 – apre il cantiere"),
        ("Rete - Aperti i corsi", "La mia rete", "Rete - Aperti i corsi"),
        # Some systems state the title as their own name; a page may be called like its site.
        (
            "Aperti i corsi per il nuovo anno",
            "Aperti i corsi per il nuovo anno",
            "Aperti i corsi per il nuovo anno",
        ),
        ("La mia rete", "La mia rete", "La mia rete"),
    ],
)  # fmt: skip
def test_a_page_names_its_site(value: str, site: str, expected: str) -> None:
    assert title(("page:title", value), site=site) == expected


def test_a_last_part_that_is_a_folder_of_the_address_is_a_section() -> None:
    found = (Found("Aperti i corsi – Scuola e lavoro", "page:h1"),)
    for url, expected in (
        ("https://ente.example/scuola-e-lavoro/corsi", "Aperti i corsi"),
        ("https://ente.example/aperti/scuola-e-lavoro", "Aperti i corsi – Scuola e lavoro"),
    ):
        assert choose_title(found, Source("ente", url), url)[0] == expected


def test_a_section_before_an_unknown_name_goes_too() -> None:
    url = "https://ente.example/scuola-e-lavoro/corsi"
    found = (Found("Aperti i corsi | Scuola e lavoro | Portale delle imprese", "page:h1"),)
    assert choose_title(found, Source("ente", url), url)[0] == "Aperti i corsi"


@pytest.mark.parametrize(
    ("heading", "path", "is_by_address"),
    [
        ("Iscriviti oggi stesso!", "news/aperti-i-corsi-per-l-energia", True),
        ("Iscriviti oggi stesso!", "Aperti_i_corsi_per_l%27energia.html", True),
        # Another wording of it is what readers see; of few words it proves nothing.
        ("Per l'energia i corsi sono aperti", "news/aperti-i-corsi-per-l-energia", False),
        ("Iscriviti oggi stesso!", "news/corsi", False),
        ("Iscriviti oggi stesso!", "news/aperti-i-corsi-per-l-energia-2", False),
    ],
)
def test_the_title_that_the_address_repeats(heading: str, path: str, *, is_by_address: bool) -> None:
    url, stated = f"https://ente.example/{path}", "Aperti i corsi per l'energia"
    found = (Found(heading, "page:h1"), Found(stated, "meta:og:title"))
    assert choose_title(found, Source("ente", url), url)[0] == (stated if is_by_address else heading)
    told = (*found, Found(heading, "feed:title"))
    assert choose_title(told, Source("ente", url), url)[0] == heading


def test_a_title_of_5000_characters_is_cut_and_says_so() -> None:
    value, evidence = choose_title((Found("parola " * 800, "page:h1"),), SOURCE, URL)
    assert TITLE_LENGTH - 10 < len(value) <= TITLE_LENGTH
    assert value.endswith("…")
    assert "cut from 5599 characters" in evidence.why
    assert evidence.chosen is not None
    assert len(evidence.chosen.value) < 100


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cluster Lombardo della Mobilità", True),
        ("CLUSTER LOMBARDO MOBILITA'", True),
        ("clusterlombardomobilita.it", True),
        ("www.clusterlombardomobilita.it", True),
        ("Cluster", True),
        ("Mobilità", False),
        ("Aperti i corsi del Cluster", False),
        ("", False),
    ],
)
def test_site_names(text: str, expected: bool) -> None:
    assert is_site_name(text, SOURCE, URL) is expected


@pytest.mark.parametrize(
    ("name", "headline"),
    [
        ("Regione Lombardia", "Regione Lombardia finanzia venti laboratori"),
        ("Confindustria", "Il piano di Confindustria"),
        ("Due", "Due cantieri a Crema"),
    ],
)
def test_a_headline_may_name_the_site(name: str, headline: str) -> None:
    source = Source("ente", "https://ente.example/", name=name, hosts=("ente.example",))
    found = tuple(Found(headline, where) for where in ("page:title", "page:h1", "feed:title"))
    assert choose_title(found, source, "https://ente.example/notizie/1")[0] == headline


@given(
    st.lists(
        st.tuples(st.sampled_from(["page:h1", "page:title", "feed:title"]), st.text(max_size=60)), max_size=4
    )
)
def test_a_title_is_one_clean_line(found: list[tuple[str, str]]) -> None:
    value = title(*found)
    assert value == " ".join(value.split())
    assert len(value) <= TITLE_LENGTH


@given(st.text(max_size=60))
def test_cleaning_settles(text: str) -> None:
    assert "\n" not in clean_title(text)


def test_what_is_named_as_the_title_beats_a_window_that_names_the_site() -> None:
    named = ("page:.titolo", "Il bando per i corsi estivi")
    assert title(named, ("page:title", "Comune di Esempio")) == named[1]
