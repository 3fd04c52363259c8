"""The bundled catalogue, how an operator's lies over it, and how a wrong one is refused."""

# ruff: noqa: E501 - a table is read a case a line

import re
import subprocess
import sys
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from aggregator.catalogue import Catalogue, default_hosts, load_catalogue
from aggregator.catalogue_keys import SOURCE_KEYS
from aggregator.errors import CatalogueError
from aggregator.items import DateOrder, Keep, Kind, Publish, Source, Way
from aggregator.urls import host_of

CLUSTERS = ("clm", "afil", "lac", "clsv", "lgca", "le2c", "scc", "tav", "catal")
TOPICS = """
[[cluster]]
id = "mob"
label.it = "Cluster Prova"
label.en = "Test Cluster"
aliases = ["CP ~ cluster"]

[[topic]]
id = "hydrogen"
label.it = "Idrogeno"
words.it = ["idrogeno verde"]
words.en = ["fuel cell", "fuel cell"]
"""
BUNDLED = """
[[source]]
id = "one"
url = "https://www.one.example/"
cluster = "mob"
kind = "cluster"
pace = 2

[[source]]
id = "two"
url = "https://two.example/news/"
kind = "news"
"""


def laid(folder: Path, operator: str, bundled: str = BUNDLED, topics: str = TOPICS) -> Catalogue:
    """The catalogue of these three texts, as files of these names."""
    paths = []
    for name, text in (("bundled.toml", bundled), ("mine.toml", operator), ("topics.toml", topics)):
        (folder / name).write_text(text, encoding="utf-8")
        paths.append(folder / name)
    return load_catalogue(*paths)


# --- The bundled files


@pytest.fixture(scope="module")
def bundled() -> Catalogue:
    return load_catalogue()


def test_the_nine_clusters_are_sources_and_terms(bundled: Catalogue) -> None:
    sources = {source.id: source for source in bundled.sources if source.kind is Kind.CLUSTER}
    assert tuple(sources) == CLUSTERS
    assert all(source.cluster == source.id and source.keep is Keep.ALL for source in sources.values())
    terms = [term.id for term in bundled.vocabulary.terms if term.is_cluster]
    assert terms == [*CLUSTERS, "cosmesi"]


def test_there_are_institutions_and_news_and_topics(bundled: Catalogue) -> None:
    kinds = [source.kind for source in bundled.sources]
    assert kinds.count(Kind.NEWS) >= 15
    assert kinds.count(Kind.INSTITUTION) + kinds.count(Kind.ASSOCIATION) >= 10
    assert sum(not term.is_cluster for term in bundled.vocabulary.terms) >= 20


def test_nothing_is_claimed_that_nobody_proved(bundled: Catalogue) -> None:
    for source in bundled.sources:
        assert not source.verified
        assert source.way is Way.AUTO
        assert source.date_order is DateOrder.DMY
        assert not source.allow_private
        assert source.name


def test_no_publishers_text_leaves_the_archive_whole(bundled: Catalogue) -> None:
    assert {source.publish for source in bundled.sources} == {Publish.SUMMARY, Publish.TITLE}
    titles = {source.id for source in bundled.sources if source.publish is Publish.TITLE}
    assert titles == {"ansa-lombardia", "giornaledibrescia", "agenzianova"}
    assert all(s.keep is Keep.ABOUT for s in bundled.sources if s.kind is Kind.NEWS)


def test_staging_and_look_alike_hosts_are_not_fetched(bundled: Catalogue) -> None:
    hosts = {host for source in bundled.sources for host in source.hosts}
    assert not hosts & {"stage.assolombarda.it", "pre-lnews.regione.lombardia.it"}
    assert all("." in host and host == host.lower() for host in hosts)


def test_every_term_has_both_labels_and_words(bundled: Catalogue) -> None:
    for term in bundled.vocabulary.terms:
        assert [language for language, _ in term.labels] == ["it", "en"]
        assert len(term.words) == len(set(term.words)) >= 3


