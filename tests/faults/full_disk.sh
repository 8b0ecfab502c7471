#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# No room for what is to be written: a limit on the size of files, and, where this process may mount one, a full disk.
# The job fails with the file and the reason, leaves nothing half written, and goes on once there is room.
expunge=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/../cli/expect.sh"
# shellcheck source=tests/cli/runs.sh
. "$here/../cli/runs.sh"
training=(--data digits:600,seed=3 --model lenet --shards 3 --slices 3 --epochs 1 --seed 7)
# limited KIB COMMAND...: no file of it may grow larger.
limited() { (ulimit -f "$1" && "${@:2}"); }
no_temporary() { [ -z "$(find "$1" -name '.*tmp*' -o -name '*unfinished*')" ] || wrong "a temporary file was left in $1"; }

expect_exit 0 "$expunge" train --run "$work/whole" "${training[@]}"

# Not even the manifest: no run is begun.
expect_exit 1 limited 1 "$expunge" train --run "$work/deep/er/run" "${training[@]}"
err_says "$work/deep/er/run/.manifest.json.tmp-"
err_says 'File too large); raise the limit (ulimit -f)'
out_is_empty
[ ! -e "$work/deep" ] || wrong "a run that could not begin left its folders"

# No checkpoint: the run has begun, and holds none.
run=$work/limited
expect_exit 1 limited 64 "$expunge" train --run "$run" "${training[@]}"
err_says "$run/shards/"
err_says 'File too large'
no_temporary "$run"
[ -z "$(find "$run" -name '*.h5' -o -name shard.json)" ] || wrong "something was published without room for it"
expect_exit 0 "$expunge" train --run "$run"
! grep -q 'ended without finishing' "$work/err" || wrong "a job that failed in order is taken for one that died"
same_training "$run" "$work/whole" "after there was no room"
nothing_astray "$run"

# Answers and data sets: all of the file or none.
for file in answers.csv answers.jsonl answers.h5; do
  expect_exit 1 limited 8 "$expunge" predict --run "$run" --data digits:600,seed=3 --out "$work/$file"
  err_says "$work/"
  err_says 'File too large'
  [ ! -e "$work/$file" ] || wrong "half of $file was left"
done
expect_exit 1 limited 8 "$expunge" data digits --samples 600 --out "$work/digits.h5"
err_says "$work/digits.h5"
err_says 'File too large'
[ ! -e "$work/digits.h5" ] || wrong "half of a data set was left"
no_temporary "$work"

disk=$work/disk
mkdir "$disk"
if mount -t tmpfs -o size=1m none "$disk" 2>"$work/err"; then
  trap 'umount "$disk"; rm -rf "$work"' EXIT
  expect_exit 1 mpirun -n 2 "$expunge" train --run "$disk/run" "${training[@]}"
  err_says "$disk/run/shards/"
  err_says 'the disk is full (No space left on device)'
  err_says 'free some space and run again'
  no_temporary "$disk"
  expect_exit 1 "$expunge" predict --run "$work/whole" --data digits:6000,seed=3 --out "$disk/answers.h5"
  err_says 'No space left on device'
  [ ! -e "$disk/answers.h5" ] || wrong "half of the answers were left"
  mount -o remount,size=16m "$disk"
  expect_exit 0 "$expunge" train --run "$disk/run"
  same_training "$disk/run" "$work/whole" "after the disk was full"
  nothing_astray "$disk/run"
else
  echo "skipped: a disk that is really full, since no file system may be mounted here ($(cat "$work/err"))"
fi
finish
