"""Pages in files: rows whose address is missing, wrong, or stated by the page alone."""

from pathlib import Path

import pytest

from aggregator.pagefile import article_row

TEXT = "<h1>Aperta la gara per i bus</h1><p>La gara per i nuovi bus è aperta; le offerte entro un mese.</p>"
CANONICAL = "https://prova.example/notizie/gara"


@pytest.mark.parametrize("url", ["", " ", None])
@pytest.mark.parametrize(
    "head", [f'<link rel=canonical href="{CANONICAL}">', f'<meta property="og:url" content="{CANONICAL}">']
)
def test_a_row_without_address_has_the_pages_own(tmp_path: Path, url: str | None, head: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(f"<html><head>{head}</head><body>{TEXT}</body></html>", encoding="utf-8")
    row = article_row({"id": 1, "url": url, "path": str(path)})
    assert (row["url"], row["title"]) == (CANONICAL, "Aperta la gara per i bus")


@pytest.mark.parametrize(
    ("url", "head", "error"),
    [
        ("", "", "the url is empty, and the page states none"),
        ("", '<link rel=canonical href="/gara">', "the url is empty, and the page states none"),
        (
            "gara.html",
            f'<link rel=canonical href="{CANONICAL}">',
            "the url is not an absolute http(s) address",
        ),
    ],
)
def test_without_any_address_the_row_says_so(tmp_path: Path, url: str, head: str, error: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(f"<html><head>{head}</head><body>{TEXT}</body></html>", encoding="utf-8")
    assert article_row({"id": 1, "url": url, "path": str(path)})["error"] == error


@pytest.mark.parametrize("body", [b"", b"\x00\x01", b"%PDF-1.7"])
def test_what_is_no_page_has_no_address(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(body)
    assert "states none" in article_row({"id": 1, "url": "", "path": str(path)})["error"]


def test_a_page_without_title_keeps_its_text(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(f"<html><body>{TEXT.partition('</h1>')[2]}</body></html>", encoding="utf-8")
    row = article_row({"id": 1, "url": CANONICAL, "path": str(path)})
    assert (row["title"], row["text"]) == (None, TEXT.partition("<p>")[2].removesuffix("</p>"))
    assert next(item for item in row["evidence"] if item["field"] == "title")["chosen"] is None
