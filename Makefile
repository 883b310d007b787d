# Everything a developer or CI does with this tree. `make` alone lists it.
# The virtual environment .venv is made on the way and renewed when needed.

PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
export PYTHON

# Where an image forbids bytecode, each process that a test starts would compile the server anew.
unexport PYTHONDONTWRITEBYTECODE

# A developer's environment holds the server's and the benchmark's too: do not shrink it again.
SERVER_STAMP := $(firstword $(wildcard $(VENV)/.dev $(VENV)/.bench) $(VENV)/.runtime)
BENCH_STAMP := $(firstword $(wildcard $(VENV)/.dev) $(VENV)/.bench)

# Two identical trees give two identical wheels.
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 1767225600)

# Workers take whole stretches of the suite first, so that a module's fixtures
# are mostly made once, and share what is left at the end.
WORKERS ?= auto
PYTEST := $(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=worksteal

.PHONY: help serve test prove bench lint docs wheel requirements clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-14s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: $(SERVER_STAMP) ## run the example server
	$(BIN)/ostiary serve --config examples/seeds/ostiary.toml $(ARGS)

test: $(VENV)/.dev test-packages ## run the tests (ARGS="-k word" to choose)
	$(PYTEST) $(ARGS)

prove: $(VENV)/.dev test-packages ## run the long variants of the tests
	$(PYTEST) -m prove -o faulthandler_timeout=3600 $(ARGS)

bench: $(BENCH_STAMP) ## measure beside other servers (ARGS="--quick", "--only es256,rs256")
	@$(BIN)/python -m bench $(ARGS)

lint: $(VENV)/.dev ## check style, types and the layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

docs: $(VENV)/.dev ## write the pages of docs/ that follow from the code
	$(BIN)/python -m scripts.write_docs

wheel: $(VENV)/.dev ## build the wheel into dist/, reproducibly
	SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) $(BIN)/python -m build --wheel --no-isolation --outdir dist

# Versions already chosen stay as they are; ARGS="--upgrade" renews them all.
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make requirements'
SERVER := pyproject.toml --extra server --extra postgres

requirements: $(VENV)/.bootstrap ## pin the requirements anew, with hashes
	$(COMPILE) $(ARGS) requirements/bootstrap.in -o requirements/bootstrap.txt >/dev/null
	$(COMPILE) $(ARGS) requirements/build.in -o requirements/build.txt >/dev/null
	$(COMPILE) $(ARGS) requirements/node.in -o requirements/node.txt >/dev/null
	$(COMPILE) $(ARGS) $(SERVER) -o requirements/runtime.txt >/dev/null
	$(COMPILE) $(ARGS) $(SERVER) requirements/build.in requirements/bench.in \
		-c requirements/build.txt -c requirements/runtime.txt -o requirements/bench.txt >/dev/null
	$(COMPILE) $(ARGS) $(SERVER) --extra fastapi --extra ldap --extra keyring requirements/build.in requirements/bench.in requirements/dev.in \
		-c requirements/build.txt -c requirements/runtime.txt -c requirements/bench.txt \
		-o requirements/dev.txt >/dev/null

clean: ## remove the environment and everything built
	rm -rf $(VENV) .venv.lock build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov
	rm -rf tests/clients/node_modules bench/peers/node_modules bench/.work
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: test-packages
test-packages: $(VENV)/.dev
	@scripts/system_packages.sh postgresql slapd ldap-utils dbus-daemon gnome-keyring wrk chromium nginx haproxy
	@scripts/node_packages.sh tests/clients

$(VENV)/.bootstrap: scripts/environment.sh requirements/bootstrap.txt
	@scripts/environment.sh bootstrap

$(VENV)/.runtime: scripts/environment.sh requirements/bootstrap.txt requirements/build.txt requirements/runtime.txt pyproject.toml
	@scripts/environment.sh runtime

$(VENV)/.bench: scripts/environment.sh requirements/bootstrap.txt requirements/bench.txt pyproject.toml
	@scripts/environment.sh bench

$(VENV)/.dev: scripts/environment.sh requirements/bootstrap.txt requirements/dev.txt pyproject.toml
	@scripts/environment.sh dev
