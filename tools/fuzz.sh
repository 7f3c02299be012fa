#!/bin/bash
# Runs each fuzz target of out/fuzz for SECONDS; what it learns is kept in out/fuzz/corpus. Exits 1 at the first finding.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
found=
for target in out/fuzz/fuzz_*; do
    [ -x "$target" ] || continue
    found=yes
    name=${target##*/fuzz_}
    mkdir -p "out/fuzz/corpus/$name" out/fuzz/findings
    seeds=()
    [ ! -d "tests/fuzz/$name" ] || seeds=("tests/fuzz/$name")
    echo "fuzz $name: $seconds s"
    if ! "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="out/fuzz/findings/$name-" "out/fuzz/corpus/$name" "${seeds[@]}" >"out/fuzz/$name.log" 2>&1; then
        tail -n 40 "out/fuzz/$name.log"
        echo "fuzz $name: FOUND something, see out/fuzz/findings"
        exit 1
    fi
    echo "fuzz $name: clean after $(sed -n 's/^stat::number_of_executed_units: *//p' "out/fuzz/$name.log") runs"
done
[ -n "$found" ] || {
    echo "no fuzz target in out/fuzz"
    exit 1
}
