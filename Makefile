# make demo     install, audit the demonstration case, say where the report is
# make test     install, check style and types, run all tests
# make install  .venv/bin/audit and .venv/bin/python
# make lint     style and types only
# make test-lowest  the tests with the lowest versions that pyproject.toml allows; needs uv
# make coverage     the tests, with the lines of audit/ that they and all processes they start run through
# make bench    speed, mangled names, the report in a browser; needs ../shared

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
MADE := $(VENV)/.made
.PHONY: install demo test test-lowest coverage lint bench clean

install: $(MADE)/run

demo: install
	$(BIN)/audit demo

test: lint
	$(BIN)/python -m pytest

test-lowest:
	$(PYTHON) -m venv $(VENV)-lowest
	$(VENV)-lowest/bin/python -m pip install --quiet uv
	grep '^torch==' constraints.txt | $(VENV)-lowest/bin/uv pip install --quiet --python $(VENV)-lowest/bin/python \
		--resolution lowest-direct --constraint /dev/stdin --editable '.[test,corpus]'
	$(VENV)-lowest/bin/python -m pytest --ignore tests/test_browser.py --ignore tests/test_demo.py

coverage: $(MADE)/test
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --show-missing --skip-covered --fail-under 95

lint: $(MADE)/test
	$(BIN)/ruff check audit tests training
	$(BIN)/ruff format --check audit tests training
	$(BIN)/mypy

bench: $(MADE)/bench
	$(BIN)/python tests/benchmarks/speed.py -o reports/benchmarks.json
	$(BIN)/python tests/benchmarks/entities_mangled.py
	$(BIN)/python tests/benchmarks/report.py

clean:
	rm -rf $(VENV) $(VENV)-lowest build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*

$(MADE)/run: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	mkdir -p $(MADE) && touch $@

$(MADE)/test: $(MADE)/run
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test,ray,pool,bfloat16]'
	touch $@

$(MADE)/bench: $(MADE)/test
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]'
	touch $@
