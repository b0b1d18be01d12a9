# What can be done here; `make help` lists it.  The environment is made by ./daytwo, with pip alone.

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-system test-faults check bench lock commands clean

RUN := .venv/bin/python -m
ARGS ?=

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## the project's environment, in .venv
	@./daytwo --version

demo: ## ask two questions of the sample data
	@./daytwo demo

test: setup ## the test suite (ARGS="tests/unit -k ledger" for a part)
	$(RUN) pytest --ignore=tests/system --numprocesses=2 --dist=loadfile $(ARGS)

test-system: setup ## what needs Debian's packages, installed if root: the report in a browser, the strong tier
	@.ci/system
	$(RUN) pytest tests/system $(ARGS)

test-faults: setup ## the long campaign: 200 real kills, 5,000 simulated ones; prints a table of what was died at
	@mkdir -p build
	DAYTWO_REAL_KILLS=200 DAYTWO_SIMULATED_CRASHES=5000 $(RUN) pytest tests/faults --junit-xml=build/faults.xml $(ARGS)
	$(RUN) tests.faults.table build/faults.xml

check: setup ## lint, format, types, import rules, the lock, the page of commands
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	.venv/bin/lint-imports --no-cache
	.venv/bin/python .ci/lock.py check
	.venv/bin/python .ci/commands.py check

bench: setup ## all benchmarks, side by side with what a user would pick instead
	@set -e; for file in bench/[a-z]*.py; do \
	  [ -e "$$file" ] || continue; name=$$(basename "$$file" .py); echo "bench.$$name"; $(RUN) "bench.$$name"; \
	done

lock: setup ## pin anew what pyproject.toml asks for
	.venv/bin/python .ci/lock.py write

commands: setup ## write docs/reference/commands.md anew, from the commands' own help
	.venv/bin/python .ci/commands.py write

clean: ## remove what was made here
	rm -rf .venv .tools dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
