#!/usr/bin/env bash
# From sending to the browser: starts the demo (DEMO_HOME, a loaded data folder, is copied; else it is loaded), opens a device's live page in Chromium,
# sends readings over MQTT and measures until the page shows them, and until it shows the alarm. Prints percentiles and the load of the machine.
set -euo pipefail
cd "$(dirname "$0")/../.."
. scripts/demo-server.sh
zhijian="${ZHIJIAN_BIN:-${CARGO_TARGET_DIR:-target}/debug/zhijian}"
[ -d node_modules/playwright-core ] || scripts/assets.sh
start_demo 0
ZHIJIAN_BIN="$zhijian" BASE="$address" MQTT="$mqtt" HOME_OF_DEMO="$home/data" node scripts/measure/alarm-latency.mjs "$@"
