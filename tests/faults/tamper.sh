#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Whatever someone changes in a run directory, a verification says no and names it; put back, it says yes again.
expunge=$1
here=$(cd "$(dirname "$0")/../cli" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"
run=$work/run
expect_exit 0 "$expunge" train --run "$run" --data digits:600,seed=3 --model mlp:hidden=16 --shards 2 --slices 3 \
  --epochs 1 --seed 7
cp -r "$run" "$work/trained"
for number in 1 2; do
  echo "{\"request_id\":\"r$number\",\"sample_ids\":[$((number * 5)),$((number * 50)),$((number * 250))]}" >"$work/requests"
  expect_exit 0 "$expunge" unlearn --run "$run" --requests "$work/requests"
done
expect_exit 0 "$expunge" verify --run "$run"
[ "$(wc -l <"$run/journal.jsonl")" -ge 6 ] || wrong "the journal is too short for this test"

# Where a check needs no retraining it is not waited for: one stage is replayed.
verify() { "$expunge" verify --run "$run" --sample-fraction 0.01 --challenge 000102030405060708090a0b0c0d0e0f "$@"; }

# refuted WHAT FILE: the answer is no, and names the kind of what was found and the file.
refuted() {
  expect_exit 3 verify --json
  out_says '"equal": false'
  out_says "\"what\": \"$1\""
  out_says "\"file\": \"$2\""
}
# restored FILE: from the copy.
restored() { cp "$work/copy" "$1"; }
# flip FILE POSITION: the lowest bit of one byte.
flip() {
  local byte
  byte=$(od -An -tu1 -j "$2" -N1 "$1")
  # shellcheck disable=SC2059
  printf "\\$(printf %03o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# One bit anywhere in each slice file.
for file in "$run"/shards/*/slice-*.h5; do
  cp "$file" "$work/copy"
  size=$(stat -c %s "$file")
  for part in 0 1 2 3; do
    flip "$file" $(((size - 1) * part / 3))
    refuted damaged-file "${file#"$run"/}"
    restored "$file"
  done
done
expect_exit 0 verify

# A slice file cut, missing, or in another's place.
first=$(ls "$run"/shards/0000/slice-01-*.h5)
second=$(ls "$run"/shards/0000/slice-02-*.h5)
cp "$second" "$work/copy"
truncate -s -1 "$second"
refuted damaged-file "${second#"$run"/}"
rm "$second"
refuted missing-file "${second#"$run"/}"
cp "$first" "$second"
refuted damaged-file "${second#"$run"/}"
restored "$second"
expect_exit 0 verify

# A checkpoint that was superseded, put back or left.
for old in "$work"/trained/shards/*/slice-*.h5; do
  name=${old#"$work"/trained/}
  [ ! -e "$run/$name" ] || continue
  cp "$old" "$run/$name"
  refuted stale-file "$name"
  out_says 'saw samples of a deletion that is completed'
  out_says '"stale_files": ['
  rm "$run/$name"
  superseded=$name
done
[ -n "${superseded:-}" ] || wrong "no checkpoint was superseded"
# The whole shard as it was before the deletions, its record included.
shard=$(dirname "$superseded")
mv "$run/$shard" "$work/shard"
cp -r "$work/trained/$shard" "$run/$shard"
refuted stale-shard "$shard"
# The same, claiming to respect the deletions.
sed -i 's/"respects": 0/"respects": 2/' "$run/$shard/shard.json"
refuted lineage "$superseded"
rm -r "${run:?}/$shard"
mv "$work/shard" "$run/$shard"
expect_exit 0 verify

# The record of a shard.
record=$run/shards/0000/shard.json
cp "$record" "$work/copy"
for edit in 's/"stage": 2/"stage": 3/' 's/"samples": /"samples": 1/' 's/"sample_gradients": /"sample_gradients": 1/' \
  's/"respects": 2/"respects": 3/' 's/"format_version": 3/"format_version": 9/' 's/"bytes": /"bytes": 1/' '$d'; do
  sed -i "$edit" "$record"
  cmp -s "$record" "$work/copy" && wrong "nothing was edited: $edit"
  refuted record shards/0000/shard.json
  restored "$record"
done
sed -i '0,/"model_digest": "./s//"model_digest": "x/' "$record"
refuted record shards/0000/shard.json
restored "$record"
digit=$(grep -o -m1 '"model_digest": ".' "$record" | tail -c2)
sed -i "0,/\"model_digest\": \"$digit/s//\"model_digest\": \"$([ "$digit" = 0 ] && echo 1 || echo 0)/" "$record"
refuted lineage "${first#"$run"/}"
restored "$record"

# The journal: a first, middle or last line altered, cut or exchanged.
journal=$run/journal.jsonl
cp "$journal" "$work/copy"
last=$(wc -l <"$journal")
for line in 1 $((last / 2)) "$last"; do
  sed -i "${line}s/\"batch/\"bitch/" "$journal"
  cmp -s "$journal" "$work/copy" && wrong "nothing was altered in line $line"
  refuted journal journal.jsonl
  out_says '"journal_ok": false'
  out_says "line $line"
  restored "$journal"
  sed -i "${line}d" "$journal"
  refuted journal journal.jsonl
  restored "$journal"
done
rm "$journal"
refuted journal journal.jsonl
restored "$journal"

# What nothing names.
for name in answers.csv shards/0000/notes shards/0007/slice-01-0123456789abcdef.h5 .nfs0001; do
  mkdir -p "$(dirname "$run/$name")"
  echo x >"$run/$name"
  refuted unknown-file "$name"
  rm "$run/$name"
done
rmdir "$run/shards/0007"
expect_exit 0 verify

# The verdict is kept in the run, a bad one too.
flip "$second" 3000
expect_exit 3 mpirun -n 2 "$expunge" verify --run "$run"
out_says 'not equal: '
grep -q '"equal": false' "$run/verification.json" || wrong "the verdict is not kept"
finish
