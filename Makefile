# The command list. `setup` needs git, make and python3 with venv; all else comes from uv.lock.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test check bench

setup: .venv/.ready

.venv/.ready: pyproject.toml uv.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(BIN)/uv sync --frozen --quiet
	touch $@

demo: setup
	$(BIN)/aggregator demo --keep demo

test: setup
	$(BIN)/python -m pytest -n auto --dist worksteal

check: setup
	$(BIN)/python -m pytest -n auto --dist worksteal -m "slow or soak"

bench: setup
	$(BIN)/python -m benchmarks
