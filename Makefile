# Aplomb: `make demo` shows it, `make test` proves it. Both install what they need.
SWIFT ?= $(firstword $(shell command -v swift) $(wildcard /opt/swift*/usr/bin/swift /usr/local/bin/swift))
SOURCES = Package.swift Sources Tests

.PHONY: demo test bench lint format build

demo: ## Reconciles a copy of examples-repo onto sandbox nodes of this machine.
	@scripts/setup build
	$(SWIFT) build -c release --product aplomb
	$(SWIFT) build -c release --product aplomb-git
	@scripts/demo .build/release

test: lint ## Installs what the tests need and passes them.
	@scripts/setup test
	$(SWIFT) test --no-parallel

lint: ## Checks the format of all Swift sources.
	@$(SWIFT) format lint --strict --recursive $(SOURCES)

format:
	@$(SWIFT) format format --in-place --recursive $(SOURCES)

bench: ## Measures beside the floor or the peer, as ratios of one run; BENCH="NAME… --json" selects.
	@scripts/setup bench
	$(SWIFT) build -c release
	@.build/release/aplomb-bench $(BENCH)

build:
	@scripts/setup build
	$(SWIFT) build -c release
