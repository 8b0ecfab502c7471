#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# record.sh [EXAMPLE]...
#
# Puts what the examples print now (all of the course, or those named; `quickstart` is the one in the top README) into
# their READMEs, with build/release/expunge. For whoever changes what a command prints: look at the difference.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
program=$PWD/build/release/expunge

record_quickstart() {
  local output
  bash examples/quickstart.sh --build-only
  output=$(bash examples/quickstart.sh 2>&1)
  {
    sed '/^<!-- quickstart: begin/q' README.md
    printf '```\n%s\n```\n' "$output"
    sed -n '/^<!-- quickstart: end/,$p' README.md
  } >README.md.new
  mv README.md.new README.md
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
