#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# What the program says to a command line that can't be meant, and its help.
expunge=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"

expect_exit 0 "$expunge" --help
err_is_empty
diff -u "$here/golden/help.txt" "$work/out" >&2 || wrong "--help differs from golden/help.txt"
cp "$work/out" "$work/help"

expect_exit 2 "$expunge"
out_is_empty
cmp -s "$work/help" "$work/err" || wrong "without a command, the help goes to standard error"

expect_exit 2 "$expunge" hlat --run x
err_says 'expunge: unknown command hlat: did you mean halt?'
out_is_empty

expect_exit 2 "$expunge" frobnicate
err_says 'expunge: unknown command frobnicate'
! grep -q 'did you mean' "$work/err" || wrong "a hint for nonsense"

expect_exit 2 "$expunge" --vers
err_says 'unknown option --vers: did you mean --version?'

# No prefix of an option is taken for it.
expect_exit 2 "$expunge" halt --run "$work" --after
err_says 'expunge: unknown option --after: did you mean --after-slice?'
err_says '`expunge halt --help` lists the options'
[ ! -e "$work/halt" ] || wrong "a refused command left a file"

# Every problem at once, with where it comes from.
EXPUNGE_AFTER_SLICE=perhaps expect_exit 2 "$expunge" halt --nonsense -1 extra
err_says 'expunge: unknown option --nonsense'
err_says 'expunge: unknown option -1'
err_says 'expunge: --run DIR is missing'
err_says 'expunge: --after-slice must be true, false, 1 or 0: perhaps was given (from EXPUNGE_AFTER_SLICE)'

expect_exit 0 "$expunge" halt --help
out_says 'Usage: expunge halt --run DIR [options]'
err_is_empty

printf 'after-slice = true\n' >"$work/halt.ini"
EXPUNGE_RUN=there expect_exit 0 "$expunge" halt --config "$work/halt.ini" --print-config
out_says "run = there          # EXPUNGE_RUN"
out_says "after-slice = true   # $work/halt.ini"

if [ -w /dev/full ]; then
  "$expunge" --help >/dev/full 2>"$work/err"
  [ $? -eq 1 ] || wrong "an output that can't be written must end in 1"
  err_says "standard output can't be written"
fi
finish
