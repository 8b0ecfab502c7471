#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Unlearning approximately, and comparing methods, killed again and again at random moments: the next start ends in the
# models, or the report, of a job that nothing disturbed, and nothing is left astray. $EXPUNGE_KILLS: how many jobs of
# each kind are to be killed at work.
expunge=$1
kills=${EXPUNGE_KILLS:-3}
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/../cli/expect.sh"
# shellcheck source=tests/cli/runs.sh
. "$here/../cli/runs.sh"
# shellcheck source=tests/cli/deletions.sh
. "$here/../cli/deletions.sh"
# shellcheck source=tests/cli/reports.sh
. "$here/../cli/reports.sh"
# shellcheck source=tests/faults/struck_jobs.sh
. "$here/struck_jobs.sh"
cd "$work" || exit 1
# shellcheck source=tests/cli/subjects.sh
. "$here/../cli/subjects.sh"
training=("${training[@]:0:2}" --model lenet --shards 2 --slices 8 --epochs 20 --weight-decay 0.2 --seed 7)
RANDOM=$$
echo "random numbers from $$"
# One in each shard.
request r1 s4
request r2 s9
cat r1.jsonl r2.jsonl >requests
expect_exit 0 mpirun -n 2 "$expunge" train --run "$work/trained" "${training[@]}" --slicing sequential
cp -r trained exact
expect_exit 0 "$expunge" unlearn --run exact --requests requests
methods=("$cut_short" finetune:epochs=10)
spans=()
for m in 0 1; do
  cp -r trained "whole.$m"
  expect_exit 0 mpirun -n 2 "$expunge" unlearn --run "whole.$m" --requests requests --method "${methods[m]}" --json
  spans[m]=$(span_of out)
  cp out "unlearned.$m"
done
[ "$(value_of files_kept unlearned.0)" -gt 0 ] || wrong 'it was not cut short'

# Killed while it forgets approximately.
hits=0
rounds=0
run=
for try in $(seq $((kills * 6))); do
  [ $hits -lt "$kills" ] || break
  if [ -z "$run" ]; then
    m=$((RANDOM % 2))
    run=$work/run.$rounds
    cp -r trained "$run"
    : >out
  fi
  arguments=(--requests requests --method "${methods[m]}")
  # What was accepted is gone on with by its own method, whether or not that is said again.
  if grep -q '"batches_pending": 1' out && [ $((RANDOM % 2)) -eq 0 ]; then arguments=(--recover); fi
  draw_victim
  struck $((RANDOM % (spans[m] * 3 / 4))) unlearn "${arguments[@]}"
  [ $code -eq 0 ] || hits=$((hits + 1))
  still_serves
  if [ $code -eq 0 ]; then
    finished "$work/whole.$m" "try $try, ${methods[m]}, $victim"
    rounds=$((rounds + 1))
    run=
  fi
done
echo "$hits of $try kills met an approximate unlearning at work, over $((rounds + 1)) of them"
[ $hits -ge $((kills / 2)) ] || wrong "too few kills met a job at work"
if [ -z "$run" ]; then
  m=0
  run=$work/run.$rounds
  cp -r trained "$run"
fi
expect_exit 0 mpirun -n 3 "$expunge" unlearn --run "$run" --requests requests --method "${methods[m]}"
finished "$work/whole.$m" "after the last kill"
expect_exit 1 "$expunge" verify --run "$run" --json
holds '"verdict": "approximate"' '"findings": []' '"stale_files": []' '"pending_batches": []'

# Killed while it heals, it is what exact unlearning gives.
draw_victim
struck $((RANDOM % (spans[m] * 3 / 4))) unlearn --heal
expect_exit 0 "$expunge" unlearn --run "$run" --recover
same_training "$run" exact "healing killed"
expect_exit 0 "$expunge" verify --run "$run" --json
holds '"equal": true' '"findings": []' '"stale_files": []'

# Killed while it compares.
run=$work/trained
compare=(compare --test digits:60,seed=9 --requests requests --methods exact "${methods[@]}" --floors 3 --out report)
# The run without its lock and the workspace.
tree() { tree_of "$run" | grep -vE '(^|/)(comparison|lock)([/ ]|$)'; }
tree >before
expect_exit 0 mpirun -n 2 "$expunge" "${compare[@]}" --run "$run" --json
span=$(span_of out)
timeless_report report/report.json | without_bytes /dev/stdin >undisturbed
[ "$(wc -l <undisturbed)" -gt 300 ] || wrong 'hardly a report'
# compared WORDS...: to its end.
compared() {
  timeless_report report/report.json | without_bytes /dev/stdin | diff - undisturbed >out || wrong "another report: $*"
  [ ! -e "$run/comparison" ] || wrong "the workspace is left: $*"
  [ ! -s "$run/lock" ] || wrong "the lock was not given back: $*"
  rm -r report
}
rm -r report
hits=0
for try in $(seq $((kills * 6))); do
  [ $hits -lt "$kills" ] || break
  draw_victim
  struck $((RANDOM % (span / 2))) "${compare[@]}"
  still_serves
  tree | cmp -s - before || wrong "the run is not as it was: try $try, $victim"
  if [ $code -eq 0 ]; then
    compared "try $try, $victim"
  else
    hits=$((hits + 1))
    [ ! -e report/report.json ] || wrong "a report of a comparison that was killed: try $try, $victim"
  fi
done
echo "$hits of $try kills met a comparison at work"
[ $hits -ge $((kills / 2)) ] || wrong "too few kills met a job at work"
expect_exit 0 "$expunge" "${compare[@]}" --run "$run"
compared "after the last kill"
tree | cmp -s - before || wrong "the run is not as it was"

# What a comparison that was killed leaves is its own until it goes on, and is swept by the next deletion.
start mpirun -n 2 -- "${compare[@]}"
at_work
for _ in $(seq 2400); do
  [ ! -e "$run/comparison/repetition-0" ] || break
  sleep 0.01
done
kill -9 "${ranks[@]}"
wait "$job" 2>>job.err
for rank in "${ranks[@]}"; do gone "$rank"; done
[ -e "$run/comparison/repetition-0" ] || wrong 'nothing to sweep'
expect_exit 0 "$expunge" verify --run "$run" --touched --json
holds '"findings": []' '"stale_files": []'
expect_exit 0 "$expunge" unlearn --run "$run" --requests requests
[ ! -e "$run/comparison" ] || wrong 'a deletion left the workspace of a comparison'
same_training "$run" exact 'unlearned after a comparison was killed'
expect_exit 0 "$expunge" verify --run "$run" --json
holds '"equal": true' '"findings": []' '"stale_files": []'
finish
