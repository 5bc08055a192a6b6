#!/usr/bin/env bash
# Browser journeys: starts the demo region on a free loopback port with a data folder of its own, runs journeys/*.test.mjs in
# Debian's Chromium, keeps screenshots in journeys/screenshots, and stops the server it started.
set -euo pipefail
cd "$(dirname "$0")/.."
zhijian="${ZHIJIAN_BIN:-${CARGO_TARGET_DIR:-target}/debug/zhijian}"
[ -d node_modules/playwright-core ] || scripts/assets.sh
home=$(mktemp -d)
log="$home/server.log"
mkdir -p journeys/screenshots
ZHIJIAN_HOME="$home/data" ZHIJIAN_LOG=error "$zhijian" demo --from demo/qinhuangdao-2020 --listen 127.0.0.1:0 >"$log" 2>&1 &
server=$!
stop() {
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  rm -rf "$home"
}
trap stop EXIT
for _ in $(seq 1 300); do
  address=$(sed -n 's#.*服务已启动：\(http://[0-9.:]*\)/.*#\1#p' "$log")
  [ -n "$address" ] && break
  kill -0 "$server" 2>/dev/null || { cat "$log" >&2; exit 1; }
  sleep 1
done
[ -n "$address" ] || { echo "the demo did not start within five minutes" >&2; cat "$log" >&2; exit 1; }
ZHIJIAN_BIN="$zhijian" BASE="$address" node --test --test-concurrency=1 journeys/*.test.mjs
