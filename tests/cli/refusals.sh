#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# What can't be trained is refused before any work: the message says what, where and what to do, and nothing is written.
expunge=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"
# shellcheck source=tests/cli/runs.sh
. "$here/runs.sh"
cd "$work" || exit 1
data=digits:600,seed=3
model=mlp:hidden=8

# refused CODE TEXT COMMAND...: nothing on standard output, no run begun.
refused() {
  local code=$1 text=$2
  shift 2
  expect_exit "$code" "$@"
  err_says "expunge: "
  err_says "$text"
  out_is_empty
  [ -z "$(ls -A "$work/runs")" ] || wrong "a refused start left: $(find "$work/runs")"
  find "$work/runs" -mindepth 1 -delete
}
train() { refused "$1" "$2" "$expunge" train --run "$work/runs/a/b" "${@:3}"; }
mkdir "$work/runs"

refused 2 'unknown command tarin: did you mean train?' "$expunge" tarin --run "$work/runs/a"
train 2 '--data is missing' --model $model
train 2 '--model is missing' --data $data
train 2 'unknown option --shard: did you mean --shards?' --data $data --model $model --shard 3
train 2 '--shards must be from 1 to 1000000: 0 was given' --data $data --model $model --shards 0
train 2 '--slices must be from 1 to 1000000: -1 was given' --data $data --model $model --slices -1
train 2 '25 shards of 25 slices are 625 cells, more than the 600 samples' --data $data --model $model --shards 25 --slices 25
for epochs in 0 nan inf -1; do
  train 2 "--epochs must be" --data $data --model $model --epochs $epochs
  err_says "$epochs was given"
done
train 2 "'-1' is not a seed" --data $data --model $model --seed -1
train 2 "--stop-before takes a length (90s, 30m, 2h)" --data $data --model $model --stop-before 99999999999999h
train 2 "model 'mlp:hidden=0': hidden must be integers from 1" --data $data --model mlp:hidden=0
train 2 "unknown model 'lenett'" --data $data --model lenett
train 2 "there is no format 'png'" --data png:x --model $model
train 2 "a ',' ends a value, so no path here can hold one" --data hdf5:a,b.h5 --model $model
train 1 'cannot read gone.h5: No such file or directory' --data hdf5:gone.h5 --model $model
train 1 "cannot read $work: Is a directory" --data "hdf5:$work" --model $model
train 2 '--data needs a value (SPEC)' --data "" --model $model
refused 2 '--run needs a value (DIR)' "$expunge" train --run "" --data $data --model $model
EXPUNGE_SHARDS=abc train 2 'abc was given (from EXPUNGE_SHARDS)' --data $data --model $model
printf 'shrads = 3\n' >"$work/bad.ini"
train 2 'bad.ini: unknown option shrads: did you mean shards?' --data $data --model $model --config "$work/bad.ini"

# Labels, shapes and rows.
expect_exit 0 "$expunge" data digits --samples 100 --out "$work/d.h5"
refused 2 '--classes 3 contradicts' "$expunge" train --run "$work/runs/a" --data "hdf5:$work/d.h5" --model $model --classes 3
idx() { printf '%b' "$1" | head -c 20000 >"$2"; }
idx '\0\0\x08\x01\0\0\0\x04\x00\x01\x05\x02' "$work/labels"
idx '\0\0\x08\x03\0\0\0\x04\0\0\0\x02\0\0\0\x02abcdabcdabcdabcd' "$work/images"
idx '\0\0\x08\x02\0\0\0\x04\0\0\0\x04abcdabcdabcdabcd' "$work/vectors"
train 2 'lenet' --data "idx:$work/images,$work/labels" --model lenet
train 1 "$work/none" --data "idx:$work/images,$work/none" --model $model
idx '\0\0\x08\x01\0\0\0\x03\x00\x01\x02' "$work/short"
train 1 "$work/short" --data "idx:$work/images,$work/short" --model $model
idx '\0\0\x08\x01\0\0\0\x04\x00\x01\x0a\x02' "$work/wrong"
train 1 "$work/wrong" --data "idx:$work/images,$work/wrong" --model $model
err_says 'label 10'

# Places where no run can be.
: >"$work/file"
refused 1 "cannot make the folder $work/file: it is there and is no folder; choose another path" \
  "$expunge" train --run "$work/file/run" --data $data --model $model
refused 1 'cannot make the folder /proc/run' "$expunge" train --run /proc/run --data $data --model $model
long=$(printf 'x%.0s' $(seq 300))
refused 1 'File name too long' "$expunge" train --run "$work/runs/$long" --data $data --model $model
refused 1 'File name too long' "$expunge" inspect --run "$work/runs/$long"
refused 1 'File name too long' "$expunge" evaluate --run "$work/runs/$long" --data $data
mkdir "$work/co,mma"
(cd "$work/co,mma" && cp ../d.h5 . && refused 2 "a ',' in the path" "$expunge" train --run "$work/runs/a" --data hdf5:d.h5 \
  --model $model && [ $failures -eq 0 ]) || failures=$((failures + 1))

# A run that is not there, or not trained.
for command in "inspect" "evaluate --data $data" "predict --data $data" "halt"; do
  # shellcheck disable=SC2086
  set -- $command
  refused 1 "$work/runs/none" "$expunge" "$1" --run "$work/runs/none" "${@:2}"
done

# Under a launcher it is said once.
refused 2 'more than the 600 samples' mpirun -n 3 "$expunge" train --run "$work/runs/a" --data $data --model $model --shards 601
said_once 'more than the 600 samples'
refused 1 'gone.h5' mpirun -n 3 "$expunge" train --run "$work/runs/a" --data hdf5:gone.h5 --model $model --json
said_once 'gone.h5'
finish
