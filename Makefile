# Every chore of the project. `make help` lists them; PYTHON=/path/to/python3.13 chooses the Python that .venv is made with.

VENV := .venv
BIN := $(VENV)/bin
PREPARE := resources/setup/prepare
# A lock names every package with its hashes, so nothing but what was reviewed is installed.
INSTALL := $(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check
ARGS :=

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench bundle lock clean venv window
# The environment is looked at before what is installed in it.
.NOTPARALLEL:

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

demo: window ## set up what is missing, start the demo city and open the desk (with no screen: play a call, write demo-shots/)
	$(BIN)/civicdesk demo $(ARGS)

test: venv $(VENV)/.test ## the whole test suite with all it needs; ARGS="-k name" chooses
	@$(PREPARE) test $(VENV)
	$(BIN)/python -m pytest $(ARGS)

lint: venv $(VENV)/.dev ## style, types and layering
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: venv $(VENV)/.dev ## put the code into the house's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: window $(VENV)/.test ## measure speed and memory against peers; writes bench.json
	$(BIN)/python -m tests.bench $(ARGS)

bundle: venv $(VENV)/.dev ## build dist/civicdesk, a folder that needs no Python, and try it
	@$(PREPARE) bundle $(VENV)
	$(BIN)/python -m PyInstaller --noconfirm --clean --log-level WARN build.spec
	$(BIN)/python -m tests.end2end.try_bundle dist/civicdesk

lock: venv $(VENV)/.dev ## take the newest versions that fit and write the lock files
	$(call LOCK,requirements-dev.lock,--group build --group dev --upgrade)
	$(call LOCK,requirements-test.lock,--group build --group test --constraints requirements-dev.lock)
	$(call LOCK,requirements.lock,--group build --constraints requirements-dev.lock)

clean: ## remove everything that was made here, .venv included
	rm -rf $(VENV) build dist demo-shots bench.json .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One lock for Python 3.11 to 3.13 on every system, from PyPI whatever this machine is set to.
define LOCK
$(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-config \
  --default-index https://pypi.org/simple --custom-compile-command "make lock" $(2) --output-file $(1)
endef

window: venv $(VENV)/.run
	@$(PREPARE) window $(VENV)

venv:
	@$(PREPARE) venv $(VENV)

# What is installed already counts for the smaller sets: only what is missing is fetched.
$(VENV)/.run: requirements.lock pyproject.toml
	@echo "Installing what CivicDesk needs (some 200 MB the first time) ..."
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements-test.lock $(VENV)/.run
	@echo "Installing what the tests need ..."
	@$(INSTALL) --use-pep517 --require-hashes -r requirements-test.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.test
	@echo "Installing what developers need ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@
