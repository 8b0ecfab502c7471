#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Unlearning killed again and again at random moments, in one pass, while it forgets and while it recovers: the next
# start finishes it, the bits are those of an unlearning that nothing disturbed, and nothing is left astray. So are
# those of one that was put down. $EXPUNGE_KILLS: how many jobs are to be killed at work.
expunge=$1
kills=${EXPUNGE_KILLS:-6}
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/../cli/expect.sh"
# shellcheck source=tests/cli/runs.sh
. "$here/../cli/runs.sh"
# shellcheck source=tests/faults/struck_jobs.sh
. "$here/struck_jobs.sh"
training=(--data digits:240,seed=3 --model lenet --shards 3 --slices 3 --epochs 40 --seed 7)
run=$work/run
RANDOM=$$
echo "random numbers from $$"
printf '%s\n' '{"request_id":"r1","sample_ids":[5,17,101]}' '{"request_id":"r2","sample_ids":[33,60]}' >"$work/requests"
requests=(--requests "$work/requests")

expect_exit 0 mpirun -n 2 "$expunge" train --run "$work/trained" "${training[@]}"
cp -r "$work/trained" "$work/whole"
expect_exit 0 mpirun -n 2 "$expunge" unlearn --run "$work/whole" "${requests[@]}" --json
# Kills fall into the time, in milliseconds, that an unlearning takes here, whatever machine this is.
span=$(span_of "$work/out")

# retrains: waits until a job that found nothing begun retrains, and stops its ranks right there.
retrains() {
  for _ in $(seq 2400); do
    [ -z "$(find "$run/shards" -name next.json)" ] || break
    kill -0 "$job" 2>>"$work/job.err" || break
    sleep 0.01
  done
  mapfile -t ranks < <(cat "$work"/rank.*)
  kill -STOP "${ranks[@]}"
}

# How a deletion goes on from one job to the next.
again() { rm -rf "$run"; cp -r "$work/trained" "$run"; }

ways=('one pass' 'forget now' 'forget and recover')
hits=0
rounds=0
silent=0
died=no
again
: >"$work/out"
for try in $(seq $((kills * 6))); do
  [ $hits -lt "$kills" ] || break
  draw_victim
  way=${ways[RANDOM % 3]}
  case $way in
    'one pass') arguments=("${requests[@]}") ;;
    'forget now') arguments=("${requests[@]}" --forget-now) ;;
    *) arguments=("${requests[@]}" --forget-now --recover) ;;
  esac
  # What was accepted is gone on with without its requests.
  if grep -q '"batches_pending": 1' "$work/out" && [ $((RANDOM % 2)) -eq 0 ]; then
    way=recover
    arguments=(--recover)
  fi
  # Forgetting alone takes a tenth of it and less; a job that goes on has less to do than one that begins.
  delay=$((RANDOM % (span * 2 / 3)))
  [ "$way" != 'forget now' ] || delay=$((RANDOM % (span / 12 + 1)))
  struck $delay unlearn "${arguments[@]}"
  # A job that is killed before it has said a word says none.
  [ $died = no ] || grep -q 'ended without finishing' "$work/job.err" || silent=$((silent + 1))
  [ $code -eq 0 ] || hits=$((hits + 1))
  # What is left of a job whose launcher or other rank was killed may have given the lock back in order.
  died=no
  [ ! -s "$run/lock" ] || died=yes
  still_serves
  if [ $code -eq 0 ] && [ "$way" != 'forget now' ]; then
    finished "$work/whole" "try $try, $way, $victim"
    rounds=$((rounds + 1))
    died=no
    again
    : >"$work/out"
  fi
done
echo "$hits of $try kills met a job at work, over $((rounds + 1)) deletions"
[ $hits -ge $((kills / 2)) ] || wrong "too few kills met a job at work"
[ $silent -le $((hits / 2)) ] || wrong "nothing said of $silent jobs that were killed"
expect_exit 0 mpirun -n 3 "$expunge" unlearn --run "$run" "${requests[@]}"
finished "$work/whole" "after the last kill"

# One job at a time has a run; one that is put down is gone on with.
again
start mpirun -n 2 -- unlearn "${requests[@]}"
retrains
expect_exit 75 "$expunge" unlearn --run "$run" "${requests[@]}"
err_says 'another job holds this run'
expect_exit 75 "$expunge" train --run "$run"
expect_exit 0 "$expunge" halt --run "$run"
kill -CONT "${ranks[@]}"
ended 75
[ ! -e "$run/halt" ] || wrong "the halt file outlived the job that obeyed it"
[ ! -s "$run/lock" ] || wrong "a job that stopped cleanly kept the lock"
expect_exit 2 "$expunge" train --run "$run"
err_says '--recover'
start -- unlearn --recover
at_work
kill -STOP "${ranks[@]}"
kill -USR1 "${ranks[@]}"
kill -CONT "${ranks[@]}"
ended 75
expect_exit 0 mpirun -n 2 "$expunge" unlearn --run "$run" --recover
finished "$work/whole" "after it was put down twice"
finish
