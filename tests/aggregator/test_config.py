"""The table of options, and where values come from."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.config import Config, config_path, load, options, render_default
from aggregator.errors import ConfigError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own: nothing of this machine is read."""
    for name, folder in (("HOME", ""), ("XDG_CONFIG_HOME", "etc"), ("XDG_DATA_HOME", "data")):
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, text: str) -> Path:
    path = folder / "aggregator.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_need_no_file(home: Path) -> None:
    config = load(None, {})
    assert config.database == f"sqlite:///{home}/data/aggregator/aggregator.sqlite"
    assert config.publish == home / "data/aggregator/public"
    assert config.file == home / "etc/aggregator/aggregator.toml"
    assert config.operator_catalogue == home / "etc/aggregator/catalogue.toml"
    assert (config.summary_length, config.feed_days, config.max_bytes) == (200, 14, 8388608)
    assert set(config.origins.values()) == {"default"}


def test_flag_over_environment_over_file_over_default(home: Path) -> None:
    path = write(home, "jobs = 2\nfeed_days = 3\nlanguage = 'en'\n")
    config = load(path, {"AGGREGATOR_JOBS": "4", "AGGREGATOR_FEED_DAYS": "5"}, {"jobs": 6, "pace": None})
    assert (config.jobs, config.feed_days, config.language, config.pace) == (6, 5, "en", 1.0)
    assert config.origins["jobs"] == "command line, --jobs"
    assert config.origins["feed_days"] == "environment, AGGREGATOR_FEED_DAYS"
    assert config.origins["language"] == f"{path}, line 3, key language"
    assert config.origins["pace"] == "default"


def test_paths_of_the_file_start_at_its_folder(home: Path) -> None:
    folder = home / "conf"
    folder.mkdir()
    path = write(folder, "publish = 'out'\ncatalogue = '~/mine.toml'\ndatabase = 'sqlite:///a.sqlite'\n")
    config = load(path, {"AGGREGATOR_TOPICS": "t.toml"})
    assert config.publish == folder / "out"
    assert config.catalogue == home / "mine.toml"
    assert config.topics == home / "t.toml"
    assert config.database == f"sqlite:///{folder}/a.sqlite"


@pytest.mark.parametrize(
    "url",
    ["sqlite:////var/a.sqlite", "sqlite:///:memory:", "sqlite://", "postgresql+psycopg://u:p@h/db"],
)
def test_other_databases_stay_as_written(home: Path, url: str) -> None:
    assert load(None, {"AGGREGATOR_DATABASE": url}).database == url


WRONG_FILES = [
    ("jobs = 2\nfeed_dys = 3", ", line 2, key feed_dys: there is no such option; did you mean 'feed_days'?"),
    (
        "\n\nfeed_days = '3 days'",
        ", line 3, key feed_days: expected a whole number of days from 0, found '3 days'",
    ),
    ("feed_entries = 0", "expected a whole number of entries from 1, found 0"),
    ("pace = -1", "expected a number of seconds from 0, found -1"),
    ("pace = nan", "expected a number of seconds from 0, found nan"),
    ("jobs = 1.5", "expected a whole number from 0, found 1.5"),
    ("jobs = true", "found True"),
    ("backup = 'perhaps'", "expected true or false, found 'perhaps'"),
    ("language = 'fr'", "expected one of it, en, found 'fr'"),
    ("log_format = 1", "expected one of auto, text, json, found 1"),
    ("base_url = 'feeds.example.org'", "expected an http(s) address"),
    ("base_url = 'https://h/?a=1'", "expected an http(s) address without parameters"),
    ("authority = 'localhost'", "expected a domain name of yours"),
    ("authority = '192.168.1.1'", "expected a domain name of yours"),
    ("authority = 'https://example.org'", "expected a domain name of yours"),
    ("user_agent = 'my crawler/1.0'", "expected a name of letters, - and _"),
    ("database = 'archive.sqlite'", "expected an SQLAlchemy URL"),
    ("publish = []", "expected a path, found []"),
    ("a = 1\nb = = 2", ", line 2: not TOML"),
    ("jobs = 1\njobs = 2", ", line 2: not TOML"),
]


