"""Images and links as evidence: told apart from a site's own ones, and what a translation is known by."""

from dataclasses import replace
from datetime import date

import pytest
from archive_samples import MOBILITY, NOW, day, digested, lease_on, make_article
from sqlalchemy import select

from aggregator.items import Article
from aggregator.store import Store
from aggregator.store.schema import LinkRow
from pipelines.dedupe import Nearby, decide_translation
from pipelines.marks import marks_of
from pipelines.save import Saver
from pipelines.settle import finish, plan_settling
from pipelines.wording import Wording

DAY = date(2026, 3, 10)
TRIP = (
    "Siamo saliti a bordo con chi ogni mattina porta i ragazzi a scuola da una sponda all'altra: una "
    "traversata breve, il motore che quasi non si sente, e a Varenna il caffè prima di ripartire. Da "
    "giugno sarà così per tutti."
)
ABROAD = (
    "We went aboard with those who take children to school every morning from one shore to the other: "
    "a short trip, an engine hardly heard, and a coffee in Varenna before leaving again. From June "
    "everybody can come."
)
PHOTO = "https://mobilita.example/foto/sponda-300x200.jpg"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="https://bandi.example/scheda/12?utm_source=x">', ("https://bandi.example/scheda/12",)),
        ('<a class="x" href="https://bandi.example/?id=9&amp;l=it">', ("https://bandi.example/?id=9&l=it",)),
        ('<a href="https://bandi.example/">', ()),
        ('<a href="https://bandi.example/contatti">', ()),
        ('<a href="https://www.mobilita.example/altre-notizie/uno">', ()),
        ('<a href="https://www.linkedin.com/company/mobilita-lombarda">', ()),
        ('<a href="/altre-notizie/uno"><a href="https://[/altre-notizie">', ()),
    ],
)
def test_links_that_lead_to_a_page_elsewhere(html: str, expected: tuple[str, ...]) -> None:
    assert marks_of("https://mobilita.example/uno", None, html) == expected


def test_an_image_is_one_in_all_sizes_and_links_are_few() -> None:
    many = "".join(f'<a href="https://bandi.example/scheda/numero-{n}">' for n in range(9))
    sizes = [
        marks_of("https://mobilita.example/uno", url, many) for url in (PHOTO, PHOTO.replace("-300x200", ""))
    ]
    assert sizes[0] == sizes[1]
    assert sizes[0][0] == "https://mobilita.example/foto/sponda.jpg"
    assert len(sizes[0]) == 4


def test_less_is_enough_for_a_translation_where_a_mark_is_shared() -> None:
    italian, english = (
        Wording("Sul lago", TRIP, "it", "clm", DAY),
        Wording("At dawn", ABROAD, "en", "clm", DAY),
    )
    assert decide_translation(english, [Nearby(1, 1, italian)]) is None
    tie = decide_translation(english, [Nearby(1, 1, italian, is_marked=True)])
    assert tie is not None
    assert "an image or link" in tie.reason
    other = replace(italian, text="Il museo della seta di Como riapre con una mostra di telai e fotografie.")
    assert decide_translation(english, [Nearby(1, 1, other, is_marked=True)]) is None


@pytest.mark.parametrize(("others", "is_tied"), [(0, True), (2, False)])
def test_the_archive_sees_a_photo_that_two_articles_share(store: Store, others: int, is_tied: bool) -> None:
    # A picture that the whole site shows says nothing of any of them.
    found = [_article("lago", TRIP, "it"), _article("lake", ABROAD, "en")]
    found += [_article(f"altra{n}", f"{'parola' * (n + 1)} " * 30, "it") for n in range(others)]
    lease = lease_on(store, MOBILITY)
    Saver(store, lease).save_batch(digested(found), NOW)
    finish(store, lease, plan_settling(store, "clm"), NOW)
    with store.read() as session:
        assert [link.level for link in session.scalars(select(LinkRow))] == ["translation"] * is_tied


def _article(path: str, text: str, language: str) -> Article:
    title = "Sul lago" if language == "it" else "At dawn"
    made: Article = make_article(
        MOBILITY, path, title=title, text=text, language=language, published=day("2026-03-10")
    )
    return replace(made, image=PHOTO if path != "lake" else PHOTO.replace("-300x200", "-1024x768"))
