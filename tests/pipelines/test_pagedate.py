"""Which of a page's dates is its own: tables of what was found where, and what it comes to."""

from datetime import UTC, date, datetime

import pytest

from aggregator.items import DateOrder, Found, Precision, RawArticle, Source
from pipelines.pagedate import PageDates, choose_dates

SITE = Source(id="site", url="https://site.example/")
FETCHED = datetime(2025, 5, 14, 8, tzinfo=UTC)
URL = "https://site.example/un-titolo/"
JSONLD, META, FEED = "jsonld:NewsArticle.datePublished", "meta:article:published_time", "feed:published"
VISIBLE = "page:ul>li.date"


def _choose(
    *published: tuple[str, str],
    modified: tuple[tuple[str, str], ...] = (),
    url: str = URL,
    title: str = "Un titolo",
    source: Source = SITE,
    fetched_at: datetime = FETCHED,
) -> PageDates:
    raw = RawArticle(
        url=url,
        title=(Found(title, "page:h1"),),
        published=tuple(Found(*found) for found in published),
        modified=tuple(Found(*found) for found in modified),
    )
    return choose_dates(raw, source, fetched_at)


def _day(dates: PageDates) -> str | None:
    return dates.published.day.isoformat() if dates.published else None


def _at(dates: PageDates) -> str | None:
    at = dates.published.at if dates.published else None
    return at.isoformat() if at else None


@pytest.mark.parametrize(
    ("value", "where", "day"),
    [
        ("11/03/2024", VISIBLE, "2024-03-11"),
        ("Pubblicato il 11/03/2024", VISIBLE, "2024-03-11"),
        ("di Mario Rossi - 12 mar 2024", "page:div.meta", "2024-03-12"),
        ("Pubblicato 11/03/2024 | Aggiornato 13/03/2024", VISIBLE, "2024-03-11"),
        ("Milano, 26 marzo 2024 –", "page:dateline", "2024-03-26"),
        ("2024-03-11", "page:time[datetime]", "2024-03-11"),
        ("11/03/2024", "listing:date", "2024-03-11"),
        ("2024-03-11", "import:published", "2024-03-11"),
        ("Mon, 11 Mar 2024 10:00:00 +0100", FEED, "2024-03-11"),
        ("2024-03-11T09:00:00Z", "wordpress:date", "2024-03-11"),
        ("2024-03-11T09:00:00Z", "sitemap:publication_date", "2024-03-11"),
        ("2024-03-11T09:00:00Z", "sitemap:news:publication_date", "2024-03-11"),
        # What is no publication date.
        ("2024-03-11T09:00:00Z", "sitemap:lastmod", None),
        ("Mon, 11 Mar 2024 10:00:00 GMT", "http:last-modified", None),
        ("Ultimo aggiornamento: 11 marzo 2024", VISIBLE, None),
        ("dal 3 al 5 giugno 2024", VISIBLE, None),
        ("Scadenza: 30/06/2024", VISIBLE, None),
        ("Data dell'evento: 30/06/2024", VISIBLE, None),
        ("In vigore dal 30/06/2024", VISIBLE, None),
        ("© 2019-2026", VISIBLE, None),
        ("1970-01-01T00:00:00Z", JSONLD, None),
        ("2026-01-01", "meta:date", None),
        ("0001-01-01", JSONLD, None),
        ("nessuna", JSONLD, None),
    ],
)
def test_one_place(value: str, where: str, day: str | None) -> None:
    dates = _choose((value, where))
    assert _day(dates) == day
    told = dates.evidence[0]
    assert (told.field, bool(told.why)) == ("published", True)
    assert (told.chosen == Found(value, where)) is (day is not None)


def test_nothing_found_is_nothing_known() -> None:
    dates = _choose()
    assert (dates.published, dates.modified_at) == (None, None)
    assert dates.evidence[0].chosen is None


def test_order_is_the_site_s_whatever_the_language() -> None:
    american = Source(id="us", url="https://us.example/", date_order=DateOrder.MDY, zone="America/New_York")
    assert _day(_choose(("03/11/2024", VISIBLE), source=american)) == "2024-03-11"
    assert _day(_choose(("03/11/2024", VISIBLE))) == "2024-11-03"


def test_figures_that_lie_in_the_future_are_read_in_the_other_order() -> None:
    dates = _choose(("03/11/2025", VISIBLE))
    assert _day(dates) == "2025-03-11"
    assert dates.published
    assert dates.published.confidence < 0.5


