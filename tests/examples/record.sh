#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# record.sh [EXAMPLE]...
#
# Puts what the examples print now (all of the course, or those named; `quickstart` is examples/quickstart.md) into
# their pages, with build/release/expunge. For whoever changes what a command prints: look at the difference.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
program=$PWD/build/release/expunge

record_quickstart() {
  local output
  bash examples/quickstart.sh --build-only
  output=$(bash examples/quickstart.sh 2>&1)
  {
    sed '/^<!-- quickstart: begin/q' examples/quickstart.md
    printf '```\n%s\n```\n' "$output"
    sed -n '/^<!-- quickstart: end/,$p' examples/quickstart.md
  } >examples/quickstart.md.new
  mv examples/quickstart.md.new examples/quickstart.md
}

examples=("$@")
if [[ ${#examples[@]} -eq 0 ]]; then
  examples=(quickstart)
  for run in examples/*/run.sh; do examples+=("$(basename "$(dirname "$run")")"); done
fi
for example in "${examples[@]}"; do
  if [[ "$example" == quickstart ]]; then
    record_quickstart
  else
    bash tests/examples/check_example.sh "$program" "$example" --record
  fi
done
