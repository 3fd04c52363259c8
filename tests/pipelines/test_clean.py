import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.extract.render import pieces_of, to_html
from aggregator.extract.tree import parse_html
from pipelines.clean import clean_html, html_to_text

BASE = "https://mobilita.example/notizie/corso"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Ciao</p>", "<p>Ciao</p>"),
        ("<p onclick='x()' style='color:red' class='a' id='b'>Ciao</p>", "<p>Ciao</p>"),
        ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
        ("<style>p{}</style><p>a</p>", "<p>a</p>"),
        ("<p>a</p><iframe src='https://x.example/'>b</iframe>", "<p>a</p>"),
        ("<p>a</p><noscript><img src='https://x.example/t.gif'></noscript>", "<p>a</p>"),
        ("<form action='/cerca'><input name='q'><button>Cerca</button><p>a</p></form>", "<p>a</p>"),
        ("<a href='javascript:alert(1)'>a</a>", '<a rel="noopener noreferrer">a</a>'),
        ("<a href=' JaVaScript&colon;alert(1)'>a</a>", '<a rel="noopener noreferrer">a</a>'),
        ("<a href='data:text/html,x'>a</a>", '<a rel="noopener noreferrer">a</a>'),
        (
            "<a href='/bandi?a=1&b=2'>a</a>",
            '<a href="https://mobilita.example/bandi?a=1&amp;b=2" rel="noopener noreferrer">a</a>',
        ),
        (
            "<a href='mailto:info@x.example'>a</a>",
            '<a href="mailto:info@x.example" rel="noopener noreferrer">a</a>',
        ),
        (
            "<img src='foto.jpg' alt='Un banco' onerror='x()'>",
            '<img src="https://mobilita.example/notizie/foto.jpg" alt="Un banco">',
        ),
        ("<img src='//cdn.example/f.jpg'>", '<img src="https://cdn.example/f.jpg">'),
        ("<p>a<img src='data:image/gif;base64,R0'></p>", "<p>a</p>"),
        ("<p>a<img src='https://t.example/p' width='1' height='1'></p>", "<p>a</p>"),
        ("<p>a&nbsp;b &agrave; &amp; &lt;c&gt; &#1;&#0;</p>", "<p>a\u00a0b à &amp; &lt;c&gt; \ufffd</p>"),
        ("<p>a</p><p></p><p> &nbsp; </p><div><p><br></p></div>", "<p>a</p>"),
        ("<ul><li>uno<li>due</ul>", "<ul><li>uno</li><li>due</li></ul>"),
        ("<h2>T</h2><blockquote><p>a</p></blockquote>", "<h2>T</h2><blockquote><p>a</p></blockquote>"),
        (
            "<figure><img src='https://x.example/a.jpg'><figcaption>La fiera</figcaption></figure>",
            '<figure><img src="https://x.example/a.jpg"><figcaption>La fiera</figcaption></figure>',
        ),
        (
            "<table><tr><th colspan=2>a</th></tr><tr><td>1</td><td>2</td></tr></table>",
            '<table><tbody><tr><th colspan="2">a</th></tr><tr><td>1</td><td>2</td></tr></tbody></table>',
        ),
        ("<!-- nota --><p>a</p>", "<p>a</p>"),
        ("<p>a <p>b", "<p>a </p><p>b</p>"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("<center><font color=red>a</font></center>", "a"),
        ("<svg><script>x</script><p>a</p></svg><p>b</p>", "<p>a</p><p>b</p>"),
        ("", ""),
        ("  \n ", ""),
    ],
)  # fmt: skip
def test_cleaned(html: str, expected: str) -> None:
    assert clean_html(html, BASE) == expected


PIECES = """
&nbsp; &amp; &lt;script&gt; &#1; <br> <hr> <img_src='/a.jpg'> <img> <p> </p> </div> <td> <li> <a_href='/x'>
<b> </b> <i> <table> </table> <pre>\\n\\n \\n <!-- --> <svg> <math> <textarea> <plaintext>
<![CDATA[ <select> <form> <s/>
"""
PIECE_LIST = [piece.replace("_", " ").replace("\\n", "\n") for piece in PIECES.split()]
TAGS = ["p", "div", "b", "a href='/y'", "ul", "li", "table", "tr", "td", "pre", "h2", "figure", "q"]
FRAGMENTS = st.recursive(
    st.one_of(st.text(max_size=12), st.sampled_from(PIECE_LIST)),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from(TAGS),
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)


@given(FRAGMENTS)
@example("<pre>\n\n\na</pre>")
@example("<a href='/x'><p>a<a href='/y'>b</a>")
@example("<table><p>a<tr><td>b</table>")
def test_cleaning_is_idempotent_and_safe(html: str) -> None:
    once = clean_html(html, BASE)
    assert clean_html(once, BASE) == once
    assert clean_html(once, "https://other.example/") == once
    lowered = once.lower()
    assert "<script" not in lowered
    assert "data:" not in lowered or "data:" in html.lower()
    # Void elements closed, it is XML: no entity and no character that a feed cannot carry.
    closed = re.sub(r"<(br|hr|wbr|img)([^<>]*)>", r"<\1\2/>", once)
    ET.fromstring(f"<x>{closed}</x>")


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + "testo",
        "<div>" * 50_000 + "testo" + "</div>" * 50_000,
        "".join(f"<b id={n}>" for n in range(3_000)) + "<p>testo" * 3_000,
        "<table><tr><td>" * 5_000 + "testo",
        "&" * 200_000 + "testo",
        "<" * 200_000 + " testo",
        "<a " + "x=1 " * 100_000 + ">testo</a>",
    ],
)
def test_bombs_cost_little_and_keep_their_text(html: str) -> None:
    assert "testo" in clean_html(html, BASE)
    assert "testo" in html_to_text(html)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Uno <b>due</b></p><p>tre</p>", "Uno due\ntre"),
        ("Uno<br>due", "Uno\ndue"),
        ("<div>a</div>b<div>c</div>", "a\nb\nc"),
        ("<p>su\n due   righe</p>", "su due righe"),
        ("<ul><li>a</li><li>b <i>c</i></li></ul>", "a\nb c"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a | b\nc | d"),
        ("<p>a<script>x</script> &egrave; &lt;b&gt; &amp;c</p>", "a è <b> &c"),
        ("solo testo\n\nsu due righe", "solo testo\nsu due righe"),
        ("AT&amp;T", "AT&T"),
        ("", ""),
    ],
)
def test_text_of_a_fragment(html: str, text: str) -> None:
    assert html_to_text(html) == text


@given(FRAGMENTS)
def test_text_has_clean_lines(html: str) -> None:
    for line in html_to_text(html).splitlines():
        assert line == line.strip()
        assert line


def test_what_extraction_writes_is_settled_by_one_pass() -> None:
    page = (
        "<article><p>Testo con <a href='/a?b=1&amp;c=2'>un rimando</a> e <b>grassetto</b>.</p>"
        "<ul><li>Voce</li></ul><table><tr><td>Anno</td><td>2024</td></tr><tr><td>Mese</td><td>5</td></tr></table>"
        "<blockquote>L'idea</blockquote><img src='/i.jpg' alt='L&#39;idea &quot;sua&quot;'></article>"
    )
    root = parse_html(page)
    assert root is not None
    html = to_html(pieces_of(root, "https://site.example/x/", lambda _: False))
    assert clean_html(html, "https://site.example/x/") == html
