# Sourced by scripts that need a running demo: `start_demo PORT [LOG]` starts it on loopback with a data folder of its own, waits for its address,
# sets `address`, `home`, `server`, and the addresses of its gateways, `mqtt` and `hj212` (free ports), and stops it when the script ends. PORT 0 takes
# a free one. With `mqtt_certificate` and `mqtt_key` set (PEM files), there is an encrypted MQTT gateway beside the other: `mqtts`. Needs `zhijian`, the binary. With DEMO_HOME, a loaded data folder, that one is copied instead of loading the demo again.
start_demo() {
  home=$(mktemp -d)
  local port="$1" log="${2:-$home/server.log}"
  [ -z "${DEMO_HOME:-}" ] || cp -r "$DEMO_HOME" "$home/data"
  if [ -n "${mqtt_certificate:-}" ]; then
    export ZHIJIAN_MQTT_TLS=127.0.0.1:0 ZHIJIAN_MQTT_CERTIFICATE="$mqtt_certificate" ZHIJIAN_MQTT_KEY="$mqtt_key"
  fi
  ZHIJIAN_HOME="$home/data" ZHIJIAN_LOG=error ZHIJIAN_MQTT=127.0.0.1:0 ZHIJIAN_HJ212=127.0.0.1:0 \
    "$zhijian" demo --from demo/qinhuangdao-2020 --no-history --listen "127.0.0.1:$port" >"$log" 2>&1 &
  server=$!
  trap stop_demo EXIT
  trap 'exit 130' INT TERM
  for _ in $(seq 1 300); do
    address=$(sed -n 's#.*服务已启动：\(http://[0-9.:]*\)/.*#\1#p' "$log")
    mqtt=$(sed -n 's#^MQTT 网关：\([0-9.:]*\)$#\1#p' "$log")
    # shellcheck disable=SC2034 # for those who source this
    mqtts=$(sed -n 's#^MQTT（TLS） 网关：\([0-9.:]*\)$#\1#p' "$log")
    hj212=$(sed -n 's#^HJ 212 网关：\([0-9.:]*\)$#\1#p' "$log")
    [ -n "$address" ] && return
    kill -0 "$server" 2>/dev/null || { cat "$log" >&2; exit 1; }
    sleep 1
  done
  echo "the demo did not start within five minutes" >&2
  cat "$log" >&2
  exit 1
}

stop_demo() {
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  rm -rf "$home"
}
