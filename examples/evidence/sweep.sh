#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# examples/evidence/sweep.sh --data FOLDER [--out FOLDER] [--only NAME]
#
# What DeepObliviate saves and what it leaves behind on MNIST: a sweep over epsilon and over the number of blocks, where
# single samples are forgotten and where a poisoned part of a block near the middle is. FOLDER holds MNIST's four files
# as they are published. Every comparison's report.json, report.html and table lie in --out afterwards (a new folder
# under the system's temporary folder otherwise). An hour or so on two cores.
set -euo pipefail

data="" out="" only=""
while [[ $# -gt 0 ]]; do
  case "$1" in
    --data | --out | --only)
      [[ $# -ge 2 ]] || { echo "sweep.sh: $1 needs a value" >&2; exit 2; }
      declare "${1#--}=$2"
      shift 2
      ;;
    *)
      echo "usage: examples/evidence/sweep.sh --data FOLDER [--out FOLDER] [--only NAME]" >&2
      exit 2
      ;;
  esac
done
[[ -n "$data" ]] || { echo "sweep.sh: --data FOLDER is missing: where MNIST's files are" >&2; exit 2; }
data=$(realpath -- "$data")
examples=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
EXPUNGE=$(realpath -m -- "${EXPUNGE:-$examples/../build/release/expunge}")
[[ -x "$EXPUNGE" ]] || { echo "There is no program at $EXPUNGE: bash examples/quickstart.sh --build-only" >&2; exit 1; }
mpirun_ranks=2
# shellcheck source=examples/mpirun_environment.sh
. "$examples/mpirun_environment.sh"
[[ -n "$out" ]] || out=$(mktemp -d -t expunge-evidence-XXXXXX)
mkdir -p -- "$out"
out=$(realpath -- "$out")
train=idx:$data/train-images-idx3-ubyte.gz,$data/train-labels-idx1-ubyte.gz
test=idx:$data/t10k-images-idx3-ubyte.gz,$data/t10k-labels-idx1-ubyte.gz

sweep=()
for epsilon in 0.2 0.1 0.05 0.02 0.01 0.005 0; do sweep+=("deepobliviate:epsilon=$epsilon"); done
for points in 6 8 12; do sweep+=("deepobliviate:epsilon=0.2,least-points=$points"); done

# compare NAME BLOCKS SCHEDULE ARGUMENT...: trains a run of BLOCKS blocks, and compares on it.
compare() {
  local name=$1 blocks=$2 schedule=$3
  shift 3
  [[ -z "$only" || "$name" == *"$only"* ]] || return 0
  [[ -e "$out/$name.txt" ]] && return 0
  local run="$out/run-$blocks-${schedule%%:*}"
  mpirun -n 2 "$EXPUNGE" train --run "$run" --data "$train" --model lenet --slicing sequential --shards 1 \
    --slices "$blocks" --epochs 5 --momentum 0 --lr 0.05 --lr-schedule "$schedule" --seed 7
  rm -rf -- "${out:?}/$name"
  mpirun -n 2 "$EXPUNGE" compare --run "$run" --test "$test" --out "$out/$name" \
    --methods identity retrain exact "${sweep[@]}" finetune neggrad+ "$@" >"$out/$name.part"
  mv -- "$out/$name.part" "$out/$name.txt"
  printf '\n== %s\n' "$name"
  cat -- "$out/$name.txt"
}

# Under a constant rate the later blocks wash a backdoor out by themselves; under one that falls it stays.
printf '%s\n' '{"request_id":"one","sample_ids":[11]}' >"$out/one.jsonl"
compare backdoor-300-cosine 300 cosine:floor=0.01 --canary backdoor:size=1000,patch=4,slice=165
compare single-300-constant 300 constant --requests "$out/one.jsonl"
compare single-300-cosine 300 cosine:floor=0.01 --requests "$out/one.jsonl"
compare backdoor-150-cosine 150 cosine:floor=0.01 --canary backdoor:size=1000,patch=4,slice=83
compare backdoor-600-cosine 600 cosine:floor=0.01 --canary backdoor:size=1000,patch=4,slice=330
compare backdoor-300-constant 300 constant --canary backdoor:size=1000,patch=4,slice=165
compare label-flip-300-cosine 300 cosine:floor=0.01 --canary label-flip:size=1000,slice=165
echo "the reports lie in $out"
