#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Certificates over a run's life, under both kinds of journal: a subject, ids and a class, forgotten first and recovered
# later; what was certified once stays certifiable and checkable after later deletions, and nobody is named.
expunge=$1
# shellcheck source=tests/cli/expect.sh
. "$(dirname "$0")/expect.sh"
unset SLURM_JOB_END_TIME
cd "$work" || exit 1
expect_exit 0 "$expunge" keygen --out key
cat >1.jsonl <<'END'
{"request_id":"r1","requested_by":"carol@example.org","subject_id":"writer-000003","reason":"left us"}
{"request_id":"r2","requested_by":"carol@example.org","sample_ids":[271,283]}
END
echo '{"request_id":"r3","label":4,"received_at":"2026-03-01T09:30:00Z","regulation":"GDPR"}' >2.jsonl
echo '{"request_id":"r4","sample_ids":[11,13,271]}' >3.jsonl

# certified ID PROOFS FILE OPTIONS...: the certificate of a request holds, with so many proofs and the verification's
# word, and names nobody.
certified() {
  local id=$1 proofs=$2 file=$3
  shift 3
  expect_exit 0 "$expunge" certify --run run --key key --request "$id" --out "$file" --text "$file.txt" "$@"
  out_says "$proofs references proved absent"
  holds "$file" "$proofs"
  sed -n 's/^ *"payload": "\(.*\)",$/\1/p' "$file" | base64 -d >statement
  grep -qF '"predicateType"' statement || wrong "no statement in $file"
  ! grep -qE 'writer|carol|example\.org|left us' statement "$file.txt" || wrong "$file names somebody"
  # Ids would stand there as numbers.
  ! grep -qE '[,:[](271|283)[],}]' statement || wrong "$file holds a sample's id"
  ! grep -qwE '271|283' "$file.txt" || wrong "$file.txt holds a sample's id"
}
holds() {
  expect_exit 0 "$expunge" check-certificate "$1" --public-key key.pub
  out_says "proofs        $2 references: there before, absent from all 3 shards after"
}
said() {
  expect_exit 0 "$expunge" check-certificate "$1" --public-key key.pub --json
  shift
  for text in "$@"; do out_says "$text"; done
}

for ids in plain digest; do
  rm -rf run scrubbed.h5
  expect_exit 0 "$expunge" train --run run --data digits:300,seed=7,writers=30 --model mlp:hidden=4 --shards 3 --slices 2 \
    --epochs 1 --seed 7
  expect_exit 0 "$expunge" unlearn --run run --requests 1.jsonl --journal-ids $ids
  expect_exit 0 "$expunge" verify --run run
  # A subject and all of its samples have a reference each.
  expect_exit 0 "$expunge" inspect --run run
  deleted=$(sed -n 's/^deleted *\([0-9]*\) samples.*/\1/p' "$work/out")
  of_subject=$((deleted - 2 + 1))
  certified r1 $of_subject r1.json
  said r1.json '"recovered": true' '"completed": true' '"verification": "equal"' "\"deleted\": $((deleted - 2))"
  certified r2 2 r2.json

  expect_exit 0 "$expunge" unlearn --run run --requests 2.jsonl --journal-ids $ids --forget-now
  expect_exit 0 "$expunge" certify --run run --key key --request r3 --out r3.json --text r3.txt
  said r3.json '"recovered": false' '"completed": false' '"verification": "not verified"'
  grep -q 'not yet' r3.txt || wrong "the readable version says that all is done"
  expect_exit 0 "$expunge" unlearn --run run --recover
  expect_exit 0 "$expunge" verify --run run
  expect_exit 0 "$expunge" certify --run run --key key --request r3 --out r3.done.json
  said r3.done.json '"recovered": true' '"completed": true' '"verification": "equal"'
  said r3.json '"recovered": false'

  # Later deletions, and data without the rows.
  expect_exit 0 "$expunge" unlearn --run run --requests 3.jsonl --journal-ids $ids
  expect_exit 0 "$expunge" data scrub --run run --out scrubbed.h5
  holds r1.json $of_subject
  certified r1 $of_subject again.json
  said again.json '"verification": "equal"'
  expect_exit 0 "$expunge" verify --run run --data hdf5:scrubbed.h5
  certified r1 $of_subject again.json --data hdf5:scrubbed.h5
  said again.json '"verification": "equal"' '"completed": true'
  certified r2 2 again.json --data hdf5:scrubbed.h5
  certified r4 2 r4.json --data hdf5:scrubbed.h5
  said r4.json '"deleted": 2'
  if [ $ids = digest ]; then
    ! grep -qE 'writer|carol|example|[,:[](271|283)[],}]' run/journal.jsonl || wrong "the journal names somebody"
  fi
done

# One character altered anywhere: in the payload and the signature it is told as that.
size=$(stat -c %s r1.json)
for place in 1 2 3 4 5 6 7 8 9; do
  at=$((size * place / 10))
  old=$(tail -c +$((at + 1)) r1.json | head -c1)
  new=A
  [ "$old" != A ] || new=B
  { head -c $at r1.json && printf %s $new && tail -c +$((at + 2)) r1.json; } >altered.json
  expect_exit 3 "$expunge" check-certificate altered.json --public-key key.pub
  err_says 'altered.json: '
done
expect_exit 0 "$expunge" keygen --out other
expect_exit 3 "$expunge" check-certificate r1.json --public-key other.pub
finish
