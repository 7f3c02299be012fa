#!/bin/bash
# Runs a whole instance of Purser under one folder: a Redis and a PostgreSQL of its own, the keys, the mail drop, and
# purser-api, purser-worker, purser-scheduler; whatever of these dies is started again. Ends on SIGTERM and Ctrl-C.
#
#     tools/up.sh [--demo] [DIR [PORT]]        DIR: var, PORT: 8080; BIN=out/release
#
# Prints `ready http://127.0.0.1:PORT` when it serves. Writes DIR/env, to be sourced by whoever wants to talk to it.
# Other PURSER_ settings pass through from the environment; where things are is decided here.
set -uo pipefail

demo=
if [ "${1-}" = --demo ]; then
    demo=yes
    shift
fi
root=$(cd "$(dirname "$0")/.." && pwd)
bin=$(cd "${BIN:-$root/out/release}" && pwd) || exit 1
mkdir -p "${1:-var}" || exit 1
dir=$(cd "${1:-var}" && pwd -P)
port=${2:-8080}
pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5n | tail -n 1)

say() { echo "purser: $*"; }
fail() {
    echo "purser: $*" >&2
    exit 1
}

case $port in '' | *[!0-9]*) fail "PORT must be a number, not '$port'" ;; esac
for program in redis-server flock setpriv setsid "$pg_bin/postgres"; do
    command -v "$program" >/dev/null || fail "$program is missing; tools/bootstrap.sh build server installs it"
done

for program in purser purser-api purser-worker purser-scheduler; do
    [ -x "$bin/$program" ] || fail "$bin/$program is missing; make builds it"
done

umask 077
mkdir -p "$dir"/{log,redis,postgres,mail} || exit 1
# Services inherit the lock: after a SIGKILL of this script a new start waits until the last of them is gone.
exec 8>"$dir/lock"
flock -w 15 8 || fail "an instance is running in $dir already"

