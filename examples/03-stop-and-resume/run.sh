#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck source=examples/course.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../course.sh"

options='--data digits:3000,seed=7 --model lenet \
    --shards 4 --slices 4 --epochs 12 --seed 7'

# Waits until the job has published two more slices than there were, or has ended.
published() { { ls run/shards/*/slice-*.h5 2>/dev/null || true; } | wc -l; }
two_slices_later() {
  local enough=$(($(published) + 2))
  while kill -0 $! 2>/dev/null && [[ $(published) -lt $enough ]]; do sleep 0.02; done
}

# Never stopped: what the other must come to.
show "expunge train --run straight $options"

# A signal to the launcher reaches all ranks.
show "mpirun -n 2 expunge train --run run $options >log 2>&1 &"
two_slices_later
show 'kill -USR1 $!'
show --exit 75 'wait $!'
show 'grep -E "complete|stopped" log'

# Killed without a word. The options that are left out are the run's.
show 'expunge train --run run >log 2>&1 &'
two_slices_later
show 'kill -KILL $!'
show --exit 137 '{ wait $!; } 2>/dev/null'

# Asked through the run directory, from anywhere that sees it.
show 'expunge train --run run >log 2>&1 &'
two_slices_later
show 'expunge halt --run run'
show --exit 75 'wait $!'
show 'cat log'

show 'mpirun -n 2 expunge train --run run'
show 'for run in straight run; do expunge inspect --run $run | tail -n 4; echo; done'
show 'diff -r --exclude=shard.json straight/shards run/shards && echo the same files'
