from aggregator.items import Found, Source
from pipelines.authors import choose_authors

URL = "https://www.giornale-esempio.it/economia/articolo"
SOURCE = Source(
    id="ge", url="https://giornale-esempio.it/", name="Giornale Esempio", hosts=("giornale-esempio.it",)
)


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


def test_the_site_signs_where_nobody_else_does() -> None:
    site = Found("Giornale Esempio", "jsonld:NewsArticle.author")
    person = Found("Mario Rossi", "page:p.autore")
    assert choose_authors((site,), SOURCE, URL)[0] == ("Giornale Esempio",)
    assert choose_authors((site, person), SOURCE, URL)[0] == ("Mario Rossi",)
    named = Found("Ente Esempio, Mario Rossi", "meta:author")
    assert choose_authors((named,), SOURCE, URL, (Found("Ente Esempio", "meta:og:site_name"),))[0] == (
        "Mario Rossi",
    )


def test_a_byline_by_the_title_beats_the_account_and_what_stands_far() -> None:
    account = Found("Luca Neri", "meta:author")
    byline = Found("di Anna Bianchi", "page:p.autore")
    far = Found("Carlo Verdi", "page:div>h4.author-name (far)")
    card = Found("Redattore Uno", "meta:twitter:data1")
    assert choose_authors((account, far, byline, card), SOURCE, URL)[0] == ("Anna Bianchi",)
    assert choose_authors((far, account, card), SOURCE, URL)[0] == ("Luca Neri",)
    assert choose_authors((card, far), SOURCE, URL)[0] == ("Carlo Verdi",)


def test_an_account_signs_where_a_byline_shows_nothing_else() -> None:
    byline = Found("Posted by mrossi on 5 March 2024", "page:p.byline")
    assert choose_authors((Found("mrossi", "meta:author"), byline), SOURCE, URL)[0] == ("mrossi",)
    assert choose_authors((Found("mrossi", "meta:author"),), SOURCE, URL)[0] == ()
    for other in ("di seguito", "by admin", "share", "Inserito da wpadmin"):
        assert choose_authors((Found(other, "page:p.byline"),), SOURCE, URL)[0] == ()


def test_a_dateline_names_agencies_and_desks_alone() -> None:
    def names(value: str) -> tuple[str, ...]:
        return choose_authors((Found(value, "page:dateline (far)"),), SOURCE, URL)[0]

    assert names("ITALPRESS") == ("Italpress",)
    assert names("red.") == ("Redazione",)
    assert names("Lombardia") == ()


def test_a_host_does_not_sign() -> None:
    named = Found("esempio-blog.net", "jsonld:Article.author")
    assert choose_authors((named,), SOURCE, URL, (Found("esempio-blog.net", "meta:og:site_name"),))[0] == ()


def test_a_byline_that_a_field_agrees_with_comes_first() -> None:
    column = Found("The Column", "page:a.byline-column")
    byline = Found("Mario Rossi", "page:span.byline-author")
    field = Found("By MARIO ROSSI", "meta:author")
    assert choose_authors((column, byline, field), SOURCE, URL)[0] == ("Mario Rossi",)


def test_a_field_that_names_more_counts_where_the_page_shows_them() -> None:
    byline = Found("Mario Rossi", "page:span.byline")
    fields = tuple(Found(name, "jsonld:Article.author") for name in ("Mario Rossi", "Anna Bianchi"))
    second = Found("Anna Bianchi", "page:a (far)")
    assert choose_authors((byline, *fields), SOURCE, URL)[0] == ("Mario Rossi",)
    assert choose_authors((byline, *fields, second), SOURCE, URL)[0] == ("Mario Rossi", "Anna Bianchi")


def test_a_person_who_signs_comes_before_the_desk_of_a_field() -> None:
    desk = Found("Redazione Esempio", "meta:author")
    person = Found("Written by: Mario Rossi", "page:li.author (far)")
    near = Found("Redazione Economia", "page:p.autore")
    assert choose_authors((desk, person), SOURCE, URL)[0] == ("Mario Rossi",)
    assert choose_authors((desk,), SOURCE, URL)[0] == ("Redazione Esempio",)
    assert choose_authors((near, person), SOURCE, URL)[0] == ("Redazione Economia",)
    named = (Found("Redazione Economia", "page:p.desk"), Found("Mario Rossi", "page:p.autore"), desk)
    assert choose_authors(named, SOURCE, URL)[0] == ("Mario Rossi",)
