#!/usr/bin/env bash
# Benches with ratios against the raw limit, or a rival, of the same run. All of them, or those named: calc import pages indicators.
# Sizes: ROWS (exam cards), PAGES (records of the list bench), FACTS (thousands of records of the lakes, several sizes in a row), RUNS.
# DuckDB comes from PyPI into a folder of its own and is used here only; PostgreSQL is private and is removed afterwards.
# As root the timed parts run with real-time priority, so that other work on the machine disturbs them less.
# The largest lake and its copy in PostgreSQL take several GB below TMPDIR (or BENCH_FOLDER, which is removed too); they are removed at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
parts="${*:-calc import pages indicators}"
cargo build --locked --release -p zhijian-bench -p zhijian-lake --example scale --bin zhijian-bench
cargo build --locked --release -p zhijian-calc --example calc_rates

first=()
if chrt -f 10 true 2>/dev/null; then first=(chrt -f 10); fi

if [[ " $parts " == *" calc "* ]]; then
  echo "== calculations =="
  "$target/release/examples/calc_rates"
fi
if [[ " $parts " == *" import "* ]]; then
  echo "== bulk import =="
  ZHIJIAN_PG_FSYNC=on scripts/with-postgres.sh "$target/release/zhijian-bench" import "${ROWS:-100000}"
fi
if [[ " $parts " == *" pages "* ]]; then
  echo "== list pages =="
  "$target/release/zhijian-bench" pages "${PAGES:-1000000}"
fi
if [[ " $parts " == *" indicators "* ]]; then
  echo "== indicators =="
  if [ ! -d "$target/duckdb-venv" ]; then
    python3 -m venv "$target/duckdb-venv"
    "$target/duckdb-venv/bin/pip" install -q duckdb
  fi
  folder="${BENCH_FOLDER:-$(mktemp -d)}"
  trap 'rm -rf "$folder"' EXIT
  # mktemp makes it private, but the server that the rows are copied to runs as another user.
  chmod 755 "$folder"
  for facts in ${FACTS:-100 1000 10000}; do
    "$target/release/examples/scale" "$folder/$facts" "$facts"
    export TMPDIR="$folder" ZHIJIAN_PG_OPTIONS="-c shared_buffers=4GB -c work_mem=256MB -c effective_cache_size=12GB -c maintenance_work_mem=1GB \
      -c max_worker_processes=4 -c max_parallel_workers=2 -c max_parallel_workers_per_gather=2 -c random_page_cost=1.1"
    "${first[@]}" scripts/with-postgres.sh sh -c \
      "exec '$target/duckdb-venv/bin/python' crates/bench/compare/indicators.py '$target/release/examples/scale' '$folder/$facts' $facts \
      --runs ${RUNS:-7} --postgres \"\$ZHIJIAN_TEST_POSTGRES\""
    rm -rf "${folder:?}/$facts"
  done
fi