# A unix socket's path has 107 bytes: where DIR is too deep, a short name in /tmp leads to it.
short=$dir link_folder=
if [ ${#dir} -gt 70 ]; then
    link_folder=$(mktemp -d /tmp/purser-XXXXXX) || exit 1
    ln -s "$dir" "$link_folder/d"
    short=$link_folder/d
fi

export PURSER_LISTEN=127.0.0.1:$port PURSER_URL=http://127.0.0.1:$port PURSER_KEYS=$dir/keys
export PURSER_DATABASE_URL="postgresql:///purser?host=$short/postgres/data&user=purser"
export PURSER_REDIS_URL=unix:$short/redis/redis.sock
case ${PURSER_MAIL_URL-} in smtp://* | smtps://*) ;; *) export PURSER_MAIL_URL=maildir:$dir/mail ;; esac
{
    echo "# Made by tools/up.sh for the instance in $dir; source it to talk to that instance."
    for name in LISTEN URL DATABASE_URL REDIS_URL MAIL_URL KEYS; do
        variable=PURSER_$name
        printf 'export %s=%q\n' "$variable" "${!variable}"
    done
    echo "# Metrics: curl \$PURSER_URL/metrics; of worker and scheduler: curl --unix-socket $short/worker.metrics http://worker/metrics"
} >"$dir/env"

# PostgreSQL refuses root. The user it runs as may not be able to walk to DIR (a home of mode 0700), so it gets the folder
# as an open descriptor and knows it as /proc/self/fd/9.
as_postgres=()
if [ "$(id -u)" -eq 0 ]; then
    user=postgres
    id postgres >/dev/null 2>&1 || user=nobody
    as_postgres=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups)
fi

mapfile -t pg_settings < <("$root/tools/postgres-settings.sh" | sed 's/^/--/')

make_cluster() {
    local fresh=$dir/postgres/data.new
    [ -e "$dir/postgres/data/PG_VERSION" ] && return 0
    say "making a PostgreSQL cluster in $dir/postgres"
    rm -rf "$fresh"
    mkdir "$fresh"
    [ ${#as_postgres[@]} -eq 0 ] || chown "$user" "$fresh"
    (cd / && "${as_postgres[@]}" "$pg_bin/initdb" -D /proc/self/fd/9 -U purser -A trust -E UTF8 --locale=C --lc-ctype=C.UTF-8 9<"$fresh") \
        >"$dir/log/initdb.log" 2>&1 || fail "initdb failed: $(tail -n 3 "$dir/log/initdb.log")"
    mv "$fresh" "$dir/postgres/data"
}

# Each service is a session of its own, so that Ctrl-C reaches this script alone, which stops them in order; when the
# script itself is killed they get the signal that follows.
services=(redis postgres api worker scheduler)
declare -A pid=() started=() due=() delay=()

start() {
    local name=$1 end=TERM command
    case $name in
    redis)
        command=(redis-server --port 0 --unixsocket "$short/redis/redis.sock" --unixsocketperm 700 --dir "$dir/redis"
            --appendonly yes --appendfsync always --maxmemory-policy noeviction --save "" --daemonize no)
        ;;
    postgres)
        end=INT
        command=("$pg_bin/postgres" -D /proc/self/fd/9 -k /proc/self/fd/9 -c listen_addresses= "${pg_settings[@]}")
        ;;
    api) command=("$bin/purser-api") ;;
    *) command=(env "PURSER_METRICS_LISTEN=unix:$short/$name.metrics" "$bin/purser-$name") ;;
    esac
    local privileges=(setpriv --pdeathsig "$end")
    if [ "$name" = postgres ]; then
        [ ${#as_postgres[@]} -eq 0 ] || privileges=("${as_postgres[@]}" --pdeathsig "$end")
        (cd / && exec setsid "${privileges[@]}" "${command[@]}" 9<"$dir/postgres/data") >>"$dir/log/$name.log" 2>&1 </dev/null &
    else
        (cd "$root" && exec setsid "${privileges[@]}" "${command[@]}") >>"$dir/log/$name.log" 2>&1 </dev/null &
    fi
    pid[$name]=$! started[$name]=$SECONDS due[$name]=
}

alive() { [ -n "${pid[$1]-}" ] && kill -0 "${pid[$1]}" 2>/dev/null; }

stop() { # NAME SIGNAL: ends a service and waits for its end
    alive "$1" || return 0
    kill -s "$2" "${pid[$1]}" 2>/dev/null
    local tries
    for ((tries = 0; tries < 300; tries++)); do
        alive "$1" || return 0
        sleep 0.05
    done
    say "$1 did not end within 15 s: killing it"
    kill -KILL "${pid[$1]}" 2>/dev/null
}

stop_all() {
    trap '' TERM INT HUP
    kill "${tick-}" "${demo_pid-}" 2>/dev/null
    local name
    for name in api scheduler worker; do stop "$name" TERM; done
    stop redis TERM
    stop postgres INT
    [ -z "$link_folder" ] || rm -rf "$link_folder"
}

# Starts again what died. What dies young waits longer each time, so that a broken service does not eat the machine.
tend() {
    local name
    for name in "${services[@]}"; do
        [ -n "${pid[$name]-}" ] || continue
        if [ -n "${due[$name]}" ]; then
            [ "$SECONDS" -lt "${due[$name]}" ] || start "$name"
        elif ! alive "$name"; then
            if [ $((SECONDS - started[$name])) -ge 5 ]; then
                delay[$name]=0
            fi
            say "$name died, starting it again$([ "${delay[$name]:-0}" -gt 0 ] && echo " in ${delay[$name]} s"); its log is $dir/log/$name.log"
            deaths=$((deaths + 1))
            due[$name]=$((SECONDS + ${delay[$name]:-0}))
            delay[$name]=$((${delay[$name]:-0} * 2 + 1))
            [ "${delay[$name]}" -le 5 ] || delay[$name]=5
            [ "$SECONDS" -lt "${due[$name]}" ] || start "$name"
        fi
    done
}

stopping= deaths=0
trap 'stopping=yes' TERM INT HUP

wait_for() { # WHAT SECONDS COMMAND…: until the command succeeds; what dies meanwhile is started again, a few times
    local what=$1 deadline=$((SECONDS + $2))
    shift 2
    until "$@"; do
        [ -z "$stopping" ] || { stop_all; exit 0; }
        tend
        if [ "$SECONDS" -ge "$deadline" ] || [ "$deaths" -ge 6 ]; then
            stop_all
            tail -n 5 "$dir/log/$what.log" >&2
            fail "$what does not get ready; its log is $dir/log/$what.log"
        fi
        sleep 0.05
    done
}

redis_answers() { [ "$(redis-cli -s "$short/redis/redis.sock" ping 2>/dev/null)" = PONG ]; }
postgres_answers() { "$pg_bin/pg_isready" -q -h "$short/postgres/data" -U purser -d postgres; }
api_answers() {
    local line
    line=$( (exec 3<>"/dev/tcp/127.0.0.1/$port" &&
        printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3 &&
        IFS= read -r -t 5 line <&3 && echo "$line") 2>/dev/null)
    [[ $line == "HTTP/1.1 200"* ]] && alive api
}

# The API shares its port with other processes of its kind: a second instance would answer half of the first one's requests.
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    fail "port $port is in use already; make run PORT=n takes another"
fi

make_cluster
start redis
start postgres
wait_for postgres 60 postgres_answers
wait_for redis 60 redis_answers
"$bin/purser" keys "$dir/keys" || { stop_all; exit 1; }
psql=("$pg_bin/psql" -X -q -h "$short/postgres/data" -U purser -d postgres)
if [ -z "$("${psql[@]}" -At -c "SELECT 1 FROM pg_database WHERE datname = 'purser'")" ]; then
    "${psql[@]}" -c "CREATE DATABASE purser" || { stop_all; exit 1; }
fi
"$bin/purser" migrate >"$dir/log/migrate.log" 2>&1 || { stop_all; fail "$(cat "$dir/log/migrate.log")"; }
deaths=0
for name in api worker scheduler; do start "$name"; done
wait_for api 30 api_answers
say "logs in $dir/log, mails in $dir/mail/new, settings to source in $dir/env"
echo "ready http://127.0.0.1:$port"
say "a page to look at: http://127.0.0.1:$port/"

[ -z "$demo" ] || { "$bin/purser" demo "$dir/demo" & demo_pid=$!; }

# `wait -n` returns when any child ends; the ticking one bounds how late a pending restart is.
while [ -z "$stopping" ]; do
    sleep 0.5 &
    tick=$!
    wait -n 2>/dev/null # bash would name each child that a signal ended; tend does
    [ -n "$stopping" ] || tend
done
echo
say "stopping"
stop_all
say "stopped"
