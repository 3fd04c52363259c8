"""Sites that worked, broken on purpose: each is named rightly within two visits, the others stay quiet."""

import json
import sqlite3
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from serving import Answer, Place, Site, Story, feed, fill, page, serve, story, write_catalogue

pytestmark = pytest.mark.slow

_PAST, _NEW = 30, 4
_PARKED = (
    "<!doctype html><title>sito.example</title><h1>Questo dominio è in vendita</h1><p>Buy this domain.</p>"
)
_GONE = (
    "<!doctype html><html lang='it'><title>Pagina non trovata</title><h1>Pagina non trovata</h1>"
    "<p>La pagina richiesta non esiste o è stata spostata. Torna alla home.</p>"
)


def _write(site: Site, told: Callable[[Story], str | Answer], *, is_dated: bool = True) -> None:
    """New articles in the feed, their pages as `told` makes them."""
    new = [story(f"{site.host}-nuova-{n}") for n in range(_NEW)]
    for each in new:
        site.put(each.path, told(each))
    feed(site, new, is_dated=is_dated)


def _answer_all(site: Site, answer: Answer | str) -> None:
    for path in ("/", *site.answers):
        site.put(path, answer)


def _quiet(site: Site) -> None:
    _write(site, page)


def _undate(site: Site) -> None:
    _write(site, lambda told: page(told, is_dated=False), is_dated=False)


def _empty(site: Site) -> None:
    _write(
        site,
        lambda told: (
            f"<!doctype html><title>{told.title}</title><div id='app'></div><script src=a.js></script>"
        ),
    )


def _soft_404(site: Site) -> None:
    _write(site, lambda _: _GONE)


def _forbid(site: Site) -> None:
    _answer_all(site, Answer(b"no", "text/plain", 403))


def _park(site: Site) -> None:
    _answer_all(site, _PARKED)


def _move(site: Site) -> None:
    for path in ("/", *site.answers):
        site.put(path, Answer(status=301, headers=(("Location", f"http://127.0.5.99:{site.port}{path}"),)))


def _fall_silent(site: Site) -> None:
    feed(site, [story(f"{site.host}-{n}") for n in range(_PAST)])


def _garble(site: Site) -> None:
    """Its program has lost the letters with accents, and says so in none of its headers."""
    _write(site, lambda told: page(told).replace("la ", "l\ufffd "))


def _set_clock_ahead(site: Site) -> None:
    ahead = datetime.now(UTC) + timedelta(days=40)
    _write(site, lambda told: page(replace(told, published=ahead)), is_dated=False)


_BREAKS = {
    "well": (_quiet, None),
    "dates": (_undate, "drifting"),
    "markup": (_empty, "refused"),
    "soft": (_soft_404, "soft_404"),
    "closed": (_forbid, "forbidden"),
    "parked": (_park, "parked"),
    "moved": (_move, "moved"),
    "silent": (_fall_silent, "silent"),
    "charset": (_garble, "odd"),
    "clock": (_set_clock_ahead, "drifting"),  # a date that lies ahead is none
}


def _age(place: Place, source_id: str) -> None:
    """Everything that the archive knows of that source was half a year ago."""
    with closing(sqlite3.connect(place.archive)) as connection, connection:
        for table, columns in (
            ("sighting", ("published_at", "first_seen_at")),
            ("entry", ("published_at", "first_seen_at")),
        ):
            for column in columns:
                connection.execute(
                    f"UPDATE {table} SET {column} = datetime({column}, '-180 days') WHERE source_id = ?",
                    (source_id,),
                )


def _health(place: Place) -> tuple[int, dict[str | None, set[str]]]:
    done = subprocess.run(place.command("health"), capture_output=True, text=True, check=False)
    assert done.stderr.count("Traceback") == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, {row["source"]: {each["ailment"] for each in row["findings"]} for row in rows}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, dict[str, Site]]]:
    place = Place(tmp_path_factory.mktemp("health"))
    with serve(*(f"127.0.5.{n + 1}" for n in range(len(_BREAKS)))) as served:
        sites = dict(zip(_BREAKS, served, strict=True))
        for site in served:
            fill(site, [f"{site.host}-{n}" for n in range(_PAST)])
        write_catalogue(place.folder / "catalogue.toml", sites)
        assert place.run("--all").code == 0
        assert _health(place) == (0, {name: set() for name in sites})
        _age(place, "silent")
        for name, (break_, _) in _BREAKS.items():
            break_(sites[name])
        place.run("--all")
        place.run("--all")
        yield place, sites


def test_each_is_named_rightly_and_the_others_stay_quiet(broken: tuple[Place, dict[str, Site]]) -> None:
    place, _ = broken
    code, found = _health(place)
    assert code == 1
    assert found == {name: {ailment} if ailment else set() for name, (_, ailment) in _BREAKS.items()}


def test_nothing_false_enters_the_archive(broken: tuple[Place, dict[str, Site]]) -> None:
    place, _ = broken
    entries = place.entries()
    assert {
        entry.article.title for entry in entries if entry.article.source_id in ("soft", "parked", "markup")
    } == {
        story(f"127.0.5.{list(_BREAKS).index(name) + 1}-{n}").title
        for name in ("soft", "parked", "markup")
        for n in range(_PAST)
    }
    assert (
        sum(entry.article.source_id == "dates" and entry.article.published is None for entry in entries)
        == _NEW
    )