IS_AN_ARTICLE = [
    ("ilsole24ore", "https://www.ilsole24ore.com/art/filiera-automotive-ACG3oau", True),
    ("ilsole24ore", "https://st.ilsole24ore.com/art/impresa/2015-01-29/cluster-063841.shtml?uuid=AB", True),
    ("ilsole24ore", "https://www.ilsole24ore.com/sez/economia", False),
    ("ansa-lombardia", "https://www.ansa.it/lombardia/notizie/2026/05/07/x-y_5838528d-4418-49e3-8047-613fa7b0a63e.html", True),
    ("ansa-lombardia", "https://www.ansa.it/lombardia/notizie/lombardia_rss.xml", False),
    ("varesenews", "https://www.varesenews.it/2024/07/in-volo-su-londra/1988346/", True),
    ("varesenews", "https://www.varesenews.it/?p=1480119", True),
    ("varesenews", "https://www.varesenews.it/tag/frontalieri/", False),
    ("giornaledibrescia", "https://www.giornaledibrescia.it/economia/bisogna-far-presto-y3g1x160", True),
    ("giornaledibrescia", "https://www.giornaledibrescia.it/economia/sono-6-000-1.3663364", True),
    ("ilgiorno", "https://www.ilgiorno.it/varese/cronaca/le-ali-1493a127", True),
    ("ilgiorno", "https://www.ilgiorno.it/brescia/cronaca/titolo-1.7887957", True),
    ("lnews", "https://www.lombardianotizie.online/cluster-tecnologici-bando-1-milione/", True),
    ("lnews", "https://www.lombardianotizie.online/categoria/innovazione/page/28", False),
    ("eccp", "https://clustercollaboration.eu/content/clusters-meet-regions-milan", True),
    ("eccp", "https://clustercollaboration.eu/news?page=0%2C0%2C0%2C1", False),
]  # fmt: skip


@pytest.mark.parametrize(("source_id", "url", "expected"), IS_AN_ARTICLE)
def test_known_addresses_pass_include_and_exclude(
    bundled: Catalogue, source_id: str, url: str, expected: bool
) -> None:
    source = bundled.get(source_id)
    included = not source.include or any(re.search(pattern, url) for pattern in source.include)
    excluded = any(re.search(pattern, url) for pattern in source.exclude)
    assert host_of(url) in source.hosts
    assert (included and not excluded) is expected


def test_an_unknown_id_is_answered_with_the_nearest(bundled: Catalogue) -> None:
    with pytest.raises(CatalogueError, match="did you mean 'varesenews'") as caught:
        bundled.get("varesnews")
    assert caught.value.source == "varesnews"


