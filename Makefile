# Two commands matter: `make demo` shows the program at work, `make test` proves it.
# Each installs what it needs with apt-get where something is missing; otherwise it is quiet.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test bench bench-faults deps node deps-test deps-bench lint samples screens

# A shell that was not logged in to may lack the folder of cargo.
export PATH := $(HOME)/.cargo/bin:$(PATH)

BUILD_PACKAGES := tesseract-ocr tesseract-ocr-vie tesseract-ocr-osd libtesseract-dev libleptonica-dev \
	libheif-dev clang libclang-dev python3-pip pkg-config cmake nasm mold gcc g++ make fonts-croscore
TEST_PACKAGES := libheif-examples qpdf poppler-utils mupdf-tools libtiff-tools libxml2-utils libpdfbox2-java \
	libactivation-java libjaxb-api-java default-jre-headless default-jdk-headless postgresql python3-venv chromium
BENCH_PACKAGES := python3-venv unpaper

# Where cargo puts what it builds.
BUILT := $(or $(CARGO_TARGET_DIR),target)
DEMO_HOME ?= sohoa-data
SEED ?= 1

help:
	@echo 'make demo     run the program on samples/ and show what came out'
	@echo 'make test     run every check, real servers included'
	@echo 'make bench    compare with Tesseract and OCRmyPDF on pages with known text (PAGES=dir CLEAN=dir LIMIT=n)'
	@echo 'make bench-faults  500 seeded faults of processes, servers, disk and connections; hours (SEED=$(SEED) PART=1..10 RESULTS=file)'
	@echo 'make lint     format and clippy only'
	@echo 'make samples  draw samples/ again (SEED=$(SEED))'
	@echo 'make screens  draw the pictures of the console in the README again'

# $(call install,packages): installs those that dpkg does not know as installed.
define install
	@missing=(); \
	for package in $(1); do \
		dpkg-query -W -f='$${db:Status-Status}' "$$package" 2>/dev/null | grep -qx installed || missing+=("$$package"); \
	done; \
	if [ $${#missing[@]} -gt 0 ]; then \
		echo "installing: $${missing[*]}"; \
		if [ "$$(id -u)" = 0 ]; then as_root=(env); \
		elif command -v sudo >/dev/null; then as_root=(sudo); \
		else echo "run as root: apt-get install $${missing[*]}" >&2; exit 4; fi; \
		"$${as_root[@]}" apt-get update -qq; \
		"$${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$${missing[@]}" >/dev/null; \
	fi
endef

deps:
	$(call install,$(BUILD_PACKAGES))
	@command -v npm >/dev/null || $(MAKE) --no-print-directory node
	@command -v cargo >/dev/null || { echo 'Rust is missing: install it from https://rustup.rs, then run make again' >&2; exit 4; }

# The pages' scripts are bundled by a program for Node.js; where another Node.js is installed, it does.
node:
	$(call install,nodejs npm)

deps-test: deps
	$(call install,$(TEST_PACKAGES))

deps-bench: deps
	$(call install,$(BENCH_PACKAGES))

# Without the neural models everything runs, only reading is less accurate: no reason to stop.
models = $(1) models fetch --quiet >/dev/null || echo 'going on without the neural models'

demo: deps
	@cargo build --release --locked --quiet
	@$(call models,$(BUILT)/release/sohoa)
	@$(BUILT)/release/sohoa run samples --home '$(DEMO_HOME)'
	@echo; echo 'search without marks: so hoa tai lieu luu tru'
	@$(BUILT)/release/sohoa search 'so hoa tai lieu luu tru' --limit 3 --home '$(DEMO_HOME)'
	@echo; echo 'where a searchable PDF and a record lie:'
	@find '$(DEMO_HOME)' -name '*.pdf' -path '*documents*' | sort | sed -n '1p'
	@find '$(DEMO_HOME)' -name record.json | sort | sed -n '1p'

lint: deps
	@cargo fmt --check
	@cargo clippy --workspace --all-targets --locked --quiet -- -D warnings

test: deps-test lint
	@tools=$$(.ci/python-tools); export PATH="$$tools:$$PATH"; \
	trap '.ci/servers stop' EXIT; \
	if cargo nextest --version >/dev/null 2>&1; then run='nextest run'; else run=test; fi; \
	cargo $$run --workspace --locked --no-run; $(call models,$(BUILT)/debug/sohoa); \
	servers=$$(.ci/servers); eval "$$servers"; \
	export TEST_SKIPPED=$$(mktemp); status=0; \
	cargo $$run --workspace --locked || status=$$?; \
	[ ! -s "$$TEST_SKIPPED" ] || { echo 'skipped:'; sort -u "$$TEST_SKIPPED"; }; rm -f "$$TEST_SKIPPED"; exit $$status

samples: deps
	@cargo run --release --locked --quiet -- samples --out samples --seed $(SEED)

screens: deps-test
	@cargo test --locked --quiet --test it browser::people_work_in_the_console -- --exact
	@for screen in review upload run; do cp '$(BUILT)'/tmp/screens/readme-$$screen.png tests/browser/screens/$$screen.png; done

bench: deps-bench
	@cargo build --release --locked --quiet
	@$(call models,$(BUILT)/release/sohoa); \
	.ci/bench --sohoa $(BUILT)/release/sohoa $(if $(PAGES),--pages '$(PAGES)') $(if $(CLEAN),--clean '$(CLEAN)') $(if $(LIMIT),--limit '$(LIMIT)')

# Finished parts in RESULTS are skipped, so that the same command goes on where it was stopped; PART alone is always run.
bench-faults: deps-test
	@cargo build --release --locked --quiet
	@.ci/servers install || echo 'going on without PostgreSQL and Garage'
	@TEST_PROGRAM='$(abspath $(BUILT))/release/sohoa' CAMPAIGN_SEED='$(SEED)' CAMPAIGN_PART='$(PART)' \
	CAMPAIGN_RESULTS='$(abspath $(or $(RESULTS),$(if $(PART),,$(BUILT)/faults.jsonl)))' \
	cargo test --locked --quiet --test it -- --ignored --exact --nocapture campaign::fault_campaign_loses_and_doubles_nothing
