"""What all tests share."""

import os

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ("databases", "site_samples")

# How long an example takes depends on the machine and on what else it does: never a reason to fail.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

# Options of whoever runs the tests must not reach them.
for _name in [name for name in os.environ if name.startswith("AGGREGATOR_")]:
    del os.environ[_name]


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Configuration and data of this user stay out of every test, also in child processes."""
    home = tmp_path_factory.mktemp("home")
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(home / variable.lower()))
