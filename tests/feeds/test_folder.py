import gzip
import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import brotli
import pytest

from aggregator.errors import PublishError
from aggregator.feeds.folder import locked


def test_a_file_is_written_with_its_twins(tmp_path: Path) -> None:
    data = "testo più lungo ".encode() * 99
    with locked(tmp_path / "a" / "public") as folder:
        assert folder.write("feeds/all/1.atom", data)
        assert folder.has("feeds/all/1.atom")
        assert not folder.has("feeds/all/2.atom")
    path = tmp_path / "a" / "public" / "feeds" / "all" / "1.atom"
    assert path.read_bytes() == data
    assert gzip.decompress(path.with_name("1.atom.gz").read_bytes()) == data
    assert brotli.decompress(path.with_name("1.atom.br").read_bytes()) == data
    assert not [p for p in path.parent.iterdir() if p.name.startswith(".")]


def test_the_same_bytes_leave_the_files_alone(tmp_path: Path) -> None:
    with locked(tmp_path) as folder:
        assert folder.write("a.rss", b"uno")
        before = {p.name: (p.stat().st_ino, p.stat().st_mtime_ns, p.read_bytes()) for p in tmp_path.iterdir()}
        assert not folder.write("a.rss", b"uno")
        after = {p.name: (p.stat().st_ino, p.stat().st_mtime_ns, p.read_bytes()) for p in tmp_path.iterdir()}
        assert after == before
        assert folder.write("a.rss", b"due")
    assert (tmp_path / "a.rss").read_bytes() == b"due"


def test_a_twin_that_is_gone_comes_back(tmp_path: Path) -> None:
    with locked(tmp_path) as folder:
        folder.write("a.rss", b"uno")
        (tmp_path / "a.rss.br").unlink()
        assert not folder.has("a.rss")
        assert folder.write("a.rss", b"uno")
        assert folder.has("a.rss")


def test_files_can_be_read_by_a_web_server(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        with locked(tmp_path) as folder:
            folder.write("a.rss", b"uno")
    finally:
        os.umask(old)
    assert {p.stat().st_mode & 0o777 for p in tmp_path.glob("a*")} == {0o644}


def test_a_link_in_place_of_a_file_is_replaced_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    public = tmp_path / "public"
    public.mkdir()
    for name in ("a.rss", "a.rss.gz", ".a.rss.new"):
        (public / name).symlink_to(outside)
    with locked(public) as folder:
        assert not folder.has("a.rss")
        assert folder.write("a.rss", b"mine")
    assert outside.read_bytes() == b"mine"
    assert not any(p.is_symlink() for p in public.iterdir())


def test_a_link_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    public = tmp_path / "public"
    public.mkdir()
    (public / "feeds").symlink_to(outside)
    with locked(public) as folder, pytest.raises(PublishError, match="feeds"):
        folder.write("feeds/a.rss", b"uno")
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("name", ["../a", "feeds/../../a", "a/..", "", "feeds/", "x\0y"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    public = tmp_path / "public"
    with locked(public) as folder, pytest.raises(PublishError):
        folder.write(name, b"uno")
    assert [p.name for p in tmp_path.iterdir()] == ["public"]


def test_a_folder_that_is_a_file_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "public").write_text("x")
    with pytest.raises(PublishError, match="public"), locked(tmp_path / "public"):
        pass


def test_on_a_full_disk_the_last_good_file_stays(tmp_path: Path) -> None:
    with locked(tmp_path) as folder:
        folder.write("a.rss", b"uno")
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (5, limits[1]))
            with pytest.raises(PublishError, match=r"a\.rss"):
                folder.write("a.rss", os.urandom(500))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, handler)
    assert (tmp_path / "a.rss").read_bytes() == b"uno"
    assert not [p.name for p in tmp_path.iterdir() if p.name.endswith(".new")]


HOLD = """
import sys
from pathlib import Path
from aggregator.feeds.folder import locked
with locked(Path(sys.argv[1])) as folder:
    print("held", flush=True)
    sys.stdin.read()
    folder.write("a.rss", b"first")
"""


def test_a_second_publisher_waits_for_the_first(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdin
        assert first.stdout
        assert first.stdout.readline() == "held\n"
        seen: list[bytes] = []

        def second() -> None:
            with locked(tmp_path) as folder:
                seen.append((tmp_path / "a.rss").read_bytes())
                folder.write("a.rss", b"second")

        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        assert (thread.is_alive(), seen) == (True, [])
        first.stdin.close()
        thread.join(20)
    assert seen == [b"first"]
    assert (tmp_path / "a.rss").read_bytes() == b"second"
