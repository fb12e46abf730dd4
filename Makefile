# Everything on a fresh machine with Python 3.11, Node 20 and make: `make demo`, `make test`.

PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help demo test soak packages lint docs pictures forms bench clean

help:  ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: .venv/.ready tests/node/.ready  ## scaffold, lint, break, lint again, run on the local QStash
	@$(BIN)/python -m demo

test: lint tests/node/.ready packages  ## all checks and tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

soak: .venv/.ready tests/node/.ready packages  ## the long tests: full cross products, many seeds
	$(BIN)/python -m pytest -m soak

packages:  ## the Debian packages of PostgreSQL, Redis, ... that tests start, where that is possible
	@sh tests/packages.sh

lint: .venv/.ready  ## ruff, mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: .venv/.ready tests/node/.ready  ## run the rules' examples, write the rule pages and the README's rule table anew
	$(BIN)/python tests/rules/record_observed.py generator/lobegen/rules/observed.json
	$(BIN)/python -m lobegen.rules.documentation docs/rules README.md

forms: .venv/.ready  ## print which forms of each rule are tested, by language, with its fix
	$(BIN)/python tests/rules/forms.py

pictures: .venv/.ready packages  ## take the pictures of the web page anew, from a run
	$(BIN)/python docs/images/page.py

bench: .venv/.ready tests/node/.ready  ## lint speed against oxlint and ESLint, in the same run
	$(BIN)/python bench/lint_speed.py
	$(BIN)/python bench/workflow_speed.py

clean:  ## remove what make installed or wrote
	rm -rf .venv tests/node/node_modules tests/node/*/node_modules tests/node/.ready .demo dist

.venv/.ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "lobegen needs Python 3.11 or newer; say which: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[qstash,server]' --group dev
	@touch $@

tests/node/.ready: tests/node/package-lock.json
	cd tests/node && npm ci --no-audit --no-fund --loglevel=error
	@touch $@
