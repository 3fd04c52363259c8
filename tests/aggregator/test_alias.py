"""Aliases: what is learnt from pages that showed themselves under several addresses, and what never is."""

from collections.abc import Hashable, Sequence

import pytest

from aggregator.alias import ENOUGH, learn, same

_SITE = "https://notizie.example"
_SLUGS = (
    "il-treno-a-idrogeno-parte", "nuovo-centro-di-ricerca", "bando-per-le-imprese", "la-fiera-apre-a-maggio",
    "accordo-tra-i-due-atenei", "borse-di-studio-per-dottorandi", "premio-alla-filiera-tessile",
)  # fmt: skip
Pairs = list[tuple[str, str]]


def _pairs(one: str, other: str, count: int = ENOUGH) -> Pairs:
    """Addresses of that many articles: `{n}` is a number, `{slug}` words, `{again}` words of today."""
    told = [
        {"n": 1200 + n, "slug": _SLUGS[n], "again": f"corretto-{_SLUGS[n]}", "id": f"{n:x}f" * 4}
        for n in range(count)
    ]
    return [(_SITE + one.format(**words), _SITE + other.format(**words)) for words in told]


def _pages(pairs: Pairs) -> list[tuple[str, Hashable]]:
    return [(key, article) for n, pair in enumerate(pairs) for key, article in zip(pair, (n, n), strict=True)]


@pytest.mark.parametrize(
    ("one", "other", "joined", "apart"),
    [
        ("/{slug}?from=home", "/{slug}", ("/altro?from=home", "/altro"), ("/altro?from=home", "/altri")),
        ("/{slug}?from=home", "/{slug}", (), ("/altro?from=2", "/altro")),
        ("/{slug}", "/{slug}?from=home", ("/altro?from=home", "/altro"), ("/altro?id=1", "/altro?id=2")),
        (
            "/n.php?id={n}&rif={id}",
            "/n.php?id={n}",
            ("/n.php?id=1&rif=zz", "/n.php?id=1"),
            ("/n.php?id=1&rif=z", "/n.php?id=2"),
        ),
        (
            "/{slug}?tok=a{id}",
            "/{slug}?tok=b{id}",
            ("/altro?tok=a", "/altro?tok=b"),
            ("/altro?tok=a", "/altri?tok=a"),
        ),
        (
            "/index.php/{slug}",
            "/{slug}",
            ("/index.php/la-fiera-di-milano", "/la-fiera-di-milano"),
            ("/index.php/chi-siamo", "/chi-siamo"),
        ),
        (
            "/stampa/news/{slug}",
            "/news/{slug}",
            ("/stampa/news/9001-fiera", "/news/9001-fiera"),
            ("/stampa/news/bilancio-2024", "/news/bilancio-2024"),
        ),
        (
            "/lavoro/{n}-{slug}",
            "/imprese/{n}-{slug}",
            ("/lavoro/77012-a", "/imprese/77012-a"),
            ("/lavoro/77012-a", "/sport/77012-a"),
        ),
        (
            "/it/news/{n}-{again}",
            "/it/news/{n}-{slug}",
            ("/it/news/77-a-b", "/it/news/77-c"),
            ("/it/eventi/77-a-b", "/it/eventi/77-c"),
        ),
        ("/it/news/{n}-{again}", "/it/news/{n}-{slug}", (), ("/it/news/77-a-b", "/it/news/78-a-b")),
        (
            "/{again}-id{n}.html",
            "/{slug}-id{n}.html",
            ("/a-id777.html", "/b-id777.html"),
            ("/a-id777.html", "/a-id778.html"),
        ),
    ],
)
def test_learnt(one: str, other: str, joined: Sequence[str], apart: Sequence[str]) -> None:
    pairs = _pairs(one, other)
    aliases = learn(pairs, lambda: _pages(pairs))
    assert aliases
    assert learn(pairs[1:], lambda: _pages(pairs)) == (), "one article less does not prove it"
    assert len({same(aliases, _SITE + path) for path in joined}) < 2
    assert len({same(aliases, _SITE + path) for path in apart}) == 2
    assert all(same(aliases, one) == same(aliases, other) for one, other in pairs)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # A language, though its texts are not translated yet.
        ("/{slug}?lang=en", "/{slug}"),
        ("/{slug}?l=en", "/{slug}"),
        ("/en/{slug}", "/{slug}"),
        ("/inglese/{slug}", "/{slug}"),
        ("/en/{slug}", "/it/{slug}"),
        # A year or another number may address content.
        ("/2024/05/{slug}", "/{slug}"),
        ("/speciale7/{slug}", "/{slug}"),
        # More than one thing differs, or the site.
        ("/n.php?id={n}", "/{slug}"),
        ("/{slug}?from=home", "/news/{slug}"),
        ("/{again}", "/{slug}"),
        ("/{slug}?foto", "/{slug}"),
        (".it/{slug}", "/{slug}"),
        # Words that pages of any section may have.
        ("/lavoro/contatti", "/imprese/contatti"),
    ],
)
def test_never_learnt(one: str, other: str) -> None:
    pairs = _pairs(one, other)
    assert learn(pairs, lambda: _pages(pairs)) == ()


@pytest.mark.parametrize(
    ("one", "other", "also"),
    [
        ("/{slug}?from=home", "/{slug}", ("/video?from=home", "/video")),
        ("/n.php?id={n}&rif={id}", "/n.php?id={n}", ("/n.php?id=1&rif=2", "/n.php?id=1&rif=3")),
        (
            "/index.php/{slug}",
            "/{slug}",
            ("/index.php/rassegna-stampa-del-giorno", "/rassegna-stampa-del-giorno"),
        ),
        ("/it/news/{n}-{again}", "/it/news/{n}-{slug}", ("/it/news/12-marzo", "/it/news/12-aprile")),
        # Of some addresses alone a number is part: they are made of words.
        ("/{again}-{n}", "/{slug}-{n}", ("/chi-siamo", "/contatti")),
    ],
)
def test_one_counter_example_unlearns(one: str, other: str, also: tuple[str, str]) -> None:
    pairs = _pairs(one, other, 7)
    others: list[tuple[str, Hashable]] = [(_SITE + path, f"another: {path}") for path in also]
    assert learn(pairs, lambda: _pages(pairs))
    assert learn(pairs, lambda: [*_pages(pairs), *others]) == ()


def test_values_that_were_not_seen_are_others() -> None:
    pairs = _pairs("/{slug}?page=1", "/{slug}")
    aliases = learn(pairs, lambda: _pages(pairs))
    assert same(aliases, f"{_SITE}/altro?page=1") == f"{_SITE}/altro"
    assert same(aliases, f"{_SITE}/altro?page=2") == f"{_SITE}/altro?page=2"


def test_nothing_is_asked_where_nothing_is_shown() -> None:
    def asked() -> list[tuple[str, Hashable]]:
        raise AssertionError

    assert learn([], asked) == learn(_pairs("/{slug}?from=home", "/{slug}", 2), asked) == ()
    assert same((), "https://a.example/x?from=home") == "https://a.example/x?from=home"
