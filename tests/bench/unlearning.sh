# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# Read by run.sh: unlearning against training everything from scratch, what of it is not training, and forgetting at once.

# shellcheck shell=bash disable=SC2154 # what run.sh sets

# draw_requests COUNT SAMPLES SEED: as many requests for one sample each, drawn uniformly, as JSON lines.
draw_requests() {
  awk -v count="$1" -v samples="$2" -v seed="$3" 'BEGIN {
    srand(seed)
    for (n = 0; n < count;) {
      id = int(rand() * samples)
      if (id in drawn) continue
      drawn[id] = 1
      printf "{\"request_id\":\"r%d\",\"sample_ids\":[%d]}\n", ++n, id
    }
  }'
}
# A sample of the last slice of a shard, from one on.
sample_of_last_slice() {
  local id=$2
  while "$expunge" inspect --run "$1" --sample "$id" --json >"$work/sample.json"; [[ $(field slice "$work/sample.json") -ne 4 ]]; do
    id=$((id + 1))
  done
  echo "$id"
}

# unlearn NAME REQUESTS RUN COMMAND...: on a copy of a trained run; leaves its JSON in $work/NAME.json.
unlearn() {
  local name=$1 requests=$2 run=$3
  shift 3
  rm -rf -- "$work/copy"
  cp -r -- "$run" "$work/copy"
  if ! "$@" --run "$work/copy" --requests "$requests" --json >"$work/$name.json" 2>"$work/$name.log"; then
    cat "$work/$name.log" >&2
    exit 1
  fi
}
# The last number under a name: of an outcome file, the one of all batches.
last_field() { sed -n "s/^ *\"$1\": \"\?\([^\",]*\)\"\?,\?$/\1/p" "$2" | tail -n 1; }
note() { calculate "$2" >>"$work/$1"; echo >>"$work/$1"; }
phases=(validate accept reload plan checkpoint publish erase)
# note_overhead KEY JSON: in per cent of training, in all and by phase.
note_overhead() {
  note "$1.overhead" "100 * $(field overhead "$2")"
  local phase train
  train=$(field train "$2")
  for phase in "${phases[@]}"; do note "$1.$phase" "100 * $(field "$phase" "$2") / $train"; done
}

# compare_unlearning KEY SAMPLES RANKS ROUND TRAIN...: one round of one workload.
compare_unlearning() {
  local key=$1-$3 samples=$2 ranks=$3 round=$4 count full launch
  shift 4
  launch=(on_core "${cores[0]}")
  [[ $ranks -eq 1 ]] || launch=(mpirun -n 2 --cpu-set "${cores[0]},${cores[1]}" --bind-to core)
  say "    $key, round $round"
  train "$key" "${launch[@]}" "$expunge" "$@"
  full=$(field wall_seconds "$work/$key.json")
  note "$key.share" "100 * $(field checkpoint "$work/$key.json") / $(field train "$work/$key.json")"
  for count in 1 16 256; do
    draw_requests $count "$samples" $((100 * round + count)) >"$work/requests.jsonl"
    unlearn "$key-$count" "$work/requests.jsonl" "$work/run-$key" "${launch[@]}" "$expunge" unlearn
    note "$key-$count.gradients" "$(field speedup "$work/$key-$count.json")"
    note "$key-$count.seconds" "$full / $(field seconds "$work/$key-$count.json")"
    note_overhead "$key-$count" "$work/$key-$count.json"
  done
  draw_requests 16 "$samples" $((100 * round + 16)) >"$work/requests.jsonl"
  unlearn "$key-immediate" "$work/requests.jsonl" "$work/run-$key" "${launch[@]}" "$expunge" unlearn --policy immediate
  note "$key-immediate.gradients" "$(last_field speedup_sample_gradients "$work/$key-immediate.json")"
  note "$key-immediate.seconds" "16 * $full / $(last_field wall_seconds "$work/$key-immediate.json")"
  for _ in 1 2 3; do
    unlearn "$key-forget" "$work/requests.jsonl" "$work/run-$key" "${launch[@]}" "$expunge" unlearn --forget-now
    note "$key.forget" "$(field seconds_to_forget "$work/$key-forget.json")"
  done
  compare_last_stage "$key" "$round"
}
# A request that touches the last slice of one shard alone.
compare_last_stage() {
  local key=$1 id shard record
  id=$(sample_of_last_slice "$work/run-$key" $((1000 * $2)))
  shard=$(field shard "$work/sample.json")
  record=$work/run-$key/shards/$(printf %04d "$shard")/shard.json
  printf '{"request_id":"last","sample_ids":[%d]}\n' "$id" >"$work/requests.jsonl"
  unlearn "$key-last" "$work/requests.jsonl" "$work/run-$key" "${launch[@]}" "$expunge" unlearn
  note "$key-last.gradients" "$(field sample_gradients "$work/$key-last.json") / $(last_field sample_gradients "$record")"
  note_overhead "$key-last" "$work/$key-last.json"
}

