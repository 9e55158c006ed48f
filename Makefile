# Every command starts from nothing: it makes the virtual environment and what else it needs by itself.
# Stamps in .venv/ are named after the hash of what they stand for, so nothing is done twice.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

PORT ?= 8000
AIDS ?= 20000
TEST_WORKERS ?= 2
ALES_VAR ?= $(CURDIR)/var
export PORT ALES_VAR

ifeq ($(origin PYTHON),undefined)
PYTHON := $(firstword $(foreach name,python3 python3.13 python3.12 python3.11,$(shell $(name) -c 'import sys; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)))
endif

VENV := .venv
BIN := $(VENV)/bin
LOCK := $(VENV)/.lock-$(firstword $(shell sha256sum requirements.lock))
LOCK_DEV := $(VENV)/.lock-dev-$(firstword $(shell sha256sum requirements-dev.lock))
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --no-deps

.PHONY: help run demo test test-slow mutants check format bench screenshots lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /\1|/' | column -t -s '|'

run: $(LOCK) ## the whole extranet on http://127.0.0.1:$(PORT)/ ; Ctrl-C ends it
	@bin/system-packages runtime
	@bin/port-is-free $(PORT)
	@exec $(BIN)/python -m ales.embedded exec -- bin/serve

demo: $(LOCK) ## fill an empty database with the demo data
	@$(BIN)/python -m ales.embedded exec -- bash -c '$(BIN)/python manage.py migrate --verbosity 0 && $(BIN)/python manage.py demo --if-empty'

test: $(LOCK_DEV) ## the whole suite but the slow tests
	@bin/system-packages runtime tests
	$(BIN)/python -m pytest -n $(TEST_WORKERS) -m "not slow" $(PYTEST_ARGS)

test-slow: $(LOCK_DEV) ## what takes too long for every change
	@bin/system-packages runtime tests
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile -m slow $(PYTEST_ARGS)

mutants: $(LOCK_DEV) ## break permissions and visibility in every small way: do the tests notice?
	@bin/system-packages runtime tests
	$(BIN)/python -m tests.mutants --jobs $(TEST_WORKERS)

check: $(LOCK_DEV) ## lint, format, import contracts, templates, migrations, deployment settings
	@bin/system-packages runtime
	@PATH="$(CURDIR)/$(BIN):$$PATH" bin/check

format: $(LOCK_DEV) ## write the formatting that check asks for
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

bench: $(LOCK_DEV) ## the benchmark: a table here, figures in var/bench.json
	@$(BIN)/python -m ales.embedded exec -- $(BIN)/python -m bench --aids $(AIDS)

screenshots: $(LOCK_DEV) ## the pictures of the main screens, from the demo data
	@bin/system-packages runtime tests
	@$(BIN)/python -m ales.embedded exec -- bash -c '$(BIN)/python manage.py migrate --verbosity 0 && $(BIN)/python manage.py demo --if-empty && $(BIN)/python -m screenshots'

lock: $(LOCK_DEV) ## compile the lock files anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
		--custom-compile-command "make lock" --output-file requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
		--custom-compile-command "make lock" --group dev --constraint requirements.lock \
		--output-file requirements-dev.lock pyproject.toml

clean: ## delete the demo data and the virtual environment
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m ales.embedded remove; fi
	rm -rf var $(VENV)

# The environment -------------------------------------------------------------------------------------------------

$(BIN)/python:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer is needed (PYTHON=/path/to/python3 make …)." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || bin/system-packages venv
	$(PYTHON) -m venv $(VENV)

$(LOCK): | $(BIN)/python
	@echo "Installing the locked packages (about a minute, the first time)…"
	@$(PIP_INSTALL) -r requirements.lock
	@rm -f $(VENV)/.lock-[0-9a-f]* && touch $@

$(LOCK_DEV): | $(BIN)/python
	@echo "Installing the locked packages and the test tools (about a minute, the first time)…"
	@$(PIP_INSTALL) -r requirements-dev.lock
	@rm -f $(VENV)/.lock-* && touch $@ $(LOCK)
