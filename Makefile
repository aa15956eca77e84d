# Everything that developers and CI do. `make` alone lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Extra arguments: make test ARGS="-k upload", make demo ARGS=my.mp3
ARGS ?=
# How many processes share the tests; each starts what its tests need. 0 = none besides the one that you see.
WORKERS ?= 0

# Stamps: what they depend on is installed again only when it changed.
INSTALLED := $(VENV)/.installed
WEB := web/node_modules/.installed
STUDIO := web/dist/.built
SPOTDL := .spotdl/.installed
EXTRAS := $(VENV)/.extras

.DEFAULT_GOAL := help

.PHONY: help
help: ## List these commands
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2}'

## Running

.PHONY: demo
demo: $(INSTALLED) $(STUDIO) ## Start the mesh, separate a real song, show the results (ARGS=FILE for your own)
	$(BIN)/sfa demo $(ARGS)

.PHONY: up
up: $(INSTALLED) $(STUDIO) ## Start the mesh and keep it running until Ctrl-C
	$(BIN)/sfa up $(ARGS)

.PHONY: studio
studio: $(STUDIO) ## Build the web page that the mesh serves

## Checking

.PHONY: test
test: $(INSTALLED) $(STUDIO) $(SPOTDL) $(EXTRAS) ## Run all tests, with the real Envoy and Valkey
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)
	$(BIN)/python -m tools.npm run --silent test

.PHONY: check
check: lint types imports contract gen-check gateway ## Everything short of the tests: style, types, contracts, generated code

.PHONY: lint
lint: $(INSTALLED) $(WEB) ## Check style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python -m tools.npm run --silent lint

.PHONY: types
types: $(INSTALLED) $(WEB) ## Check types
	$(BIN)/mypy
	$(BIN)/python -m tools.npm run --silent types

.PHONY: imports
imports: $(INSTALLED) ## Check which part may import which
	$(BIN)/lint-imports

.PHONY: contract
contract: $(INSTALLED) ## Check the .proto files, and that no change breaks a client
	$(BIN)/python -c 'from tools.generate.toolchain import copy_googleapis; copy_googleapis()'
	$(BIN)/buf lint
	$(BIN)/python -m tools.breaking

.PHONY: gen-check
gen-check: $(INSTALLED) $(WEB) ## Check that generated files are current
	$(BIN)/python -m tools.generate --check

.PHONY: gateway
gateway: $(INSTALLED) ## Have Envoy judge its configurations
	$(BIN)/python -m tools.validate_gateway

## Changing

.PHONY: gen
gen: $(INSTALLED) $(WEB) ## Generate code, documents and Envoy configurations from protos/
	$(BIN)/python -m tools.generate

.PHONY: fmt
fmt: $(INSTALLED) ## Format the code, and repair what can be repaired
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: bench
bench: $(INSTALLED) ## Measure what the mesh adds to a separation
	$(BIN)/python -m benchmarks.mesh_overhead $(ARGS)

.PHONY: pictures
pictures: $(INSTALLED) $(STUDIO) ## Take the pictures of the studio in docs/images/studio (ARGS=VIEW for one)
	$(BIN)/python -m tools.pictures $(ARGS)

.PHONY: images
images: $(INSTALLED) ## Build the container images, without an engine too, and ask each for its health (ARGS=NAME for one)
	$(BIN)/python -m tools.images $(ARGS)

.PHONY: clean
clean: ## Remove everything that these commands installed or cached
	rm -rf $(VENV) .spotdl web/node_modules web/dist .third_party .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

## Installing

$(INSTALLED): pyproject.toml constraints/cpu.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints/cpu.txt -e '.[dev]'
	@touch $@

# Node from PATH, else the one that came with the Python packages.
$(WEB): web/package.json web/package-lock.json $(INSTALLED)
	$(BIN)/python -m tools.npm ci --silent
	@touch $@

$(STUDIO): $(WEB) web/index.html web/vite.config.ts web/pieces.ts $(shell find web/src web/public gen/ts -type f)
	$(BIN)/python -m tools.npm run --silent build
	@touch $@

# It cannot live beside our own packages. Without it the tests of Spotify's links are skipped, and say so.
.PHONY: spotdl
spotdl: $(SPOTDL) ## Install spotdl for the tests, in an environment of its own
$(SPOTDL): sfa/local/spotdl.py | $(INSTALLED)
	@$(BIN)/sfa spotdl install --into .spotdl && touch $@ || echo "Tests that need spotdl will be skipped."

# What some tests use of Debian. Without it they are skipped, and say so.
PACKAGES := chromium fonts-dejavu-core espeak-ng
$(EXTRAS): | $(INSTALLED)
	@if { command -v chromium || command -v google-chrome; } >/dev/null && command -v espeak-ng >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing $(PACKAGES), which some tests use ..."; \
	  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $(PACKAGES); } >/dev/null \
	    || echo "They could not be installed; tests that need them will be skipped."; \
	else echo "Some tests use chromium and espeak-ng, and are skipped without: apt-get install $(PACKAGES)"; exit 0; fi; touch $@
