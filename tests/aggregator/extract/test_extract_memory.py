"""Site memory: blocks that many pages share go, from the pages that are not theirs."""

import random
from collections import Counter
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from aggregator.extract import extract
from aggregator.extract.boilerplate import learn
from aggregator.items import Boilerplate, Candidate, Page, RawArticle, Source, Way

NOW = datetime(2024, 3, 12, 9, 0, tzinfo=UTC)
SITE = "https://cluster.example/en/"
CLOSING = (
    "Il cluster è l'associazione che riunisce le imprese, le università e i centri di ricerca della mobilità."
)
NAMES = [
    "fiera",
    "marchio",
    "corsi",
    "gruppo",
    "bando",
    "idrogeno",
    "batterie",
    "ricerca",
    "premio",
    "convegno",
]


def lead(name: str) -> str:
    return (
        f"Questo è l'inizio dell'articolo su {name}, con le prime cose che un lettore deve sapere di {name}."
    )


def teaser(name: str) -> str:
    link = f'<a href="{SITE}{name}/">Titolo di {name}</a>'
    return f'<div class="tile"><h4>{link}</h4><p class="t">{lead(name)}</p></div>'


def page_of(name: str, place: str = "block") -> Page:
    """An article, its closing paragraph, and the five newest articles in a block that no name gives away."""
    tiles = "".join(teaser(n) for n in NAMES[:5])
    own = "".join(
        f"<p>Frase numero {i} di {name}, lunga quanto basta per essere prosa vera.</p>" for i in range(4)
    )
    html = (
        f'<body><div id="page"><div class="main"><h1>Titolo di {name}</h1><div class="text">'
        f"<p>{lead(name)}</p>{own}"
        f'<p>{CLOSING}</p></div><div class="{place}">{tiles}</div></div></div></body>'
    )
    return Page(url=f"{SITE}{name}/", body=html.encode(), fetched_at=NOW)


def read(page: Page, memory: Boilerplate | None = None) -> RawArticle:
    candidate = Candidate(url=page.url, way=Way.LISTING)
    return extract(page, candidate, Source(id="x", url=SITE), memory or Boilerplate())


def memory_of(names: list[str]) -> Boilerplate:
    seen: Counter[tuple[int, int]] = Counter()
    for name in names:
        seen.update({(b.key, b.place) for b in read(page_of(name)).blocks})
    return learn(((key, place, n) for (key, place), n in seen.items()), len(names))


def text_of(raw: RawArticle) -> str:
    return raw.body.text if raw.body else ""


def test_recent_articles_go_and_leads_stay() -> None:
    memory = memory_of(NAMES)
    for name in NAMES:
        without, raw = text_of(read(page_of(name))), read(page_of(name), memory)
        others = [n for n in NAMES[:5] if n != name]
        assert all(lead(n) in without for n in others), "the page alone does not tell"
        assert not any(lead(n) in text_of(raw) for n in others)
        assert not any(f"Titolo di {n}" in text_of(raw) for n in others)
        assert text_of(raw).startswith(lead(name))
        assert raw.removed >= 8


def test_a_paragraph_that_articles_share_at_their_own_place_stays() -> None:
    mixed = [*NAMES[:5]]
    seen: Counter[tuple[int, int]] = Counter()
    for name in NAMES:
        blocks = read(page_of(name)).blocks
        # Half of the site's articles end in it.
        own = {(b.key, b.place) for b in blocks if name in mixed or b.key != _key_of_closing()}
        seen.update(own)
    memory = learn(((k, p, n) for (k, p), n in seen.items()), len(NAMES))
    assert CLOSING in text_of(read(page_of("fiera"), memory))


def release(name: str) -> Page:
    """A release with the crosshead that all of this office's releases have."""
    own = "".join(f"<p>{lead(name)} Frase {i} che parla di {name} e di nient'altro.</p>" for i in range(3))
    last = f"<h2>Che cosa succede adesso</h2><p>La prossima tappa di {name} è fissata in autunno.</p>"
    html = f'<body><main><h1>Titolo di {name}</h1><div class="text">{own}{last}</div></main></body>'
    return Page(url=f"{SITE}{name}/", body=html.encode(), fetched_at=NOW)


