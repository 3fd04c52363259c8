"""A calendar that goes on for ever and names its days anew at each visit: what is asked of it has an end."""

import re
from itertools import count
from pathlib import Path

import pytest
from loopback import Answer, Route, Site, serve
from serving import Place, page, story

from spiders.visit import MAX_LISTING_PAGES

_CATALOGUE = """
[[source]]
id = "calendario"
url = "{root}/"
way = "listing"
listing = ["{root}/giorno/0"]
pace = 0.0
allow_private = true
"""
_FIRST, _LATER = 20, 30


class _Endless(dict[str, Route]):
    """Each day leads to the next and to three articles, whose addresses no two visits see alike."""

    def __init__(self) -> None:
        super().__init__()
        self._number = count()

    def get(self, path: str, default: object = None) -> Route:  # any path has one
        day = re.fullmatch(r"/giorno/(\d+)", path)
        if day:
            return lambda _: _html(self._list(int(day[1])))
        if path.startswith("/articolo/"):
            return lambda _: _html(page(story(path)))
        return lambda _: Answer(status=404)

    def _list(self, day: int) -> str:
        links = "".join(
            f'<article><h2><a href="/articolo/{n}">Notizia del giorno numero {n}</a></h2></article>'
            for n in (next(self._number) for _ in range(3))
        )
        return (
            f'<html><body><main>{links}</main><a rel="next" href="/giorno/{day + 1}">Domani</a></body></html>'
        )


def _html(text: str) -> Answer:
    return Answer(text.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def _asked(site: Site) -> tuple[int, int]:
    """How many list pages and articles were asked for since the last time."""
    paths = [asked.path for asked in site.asked]
    site.asked.clear()
    return tuple(sum(path.startswith(kind) for path in paths) for kind in ("/giorno/", "/articolo/"))  # type: ignore[return-value]  # two


@pytest.mark.slow
def test_a_calendar_without_end_has_one_for_each_visit(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with serve(_Endless()) as site:
        (tmp_path / "catalogue.toml").write_text(_CATALOGUE.format(root=site.url("")))
        limits = f"from spiders import visit; visit.MAX_ARTICLES = {_LATER}; import os\n"
        limits += f"os.environ['AGGREGATOR_FIRST_VISIT_ARTICLES'] = '{_FIRST}'"
        first = place.run("calendario", before=limits)
        asked = _asked(site)
        again = place.run("calendario", before=limits)
        asked_again = _asked(site)
    assert asked[0] <= MAX_LISTING_PAGES
    assert asked[1] == first.row("calendario")["new"] == _FIRST
    assert asked_again == (MAX_LISTING_PAGES, _LATER)
    assert "the rest comes with the next visits" in again.row("calendario")["error"]
