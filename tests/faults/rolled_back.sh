#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# A run that unlearned, parts of which were put back as they were before, cut or altered so that they agree with each
# other: a verification finds it, and what serves or goes on refuses or abstains. Each in a copy.
expunge=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/../cli/expect.sh"
# shellcheck source=tests/cli/runs.sh
. "$here/../cli/runs.sh"
unset SLURM_JOB_END_TIME
cd "$work" || exit 1
data=digits:300,seed=3,writers=30
expect_exit 0 "$expunge" train --run trained --data $data --model mlp:hidden=16,norm=batch --shards 3 --slices 2 \
  --epochs 1 --seed 7
cp -r trained first
echo '{"request_id":"r1","sample_ids":[5,50]}' >1.jsonl
echo '{"request_id":"r2","sample_ids":[6,60,200]}' >2.jsonl
expect_exit 0 "$expunge" unlearn --run first --requests 1.jsonl
cp -r first second
expect_exit 0 "$expunge" unlearn --run second --requests 2.jsonl
expect_exit 0 "$expunge" predict --run second --data digits:20,seed=8
cp out answers
first_lines=$(wc -l <first/journal.jsonl)
all_lines=$(wc -l <second/journal.jsonl)
[ "$first_lines" -lt "$all_lines" ] || wrong "a second request added no line"

# A new copy to be tampered with.
copy() { rm -rf run && cp -r second run; }
# One stage is replayed: what is found here needs no more.
refuted() {
  expect_exit 3 "$expunge" verify --run run --json --sample-fraction 0.01 --challenge 000102030405060708090a0b0c0d0e0f
  out_says "\"what\": \"$1\""
  out_says "$2"
}
# refused TEXT COMMAND WORDS...: exit 1, and the run is as it was.
refused() {
  local text=$1
  shift
  tree_of run >before
  expect_exit 1 "$expunge" "$@"
  err_says "$text"
  tree_of run | cmp -s - before || wrong "a refusal changed the run: $*"
}
predict() { "$expunge" predict --run run --data digits:20,seed=8; }
all_refuse() {
  refused "$1" predict --run run --data digits:20,seed=8
  refused "$1" evaluate --run run --data digits:20,seed=8
  refused "$1" train --run run
  refused "$1" unlearn --run run --recover
  refused "$1" data scrub --run run --out scrubbed.h5
}

# One bit in each part of a checkpoint that serves: whoever loads it refuses, and names it.
copy
served=$(ls run/shards/0001/slice-02-*.h5)
size=$(stat -c %s "$served")
for part in 0 1 2 3 4 5 6 7; do
  at=$(((size - 1) * part / 7))
  cp "second/${served#run/}" "$served"
  byte=$(od -An -tu1 -j $at -N1 "$served")
  # shellcheck disable=SC2059
  printf "\\$(printf %03o $((byte ^ 16)))" | dd of="$served" bs=1 seek=$at conv=notrunc status=none
  if [ $((part % 2)) -eq 0 ]; then
    refuted damaged-file "${served#run/}"
  else
    refused "${served#run/}" predict --run run --data digits:20,seed=8
  fi
done

# The journal cut, its manifest as it was.
copy
truncate -s -1 run/journal.jsonl
refuted journal "line $all_lines"
all_refuse 'journal.jsonl'
head -n "$first_lines" second/journal.jsonl >run/journal.jsonl
refuted journal "line $((first_lines + 1))"
all_refuse 'journal.jsonl'

# Cut together with its manifest: the shards respect more than the journal knows of.
copy
cp first/manifest.json run/manifest.json
for lines in "$all_lines" "$first_lines"; do
  head -n "$lines" second/journal.jsonl >run/journal.jsonl
  refuted record 'respects is 2, expected at most 1'
  all_refuse 'respects 2 batches of deletions and the journal holds 1'
