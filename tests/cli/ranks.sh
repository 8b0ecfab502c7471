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

# Answers, and what they are worth, are the same bytes too: each vote once per number of ranks, each format with one.
asked=(--run "$work/lenet" --data digits:600,seed=4)
answer() {
  local ranks=$1 vote=$2 format=$3
  shift 3
  expect_exit 0 "$@" "$expunge" evaluate "${asked[@]}" --vote "$vote" --json
  cp "$work/out" "$work/$vote.$ranks.json"
  expect_exit 0 "$@" "$expunge" predict "${asked[@]}" --vote "$vote" --out "$work/$vote.$ranks.$format"
}
for pair in majority:csv mean-probability:jsonl weighted:h5; do
  vote=${pair%:*}
  format=${pair#*:}
  answer 0 "$vote" "$format"
  out_is_empty
  cp "$work/$vote.0.json" "$work/out"
  out_is_one_document
  out_says "\"vote\": \"$vote\""
  for ranks in 2 3 5; do
    answer $ranks "$vote" "$format" mpirun -n $ranks
    cmp "$work/$vote.0.json" "$work/$vote.$ranks.json" >&2 || wrong "evaluate on $ranks ranks differs, vote $vote"
    cmp "$work/$vote.0.$format" "$work/$vote.$ranks.$format" >&2 || wrong "predict on $ranks ranks differs, to $format"
  done
done
[ "$(wc -l <"$work/majority.0.csv")" -eq 601 ] || wrong "not one line for each of 600 samples and one head"
[ "$(wc -l <"$work/mean-probability.0.jsonl")" -eq 600 ] || wrong "not one line for each of 600 samples"
! cmp -s "$work/majority.0.json" "$work/weighted.0.json" || wrong "two votes tell the same document"
finish
