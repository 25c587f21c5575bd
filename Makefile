# Only Python 3.11 or later (with venv) and make are needed; everything else is fetched into .venv.
PYTHON ?= python3
JOBS ?= 4
BIN := .venv/bin
UV_VERSION := 0.13.9
export UV_PYTHON_DOWNLOADS := never
# Where this is set, every process would compile all it imports anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo test lint cover bench prove clean

help:
	@echo "make demo     play with a made-up authority in the browser"
	@echo "make test     everything that must hold: seven minutes on two cores, more on slow ones"
	@echo "make lint     only the part of it that reads the code"
	@echo "make cover    branch coverage of the parts"
	@echo "make bench    print figures"
	@echo "make prove    the long proofs; writes tests/PROOF.md"
	@echo "make install  only make .venv"

install: .venv/installed

# --inexact, because an exact sync would remove the uv that is doing it.
.venv/installed: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; say which with: make PYTHON=python3.12 install"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	UV_PROJECT_ENVIRONMENT=.venv $(BIN)/uv sync --quiet --frozen --all-extras --inexact --python $(BIN)/python
	@touch $@

demo: install
	$(BIN)/yousaid demo

LINT = $(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports
PYTEST = $(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal

lint: install
	$(LINT)

# The code is read while it runs: alone, reading it all for the first time would leave one of two cores idle.
test: install
	@($(LINT)) >.venv/lint.log 2>&1 & reading=$$!; \
	$(PYTEST); tests=$$?; \
	wait $$reading; lint=$$?; \
	cat .venv/lint.log; exit $$((tests ? tests : lint))

# Branch coverage of the parts alone: the stories and attacks go through everything again, and counting slows them most.
WHOLE := tests/stories tests/attacks tests/browser tests/sandbox tests/words tests/bench \
	tests/storage/test_linkage.py tests/storage/test_kill_pool.py

cover: install
	$(PYTEST) $(WHOLE:%=--ignore=%) --cov --cov-report=term:skip-covered

bench: install
	$(BIN)/python tests/bench/run.py
	@echo
	$(BIN)/python tests/bench/results.py
	@echo
	$(BIN)/python tests/bench/outbox.py
	@echo
	$(BIN)/python tests/bench/findings.py
	@echo
	$(BIN)/python tests/bench/plan_page.py
	@echo; echo "What one answer costs, by stage:"
	$(BIN)/python tests/bench/run.py --only yousaid --phones 40 --runs 1 --no-starts --profile | sed -n '/by stage/,$$p'

# Two at once: starts are timed, and with more than there are cores it would be the queue that is timed.
prove: install
	YOUSAID_PROOF=tests/PROOF.md $(BIN)/python -m pytest -q -m prove -n 2 --dist worksteal --timeout 3600

clean:
	rm -rf .venv .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .demo dist
