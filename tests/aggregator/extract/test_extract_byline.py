"""Which places of a page say who wrote its article, by the title and far from it."""

from datetime import UTC, datetime

import pytest

from aggregator.extract import extract
from aggregator.items import Candidate, Page, RawArticle, Source, Way

URL = "https://www.example.org/en/nine-clusters/"
PROSE = (
    "<p>The nine technology clusters of the region bring together companies, universities and research "
    "centres, each on one technology, over all the provinces.</p>"
    "<p>They support research and innovation with services to their members and with working groups that "
    "meet during the year in every province of the region.</p>"
)


def read(html: str) -> RawArticle:
    page = Page(url=URL, body=html.encode(), fetched_at=datetime(2024, 3, 12, 9, 0, tzinfo=UTC))
    return extract(page, Candidate(url=URL, way=Way.LISTING), Source(id="x", url=URL))


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ('<p class="info"><a href="/autori/anna-verdi/">Anna Verdi</a></p>', ["Anna Verdi"]),
        ('<p><a href="/firme/anna-verdi/">Anna Verdi</a></p>', ["Anna Verdi"]),
        ('<p><a href="/giornalista/verdi">Anna Verdi</a></p>', ["Anna Verdi"]),
        ('<p><a rel="author nofollow" href="/x">Anna Verdi</a></p>', ["Anna Verdi"]),
        ('<div class="author"><span>By</span><b>Anna Verdi</b></div>', ["By Anna Verdi"]),
        (
            '<div class="post-author"><b class="author-name">Anna Verdi</b><i>Founder</i></div>',
            ["Anna Verdi"],
        ),
        ('<p class="author">Anna Verdi 4 marzo 2024</p>', ["Anna Verdi 4 marzo 2024"]),
        ("<p>di Anna Verdi</p>", ["di Anna Verdi"]),
        ("<p>Articolo di Anna Verdi</p>", ["Articolo di Anna Verdi"]),
        ("<p>12 marzo 2024 - di <b>Anna Verdi</b></p>", ["di Anna Verdi"]),
        ("<p>Scritto da</p><p>Anna Verdi</p>", ["Anna Verdi"]),
        ("<p>A cura dell’Ufficio stampa</p>", ["A cura dell’Ufficio stampa"]),
        ("<p>Dal nostro inviato Luca Neri</p>", ["Dal nostro inviato Luca Neri"]),
        ("<p>Autori: Anna Verdi, Luca Neri</p>", ["Autori: Anna Verdi, Luca Neri"]),
        ("<p>di Anna De Verdi, Luca Neri e M. Rossi</p>", ["di Anna De Verdi, Luca Neri e M. Rossi"]),
        ("<p>di Redazione Economia</p>", ["di Redazione Economia"]),
        ("<p>15 March · 3 min read · By Anna Verdi</p>", ["By Anna Verdi"]),
        ('<p class="dateAndAuthorBox">5 March 2024 Anna Verdi</p>', ["5 March 2024 Anna Verdi"]),
        ('<p class="submitted">Da <b>Anna Verdi</b> , 12 Marzo</p>', ["Da Anna Verdi , 12 Marzo"]),
        ('<ul><li><i class="fa fa-user"></i> Anna Verdi</li></ul>', ["Anna Verdi"]),
        ('<p><i class="bi bi-person"></i><a href="/x">Anna Verdi</a><b>News</b></p>', ["Anna Verdi | News"]),
        ('<p class="site-author">Anna Verdi</p>', []),
        ('<p><i class="fa fa-users"></i> Enti Locali</p>', []),
        ('<p><i class="fa fa-pencil"></i> <a href="/edit">Edit Page</a></p>', []),
        ("<p>Da Milano a Roma in treno</p>", []),
        ("<p>Da Regione Lombardia 10 milioni</p>", []),
        ("<p>Di Giuseppe Verdi il Nabucco alla Scala</p>", []),
        ("<p>Di Expo e altre storie</p>", []),
        ("<p>Da Vinci 2030</p>", []),
        ("<p>da Brescia</p>", []),
        ("<p>Firma Protocollo Quadro</p>", []),
        ("<p>Autori Vari</p>", []),
        ("<p>Pubblicato il 5 marzo 2024</p>", []),
        (
            '<p>By <span class="who">Anna Verdi</span><span class="what">Editor</span></p>',
            ["By | Anna Verdi | Editor"],
        ),
        (
            '<p class="author"><span class="nome">Anna</span> <span class="cognome">Verdi</span></p>',
            ["Anna Verdi"],
        ),
        (f'<p>As <a href="/authors/verdi/">Anna Verdi</a> says, {"and says again, " * 9}.</p>', []),
        ('<p>Reviewed by <a href="/author/verdi/">Anna Verdi</a></p>', []),
        ('<p>Foto di <span class="author">Anna Verdi</span></p>', []),
        ('<figure><figcaption class="author">Anna Verdi</figcaption></figure>', []),
        ("<figure><img src=a.jpg><figcaption>di Anna Verdi</figcaption></figure>", []),
        ('<p class="byline-reviewer">Anna Verdi</p><p class="author-image">Anna Verdi</p>', []),
        ('<blockquote><p>So it is.</p><p class="quote-author">Anna Verdi</p></blockquote>', []),
        ('<nav><a href="/author/verdi/">Anna Verdi</a></nav>', []),
    ],
)
def test_bylines_by_word_name_and_address(byline: str, expected: list[str]) -> None:
    raw = read(f"<article><h1>Nine clusters</h1>{byline}{PROSE}</article>")
    assert [found.value for found in raw.authors] == expected


