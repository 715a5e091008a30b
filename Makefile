# Everything here needs Python 3.11 or newer and make; the rest comes as pinned and hashed packages.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test test-meilisearch deep check lint types imports sdl-check lock-check audit compose-check \
	bench sdl lock upgrade clean environment environment-dev

# The first Python on the path that is new enough; `make run PYTHON=/path/to/python3` names another.
ifeq ($(origin PYTHON),undefined)
PYTHON = $(eval PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo "$$name"; break; fi; done))$(PYTHON)
endif

# Relative on purpose: make splits absolute paths at their spaces.
PY := .venv/bin/python

help: ## List these commands
	@echo 'Serra. Two commands to begin with: make run, make test'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

run: environment ## Start everything on this machine, with the demo data
	@exec $(PY) -m infra.cli run

test: environment-dev ## Run the test suite; it starts its own servers and leaves nothing behind
	@exec $(PY) -m pytest $(ARGS)

test-meilisearch: environment-dev ## Run the search contract against a Meilisearch: MEILI_URL=… MEILI_KEY=…
	@test -n "$(MEILI_URL)" || { echo 'Say which server: make test-meilisearch MEILI_URL=http://127.0.0.1:7700 MEILI_KEY=…'; exit 2; }
	@exec $(PY) -m pytest tests/infra/search -k contract $(ARGS)

deep: environment-dev ## Run the long proofs, for nights and before an issue closes
	@exec $(PY) -m pytest -m deep --timeout=3600 $(ARGS)

check: lint types imports sdl-check lock-check audit compose-check ## Style, types, import contracts, SDL, pins, advisories

lint: environment-dev
	@echo '— style'
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

types: environment-dev
	@echo '— types'
	@$(PY) -m mypy

imports: environment-dev
	@echo '— import contracts'
	@.venv/bin/lint-imports

sdl-check: environment-dev
	@echo '— SDL'
	@$(PY) -m infra.cli schema --check

lock-check: environment-dev
	@echo '— pins'
	@$(PY) -m infra.lock check

audit: environment-dev
	@echo '— advisories'
	@$(PY) -m infra.advisories

compose-check:
	@echo '— compose.yaml'
	@if docker compose version >/dev/null 2>&1; then \
		env $$(grep -oE '[A-Z0-9_]+:[?]' compose.yaml | sort -u | sed 's/:?$$/=example/') \
			docker compose config --quiet && echo 'compose.yaml is valid.'; \
	else echo 'Not asked of Docker: docker compose is not here. The test suite reads the file itself.'; fi

bench: environment-dev ## Measure the service under load
	@exec $(PY) -m infra.bench $(ARGS)

sdl: environment ## Write schema/schema.graphql and docs/bundle-fields.md anew from the code
	@$(PY) -m infra.cli schema > schema/schema.graphql.new \
		&& mv schema/schema.graphql.new schema/schema.graphql \
		|| { rm -f schema/schema.graphql.new; exit 1; }
	@$(PY) -m infra.bundles.reference > docs/bundle-fields.md

lock: environment-dev ## Compile the pins from pyproject.toml, keeping versions that still fit
	@$(PY) -m infra.lock

upgrade: environment-dev ## Compile the pins with the newest versions
	@$(PY) -m infra.lock upgrade

clean: ## Remove the environment and all caches; the data in .serra stays
	@rm -rf .venv build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find services schema infra tests -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo 'Clean. The data of make run is still in .serra; remove that folder to begin anew.'

define install
	@test -n "$(PYTHON)" || { \
		echo 'Serra needs Python 3.11 or newer, and found none on the path.'; \
		echo 'Install one, or name it: make run PYTHON=/path/to/python3'; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'Serra needs Python 3.11 or newer, and this is not:'; echo '  $(PYTHON)'; \
		echo 'Name another: make run PYTHON=/path/to/python3'; exit 1; }
	@"$(PYTHON)" -I infra/bootstrap.py $(1)
endef

environment:
	$(call install,infra/requirements-embedded.txt)

environment-dev:
	$(call install,infra/requirements-dev.txt)
