#!/bin/bash
# The whole test suite of out/VARIANT, which must be built: unit tests, then integration and browser tests. Ends with one plain line,
# `N passed, N failed`, and exits 1 when something failed. SLOW=1 adds the tests that take long.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
variant=${VARIANT:-release}
logs=out/$variant/test-logs
mkdir -p "$logs"
failed=0 passed=0

echo "unit tests"
"out/$variant/unit" 2>&1 | tee "$logs/unit.log"
# Check's summary: "98%: Checks: 40, Failures: 1, Errors: 0"; without it the program died.
counts=$(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\)$/\1 \2 \3/p' "$logs/unit.log" | tail -n 1)
if [ -n "$counts" ]; then
    read -r checks failures errors <<<"$counts"
    failed=$((failed + failures + errors))
    passed=$((passed + checks - failures - errors))
else
    echo "the unit tests died"
    failed=$((failed + 1))
fi

# Three at once, each with servers of its own: most of a test's time is waiting for clocks and disks.
echo "integration tests"
suites=()
for suite in tests/integration tests/browser tests/wire tests/chaos; do [ ! -d "$suite" ] || suites+=("$suite"); done
marker=(-m "not slow")
[ -z "${SLOW-}" ] || marker=()
PURSER_VARIANT=$variant ROUNDS=${ROUNDS:-1} /usr/bin/python3 -B -m pytest -c tests/pytest.ini -n 3 --dist loadfile "${marker[@]}" "${suites[@]}" 2>&1 |
    tee "$logs/integration.log"
result=$?
# pytest's summary: "1 failed, 95 passed, 2 skipped, 1 error in 31.70s"
summary=$(grep -E '^(=+ )?[0-9]+ (passed|failed|error|errors|skipped).* in [0-9.]+s' "$logs/integration.log" | tail -n 1)
number() { grep -oE "[0-9]+ $1" <<<"$summary" | grep -oE '^[0-9]+' || echo 0; }
broken=$(($(number failed) + $(number errors?)))
if [ "$broken" -eq 0 ] && [ "$result" -ne 0 ]; then
    echo "the integration tests did not finish"
    broken=1
fi
failed=$((failed + broken))
passed=$((passed + $(number passed)))

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
