# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Sourced after expect.sh and runs.sh by the scripts that kill jobs at work on a run that is there. $expunge is the program, $run the
# run directory.
# shellcheck shell=bash

# start WORDS... -- COMMAND ARGUMENTS...: a command on the run in the background, with WORDS in front of the program. Its
# process is $job.
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
    "$expunge" "$1" --run "$run" "${@:2}" >"$work/job.out" 2>"$work/job.err" &
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

victims=(alone 'one rank' mpirun 'all ranks')

# draw_victim: who is to be killed is $victim, and ${launch[@]} starts a job that has one.
draw_victim() {
  victim=${victims[RANDOM % 4]}
  launch=(mpirun -n 2)
  [ "$victim" != alone ] || launch=()
}

# struck MILLISECONDS COMMAND ARGUMENTS...: starts the command and kills its victim so long after it took the run. Its
# exit code is $code; none of its ranks is left.
struck() {
  local delay=$1
  shift
  start "${launch[@]}" -- "$@"
  at_work
  sleep "$(printf '%d.%03d' $((delay / 1000)) $((delay % 1000)))"
  case $victim in
    'one rank') kill -9 "${ranks[RANDOM % ${#ranks[@]}]}" 2>>"$work/job.err" ;;
    'all ranks') kill -9 "${ranks[@]}" 2>>"$work/job.err" ;;
    *) kill -9 "$job" 2>>"$work/job.err" ;;
  esac
  code=0
  wait "$job" 2>>"$work/job.err" || code=$?
  local rank
  for rank in "${ranks[@]}"; do gone "$rank"; done
  [ $code -ne 75 ] || wrong "killed ($victim), and ended with 75"
}

# span_of DOCUMENT: the milliseconds that a job's document gives, whatever machine this is.
span_of() {
  local span
  span=$(sed -n 's/^  "seconds": \([0-9]*\)\.\([0-9][0-9][0-9]\).*/\1\2/p' "$1")
  echo $((10#${span:-500} + 1))
}

# What is left right after a kill can be read: manifest, journal and records fit together. (That nothing stale votes then is
# tested call by call in test_unlearning_faults.cpp.)
still_serves() {
  expect_exit 0 "$expunge" inspect --run "$run" --json
  out_is_one_document
}

# finished REFERENCE WORDS...: all of the deletion is done, and to the reference's bits.
finished() {
  local reference=$1
  shift
  same_training "$run" "$reference" "$@"
  [ "$(tail -n1 "$run/journal.jsonl" | grep -c '"state":"completed"')" -eq 1 ] || wrong "the last line is not 'completed': $*"
  [ "$(grep -c '"state":"accepted"' "$run/journal.jsonl")" -eq 1 ] || wrong "accepted more than once: $*"
  [ -z "$(find "$run" -name next.json -o -name 'stage-*' -o -name '.*tmp*')" ] || wrong "a job left its files: $*"
  (cd "$run" && find . -type f | sort) >"$work/found"
  (cd "$reference" && find . -type f | sort) | cmp -s - "$work/found" || wrong "other files than undisturbed: $*"
  [ ! -s "$run/lock" ] || wrong "the lock was not given back: $*"
}
