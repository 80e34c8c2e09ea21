# Two commands on a bare Debian machine with Python 3, its headers and a C++ compiler:
#   make demo   a simulated camera, the three nodes and one question to them
#   make test   every test
# Both set up what they need under .venv/ first. The pages of docs/ need Python alone:
#   make docs   a site under build/site/, every link and anchor checked

PYTHON ?= python3
VENV := $(CURDIR)/.venv
BIN := $(VENV)/bin
DOCS_VENV := $(CURDIR)/build/docs_venv
FRAME ?=
INSTRUCTION ?= pick up the red mug
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile
# Wheels of ROS set this to mark a process that has its library path; a
# different environment of a calling process must not leak in here.
unexport _ROS_WHEELS_BOOTSTRAP_COMPLETE PYTHONPATH AMENT_PREFIX_PATH COLCON_PREFIX_PATH

.PHONY: demo test coverage docs sbom setup setup-test check clean

demo: setup
	$(BIN)/realvlg demo --output build/demo --instruction '$(INSTRUCTION)' \
	  $(if $(FRAME),--frame '$(FRAME)')

test: setup-test check
	$(PYTEST) --durations=10

coverage: setup-test
	$(PYTEST) --cov --cov-report=term:skip-covered

check: setup-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(DOCS_VENV)/docs.stamp
	NO_MKDOCS_2_WARNING=1 $(DOCS_VENV)/bin/mkdocs build --strict

sbom: setup
	$(BIN)/python scripts/write_sbom.py build/sbom.json

setup: $(VENV)/run.stamp
	@scripts/build_interfaces.sh $(VENV)

setup-test: $(VENV)/test.stamp setup

$(VENV)/run.stamp: requirements/run.txt
	@echo '[1/2] installing ROS 2 and the run-time packages into .venv (about a minute)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@sed -n '/^lark==/,/[^\\]$$/p' requirements/run.txt > $(VENV)/lark.txt
	@# lark-parser, which a ROS wheel asks for, shares its module with lark: lark must come last.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --force-reinstall --require-hashes -r $(VENV)/lark.txt
	@touch $@

$(VENV)/test.stamp: requirements/test.txt $(VENV)/run.stamp
	@echo '[test] installing the test packages into .venv'
	@# Where the package index has torch for CUDA only, that and what it needs are taken.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt \
	  || { sed '/^torch==/,/[^\\]$$/d' requirements/test.txt > $(VENV)/test_rest.txt \
	  && $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  -r $(VENV)/test_rest.txt -r requirements/torch_cuda.txt; }
	@touch $@

$(DOCS_VENV)/docs.stamp: requirements/docs.txt
	@echo '[docs] installing mkdocs into build/docs_venv'
	@test -x $(DOCS_VENV)/bin/python || $(PYTHON) -m venv $(DOCS_VENV)
	@$(DOCS_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/docs.txt
	@touch $@

clean:
	rm -rf build install log .venv
