#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Certificates of deletion: keys, what a run states of a request, and what is refused.
expunge=$1
# shellcheck source=tests/cli/expect.sh
. "$(dirname "$0")/expect.sh"

# Keys.
expect_exit 0 "$expunge" keygen --out "$work/key"
out_says "keep $work/key to yourself, and give $work/key.pub to whoever checks your certificates"
[ "$(stat -c %a "$work/key")" = 600 ] || wrong "the secret key has not mode 600"
head -n1 "$work/key" | grep -qx expunge-signing-key-v1 || wrong "no type in the first line of the secret key"
cp "$work/key" "$work/key.before"
expect_exit 1 "$expunge" keygen --out "$work/key"
err_says "$work/key is there already, and a key is never written over"
cmp -s "$work/key" "$work/key.before" || wrong "the key was written over"
expect_exit 0 "$expunge" keygen --out "$work/other" --json
out_says '"public_key": "'
expect_exit 2 "$expunge" keygen
err_says '--out FILE is missing'
[ -z "$(find "$work" -name '.*.tmp-*')" ] || wrong "a temporary file was left"

# A run, and what it can and can't certify.
run=$work/run
data=digits:300,seed=7,writers=30
expect_exit 0 "$expunge" train --run "$run" --data "$data" --model mlp:hidden=4 --shards 3 --slices 2 --epochs 1 --seed 7
printf '%s\n' '{"request_id":"r1","sample_ids":[5,17],"received_at":"2026-03-01T09:30:00Z","regulation":"GDPR"}' \
  '{"request_id":"r2","requested_by":"bob","subject_id":"writer-000003"}' \
  '{"request_id":"r3","requested_by":"bob","sample_ids":[100]}' \
  '{"request_id":"r3","requested_by":"eve","sample_ids":[101]}' >"$work/requests.jsonl"
expect_exit 0 "$expunge" unlearn --run "$run" --requests "$work/requests.jsonl" --forget-now

certify() { "$expunge" certify --run "$run" --key "$work/key" "$@"; }
check() { "$expunge" check-certificate "$1" --public-key "$work/key.pub" "${@:2}"; }

expect_exit 0 certify --request r1 --out "$work/forgotten.json" --text "$work/forgotten.txt"
err_says 'the run has a short seed'
expect_exit 0 check "$work/forgotten.json"
out_says 'request       r1, 2 samples deleted, forgotten, retraining pending'
out_says 'proofs        2 references: there before, absent from all 3 shards after'
grep -q 'Completed   not yet' "$work/forgotten.txt" || wrong "the readable version says that all is done"

expect_exit 0 "$expunge" unlearn --run "$run" --recover
expect_exit 0 certify --request r1
cp "$work/out" "$work/r1.json"
expect_exit 0 check "$work/r1.json" --json
out_says '"ok": true'
out_says '"recovered": true'
out_says '"verification": "not verified"'
expect_exit 0 check "$work/r1.json" --text
out_says 'CERTIFICATE OF DELETION FROM A TRAINED MODEL'
expect_exit 0 check "$work/forgotten.json"
out_says 'retraining pending'

# What a verification found, once one has looked at this journal.
expect_exit 0 "$expunge" verify --run "$run"
expect_exit 0 certify --request r1 --out "$work/verified.json"
! grep -q 'not verified' "$work/err" || wrong "a verified run is told not to be"
expect_exit 0 check "$work/verified.json"
out_says 'verification  equal, 6 of 6 stages in 3 of 3 shards at '

# A subject of whom nothing is left has a proof too; whoever requested it is not named.
expect_exit 0 certify --request r2 --out "$work/r2.json"
sed -n 's/^ *"payload": "\(.*\)",$/\1/p' "$work/r2.json" | base64 -d >"$work/statement"
grep -q '"kind":"subject"' "$work/statement" || wrong "the subject has no proof"
! grep -qE 'writer-|"bob"' "$work/statement" || wrong "the certificate names somebody"
expect_exit 0 check "$work/r2.json"

# Two requesters, one id.
expect_exit 2 certify --request r3
err_says "2 requesters have a request 'r3': say whose with --requested-by"
expect_exit 1 certify --request r3 --requested-by eva
err_says "no request 'r3' of this requester was ever accepted"
expect_exit 0 certify --request r3 --requested-by eve --out "$work/r3.json"
expect_exit 1 certify --request r11
err_says "no request 'r11' was ever accepted: did you mean 'r1'?"

# Data that is not the run's proves nothing.
expect_exit 1 certify --request r1 --data digits:300,seed=8,writers=30 --out "$work/none.json"
err_says 'it does not give the live root'
[ ! -e "$work/none.json" ] || wrong "a refused certificate was written"
expect_exit 0 "$expunge" data scrub --run "$run" --out "$work/scrubbed.h5"
expect_exit 0 certify --request r1 --data "hdf5:$work/scrubbed.h5" --out "$work/scrubbed.json"
out_says '2 references proved absent'

expect_exit 1 "$expunge" certify --run "$run" --key "$work/key.pub" --request r1
err_says "$work/key.pub is a public key, and signing needs the secret one"

# What a check refuses.
expect_exit 3 "$expunge" check-certificate "$work/r1.json" --public-key "$work/other.pub"
err_says 'and the key given is'
sed 's/"sig": "\(.\)\(.\)/"sig": "\2\1/' "$work/r1.json" >"$work/bad.json"
cmp -s "$work/bad.json" "$work/r1.json" && sed 's/"sig": "../"sig": "AA/' "$work/r1.json" >"$work/bad.json"
expect_exit 3 check "$work/bad.json" --json
out_says '"ok": false'
err_says 'does not hold: the document was altered'
expect_exit 1 check "$work/key.pub"
err_says "$work/key.pub is not JSON"
expect_exit 1 check "$work/nowhere.json"
err_says 'nowhere.json'
expect_exit 1 "$expunge" check-certificate "$work/r1.json" --public-key "$work/key"
err_says "$work/key is a secret key: give the public one, $work/key.pub"
expect_exit 2 "$expunge" check-certificate "$work/r1.json"
err_says '--public-key FILE is missing'
finish
