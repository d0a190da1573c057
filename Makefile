# The front door: each target prepares the machine first (.ci/setup.sh) and is quick where it is ready.
# Variables travel as environment, quoted in the shell: names may hold spaces and Vietnamese letters.
SHELL := bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help extract test test-hostile test-faults lint format bench bench-extract bench-ocr bench-restore bench-proof bench-pages bench-boxes bench-forms bench-legacy bench-intake bench-batch bench-archive bench-review bench-export review archive test-archive export docs samples dictionaries clean

ifeq ($(origin IN),undefined)
SAMPLES := 1
IN := samples/input
OUT ?= build/samples
endif
OUT ?= build/out
JOBS ?=
CORPUS ?=
LABELS ?=
# $(value …): a $ in a name stays one
override IN := $(value IN)
override OUT := $(value OUT)
override CORPUS := $(value CORPUS)
override LABELS := $(value LABELS)
export IN OUT JOBS CORPUS LABELS

help: ## print these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

extract: ## read IN (default: the samples, compared with their expected tables) into OUT with JOBS processes
	@bash .ci/setup.sh run
ifdef SAMPLES
	@.venv/bin/hoso extract "$$IN" --out "$$OUT" $${JOBS:+--jobs "$$JOBS"}; status=$$?; \
	[ $$status -eq 3 ] || { echo "make extract: hoso ended with status $$status, not 3 (one sample is unreadable on purpose)"; exit 1; }
	@.venv/bin/python -m samples.check "$$OUT"
else
	@.venv/bin/hoso extract "$$IN" --out "$$OUT" $${JOBS:+--jobs "$$JOBS"}; status=$$?; \
	[ $$status -ne 3 ] || echo "make extract: status 3: what could not be read is in $$OUT/failures.csv, the rest is complete"; \
	[ $$status -eq 0 ] || exit $$status
	@echo "tables: $$OUT/tables"
endif

test: ## run all tests but test-hostile
	@bash .ci/setup.sh dev fonts browser
	@.venv/bin/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder

test-hostile: ## run hoso over all hostile files (tests/hostile), for some minutes
	@bash .ci/setup.sh dev fonts
	@.venv/bin/python -m pytest -q -m whole tests/hostile

test-faults: ## kill runs 200 times, workers and schedulers too, fill disks, take programs away, for about ten minutes
	@bash .ci/setup.sh dev fonts
	@.venv/bin/python -m pytest -q -s -m faults tests

lint: ## ruff and mypy, as pre-commit and CI run them
	@bash .ci/setup.sh dev
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy

format: ## let ruff repair and format the code
	@bash .ci/setup.sh dev
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

bench: ## measure accuracy and speed (docs/benchmarks.md)
	@bash .ci/setup.sh dev fonts
	.venv/bin/python -m benchmarks.run

bench-extract: ## measure extraction alone: every table on every labelled set, or LABELS (an OUT) against its decisions
	@bash .ci/setup.sh dev fonts
	.venv/bin/python -m benchmarks.run extract $${LABELS:+--labels "$$LABELS"}

bench-ocr: ## measure reading of page images beside plain Tesseract, each step's worth, and time (docs/benchmarks.md)
	@bash .ci/setup.sh dev fonts
	.venv/bin/python -m benchmarks.bench_ocr

bench-restore: ## measure restoration alone, beside pyvi (docs/benchmarks-restore.md)
	@bash .ci/setup.sh bench fonts
	.venv/bin/python -m benchmarks.restore

bench-proof: ## measure what sums find and repair in tables (docs/benchmarks.md)
	@bash .ci/setup.sh dev fonts
	.venv/bin/python -m benchmarks.proof

bench-pages: ## measure pages extracted a second, ordinary and worst ones (docs/benchmarks.md)
	@bash .ci/setup.sh dev
	.venv/bin/python -m benchmarks.pages

bench-boxes: ## measure whether numbers' boxes on scans hold them (docs/benchmarks.md)
	@bash .ci/setup.sh dev
	.venv/bin/python -m benchmarks.boxes

bench-forms: ## measure every table on own documents as text, collapsed and ruined text, scan and born-digital (docs/benchmarks.md)
	@bash .ci/setup.sh dev fonts
	.venv/bin/python -m benchmarks.bench_forms

bench-legacy: ## measure how often old encodings are told and converted rightly (docs/benchmarks.md)
	@bash .ci/setup.sh dev
	.venv/bin/python -m benchmarks.legacy

bench-intake: ## measure verdicts on text layers, second witnesses, born-digital speed (docs/benchmarks.md)
	@bash .ci/setup.sh dev fonts
	.venv/bin/python -m benchmarks.intake

bench-batch: ## measure a batch: scans beside Tesseract and OCRmyPDF, a cluster, 100,000 files (docs/benchmarks.md), for an hour
	@bash .ci/setup.sh dev fonts && bash .ci/setup.sh archive
	.venv/bin/python -m benchmarks.batch --write

bench-archive: ## measure searchable PDFs: order of the text, places of the words, PDF/A (docs/archive.md)
	@bash .ci/setup.sh dev fonts && bash .ci/setup.sh archive
	.venv/bin/python -m benchmarks.archive

bench-review: ## measure the review page: queue of 10,000 rows, first image of 1,000 pages (docs/review.md)
	@bash .ci/setup.sh dev
	.venv/bin/python -m benchmarks.review

bench-export: ## measure every export and the report of 400,000 figures (docs/analysts.md), for some minutes
	@bash .ci/setup.sh dev
	.venv/bin/python -m benchmarks.exports --write

review: ## check the figures of OUT in a browser (docs/review.md)
	@bash .ci/setup.sh serve
	@.venv/bin/hoso review "$$OUT"

archive: ## install what searchable PDFs need (the extra archive: OCRmyPDF) into .venv
	@bash .ci/setup.sh archive

test-archive: ## run the tests of searchable PDFs, which make test skips where the extra is missing
	@bash .ci/setup.sh dev fonts && bash .ci/setup.sh archive
	@.venv/bin/python -m pytest -q tests/archive

export: ## install what workbooks, DuckDB and Parquet need (the extra export) into .venv
	@bash .ci/setup.sh export

docs: ## build the documentation's site into build/site, the data dictionary from the schema
	@bash .ci/setup.sh dev
	.venv/bin/python -m pipeline.tables.dictionary > docs/data-dictionary.md
	.venv/bin/mkdocs build --strict --quiet

samples: ## draw samples/input and the pictures of README and docs again
	@bash .ci/setup.sh dev fonts browser
	.venv/bin/python -m samples.draw
	.venv/bin/hoso extract samples/input --out build/samples --quiet || [ $$? -eq 3 ]
	.venv/bin/python -m samples.picture build/samples
	.venv/bin/python -m samples.screenshots build/samples
	.venv/bin/python -m samples.restored

dictionaries: ## build the dictionaries again from CORPUS, a folder of plain text
	@[ -n "$$CORPUS" ] || { echo "usage: make dictionaries CORPUS=folder"; exit 2; }
	@bash .ci/setup.sh dev fonts
	.venv/bin/python -m training.build --corpus "$$CORPUS"

clean: ## remove what the targets made (build, caches); .venv stays
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
