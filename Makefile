# `make run` and `make test` set up everything they need, then do the main job or run the tests.
# Another interpreter or compiler: make run PYTHON=python3.13 CC=clang

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
VISITS := $(sort $(wildcard workbooks/samples/*.csv))
OUTPUT := coded.xlsx
TURNS := 10

# The newest Python that is new enough; python3 itself where none is, for the message.
FOUND := $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
PYTHON := $(or $(FOUND),python3)

# durable-rules comes as source: its own build is not optimised, and does not import on Python 3.13 and newer.
DURABLE_CC := $(CC) -O3 -DPyEval_CallObject=PyObject_CallObject
DURABLE := $(shell sed -n 's/^ *"\(durable-rules[^"]*\)",/\1/p' pyproject.toml)

PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: help run test nightly check lint rules pictures bench clean

help:  ## what each target does
	@sed -n 's/^\([a-z]*\):.*##/  make \1\t/p' Makefile

run: $(VENV)/ready  ## set up, code the sample month, write coded.xlsx
	$(BIN)/codesheet code $(VISITS) --output $(OUTPUT)

test: $(VENV)/ready-to-test  ## set up, run all tests
	$(BIN)/pytest --numprocesses auto

nightly: $(VENV)/ready-to-test  ## code random rulebooks never drawn before in both ways and compare (TURNS=10; SEED=… repeats)
	PYTHONPATH=tests $(BIN)/python tests/random_rulebooks/nightly.py --turns $(TURNS) $(if $(SEED),--seed $(SEED))

check: $(VENV)/ready  ## check the workbooks and code their worked examples
	$(BIN)/codesheet check workbooks

lint: $(VENV)/ready-to-test  ## style, types, layers, and rules/ up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codesheet compile workbooks --output rules --check

rules: $(VENV)/ready  ## bring rules/ up to date with the workbooks
	$(BIN)/codesheet compile workbooks --output rules

pictures: run  ## draw the pictures of the README (needs LibreOffice and poppler)
	$(BIN)/python -W ignore docs/pictures.py $(OUTPUT)

bench: $(VENV)/ready-to-bench  ## measure (about an hour on an idle machine), write docs/performance.md
	$(BIN)/python benchmarks/end_to_end.py --write docs/performance.md
	$(BIN)/python benchmarks/check_speed.py --write docs/performance.md
	$(BIN)/python benchmarks/growth.py --write docs/performance.md
	$(BIN)/python benchmarks/peers.py --write docs/performance.md
	$(BIN)/python benchmarks/targets.py --write docs/performance.md

clean:  ## remove the set-up and what it wrote
	rm -rf $(VENV) $(OUTPUT) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/ready: pyproject.toml Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'codesheet needs Python 3.11 or newer; $(PYTHON) is' "$$($(PYTHON) --version 2>&1 || echo missing)." \
	    'Install it (Debian, Ubuntu: apt install python3 python3-venv python3-dev), or name it: make PYTHON=/path/to/python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo 'Python has no venv module. Install it: apt install python3-venv (Debian, Ubuntu).' >&2; exit 1; }
	@command -v $(firstword $(CC)) >/dev/null || { \
	  echo 'No C compiler ($(CC)): durable-rules is built from source. Install one:' \
	    'apt install gcc (Debian, Ubuntu), dnf install gcc (Fedora), xcode-select --install (macOS).' >&2; exit 1; }
	@$(PYTHON) -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' || { \
	  echo 'Python.h is missing: durable-rules is built from source. Install it:' \
	    'apt install python3-dev (Debian, Ubuntu), dnf install python3-devel (Fedora).' >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) install --upgrade pip
	CC="$(DURABLE_CC)" $(PIP) install --no-cache-dir '$(DURABLE)'
	$(PIP) install --editable .
	@touch $@

$(VENV)/ready-to-test: $(VENV)/ready
	$(PIP) install --group dev
	@touch $@

$(VENV)/ready-to-bench: $(VENV)/ready
	$(PIP) install --group bench
	@touch $@
