# Everything runs in .venv; nothing is installed outside it.
PYTHON ?= python3
BIN := .venv/bin
# Two at a time, in a folder with a short path (Unix sockets lie in it) that stays where something failed;
# what was skipped is listed with its reason.
PYTEST = scratch=$$(mktemp -d -t e.XXXX) && $(BIN)/pytest -q -rs -n 2 --basetemp=$$scratch/t

.PHONY: run test check e2e tools bench eval lock clean help

help:            ## what each target does
	@grep -E '^[a-z0-9]+: .*##|^[a-z0-9]+:  *##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

run: .venv/serve ##            set up and serve on 127.0.0.1:8080 with config.example.yaml and simulated vendors
	@$(BIN)/ecluse serve --config config.example.yaml --development

test: .venv/develop ##           set up and run the tests
	@$(PYTEST) -n 3 --maxschedchunk=40 -m "not e2e" && rm -rf $$scratch

check: .venv/develop ##          lint and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/yamllint -s config.example.yaml policies

e2e: .venv/develop ##            whole processes and real client tools
	@$(PYTEST) -m "e2e and not alone" && $(BIN)/pytest -q -rs --basetemp=$$scratch/t -m alone && rm -rf $$scratch

tools: .venv/develop ##          clients and agents in each dialect before vendors of each, as a table (installs them)
	@$(PYTHON) -m tests.e2e.tools.installs
	@export ECLUSE_EVERY_PAIR=yes; $(PYTEST) -m e2e tests/e2e/tools && rm -rf $$scratch

bench: .venv/develop ##          figures beside nginx, of rulings and of translation (needs gcc; ROUNDS, SECS)
	@$(BIN)/python bench/figures.py
	@$(BIN)/python bench/rules.py
	@$(BIN)/python bench/translation.py

eval: .venv/develop ##            precision and recall of the detectors, raw and in disguise (MISSES=20 shows what was missed)
	@$(BIN)/python bench/eval.py --misses $(or $(MISSES),0)

lock: .venv/develop ##           renew the hash-locked requirements
	@for f in serve clouds develop old_sdks litellm conformance; do $(BIN)/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
		--no-emit-find-links --no-emit-trusted-host -o requirements/$$f.txt requirements/$$f.in; done

clean:           ## remove the environment and the state of the example
	rm -rf .venv state build *.egg-info

.venv/pip:
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@touch $@

.venv/serve: .venv/pip requirements/serve.txt pyproject.toml
	@echo "setting up .venv (once; about a minute)"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/serve.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/develop: .venv/serve requirements/develop.txt requirements/litellm.txt
	@echo "setting up what the tests need"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/develop.txt
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/litellm.txt
	@touch $@
