"""What a byline names: texts found in the wild, and the people, desks and agencies that they name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.names import read_names


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
        ("giornale-esempio.it", []),
        ("admin", []),
        ("mrossi", []),
        ("m_rossi2", []),
        ("A¹@", []),
        ("11/03/2024", []),
        ("5 marzo 2024", []),
        ("Da venti anni scrive di industria, energia e trasporti per giornali e riviste del Nord Italia", []),
        ("", []),
        ("Scritto da Mario Rossi il 5 marzo", ["Mario Rossi"]),
        ("Inserito da: Redazione Rete 6 mesi fa", ["Redazione Rete"]),
        ("Articolo di Mario Rossi", ["Mario Rossi"]),
        ("Testo di Anna Bianchi, foto di Mario Rossi", ["Anna Bianchi"]),
        ("Foto: Mario Rossi", []),
        ("foto di Mario Rossi", []),
        ("Photo by Jane Doe", []),
        ("Intervista di Anna Bianchi", ["Anna Bianchi"]),
        ("dal nostro inviato Mario Rossi", ["Mario Rossi"]),
        ("dal nostro inviato a Roma Mario Rossi", ["Mario Rossi"]),
        ("a cura dell’Ufficio stampa", ["Ufficio stampa"]),
        ("Jane Doe, MD, physician, City Health.", ["Jane Doe"]),
        ("Milano, 12 marzo 2024", []),
        ("Jane Doe | Last update: | July 16, 2025", ["Jane Doe"]),
        ("Autori vari", []),
        ("Prof. Mario Rossi, Politecnico di Milano", ["Prof. Mario Rossi"]),
        ("Area riservata", []),
        ("Il mio account", []),
        ("dalla nostra corrispondente ANNA BIANCHI", ["Anna Bianchi"]),
        ("M. Rossi", ["M. Rossi"]),
        ("di Mario Rossi e Anna Bianchi", ["Mario Rossi", "Anna Bianchi"]),
        ("Mario Rossi (ANSA)", ["Mario Rossi"]),
        ("Jane (Jay) Doe", ["Jane (Jay) Doe"]),
        ("Redazione Online", ["Redazione"]),
        ("Comunicato stampa", []),
        ("Written by: | Jane Doe | Editor-in-chief | 4 min read", ["Jane Doe"]),
        ("Jane Doe, Head of Research and Advice", ["Jane Doe"]),
        ("Mario Rossi, direttore responsabile", ["Mario Rossi"]),
        ("Jane Doe, MD, PhD", ["Jane Doe"]),
        ("Jane Doe, AFP", ["Jane Doe", "AFP"]),
        ("Jane Doe ⋅ Senior Review Analyst ⋅ Updated March 5, 2025", ["Jane Doe"]),
        ("Written by Jane Doe, edited by John Roe", ["Jane Doe"]),
        ("Reviewed by: | John Roe | Written by Jane Doe", ["Jane Doe"]),
        ("Jane Doe in Markets", ["Jane Doe"]),
        ("This post was written by Jane Doe", ["Jane Doe"]),
        ("More from Jane Doe →", ["Jane Doe"]),
        ("Staff writer", []),
        ("Jane Doe, Editor, Markets Weekly", ["Jane Doe"]),
        ("Jane Doe, Senior Technologist, City Labs, Privacy, and Technology", ["Jane Doe"]),
        ("By Jane Doe@janedoe Updated Jul 24, 2018, 2:15pm EDT", ["Jane Doe"]),
        ("By | Jane Doe | on behalf of | The Working Group", ["Jane Doe"]),
        ("JD | Jane Doe | Last updated on | 17 December 2025", ["Jane Doe"]),
        ("Sat, 20 Dec 2024 - 06:36", []),
        ("Personal finance | January 27, 2025", []),
        ("Rights & Permissions", []),
        ("Follow", []),
        ("anna neri", []),
    ],
)
def test_names_in_a_text(value: str, expected: list[str]) -> None:
    assert list(read_names(value)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("anna neri", ["Anna Neri"]),
        ("mrossi", []),
        ("Rossi, Mario Luigi", ["Rossi, Mario Luigi"]),
        ("The Markets editors", ["The Markets editors"]),
        ("Luxury Travel Expert", ["Luxury Travel Expert"]),
        ("Jane Doe Senior Editor", ["Jane Doe"]),
    ],
)
def test_a_field_for_authors_holds_nothing_else(value: str, expected: list[str]) -> None:
    assert list(read_names(value, is_field=True)) == expected


@given(st.text(max_size=120))
def test_no_text_breaks_it(text: str) -> None:
    for name in read_names(text):
        assert name == " ".join(name.split())
        assert "@" not in name
