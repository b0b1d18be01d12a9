# What can be done here; `make help` lists it.  The environment is made by ./daytwo, with pip alone.

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench lock clean

RUN := .venv/bin/python -m
ARGS ?=

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## the project's environment, in .venv
	@./daytwo --version

demo: ## ask two questions of the sample data
	@./daytwo demo

test: setup ## the test suite (ARGS="tests/unit -k ledger" for a part)
	$(RUN) pytest $(ARGS)

check: setup ## lint, format, types, import rules, the lock
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	.venv/bin/lint-imports --no-cache
	.venv/bin/python .ci/lock.py check

bench: setup ## all benchmarks, side by side with what a user would pick instead
	@set -e; for file in bench/[a-z]*.py; do \
	  [ -e "$$file" ] || continue; name=$$(basename "$$file" .py); echo "bench.$$name"; $(RUN) "bench.$$name"; \
	done

lock: setup ## pin anew what pyproject.toml asks for
	.venv/bin/python .ci/lock.py write

clean: ## remove what was made here
	rm -rf .venv .tools dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