@pytest.mark.parametrize(
    ("stated", "day", "at"),
    [
        ("2024-03-11T22:30:00Z", "2024-03-11", "2024-03-11T22:30:00+00:00"),
        ("2024-03-11T23:30:00Z", "2024-03-12", "2024-03-11T23:30:00+00:00"),
        ("2024-07-11T22:30:00Z", "2024-07-12", "2024-07-11T22:30:00+00:00"),
        ("2024-03-12T01:00:00+09:00", "2024-03-11", "2024-03-11T16:00:00+00:00"),
        ("2024-03-11T09:05:00", "2024-03-11", "2024-03-11T08:05:00+00:00"),
        # Midnight is how programs write a day without an hour.
        ("2024-03-11T00:00:00", "2024-03-11", None),
        ("2024-03-11T00:00:00Z", "2024-03-11", None),
        ("2024-03-10T23:00:00Z", "2024-03-11", None),
        # Hours that the clocks skip and repeat.
        ("2024-03-31T02:30:00", "2024-03-31", "2024-03-31T01:30:00+00:00"),
        ("2024-10-27T02:30:00", "2024-10-27", "2024-10-27T00:30:00+00:00"),
        ("2024-10-27T01:30:00Z", "2024-10-27", "2024-10-27T01:30:00+00:00"),
    ],
)
def test_the_day_is_cut_in_the_site_s_zone(stated: str, day: str, at: str | None) -> None:
    dates = _choose((stated, JSONLD))
    assert (_day(dates), _at(dates)) == (day, at)


def test_minutes_of_machines_beat_visible_days_that_agree() -> None:
    dates = _choose(("11 marzo 2024", VISIBLE), ("2024-03-11T09:05:00+01:00", META))
    assert _at(dates) == "2024-03-11T08:05:00+00:00"
    assert dates.published
    assert dates.published.precision is Precision.MINUTE
    assert dates.published.confidence > 0.9
    assert "agrees: page:ul>li.date" in dates.evidence[0].why
    assert dates.evidence[0].chosen == Found("2024-03-11T09:05:00+01:00", META)
    assert dates.evidence[0].others == (Found("11 marzo 2024", VISIBLE),)


def test_what_contradicts_is_named_and_costs_confidence() -> None:
    agreed = _choose(("2024-03-11T09:05:00Z", JSONLD), ("2024-03-11T09:05:00Z", META))
    against = _choose(("2024-03-11T09:05:00Z", JSONLD), ("Wed, 13 Mar 2024 10:00:00 +0100", FEED))
    assert _day(agreed) == _day(against) == "2024-03-11"
    assert agreed.published
    assert against.published
    assert against.published.confidence < 0.6 < agreed.published.confidence
    assert "contradicts: feed:published says 2024-03-13" in against.evidence[0].why


def test_two_that_agree_outweigh_one() -> None:
    dates = _choose(("2024-03-20", "meta:date"), ("11/03/2024", VISIBLE), ("2024-03-11T08:00:00Z", FEED))
    assert _day(dates) == "2024-03-11"


SHOWN = "page:main>p.date"
# What machines are told, what readers see -> the day. A page built anew tells machines that day.
REPUBLISHED = [
    ([("2025-03-02T10:00:00Z", "jsonld:Article.datePublished"), ("12 maggio 2021", SHOWN)], "2021-05-12"),
    ([("2021-05-12T10:00:00Z", "jsonld:Article.datePublished"), ("2 marzo 2025", SHOWN)], "2021-05-12"),
    # Far from the title it may be another article's; and two kinds of place agree against it.
    (
        [("2025-03-02T10:00:00Z", "jsonld:Article.datePublished"), ("12 maggio 2021", f"{SHOWN} (far)")],
        "2025-03-02",
    ),
    (
        [
            ("2025-03-02T10:00:00Z", "jsonld:Article.datePublished"),
            ("2025-03-02", "feed:published"),
            ("12 maggio 2021", SHOWN),
        ],
        "2025-03-02",
    ),
]


@pytest.mark.parametrize(("found", "day"), REPUBLISHED)
def test_the_day_that_readers_see_is_no_later_one_for_machines(
    found: list[tuple[str, str]], day: str
) -> None:
    assert _day(_choose(*found)) == day


def test_the_hour_of_the_last_change_is_not_the_publication() -> None:
    dates = _choose(
        ("2024-03-20T09:00:00Z", META),
        ("11 marzo 2024", VISIBLE),
        modified=(("2024-03-20T09:00:00Z", "meta:article:modified_time"),),
    )
    assert _day(dates) == "2024-03-11"
    assert dates.modified_at == datetime(2024, 3, 20, 9, tzinfo=UTC)


def test_the_visitor_s_day_in_a_header_does_not_win() -> None:
    dates = _choose(("mercoledì 14 maggio 2025", "page:div.top"), ("3 maggio 2025", "page:span.date"))
    assert _day(dates) == "2025-05-03"