def test_reading_loads_nothing_heavy() -> None:
    code = (
        "import sys, aggregator.catalogue as c; c.load_catalogue(); "
        "print(*{m.partition('.')[0] for m in sys.modules})"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    heavy = {
        "scrapy",
        "twisted",
        "sqlalchemy",
        "dateparser",
        "lxml",
        "bs4",
        "tomlkit",
        "cssselect",
        "trafilatura",
    }
    assert not set(loaded.split()) & heavy


# --- The operator's over the bundled


def test_defaults_come_from_url_and_kind(tmp_path: Path) -> None:
    one, two = laid(tmp_path, "").sources
    assert one == Source(
        "one",
        "https://www.one.example/",
        name="one",
        hosts=("www.one.example", "one.example"),
        kind=Kind.CLUSTER,
        cluster="mob",
        pace=2.0,
    )
    assert (two.hosts, two.keep, two.publish) == (
        ("two.example", "www.two.example"),
        Keep.ABOUT,
        Publish.SUMMARY,
    )


def test_the_operators_file_need_not_be_there(tmp_path: Path) -> None:
    plain = laid(tmp_path, "")
    paths = [tmp_path / name for name in ("bundled.toml", "none.toml", "topics.toml")]
    assert load_catalogue(*paths) == plain


def test_the_operators_keys_win_and_the_rest_stays(tmp_path: Path) -> None:
    catalogue = laid(
        tmp_path,
        """
        [[source]]
        id = "two"
        keep = "all"
        [source.fields]
        title = "h1.title"
        image = "meta[name='og']::attr(content)"
        list = "li:has(> a)"
        body = ""
        [[source]]
        id = "one"
        enabled = false
        [[source]]
        id = "three"
        url = "http://127.0.0.1:8000/"
        allow_private = true
        [[topic]]
        id = "hydrogen"
        words.it = ["idrogeno blu"]
        [[topic]]
        id = "rail"
        label.it = "Ferrovia"
        label.en = "Rail"
        """,
    )
    one, two, three = catalogue.sources
    assert (one.enabled, one.url, one.pace) == (False, "https://www.one.example/", 2.0)
    assert (two.keep, two.kind, two.url) == (Keep.ALL, Kind.NEWS, "https://two.example/news/")
    assert [name for name, _ in two.fields] == ["title", "image", "list"]
    assert (three.hosts, three.allow_private) == (("127.0.0.1",), True)
    cluster, hydrogen, rail = catalogue.vocabulary.terms
    assert cluster.words == (("", "Cluster Prova"), ("", "Test Cluster"), ("", "CP ~ cluster"))
    assert hydrogen.words == (("it", "idrogeno blu"), ("en", "fuel cell"))
    assert (hydrogen.label("en"), rail.label("en"), rail.words) == ("Idrogeno", "Rail", ())


def test_a_cluster_switched_off_is_no_term_and_no_sources(tmp_path: Path) -> None:
    catalogue = laid(tmp_path, '[[cluster]]\nid = "mob"\nenabled = false')
    assert [term.id for term in catalogue.vocabulary.terms] == ["hydrogen"]
    assert catalogue.get("one").cluster is None


def test_a_source_can_be_told_of_no_cluster(tmp_path: Path) -> None:
    assert laid(tmp_path, '[[source]]\nid = "one"\ncluster = ""').get("one").cluster is None


def test_pace_is_the_options_where_none_is_set(tmp_path: Path) -> None:
    laid(tmp_path, "")
    catalogue = load_catalogue(tmp_path / "bundled.toml", None, tmp_path / "topics.toml", pace=7)
    assert [source.pace for source in catalogue.sources] == [2.0, 7]


def test_the_digest_changes_with_what_is_said_not_how(tmp_path: Path) -> None:
    plain = laid(tmp_path, "").digest
    assert laid(tmp_path, "# nothing\n").digest == plain
    assert laid(tmp_path, '[[source]]\nid = "one"\npace = 2.0').digest == plain
    assert laid(tmp_path, '[[source]]\nid = "one"\npace = 3').digest != plain
    assert laid(tmp_path, "", topics=TOPICS.replace("verde", "blu")).digest != plain


HOSTS = [
    (["https://www.a.it/"], ("www.a.it", "a.it")),
    (["https://A.it/x", "http://www.a.it/"], ("a.it", "www.a.it")),
    (["https://a.it/", "https://feeds.b.com/rss"], ("a.it", "www.a.it", "feeds.b.com", "www.feeds.b.com")),
    (["http://città.it/"], ("xn--citt-3na.it", "www.xn--citt-3na.it")),
    (["http://127.0.0.1:80/"], ("127.0.0.1",)),
    (["http://[::1]:80/"], ("::1",)),
    (["http://localhost/"], ("localhost",)),
]


@pytest.mark.parametrize(("urls", "expected"), HOSTS)
def test_hosts_follow_from_addresses(urls: list[str], expected: tuple[str, ...]) -> None:
    assert default_hosts(urls) == expected


def test_hosts_are_normalised(tmp_path: Path) -> None:
    text = '[[source]]\nid = "x"\nurl = "http://Città.it/"\nhosts = ["CITTÀ.it", "WWW.b.it", "::1"]'
    assert laid(tmp_path, text).get("x").hosts == ("xn--citt-3na.it", "www.b.it", "::1")


# --- What is refused. The place counts from the first line of the operator's file.

NEW = '[[source]]\nid = "new"\nurl = "https://new.example/"\n'
WRONG = [
    ("[[sources]]\nid = 'x'", "line 1, key sources: expected [[source]], [[cluster]] or [[topic]]; did you mean 'source'?"),
    ("# x\nsource = 3", "line 2, key source: expected tables that begin with [[source]]"),
    ("[[source]]\nurl = 'https://x.it/'", "line 1, key id: expected small letters, digits and hyphens, found nothing"),
    ("[[source]]\nid = 'My Site'", "line 2, key id: expected small letters, digits and hyphens, found 'My Site'"),
    (NEW + NEW, "line 5, key id: source 'new' stands here a second time; it began at"),
    ("[[source]]\nid = 'onee'\nenabled = false", "line 2, key id: source 'onee' is in no catalogue below this one and has no url; did you mean 'one'?"),
    (NEW + "ulr = 'x'", "line 4, key ulr: there is no such key; did you mean 'url'?"),
    (NEW + "[source.fields]\ntitel = 'h1'", "line 5, key fields.titel: there is no such key; did you mean 'fields.title'?"),
    (NEW + "[source.fields]\ntitle = 'h1 >'", "line 5, key fields.title: expected a CSS selector ("),
    (NEW + "[source.fields]\ntitle = 'h1::text'", "line 5, key fields.title: expected a CSS selector ("),
    (NEW + "[source.fields]\nlist = 'li['", "line 5, key fields.list: expected a CSS selector (Malformed attribute selector"),
    (NEW + "name = 3", "line 4, key name: expected a text, found 3"),
    (NEW + "name = ' '", "line 4, key name: expected a text that is not empty"),
    ("[[source]]\nid = 'x'\nurl = 'ftp://x.it/'", "line 3, key url: expected an absolute http(s) address, found 'ftp://x.it/'"),
    ("[[source]]\nid = 'x'\nurl = 'x.it'", "expected an absolute http(s) address, found 'x.it'"),
    ("[[source]]\nid = 'x'\nurl = 'https://x .it/'", "expected an absolute http(s) address"),
    ("[[source]]\nid = 'x'\nurl = 'https://x.it:99999/'", "expected an absolute http(s) address"),
    ("[[source]]\nid = 'x'\nurl = 'https://'", "expected an absolute http(s) address"),
    (NEW + "hosts = 'new.example'", "line 4, key hosts: expected a list of host names, found 'new.example'"),
    (NEW + "hosts = ['https://new.example']", "expected a list of host names (bare names such as"),
    (NEW + "hosts = ['new.example:8080']", "expected a list of host names (bare names such as"),
    (NEW + "hosts = ['new.example/news']", "expected a list of host names (bare names such as"),
    (NEW + "hosts = ['new.example', '*.new.example']", "expected a list of host names (bare names such as"),
    (NEW + "hosts = ['other.example']", "line 3, key url: https://new.example/ is on none of the hosts of 'new' (other.example); add 'new.example'"),
    (NEW + "hosts = ['new.example']\nfeeds = ['https://f.example/rss']", "line 5, key feeds: https://f.example/rss is on none of the hosts"),
    (NEW + "feeds = [\n 'https://new.example/1',\n '/rss',\n]", "line 4, key feeds: expected a list of addresses of feeds (an absolute http(s) address)"),
    (NEW + "kind = 'newspaper'", "line 4, key kind: expected one of cluster, institution, news, association, found 'newspaper'"),
    (NEW + "kind = 'new'", "expected one of cluster, institution, news, association; perhaps 'news', found 'new'"),
    (NEW + "way = 'import'", "line 4, key way: expected one of auto, feed, wordpress, sitemap, listing, found 'import'"),
    (NEW + "date_order = 'dmy'", "line 4, key date_order: expected one of DMY, MDY, YMD, found 'dmy'"),
    (NEW + "keep = []", "line 4, key keep: expected one of all, about"),
    (NEW + "publish = 'everything'", "line 4, key publish: expected one of full, summary, title"),
    (NEW + "zone = 'Europe/Roma'", "line 4, key zone: expected a time zone such as Europe/Rome, found 'Europe/Roma'"),
    (NEW + "zone = '/etc/passwd'", "line 4, key zone: expected a time zone"),
    (NEW + "languages = ['italiano']", "line 4, key languages: expected a list of language codes (codes such as it, en)"),
    (NEW + "cluster = 'mobb'", "line 4, key cluster: expected the id of a [[cluster]], found 'mobb'; did you mean 'mob'?"),
    (NEW + "cluster = 'zzz'", "found 'zzz'; known: mob"),
    (NEW + "include = ['/news/', '/(']", "line 4, key include: expected a list of regular expressions ('/(' is no regular expression: missing )"),
    (NEW + "pace = '1s'", "line 4, key pace: expected a number of seconds from 0 to a day, found '1s'"),
    (NEW + "pace = -1", "expected a number of seconds from 0 to a day"),
    (NEW + "pace = nan", "expected a number of seconds from 0 to a day"),
    (NEW + "pages = 'no'", "line 4, key pages: expected true or false, found 'no'"),
    (NEW + "enabled = 1", "line 4, key enabled: expected true or false, found 1"),
    ("[[topic]]\nid = 'hydro'\nwords.it = ['a']", "line 2, key id: topic 'hydro' has no label.it"),
    ("[[topic]]\nid = 'mob'\nlabel.it = 'X'", "line 2, key id: 'mob' is a cluster already"),
    ("[[topic]]\nid = 'hydrogen'\nwords.fr = ['a']", "line 3, key words.fr: there is no such key"),
    ("[[topic]]\nid = 'hydrogen'\nwords = ['a']", "line 3, key words: there is no such key"),
    ("[[topic]]\nid = 'hydrogen'\nwords.it = ['ab*']", "line 3, key words.it: expected a list of words ('ab*' is not in the notation"),
    ("[[topic]]\nid = 'hydrogen'\nwords.it = ['a ~ b ~ c']", "is not in the notation of words"),
    ("[[topic]]\nid = 'hydrogen'\nwords.it = ['tav ~ ']", "is not in the notation of words"),
    ("[[topic]]\nid = 'hydrogen'\nwords.it = ['aero*spazio']", "is not in the notation of words"),
    ("[[source]\nid = 'x'", "line 1: not TOML"),
    (NEW + 'name = "x\ny"', "line 4: not TOML"),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "message"), WRONG)
