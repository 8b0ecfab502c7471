#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Folders and files of any name, moved, linked, looked at from elsewhere; standard streams that are closed or full.
expunge=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"
# shellcheck source=tests/cli/runs.sh
. "$here/runs.sh"
cd "$work" || exit 1
training=(--model mlp:hidden=4 --shards 2 --slices 2 --seed 7)

# Blanks, and a relative path that is meant from where the run was begun.
mkdir 'a b' elsewhere
expect_exit 0 "$expunge" data digits --samples 100 --out 'a b/d 1.h5'
expect_exit 0 "$expunge" train --run 'a b/r u n' --data 'hdf5:a b/d 1.h5' "${training[@]}"
cd elsewhere || exit 1
expect_exit 0 "$expunge" train --run '../a b/r u n'
mv '../a b/r u n' ../moved
ln -s moved ../link
expect_exit 0 "$expunge" evaluate --run ../moved --data 'hdf5:../a b/d 1.h5' --json
out_says "\"data\": \"hdf5:$work/a b/d 1.h5\""
expect_exit 0 "$expunge" inspect --run ../link
out_says "$work/elsewhere/../link"
expect_exit 0 "$expunge" train --run ../link
cd ..
expect_exit 0 "$expunge" inspect --run moved --sample 3
cp -r moved twin
rm moved/evaluation.json

# A run that may only be read is looked at and answers: only the result of `evaluate` is not kept.
mkdir moved/evaluation.json
expect_exit 0 "$expunge" inspect --run moved
expect_exit 0 "$expunge" evaluate --run moved --data 'hdf5:a b/d 1.h5'
err_says 'the result is not kept in the run'
rmdir moved/evaluation.json
if [ "$(id -u)" -ne 0 ]; then
  chmod -R a-w moved
  expect_exit 0 "$expunge" inspect --run moved --sample 3
  expect_exit 0 "$expunge" evaluate --run moved --data 'hdf5:a b/d 1.h5'
  err_says 'the result is not kept in the run'
  expect_exit 1 "$expunge" train --run moved
  err_says 'no write permission'
  chmod -R u+w moved
fi

# Names that are no UTF-8 go everywhere but into a manifest.
odd=$(printf 'o\xffd')
expect_exit 0 "$expunge" train --run "$odd" --data digits:100 "${training[@]}" --json
out_is_one_document
for command in "inspect" "evaluate --data digits:50" "train" "train --dry-run" "halt"; do
  # shellcheck disable=SC2086
  set -- $command
  expect_exit 0 "$expunge" "$1" --run "$odd" "${@:2}" --json
  out_is_one_document
  out_says "$(printf 'o\xef\xbf\xbdd')"
done
cp 'a b/d 1.h5' "$odd.h5"
expect_exit 0 "$expunge" data info "hdf5:$odd.h5" --json
out_is_one_document
expect_exit 0 "$expunge" evaluate --run moved --data "hdf5:$odd.h5" --json
out_is_one_document
expect_exit 0 "$expunge" predict --run moved --data "hdf5:$odd.h5" --out "$odd.csv" --json
out_is_one_document
out_says '"samples": 100'
expect_exit 0 "$expunge" inspect --run moved --json
out_is_one_document
expect_exit 2 "$expunge" train --run never --data "hdf5:$odd.h5" "${training[@]}"
err_says 'the name is not UTF-8'
[ ! -e never ] || wrong "a refused start left its folder"

# Standard output that is closed, or full: told once, and no file of the run takes its place.
cp -r twin whole
for command in "inspect --run twin --json" "evaluate --run twin --data digits:50" "predict --run twin --data digits:50" \
  "train --run twin" "train --run twin --json" "data info digits:10" "--version"; do
  for place in closed full; do
    # A document larger than what is kept in memory meets the full disk while it is printed.
    [ $place = closed ] || [ -w /dev/full ] || continue
    code=0
    # shellcheck disable=SC2086
    if [ $place = closed ]; then "$expunge" $command 2>err >&-; else "$expunge" $command 2>err >/dev/full; fi || code=$?
    : >out
    [ $code -eq 1 ] || wrong "exit code $code, not 1: $command with its standard output $place"
    [ "$(grep -c 'expunge: .*standard output' err)" -eq 1 ] || wrong "not told once: $command with its standard output $place"
  done
done
rm -f whole/evaluation.json twin/evaluation.json
tree_of whole >known
tree_of twin | diff known - >&2 || wrong "something was written into the run"
"$expunge" train --run silent --data 'hdf5:a b/d 1.h5' "${training[@]}" <&- >&- 2>&-
[ $? -eq 1 ] || wrong "a result that can't be printed must end in 1"
: >out
same_training silent twin "trained with all streams closed"
nothing_astray silent

# Two at once in two folders.
"$expunge" train --run one --data digits:100 "${training[@]}" >/dev/null 2>&1 &
expect_exit 0 "$expunge" train --run two --data digits:100 "${training[@]}"
wait $! || wrong "the training beside another failed"
same_training one two "two at once"
finish
