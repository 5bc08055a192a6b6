#!/usr/bin/env bash
# Scans a demo region of its own on loopback from outside and stops it again: a web scanner (wapiti) and an SQL injection tool (sqlmap) from Debian,
# schemathesis from PyPI against the OpenAPI document. Bounded in time; ends with failure when something was found.
# usage: scripts/security-scan.sh [wapiti] [sqlmap] [schemathesis]   (without words: all three)
# Settings: ZHIJIAN_BIN, SECONDS_EACH (longest time of one run, 240), EXAMPLES (schemathesis, 5), SEED (a random one, printed), ONLY (names of targets of sqlmap), REPORTS (target/security).
# What was found when it was last run, and why: docs/security-scan.md.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/demo-server.sh
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}"
zhijian="${ZHIJIAN_BIN:-$CARGO_TARGET_DIR/debug/zhijian}"
reports="${REPORTS:-$CARGO_TARGET_DIR/security}"
tools="$CARGO_TARGET_DIR/security-tools"
each="${SECONDS_EACH:-240}"
seed="${SEED:-$((RANDOM * 32768 + RANDOM))}"
wanted=" ${*:-wapiti sqlmap schemathesis} "
password=demo-2020-zj
mkdir -p "$reports"
reports=$(realpath "$reports")

wants() { [[ "$wanted" == *" $1 "* ]]; }

