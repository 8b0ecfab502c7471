#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# tests/bench/run.sh [--quick]
#
# Installs what is missing, builds the bench preset, measures, and prints one table (Markdown) on standard output; its
# progress goes to standard error. Takes some minutes; --quick takes one and shows that everything runs, its numbers
# mean little. README.md says what the rows mean.
#
#   EXPUNGE_BENCH_PYTHON   pythons that can import torch, separated by colons (default: python3, if it can)
#   EXPUNGE_BENCH_CORES    the two cores to pin to (default: "0 1")
#   EXPUNGE_BENCH_FOLDER   where runs and checkpoints are written (default: a new folder under the system's temporary one)
#   EXPUNGE_BENCH_ROUNDS   rounds of every comparison of whole runs (default: 5)
#   EXPUNGE_BENCH_UNLEARNING_ROUNDS  of every comparison of unlearning with training everything (default: 3)
#   EXPUNGE_BENCH_EPOCHS   epochs of W1 (default: 2 of its 20; the rate does not depend on it)
set -euo pipefail
export LC_ALL=C # numbers with points

quick=false
case "$#:${1:-}" in
  0:) ;;
  1:--quick) quick=true ;;
  1:--help)
    sed -n '5,16s/^# \?//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
  *)
    echo "usage: tests/bench/run.sh [--quick]" >&2
    exit 2
    ;;
esac
started_in=$PWD
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."

bash cmake/install_packages.sh build bench
bash cmake/build_preset.sh bench all
bin=build/bench
expunge=$bin/expunge

read -r -a cores <<<"${EXPUNGE_BENCH_CORES:-0 1}"
rounds=${EXPUNGE_BENCH_ROUNDS:-5}
unlearning_rounds=${EXPUNGE_BENCH_UNLEARNING_ROUNDS:-3}
epochs=${EXPUNGE_BENCH_EPOCHS:-2}
lenet_epochs=3
micro_seconds=4
w1_rows=249200
if $quick; then rounds=1 unlearning_rounds=1 epochs=4 lenet_epochs=2 micro_seconds=0.2 w1_rows=24920; fi

