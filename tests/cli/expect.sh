# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts of this folder: runs a command, keeps what it writes, and says what was expected instead.
# shellcheck shell=bash
set -u
failures=0
work=$(mktemp -d "${TMPDIR:-/tmp}/expunge-test-XXXXXX")
trap 'rm -rf "$work"' EXIT
# Nothing from the caller's environment may decide a test.
for name in $(env | sed -n 's/^\(EXPUNGE_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done

wrong() {
  echo "FAILED: $*" >&2
  sed 's/^/  stdout: /' "$work/out" >&2
  sed 's/^/  stderr: /' "$work/err" >&2
  failures=$((failures + 1))
}

# expect_exit CODE COMMAND...: runs it; its output is in $work/out and $work/err.
expect_exit() {
  local code=$1 got=0
  shift
  "$@" >"$work/out" 2>"$work/err" || got=$?
  [ "$got" -eq "$code" ] || wrong "exit code $got, not $code: $*"
}

out_says() { grep -qF -- "$1" "$work/out" || wrong "standard output does not say: $1"; }
err_says() { grep -qF -- "$1" "$work/err" || wrong "standard error does not say: $1"; }
out_is_empty() { [ ! -s "$work/out" ] || wrong "standard output is not empty"; }
err_is_empty() { [ ! -s "$work/err" ] || wrong "standard error is not empty"; }

finish() {
  [ "$failures" -eq 0 ] || { echo "$failures expectations failed" >&2; exit 1; }
}