def test_an_event_s_days_do_not_win() -> None:
    dates = _choose(("Dal 3 al 5 giugno 2024", "page:p.when"), ("20 maggio 2024", "page:span.date"))
    assert _day(dates) == "2024-05-20"


def test_local_hours_labelled_utc_are_put_right_by_the_visible_day() -> None:
    dates = _choose(("2024-03-11T23:30:00Z", JSONLD), ("11 marzo 2024", VISIBLE))
    assert (_day(dates), _at(dates)) == ("2024-03-11", "2024-03-11T22:30:00+00:00")


@pytest.mark.parametrize("stated", ["2024-03-11T23:30:00.000Z", "2024-03-11T23:30:00+00:00"])
def test_an_instant_that_a_program_reckoned_stands(stated: str) -> None:
    feed = ("Mon, 11 Mar 2024 23:30:00 GMT", "feed:published")
    dates = _choose((stated, JSONLD), feed, ("Mar 11, 2024", VISIBLE))
    assert (_day(dates), _at(dates)) == ("2024-03-12", "2024-03-11T23:30:00+00:00")


@pytest.mark.parametrize(
    ("url", "day", "precision"),
    [
        ("https://site.example/2024/03/11/titolo/", "2024-03-11", Precision.DAY),
        ("https://site.example/2024/07/31-milioni-per-le-imprese/", "2024-07-01", Precision.MONTH),
        ("https://site.example/articolo/24817863/", None, None),
    ],
)
def test_the_address_is_the_last_resort(url: str, day: str | None, precision: Precision | None) -> None:
    dates = _choose(url=url)
    assert _day(dates) == day
    assert (dates.published.precision if dates.published else None) is precision


def test_a_month_in_the_address_supports_a_day_in_it() -> None:
    url = "https://site.example/2024/03/titolo/"
    alone = _choose(("11 marzo 2024", VISIBLE)).published
    supported = _choose(("11 marzo 2024", VISIBLE), url=url).published
    against = _choose(("11 aprile 2024", VISIBLE), url=url).published
    assert alone
    assert supported
    assert against
    assert supported.confidence > alone.confidence > against.confidence
    assert (supported.day, supported.precision) == (date(2024, 3, 11), Precision.DAY)


@pytest.mark.parametrize(
    ("title", "path", "day"),
    [
        ("Gruppo di lavoro – 22 maggio 2024", "blog/gruppo-di-lavoro-22-maggio-2024/", None),
        ("Gruppo di lavoro – 22 maggio 2024", "2024/05/22/gruppo-di-lavoro/", "2024-05-22"),
        ("Gruppo di lavoro – 22 maggio 2024", "2024-04-27-gruppo-di-lavoro-22-maggio-2024", "2024-04-27"),
        ("Gruppo di lavoro", "blog/gruppo-di-lavoro-22-maggio-2024/", "2024-05-22"),
    ],
)
def test_a_day_that_the_address_has_from_the_title_is_an_events(
    title: str, path: str, day: str | None
) -> None:
    assert _day(_choose(title=title, url=f"https://site.example/{path}")) == day


def test_a_trail_of_links_that_ends_with_the_title_dates_nothing() -> None:
    title, trail = "Gruppo di lavoro – 22 maggio 2024", "page:ul.breadcrumb>li"
    assert _day(_choose((title, trail), title=title)) is None
    assert (
        _day(_choose((f"Home / News / {title}", trail), ("27/04/2024", VISIBLE), title=title)) == "2024-04-27"
    )
    assert _day(_choose(("22 maggio 2024", VISIBLE), title="22 maggio 2024")) == "2024-05-22"


def test_a_sentence_of_the_text_dates_nothing() -> None:
    told = "Regione Lombardia mette a disposizione sette milioni di euro: le domande il 16 maggio 2024"
    assert _day(_choose((told, "page:div>p"))) is None
    coarse = _choose((told, "page:div>p"), ("maggio 2024", VISIBLE)).published
    assert coarse
    assert coarse.precision is Precision.MONTH
    agreed, alone = (_choose(("2024-05-16", VISIBLE), *more).published for more in ([(told, "page:p")], []))
    assert agreed and alone
    assert agreed.day == alone.day == date(2024, 5, 16)


def test_what_a_person_set_is_not_put_to_the_vote() -> None:
    found = (("2024-03-11", JSONLD), ("2024-03-11", META), ("2024-03-11", FEED))
    assert _day(_choose(*found, ("9 marzo 2024", "selector:.data"))) == "2024-03-09"
    assert _day(_choose(*found, ("2024-03-08", "operator:published"))) == "2024-03-08"


