# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts of this folder: a training in the background that can be frozen, so that nothing depends on how
# fast this machine is. $expunge is the program, $run the run directory, ${training[@]} the options of a new run.
# shellcheck shell=bash

# start WORDS...: with WORDS in front of the program, until it trains. Its process is $job, its ranks' are ${ranks[@]}.
start() {
  rm -f "$work"/rank.*
  : >"$work/job.err"
  # shellcheck disable=SC2016
  "$@" bash -c 'echo $$ >"$0/rank.${OMPI_COMM_WORLD_RANK:-0}"; exec "$@"' "$work" \
    "$expunge" train --run "$run" "${training[@]}" >"$work/job.out" 2>"$work/job.err" &
  job=$!
  for _ in $(seq 1200); do
    grep -q 'samples in 3 shards' "$work/job.err" && break
    kill -0 "$job" 2>>"$work/job.err" || break
    sleep 0.05
  done
  mapfile -t ranks < <(cat "$work"/rank.*)
}

# In the middle of training, as far as a tenth of a second leads there.
freeze() {
  sleep 0.1
  kill -STOP "${ranks[@]}"
}
thaw() { kill -CONT "${ranks[@]}"; }

# ended CODE: waits for the job, and puts what it wrote where the expectations look.
ended() {
  local got=0
  wait "$job" || got=$?
  cp "$work/job.out" "$work/out"
  cp "$work/job.err" "$work/err"
  [ "$got" -eq "$1" ] || wrong "the job ended with $got, not $1"
}
