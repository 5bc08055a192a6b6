#!/usr/bin/env bash
# Benches with ratios against the raw limit of the same run. Sizes: ROWS (exam cards), PAGES (records of the list bench), FACTS (thousand records of the lake).
# DuckDB comes from PyPI into a folder of its own and is used here only.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
cargo build --locked --release -p zhijian-bench -p zhijian-lake --example scale --bin zhijian-bench
cargo build --locked --release -p zhijian-calc --example calc_rates
echo "== calculations =="
"$target/release/examples/calc_rates"
echo "== bulk import =="
ZHIJIAN_PG_FSYNC=on scripts/with-postgres.sh "$target/release/zhijian-bench" import "${ROWS:-100000}"
echo "== list pages =="
"$target/release/zhijian-bench" pages "${PAGES:-1000000}"
echo "== indicators =="
lake=$(mktemp -d)
trap 'rm -rf "$lake"' EXIT
"$target/release/examples/scale" "$lake" "${FACTS:-10000}"
if [ ! -d "$target/duckdb-venv" ]; then
  python3 -m venv "$target/duckdb-venv"
  "$target/duckdb-venv/bin/pip" install -q duckdb
fi
"$target/duckdb-venv/bin/python" crates/bench/compare/duckdb_lake.py "$lake"