def test_a_crosshead_that_releases_share_stays_with_what_it_heads() -> None:
    seen: Counter[tuple[int, int]] = Counter()
    for name in NAMES:
        seen.update({(b.key, b.place) for b in read(release(name)).blocks})
    memory = learn(((key, place, n) for (key, place), n in seen.items()), len(NAMES))
    assert memory.keys, "the crosshead is known to repeat"
    assert "Che cosa succede adesso" in text_of(read(release("fiera"), memory))


def test_what_stands_on_nearly_all_pages_goes() -> None:
    assert CLOSING not in text_of(read(page_of("fiera"), memory_of(NAMES)))


def _key_of_closing() -> int:
    page = Page(url=SITE, body=f"<main><p>{CLOSING}</p></main>".encode(), fetched_at=NOW)
    return read(page).blocks[0].key


def test_blocks_do_not_depend_on_memory() -> None:
    assert read(page_of("fiera"), memory_of(NAMES)).blocks == read(page_of("fiera")).blocks


def test_order_does_not_matter() -> None:
    shuffled = random.Random(5).sample(NAMES, len(NAMES))
    assert memory_of(shuffled) == memory_of(NAMES)


def _grown(years: int) -> Boilerplate:
    """What is known of a site whose articles showed the newest five at first, and for years no more."""
    seen: Counter[tuple[int, int]] = Counter()
    for name in NAMES:
        seen.update({(b.key, b.place) for b in read(page_of(name)).blocks})
    later = [f"{name}{year}" for year in range(years) for name in NAMES]
    for name in later:
        seen.update({(b.key, b.place) for b in read(release(name)).blocks})
    return learn(((key, place, n) for (key, place), n in seen.items()), len(NAMES) + len(later))


def test_words_of_a_block_that_the_site_dropped_may_be_an_article_s() -> None:
    # An article quotes what a teaser said, at its own place, while the block is still known ...
    memory = _grown(3)
    quoting = release("bilancio").body.replace(b"<h2>", f"<p>{lead('fiera')}</p><h2>".encode())
    page = Page(url=f"{SITE}bilancio/", body=quoting, fetched_at=NOW)
    assert any(block.key in memory.keys for block in read(page).blocks), "the words are known to repeat"
    assert lead("fiera") in text_of(read(page, memory))
    # ... and the old pages, as they are still served, lose it.
    assert lead("fiera") not in text_of(read(page_of("premio"), memory))


def test_a_dropped_block_is_forgotten_as_the_site_grows() -> None:
    counts = [(key, 0, 5) for key in range(5)] + [(key, 1, 1) for key in range(5, 99)]
    assert learn(counts, 100).keys == set(range(5))
    assert learn(counts, 1000).keys == set(range(5)), "five of a thousand are one in two hundred"
    assert learn(counts, 1001).keys == frozenset()


def test_a_body_is_never_emptied() -> None:
    page = page_of("fiera")
    blocks = read(page).blocks
    memory = Boilerplate(frozenset(b.key for b in blocks), frozenset(b.place for b in blocks))
    assert text_of(read(page, memory))


def test_few_pages_teach_nothing() -> None:
    assert memory_of(NAMES[:3]) == Boilerplate()


def test_unknown_keys_at_known_places_stay() -> None:
    memory = memory_of(NAMES)
    known = Boilerplate(frozenset(), memory.places)
    assert text_of(read(page_of("fiera"), known)) == text_of(read(page_of("fiera")))


NUMBER = st.integers(-(2**63), 2**63 - 1)


@given(st.dictionaries(st.tuples(NUMBER, NUMBER), st.integers(1, 40), max_size=30), st.randoms())
def test_learning_is_a_pure_function_of_the_counts(
    counts: dict[tuple[int, int], int], rnd: random.Random
) -> None:
    rows = [(key, place, min(n, 40)) for (key, place), n in counts.items()]
    learnt = learn(rows, 40)
    rnd.shuffle(rows)
    assert learn(rows, 40) == learnt
    assert all(-(2**63) <= k < 2**63 for k in learnt.keys | learnt.places)
    assert learnt.places <= {place for _, place, _ in rows}
