#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Asking whether a run is what it claims to be: what is answered, on any number of ranks, and what is refused.
expunge=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"
# shellcheck source=tests/cli/runs.sh
. "$here/runs.sh"
unset SLURM_JOB_END_TIME
run=$work/run
challenge=000102030405060708090a0b0c0d0e0f
expect_exit 0 "$expunge" train --run "$run" --data digits:600,seed=3 --model mlp:hidden=16 --shards 3 --slices 3 \
  --epochs 1 --seed 7

# What a document says, whoever computed it.
said() { tr -d '\r' <"$1" | grep -v -e '"seconds":' -e '"ranks":' -e '"at":'; }

# same_on_any_ranks WORDS...: the document is the same on one rank and on ${on[@]}.
on=(2 3)
same_on_any_ranks() {
  expect_exit 0 "$expunge" verify --run "$run" --json "$@"
  out_is_one_document
  out_says '"equal": true'
  said "$work/out" >"$work/expected"
  for ranks in "${on[@]}"; do
    expect_exit 0 mpirun -n $ranks "$expunge" verify --run "$run" --json "$@"
    said "$work/out" | cmp - "$work/expected" >&2 || wrong "another document on $ranks ranks: $*"
  done
}

# A run that was trained, whole and in parts.
same_on_any_ranks
out_says '"stages_checked": 9'
out_says '"shards_checked": 3'
out_says '"journal_ok": true'
out_says '"stale_files": []'
said "$run/verification.json" | cmp - "$work/expected" >&2 || wrong "the run keeps another verdict"
grep -q '"at": "20' "$run/verification.json" || wrong "the verdict that is kept has no time"
on=(2)
same_on_any_ranks --shard 2 0,2
out_says '"stages_checked": 6'
same_on_any_ranks --touched
out_says '"stages_checked": 0'
on=(3)
same_on_any_ranks --sample-fraction 0.4 --challenge $challenge
out_says '"stages_checked": 4'
cp "$work/expected" "$work/challenge"
same_on_any_ranks --sample-fraction 0.4 --challenge f0${challenge#00}
cmp -s "$work/expected" "$work/challenge" && wrong "two challenges pick the same stages"
expect_exit 0 "$expunge" verify --run "$run" --sample-fraction 0.1
out_says '(drawn here)'
out_says 'equal: 1 stage of 1 shard, picked by the challenge'
expect_exit 0 "$expunge" verify --run "$run"
[ "$(tail -n1 "$work/out" | cut -d: -f1)" = equal ] || wrong "the last line is not the answer"

# After deletions: retrained, rolled back, and with data that no longer holds the samples in question.
echo '{"request_id":"r1","sample_ids":[5,17]}' >"$work/first"
echo '{"request_id":"r2","sample_ids":[41,77,300]}' >"$work/second"
echo '{"request_id":"r3","sample_ids":[42]}' >"$work/third"
expect_exit 0 "$expunge" unlearn --run "$run" --requests "$work/first"
same_on_any_ranks
same_on_any_ranks --sample-fraction 0.4 --challenge $challenge
cmp -s "$work/expected" "$work/challenge" && wrong "a longer journal does not change what is picked"
same_on_any_ranks --touched

on=(2)
# Rolled back and not retrained yet: what is served is verified, and what is not is told.
expect_exit 0 "$expunge" unlearn --run "$run" --requests "$work/second" --forget-now
same_on_any_ranks
out_says '"reason": "recovery pending"'
expect_exit 0 "$expunge" unlearn --run "$run" --recover
same_on_any_ranks
out_says '"incomplete_shards": []'
out_says '"pending_batches": []'

# Accepted and not carried out: the run holds what it should not.
expect_exit 75 env SLURM_JOB_END_TIME=1 "$expunge" unlearn --run "$run" --requests "$work/third"
expect_exit 3 "$expunge" verify --run "$run" --json
out_says '"equal": false'
out_says '"what": "stale-shard"'
out_says '"stale_files": ['
expect_exit 3 "$expunge" verify --run "$run"
out_says 'deletions are accepted and not carried out'
# Another name of a file outside the run keeps its bytes: told, since nothing here can change it.
for file in "$run"/shards/*/slice-03-*.h5; do ln "$file" "$work/link-$(basename "$file")"; done
expect_exit 0 "$expunge" unlearn --run "$run" --recover
same_on_any_ranks
out_says ': not erased: 1 hard link'
rm "$work"/link-*

# Under other numerics nothing is compared, and what can be checked without them is.
expect_exit 1 "$expunge" verify --run "$run" --threads 2 --json
out_says '"equal": null'
out_says '"stages_checked": 0'
err_says 'not comparable here: '
err_says "threads is '2' here and was '1'"
cp "$run/manifest.json" "$work/manifest"
sed -i 's/"threads": "1"/"threads": "3"/' "$run/manifest.json"
expect_exit 1 "$expunge" verify --run "$run" --json
out_says '"equal": null'
err_says "not comparable here: threads is '1' here and was '3'"
echo x >"$run/shards/0000/copy"
expect_exit 3 "$expunge" verify --run "$run" --json
out_says '"equal": false'
rm "$run/shards/0000/copy"
cp "$work/manifest" "$run/manifest.json"

# A job that is told to stop says so, and so does one that finds the run taken.
cp "$run/verification.json" "$work/kept"
for ranks in 1 2; do
  expect_exit 75 env SLURM_JOB_END_TIME=1 mpirun -n $ranks "$expunge" verify --run "$run" --json
  out_says '"verdict": "stopped"'
  out_says '"equal": null'
  out_says '"stopped_by": "the deadline '
done
cmp -s "$run/verification.json" "$work/kept" || wrong "a verification that was put down left a verdict"
flock "$run/lock" "$expunge" verify --run "$run" >"$work/out" 2>"$work/err"
[ $? -eq 75 ] || wrong "a run that another job holds was verified"
err_says 'another job holds this run'

# What can't be meant, and what is not there.
expect_exit 1 "$expunge" verify --run "$work/none"
err_says "$work/none: there is no run here"
[ ! -e "$work/none" ] || wrong "a verification made a folder"
expect_exit 1 "$expunge" verify --run "$run" --data digits:600,seed=4
err_says 'these are not the samples that the run was begun with'
expect_exit 2 "$expunge" verify --run "$run" --shard 3
err_says '--shard 3: the run has 3 shards, 0 to 2'
expect_exit 2 "$expunge" verify --run "$run" --shard 1,x
err_says '--shard'
expect_exit 2 "$expunge" verify --run "$run" --challenge $challenge
err_says 'give --sample-fraction with it'
expect_exit 2 "$expunge" verify --run "$run" --sample-fraction 0.5 --challenge 0011
err_says '--challenge'
expect_exit 2 "$expunge" verify --run "$run" --sample-fraction 0
err_says '--sample-fraction'
finish
