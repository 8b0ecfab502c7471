#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Asking a run to stop.
expunge=$1
# shellcheck source=tests/cli/expect.sh
. "$(dirname "$0")/expect.sh"

expect_exit 1 "$expunge" halt --run "$work/none"
err_says "expunge: $work/none does not exist"

mkdir "$work/run"
expect_exit 1 "$expunge" halt --run "$work/run"
err_says "$work/run is no run directory, it has no manifest.json"
[ -z "$(ls -A "$work/run")" ] || wrong "a refused command left a file"

: >"$work/run/manifest.json"
expect_exit 0 "$expunge" halt --run "$work/run" --after-slice
out_says 'after the slices under way'
[ "$(cat "$work/run/halt")" = after-slice ] || wrong "the halt file does not say after-slice"

expect_exit 0 "$expunge" halt --run "$work/run" --json
[ "$(cat "$work/run/halt")" = now ] || wrong "the halt file does not say now"
out_says '"halt": "now"'
[ "$(head -c1 "$work/out")" = '{' ] || wrong "not JSON alone"
[ "$(ls -A "$work/run" | wc -l)" -eq 2 ] || wrong "something besides the halt file was left"
finish
