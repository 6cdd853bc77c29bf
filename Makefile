# Two commands for a newcomer: `make demo` and `make test`. Everything lives in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEER := .cache/peer/bin/python
VECTORBT := .cache/vectorbt/bin/python
JESSE := .cache/jesse/bin/python

.PHONY: help demo test browser lint docs bench bench-indicators bench-exchange golden clean

help:
	@echo "make demo   install into .venv and run the example on GOOG daily bars"
	@echo "make test   install the development tools, run all checks and tests"
	@echo "make browser install Chromium for the tests of pictures, where apt-get and root are there"
	@echo "make lint   style, types and import layers only"
	@echo "make docs   build the documentation site into site/, where warnings are errors"
	@echo "make bench  time against backtesting.py and vectorbt (installs each in an environment of its own), and all indicators"
	@echo "make bench-indicators time every indicator against Jesse, likewise"
	@echo "make bench-exchange time exchange simulations against Jesse, likewise"
	@echo "make golden record the parity cases again with backtesting.py and Jesse"

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	@touch $(VENV)/.installed $@

$(VENV)/.installed-docs: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[docs]"
	@touch $(VENV)/.installed $@

$(PEER):
	$(PYTHON) -m venv .cache/peer
	$(PEER) -m pip install --quiet --disable-pip-version-check -r benchmarks/peer-requirements.txt

$(VECTORBT):
	$(PYTHON) -m venv .cache/vectorbt
	$(VECTORBT) -m pip install --quiet --disable-pip-version-check vectorbt==1.2.0 numpy==2.4.6 pandas==3.1.1

$(JESSE):
	$(PYTHON) -m venv .cache/jesse
	$(JESSE) -m pip install --quiet --disable-pip-version-check -r benchmarks/exchange-peer-requirements.txt

demo: $(VENV)/.installed
	$(BIN)/python examples/sma_cross.py

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The variable silences a notice of MkDocs' theme. (--quiet would hide warnings from --strict.)
docs: $(VENV)/.installed-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

test: lint browser
	$(BIN)/python -m pytest -n auto --dist worksteal

# Pictures are tested in a real browser, which is installed where that is possible: as root, with
# apt-get. Elsewhere install Chromium or Chrome yourself, or those tests say why they skip.
browser:
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
		command -v $$name >/dev/null && exit 0; \
	done; \
	[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null \
		|| echo "No browser could be installed: tests that need one will say so."

bench: $(VENV)/.installed $(PEER) $(VECTORBT)
	$(BIN)/python benchmarks/run.py --peer $(PEER) --vectorbt $(VECTORBT)
	$(MAKE) bench-indicators

bench-indicators: $(VENV)/.installed $(JESSE)
	$(BIN)/python benchmarks/indicators.py --peer $(JESSE)

bench-exchange: $(VENV)/.installed $(JESSE)
	$(BIN)/python benchmarks/exchange.py --peer $(JESSE)

golden: $(PEER) $(JESSE)
	$(PEER) tests/parity/make_golden.py --first 0 --cases 2404 --out tests/parity/golden/backtesting_0.6.6.npz
	$(JESSE) -m tests.parity.indicators.make_golden --out tests/parity/golden/indicators_jesse_3.5.3.npz
	$(JESSE) -m tests.parity.outputs.make_golden --out tests/parity/golden/outputs_jesse_3.5.3.json
	$(JESSE) -m tests.parity.helpers.make_golden --out tests/parity/golden/helpers_jesse_3.5.3.npz
	$(JESSE) -m tests.parity.store.make_golden --out tests/parity/golden/stored_candles_jesse_3.5.3.json
	$(JESSE) -W ignore -m tests.parity.monte_carlo.make_golden --out tests/parity/golden/monte_carlo_jesse_3.5.3.npz
	$(JESSE) -W ignore -m tests.parity.significance.make_golden --first 0 --cases 60 --out tests/parity/golden/significance_jesse_3.5.3.json
	$(JESSE) -W ignore -m tests.parity.learning.make_golden --out tests/parity/golden/learning_jesse_3.5.3.json
	$(JESSE) -W ignore -m tests.parity.tuning.make_golden --out tests/parity/golden/tuning_jesse_3.5.3.json
	$(JESSE) -W ignore -m tests.parity.exchange.make_golden --first 0 --cases 400 --wide 60 --out tests/parity/golden/jesse_3.5.3.npz

clean:
	rm -rf $(VENV) .cache build dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src -name "*.nb[ic]" -delete
