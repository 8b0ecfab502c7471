#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# What was built, for people and for scripts.
expunge=$1
# shellcheck source=tests/cli/expect.sh
. "$(dirname "$0")/expect.sh"

expect_exit 0 "$expunge" --version
err_is_empty
for name in LibTorch CUDA NCCL MPI HDF5 Boost compiler flags; do
  grep -qE "^  $name +[^ ]" "$work/out" || wrong "no line for $name"
done
cp "$work/out" "$work/text"
expect_exit 0 "$expunge" version
cmp -s "$work/text" "$work/out" || wrong "version and --version differ"

expect_exit 0 "$expunge" --version --json
err_is_empty
[ "$(head -c1 "$work/out")" = '{' ] && [ "$(tail -n1 "$work/out")" = '}' ] || wrong "not one JSON document"
grep -qE '^  "version": "[0-9]+\.[0-9]+\.[0-9]+",$' "$work/out" || wrong "no version in JSON"
grep -qE '^    "hdf5": "[0-9.]+",$' "$work/out" || wrong "no HDF5 version in JSON"

expect_exit 2 "$expunge" --version --jso
err_says 'did you mean --json?'
finish
