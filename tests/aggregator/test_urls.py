import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.urls import canonical_url, host_of, is_within, join

SAME = [
    ("http://www.giornale.example/a.html", "https://giornale.example/a.html"),
    ("https://giornale.example:443/a", "https://giornale.example/a/"),
    ("http://giornale.example:80/a", "https://giornale.example/a#commenti"),
    ("https://GIORNALE.example./a", "https://giornale.example/a"),
    ("https://m.giornale.example/a", "https://www.giornale.example/a"),
    ("https://giornale.example/a?utm_source=rss&utm_medium=feed", "https://giornale.example/a"),
    ("https://giornale.example/a?fbclid=x&id=3", "https://giornale.example/a?id=3"),
    ("https://giornale.example/a?s=", "https://giornale.example/a"),
    ("https://giornale.example/a?b=2&a=1", "https://giornale.example/a?a=1&b=2"),
    ("https://giornale.example/a?a=1&amp;b=2", "https://giornale.example/a?a=1&b=2"),
    ("https://giornale.example/a?PHPSESSID=1f", "https://giornale.example/a"),
    ("https://giornale.example/a?sid=0123456789abcdef0123456789abcdef", "https://giornale.example/a"),
    ("https://giornale.example/a;jsessionid=1F2E?id=3", "https://giornale.example/a?id=3"),
    ("https://giornale.example/a/amp", "https://giornale.example/a"),
    ("https://giornale.example/a/amp/", "https://giornale.example/a"),
    ("https://giornale.example/a.amp", "https://giornale.example/a"),
    ("https://giornale.example/a?amp", "https://giornale.example/a"),
    ("https://giornale.example/a?amp=1", "https://giornale.example/a"),
    ("https://giornale.example/a?outputType=amp", "https://giornale.example/a"),
    ("https://giornale.example/una-notizia/print.html", "https://giornale.example/una-notizia"),
    ("https://giornale.example/una-notizia/print/", "https://giornale.example/una-notizia"),
    ("https://giornale.example/a?stampa=1", "https://giornale.example/a"),
    ("https://giornale.example/a?share=whatsapp", "https://giornale.example/a"),
    ("https://giornale.example/a?replytocom=77", "https://giornale.example/a"),
    ("https://giornale.example//a//b", "https://giornale.example/a/b"),
    ("https://giornale.example/x/../a/./b", "https://giornale.example/a/b"),
    ("https://giornale.example/x/%2e%2e/a", "https://giornale.example/a"),
    ("https://giornale.example/%7eanna", "https://giornale.example/~anna"),
    ("https://giornale.example/perch%c3%a9", "https://giornale.example/perché"),
    ("https://giornale.example/a?q=due%20parole", "https://giornale.example/a?q=due+parole"),
    ("https://città.example/a", "https://xn--citt-3na.example/a"),
    ("https://giornale.example/sezione/index.html", "https://giornale.example/sezione/"),
    ("https://giornale.example/index.php?id=3", "https://giornale.example/?id=3"),
    ("https://anna:segreto@giornale.example/a", "https://giornale.example/a"),
    (" https://giornale.example/a\n", "https://giornale.example/a"),
]

DIFFERENT = [
    ("https://giornale.example/a?id=3", "https://giornale.example/a?id=4"),
    ("https://giornale.example/a?p=3", "https://giornale.example/a"),
    ("https://giornale.example/a?lang=en", "https://giornale.example/a?lang=it"),
    ("https://giornale.example/a?articolo_id=1", "https://giornale.example/a?articolo_id=2"),
    ("https://giornale.example/n.php?articolo-12", "https://giornale.example/n.php?articolo-13"),
    ("https://giornale.example/modules.php?name=News&sid=12", "https://giornale.example/modules.php?name=News&sid=13"),
    ("https://giornale.example/a?print=12", "https://giornale.example/a?print=13"),
    ("https://giornale.example/a?t=1&t=2", "https://giornale.example/a?t=2&t=1"),
    ("https://giornale.example/a%2Fb", "https://giornale.example/a/b"),
    ("https://giornale.example/a%3Fb", "https://giornale.example/a?b"),
    ("https://giornale.example/a%2Bb", "https://giornale.example/a+b"),
    ("https://giornale.example/a?q=1%2626", "https://giornale.example/a?q=1&26"),
    ("https://giornale.example/A", "https://giornale.example/a"),
    ("https://giornale.example/servizi/print", "https://giornale.example/servizi"),
    ("https://giornale.example/amp", "https://giornale.example/"),
    ("https://giornale.example:8080/a", "https://giornale.example/a"),
    ("https://milano.giornale.example/a", "https://giornale.example/a"),
    ("https://giornale.example/area/stampa", "https://giornale.example/area"),
]  # fmt: skip

NO_ADDRESS = ["", "/a", "giornale.example/a", "mailto:a@b.example", "ftp://a.example/", "http://", "http://[::1",
              "https://a.example:porta/", "javascript:void(0)"]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_address_are_one_key(one: str, other: str) -> None:
    assert canonical_url(one) == canonical_url(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_addresses_content_counts(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical_url(text)


@given(
    st.text(
        st.sampled_from("abAB019-_.~/%25EeFf?&=;+#:@!,[]\\ \t'\"|àß中\ud800") | st.characters(), max_size=40
    ),
    st.sampled_from(("https://www.giornale.example/", "http://m.a.example:8080/", "HTTP://città.example", "https://x.it?")),
)  # fmt: skip
def test_the_canonical_form_is_its_own(tail: str, start: str) -> None:
    try:
        once = canonical_url(start + tail)
    except ValueError:
        return
    assert canonical_url(once) == once
    once.encode("ascii")


@given(
    st.lists(
        st.sampled_from(
            ("amp", "print", "print.html", "index.html", "una-notizia", "..", ".", "", "a.amp", "12")
        ),
        max_size=7,
    )
)
def test_copies_of_copies_settle_at_once(segments: list[str]) -> None:
    once = canonical_url("https://giornale.example/" + "/".join(segments))
    assert canonical_url(once) == once


def test_an_ipv6_host_keeps_its_brackets() -> None:
    assert canonical_url("http://[::1]:8080/a") == "https://[::1]:8080/a"


def test_join_and_hosts() -> None:
    assert join("https://a.example/x/", "y#z") == "https://a.example/x/y"
    assert join("https://a.example/", "mailto:x@y.example") is None
    assert join("https://a.example/", None) is None
    assert host_of("https://WWW.Città.example:8/a") == "www.xn--citt-3na.example"
    assert host_of("nulla") == ""
    assert is_within("HTTPS://a.example/x", ("a.example",))
    assert not is_within("https://b.a.example/x", ("a.example",))
    assert not is_within("ftp://a.example/x", ("a.example",))
