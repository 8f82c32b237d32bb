# Every target sets up .venv by itself when it is missing or older than pyproject.toml.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test serve check bench openapi clean

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: $(READY)
	$(BIN)/callboard demo --out out/demo

test: $(READY)
	$(BIN)/python -m pytest -n 2 $(ARGS)

serve: $(READY)
	$(BIN)/callboard serve

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# The peers that forecasts are compared with are 600 MB: only here.
bench: $(READY)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]'
	$(BIN)/callboard bench all

openapi: $(READY)
	$(BIN)/python -m api.openapi > api/openapi.json

clean:
	rm -rf .venv out .mypy_cache .ruff_cache .pytest_cache .hypothesis
