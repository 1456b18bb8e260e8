# The commands of this project; README.md and CONTRIBUTING.md say when to use which.

.PHONY: demo test test-slow check format bench lock clean

BIN := .venv/bin
OUT := out
GOLDEN ?= ../shared/golden

# Set-up: everything below needs it, and `make` does it when it is not there yet.
.venv/installed: requirements.lock pyproject.toml tools/make_environment.sh
	sh tools/make_environment.sh

demo: .venv/installed
	mkdir -p $(OUT)
	$(BIN)/python tools/make_demo_video.py $(OUT)/demo.mp4
	$(BIN)/python tools/make_demo_video.py $(OUT)/demo_blended.mp4 --blended
	$(BIN)/fakefinder scan $(OUT)/demo.mp4 $(OUT)/demo_blended.mp4 --detectors blend
	$(BIN)/fakefinder scan $(OUT)/demo.mp4 $(OUT)/demo_blended.mp4 --detectors blend --output $(OUT)/demo.html
	@echo "The report is in $(OUT)/demo.html; open it in a browser."

test: .venv/installed
	$(BIN)/pytest -m "not slow"

test-slow: .venv/installed
	$(BIN)/pytest -m slow

check: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# GOLDEN: the folder of reference numbers, whose rule makes synthetic weights.
bench: .venv/installed
	test -d $(OUT)/synthetic || $(BIN)/python tools/make_synthetic_store.py $(GOLDEN) $(OUT)/synthetic
	$(BIN)/python -m bench.scan $(OUT)/synthetic --rounds 1
	$(BIN)/python -m bench.scan $(OUT)/synthetic --together

# Raise the pinned versions: edit pyproject.toml first, look at the difference afterwards.
lock: .venv/installed
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --generate-hashes --no-header \
	    --python-version 3.11 --quiet --output-file requirements.lock

clean:
	rm -rf .venv $(OUT) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
