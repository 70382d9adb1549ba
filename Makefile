# Everything here sets itself up in a local virtual environment: `make demo` and `make test` need Python >= 3.11 only.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
WORKERS ?= 2

.PHONY: help demo test lint types tests oldest bench fuzz traps crash store bits machine mutants clean fuzz-models bombs versions

help:
	@echo "make demo    the main job on real data: compare, tune, save, load, predict"
	@echo "make test    lint, types, contract, tests, doctests, notebooks"
	@echo "make oldest  the tests on the oldest versions that setup.cfg allows"
	@echo "make bench   the measured claims of the README (a few minutes)"
	@echo "make fuzz    N=50000 mutated pictures and sounds through the decoders; goes on where it was broken off"
	@echo "make traps   files made to take time, memory or other files: what each of them gets"
	@echo "make fuzz-models  N=20000 mutated model files: each is refused, or the same model"
	@echo "make bombs   model files made to take memory or time, refused: what that takes"
	@echo "make versions  models saved by scikit-learn 1.6, 1.7, 1.8 and the newest, opened by each other"
	@echo "make crash   N=1000 kills at random moments of extraction with a store; goes on where it was broken off"
	@echo "make store   a store that is shared, flipped, filled up, read-only, another user's; files replaced and moved"
	@echo "make bits    one hash a descriptor over workers, backends, threads of BLAS and sizes of chunks"
	@echo "make machine STEPS=10000 random steps of the cache against dictionaries"
	@echo "make mutants N=300 mutants of decoders, cache and persistence, and which of them the tests let live"
	@echo "make clean   remove what these have made"

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mmsk needs Python >= 3.11; try make PYTHON=python3.12 ...")'
	@echo "setting up $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.core: $(VENV)/.made setup.cfg pyproject.toml
	@echo "installing mmsk"
	@$(PIP) -e .
	@touch $@

$(VENV)/.test: $(VENV)/.made setup.cfg pyproject.toml
	@echo "installing mmsk and what its tests need"
	@$(PIP) -e '.[test]'
	@touch $(VENV)/.core $@

demo: $(VENV)/.core
	@$(BIN)/mmsk demo

test: lint types tests

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/mypy

# one BLAS thread a worker: the workers fill the cores
tests: $(VENV)/.test
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --doctest-modules mmsk tests

oldest:
	@$(MAKE) --no-print-directory VENV=.venv-oldest .venv-oldest/.made
	@.venv-oldest/bin/python -m pip install --quiet --disable-pip-version-check -r tests/oldest.txt
	@.venv-oldest/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 .venv-oldest/bin/python -m pytest -n $(WORKERS) --ignore tests/test_benchmarks.py tests

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks

fuzz: $(VENV)/.test
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.fuzzing $(or $(N),50000) --log .fuzz.jsonl

traps: $(VENV)/.test
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.traps

fuzz-models: $(VENV)/.test
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.persistence.fuzz $(or $(N),20000)

bombs: $(VENV)/.test
	$(BIN)/python -m tests.persistence.bombs

versions: $(VENV)/.test
	$(BIN)/python tests/persistence/versions.py

STRESS := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.stress

crash: $(VENV)/.test
	$(STRESS).crash $(or $(N),1000) --log .crash.jsonl

store: $(VENV)/.test
	$(STRESS).store

bits: $(VENV)/.test
	$(BIN)/python -m tests.stress.bits

machine: $(VENV)/.test
	$(STRESS).machine $(or $(STEPS),10000)

mutants: $(VENV)/.test
	@$(PIP) 'cosmic-ray>=8.4' 'coverage>=7.6'
	$(STRESS).mutants $(or $(N),300) --log .mutants.jsonl

clean:
	rm -rf .venv .venv-oldest build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .fuzz.jsonl .crash.jsonl .mutants.jsonl
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
