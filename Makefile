# `make` prints the targets. Every target sets up what it needs.

PYTHON ?= python3.11
# pyenv gives a version only to who asks for it.
PYTHON312 ?= PYENV_VERSION=3.12 python3.12
VENV := .venv
BIN := $(VENV)/bin
OFFICIAL := .venv-official
BENCH := .venv-bench
AEGRA := .venv-aegra
DOCS := .venv-docs
JAVASCRIPT := tests/servers/javascript/node_modules

.DEFAULT_GOAL := help

.PHONY: help
help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Set-up. A stamp in each environment says which requirements it holds. The files name all that is needed: a resolver would
# look at newer versions too, and refuse those without a hash.
INSTALL_PINNED := -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r
INSTALL_SELF := -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .

$(VENV)/.ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(INSTALL_PINNED) requirements/dev.txt
	$(BIN)/python $(INSTALL_SELF)
	@touch $@

$(OFFICIAL)/.ready: requirements/official.txt
	$(PYTHON) -m venv $(OFFICIAL)
	$(OFFICIAL)/bin/python $(INSTALL_PINNED) requirements/official.txt
	@touch $@

$(BENCH)/.ready: requirements/bench.txt pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python $(INSTALL_PINNED) requirements/bench.txt
	$(BENCH)/bin/python $(INSTALL_SELF)
	@touch $@

$(AEGRA)/.ready: requirements/aegra.txt
	$(PYTHON312) -m venv $(AEGRA)
	$(AEGRA)/bin/python $(INSTALL_PINNED) requirements/aegra.txt
	@touch $@

$(DOCS)/.ready: requirements/docs.txt
	$(PYTHON) -m venv $(DOCS)
	$(DOCS)/bin/python $(INSTALL_PINNED) requirements/docs.txt
	@touch $@

$(JAVASCRIPT)/.ready: tests/servers/javascript/package-lock.json
	npm ci --prefix tests/servers/javascript --no-audit --no-fund --loglevel=error
	@touch $@

benchmarks/node_modules/.ready: benchmarks/package-lock.json
	npm ci --prefix benchmarks --no-audit --no-fund --loglevel=error
	@touch $@

openapi/node_modules/.ready: openapi/package-lock.json
	npm ci --prefix openapi --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: setup
setup: $(VENV)/.ready ## Make the development environment

.PHONY: demo
demo: $(VENV)/.ready ## Start the embedded server, and run agents on it
	@$(BIN)/python examples/demo.py

