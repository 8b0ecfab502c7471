# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# Read by run.sh after unlearning.sh: what DeepObliviate's residual memory adds to the blocks it retrains, blocks of 200
# samples in one shard, and what forgetting that retrains five of them takes besides training them.

# shellcheck shell=bash disable=SC2154 # what run.sh sets

# sample_between RUN FIRST LAST [ID]: a sample of one of these slices, the first from ID on.
sample_between() {
  local id=${4:-0} slice
  while
    "$expunge" inspect --run "$1" --sample "$id" --json >"$work/sample.json"
    slice=$(field slice "$work/sample.json")
    [[ $slice -lt $2 || $slice -gt $3 ]]
  do id=$((id + 1)); done
  printf '{"request_id":"one","sample_ids":[%d]}\n' "$id"
}

# request_of_few RUN KEY: a request in the run's second half that few blocks are retrained for. With a threshold that
# every slope meets retraining stops once it may, but never while the residual memory does not decay.
request_of_few() {
  local id=-1 blocks=$((images / 200))
  while
    sample_between "$1" $((blocks / 2)) $((blocks - 20)) $((id + 1)) >"$work/few.jsonl"
    id=$(sed 's/.*\[\(.*\)\].*/\1/' "$work/few.jsonl")
    unlearn "$2-few" "$work/few.jsonl" "$1" "${few[@]}"
    [[ $(field stages_retrained "$work/$2-few.json") -gt 8 ]]
  do :; done
}

# bookkeeping EPOCHS ROUNDS: each round on a copy of one trained run.
bookkeeping() {
  local epochs=$1 blocks=$((images / 200)) key=blocks-$1 json round what
  local few=(on_core "${cores[0]}" "$expunge" unlearn --method deepobliviate:epsilon=1e6)
  say "  blocks of 200 samples, $epochs epochs"
  train "$key" on_core "${cores[0]}" "$expunge" train --model lenet --shards 1 --slices "$blocks" --slicing sequential \
    --momentum 0 --epochs "$epochs" --data "$data"
  sample_between "$work/run-$key" $((blocks - 50)) $((blocks - 30)) >"$work/many.jsonl"
  request_of_few "$work/run-$key" "$key"
  for ((round = 1; round <= $2; ++round)); do
    # A threshold that no slope meets: every block is tested, up to the last.
    unlearn "$key-many" "$work/many.jsonl" "$work/run-$key" on_core "${cores[0]}" "$expunge" unlearn \
      --method deepobliviate:epsilon=1e-9
    json=$work/$key-many.json
    note "$key.training" "100 * $(field bookkeeping "$json") / $(field train "$json")"
    note "$key.both" "100 * $(field bookkeeping "$json") / ($(field train "$json") + $(field checkpoint "$json"))"
    note "$key.each" "1000 * $(field bookkeeping "$json") / $(field stages_retrained "$json")"
    unlearn "$key-few" "$work/few.jsonl" "$work/run-$key" "${few[@]}"
    json=$work/$key-few.json
    for what in data_check retrain publish erase train checkpoint load bookkeeping; do
      note "$key.few-$what" "$(field $what "$json")"
    done
    note "$key.few-seconds" "$(field seconds "$json")"
    note "$key.few-stages" "$(field stages_retrained "$json")"
  done
}

bookkeeping_rows() {
  local key=blocks-$1 what text=""
  row "LeNet on $data_name in blocks of 200, E=$1: bookkeeping in per cent of training" \
    "$(spread %.2f "$work/$key.training")" "≤ 5" "$(judge "$(median <"$work/$key.training")" "<=" 5)"
  row "the same, of training and checkpoint; in ms a block" \
    "$(spread %.2f "$work/$key.both"); $(spread %.2f "$work/$key.each")"
  for what in data_check retrain publish erase train checkpoint load bookkeeping; do
    text+="${text:+, }$what $(median <"$work/$key.few-$what" | awk '{ printf "%.3f", $1 }')"
  done
  row "retraining $(median <"$work/$key.few-stages") blocks of $((images / 200)) and stitching: seconds, of which training" \
    "$(spread %.3f "$work/$key.few-seconds"); $(spread %.3f "$work/$key.few-train")"
  row "where they go" "$text"
}
