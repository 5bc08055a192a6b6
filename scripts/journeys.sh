#!/usr/bin/env bash
# Browser journeys (all, or the files given): starts the demo region on a free loopback port with a data folder of its own, runs journeys/*.test.mjs in
# Debian's Chromium, keeps screenshots in journeys/screenshots, and stops the server it started.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/demo-server.sh
zhijian="${ZHIJIAN_BIN:-${CARGO_TARGET_DIR:-target}/debug/zhijian}"
[ -d node_modules/playwright-core ] || scripts/assets.sh
mkdir -p journeys/screenshots
start_demo 0
journeys=("$@")
[ $# -gt 0 ] || journeys=(journeys/*.test.mjs journeys/processes/*.test.mjs)
ZHIJIAN_BIN="$zhijian" BASE="$address" MQTT="$mqtt" HJ212="$hj212" HOME_OF_DEMO="$home/data" node --test --test-concurrency=1 "${journeys[@]}"
