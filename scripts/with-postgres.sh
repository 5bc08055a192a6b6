#!/usr/bin/env bash
# Runs a command with a private PostgreSQL: scripts/with-postgres.sh cargo nextest run -p zhijian-store
# The server listens on a free loopback port, lives in a temporary folder and is stopped and removed afterwards.
# ZHIJIAN_TEST_POSTGRES names it for the command. ZHIJIAN_PG_FSYNC=on makes it wait for the disk (benches); tests do not need that.
# ZHIJIAN_PG_OPTIONS are further options of the server ("-c work_mem=256MB"); later ones win.
set -euo pipefail

if [ $# -eq 0 ]; then
    echo "usage: $0 command [argument …]" >&2
    exit 2
fi

# The newest installed version: on the path, or where Debian keeps it.
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
if [ -z "$bin" ]; then
    initdb=$(command -v initdb || true)
    bin=${initdb:+$(dirname "$initdb")}
fi
if [ -z "$bin" ] || [ ! -x "$bin/initdb" ]; then
    echo "$0: PostgreSQL is not installed (no initdb found); on Debian: apt-get install postgresql" >&2
    exit 1
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/zhijian-postgres.XXXXXX")
server=""

# PostgreSQL refuses to run as root.
as_server=()
if [ "$(id -u)" -eq 0 ]; then
    user=postgres
    id "$user" >/dev/null 2>&1 || user=nobody
    chown "$user" "$folder"
    chmod 711 "$folder"
    as_server=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups --)
fi

stop() {
    if [ -n "$server" ] && kill -0 "$server" 2>/dev/null; then
        kill -INT "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cd "$folder"
"${as_server[@]}" "$bin/initdb" --pgdata "$folder/data" --username zhijian --auth trust --encoding UTF8 --locale C.UTF-8 --no-sync \
    >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 1; }

answers() { "$bin/pg_isready" --quiet --host 127.0.0.1 --port "$1" --username zhijian; }

# A port may be taken between looking and listening, hence a few attempts.
for attempt in 1 2 3 4 5; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 40000))
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        continue
    fi
    "${as_server[@]}" "$bin/postgres" -D "$folder/data" -p "$port" -k "" -c listen_addresses=127.0.0.1 -c max_connections=300 \
        -c fsync="${ZHIJIAN_PG_FSYNC:-off}" -c shared_buffers=256MB -c max_wal_size=4GB \
        ${ZHIJIAN_PG_OPTIONS:-} >"$folder/server.log" 2>&1 &
    server=$!
    for _ in $(seq 1 300); do
        if answers "$port"; then break 2; fi
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    if kill -0 "$server" 2>/dev/null; then
        kill -INT "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    server=""
    if [ "$attempt" -eq 5 ]; then
        echo "$0: PostgreSQL does not start:" >&2
        cat "$folder/server.log" >&2 || true
        exit 1
    fi
done
if [ -z "$server" ]; then
    echo "$0: no free port found for PostgreSQL" >&2
    exit 1
fi

export ZHIJIAN_TEST_POSTGRES="postgres://zhijian@127.0.0.1:$port/postgres"
cd "$OLDPWD"
"$@"
