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
span=$(sed -n 's/^  "seconds": \([0-9]*\)\.\([0-9][0-9][0-9]\).*/\1\2/p' "$work/out")
span=$((10#${span:-500} + 1))

# start WORDS... -- ARGUMENTS...: unlearning in the background, with WORDS in front of the program. Its process is $job.
start() {
  local launch=()
  while [ "$1" != -- ]; do
    launch+=("$1")
    shift
  done
  shift
  rm -f "$work"/rank.*
  : >"$work/job.err"
  # shellcheck disable=SC2016
  "${launch[@]}" bash -c 'echo $$ >"$0/rank.${OMPI_COMM_WORLD_RANK:-0}"; exec "$@"' "$work" \
    "$expunge" unlearn --run "$run" "$@" >"$work/job.out" 2>"$work/job.err" &
  job=$!
}

# at_work: waits until the job holds the run, or has ended; its ranks' processes are ${ranks[@]} then.
at_work() {
  for _ in $(seq 2400); do
    [ -s "$work/rank.0" ] && grep -q "process $(cat "$work/rank.0")," "$run/lock" && break
    kill -0 "$job" 2>>"$work/job.err" || break
    sleep 0.01
  done
  mapfile -t ranks < <(cat "$work"/rank.*)
}

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

# ended CODE: waits for the job, and puts what it wrote where the expectations look.
ended() {
  local got=0
  wait "$job" || got=$?
  cp "$work/job.out" "$work/out"
  cp "$work/job.err" "$work/err"
  [ "$got" -eq "$1" ] || wrong "the job ended with $got, not $1"
}

gone() {
  for _ in $(seq 600); do
    kill -0 "$@" 2>>"$work/job.err" || return 0
    sleep 0.05
  done
  wrong "still there a long time after a kill: $*"
  kill -9 "$@" 2>>"$work/job.err"
}

# What is left right after a kill can be read: manifest, journal and records fit together. (That nothing stale votes then is
# tested call by call in test_unlearning_faults.cpp.)
still_serves() {
  expect_exit 0 "$expunge" inspect --run "$run" --json
  out_is_one_document
}

# finished WORDS...: all of the deletion is done, and to the same bits.
finished() {
  same_training "$run" "$work/whole" "$@"
  [ "$(tail -n1 "$run/journal.jsonl" | grep -c '"state":"completed"')" -eq 1 ] || wrong "the last line is not 'completed': $*"
  [ "$(grep -c '"state":"accepted"' "$run/journal.jsonl")" -eq 1 ] || wrong "accepted more than once: $*"
  [ -z "$(find "$run" -name next.json -o -name 'stage-*' -o -name '.*tmp*')" ] || wrong "a job left its files: $*"
  (cd "$run" && find . -type f | sort) >"$work/found"
  (cd "$work/whole" && find . -type f | sort) | cmp -s - "$work/found" || wrong "other files than undisturbed: $*"
  [ ! -s "$run/lock" ] || wrong "the lock was not given back: $*"
}

# How a deletion goes on from one job to the next.
again() { rm -rf "$run"; cp -r "$work/trained" "$run"; }

victims=(alone 'one rank' mpirun 'all ranks')
ways=('one pass' 'forget now' 'forget and recover')
hits=0
rounds=0
silent=0
died=no
again
: >"$work/out"
for try in $(seq $((kills * 6))); do
  [ $hits -lt "$kills" ] || break
  victim=${victims[RANDOM % 4]}
  way=${ways[RANDOM % 3]}
  launch=(mpirun -n 2)
  [ "$victim" != alone ] || launch=()
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
  start "${launch[@]}" -- "${arguments[@]}"
  at_work
  # Forgetting alone takes a tenth of it and less; a job that goes on has less to do than one that begins.
  delay=$((RANDOM % (span * 2 / 3)))
  [ "$way" != 'forget now' ] || delay=$((RANDOM % (span / 12 + 1)))
  sleep "$(printf '%d.%03d' $((delay / 1000)) $((delay % 1000)))"
  case $victim in
    'one rank') kill -9 "${ranks[RANDOM % ${#ranks[@]}]}" 2>>"$work/job.err" ;;
    'all ranks') kill -9 "${ranks[@]}" 2>>"$work/job.err" ;;
    *) kill -9 "$job" 2>>"$work/job.err" ;;
  esac
  code=0
  wait "$job" 2>>"$work/job.err" || code=$?
  for rank in "${ranks[@]}"; do gone "$rank"; done
  [ $code -ne 75 ] || wrong "killed ($victim), and ended with 75"
  # A job that is killed before it has said a word says none.
  [ $died = no ] || grep -q 'ended without finishing' "$work/job.err" || silent=$((silent + 1))
  [ $code -eq 0 ] || hits=$((hits + 1))
  # What is left of a job whose launcher or other rank was killed may have given the lock back in order.
  died=no
  [ ! -s "$run/lock" ] || died=yes
  still_serves
  if [ $code -eq 0 ] && [ "$way" != 'forget now' ]; then
    finished "try $try, $way, $victim"
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
finished "after the last kill"

# One job at a time has a run; one that is put down is gone on with.
again
start mpirun -n 2 -- "${requests[@]}"
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
start -- --recover
at_work
kill -STOP "${ranks[@]}"
kill -USR1 "${ranks[@]}"
kill -CONT "${ranks[@]}"
ended 75
expect_exit 0 mpirun -n 2 "$expunge" unlearn --run "$run" --recover
finished "after it was put down twice"
finish
