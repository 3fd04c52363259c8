import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.items import Found
from pipelines.details import choose_image, choose_summary, choose_tags, clean_summary, first_sentences

BASE = "https://mobilita.example/notizie/corsi"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://mobilita.example/wp-content/uploads/2024/03/fiera-1200x800.jpg", True),
        ("https://cdn.example/a/b.jpg?w=1200", True),
        ("https://cdn.example/a/b.jpg 1200x630", True),
        ("https://cdn.example/a/b.jpg 32x32", False),
        ("https://mobilita.example/wp-content/uploads/logo-clm.png", False),
        ("https://mobilita.example/img/Logo_CLM.png", False),
        ("https://secure.gravatar.com/avatar/abc", False),
        ("https://mobilita.example/img/placeholder.png", False),
        ("https://t.example/pixel.gif", False),
        ("https://mobilita.example/img/spazio-1x1.gif", False),
        ("https://mobilita.example/simbolo.svg", False),
        ("data:image/gif;base64,R0lGOD", False),
        ("https://mobilita.example/", False),
        ("", False),
        ("https://mobilita.example/uploads/dialogo-imprese.jpg", True),
    ],
)
def test_pictures_and_logos(value: str, expected: bool) -> None:
    url, _ = choose_image((Found(value, "meta:og:image"),), BASE)
    assert (url is not None) is expected


def test_the_first_picture_wins_and_is_absolute() -> None:
    found = (Found("/logo.png", "meta:og:image"), Found("/foto/fiera.jpg 800x600", "page:img"))
    url, evidence = choose_image(found, BASE)
    assert url == "https://mobilita.example/foto/fiera.jpg"
    assert evidence.chosen == Found(url, "page:img")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([("wordpress:tags", "Mobilità"), ("wordpress:categories", "Non categorizzato")], ("Mobilità",)),
        ([("meta:keywords", "idrogeno, mobilità , Idrogeno,")], ("idrogeno", "mobilità")),
        ([("feed:category", "Ricerca, sviluppo e innovazione")], ("Ricerca, sviluppo e innovazione",)),
        ([("feed:category", "R&amp;amp;S"), ("page:a[rel=tag]", "#bandi")], ("R&S", "bandi")),
        ([("feed:category", "x" * 60), ("feed:category", "2024"), ("feed:category", "")], ()),
        ([], ()),
    ],
)
def test_tags(found: list[tuple[str, str]], expected: tuple[str, ...]) -> None:
    assert choose_tags(tuple(Found(value, where) for where, value in found))[0] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<p>Aprono i corsi&hellip; [&hellip;]</p>", "Aprono i corsi…"),
        ("Aprono i corsi. Leggi tutto", "Aprono i corsi."),
        ("Aprono i corsi... Leggi tutto »", "Aprono i corsi"),
        ("Aprono i corsi […]", "Aprono i corsi"),
        (
            "<p>Aprono i corsi.</p><p>L'articolo <a href='/x'>Corsi</a> proviene da <a href='/'>CLM</a>.</p>",
            "Aprono i corsi.",
        ),
        ("Aprono i corsi. The post Corsi appeared first on CLM.", "Aprono i corsi."),
        ("Aprono i corsi. Continue reading Corsi", "Aprono i corsi."),
        ("Chi continua a innovare cresce", "Chi continua a innovare cresce"),
        ("Citt&amp;agrave; e\nimprese", "Città e imprese"),
    ],
)
def test_teasers_are_cleaned(value: str, expected: str) -> None:
    assert clean_summary(value) == expected


TEXT = (
    "Il cluster apre a Brescia i corsi sui materiali compositi. Le lezioni, tenute dall'ing. Mario Rossi, "
    "cominciano il 3 ottobre alle ore 9.30 e finiscono a dicembre. Possono iscriversi le imprese associate, "
    "con al massimo due dipendenti per corso. Il programma prevede laboratori sulla sostenibilità, sul "
    "controllo del prodotto e sulla saldatura; gli attestati valgono in tutta Europa. La segreteria risponde."
)


@pytest.mark.parametrize(
    ("teaser", "is_own"),
    [
        ("Corsi sui materiali compositi a Brescia per le imprese associate.", True),
        ("Il punto di riferimento regionale per automotive, ferroviario e nautica dal 2009.", False),
        ("Aperti i corsi", False),
        ("Breve", False),
    ],
)
def test_only_the_articles_own_teaser_counts(teaser: str, is_own: bool) -> None:
    summary, evidence = choose_summary((Found(teaser, "meta:description"),), "Aperti i corsi", TEXT)
    assert (summary == teaser) is is_own
    if not is_own:
        assert summary.startswith("Il cluster apre a Brescia")
        assert evidence.why == "first sentences of the text"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("Una frase. Due frasi. Tre.", 300, "Una frase. Due frasi. Tre."),
        ("Una frase lunga. Due frasi.", 20, "Una frase lunga."),
        ("Parla l'ing. Mario Rossi oggi. Poi altri.", 35, "Parla l'ing. Mario Rossi oggi."),
        ("Disse: «Apriamo subito qui.» Poi tacque.", 32, "Disse: «Apriamo subito qui.»"),
        ("parola " * 20, 30, "parola parola parola parola…"),
        ("", 300, ""),
    ],
)
def test_first_sentences(text: str, limit: int, expected: str) -> None:
    assert first_sentences(text, limit) == expected


def test_without_teaser_and_text_there_is_no_summary() -> None:
    assert choose_summary((), "Titolo", "")[0] == ""


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_no_text_breaks_them(value: str, title: str, text: str) -> None:
    found = (Found(value, "meta:x"),)
    assert "\n" not in choose_summary(found, title, text)[0]
    assert all(tag.strip() == tag for tag in choose_tags(found)[0])
    choose_image(found, BASE)


BUILDINGS = "Le pompe di calore scaldano già centinaia di edifici"


@pytest.mark.parametrize(
    ("teaser", "summary"),
    [
        (f"{BUILDINGS} milanes", f"{BUILDINGS}…"),
        (BUILDINGS, BUILDINGS),
        ("Centinaia di edifici milanes", "Centinaia di edifici milanes"),
    ],
)
def test_a_teaser_that_breaks_off_in_a_word_ends_before_it(teaser: str, summary: str) -> None:
    text = f"{BUILDINGS} milanesi.\nLa mappa dice dove se ne può aggiungere."
    chosen, _ = choose_summary((Found(teaser, "feed:summary"),), "Geotermia sotto la pianura", text)
    assert chosen == summary
