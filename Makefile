# Two commands matter: `make run` and `make test`. Both use the same build artefacts (profile dev, see Cargo.toml).
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
CARGO ?= cargo
LISTEN ?= 127.0.0.1:8080

.PHONY: run test journeys lint bench release assets debian security clean

## Builds, loads the demo region (2020 and the years until today) into the embedded store, prints the plan's table and the address, serves.
run: assets
	$(CARGO) run --locked -q -p zhijian-cli -- demo --from demo/qinhuangdao-2020 --listen $(LISTEN)

## Everything that must hold: formatting, lints, unit, contract and journey tests.
test: debian assets
	scripts/test.sh

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	scripts/deny.sh

## Full optimisation: what servers and benches use.
release: assets
	$(CARGO) build --locked --release -p zhijian-cli

bench: debian
	scripts/bench.sh

## Scanners from outside against a demo of their own (about half an hour); docs/security-scan.md.
security:
	$(CARGO) build --locked -p zhijian-cli
	scripts/security-scan.sh

assets:
	scripts/assets.sh

## Debian packages that the tests need (PostgreSQL, Chromium, a Chinese font); nothing when they are there.
debian:
	scripts/debian.sh

clean:
	$(CARGO) clean
	rm -rf node_modules crates/web/assets/vendor
