import random
from collections.abc import Iterable

from aggregator.dedupefile import dedupe_rows

RELEASE = (
    "La rete lombarda della mobilità ha scelto ieri il nuovo direttivo, che resterà in carica tre anni. "
    "Alla guida torna Carla Bassi, ingegnera di Treviglio, con dodici consiglieri eletti da 84 imprese. "
    "Tra le priorità figurano le batterie, i cantieri di prova sul lago e una scuola per i tecnici. "
    "Il bilancio si chiude con 2,4 milioni di euro di progetti avviati e nessun debito verso i soci."
)
ENGLISH = (
    "The Lombardy mobility network yesterday chose its new board, which will stay in office for three years. "
    "Carla Bassi, an engineer from Treviglio, returns as its head, with twelve directors named by 84 firms.\n"
    "Batteries, test sites on the lake and a school for technicians are among the priorities. "
    "The balance closes with projects of 2.4 million euros under way and no debts to members."
)


def row(id_: str, text: str = RELEASE, **fields: object) -> dict[str, object]:
    title = "Carla Bassi guida la rete della mobilità"
    at = {"title": title, "lang": "it", "published": "2026-03-04T10:00:00+01:00"}
    return {"id": id_, "url": f"https://{id_}.example/a", "source": id_, "text": text, **at, **fields}


def levels(rows: Iterable[dict[str, object]]) -> list[tuple[str, str]]:
    return [(answer["level"], answer["cluster"]) for answer in dedupe_rows(rows)]


def test_copies_of_each_kind_join_the_first() -> None:
    sentences = RELEASE.split(". ")
    banner = "Questo sito usa i cookie. Proseguendo ne accetti l'uso.\n"
    rows = [
        row("uno"),
        row("due", url="http://www.uno.example/a/?utm_source=rss"),
        row("tre", title="Mobilità, eletto il direttivo"),
        row("quattro", f"(Adnkronos) - Bergamo, 4 mar. - {RELEASE}\nRiproduzione riservata"),
        row("cinque", f"{sentences[0]}. {sentences[1]}... Continua a leggere"),
        row("sei", f"{banner}{RELEASE}\nIscriviti alla nostra lettera settimanale."),
        row("sette", ".\n".join(reversed(sentences))),
        row("otto", RELEASE.upper().replace("À", "A'")),
        row("nove", f"{RELEASE}\nAggiornamento delle 18: il presidente uscente ha ringraziato tutti."),
    ]
    assert levels(rows) == [
        ("new", "uno"), ("url", "uno"), ("text", "uno"), ("text", "uno"), ("near", "uno"), ("near", "uno"),
        ("near", "uno"), ("text", "uno"), ("near", "uno"),
    ]  # fmt: skip


def test_the_next_issue_of_a_series_is_its_own() -> None:
    next_year = RELEASE.replace("84", "91").replace("2,4", "3,1")
    another = RELEASE.replace("Carla Bassi", "Dario Villa").replace("Treviglio", "Cantù")
    assert levels([row("uno"), row("due", next_year), row("tre", another)]) == [
        ("new", "uno"), ("new", "due"), ("new", "tre"),
    ]  # fmt: skip


def test_a_translation_joins_its_original_whichever_comes_first() -> None:
    english = row("due", ENGLISH, lang="en", title="Carla Bassi heads the mobility network")
    assert levels([row("uno"), english]) == [("new", "uno"), ("translation", "uno")]
    assert levels([english, row("uno")]) == [("new", "due"), ("translation", "due")]
    other = english | {
        "id": "tre",
        "url": "https://tre.example",
        "text": ENGLISH.replace("84", "90").replace("2.4", "3.7"),
    }
    assert levels([row("uno"), other | {"published": "2026-05-04"}])[1] == ("new", "tre")


def test_bad_rows_cost_their_line() -> None:
    rows: list[dict[str, object]] = [
        {"id": 1, "url": "nulla"}, {"error": "not JSON"}, {"id": 2}, {"id": 3, "published": "ieri"},
        {"id": 4, "url": None, "title": None, "text": None, "published": None, "lang": None},
    ]  # fmt: skip
    answers = list(dedupe_rows(rows))
    assert [("error" in a, a["level"]) for a in answers] == [
        (True, "new"), (True, "new"), (False, "new"), (True, "new"), (False, "new"),
    ]  # fmt: skip
    assert {len(a) for a in answers} == {6, 7}


def test_little_or_strange_text_makes_no_group() -> None:
    texts = [
        "",
        "",
        " ",
        "ok",
        "no",
        "12 34 56",
        "12 34 57",
        "日本語の記事です",
        "別の日本語の記事",
        "Привет мир",
        "🙂",
        "\ud800x",
    ]
    rows = [row(f"r{n}", text, title=f"Titolo {n}", lang="") for n, text in enumerate(texts)]
    assert {level for level, _ in levels(rows)} == {"new"}


def test_ten_thousand_alike_are_one_group() -> None:
    rows = [row(f"r{n}", url=f"https://r.example/{n}") for n in range(10_000)]
    assert {cluster for _, cluster in levels(rows)} == {"r0"}


def test_five_megabytes_are_compared_like_a_long_report() -> None:
    word = random.Random(1)
    big = " ".join(f"parola{word.randrange(90_000)}" for _ in range(400_000))
    assert (
        levels([row("uno", big), row("due", big + " e poi fine"), row("tre", "x" * 5_000_000)])[1][0]
        == "near"
    )
