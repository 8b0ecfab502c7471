#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# The same bits on any number of ranks, wherever they are bound and whatever the environment says of threads.
expunge=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"
# shellcheck source=tests/cli/runs.sh
. "$here/runs.sh"
unset OMP_NUM_THREADS OPENBLAS_NUM_THREADS
data=digits:600,seed=3
core=(--bind-to core:overload-allowed)
free=(--bind-to none)

# train NAME MODEL WORDS...: with WORDS in front of the program.
train() {
  local name=$1 model=$2
  shift 2
  expect_exit 0 "$@" "$expunge" train --run "$work/$name" --data $data --model "$model" --shards 3 --slices 2 \
    --epochs 1 --seed 7
}

train lenet lenet
for variant in "lenet-1 mpirun -n 1 ${core[*]}" "lenet-2 env OMP_NUM_THREADS=4 mpirun -n 2 ${core[*]}" \
  "lenet-3 env OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=3 mpirun -n 3 ${free[*]}" "lenet-5 mpirun -n 5 ${core[*]}"; do
  # shellcheck disable=SC2086
  set -- $variant
  train "$1" lenet "${@:2}"
  same_training "$work/$1" "$work/lenet" "$variant"
  rm -r "${work:?}/$1"
done
err_says '5 ranks for 3 shards: 2 have nothing to train'

mlp=mlp:hidden=24x16,dropout=0.1
train mlp $mlp
for variant in "mlp-0 env OMP_NUM_THREADS=4 OPENBLAS_NUM_THREADS=3" "mlp-1 mpirun -n 1 ${free[*]}" \
  "mlp-2 env OMP_NUM_THREADS=1 mpirun -n 2 ${free[*]}" "mlp-3 env OMP_NUM_THREADS=4 mpirun -n 3 ${core[*]}" \
  "mlp-5 env OPENBLAS_NUM_THREADS=3 mpirun -n 5 ${free[*]}"; do
  # shellcheck disable=SC2086
  set -- $variant
  train "$1" $mlp "${@:2}"
  same_training "$work/$1" "$work/mlp" "$variant"
  rm -r "${work:?}/$1"
done

# What is answered, and what that is worth, are the same bytes too.
asked=(--run "$work/lenet" --data digits:600,seed=4)
for triple in majority:csv:3,5 mean-probability:jsonl:2 weighted:h5:3; do
  IFS=: read -r vote format others <<<"$triple"
  expect_exit 0 "$expunge" predict "${asked[@]}" --vote "$vote" --out "$work/answers.$format"
  out_is_empty
  expect_exit 0 "$expunge" evaluate "${asked[@]}" --vote "$vote" --json
  out_is_one_document
  out_says "\"vote\": \"$vote\""
  cp "$work/out" "$work/$vote.json"
  for ranks in 2 3 5; do
    expect_exit 0 mpirun -n $ranks "$expunge" evaluate "${asked[@]}" --vote "$vote" --json
    tr -d '\r' <"$work/out" | cmp - "$work/$vote.json" >&2 || wrong "evaluate on $ranks ranks differs, vote $vote"
  done
  for ranks in ${others/,/ }; do
    expect_exit 0 mpirun -n $ranks "$expunge" predict "${asked[@]}" --vote "$vote" --out "$work/$ranks.$format"
    cmp "$work/answers.$format" "$work/$ranks.$format" >&2 || wrong "predict on $ranks ranks differs, to $format"
  done
done
[ "$(wc -l <"$work/answers.csv")" -eq 601 ] || wrong "not one line for each of 600 samples and one head"
[ "$(wc -l <"$work/answers.jsonl")" -eq 600 ] || wrong "not one line for each of 600 samples"
! cmp -s "$work/majority.json" "$work/weighted.json" || wrong "two votes tell the same document"
finish