install() {
  local missing=()
  for package in wapiti sqlmap; do
    if wants "$package" && ! command -v "$package" >/dev/null; then missing+=("$package"); fi
  done
  if [ ${#missing[@]} -gt 0 ]; then
    [ "$(id -u)" -eq 0 ] || { echo "please install: apt-get install ${missing[*]}" >&2; exit 1; }
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  fi
  if wants schemathesis && [ ! -x "$tools/bin/schemathesis" ]; then
    python3 -m venv "$tools"
    "$tools/bin/pip" install -q -r scripts/security/requirements.txt
  fi
}

install
ZHIJIAN_PROXIES=127.0.0.1 start_demo "${PORT:-0}" "$reports/server.log"
echo "demo at $address, reports in $reports, seed $seed"

# The login form is attacked too: without this the throttle would answer the tool after fifty tries.
eval "$(scripts/security/credentials.py "$address" admin "$password" address_attempts=1000)"
admin_cookie=$COOKIE
eval "$(scripts/security/credentials.py "$address" city "$password")"
status=0
fail() { echo "FOUND: $*"; status=1; }

# wapiti NAME COOKIE: crawls and attacks as somebody; leaves out what would end its session, and modules that need a host on the internet (ssrf, xxe).
scan() {
  local name="$1" out="$reports/wapiti-$1.json" header=()
  [ -n "$2" ] && header=(-H "Cookie: $2")
  timeout $((each * 4)) scripts/security/wapiti.py -u "$address/" -s "$address/login" --scope domain "${header[@]}" --flush-session --store-session "$home/wapiti-$name" --store-config "$home/wapiti" \
    -m backup,blindsql,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,sql,xss \
    -x "$address/logout" -x "$address/me/*" -x "$address/assets/*" -x "$address/accounts/*" -x "$address/security" -x "$address/api/*" \
    -S polite -d 6 --max-scan-time $((each / 3)) --max-attack-time $((each / 5)) -l 1 -f json -o "$out" --no-bugreport -v 1 \
    >"$reports/wapiti-$name.log" 2>&1 || echo "wapiti ($name) ended by the clock or with a fault: see wapiti-$name.log"
  scripts/security/wapiti-report.py "$out" scripts/security/wapiti-explained.txt || fail "wapiti $name"
}

# inject NAME ARGUMENTS…: one target of sqlmap.
inject() {
  local name="$1" out="$reports/sqlmap-$1.log"
  shift
  if [ -n "${ONLY:-}" ] && [[ " $ONLY " != *" $name "* ]]; then return; fi
  timeout "$each" sqlmap --batch --disable-coloring --flush-session --output-dir "$home/sqlmap" --dbms SQLite --technique BEUST --time-sec 3 \
    --threads 4 --timeout 30 --retries 1 --ignore-code 401,429 --skip-waf "$@" >"$out" 2>&1 || true
  if grep -qE "is vulnerable|injection point\(s\)|appears to be '.*' injectable$" "$out" && ! grep -q "all tested parameters do not appear to be injectable" "$out"; then
    fail "sqlmap $name: see sqlmap-$name.log"
  elif grep -q "all tested parameters do not appear to be injectable" "$out"; then
    echo "sqlmap $name: $(grep -c 'does not seem to be injectable' "$out") parameters, none injectable"
  else
    echo "sqlmap $name: not finished: $(tail -n 1 "$out")"
    status=1
  fi
}

# conform NAME HEADERS…: schemathesis over every operation.
conform() {
  local name="$1"
  shift
  (cd "$reports" && "$tools/bin/schemathesis" run "$address/api/v1/openapi.json" "$@" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --phases examples,coverage,fuzzing --max-examples "${EXAMPLES:-5}" --max-time "$each" --seed "$seed" --workers 2 --continue-on-failure --no-shrink \
    --warnings off --no-color >"schemathesis-$name.log" 2>&1) || fail "schemathesis $name: see schemathesis-$name.log"
  sed -n '/= SUMMARY =/,$p' "$reports/schemathesis-$name.log"
}

if wants sqlmap; then
  record=$(curl -fsS -H "Authorization: Bearer $TOKEN" "$address/api/v1/records/exam?limit=1" | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p')
  # Every try has another login, or the account's own pause would answer instead of the code behind it.
  inject login --randomize login -u "$address/login" --data "next=&login=city&password=x"
  inject account --eval "import random;password=str(random.random())" -p login -u "$address/login" --data "next=&login=city&password=x"
  inject session -u "$address/api/v1/session" --method POST -H "Content-Type: application/json" --data '{"login":"city","password":"x","code":""}'
  inject list --cookie "$COOKIE" -u "$address/records/exam?q=a&institution__contains=b&exam_type=1&examined_on__gte=2020-01-01&region=130302&sort=card_no&status=1&as_of=2026-12-31"
  inject search --cookie "$COOKIE" -u "$address/search?q=a"
  inject audit --cookie "$admin_cookie" -u "$address/audit?q=a&actor=b&action=SignIn&kind=exam&record=r&reason=s&region=130302&from=2020-01-01&to=2030-01-01"
  inject accounts --cookie "$admin_cookie" -u "$address/accounts?q=a"
  inject duties --cookie "$COOKIE" -u "$address/duties?part=overdue&q=a"
  inject api -H "Authorization: Bearer $TOKEN" -u "$address/api/v1/records/exam?q=a&card_no__prefix=b&region__in=130302&state=s&conclusion__in=1,2&sort=card_no&limit=5&id=x"
  inject count -H "Authorization: Bearer $TOKEN" -u "$address/api/v1/records/exam/count?by=state&institution__contains=a"
  inject path -H "Authorization: Bearer $TOKEN" --ignore-code 401,404,429 -u "$address/api/v1/records/exam*/$record*"
  inject units -H "Authorization: Bearer $TOKEN" -u "$address/api/v1/indicators/I-02/units?year=2020&which=missing&q=a&town=130302001&industry=C&limit=5" -p which,q,town,industry
  inject units-more -H "Authorization: Bearer $TOKEN" -u "$address/api/v1/indicators/I-02/units?year=2020&which=missing&size=1&hazard=1&month=2020-05&plan=qinhuangdao&limit=5" -p size,hazard,month,plan
  inject breakdown -H "Authorization: Bearer $TOKEN" -u "$address/api/v1/indicators/I-02/breakdown?year=2020&by=town&region=130300&plan=qinhuangdao"
  inject cookie -u "$address/api/v1/session" --cookie "zhijian_session=x*" --level 2
fi
if wants schemathesis; then
  conform token -H "Authorization: Bearer $TOKEN"
  eval "$(scripts/security/credentials.py "$address" cdc "$password")"
  conform session -H "Cookie: $COOKIE" -H "X-CSRF-Token: $CSRF" --exclude-operation-id signOut
fi
if wants wapiti; then
  scan stranger ""
  eval "$(scripts/security/credentials.py "$address" haigang "$password")"
  scan officer "$COOKIE"
  scan administrator "$admin_cookie"
fi
curl -fsS -o /dev/null "$address/login" || fail "the server does not answer any more"
if grep -qE "ERROR|panicked" "$log"; then fail "errors in server.log"; fi
exit "$status"