done
cp trained/manifest.json run/manifest.json
rm run/journal.jsonl
refuted record 'respects is 2, expected at most 0'
all_refuse 'respects 2 batches of deletions and the journal holds 0'
# The shards' records lowered as well: then they were not trained on those who are live by such a journal.
sed -i 's/"respects": 2/"respects": 0/' run/shards/*/shard.json
refuted lineage 'it was not trained on the live samples'

# Lines behind those that count promise nothing: what they say is not heard, and the next job cuts them off.
copy
tail -n1 second/journal.jsonl >>run/journal.jsonl
echo 'undelete everything' >>run/journal.jsonl
expect_exit 0 "$expunge" verify --run run
out_says 'unfinished  journal.jsonl'
expect_exit 0 predict
cmp -s out answers || wrong "what is behind the journal's end changed the answers"
echo '{"request_id":"r3","sample_ids":[7]}' >3.jsonl
expect_exit 0 "$expunge" unlearn --run run --requests 3.jsonl
grep -q undelete run/journal.jsonl && wrong "lines that do not count are still there"
expect_exit 0 "$expunge" verify --run run

# A shard put back as it was before a deletion, its record with it: nobody takes its old state for the current one.
shard=
for number in 0000 0001 0002; do
  grep -q '"respects": 2' second/shards/$number/shard.json && shard=$number
done
for old in trained first; do
  copy
  rm -r "run/shards/$shard"
  cp -r "$old/shards/$shard" run/shards/
  refuted stale-shard 'it is an old copy that was put back'
  refuted stale-file "shards/$shard/slice-"
  refused 'is an old copy that was put back' train --run run
  refused 'is an old copy that was put back' unlearn --run run --recover
  refused 'is an old copy that was put back' unlearn --run run --requests 3.jsonl
  expect_exit 0 "$expunge" evaluate --run run --data digits:20,seed=8
  out_says 'majority, 2 of 3 shards'
  out_says 'abstains: an old copy, which saw samples that were forgotten since'
  expect_exit 0 predict
  cmp -s out answers && wrong "an old copy votes"
  # With a record that claims to respect everything, the samples it was trained on tell.
  sed -i 's/"respects": [01]/"respects": 2/' "run/shards/$shard/shard.json"
  refuted lineage 'it was not trained on the live samples'
  # What the message advises.
  rm -r "run/shards/$shard"
  expect_exit 0 "$expunge" train --run run
  same_training run second "after the advice was followed"
  expect_exit 0 "$expunge" verify --run run
done

# A checkpoint alone, put back beside the others: it is told, and nobody serves it.
copy
for old in trained/shards/"$shard"/slice-*.h5; do
  [ -e "run/${old#trained/}" ] || cp "$old" "run/${old#trained/}"
done
refuted stale-file 'it should be gone'
expect_exit 0 predict
cmp -s out answers || wrong "a superseded checkpoint changed the answers"

# All shards.
copy
rm -r run/shards
cp -r trained/shards run/shards
refuted stale-shard 'it is an old copy that was put back'
refused 'is an old copy, which saw samples that were forgotten since: restore it' predict --run run --data digits:20,seed=8
expect_exit 1 "$expunge" evaluate --run run --data digits:20,seed=8
err_says 'no shard can vote: shard 0 is an old copy'
refused 'is an old copy that was put back' train --run run

# All of the run: nothing in it tells. Who holds a certificate, or the scrubbed data, does.
expect_exit 0 "$expunge" keygen --out key
expect_exit 0 "$expunge" certify --run second --key key --request r2 --out r2.json
expect_exit 0 "$expunge" check-certificate r2.json --public-key key.pub --json
head=$(sed -n 's/^ *"head": "\(.*\)"$/\1/p' out)
expect_exit 0 "$expunge" inspect --run second --json
out_says "\"journal_head\": \"$head\""
expect_exit 0 "$expunge" data scrub --run second --out scrubbed.h5
expect_exit 0 "$expunge" verify --run first
grep -q "$head" first/journal.jsonl && wrong "an older journal holds a later line"
expect_exit 1 "$expunge" verify --run first --data hdf5:scrubbed.h5
err_says 'these are not the samples that the run was begun with'
finish
