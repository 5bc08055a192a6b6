#!/usr/bin/env bash
# The whole test run: lints, definitions, unit and contract tests (SQLite and a private PostgreSQL on loopback), browser journeys.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo fmt --all --check
cargo clippy --locked --workspace --all-targets -- -D warnings
cargo run --locked -q -p zhijian-cli -- check definitions
if cargo nextest --version >/dev/null 2>&1; then
  scripts/with-postgres.sh cargo nextest run --locked --workspace --no-fail-fast
else
  scripts/with-postgres.sh cargo test --locked --workspace --no-fail-fast
fi
cargo test --locked --workspace --doc -q
scripts/journeys.sh