def test_of_two_hours_the_one_not_after_the_fetch_is_taken() -> None:
    dates = _choose(("2025-05-14T09:30:00Z", JSONLD), ("2025-05-14T09:30:00+02:00", META))
    assert _at(dates) == "2025-05-14T07:30:00+00:00"
    assert "hours differ" in dates.evidence[0].why


def test_words_told_from_today_are_told_from_the_fetch() -> None:
    assert _day(_choose(("ieri alle 18:30", VISIBLE))) == "2025-05-13"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Pubblicato 10 mesi fa", "2024 year"),  # in June or July
        ("4 mesi fa", None),  # in December or January
        ("Pubblicato 2 anni fa", None),
        ("Inserito da: Redazione 6 mesi, 2 settimane fa", "2024-10 month"),
        ("Inserito da: Redazione 6 mesi, 3 settimane fa", "2024-10 month"),
        ("6 months 3 weeks ago", "2024-10 month"),
        ("2 settimane fa", "2025-04 month"),
        ("1 settimana fa", "2025-05 month"),
        ("6 settimane fa", "2025 year"),
        ("1 settimana, 2 giorni fa", "2025-05-05 day"),
        ("3 ore fa", "2025-05-14 day"),
        ("25 minuti fa", "2025-05-14 minute"),
    ],
)
def test_a_count_of_time_ago_is_no_surer_than_what_it_cuts_off(words: str, told: str | None) -> None:
    published = _choose((words, VISIBLE)).published
    cut = {Precision.YEAR: 4, Precision.MONTH: 7}
    assert told == (
        published and f"{published.day.isoformat()[: cut.get(published.precision)]} {published.precision}"
    )


@pytest.mark.parametrize(
    ("modified", "at"),
    [
        ((("2024-03-12T10:00:00Z", "jsonld:NewsArticle.dateModified"),), "2024-03-12T10:00:00+00:00"),
        ((("2024-03-12T10:00:00Z", "sitemap:lastmod"),), "2024-03-12T10:00:00+00:00"),
        ((("Aggiornato il 12 marzo 2024 alle 11", "page:p"),), "2024-03-12T10:00:00+00:00"),
        ((("12 marzo 2024", "page:p"),), None),
        ((("2024-03-01T10:00:00Z", "meta:article:modified_time"),), None),
        ((("2030-03-01T10:00:00Z", "meta:article:modified_time"),), None),
    ],
)
def test_modified_is_kept_apart(modified: tuple[tuple[str, str], ...], at: str | None) -> None:
    dates = _choose(("2024-03-11", JSONLD), modified=modified)
    assert _day(dates) == "2024-03-11"
    assert (dates.modified_at.isoformat() if dates.modified_at else None) == at
    assert [told.field for told in dates.evidence] == ["published", "modified"]


def test_later_than_the_fetch_by_no_more_than_a_day() -> None:
    assert _day(_choose(("2025-05-15", JSONLD))) == "2025-05-15"
    assert _day(_choose(("2025-05-16", JSONLD))) is None


@pytest.mark.parametrize(
    ("found", "day"),
    [
        ([("10 mag", VISIBLE)], "2025-05-10"),
        ([("sabato 10 maggio", VISIBLE)], "2025-05-10"),
        ([("03 Apr", VISIBLE)], "2025-04-03"),
        # An old theme prints no year: of older articles nobody knows it, unless something else tells.
        ([("03 Feb", VISIBLE)], None),
        ([("sabato 3 febbraio", VISIBLE)], "2024-02-03"),
        ([("03 Feb", VISIBLE), ("2018-02-03T08:00:00Z", "feed:published")], "2018-02-03"),
        ([("Milano, 3 feb (LNews)", "page:dateline"), ("2018-02-04", JSONLD)], "2018-02-04"),
    ],
)
def test_years_left_out(found: list[tuple[str, str]], day: str | None) -> None:
    assert _day(_choose(*found)) == day


def test_a_year_left_out_is_told_by_the_last_change() -> None:
    dates = _choose(("03 Feb", VISIBLE), modified=(("2018-02-20T08:00:00Z", "meta:article:modified_time"),))
    assert _day(dates) == "2018-02-03"


def test_a_year_left_out_is_told_by_the_address() -> None:
    assert _day(_choose(("03 Feb", VISIBLE), url="https://site.example/2018/02/titolo/")) == "2018-02-03"


def test_a_line_that_the_window_s_title_begins_with_dates_nothing() -> None:
    title = "Gruppo di lavoro – 22 maggio 2024"
    assert _day(_choose((title, VISIBLE), title=f"{title} | Notizie")) is None
