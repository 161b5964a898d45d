# make demo | test | proof | check: each makes .venv first and needs only Python 3.11 or later (with venv), git and make.
.DEFAULT_GOAL := help
.PHONY: help setup demo bench test proof proof-compose test-crash check format lock clean

ARGS ?=
# Most of a test's time is waiting: three workers keep two cores busy. WORKERS=0 runs all tests in one process.
WORKERS ?= 3
SPREAD = -n $(WORKERS) --no-loadscope-reorder
export OMP_NUM_THREADS = 1

DISTRIBUTIONS := $(shell scripts/distributions)

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready ## Make .venv with everything in it

.venv/ready: requirements.lock scripts/setup scripts/uv-requirements.txt $(DISTRIBUTIONS:=/pyproject.toml)
	@scripts/setup

demo: .venv/ready ## Bring the stack up and replay real invoices; ARGS="--exit --report FILE"
	@.venv/bin/lealtad demo $(ARGS)

bench: .venv/ready ## Measure beside the bare floor; ARGS="loop --json FILE", ARGS="loop --quick"
	@.venv/bin/lealtad bench $(ARGS)

test: .venv/ready ## Run all tests; ARGS="shared/tests -k outbox"
	@.venv/bin/pytest $(SPREAD) -m "not proof" $(ARGS)

proof: export FUZZ_EXAMPLES ?= 40
proof: .venv/ready ## Run what is too long for the tests: a fault of each kind, everything fuzzed
	@.venv/bin/pytest $(SPREAD) -m "proof or smoke" $(ARGS)

proof-compose: .venv/ready ## Prove docker-compose.yml on a container engine: faults, scaling, an upgrade under load
	@.venv/bin/lealtad proof-compose $(ARGS)

test-crash: .venv/ready ## Run the crash matrix; BUDGET=20m: as many cells as fit; ARGS="--random 100 --seed 7"
	@.venv/bin/pytest tests/crash --matrix $(ARGS)

check: .venv/ready ## Format, lint, types, import contracts, generated files
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@scripts/check-types
	@.venv/bin/lint-imports
	@.venv/bin/python -m lealtad.events.asyncapi --check
	@.venv/bin/python -m lealtad.observability.metrics --check
	@.venv/bin/python -m lealtad_local.settings_page --check
	@.venv/bin/python -m lealtad_local.chart --check

format: .venv/ready ## Format and fix what can be fixed
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

lock: .venv/ready ## Lock the newest allowed packages and Kafka's jars
	@scripts/lock --upgrade

clean: ## Stop the local stack and remove its data, .venv and all caches
	@if [ -x .venv/bin/lealtad ]; then .venv/bin/lealtad down --wipe; fi
	rm -rf .venv .lealtad .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