def test_a_wrong_catalogue_is_refused_with_its_place(tmp_path: Path, operator: str, message: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        laid(tmp_path, operator)
    assert str(caught.value).startswith(f"{tmp_path / 'mine.toml'}")
    assert message in str(caught.value)


VALUES = st.recursive(
    st.one_of(
        st.sampled_from(
            ["id", "one", "http://[x", "http://x.it:99999/", "(", "~", "*", "it", ":::", "Europe/Rome"]
        ),
        st.text(max_size=8),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.dates(),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["it", "title", "x"]), inner),
    max_leaves=4,
)
TABLES = st.dictionaries(
    st.sampled_from([*{key.partition(".")[0] for key in SOURCE_KEYS}, "words", "label", "aliases"]),
    VALUES,
    max_size=3,
)


@given(st.sampled_from(["source", "topic", "cluster"]), st.booleans(), TABLES)
def test_anything_is_read_or_refused_with_its_place(
    tmp_path_factory: pytest.TempPathFactory, kind: str, is_new: bool, table: dict[str, object]
) -> None:
    keys: dict[str, object] = {"id": "new", "url": "http://x.it/"} if is_new else {"id": "one"}
    text = tomlkit.dumps({kind: [{**keys, **table}]})
    try:
        laid(tmp_path_factory.getbasetemp(), text)
    except CatalogueError as error:
        assert "mine.toml" in str(error)


def test_the_fault_of_the_lower_file_is_placed_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"bundled\.toml, line 6, key kind") as caught:
        laid(
            tmp_path,
            '[[source]]\nid = "one"\nenabled = false',
            bundled=BUNDLED.replace('"cluster"', '"klub"'),
        )
    assert caught.value.source == "one"


def test_a_bundled_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no such file"):
        load_catalogue(tmp_path / "none.toml")


def test_every_key_of_a_source_is_a_field_of_it() -> None:
    keys = {key.partition(".")[0] for key in SOURCE_KEYS}
    assert keys == set(Source.__dataclass_fields__)