# Tests wait for servers more than they compute, and the processes share one of each.
PYTEST = $(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist worksteal
PROCESSES := 4

.PHONY: test
test: $(VENV)/.ready $(OFFICIAL)/.ready ## Run all tests, against the embedded and the official server
	$(PYTEST) --servers=embedded,official $(ARGS)

.PHONY: trio
trio: PROCESSES := 6
trio: $(VENV)/.ready ## Run the suite of behaviour under trio, over httpx and over a client of httpx2 that is handed in
	$(PYTEST) tests/faults tests/conformance --servers=embedded --clients=async,httpx2 --backend=trio $(ARGS)

.PHONY: installs
installs: $(VENV)/.ready ## Install the distributions as their users do, each extra alone, and check them
	$(PYTEST) tests/installs $(ARGS)

.PHONY: matrix
matrix: $(VENV)/.ready ## Run the fast tests with every Python that is here, and the lowest and highest dependencies (about 10 minutes)
	@$(BIN)/python -m tests.installs.matrix --document docs/installation.md

.PHONY: databases
databases:
	@sh tests/servers/install-databases.sh

COMPATIBILITY := docs/compatibility.md
MEMBERS := docs/members.md

.PHONY: conformance
conformance: PROCESSES := 10
conformance: $(VENV)/.ready $(OFFICIAL)/.ready $(AEGRA)/.ready $(JAVASCRIPT)/.ready databases ## Run one suite over four servers, and write which supports what; then a cluster
	$(PYTEST) tests/conformance --servers=embedded,official,javascript,aegra --compatibility=$(COMPATIBILITY) --members=$(MEMBERS) $(ARGS)
	$(BIN)/python -m pytest tests/servers tests/cluster $(ARGS)

.PHONY: soak
soak: $(VENV)/.ready $(OFFICIAL)/.ready ## Stream for 10 minutes over connections that break, and count: ARGS="--minutes 1 --seed 7"
	@$(BIN)/python -m tests.soak --document docs/reliability.md $(ARGS)

.PHONY: generate
generate: $(VENV)/.ready ## Write the bindings, the overloads and the sync twin anew, from the contract
	$(BIN)/python -m runs_client.spec generate

.PHONY: check-generated
check-generated: $(VENV)/.ready ## Fail if a generated file is not what `generate` writes
	$(BIN)/python -m runs_client.spec check

.PHONY: sync
sync: $(VENV)/.ready ## Tell what an upstream changed and what to do: FROM=langgraph-api==0.16.7, a URL or a file; APPLY=1 remembers it
	@$(BIN)/python -m runs_client.spec sync "$(FROM)" $(if $(APPLY),--apply)

.PHONY: surface
surface: $(VENV)/.ready ## Write down the public surface, tests/package/surface.txt
	$(BIN)/python -m tests.package.surface

.PHONY: reliability
reliability: $(VENV)/.ready $(OFFICIAL)/.ready $(AEGRA)/.ready databases ## Write the tables of docs/reliability.md from a run of the tests
	$(BIN)/python -m pytest tests/faults tests/hostile tests/cluster --reliability=docs/reliability.md

.PHONY: fuzz
fuzz: $(VENV)/.ready ## Compare the decoder with httpx-sse over 200,000 random streams, and damage responses at random
	FUZZ_CASES=200000 FUZZ_SEED=$${FUZZ_SEED:-$$(date +%s)} $(BIN)/python -m pytest tests/unit/test_sse_differential.py
	FUZZ_EXAMPLES=5000 $(BIN)/python -m pytest tests/hostile/test_fuzz.py

.PHONY: docs
docs: $(DOCS)/.ready ## Build the handbook, build/site/index.html, and check its links
	@$(DOCS)/bin/python tests/docs/build.py

.PHONY: bench
bench: $(BENCH)/.ready benchmarks/node_modules/.ready ## Measure time and memory beside the peers (about 15 minutes)
	@$(BENCH)/bin/python benchmarks/decoder.py
	@$(BENCH)/bin/python -m benchmarks $(ARGS)

.PHONY: faults
faults: $(VENV)/.ready $(OFFICIAL)/.ready $(AEGRA)/.ready $(BENCH)/.ready $(JAVASCRIPT)/.ready benchmarks/node_modules/.ready databases ## Break connections of our clients and of the peers, on three servers (about 10 minutes)
	@$(BIN)/python -m benchmarks.fault_table

.PHONY: lint
lint: $(VENV)/.ready ## Check style and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

.PHONY: types
types: $(VENV)/.ready ## Check types with mypy and pyright
	$(BIN)/mypy
	$(BIN)/pyright

.PHONY: drift
drift: $(VENV)/.ready ## Tell where a server differs from the contract: FROM=http://localhost:2024, package==version or a file
	@$(BIN)/runs-client spec drift "$(FROM)"

.PHONY: contract
contract: $(VENV)/.ready openapi/node_modules/.ready ## Validate the contract
	$(BIN)/openapi-spec-validator openapi/runs.yaml
	openapi/node_modules/.bin/redocly lint --config openapi/redocly.yaml openapi/runs.yaml
	openapi/node_modules/.bin/spectral lint --ruleset openapi/spectral.yaml --fail-severity warn openapi/runs.yaml

.PHONY: polyglot
polyglot: openapi/node_modules/.ready ## Compile a TypeScript program that calls every operation of the contract
	openapi/node_modules/.bin/openapi-typescript openapi/runs.yaml --default-non-nullable=false --output build/polyglot/runs.d.ts
	openapi/node_modules/.bin/tsc --strict --noEmit --target es2022 openapi/polyglot/every_operation.ts

.PHONY: format
format: $(VENV)/.ready ## Lay out the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

PIN := pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

.PHONY: requirements
requirements: ## Pin the newest development requirements, with hashes and without addresses
	$(PYTHON) -m venv .venv-pin
	.venv-pin/bin/python -m pip install --quiet --disable-pip-version-check pip-tools
	for name in dev official bench docs; do \
	  .venv-pin/bin/$(PIN) --output-file requirements/$$name.txt requirements/$$name.in || exit 1; \
	done
	$(PYTHON312) -m venv .venv-pin312
	.venv-pin312/bin/python -m pip install --quiet --disable-pip-version-check pip-tools
	.venv-pin312/bin/$(PIN) --output-file requirements/aegra.txt requirements/aegra.in

.PHONY: clean
clean: ## Remove the environments and what tools left behind
	rm -rf .venv .venv-* openapi/node_modules benchmarks/node_modules $(JAVASCRIPT) build dist .cache
	find . -name __pycache__ -prune -exec rm -rf {} +
