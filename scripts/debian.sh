#!/usr/bin/env bash
# Installs the Debian packages that tests need, if they are missing: a private PostgreSQL, Chromium for the browser journeys, a
# Chinese font for its screenshots, an MQTT broker, and two MQTT clients that are not ours. Says what to install when it may not do so itself.
set -euo pipefail
want=(postgresql chromium fonts-noto-cjk sqlite3 mosquitto mosquitto-clients python3-paho-mqtt)
missing=()
for package in "${want[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -eq 0 ]; then
  run=()
elif command -v sudo >/dev/null; then
  run=(sudo)
else
  echo "请先安装：apt-get install ${missing[*]}" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
"${run[@]}" apt-get update -qq
"${run[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
