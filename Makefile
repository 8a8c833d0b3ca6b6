# Two commands for a fresh machine with git, make and Python 3.11 or later: make run, make test.

PYTHON ?=
# A pySigma release to use instead of the pinned one: make quick PYSIGMA=1.5.1
PYSIGMA ?=
# Tests of one module share what it prepares, so they stay in one process.
PYTEST_ARGS ?= -n auto --dist loadscope

VENV := .venv$(if $(PYSIGMA),-pysigma-$(PYSIGMA))
BIN := $(VENV)/bin
READY := $(VENV)/.installed
EXAMPLE := sigma_rules/net_discovery
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# The first interpreter that runs, is new enough and can make virtual environments.
FIND_PYTHON = for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14 python; do \
		if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
		then echo $$python; break; fi; done

# Say what runs, then run it.
SHOW = @show() { printf '\n$$ %s\n' "$$*"; PATH="$(CURDIR)/$(BIN):$$PATH" "$$@"; }; show

.PHONY: help run test quick lint types contracts format clean

help:
	@echo 'make run        translate an example rule and check it against example events'
	@echo 'make test       run the whole suite'
	@echo 'make quick      run the suite without the slow tests and the corpus'
	@echo 'make lint       check style and formatting      make format     apply both'
	@echo 'make types      check types                     make contracts  check who imports whom'
	@echo 'make clean      remove what these made'

run: $(READY)
	@echo 'A Sigma rule becomes a FortiSIEM rule (notes on the translation, if any, go to stderr):'
	$(SHOW) translate $(EXAMPLE).yml
	@printf '\nBoth rules read the same events; they must agree on every one:\n'
	$(SHOW) translate verify $(EXAMPLE).yml --events $(EXAMPLE).events.jsonl
	@printf '\nEvery example rule has events that must fire it, and near misses that must not:\n'
	$(SHOW) translate test sigma_rules

test: $(READY)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

quick: $(READY)
	$(BIN)/python -m pytest $(PYTEST_ARGS) -m 'not slow and not corpus'

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(READY)
	$(BIN)/mypy --strict translator

contracts: $(READY)
	$(BIN)/lint-imports --no-logo --no-cache

clean:
	rm -rf .venv .venv-pysigma-* dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	find translator tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Made again when a requirement or a pin changes; otherwise it costs nothing.
$(READY): pyproject.toml constraints.txt
	@python=$$($(FIND_PYTHON)); \
	if [ -z "$$python" ]; then \
		echo 'No Python 3.11 or later with its venv module was found.' >&2; \
		echo 'Install one (on Debian and Ubuntu: python3 and python3-venv), or name it: make PYTHON=/path/to/python3.' >&2; \
		exit 1; \
	fi; \
	echo "Preparing $(VENV) with $$($$python -V); this takes a minute the first time."; \
	rm -rf $(VENV); \
	$$python -m venv $(VENV)
	@sed '$(if $(PYSIGMA),s/^pysigma==.*/pysigma==$(PYSIGMA)/)' constraints.txt > $(VENV)/constraints.txt
	@$(BIN)/python -m pip install --quiet --constraint $(VENV)/constraints.txt --editable '.[test]'
	@touch $@
