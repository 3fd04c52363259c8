import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.items import Found, Source
from pipelines.authors import choose_authors, read_names

URL = "https://www.giornale-esempio.it/economia/articolo"
SOURCE = Source(
    id="ge", url="https://giornale-esempio.it/", name="Giornale Esempio", hosts=("giornale-esempio.it",)
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Mario Rossi", ["Mario Rossi"]),
        ("di Mario Rossi", ["Mario Rossi"]),
        ("di MARIO ROSSI", ["Mario Rossi"]),
        ("DI MARIA D'ANGELO", ["Maria D'Angelo"]),
        ("By Jane Doe and John Roe", ["Jane Doe", "John Roe"]),
        ("Posted by Jane Doe on 5 March 2024", ["Jane Doe"]),
        ("a cura di Mario Rossi e Anna Bianchi", ["Mario Rossi", "Anna Bianchi"]),
        ("a cura della Redazione", ["Redazione"]),
        ("Mario Rossi, Anna Bianchi", ["Mario Rossi", "Anna Bianchi"]),
        ("Rossi, Mario", ["Rossi, Mario"]),
        ("Testo e foto di Mario Rossi", ["Mario Rossi"]),
        ("Autore: Mario Rossi | 12/03/2024", ["Mario Rossi"]),
        ("Mario Rossi - 12 marzo 2024 ore 10:30", ["Mario Rossi"]),
        ("Mario Rossi (mario.rossi@giornale-esempio.it)", ["Mario Rossi"]),
        ("mario.rossi@giornale-esempio.it", []),
        ("Mario Rossi @mrossi", ["Mario Rossi"]),
        ("https://www.facebook.com/giornale", []),
        ("(red.)", ["Redazione"]),
        ("La redazione", ["Redazione"]),
        ("REDAZIONE", ["Redazione"]),
        ("Redazione Milano", ["Redazione Milano"]),
        ("Segreteria LE2C pubblicato", ["Segreteria LE2C"]),
        ("Mario Rossi pubblicato il 15/07/2024 16:05", ["Mario Rossi"]),
        ("Ufficio stampa Regione Lombardia", ["Ufficio stampa Regione Lombardia"]),
        ("(askanews)", ["askanews"]),
        ("ADNKRONOS", ["Adnkronos"]),
        ("Ansa", ["ANSA"]),
        ("<a href='/autori/rossi' rel='author'>Mario Rossi</a>", ["Mario Rossi"]),
        ("D&#8217;Angelo Maria", ["D’Angelo Maria"]),
        ("Alberto de' Medici", ["Alberto de' Medici"]),
        ("Maria Bianchi Senior Autos Reporter", ["Maria Bianchi"]),
        ("Anna Neri ⋅ Redazione ● 12 marzo 2024", ["Anna Neri", "Redazione"]),
        ("Anna Neri Last updated: August 1, 2025", ["Anna Neri"]),
        ("Tutti gli articoli di Anna Neri", ["Anna Neri"]),
        ("See all of Anna Neri's reviews", []),
        ("Reviewed by Anna Neri", []),
        ("Nessun commento", []),
        ("Categorie: Economia", []),
        ("Giornale Esempio", []),
        ("giornale-esempio.it", []),
        ("admin", []),
        ("mrossi", []),
        ("m_rossi2", []),
        ("A¹@", []),
        ("11/03/2024", []),
        ("5 marzo 2024", []),
        ("Da venti anni scrive di industria, energia e trasporti per giornali e riviste del Nord Italia", []),
        ("", []),
    ],
)
def test_names_in_a_text(value: str, expected: list[str]) -> None:
    assert list(read_names(value, SOURCE, URL)) == expected


def test_the_first_place_with_names_wins_with_all_of_its_names() -> None:
    found = (
        Found("admin", "wordpress:author"),
        Found("Mario Rossi", "jsonld:NewsArticle.author"),
        Found("Anna Bianchi", "jsonld:NewsArticle.author"),
        Found("MARIO ROSSI", "jsonld:NewsArticle.author"),
        Found("Redazione", "meta:author"),
    )
    names, evidence = choose_authors(found, SOURCE, URL)
    assert names == ("Mario Rossi", "Anna Bianchi")
    assert evidence.chosen == found[1]
    assert evidence.others == (found[0], found[4])


def test_no_author_is_none() -> None:
    assert choose_authors((Found("admin", "meta:author"),), SOURCE, URL)[0] == ()


@given(st.text(max_size=120))
def test_no_text_breaks_it(text: str) -> None:
    for name in read_names(text, SOURCE, URL):
        assert name == " ".join(name.split())
        assert "@" not in name