def test_alarms_stand_in_the_feed_of_the_operator(broken: tuple[Place, dict[str, Site]]) -> None:
    place, _ = broken
    assert _alarms(place) == sum(ailment is not None for _, ailment in _BREAKS.values())


def _alarms(place: Place) -> int:
    """How many alarms the feed of the operator holds."""
    feed = place.folder / "public" / "feeds" / "operator.atom"
    return feed.read_text(encoding="utf-8").count("<entry")


def test_the_operators_own_network_down_is_one_alarm(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with serve(*(f"127.0.5.{n + 20}" for n in range(4))) as served:
        sites = {f"site{n}": site for n, site in enumerate(served)}
        for site in served:
            fill(site, [f"{site.host}-{n}" for n in range(3)])
        write_catalogue(tmp_path / "catalogue.toml", sites)
        assert place.run("--all").code == 0
    place.run("--all")
    place.run("--all")
    code, found = _health(place)
    assert (code, found.pop(None)) == (1, {"offline"})
    assert found == {name: set() for name in sites}
    assert _alarms(place) == 1


def test_a_list_that_loses_entries_and_a_site_that_has_grown_slow(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with serve("127.0.5.30", "127.0.5.31", "127.0.5.32") as served:
        sites = dict(zip(("shrinking", "slow", "well"), served, strict=True))
        for site in served:
            fill(site, [f"{site.host}-{n}" for n in range(_PAST)])
        write_catalogue(tmp_path / "catalogue.toml", sites)
        for _ in range(6):
            assert place.run("--all").code == 0
        assert _health(place) == (0, {name: set() for name in sites})
        feed(sites["shrinking"], [story(f"127.0.5.30-{n}") for n in range(_PAST // 4)])
        for _ in range(2):
            assert place.run("--all").code == 0
        assert _health(place) == (1, {"shrinking": {"shrinking"}, "slow": set(), "well": set()})
        assert place.run("--all").code == 0
    with closing(sqlite3.connect(place.archive)) as connection, connection:  # nobody waits that long here
        connection.execute(
            "UPDATE crawl_run SET ended_at = datetime(ended_at, '+90 seconds') WHERE id IN"
            " (SELECT id FROM crawl_run WHERE source_id = 'slow' ORDER BY id DESC LIMIT 3)"
        )
    assert _health(place) == (1, {"shrinking": {"shrinking"}, "slow": {"slow"}, "well": set()})


# What a command runs first: a disk of that many MiB, of which so many are free.
_DISK = """
import shutil
from collections import namedtuple
Usage = namedtuple("Usage", "total used free")
shutil.disk_usage = lambda path: Usage({total} << 20, ({total} - {free}) << 20, {free} << 20)
"""


def test_a_disk_that_fills_is_told_and_taken_in_no_further(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with serve("127.0.5.33") as (site,):
        fill(site, [f"{site.host}-{n}" for n in range(3)])
        write_catalogue(tmp_path / "catalogue.toml", {"sito": site})
        assert place.run("sito", before=_DISK.format(total=100_000, free=9_000)).code == 0
        assert _alarms(place) == 1
        asked = len(site.asked)
        _quiet(site)
        (tmp_path / "public" / "index.html").unlink()
        done = place.run("sito", before=_DISK.format(total=100_000, free=100))
        assert done.code == 1
        assert "less than 256 MiB are free" in done.said
        assert len(site.asked) == asked
        assert (tmp_path / "public" / "index.html").is_file()
        assert place.run("sito", before=_DISK.format(total=100_000, free=50_000)).row("sito")["new"] == _NEW
    feed_ = (tmp_path / "public" / "feeds" / "operator.atom").read_text(encoding="utf-8")
    assert "Risolto: Il disco si sta riempiendo" in feed_


# --------------------------------------------------------------------- over TLS


def _certify(folder: Path, host: str, days: int) -> Path:
    """A file with key and certificate of that host, signed by itself, good until so many days from now."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]),
    )
    until = datetime.now(UTC) + timedelta(days=days)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=90))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / f"{days}.pem"
    path.write_bytes(secret + certificate.public_bytes(pem))
    return path


def test_an_expired_certificate_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = "127.0.5.40"
    good, expired = (_certify(tmp_path, host, days) for days in (30, -1))
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(good.read_bytes() + expired.read_bytes())  # its date alone is wrong
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(good)
    place = Place(tmp_path)
    with serve(host, tls=tls) as (site,):
        fill(site, [f"{host}-{n}" for n in range(_PAST)])
        write_catalogue(tmp_path / "catalogue.toml", {"lapsed": site})
        assert place.run("--all").code == 0
        assert _health(place) == (0, {"lapsed": set()})
        tls.load_cert_chain(expired)
        _quiet(site)
        assert place.run("--all").code == 1
    assert _health(place) == (1, {"lapsed": {"certificate"}})
    assert len(place.entries()) == _PAST
