# Two commands for everybody: make demo, make test. For those who change things: make check, make bench.
# Needs Python 3.11 or newer with venv or pip, and make; the rest (uv, Node, PostgreSQL, ffmpeg) comes from packages.
SHELL := /bin/sh
PY := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help demo test check bench lock

help: ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/'

demo: ## a live show with two brands on this machine; ARGS="--port 9000 --data DIR --no-browser"
	@./scripts/setup run
	@exec $(PY) -m showfloor demo $(ARGS)

test: ## all tests; ARGS are pytest's
	@./scripts/setup dev browser
	@./scripts/test $(ARGS)

check: ## style, types, contracts, translations; the front end's too
	@./scripts/setup dev
	@./scripts/check

bench: ## figures side by side with a peer or a limit; BENCH="ingest rooms" picks some
	@./scripts/setup dev browser
	@$(PY) -m bench $(BENCH)

lock: ## new lock files from pyproject.toml and frontend/package.json
	@./scripts/setup dev
	@./scripts/lock
