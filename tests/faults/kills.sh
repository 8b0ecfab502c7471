#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Training killed again and again at random moments: the next start says so and goes on, the bits are those of a
# training that nothing disturbed, and nothing is left astray.
expunge=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/../cli/expect.sh"
# shellcheck source=tests/cli/runs.sh
. "$here/../cli/runs.sh"
# shellcheck source=tests/faults/jobs.sh
. "$here/jobs.sh"
training=(--data digits:600,seed=3 --model lenet --shards 3 --slices 6 --epochs 60 --seed 7 --save-interval 1)
run=$work/run
RANDOM=$$
echo "random numbers from $$"

expect_exit 0 mpirun -n 2 "$expunge" train --run "$work/whole" "${training[@]}"

# gone PID...: waits until none of them runs any more.
gone() {
  for _ in $(seq 600); do
    kill -0 "$@" 2>>"$work/job.err" || return 0
    sleep 0.05
  done
  wrong "still there a long time after a kill: $*"
  kill -9 "$@" 2>>"$work/job.err"
}

# A job may be done before it is killed: then its run is looked at and begun anew.
victims=(alone 'one rank' mpirun 'all ranks' alone)
died=no
hits=0
for try in $(seq 20); do
  [ $hits -lt 6 ] || break
  victim=${victims[try % 5]}
  launch=(mpirun -n 2)
  [ "$victim" != alone ] || launch=()
  start "${launch[@]}"
  if [ $died = yes ]; then
    grep -q 'ended without finishing' "$work/job.err" ||
      wrong "nothing said of the job that was killed ($(cat "$work/job.err"))"
  fi
  sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
  case $victim in
    'one rank') kill -9 "${ranks[RANDOM % 2]}" 2>>"$work/job.err" ;;
    'all ranks') kill -9 "${ranks[@]}" 2>>"$work/job.err" ;;
    *) kill -9 "$job" 2>>"$work/job.err" ;;
  esac
  code=0
  wait "$job" 2>>"$work/job.err" || code=$?
  for rank in "${ranks[@]}"; do gone "$rank"; done
  [ $code -ne 75 ] || wrong "killed ($victim), and ended with 75"
  died=no
  if [ -s "$run/lock" ]; then
    died=yes
    hits=$((hits + 1))
  elif [ $code -eq 0 ]; then
    same_training "$run" "$work/whole" "done before the kill"
    nothing_astray "$run"
    rm -r "${run:?}"
  fi
done
echo "$hits of $try kills met a job at work"
[ $hits -ge 3 ] || wrong "too few kills met a job at work"

expect_exit 0 mpirun -n 3 "$expunge" train --run "$run" "${training[@]}"
same_training "$run" "$work/whole" "after $hits kills"
nothing_astray "$run"
finish
