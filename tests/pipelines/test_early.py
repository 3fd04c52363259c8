"""Pages read while a first visit still learns: what that may change, and who decides."""

from archive_samples import MOBILITY, fetch, make_article

from aggregator.extract.boilerplate import learn
from aggregator.items import Article, Boilerplate, Reason, Refused, SourceMemory, Vocabulary
from pipelines.early import digest_early
from pipelines.normalise import digest

_LONG = " ".join(f"La prima parola della frase numero {n} non torna in nessun'altra." for n in range(40))
_SHORT = "Il bando apre lunedì per le imprese della filiera lombarda."
_ASIDE = "Se la pagina non esiste, scriva alla redazione del portale, che la cercherà."


def _read(text: str) -> tuple[tuple[Article | Refused, bool], Article | Refused, Article | Refused]:
    """The page read early, then as the visit began and as it ended."""
    html = (
        "<html><head><title>Il bando della mobilità</title></head><body><article><h1>Il bando della "
        f"mobilità</h1><p>{text}</p><p class='avviso'>{_ASIDE}</p></article></body></html>"
    )
    fetched = fetch(make_article(MOBILITY, "bando"), html.encode())
    began, words = SourceMemory("clm"), Vocabulary()
    whole = digest(fetched.page, fetched.candidate, MOBILITY, began, words)
    blocks = whole.blocks if isinstance(whole, Article) else ()
    seen = [(b.key, b.place, 1) for b in blocks[:-1]] + [(b.key, b.place, 20) for b in blocks[-1:]]
    known = learn(seen, 20) if blocks else Boilerplate()
    memory = SourceMemory("clm", boilerplate=known)
    early = digest_early(fetched.page, fetched.candidate, MOBILITY, words, began=began, memory=memory)
    return early, whole, digest(fetched.page, fetched.candidate, MOBILITY, memory, words)


def test_a_text_is_freed_of_what_was_learnt() -> None:
    (early, is_as_begun), whole, after = _read(_LONG)
    assert isinstance(early, Article)
    assert isinstance(whole, Article)
    assert "redazione" in whole.text
    assert "redazione" not in early.text
    assert (early, is_as_begun) == (after, False)


def test_what_refused_a_page_at_the_beginning_refuses_it_to_the_end() -> None:
    (early, _), whole, _ = _read(_SHORT)
    assert isinstance(whole, Refused)
    assert whole.reason is Reason.SOFT_404
    assert early == whole
