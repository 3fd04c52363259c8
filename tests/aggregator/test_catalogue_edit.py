"""Changes to the operator's file: what changes, what must not, what is refused."""

# ruff: noqa: E501 - a table is read a case a line

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.catalogue import Catalogue, load_catalogue
from aggregator.catalogue_edit import NEW_CATALOGUE, OperatorCatalogue, find_same, render_toml, suggest_id
from aggregator.errors import CatalogueError
from aggregator.items import Keep, Kind, Source, Way
from aggregator.tomltext import parse_toml, spans_of

MINE = """\
# Sources of our office.     Spaces stay as they are.

# Our own site; ask Anna before changing it.
[[source]]  # the first
id = "ours"
url = "https://ours.example/"   # since 2019
include = [
    '/news/',   # not the shop
]
[source.fields]
title = "h1"    # the second heading is an advert

# Trains.
[[topic]]
id = "rail"
label.it = "Ferrovia"

# VareseNews, all of it.
[[source]]
id = "varesenews"
keep = "all"
# The end.
"""


@pytest.fixture
def mine(tmp_path: Path) -> OperatorCatalogue:
    path = tmp_path / "etc" / "catalogue.toml"
    path.parent.mkdir()
    path.write_text(MINE, encoding="utf-8")
    return OperatorCatalogue(path)


def loaded(mine: OperatorCatalogue) -> Catalogue:
    return load_catalogue(operator=mine.path)


def test_adding_appends_and_leaves_the_rest_to_the_byte(mine: OperatorCatalogue) -> None:
    mine.add_sources(
        [{"id": "new", "url": "https://new.example/", "name": 'Il "Nuovo"', "include": [r"/\d{4}/"]}]
    )
    text = mine.path.read_text(encoding="utf-8")
    assert text.startswith(MINE)
    new = loaded(mine).get("new")
    assert (new.name, new.include) == ('Il "Nuovo"', (r"/\d{4}/",))


def test_the_file_is_made_with_its_folder(tmp_path: Path) -> None:
    mine = OperatorCatalogue(tmp_path / "a" / "b" / "catalogue.toml")
    mine.add_sources([{"id": "new", "url": "https://new.example/"}])
    assert mine.path.read_text(encoding="utf-8").startswith(NEW_CATALOGUE)
    assert loaded(mine).get("new").url == "https://new.example/"
    assert [path.name for path in mine.path.parent.iterdir()] == ["catalogue.toml"]


def test_adding_nothing_writes_nothing(tmp_path: Path) -> None:
    mine = OperatorCatalogue(tmp_path / "catalogue.toml")
    mine.add_sources([])
    assert not mine.path.exists()


def test_one_proved_source_changes_alone(mine: OperatorCatalogue) -> None:
    mine.write_proved("ours", Way.FEED, ["https://ours.example/feed/"])
    source = loaded(mine).get("ours")
    assert (source.way, source.feeds, source.verified) == (Way.FEED, ("https://ours.example/feed/",), True)
    changed = 'way = "feed"\nfeeds = ["https://ours.example/feed/"]\nverified = true\n'
    text = mine.path.read_text(encoding="utf-8")
    assert changed in text
    assert "".join(text.split(changed)).split() == MINE.split()
    mine.write_proved("ours", Way.SITEMAP)
    assert loaded(mine).get("ours").way is Way.SITEMAP


def test_a_bundled_source_is_proved_in_the_operators_file(mine: OperatorCatalogue) -> None:
    mine.write_proved("clm", Way.WORDPRESS)
    text = mine.path.read_text(encoding="utf-8")
    assert text == MINE + '\n[[source]]\nid = "clm"\nway = "wordpress"\nverified = true\n'
    assert loaded(mine).get("clm").cluster == "clm"


def test_an_own_source_is_removed_and_every_comment_stays(mine: OperatorCatalogue) -> None:
    mine.remove_source("ours")
    text = mine.path.read_text(encoding="utf-8")
    begin, end = MINE.index("[[source]]  # the first"), MINE.index("\n# Trains.")
    assert text == MINE[:begin] + MINE[end:]
    with pytest.raises(CatalogueError, match="there is no source 'ours'"):
        mine.remove_source("ours")


def test_a_bundled_source_is_switched_off(mine: OperatorCatalogue) -> None:
    for source_id in ("varesenews", "clm"):
        mine.remove_source(source_id)
        assert not loaded(mine).get(source_id).enabled
    text = mine.path.read_text(encoding="utf-8")
    assert text.startswith(MINE.replace('keep = "all"\n', 'keep = "all"\nenabled = false\n'))


def test_a_source_that_moves_keeps_its_id_and_its_old_hosts(mine: OperatorCatalogue) -> None:
    mine.move_source("varesenews", "https://news.varese.example/")
    source = loaded(mine).get("varesenews")
    assert source.url == "https://news.varese.example/"
    assert source.hosts == (
        "news.varese.example",
        "www.news.varese.example",
        "www.varesenews.it",
        "varesenews.it",
    )
    assert (source.feeds, source.way, source.verified, source.keep) == ((), Way.AUTO, False, Keep.ALL)