# spread FORMAT FILE: the median, with the smallest and the largest.
spread() { sort -g "$2" | awk -v f="$1" '{ v[NR] = $1 } END {
  printf f " (" f " to " f ")", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2, v[1], v[NR] }'; }
both_ranks() { echo "$(spread "$1" "$work/$2-1$3"); on 2 ranks $(spread "$1" "$work/$2-2$3")"; }
# speedup_rows KEY TITLE
speedup_rows() {
  local count what
  for count in 1 16 256 immediate; do
    what="$count requests as one batch, over training everything"
    [[ $count != 1 ]] || what="1 request, over training everything"
    [[ $count != immediate ]] || what="16 requests one by one, over training everything 16 times"
    row "$2: $what: times fewer sample-gradients" "$(spread %.2f "$work/$1-1-$count.gradients")"
    row "the same: times faster, whole jobs" "$(both_ranks %.2f "$1" "-$count.seconds")"
  done
}
by_phase() {
  local phase text=""
  for phase in "${phases[@]}"; do text+="${text:+, }$phase $(median <"$work/$1.$phase" | awk '{ printf "%.2f", $1 }')"; done
  echo "$text"
}
# overhead_row KEY TITLE [LIMIT]
overhead_row() {
  local ranks met=""
  if [[ $# -gt 2 ]]; then
    met=yes
    for ranks in 1 2; do
      [[ $(judge "$(median <"$work/${1/RANKS/$ranks}.overhead")" "<=" "$3") == yes ]] || met=$(judge 1 "<=" 0)
    done
  fi
  row "$2" "$(spread %.2f "$work/${1/RANKS/1}.overhead"); on 2 ranks $(spread %.2f "$work/${1/RANKS/2}.overhead")" \
    "${3:+≤ $3}" "$met"
  row "by phase, on 1 rank" "$(by_phase "${1/RANKS/1}")"
}
unlearning_rows() {
  local title=$1
  speedup_rows lenet "LeNet on $title"
  overhead_row lenet-RANKS-1 "LeNet, 1 request: all but training, in per cent of training" 5
  overhead_row lenet-RANKS-16 "the same, 16 requests" 5
  overhead_row lenet-RANKS-256 "the same, 256 requests" 5
  overhead_row lenet-RANKS-last "the same, one request in the last slice of a shard" 5
  row "its sample-gradients, over those of that stage when it was trained first" "$(spread %.5f "$work/lenet-1-last.gradients")"
  local slowest
  slowest=$(sort -g "$work/lenet-1.forget" "$work/lenet-2.forget" | tail -n 1)
  row "--forget-now, 16 requests: seconds from accepted to forgotten" "$(both_ranks %.3f lenet .forget)" "≤ 1" \
    "$(judge "$slowest" "<=" 1)"
  speedup_rows w1 "W1"
  overhead_row w1-RANKS-16 "W1, 16 requests: all but training, in per cent of training"
}
