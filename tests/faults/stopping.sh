#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# One training, put down by signals, by `halt` and by deadlines and taken up each time on another number of ranks: the
# same bits as a training that was never stopped. One job at a time has a run.
expunge=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/../cli/expect.sh"
# shellcheck source=tests/cli/runs.sh
. "$here/../cli/runs.sh"
# shellcheck source=tests/faults/jobs.sh
. "$here/jobs.sh"
unset SLURM_JOB_END_TIME
training=(--data digits:600,seed=3 --model lenet --shards 3 --slices 3 --epochs 60 --seed 7)
run=$work/run

# stopped_by WORDS: 75, and what a person reads then.
stopped_by() {
  ended 75
  out_says "stopped by $1"
  out_says "expunge train --run $run"
  [ ! -e "$run/halt" ] || wrong "the halt file outlived the job that obeyed it"
  [ ! -s "$run/lock" ] || wrong "a job that stopped cleanly kept the lock"
  ! grep -q 'ended without finishing' "$work/err" || wrong "a job that stopped cleanly is taken for one that died"
}

expect_exit 0 mpirun -n 2 "$expunge" train --run "$work/whole" "${training[@]}"

expect_exit 75 "$expunge" train --run "$run" "${training[@]}" --stop-before 0s
out_says 'stopped by the deadline '
expect_exit 75 "$expunge" train --run "$run" --stop-before 1s --json
out_is_one_document
out_says '"complete": false'
out_says '"stopped_by": "the deadline '

# A request to halt reaches every rank. After the slice means that no stage is put down within.
start mpirun -n 3
freeze
expect_exit 0 "$expunge" halt --run "$run" --after-slice
thaw
stopped_by 'expunge halt'
[ -z "$(find "$run" -name 'stage-*-progress.h5')" ] || wrong "a stage was put down within, not after its slice"
start
freeze
expect_exit 0 "$expunge" halt --run "$run"
thaw
stopped_by 'expunge halt'

# While a job has the run, no other gets it, and the other says who has it.
start
freeze
expect_exit 75 "$expunge" train --run "$run"
err_says "expunge: $run: another job holds this run (host $(cat /proc/sys/kernel/hostname), process $job, since "
err_says "expunge halt --run $run"
out_is_empty
expect_exit 75 mpirun -n 2 "$expunge" train --run "$run"
said_once 'another job holds this run'
kill -USR1 "$job"
thaw
stopped_by SIGUSR1

start
kill -TERM "$job"
stopped_by SIGTERM

# The launcher hands the signal on to the ranks.
start mpirun -n 2
kill -USR1 "$job"
stopped_by SIGUSR1

expect_exit 0 mpirun -n 2 "$expunge" train --run "$run"
err_says 'going on with'
same_training "$run" "$work/whole" "after eight stops"
nothing_astray "$run"
finish
