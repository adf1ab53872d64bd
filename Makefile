# Everything runs in .venv, which the first target that needs it builds.
GROUP ?= A5
MAX ?= 60
PYTHON ?= python3
BIN = .venv/bin

.PHONY: verify test test-all lint bench oracle pictures clean

verify: .venv/ready
	$(BIN)/gammastar verify $(GROUP) --force

test: .venv/ready
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test-all: .venv/ready
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder -m ""

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/ready
	$(BIN)/python -m benchmarks

oracle: .venv/ready
	$(BIN)/python -m tests.oracle.small_groups --max-order $(MAX)

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[test]' -c constraints.txt
	touch $@

pictures: .venv/ready
	$(BIN)/python docs/pictures.py

clean:
	rm -rf .venv build dist *.egg-info