@pytest.mark.parametrize(("text", "message"), WRONG_FILES)
def test_a_wrong_file_is_refused_with_its_place(home: Path, text: str, message: str) -> None:
    path = write(home, text)
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)


WRONG_ENVIRONMENTS = [
    (
        {"AGGREGATOR_JOBS": "many"},
        "environment, AGGREGATOR_JOBS: expected a whole number from 0, found 'many'",
    ),
    ({"AGGREGATOR_DATABSE": "x"}, "did you mean 'AGGREGATOR_DATABASE'?"),
    ({"AGGREGATOR_CONFIG": "/nowhere/a.toml"}, "/nowhere/a.toml: there is no such file"),
]


@pytest.mark.parametrize(("environ", "message"), WRONG_ENVIRONMENTS)
def test_a_wrong_environment_is_refused(home: Path, environ: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        load(None, environ)


@pytest.mark.parametrize("name", ["AGGREGATOR_HOME", "AGGREGATOR_X", "OTHER"])
def test_variables_of_other_programs_do_not_matter(home: Path, name: str) -> None:
    assert load(None, {name: "x", "AGGREGATOR_JOBS": " "}) == load(None, {})


@pytest.mark.parametrize(
    ("word", "value"),
    [("1", True), ("yes", True), ("On", True), ("0", False), ("false", False), ("NO", False)],
)
def test_booleans_in_the_environment(home: Path, word: str, value: bool) -> None:
    assert load(None, {"AGGREGATOR_BACKUP": word}).backup is value


def test_a_file_that_is_not_utf8_is_refused(home: Path) -> None:
    path = home / "aggregator.toml"
    path.write_bytes("contact = 'città'".encode("cp1252"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(path, {})


def test_a_named_file_must_be_there(home: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load(home / "none.toml", {})
    assert load(home / "none.toml", {}, must_exist=False).file == home / "none.toml"


def test_the_environment_names_the_file(home: Path) -> None:
    path = write(home, "jobs = 3")
    assert config_path({"AGGREGATOR_CONFIG": "~/aggregator.toml"}) == path
    assert load(None, {"AGGREGATOR_CONFIG": str(path)}).jobs == 3


def test_the_written_file_changes_nothing(home: Path) -> None:
    path = write(home, render_default())
    assert load(path, {}) == replace(load(None, {}), file=path)


def test_each_commented_line_is_a_line_that_could_stand(home: Path) -> None:
    text = render_default()
    lines = re.findall(r"^# (\w+ = .*)$", text, re.MULTILINE)
    assert [line.split(" ")[0] for line in lines] == [option.name for option in options()]
    path = write(home, "\n".join(lines))
    config, plain = load(path, {}), load(None, {})
    computed = {"database", "catalogue", "topics", "publish", "smtp_password_file", "webhook_secret_file"}
    assert all(getattr(config, o.name) == getattr(plain, o.name) for o in options() if o.name not in computed)


def test_the_written_file_holds_what_was_answered(home: Path) -> None:
    answers = {
        "base_url": "https://feeds.example.org/",
        "contact": 'Anna "A" <a@example.org>',
        "publish": "/srv/x",
    }
    text = render_default(answers)
    assert tomllib.loads(text) == answers
    config = load(write(home, text), {})
    assert (config.contact, config.publish) == (answers["contact"], Path("/srv/x"))
    with pytest.raises(ConfigError, match="authority: expected a domain name"):
        render_default({"authority": "localhost"})


def test_every_option_is_described_once() -> None:
    table = options()
    assert len({option.name for option in table}) == len(table) >= 20
    for option in table:
        assert option.doc.help.endswith(".")
        assert hasattr(Config, option.name) or option.name in Config.__slots__
        assert option.variable == "AGGREGATOR_" + option.name.upper()
        assert option.expected
