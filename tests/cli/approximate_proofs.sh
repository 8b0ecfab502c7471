#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# What can be proved of a deletion that was carried out approximately: what verify and a certificate say of it, and that
# forgetting at once, healing and exact unlearning each end it, in what a training without the samples gives.
expunge=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"
# shellcheck source=tests/cli/runs.sh
. "$here/runs.sh"
# shellcheck source=tests/cli/deletions.sh
. "$here/deletions.sh"
cd "$work" || exit 1
# shellcheck source=tests/cli/subjects.sh
. "$here/subjects.sh"
expect_exit 0 "$expunge" train --run trained "${training[@]}" --slicing sequential
expect_exit 0 "$expunge" keygen --out key
# All three live in shard 0: in slice 3, below it, and in a slice that retraining stops short of.
request r1 s4
request below s21
request above s0

# certified RUN: what a certificate of r1 says, once it is made and holds.
certified() {
  expect_exit 0 "$expunge" certify --run "$1" --key key --request r1 --out certificate.json
  cat out err >issued
  expect_exit 0 "$expunge" check-certificate certificate.json --public-key key.pub
  out_says 'certificate.json holds: '
}

# is_approximate RUN METHOD KEPT: neither verification nor certificate takes it for exact.
is_approximate() {
  expect_exit 1 "$expunge" verify --run "$1" --json
  out_is_one_document
  holds '"equal": null' '"verdict": "approximate"' "\"method\": \"$2\"" '"guarantee": "heuristic"' '"findings": []'
  grep -qE '"l2": ([1-9]|0\.[0-9]*[1-9])' out || wrong "no distance from what retraining gives"
  certified "$1"
  grep -q 'deleted APPROXIMATELY, 0 references proved absent' issued || wrong "certify passes over the approximation"
  holds "APPROXIMATE   by '$2' (heuristic)" "kept          $3 of 6 files that saw the samples" \
    'proofs        none: the deletion is approximate in shard 0' 'verification  approximate, ' 'shard 0 at a distance of '
}

# is_healed RUN METHOD: all is exact, and the certificate says since when.
is_healed() {
  expect_exit 0 "$expunge" verify --run "$1" --json
  holds '"equal": true' '"approximate_shards": []' '"stale_files": []'
  certified "$1"
  grep -q '14 references proved absent' issued || wrong 'certify proves nothing'
  ! grep -qi approximate issued || wrong 'certify takes it for approximate still'
  holds ": healed by batch 2, of '$2'" 'proofs        14 references: there before, absent from all 2 shards after' \
    'verification  equal, 16 of 16 stages'
}

# is_like_fresh RUN FRESH: its models are those of a training on what the run's data is once it was scrubbed.
is_like_fresh() {
  if [ ! -e "$2" ]; then
    expect_exit 0 "$expunge" data scrub --run "$1" --out "$2.h5"
    expect_exit 0 "$expunge" train --run "$2" --data "hdf5:$2.h5" "${training[@]:2}" --slicing sequential
  fi
  digests_of "$1" >digests
  [ "$(wc -l <digests)" -eq 18 ] || wrong "not two shards of eight stages: $1"
  digests_of "$2" | diff - digests >out || wrong "not the models of a training without the samples: $1"
}

for method in $cut_short finetune; do
  rm -rf run healed
  cp -r trained run
  expect_exit 0 "$expunge" unlearn --run run --requests r1.jsonl --method "$method" --json
  cp out unlearned
  kept=$(value_of files_kept unlearned)
  if [ "$method" = "$cut_short" ]; then
    [ "$(value_of stages_retrained unlearned)" -lt 6 ] || wrong 'it was not cut short'
    [ "$kept" -gt 0 ] || wrong 'nothing was kept to stitch'
  else
    [ "$kept" -eq 0 ] || wrong 'files that saw the samples were kept for nothing'
  fi
  is_approximate run "$method" "$kept"

  tree_of run >before
  expect_exit 0 "$expunge" train --run run
  tree_of run | cmp -s - before || wrong "training changed a run that serves an approximation"

  cp -r run healed
  expect_exit 0 "$expunge" unlearn --run healed --heal
  is_healed healed "$method"

  # Forgotten at once below it, nothing of the approximation is left; what answers is exact from then on.
  expect_exit 0 "$expunge" unlearn --run run --requests below.jsonl --forget-now
  [ "$(find run/shards/0000 -name '*.h5' | wc -l)" -eq 1 ] || wrong 'more than the stage before the sample is left'
  ! grep -q '"method"' run/shards/0000/shard.json || wrong 'the record still tells of an approximation'
  expect_exit 0 "$expunge" verify --run run --json
  holds '"equal": true' '"reason": "recovery pending"' '"approximate_shards": []'
  expect_exit 0 "$expunge" unlearn --run run --recover
  is_healed run "$method"
  is_like_fresh run fresh.below
done

# Exactly forgotten on top of what was cut short, in a stage that was kept for stitching.
cp -r trained both
expect_exit 0 "$expunge" unlearn --run both --requests r1.jsonl --method "$cut_short" --json
[ "$(value_of stages_retrained out)" -lt 3 ] || wrong 'the second request lies in what was retrained'
expect_exit 0 "$expunge" unlearn --run both --requests above.jsonl --json
holds '"guarantee": "exact"' '"files_kept": 0' '"approximate": []'
is_healed both "$cut_short"
is_like_fresh both fresh.above
finish
