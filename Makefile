# Every target sets up what it needs; a second call is quick.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOINED := $(wildcard src/callfloor/floor/*.py src/callfloor/people/*.py src/callfloor/sim/*.py join/*.py)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export CALLFLOOR_REQUIRE_COMPILED := 1

.PHONY: help demo test check bench docs faults plant kill coverage clean

help: ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.made:
	@tools/install_system.sh $(PYTHON)
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.postgres: $(VENV)/.made
	@tools/install_system.sh $(PYTHON) postgres
	@touch $@

$(VENV)/.installed: $(VENV)/.made requirements.lock pyproject.toml setup.py
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.built: $(VENV)/.installed $(JOINED)
	$(BIN)/python -m join build
	@$(BIN)/python -m compileall -q src/callfloor  # as pip does where it copies files
	@touch $@

demo: $(VENV)/.built ## set up and run the dialer: 50 agents, five minutes in ten seconds
	$(BIN)/callfloor dial --speed 30 --clean-start --log-dir $$(mktemp -d)

test: $(VENV)/.built $(VENV)/.postgres ## all tests
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: $(VENV)/.built $(VENV)/.postgres ## style, types, imports, generated pages, quick tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -n 2 tests/unit tests/parity tests/docs/test_reference.py

.venv-peers/.installed: bench/peers/requirements.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --require-hashes -r $<
	@touch $@

bench: $(VENV)/.built $(VENV)/.postgres .venv-peers/.installed ## speed and memory, as ratios measured side by side
	$(BIN)/python -m bench

faults: $(VENV)/.built ## fault simulation on both cores, new seeds each time, for CALLFLOOR_FAULTS_S=60 seconds
	$(BIN)/python -m tests.faults.simulate --workers 2 --for $${CALLFLOOR_FAULTS_S:-60} --seed $${CALLFLOOR_SEED:-$$(date +%s)000}

plant: $(VENV)/.built ## plant bugs one at a time, and see that the fault simulation finds each
	$(BIN)/python -m tests.faults.plant --workers 2

kill: $(VENV)/.built ## kill -9 of the dialer, fifty times, and of one of three workers, a hundred times
	CALLFLOOR_KILLS=50 $(BIN)/python -m pytest -q -p no:xdist tests/faults/test_kill.py
	CALLFLOOR_WORKER_KILLS=100 $(BIN)/python -m pytest -q -s -p no:xdist tests/faults/test_workers.py

coverage: $(VENV)/.built $(VENV)/.postgres ## how much of the plain source the tests run
	$(BIN)/python -m coverage run -m pytest -q tests/unit tests/contract
	$(BIN)/python -m coverage report --skip-covered

docs: $(VENV)/.built ## write the pages that are generated from the code
	$(BIN)/python -m tools.reference docs
	$(BIN)/python -m tools.aws_template
	$(BIN)/python -m tools.pacing_pictures docs/pictures
	$(BIN)/python -m tools.alarms

clean: ## remove what was built
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find src -name '*.so' -delete
