# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Sourced by the examples of the course: finds the program, goes into a new folder, and gives them `show`.
# shellcheck shell=bash
set -euo pipefail
exec 2>&1

examples=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
EXPUNGE=$(realpath -m -- "${EXPUNGE:-$examples/../build/release/expunge}")
if [[ ! -x "$EXPUNGE" ]]; then
  echo "There is no program at $EXPUNGE. Build it (bash examples/quickstart.sh --build-only), or set EXPUNGE to its path."
  exit 1
fi
PATH="$(dirname -- "$EXPUNGE"):$PATH"
mpirun_ranks=3
# shellcheck source=examples/mpirun_environment.sh
. "$examples/mpirun_environment.sh"

folder=$(mktemp -d -t expunge-example-XXXXXX)
cd -- "$folder"
echo "In $folder:"

# show [--exit CODE] COMMAND: prints a command line, runs it, and ends the example where it does not exit with CODE (0).
show() {
  local expected=0 code=0
  if [[ "$1" == --exit ]]; then
    expected=$2
    shift 2
  fi
  printf '\n$ %s\n' "$1"
  eval "$1" || code=$?
  [[ $code -eq 0 ]] || echo "(exit code $code)"
  if [[ $code -ne $expected ]]; then
    echo "This should have ended with exit code $expected."
    exit 1
  fi
}
