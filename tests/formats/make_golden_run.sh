#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# make_golden_run.sh [PROGRAM]: makes tests/formats/golden-run anew, with build/release/expunge or PROGRAM: a run of two shards
# of two slices that forgot one sample exactly and one approximately, the first one's certificate, and what is asked of it.
# Whoever changes a stored format after the first release does NOT run this: the golden run is what must stay readable.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
expunge=$(realpath -- "${1:-$here/../../build/release/expunge}")

work=$(mktemp -d -t expunge-golden-XXXXXX)
trap 'rm -rf "$work"' EXIT
cd -- "$work"
"$expunge" train --run run --data digits:40,seed=7 --model logistic --shards 2 --slices 2 --epochs 1 --momentum 0 --seed 7
# An id for each shard: the last slice of one forgets exactly, the other approximately.
ids=()
for shard in 0 1; do
  for ((id = 0; id < 40; id++)); do
    if "$expunge" inspect --run run --sample "$id" --json | grep -q "\"shard\": $shard,"; then
      ids+=("$id")
      break
    fi
  done
done
echo "{\"request_id\":\"exact\",\"sample_ids\":[${ids[0]}]}" >exact.jsonl
echo "{\"request_id\":\"approximate\",\"sample_ids\":[${ids[1]}]}" >approximate.jsonl
"$expunge" unlearn --run run --requests exact.jsonl
"$expunge" verify --run run
"$expunge" keygen --out key
"$expunge" certify --run run --request exact --key key --out certificate.json
"$expunge" unlearn --run run --requests approximate.jsonl --method finetune:epochs=1
"$expunge" evaluate --run run --data digits:40,seed=8 >/dev/null

golden=$here/golden-run
rm -rf "$golden"
mkdir "$golden"
rm -f run/lock
sed -i "s#$work/#/golden/#g" run/evaluation.json run/verification.json
mv run certificate.json key.pub "$golden/"
sed -n 's/^ *"payload": "\([^"]*\)".*/\1/p' "$golden/certificate.json" | base64 -d >payload
if grep -rIn "$work" "$golden" payload; then
  echo "the golden run names the folder it was made in" >&2
  exit 1
fi
du -sh "$golden"