REFUSED = [
    (lambda m: m.add_sources([{"id": "clm", "url": "https://x.example/"}]), "there is a source 'clm' already"),
    (lambda m: m.add_sources([{"id": "ours", "url": "https://x.example/"}]), "there is a source 'ours' already"),
    (lambda m: m.add_sources([{"id": "x", "url": "x.example"}]), "expected an absolute http(s) address"),
    (lambda m: m.add_sources([{"id": "x", "url": "https://x.example/", "ways": 1}]), "no such key; did you mean 'way'"),
    (lambda m: m.add_sources([{"id": "x y", "url": "https://x.example/"}]), "expected small letters"),
    (lambda m: m.move_source("varesnews", "https://x.example/"), "did you mean 'varesenews'"),
    (lambda m: m.move_source("ours", "nowhere"), "expected an absolute http(s) address"),
    (lambda m: m.write_proved("afil", Way.FEED, ["https://elsewhere.example/rss"]), "on none of the hosts of 'afil'"),
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case[1])
def test_what_would_be_wrong_is_not_written(mine: OperatorCatalogue, case: tuple) -> None:  # type: ignore[type-arg]
    change, message = case
    with pytest.raises(CatalogueError, match=re.escape(message)):
        change(mine)
    assert mine.path.read_text(encoding="utf-8") == MINE
    assert [path.name for path in mine.path.parent.iterdir()] == ["catalogue.toml"]


def test_a_file_in_another_style_is_left_alone(mine: OperatorCatalogue) -> None:
    mine.path.write_text('source = [{id = "ours", url = "https://ours.example/"}]\n', encoding="utf-8")
    with pytest.raises(CatalogueError, match="only sources that begin with"):
        mine.write_proved("ours", Way.SITEMAP)


def test_line_ends_mode_and_link_stay(mine: OperatorCatalogue, tmp_path: Path) -> None:
    mine.path.write_bytes(MINE.replace("\n", "\r\n").encode())
    mine.path.chmod(0o640)
    link = tmp_path / "link.toml"
    link.symlink_to(mine.path)
    OperatorCatalogue(link).write_proved("ours", Way.SITEMAP)
    assert link.is_symlink()
    assert mine.path.stat().st_mode & 0o777 == 0o640
    data = mine.path.read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n") > 20
    assert loaded(mine).get("ours").verified


# --- Spans and lines

# Bits of files, each a whole statement; the id tells which table it is.
PIECES = st.sampled_from(
    [
        "",
        "# [[source]]",
        "[[topic]]\nid = 't'",
        "[[source]]\nid = 'N'\nurl = 'u'",
        "[[source]] # x\nid = 'N'\n[source.fields]\ntitle = 'h1'",
        '[[source]]\nid = "N"\nname = """\n[[source]]\n# in a text\n"""',
        "[[source]]\nid = 'N'\nhosts = [\n  'a', # ]\n\n  '[[b]]',\n]",
        "[[ source ]]\nid = 'N'\nname = 'x = [ # \"'",
    ]
)


@given(st.lists(PIECES, max_size=8))
def test_spans_are_the_tables_that_toml_reads(pieces: list[str]) -> None:
    text = "\n".join(piece.replace("N", f"n{n}") for n, piece in enumerate(pieces))
    tables = tomllib.loads(text).get("source", [])
    lines = text.split("\n")
    cut = ["\n".join(lines[first:last]) for first, last in spans_of(text, "source")]
    assert [tomllib.loads(block)["source"][0] for block in cut] == tables
    toml = parse_toml(text, "x")
    for n, table in enumerate(tables):
        for key, value in table.items():
            line = int(re.search(r"line (\d+)", str(toml.place("source", n, key)))[1])  # type: ignore[index]
            assert lines[line - 1].startswith("[source.fields]" if isinstance(value, dict) else key)


# --- Export and ids


def test_an_exported_catalogue_is_the_same_catalogue(tmp_path: Path) -> None:
    bundled = load_catalogue()
    odd = Source(
        "odd",
        "https://odd.example/",
        name='Tutto "strano" \\ – più',
        hosts=("odd.example",),
        kind=Kind.NEWS,
        languages=("en", "it"),
        zone="UTC",
        way=Way.LISTING,
        feeds=("https://odd.example/f",),
        listing=("https://odd.example/a", "https://odd.example/b"),
        include=(r"/\d+\.html$",),
        pages=False,
        pace=0.5,
        keep=Keep.ALL,
        fields=(("title", "h1 > a[href^='/x']"), ("body", "article")),
        enabled=False,
        allow_private=True,
        verified=True,
    )
    path = tmp_path / "out.toml"
    path.write_text(render_toml([*bundled.sources, odd]), encoding="utf-8")
    assert load_catalogue(path).sources == (*bundled.sources, odd)


IDS = [
    ("https://www.varesenews.it/", (), "varesenews"),
    ("https://www.varesenews.it/", ("varesenews", "varesenews-2"), "varesenews-3"),
    ("https://brescia.corriere.it/", (), "brescia-corriere"),
    ("http://Città.it/", (), "xn-citt-3na"),
    ("http://127.0.0.1:8000/", (), "127-0-0-1"),
    ("http://localhost/", (), "localhost"),
]


@pytest.mark.parametrize(("url", "known", "expected"), IDS)
def test_ids_follow_from_hosts(url: str, known: tuple[str, ...], expected: str) -> None:
    assert suggest_id(url, known) == expected


def test_an_address_that_is_there_is_found_however_spelt() -> None:
    catalogue = load_catalogue()
    same = find_same("http://varesenews.it?utm_source=x", catalogue)
    assert same is not None
    assert same.id == "varesenews"
    assert find_same("https://varesenews.it/tag/x/", catalogue) is None