parent=${EXPUNGE_BENCH_FOLDER:-${TMPDIR:-/tmp}}
[[ "$parent" == /* ]] || parent=$started_in/$parent
work=$(mktemp -d -- "$parent/expunge-bench-XXXXXX")
trap 'rm -rf -- "$work"' EXIT
export EXPUNGE_BENCH_FOLDER=$work
# Open MPI wants to be told that root is meant.
if [[ $(id -u) -eq 0 ]]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi

load_before=$(cut -d " " -f 1 /proc/loadavg)
say() { echo "$*" >&2; }
calculate() { awk "BEGIN { printf \"%s\", $1 }"; }
whole() { awk "BEGIN { printf \"%.0f\", $1 }"; }
median() { sort -g | awk '{ v[NR] = $1 } END { if (NR) print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
range() { sort -g | awk '{ v[NR] = $1 } END { printf "%.2f to %.2f", v[1], v[NR] }'; }
# The first number that a JSON document, one field a line, has under a name.
field() { sed -n "s/^ *\"$1\": \"\?\([^\",]*\)\"\?,\?$/\1/p" "$2" | head -n 1; }
on_core() { taskset -c "$1" "${@:2}"; }

rows=()
row() { rows+=("| $1 | $2 | ${3:-} | ${4:-} |"); }
# judge VALUE OPERATOR LIMIT: what the last column says. Runs of a second are mostly their beginnings and ends.
judge() { if $quick; then echo "too short to say"; else awk "BEGIN { print ($1 $2 $3) ? \"yes\" : \"**no**\" }"; fi; }

# ---- parts, by google-benchmark

# run_benchmark PROGRAM [ARGUMENTS]: its rows as "name us floor_us ratio", one a line.
run_benchmark() {
  say "  $1"
  on_core "${cores[0]}" "$bin/tests/bench/$1" "${@:2}" --benchmark_min_time=$micro_seconds --benchmark_format=csv \
    2>"$work/$1.log" >"$work/$1.csv" || { cat "$work/$1.log" >&2; exit 1; }
  awk -F, '/^name,/ { for (i = 1; i <= NF; ++i) { gsub(/"/, "", $i); column[$i] = i } }
    /^"/ { gsub(/"/, "", $1); sub(/(\/iterations:[0-9]+)?\/manual_time$/, "", $1)
           print $1, $column["us"], $column["floor_us"], $column["ratio"] }' "$work/$1.csv"
}

# micro NAME TITLE FLOOR [OPERATOR LIMIT SIGN]: a row from the results so far.
micro() {
  local us floor ratio
  read -r us floor ratio < <(awk -v name="$1" '$1 == name { print $2, $3, $4 }' "$work/micro")
  local value
  value=$(awk "BEGIN { printf \"%.2f (%s over %s µs)\", $ratio, $us < 10 ? sprintf(\"%.1f\", $us) : sprintf(\"%.0f\", $us),
    $floor < 10 ? sprintf(\"%.1f\", $floor) : sprintf(\"%.0f\", $floor) }")
  if [[ $# -gt 3 ]]; then
    row "$2, over $3" "$value" "$6 $5" "$(judge "$ratio" "$4" "$5")"
  else
    row "$2, over $3" "$value"
  fi
}

# requests NAME TITLE [LIMIT]: a million sample ids validated, in seconds of one core, and ids a second.
requests() {
  local seconds
  seconds=$(awk -v name="$1" '$1 == name { print $2 / 1e6 }' "$work/micro")
  row "$2" "$(awk "BEGIN { printf \"%.2f s (%.0f ids a second)\", $seconds, 1e6 / $seconds }")" \
    "${3:+≤ $3 s}" "${3:+$(awk "BEGIN { print ($seconds <= $3) ? \"yes\" : \"**no**\" }")}"
}

say "Parts"
{
  for name in bench_step bench_checkpoint bench_live_tree bench_order; do run_benchmark $name; done
  run_benchmark bench_requests --benchmark_filter='^requests/[a-z-]+/iterations'
} >"$work/micro"
micro step/mlp-600-128-100/batch-32/static "MLP 600-128-100 step, batch 32, plain SGD" "its products" "<=" 1.6 "≤"
micro step/mlp-600-128-100/batch-32/static-momentum "the same with momentum" "its products" "<=" 1.6 "≤"
micro step/mlp-600-128-100/batch-32/autograd "the same, plain SGD, by autograd" "its products"
micro step/w1-600-128-2/batch-16/static "W1 600-128-2 step, batch 16" "its products"
micro step/w1-600-128-2/batch-16/autograd "the same by autograd" "its products"
micro step/lenet/batch-32/autograd-momentum "LeNet step, batch 32, momentum" "its products (convolutions unrolled)"
micro checkpoint/lenet/write "checkpoint of LeNet, 0.5 MB: write" "write, fsync, rename of as many bytes"
micro checkpoint/lenet/read "the same: read and check" "reading the file"
micro checkpoint/lenet/hash "the same: hash once" "a copy in memory"
micro checkpoint/mlp-2048x2048/write "checkpoint of an MLP, 47 MB: write" "write, fsync, rename of as many bytes"
micro checkpoint/mlp-2048x2048/read "the same: read and check" "reading the file"
micro checkpoint/mlp-2048x2048/hash "the same: hash once" "a copy in memory"
micro live-tree/15000-references "live root of 15 000 references" "hashing each of them once"
micro live-tree/in-4-parts "the same, grown in 4 parts with a root after each" "made at once"
micro live-tree/proof "a proof about one of them, and its check" "one hash"
micro live-tree/provenance-of-4-stages "set digests, references and live roots of 15 000 samples in 4 stages" "the tree alone"
micro order/50000-ids "an epoch's order of 50 000 ids" "sorting 50 000 drawn values"
requests requests/json-one "validating a request of 1 000 000 sample ids, of 1.2 million rows" 2
requests requests/csv-million-rows-one-request "the same as CSV" 2
requests requests/json-million "validating 1 000 000 requests of one sample id each"
requests requests/csv-million-rows-million-requests "the same as CSV"
micro input/32-rows-of-784-bytes "32 rows of 784 bytes into floats" "copying the floats"

# ---- whole runs

# train NAME COMMAND...: runs it, and leaves its JSON in $work/NAME.json. The run directory $work/run-NAME is new.
train() {
  local name=$1
  shift
  rm -rf -- "$work/run-$name"
  if ! "$@" --run "$work/run-$name" --seed 7 --json >"$work/$name.json" 2>"$work/$name.log"; then
    cat "$work/$name.log" >&2
    exit 1
  fi
}
rate_of_training() { calculate "$(field sample_gradients "$1") / $(field train "$1")"; }
rate_of_run() { calculate "$(field sample_gradients "$1") / $(field wall_seconds "$1")"; }
largest_shard() { sed -n 's/^      "samples": \([0-9]*\),\?$/\1/p' "$1" | sort -n | tail -n 1; }

# memory TITLE ROW_BYTES JSON...
memory() {
  local title=$1 row_bytes=$2 peak=0 shard=0 limit
  shift 2
  for json in "$@"; do
    [[ $(field peak_resident_bytes "$json") -le $peak ]] || peak=$(field peak_resident_bytes "$json")
    [[ $(largest_shard "$json") -le $shard ]] || shard=$(largest_shard "$json")
  done
  limit=$(calculate "350e6 + 1.2 * $shard * $row_bytes")
  row "$title" "$(calculate "sprintf(\"%.0f MB\", $peak / 1e6)")" \
    "≤ $(calculate "sprintf(\"%.0f MB\", $limit / 1e6)") (350 MB + 1.2 × $(calculate "sprintf(\"%.1f MB\", $shard * $row_bytes / 1e6)"))" \
    "$(judge "$peak" "<=" "$limit")"
}

say "W1"
"$bin/tests/bench/make_w1" "$work/w1.h5" "$w1_rows" 7
w1=(train --data "hdf5:$work/w1.h5" --model mlp:hidden=128,activation=tanh --shards 4 --slices 4 --epochs "$epochs"
  --lr 1e-3 --batch-size 16 --momentum 0 --input-std 0.00392156862745098)

IFS=: read -r -a asked <<<"${EXPUNGE_BENCH_PYTHON:-python3}"
pythons=()
for python in "${asked[@]}"; do
  [[ "$python" != */* || "$python" == /* ]] || python=$started_in/$python
  if "$python" -c 'import torch' >"$work/import.log" 2>&1; then
    pythons+=("$python")
  else
    say "  $python can't import torch: that peer is skipped"
  fi
done
# As many sample-gradients as expunge makes: a quarter of the rows, since the peer has one shard.
peer_epochs=$(calculate "int(4 * $epochs + 0.5)")
for ((round = 1; round <= rounds; ++round)); do
  say "  round $round of $rounds"
  train "w1-$round" on_core "${cores[0]}" "$expunge" "${w1[@]}"
  rate_of_training "$work/w1-$round.json" >>"$work/w1.rates"
  echo >>"$work/w1.rates"
  for i in "${!pythons[@]}"; do
    on_core "${cores[0]}" "${pythons[$i]}" tests/bench/pytorch_loop.py --samples $((w1_rows / 4)) --epochs "$peer_epochs" |
      tr ',{}' '\n' >"$work/peer-$i.json"
    peer=$(field sample_gradients_per_second "$work/peer-$i.json")
    field torch "$work/peer-$i.json" >"$work/peer-$i.version"
    echo "$peer" >>"$work/peer-$i.rates"
    echo "$(calculate "$(tail -n 1 "$work/w1.rates") / $peer")" >>"$work/peer-$i.ratios"
  done
done
row "W1 on one process: sample-gradients a second of training" "$(whole "$(median <"$work/w1.rates")")"
row "the same over the whole run, reading and checking the data included" "$(whole "$(
  for ((round = 1; round <= rounds; ++round)); do rate_of_run "$work/w1-$round.json"; echo; done | median)")"
for i in "${!pythons[@]}"; do
  ratio=$(median <"$work/peer-$i.ratios")
  row "W1, over a plain loop in PyTorch $(cat "$work/peer-$i.version")" \
    "$(calculate "sprintf(\"%.2f\", $ratio)") ($(range <"$work/peer-$i.ratios"); the loop makes $(whole "$(median <"$work/peer-$i.rates")") a second)" \
    "≥ 1.8" "$(judge "$ratio" ">=" 1.8)"
done
[[ ${#pythons[@]} -gt 0 ]] || row "W1, over a plain loop in PyTorch" "skipped: no python with torch (EXPUNGE_BENCH_PYTHON)"
"$expunge" evaluate --run "$work/run-w1-1" --data "hdf5:$work/w1.h5,limit=20000" --json >"$work/evaluation.json" 2>/dev/null
row "W1, accuracy on its training data after $epochs epochs" "$(field accuracy "$work/evaluation.json")"

say "LeNet on one rank and on two"
mnist=../shared/data/mnist
data=$work/images.h5 # where reading a part costs a part
if $quick || [[ ! -e $mnist/train-images-idx3-ubyte.gz ]]; then
  images=60000
  if $quick; then images=12000; fi
  "$expunge" data digits --out "$data" --samples $images >/dev/null
  data_name="$images embedded digits"
else
  images=60000
  "$expunge" data convert "idx:$mnist/train-images-idx3-ubyte.gz,$mnist/train-labels-idx1-ubyte.gz" --out "$data" >/dev/null
  data_name=MNIST
fi
data=hdf5:$data
lenet=(train --model lenet --slices 4 --epochs "$lenet_epochs")
one_by_one() {
  train alone-0 on_core "${cores[0]}" "$expunge" "${lenet[@]}" --shards 2 --data "$data,limit=$((images / 2))" &
  local first=$!
  train alone-1 on_core "${cores[1]}" "$expunge" "${lenet[@]}" --shards 2 --data "$data,limit=$((images / 2))"
  wait $first
  alone=$(calculate "$(rate_of_run "$work/alone-0.json") + $(rate_of_run "$work/alone-1.json")")
  for json in "$work"/alone-[01].json; do
    calculate "100 * $(field checkpoint "$json") / $(field train "$json")" >>"$work/shares"
    echo >>"$work/shares"
  done
}
together() {
  train both mpirun -n 2 --cpu-set "${cores[0]},${cores[1]}" --bind-to core "$expunge" "${lenet[@]}" --shards 4 --data "$data"
  both=$(rate_of_run "$work/both.json")
}
for ((round = 1; round <= rounds; ++round)); do
  say "  round $round of $rounds"
  if ((round % 2)); then
    one_by_one
    together
  else
    together
    one_by_one
  fi
  calculate "$both / $alone" >>"$work/rank-ratios"
  echo >>"$work/rank-ratios"
  calculate "$both" >>"$work/both.rates"
  echo >>"$work/both.rates"
done
share=$(median <"$work/shares")
row "LeNet on $data_name: checkpoints, hashing, fsync, in per cent of training" \
  "$(calculate "sprintf(\"%.2f\", $share)") ($(range <"$work/shares"))" "≤ 3" "$(judge "$share" "<=" 3)"
ratio=$(median <"$work/rank-ratios")
row "the same, 2 ranks over two independent trainings at once" \
  "$(calculate "sprintf(\"%.3f\", $ratio)") ($(range <"$work/rank-ratios"); $(whole "$(median <"$work/both.rates")") sample-gradients a second)" \
  "≥ 0.95" "$(judge "$ratio" ">=" 0.95)"
memory "peak memory of a rank, LeNet on $data_name" 784 "$work/both.json"
memory "peak memory of a process, W1" 600 "$work"/w1-[0-9]*.json

say "Unlearning"
# shellcheck source=tests/bench/unlearning.sh
. tests/bench/unlearning.sh
for ((round = 1; round <= unlearning_rounds; ++round)); do
  for ranks in 1 2; do
    compare_unlearning lenet "$images" $ranks $round "${lenet[@]}" --shards 4 --data "$data"
    compare_unlearning w1 "$w1_rows" $ranks $round "${w1[@]}"
  done
done
unlearning_rows "$data_name"

say "Bookkeeping of approximate forgetting"
# shellcheck source=tests/bench/bookkeeping.sh
. tests/bench/bookkeeping.sh
for block_epochs in 1 3; do
  bookkeeping $block_epochs "$rounds"
  bookkeeping_rows $block_epochs
done

# ---- the table

manifest=$work/run-both/manifest.json
model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
echo
echo "Measured on $(date -u +%Y-%m-%d) on $(nproc) cores of ${model:-$(uname -m)}; load $load_before before, $(cut -d ' ' -f 1 /proc/loadavg) after; niceness $(nice); rounds of whole runs: $rounds."
echo "LibTorch $(field libtorch "$manifest"), $(field blas "$manifest") with kernel $(field blas_kernel "$manifest"), oneDNN $(field onednn "$manifest") ($(field onednn_isa "$manifest")), one thread a process."
echo
echo "| what | measured | target | met |"
echo "|---|---|---|---|"
printf '%s\n' "${rows[@]}"
