# Everything starts from a bare Debian 12 with python3, python3-venv and make. The first call of a target makes
# .venv from the hash-checked locks; later calls only do what has changed. Nothing outside .venv*, build and the
# tools' caches is written, all of it ignored by git.

PYTHON ?= python3
FUZZ_SECONDS ?= 60
UV ?= uv
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

export PYTHONPATH := $(CURDIR)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test conformance fuzz audit-deps lint format bench soak image-check lock clean

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*##/\1:/p' $(MAKEFILE_LIST)

run: .venv/run.stamp  ## start the demo: service, FHIR server and try-it page on 127.0.0.1
	@$(BIN)/recurrence-cds demo $(ARGS)

test: .venv/dev.stamp lint  ## everything that has to be green: lint, types, floors, tests, coverage
	@.ci/packages
	@rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest -n 2
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=95
	$(BIN)/coverage report --include='cds_hooks/reasoning/*' --fail-under=100
	$(BIN)/coverage report --include='cds_hooks/knowledge/*' --fail-under=100
	$(BIN)/coverage report --include='cds_hooks/protocol/*' --fail-under=100
	$(BIN)/coverage report --include='cds_hooks/audit/*' --fail-under=98

conformance: .venv/dev.stamp  ## run the tests of every requirement of CDS Hooks and write what came of it into CONFORMANCE.md
	@$(BIN)/python -m tests.conformance.table

lint: .venv/dev.stamp  ## style, types, floors and fences
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/dev.stamp  ## put the code into the form that lint asks for
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

fuzz: .venv-fuzz/stamp  ## look for failures from the bytes of a request to its cards, for FUZZ_SECONDS=60
	.venv-fuzz/bin/python -m tests.fuzz.parser_to_cards -max_total_time=$(FUZZ_SECONDS) $(ARGS)

audit-deps: .venv-tools/stamp  ## known vulnerabilities of what is locked, insecure Python, and the bill of materials
	@.venv-tools/bin/python .ci/audit_deps.py $(ARGS)

bench: .venv/dev.stamp  ## answer times of the service against a floor, measured in the same run
	@$(BIN)/python -m bench.bedside $(ARGS)

soak: .venv/dev.stamp  ## proofs that take hours: cohorts as large as a network, and more (make soak ARGS="--list")
	@$(BIN)/python -m soak $(ARGS)

image-check: .venv/dev.stamp  ## build the container image on a bare Debian and ask it a question (root, buildah, debootstrap)
	@$(BIN)/python .ci/image_check.py $(ARGS)

lock:  ## resolve the dependencies of pyproject.toml anew (needs uv)
	$(COMPILE) --upgrade pyproject.toml -o requirements.lock
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' \
	  | $(COMPILE) --upgrade - -c requirements.lock -o requirements-build.lock
	$(COMPILE) --upgrade pyproject.toml --extra dev --extra spark -c requirements.lock -c requirements-build.lock -o requirements-dev.lock
	$(COMPILE) --upgrade pyproject.toml --extra tools -c requirements-dev.lock -o requirements-tools.lock
	$(COMPILE) --upgrade pyproject.toml --extra fuzz -c requirements-dev.lock -o requirements-fuzz.lock

clean:  ## remove what the targets made
	rm -rf .venv .venv-fuzz .venv-tools build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.*

.venv/bin/python:
	$(PYTHON) -m venv .venv

# The checkout itself is built with the hatchling of the build lock: no unpinned download in a build environment.
.venv/run.stamp: requirements.lock requirements-build.lock pyproject.toml | .venv/bin/python
	$(PIP) -r requirements.lock -r requirements-build.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-index --no-build-isolation --editable .
	@touch $@

# The development lock holds the pins of the other two and the tools on top.
.venv/dev.stamp: requirements-dev.lock .venv/run.stamp
	$(PIP) -r requirements-dev.lock
	@touch $@

# Two more environments, so that what only a fuzzer or an auditor needs is not beside the service.
.venv-fuzz/stamp: requirements-fuzz.lock
.venv-tools/stamp: requirements-tools.lock
.venv-fuzz/stamp .venv-tools/stamp:
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
