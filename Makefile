# One door. Every target sets up what it needs: a fresh machine has Python 3.11 or newer, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

# What is imported is compiled once, not by each of the many processes that tests begin.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo run test check audit soak bench mutants words pictures lock browser clean

help:  ## list what this door opens
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY)  ## install everything into .venv, exactly as requirements.lock says
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Voices needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

demo: setup  ## play every part on one page: a pretend Telegram, the bot, SQLite; no token needed
	@$(BIN)/voices demo --voices 400

run: setup  ## run the bot: VOICES_TOKEN=… make run
	@$(BIN)/voices run

# Twice as many as there are cores: each begins with journeys, which wait for the processes they play with.
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) * 2 )))

test: setup browser  ## every test
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: setup  ## style, unsafe calls, secrets in files, types, who may import whom, words, settings, lock
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@git ls-files -z -- ':!locales' ':!*.lock' ':!tests/releases' | xargs -0 $(BIN)/detect-secrets-hook --baseline .secrets.baseline
	@$(BIN)/python -m pytest -q tests/house

audit: setup  ## known vulnerabilities of all that is pinned: asks osv.dev, so it needs the network
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes --vulnerability-service osv --requirement requirements.lock

soak: setup  ## the long runs: kills, random walks, the simulation; SEED=7 tells the story of one simulation
	@$(if $(SEED),$(BIN)/python -m tests.simulation $(SEED),$(BIN)/python -m pytest -m soak --timeout 3600)

bench: setup  ## measure the bot beside others with the same dialog: most of an hour
	@$(BIN)/python -m benchmarks

mutants: setup  ## what no test of consent, authority and forgetting notices: hours
	@$(BIN)/python -m benchmarks.mutations

pictures: setup browser  ## draw the pictures of the docs anew
	@$(BIN)/python -m tests.journeys.pictures
	@$(BIN)/python -m tests.journeys.pictures_of_questions
	@$(BIN)/python -m tests.journeys.pictures_of_review
	@$(BIN)/python -m tests.journeys.pictures_of_pages

words: setup  ## bring all catalogs to what English says, and show how far each language is
	@$(BIN)/voices words renew

lock: setup  ## choose versions anew and pin them with hashes
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --no-annotate --no-header --upgrade --quiet -o requirements.lock
	@echo 'setuptools>=80' | $(BIN)/uv pip compile pyproject.toml - --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet -c requirements.lock -o deploy/requirements.lock

browser:
	@sh tests/browser.sh

clean:  ## remove what was set up and what the demo wrote
	@rm -rf $(VENV) var .mypy_cache .ruff_cache .import_linter_cache *.egg-info