def test_a_byline_may_stand_in_another_block_than_the_title() -> None:
    raw = read(
        "<div><h1>Nine clusters</h1></div><div><div><h6>Inserito da: "
        f'<a href="/blog/author/redazione/">Redazione Rete</a> 6 mesi fa</h6>{PROSE * 3}</div></div>'
    )
    assert [found.value for found in raw.authors] == ["Redazione Rete"]
    # What holds the text is the article, and no card of another one.
    raw = read(f'<h1>Nine clusters</h1><article><p class="author">Anna Verdi</p>{PROSE * 3}</article>')
    assert [found.value for found in raw.authors] == ["Anna Verdi"]


def test_cards_of_other_articles_name_others() -> None:
    cards = "".join(
        f'<div class="box"><h3>News</h3><p>{"It tells of it. " * 8}</p><i class="author">{name}</i></div>'
        for name in ("Luca Neri", "Maria Bianchi", "Carlo Rossi")
    )
    page = f'<article><h1>Nine clusters</h1><p class="author">Anna Verdi</p>{PROSE * 3}</article>{cards}'
    assert [found.value for found in read(page).authors] == ["Anna Verdi"]
    without = f"<article><h1>Nine clusters</h1>{PROSE * 3}</article>{cards}"
    assert read(without).authors == ()


def test_a_card_below_the_text_is_far() -> None:
    card = '<section><div class="author-box"><h4 class="author-name">Anna Verdi</h4></div></section>'
    raw = read(f"<main><h1>Nine clusters</h1><div>{PROSE * 5}</div></main>{card}")
    assert [(found.value, found.where.endswith(" (far)")) for found in raw.authors] == [("Anna Verdi", True)]


def test_an_address_alone_counts_in_an_articles_foot() -> None:
    link = '<a href="/author/anna-verdi.html">Anna Verdi</a>'
    text = f"<article><h1>Nine clusters</h1>{PROSE * 4}"
    foot = read(f"{text}<footer>12 marzo {link}</footer></article>").authors
    assert [(found.value, found.where.endswith(" (far)")) for found in foot] == [("Anna Verdi", True)]
    assert read(f"{text}<h3>{link}</h3></article>").authors == ()


def test_who_is_told_of_again_below_the_text_signs() -> None:
    text = f"<article><h1>Nine clusters</h1>{PROSE * 4}"
    for line in ("Scritto da Anna Verdi", "Written by <b>Anna Verdi</b>", "<i>Autore:</i> Anna Verdi"):
        (found,) = read(f"{text}<section><p>{line}</p></section></article>").authors
        assert found.value.endswith("Anna Verdi")
        assert found.where.endswith(" (far)")
    several = "<p>Written by Anna Verdi</p><p>Written by Luca Neri</p>"
    assert read(f"{text}{several}</article>").authors == ()


def test_agencies_and_desks_sign_in_brackets() -> None:
    def ends(opening: str, closing: str) -> list[str]:
        body = f"<h1>Nine clusters</h1><p>{opening}{PROSE[3:]}{PROSE * 2}{closing}"
        return [found.value for found in read(f"<article>{body}</article>").authors]

    assert ends("Milano, 15 lug. (askanews) - ", "") == ["askanews"]
    assert ends("", "<p>(red.)</p>") == ["red."]


def test_each_place_says_all_that_it_names() -> None:
    data = '{"@type":"NewsArticle","author":[{"name":"Anna Verdi"},{"name":"Luca Neri"}]}'
    raw = read(
        f'<head><script type="application/ld+json">{data}</script></head><body>'
        f'<article><h1>Nine clusters</h1><p class="author">Anna Verdi</p>{PROSE}</article>'
    )
    assert [found.value for found in raw.authors] == ["Anna Verdi", "Luca Neri", "Anna Verdi"]


def test_of_many_authors_no_place_loses_any() -> None:
    names = [f"Anna Verdi{letter}" for letter in "abcdefghij"]
    fields = "".join(f'<meta name="citation_author" content="{name}">' for name in names)
    links = ", ".join(f'<a class="author" href="/x">{name}</a>' for name in names)
    raw = read(f"<head>{fields}</head><body><article><h1>Nine clusters</h1><p>{links}</p>{PROSE}</article>")
    assert [found.value for found in raw.authors if found.where.startswith("page:")] == names


def test_a_social_card_names_the_author_after_all_others() -> None:
    card = (
        '<head><meta name="twitter:label1" content="Scritto da">'
        '<meta name="twitter:data1" content="Redattore Uno">'
        '<meta name="twitter:label2" content="Tempo di lettura">'
        '<meta name="twitter:data2" content="3 minuti"></head>'
    )
    raw = read(f'{card}<article><h1>Nine clusters</h1><p class="author">Anna Verdi</p>{PROSE}</article>')
    assert [found.value for found in raw.authors] == ["Anna Verdi", "Redattore Uno"]


def test_who_is_only_referred_to_is_named_by_the_graph() -> None:
    graph = (
        '{"@graph":[{"@type":"NewsArticle","author":{"@id":"#/person/1"},"creator":{"@id":"#/person/9"}},'
        '{"@type":"Person","@id":"#/person/1","name":"Anna Verdi"}]}'
    )
    raw = read(
        f'<head><script type="application/ld+json">{graph}</script></head><body>'
        f"<article><h1>Nine clusters</h1>{PROSE}</article>"
    )
    assert [(found.value, found.where) for found in raw.authors] == [
        ("Anna Verdi", "jsonld:NewsArticle.author")
    ]
