"""A bug in the reading of one site's lists or pages: that visit fails with its words, the others go on."""

from pathlib import Path

from serving import Place, fill, serve, story, write_catalogue

_BUGS = """
from spiders import base
from spiders.visit import Visit

read_list, page_of, first_entrances = base.read_list, base.page_of, Visit.first_entrances

def break_where(is_here, words):
    if is_here:
        raise RuntimeError(words)

def broken_read(way, page, source):
    break_where(source.id == "list", "unexpected in a list")
    return read_list(way, page, source)

def broken_page(response):
    break_where(response.url.endswith("{path}"), "unexpected in a page")
    return page_of(response)

def broken_start(visit, urls):
    break_where(visit.source.id == "start", "unexpected at the start")
    return first_entrances(visit, urls)

base.read_list, base.page_of, Visit.first_entrances = broken_read, broken_page, broken_start
"""
_NEW = {"list": 0, "page": 2, "start": 0, "good": 3}


def test_a_bug_costs_its_own_visit(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with serve(*(f"127.0.5.{n}" for n in range(1, 5))) as served:
        sites = dict(zip(_NEW, served, strict=True))
        write_catalogue(place.folder / "catalogue.toml", dict(sites))
        for name, site in sites.items():
            fill(site, [f"{name}-{n}" for n in range(3)])
        broken = place.run(before=_BUGS.format(path=story("page-1").path))
        mended = place.run(*sites)
    rows = {name: broken.row(name) for name in sites}
    assert {name: row["new"] for name, row in rows.items()} == _NEW
    assert {name: row["outcome"] for name, row in rows.items()} == dict.fromkeys(_NEW, "failed") | {
        "good": "ok"
    }
    assert "unexpected in a list" in rows["list"]["error"]
    assert "unexpected in a page" in rows["page"]["error"]
    assert "unexpected at the start" in rows["start"]["error"]
    assert rows["good"]["error"] is None
    assert {name: mended.row(name)["new"] for name in sites} == {name: 3 - new for name, new in _NEW.items()}
