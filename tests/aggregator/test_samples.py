"""The sample sites hold what their content files say, and `expected.json` says the same."""

import html
import json
import re
from collections import Counter
from datetime import date
from urllib.parse import urljoin, urlsplit

import pytest

from aggregator.catalogue import load_catalogue
from aggregator.sampleserver import SampleSites
from aggregator.samplesite import markup, samples_root
from aggregator.samplesite.answer import Answer
from aggregator.samplesite.content import Paragraph, Post, parse_text
from aggregator.samplesite.expected import render

SAMPLES = SampleSites()
SITES = {site.host: site for site in SAMPLES.sites}
ARTICLES = [post for site in SAMPLES.sites for post in site.articles]
BY_KEY = {post.key: post for post in ARTICLES}
SEED = BY_KEY["mobilita.example/nine-clusters-en"]

# Linked on purpose and behind a wall, or of no use to a crawler: they answer 404.
NOT_SERVED = re.compile(r"/category/|/it/login|/login|/archivio-abbonati/|/members/|/wp-admin/")


def shown(answer: Answer, charset: str = "utf-8") -> str:
    """The words of a page, tags off, blanks collapsed."""
    body = re.sub(r"<(script|style).*?</\1>", " ", answer.body.decode(charset), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def words(text: str) -> str:
    return re.sub(r"\s+([.,;:])", r"\1", " ".join(text.split()))


def by_key(post: Post) -> str:
    return post.key


def test_there_is_enough_of_everything() -> None:
    assert len(SITES) >= 7
    assert len(ARTICLES) >= 80
    assert Counter(post.language for post in ARTICLES)["en"] >= 20
    assert len({site.template for site in SITES.values()}) == len(SITES)


def test_expected_json_is_what_the_content_files_say() -> None:
    stored = (samples_root() / "expected.json").read_text("utf-8")
    assert stored == render(samples_root()), "run python -m aggregator.samplesite.expected"


def test_one_page_in_three_is_held() -> None:
    rows = json.loads((samples_root() / "expected.json").read_text("utf-8"))
    held = sum(row["held"] for row in rows)
    assert len(rows) / 4 < held < len(rows) / 2.4


def test_names_numbers_and_addresses_are_given_once() -> None:
    for site in SITES.values():
        for values in ([p.id for p in site.posts], [p.number for p in site.posts]):
            assert max(Counter(values).values()) == 1
        paths = [path for post in site.posts for path in (post.path, *post.aliases)]
        assert max(Counter(paths).values()) == 1


@pytest.mark.parametrize("post", ARTICLES, ids=by_key)
def test_page_shows_title_and_text_and_nothing_behind_the_wall(post: Post) -> None:
    answer = SAMPLES.answer(post.url)
    text = words(shown(answer, post.charset))
    assert answer.status == 200
    assert words(post.title) in text
    for paragraph in post.shown:
        assert words(paragraph.plain) in text
    for paragraph in post.text[post.visible :]:
        assert words(paragraph.plain) not in text


@pytest.mark.parametrize("post", [post for post in ARTICLES if post.aliases], ids=by_key)
def test_other_addresses_show_the_same(post: Post) -> None:
    for path in post.aliases:
        answer = SAMPLES.answer(f"http://{post.host}{path}")
        if answer.status == 301:
            assert dict(answer.headers)["Location"] == post.url
        else:
            assert words(post.lead) in words(shown(answer, post.charset))


def forms(day: date) -> list[str]:
    short = f"{day:%d} {markup.month(day)[:3]} {day.year}"
    english_order = f"{markup.month(day).capitalize()} {day.day}, {day.year}"
    words = [markup.long_day(day), markup.long_day(day, "en"), short, english_order]
    return [markup.slashed(day), day.isoformat(), *words]


@pytest.mark.parametrize("post", ARTICLES, ids=by_key)
def test_page_states_of_its_date_what_it_is_said_to_state(post: Post) -> None:
    page = SAMPLES.answer(post.url).body.decode(post.charset)
    if post.states == "none":
        assert post.published is None
    elif post.states == "url":
        assert post.day
        assert not any(form in page for form in forms(post.day))
        assert any(form in post.path for form in url_forms(post.day))
    elif post.states == "yearless":
        assert post.day
        assert f"{post.day:%d %b}<" in page
        assert not any(form in page for form in forms(post.day))
    else:
        assert post.day
        assert any(form in page or form in shown_of(page) for form in forms(post.day))
    if post.states == "minute":
        assert post.at
        assert f"{post.at:%H:%M}" in page
    elif post.at:
        assert post.at.isoformat() not in page


def shown_of(page: str) -> str:
    return shown(Answer(page.encode()))


def url_forms(day: date) -> list[str]:
    italian = f"/{day:%y}_{markup.month(day)}_{day:%d}/"
    return [italian, *(f"{day:{form}}" for form in ("/%Y/%m/%d/", "%d-%b-%y", "-%d%m%y.", "/%Y%m%d_"))]


def every_page() -> list[tuple[str, Answer]]:
    """All pages that can be reached from the front pages and the articles."""
    todo = [f"http://{host}/" for host in SITES] + [post.url for post in ARTICLES]
    seen: dict[str, Answer] = {}
    while todo:
        url = todo.pop()
        if url in seen:
            continue
        seen[url] = SAMPLES.answer(url)
        if seen[url].media_type.startswith("text/html"):
            links = re.findall(r'(?:href|src)="([^"#]+)"', seen[url].body.decode("latin-1"))
            todo += [urljoin(url, html.unescape(link)) for link in links]
    return list(seen.items())


def test_every_link_leads_somewhere_and_no_address_holds_a_port() -> None:
    for url, answer in every_page():
        assert urlsplit(url).hostname in SITES, url
        assert answer.status in ({404} if NOT_SERVED.search(url) else {200, 301}), url
        assert not re.search(rb"127\.0\.0\.1|localhost|\.example:\d", answer.body), url


def test_the_block_under_the_seed_page_is_longer_than_its_text() -> None:
    page = SAMPLES.answer(SEED.url).body.decode()
    block = page[page.index("Recent Articles") :]
    titles = [html.unescape(title) for title in re.findall(r"<h3><a[^>]*>(.*?)</a></h3>", block)]
    five = ["jec-en", "trademark-en", "tomorrow-work-en", "aqm-en", "digital-systems-en"]
    assert titles == [BY_KEY[f"mobilita.example/{name}"].title for name in five]
    for name in five:
        assert words(BY_KEY[f"mobilita.example/{name}"].lead) in words(shown_of(block))
    for date_words in (
        "On Oct. 2,",
        "from Nov. 9 to 11",
        "from Nov. 09 to 11, 2024",
        "October 23, 2024",
        "June 11-12",
    ):
        assert date_words in shown_of(block)
    main = page[page.index("<main") : page.index("</main>")]
    assert len(shown_of(main[main.index("<aside") :])) > 0.55 * len(shown_of(main))
    assert "11/03/2024" in page


# Where each catalogue entry is entered, and what is read there.
WAYS = {
    "mobilita.example": ["/wp-json/wp/v2/posts?per_page=100"],
    "energia.example": ["/it/notizie/RSS", "/en/news/RSS"],
    "innovazione.example": [f"/it/news/news?page={n}" for n in (1, 2, 3)],
    "gazzetta.example": ["/rss/home.xml"],
    "agenzia.example": ["/feed/"],
    "quotidiano.example": ["/sitemap-news.xml"],
    "rivista.example": ["/archivio/"],
    "compositi.example": ["/atom.xml"],
}


def test_the_daily_s_sitemap_names_a_page_that_is_gone_and_answers_200() -> None:
    listed = re.findall(
        r"<loc>(.*?)</loc>", SAMPLES.answer("http://quotidiano.example/sitemap-news.xml").body.decode()
    )
    gone = set(listed) - {post.url for post in SITES["quotidiano.example"].articles}
    assert len(gone) == 1
    answer = SAMPLES.answer(gone.pop())
    assert (answer.status, "Pagina non trovata" in shown(answer)) == (200, True)


@pytest.mark.parametrize("host", SITES)
def test_its_way_in_names_every_article(host: str) -> None:
    read = " ".join(SAMPLES.answer(f"http://{host}{path}").body.decode() for path in WAYS[host])
    for post in SITES[host].articles:
        assert post.path in read


def test_the_catalogue_describes_these_sites() -> None:
    sources = load_catalogue(samples_root() / "catalogue.toml").sources
    assert {source.url for source in sources} == {site.url + "/" for site in SITES.values()}
    for source in sources:
        site = SITES[source.hosts[0]]
        assert source.cluster == site.cluster
        assert set(source.languages) >= set(site.languages)
        for url in (*source.feeds, *source.listing):
            assert SAMPLES.answer(url).status == 200


COPIES = [
    # copy, original, what was done to it
    ("mobilita.example/h2iseo", "agenzia.example/idrogeno-valcamonica", "exact"),
    ("gazzetta.example/bando-copia", "agenzia.example/bando-cluster", "cut"),
    ("gazzetta.example/cosmesi-copia", "agenzia.example/cosmesi", "prefixed"),
    ("quotidiano.example/farnborough-copia", "agenzia.example/farnborough-2024", "without dateline"),
    ("quotidiano.example/fabbrica-copia", "agenzia.example/fabbrica", "cut"),
    ("quotidiano.example/smart-copia", "agenzia.example/smart-city", "plain quotes"),
]


@pytest.mark.parametrize(("copy", "original", "how"), COPIES)
def test_copies_differ_from_their_originals_as_described(copy: str, original: str, how: str) -> None:
    ours, theirs = BY_KEY[copy], BY_KEY[original]
    assert ours.copy_of == original
    if how == "exact":
        assert (ours.text, ours.title) == (theirs.text, theirs.title)
    elif how == "cut":
        assert len(ours.text) < len(theirs.text)
    elif how == "prefixed":
        assert ours.lead.startswith("CREMA - (Agenzia Lombarda)")
    else:
        assert theirs.lead.endswith(ours.lead.replace("'", "’"))
    assert ours.published and theirs.published
    assert ours.at and theirs.at
    assert ours.at > theirs.at


def test_all_copies_are_described() -> None:
    assert {post.key for post in ARTICLES if post.copy_of} == {copy for copy, _, _ in COPIES}


def test_nine_of_ten_articles_of_the_newspaper_are_about_something_else() -> None:
    articles = SITES["gazzetta.example"].articles
    assert sum(post.is_about for post in articles) * 10 == len(articles)


_NAMED = re.compile(
    r"(?i)\b(\w+), ?([A-Z]\w+) (\d{1,2})(?:, (\d{4}))?|\b(\w+) (\d{1,2}) (\w+)(?: (\d{4}))?\b"
)


def test_weekdays_in_the_texts_are_right() -> None:
    checked = 0
    for post in ARTICLES:
        text = " ".join([post.title, *(paragraph.plain for paragraph in post.text)])
        for named, month, day, year in named_days(text):
            years = [year] if year else [post.day.year] if post.day else []
            for candidate in years:
                at = date(candidate, month, day)
                assert named in {markup.weekday(at).lower(), markup.weekday(at, "en").lower()}, (post.key, at)
                checked += 1
    assert checked >= 12


def named_days(text: str) -> list[tuple[str, int, int, int | None]]:
    months = {
        markup.month(date(2024, n, 1), language).lower(): n for n in range(1, 13) for language in ("it", "en")
    }
    weekdays = {
        markup.weekday(date(2024, 1, n), language).lower() for n in range(1, 8) for language in ("it", "en")
    }
    found = []
    for en_week, en_month, en_day, en_year, it_week, it_day, it_month, it_year in _NAMED.findall(text):
        week, month = (en_week or it_week).lower(), (en_month or it_month).lower()
        if week in weekdays and month in months:
            year = en_year or it_year
            found.append((week, months[month], int(en_day or it_day), int(year) if year else None))
    return found


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("", []),
        ("Uno\ndue.\n\nTre.", [("p", "Uno due."), ("p", "Tre.")]),
        ("## Titolo\n\n- a\n- b", [("h2", "Titolo"), ("li", "a"), ("li", "b")]),
        ("> Detto\n> da noi", [("quote", "Detto da noi")]),
        ("#1 - non un elenco", [("p", "#1 - non un elenco")]),
    ],
)
def test_texts_are_read_in_paragraphs(text: str, paragraphs: list[tuple[str, str]]) -> None:
    assert [(paragraph.kind, paragraph.text) for paragraph in parse_text(text)] == paragraphs


def test_links_are_words_and_addresses() -> None:
    paragraph = Paragraph("p", "Si veda [il bando](/bando) & altro.")
    assert paragraph.plain == "Si veda il bando & altro."
    assert markup.words_html(paragraph) == 'Si veda <a href="/bando">il bando</a> &amp; altro.'
