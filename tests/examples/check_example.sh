#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# check_example.sh PROGRAM EXAMPLE [--record]
#
# Runs examples/EXAMPLE/run.sh and compares what it prints with what its README says it prints, both by normalise.sh.
# With --record the README is given the output instead.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
program=$1
example=$here/../../examples/$2
readme=$example/README.md
begin='<!-- output: begin -->'
end='<!-- output: end -->'

work=$(mktemp -d -t expunge-test-XXXXXX)
trap 'rm -rf "$work"' EXIT
# Nothing from the caller's environment may decide what is printed.
for name in $(env | sed -n 's/^\(EXPUNGE_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
mkdir "$work/elsewhere" "$work/temporary"
code=0
(cd "$work/elsewhere" && TMPDIR="$work/temporary" EXPUNGE="$program" bash "$example/run.sh") >"$work/output" || code=$?
if [[ $code -ne 0 ]]; then
  cat "$work/output"
  echo "the example ended with exit code $code"
  exit 1
fi
if [[ -n "$(ls -A "$work/elsewhere")" ]]; then
  echo "the example left files in the folder from which it was started: $(ls -A "$work/elsewhere")"
  exit 1
fi
if [[ $(grep -cxF -e "$begin" -e "$end" "$readme") -ne 2 ]]; then
  echo "$readme has no place for the output: a line $begin and a line $end"
  exit 1
fi

if [[ "${3:-}" == --record ]]; then
  {
    sed "/^$begin\$/q" "$readme"
    echo '```'
    sed "s#$work/temporary#/tmp#g" "$work/output"
    echo '```'
    sed -n "/^$end\$/,\$p" "$readme"
  } >"$work/readme"
  cp "$work/readme" "$readme"
  exit 0
fi

sed "1,/^$begin\$/d; /^$end\$/,\$d" "$readme" | sed '1d; $d' | bash "$here/normalise.sh" >"$work/expected"
bash "$here/normalise.sh" <"$work/output" >"$work/printed"
if ! diff -u --label "$2/README.md" --label "what it printed" "$work/expected" "$work/printed"; then
  echo "where the new output is right, record it: bash tests/examples/record.sh $2"
  exit 1
fi
