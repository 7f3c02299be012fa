#!/bin/sh
# docs/settings.md on standard output, from the program's own table.
cat <<'TEXT'
# Settings

Every knob of the four programs, from one table (`base/settings.def`); `purser settings` prints it too. They come from the
environment. A setting `NAME` may be given as `NAME_FILE`, a path whose content is the value: for secrets. A `PURSER_`
variable that is not in this table is refused at start, because a misspelt limit is a missing limit.

This page is made by `make docs`; `make tidy` checks that it is up to date.

TEXT
exec "$(dirname "$0")/../out/release/purser" settings --markdown
