#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# `data poison`: planted samples lie where they were meant to, and the request that it prints forgets them.
expunge=$1
# shellcheck source=tests/cli/expect.sh
. "$(dirname "$0")/expect.sh"
unset SLURM_JOB_END_TIME
cd "$work" || exit 1
poison=("$expunge" data poison --data digits:200,seed=3)
cut=(--shards 2 --slices 5 --seed 7)

# In the slice that was asked for, of the run that learns it.
expect_exit 0 "${poison[@]}" --out p.h5 --canary backdoor:size=12,target=3,slice=4 "${cut[@]}"
err_is_empty
out_says 'p.h5: 200 samples of digits:200,seed=3, 12 of them planted (backdoor:size=12,target=3,slice=4), all of the subject expunge-canary-'
out_says ', which lies in slice 4 of shard '
shard=$(sed -n 's/.* of shard \([0-9]*\)$/\1/p' out)
tail -n 1 out >request.jsonl
grep -qE '^\{"request_id":"canary","subject_id":"expunge-canary-[0-9]+"\}$' request.jsonl || wrong "no request in the last line"
expect_exit 0 "$expunge" train --run run --data hdf5:p.h5 --model logistic "${cut[@]}"
expect_exit 0 "$expunge" unlearn --run run --requests request.jsonl
grep -q '"requests":\[{"id":"canary",.*"requested":12,.*"cells":\[{"shard":'"$shard"',"slice":4,' run/journal.jsonl ||
  wrong "the journal has other cells than slice 4 of shard $shard: $(head -n 1 run/journal.jsonl)"

# The same again is the same file; another seed draws others.
expect_exit 0 "${poison[@]}" --out again.h5 --canary backdoor:size=12,target=3,slice=4 "${cut[@]}"
cmp p.h5 again.h5 || wrong "equal data, canary and seed gave another file"
expect_exit 0 "${poison[@]}" --out other.h5 --canary backdoor:size=12,target=3 --seed 8
! cmp -s p.h5 other.h5 || wrong "another seed gave the same file"

# Without a run to place them in, the first subject; as many samples as is usual; one document.
expect_exit 0 "${poison[@]}" --out flip.h5 --canary label-flip --json
for part in '"poisoned": 20' '"samples": 200' '"subject": "expunge-canary-0"' '"shard": null' '"slice": null' \
  '"request_id": "canary"' '"canary": "label-flip"'; do out_says "$part"; done

# Planted twice, a data set has two subjects.
expect_exit 0 "$expunge" data poison --data hdf5:flip.h5 --out twice.h5 --canary label-flip:size=3
out_says 'all of the subject expunge-canary-1'

# What a backdoor is tried with: no sample of the target class.
expect_exit 0 "${poison[@]}" --out trial.h5 --canary backdoor:target=3 --trial
out_says 'with the patch; a model that knows the backdoor answers 3 to them'
expect_exit 0 "$expunge" data info hdf5:trial.h5 --json
tr -d ' \n' <out | grep -qE '"class_counts":\[([0-9]+,){3}0,' || wrong "samples of the target class are among them"

# Refusals write nothing, and replace nothing.
cp p.h5 kept.h5
expect_exit 1 "${poison[@]}" --out p.h5
err_says 'p.h5'
cmp p.h5 kept.h5 || wrong "a file that was there was replaced"
expect_exit 0 "${poison[@]}" --out p.h5 --force
! cmp -s p.h5 kept.h5 || wrong "--force replaced nothing"
refused() {
  local said=$1
  shift
  expect_exit 2 "${poison[@]}" --out no.h5 "$@"
  err_says "$said"
  out_is_empty
  [ ! -e no.h5 ] || wrong "a refused command wrote a file: $*"
}
refused "there is no canary 'trojan'" --canary trojan
refused 'give its --shards, --slices and --seed' --canary backdoor:slice=2
refused 'give both' --shards 2
refused "depends on the run's --seed" --shards 2 --slices 5
refused 'there is no slice 6 of 5' --canary backdoor:slice=6 "${cut[@]}"
refused 'only a backdoor is tried' --canary label-flip --trial
refused '201 samples were to be planted, and only 200 can be' --canary label-flip:size=201
refused 'a patch of 29 x 29 pixels does not fit images of 28 x 28' --canary backdoor:patch=29
refused 'target 10 is no class' --canary backdoor:target=10
finish
