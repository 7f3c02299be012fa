#!/bin/bash
# What a reviewer would rather not have to say. Each check prints what is wrong; exits 1 when one failed.
#     tools/tidy.sh [CHECK…]     format, includes, rules, pages, settings, sizes, analysis; all of them when none is named
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0
sources() { git ls-files --cached --others --exclude-standard -- '*.c' '*.h' | while read -r file; do [ -e "$file" ] && echo "$file"; done; }
pages() { git ls-files --cached --others --exclude-standard -- "web/$1"; }
complain() {
    bad=1
    echo "tidy: $*"
}

check_format() {
    { sources; pages '*.js'; } | xargs clang-format --dry-run -Werror 2>&1 | grep -E 'error:' | cut -d: -f1 | sort | uniq -c |
        awk '{ print "tidy: " $2 " is not formatted (" $1 " places); make format does it"; found = 1 } END { exit !found }' && bad=1
}

# Who may include whom: the table of DESIGN's rooms. Tests and benches may include everything.
check_includes() {
    sources | grep -vE '^(tests|bench)/' | xargs awk '
        BEGIN {
            split("base finance statement queue db mail ledger tasks", order, " ")
            allow["base"] = "base"
            allow["finance"] = "base finance"
            allow["statement"] = "base finance statement"
            allow["queue"] = "base finance statement queue"
            allow["db"] = "base finance statement db"
            allow["mail"] = "base finance statement mail"
            allow["ledger"] = "base finance statement queue db mail ledger"
            allow["tasks"] = allow["ledger"] " tasks"
            allow["worker"] = allow["tasks"] " worker"
            allow["api"] = allow["tasks"] " api"
            allow["scheduler"] = allow["tasks"] " scheduler"
            allow["cli"] = allow["tasks"] " cli"
        }
        /^#include "/ {
            split($2, quoted, "\""); count = split(quoted[2], path, "/"); split(FILENAME, mine, "/")
            if (count == 1) next   # generated
            if (!(mine[1] in allow)) { print "tidy: " FILENAME ": the room " mine[1] " is not in the table of tools/tidy.sh"; failed = 1; nextfile }
            if (index(" " allow[mine[1]] " ", " " path[1] " ") == 0) { print "tidy: " FILENAME ":" FNR ": " mine[1] " may not include " quoted[2]; failed = 1 }
        }
        END { exit !failed }' && bad=1
}

check_rules() {
    git ls-files | grep -E '(^|/)(util|utils|common|misc|helper|helpers)(\.|/)' | while read -r file; do echo "tidy: $file: no such name; the room that is missing has another"; done | grep . && bad=1
    sources | grep -vE '^(tests|bench|cli)/|^db/migrate\.c$' |
        xargs grep -nE '"(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH) ' | sed 's/^/tidy: SQL in C: /' | grep . && bad=1
    grep -rniE '\b(now\(\)|current_timestamp|current_date|clock_timestamp\(\))' sql/ | grep -vE ':[0-9]+: *--' | sed 's/^/tidy: SQL takes the time as a parameter: /' | grep . && bad=1
    local script
    for script in tools/*.sh .ci/run; do bash -n "$script" || complain "$script does not parse"; done
}

# web/: every script parses, nothing makes markup of text or brings script and style along in it, and all that is named is there.
check_pages() {
    local file from path
    while read -r file; do
        node --input-type=module --check <"$file" || complain "$file does not parse"
        sed -n 's/^import .* from "\(.*\)";$/\1/p' "$file" | while read -r path; do
            [ -e "$(dirname "$file")/$path" ] || echo "tidy: $file imports $path, which is not there"
        done | grep . && bad=1
    done < <(pages '*.js')
    grep -nE 'innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|eval\(|new Function|"style"|https?://' -r web --include='*.js' |
        grep -v 'www.w3.org/2000/svg' | sed 's/^/tidy: markup, script or foreign address in a text: /' | grep . && bad=1
    grep -nE ' style=| on[a-z]+=|<script>|<style>|https?://' web/*.html | sed 's/^/tidy: the policy forbids this: /' | grep . && bad=1
}

check_settings() {
    [ -x out/release/purser ] || { complain "out/release/purser is missing; make builds it"; return; }
    diff <(tools/settings.sh) docs/settings.md >/dev/null || complain "docs/settings.md is not what base/settings.def says; make docs writes it"
}

check_sizes() {
    # Generated data and tables of words are not read line by line.
    { sources; pages '*'; } | xargs wc -l | awk '$2 != "total" { print $1, $2 }' | sort -n >out/sizes
    local median
    median=$(awk '{ lines[NR] = $1 } END { print lines[int((NR + 1) / 2)] }' out/sizes)
    echo "tidy: $(wc -l <out/sizes) files, median $median lines, largest $(tail -n 1 out/sizes)"
    [ "$median" -le 200 ] || complain "the median file has more than 200 lines"
    awk '$1 > 500 && $2 !~ /^tests\// { print "tidy: " $2 " has " $1 " lines: look whether it is one thing" }' out/sizes
    sources | grep '\.c$' | xargs awk '
        /^[a-z].*\)$/ { name = $0; start = FNR }
        /^}/ && start { if (FNR - start > 70) print "tidy: " FILENAME ":" start ": " FNR - start " lines: look whether it is one function"; start = 0 }'
}

check_analysis() {
    sources | grep '\.c$' | grep -v '^tests/' >out/analysed
    cppcheck -j "$(nproc)" --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr \
        --suppress=missingInclude --suppress=normalCheckLevelMaxBranches --suppress=checkersReport \
        --suppressions-list=tools/cppcheck/suppressions.txt -D__x86_64__ -Itools/cppcheck -I. -Iout/gen \
        --file-list=out/analysed --cppcheck-build-dir=out/cppcheck 2>&1 |
        sed 's/^/tidy: /' | grep . && bad=1
}

mkdir -p out/cppcheck
for check in "${@:-format includes rules pages settings sizes analysis}"; do
    for one in $check; do "check_$one"; done
done
[ "$bad" -eq 0 ] && echo "tidy: all is well"
exit "$bad"
