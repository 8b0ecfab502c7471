#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck source=examples/course.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../course.sh"

show 'mpirun -n 2 expunge train --run run --data digits:3000,seed=7 --model mlp:hidden=32 \
    --shards 4 --slices 3 --epochs 2 --seed 7'

# Nine requests of two days, in CSV.
cat >requests.csv <<'CSV'
request_id,received_at,sample_id,subject_id,due_at
r-1,2026-03-01T08:00:00Z,17,,
r-2,2026-03-01T09:10:00Z,,writer-000042,
r-3,2026-03-01T11:45:00Z,250,,
r-4,2026-03-01T16:20:00Z,1204,,2026-03-02T06:00:00Z
r-5,2026-03-01T21:05:00Z,2077,,
r-6,2026-03-02T07:30:00Z,,writer-000007,
r-7,2026-03-02T08:15:00Z,631,,
r-7,2026-03-02T08:15:00Z,632,,
r-8,2026-03-02T13:00:00Z,2999,,
r-9,2026-03-02T19:40:00Z,40,,
CSV
show 'cat requests.csv'

show 'for policy in immediate batch window deadline; do cp -r run $policy; done'
show 'mpirun -n 2 expunge unlearn --run immediate --requests requests.csv \
    --policy immediate --out immediate.json'
show 'mpirun -n 2 expunge unlearn --run batch --requests requests.csv \
    --policy batch:4 --out batch.json'
show 'mpirun -n 2 expunge unlearn --run window --requests requests.csv \
    --policy window:24h --out window.json'
show 'mpirun -n 2 expunge unlearn --run deadline --requests requests.csv \
    --policy deadline --out deadline.json'

# Whatever the policy, the same samples are forgotten and the same bits remain.
show 'for run in immediate batch window deadline; do (cd $run/shards && b2sum */slice-*.h5) >$run.sums; done'
show 'for run in batch window deadline; do cmp immediate.sums $run.sums && echo the same files; done'

# What differs is what it cost, and how long people waited. A line for each outcome file, from its "total".
cat >costs.awk <<'AWK'
function value() { sub(/,$/, "", $2); return $2 }
FNR == 1 { total = 0 }
$1 == "\"policy\":" { policy = value(); gsub(/"/, "", policy) }
/^  "total"/ { total = 1 }
!total { next }
$1 == "\"batches\":" { batches = value() }
$1 == "\"sample_gradients\":" { cost = value() }
$1 == "\"baseline_sample_gradients\":" { scratch = value() }
$1 == "\"mean\":" { waiting = value() / 3600 }
$1 == "\"met\":" { met = value() }
$1 == "\"missed\":" {
  if (!lines++) print "policy      batches  sample-gradients  from scratch  hours waited (mean)  due times met"
  printf "%-11s %7d %17d %13d %20.1f %14s\n", policy, batches, cost, scratch, waiting, met " of " (met + value())
}
AWK
show 'awk -f costs.awk immediate.json batch.json window.json deadline.json'
