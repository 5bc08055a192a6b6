#!/usr/bin/env bash
# Browser journeys (all, or the files given): starts the demo region on a free loopback port with a data folder of its own, runs journeys/*.test.mjs in
# Debian's Chromium, keeps screenshots in journeys/screenshots, and stops the server it started.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/demo-server.sh
zhijian="${ZHIJIAN_BIN:-${CARGO_TARGET_DIR:-target}/debug/zhijian}"
[ -d node_modules/playwright-core ] || scripts/assets.sh
mkdir -p journeys/screenshots
# An authority of its own for a day: clients check who the gateway is.
authority=$(mktemp -d)
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
  -keyout "$authority/key.pem" -out "$authority/certificate.pem" 2>/dev/null
mqtt_certificate="$authority/certificate.pem" mqtt_key="$authority/key.pem"
start_demo 0
trap 'stop_demo; rm -rf "$authority"' EXIT
journeys=("$@")
[ $# -gt 0 ] || journeys=(journeys/*.test.mjs journeys/processes/*.test.mjs)
ZHIJIAN_BIN="$zhijian" BASE="$address" MQTT="$mqtt" MQTTS="$mqtts" MQTT_CA="$mqtt_certificate" HJ212="$hj212" HOME_OF_DEMO="$home/data" node --test --test-concurrency=1 "${journeys[@]}"
