"""dateparser behind its fence: asked seldom, believed only where it gives back what is written."""

from datetime import date, datetime

import pytest

from pipelines.dates import fallback, read_date


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("12 mars 2024", date(2024, 3, 12)),
        ("5. März 2024", date(2024, 3, 5)),
        ("Publicado el 12 de mayo de 2024", date(2024, 5, 12)),
        ("1er juillet 2024", date(2024, 7, 1)),
    ],
)
def test_other_languages_are_read(text: str, day: date) -> None:
    before = fallback.calls
    reading = read_date(text)
    assert reading
    assert (reading.start, reading.confidence < 0.7) == (day, True)
    assert fallback.calls == before + 1


NOT_FOREIGN = (
    "24/7", "12 sett", "4429 del 19", "domani alle", "3 ore al giorno", "5 minuti di lettura", "1924",
    "30 febbraio 2024", "12 " + "mars " * 40 + "2024",
)  # fmt: skip


@pytest.mark.parametrize("text", NOT_FOREIGN)
def test_it_is_not_asked(text: str) -> None:
    before = fallback.calls
    assert read_date(text, role="event") is None
    assert fallback.calls == before


@pytest.mark.parametrize("wrong", ["1924-03-12T00:00Z", "2024-12-03T00:00Z", "2024-03-01T00:00Z", ""])
def test_what_it_makes_up_is_not_believed(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fallback, "_ask", lambda _: datetime.fromisoformat(wrong) if wrong else None)
    assert read_date("12 mars 2024") is None


def test_running_text_never_reaches_it() -> None:
    before = fallback.calls
    assert read_date("le 12 mars 2024", role="body") is None
    assert fallback.calls == before
