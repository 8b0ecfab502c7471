#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Under a launcher, commands that only look speak once, and every rank returns one code.
expunge=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"
launch=(mpirun -n 3)

expect_exit 0 "${launch[@]}" "$expunge" --version
[ "$(grep -c '^expunge ' "$work/out")" -eq 1 ] || wrong "not told once"

expect_exit 0 "${launch[@]}" "$expunge" --help
[ "$(grep -c '^Usage' "$work/out")" -eq 1 ] || wrong "not told once"

expect_exit 2 "${launch[@]}" "$expunge" hlat
[ "$(grep -c 'unknown command hlat' "$work/err")" -eq 1 ] || wrong "not told once"

expect_exit 2 "${launch[@]}" "$expunge" halt --after
[ "$(grep -c 'unknown option --after' "$work/err")" -eq 1 ] || wrong "not told once"

expect_exit 1 "${launch[@]}" "$expunge" halt --run "$work/none"
[ "$(grep -c 'does not exist' "$work/err")" -eq 1 ] || wrong "not told once"

expect_exit 2 "${launch[@]}" "$expunge"
[ "$(grep -c '^Usage' "$work/err")" -eq 1 ] || wrong "not told once"

# A failure on one rank alone is told by that rank.
cat >"$work/alone.sh" <<'END'
[ "$OMPI_COMM_WORLD_RANK" -eq 1 ] && exec "$1" hlat
sleep 60
END
expect_exit 2 mpirun -n 2 bash "$work/alone.sh" "$expunge"
err_says 'expunge: rank 1: unknown command hlat'

! grep -q "$(printf '\033')" "$work/out" "$work/err" || wrong "colour in a file"
finish
