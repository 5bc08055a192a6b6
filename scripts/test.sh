#!/usr/bin/env bash
# The whole test run: lints, unit and contract tests (SQLite and a private PostgreSQL on loopback), product tests, definitions, browser journeys.
# Everything is built once for the whole workspace: selecting single packages would build dependencies again with other features.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo fmt --all --check
cargo clippy --locked --workspace --all-targets -- -D warnings
scripts/deny.sh
if cargo nextest --version >/dev/null 2>&1; then
  scripts/with-postgres.sh cargo nextest run --locked --workspace --no-fail-fast
else
  scripts/with-postgres.sh cargo test --locked --workspace --no-fail-fast --lib --bins --tests
fi
cargo test --locked --workspace --doc -q
zhijian="${CARGO_TARGET_DIR:-target}/debug/zhijian"
"$zhijian" check definitions
ZHIJIAN_BIN="$zhijian" scripts/journeys.sh
