#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Forgetting in one pass: what the commands print and promise, what they refuse, and that what is refused leaves the run
# as it was. The same on any number of ranks, and on a run that is not trained to its end.
expunge=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"
# shellcheck source=tests/cli/runs.sh
. "$here/runs.sh"
# shellcheck source=tests/cli/deletions.sh
. "$here/deletions.sh"
# shellcheck source=tests/faults/jobs.sh
. "$here/../faults/jobs.sh"
cd "$work" || exit 1
training=(--data digits:300,seed=3 --model mlp:hidden=4 --shards 4 --slices 3 --epochs 2 --seed 7)
expect_exit 0 mpirun -n 2 "$expunge" train --run trained "${training[@]}"
printf '%s\n' '{"request_id":"r1","sample_ids":[5,17,201]}' '{"request_id":"r2","sample_ids":[299]}' >req.jsonl
# anew NAME: the run `trained` under another name.
anew() {
  rm -rf "$1"
  cp -r trained "$1"
}

# What the dry run says is what unlearning then costs, and neither it nor what it is asked with changes anything. It
# needs no lock, and so no right to write.
anew run
tree_of run >before
expect_exit 0 "$expunge" unlearn --run run --requests req.jsonl --dry-run
for line in 'would work off 2 requests on ' 'shard 1     from slice 1: 3 stages, ' 'shard 3     from slice 2: 2 stages, ' \
  'of 5 files to erase' 'nothing was accepted, and nothing written'; do out_says "$line"; done
expect_exit 0 "$expunge" unlearn --run run --requests req.jsonl --dry-run --json
out_is_one_document
has_keys dry_run run method bound requests ranks shards_to_retrain stages_to_retrain sample_gradients sample_gradients_full_retrain \
  speedup predicted_seconds bytes_written bytes_erased files_to_erase files_kept_at_most shards outcomes
cp out forecast
exec 9<run/lock
flock -x 9
expect_exit 0 "$expunge" unlearn --run run --requests req.jsonl --dry-run
expect_exit 75 "$expunge" unlearn --run run --requests req.jsonl
err_says 'another job holds this run'
exec 9<&-
tree_of run | cmp -s - before || wrong "a dry run changed the run"

# The acceptance commands.
cp -r trained/shards/0001 tainted
expect_exit 0 mpirun -n 2 "$expunge" unlearn --run run --requests req.jsonl --json
out_is_one_document
has_keys run method guarantee complete batch batches_completed batches_pending ranks requests samples_deleted \
  samples_live shards_rolled_back shards_retrained stages_retrained sample_gradients forward_passes \
  hessian_vector_products sample_gradients_full_retrain \
  speedup seconds seconds_to_forget seconds_to_recover overhead phase_seconds process_seconds bytes_read bytes_written \
  peak_resident_bytes files_erased files_kept files shards approximate fallbacks stopped_by outcomes
cp out unlearned
for key in sample_gradients sample_gradients_full_retrain; do
  [ "$(value_of $key forecast)" = "$(value_of $key unlearned)" ] || wrong "the dry run foretold another $key"
done
[ "$(value_of stages_to_retrain forecast)" = "$(value_of stages_retrained unlearned)" ] || wrong "other stages"
[ "$(value_of shards_to_retrain forecast)" = "$(value_of shards_retrained unlearned)" ] || wrong "other shards"
[ "$(grep -o '"file": "[^"]*"' forecast)" = "$(grep -o '"file": "[^"]*"' unlearned)" ] || wrong "other files"
holds '"complete": true' '"requests": 2' '"samples_deleted": 4' '"samples_live": 296' '"shards_retrained": 2' \
  '"stages_retrained": 5' '"files_erased": 5' '"stopped_by": null' '"seconds_to_forget": null'
expect_exit 0 mpirun -n 2 "$expunge" verify --run run --json
out_is_one_document
has_keys run equal verdict message selection shards_selected challenge shards stages shards_checked stages_checked \
  journal_ok journal differences findings stale_files approximate_shards not_erased unfinished pending_batches \
  incomplete_shards not_comparable stopped_by sample_gradients ranks seconds
holds '"equal": true' '"journal_ok": true' '"stale_files": []' '"shards_checked": 4' '"stages_checked": 12'
for name in tainted/slice-*; do
  [ ! -e "run/shards/0001/$(basename "$name")" ] || wrong "still there: $name"
done
for key in $(grep -ho '^  "[a-z_]*"' forecast unlearned "$work/out" | tr -d ' "' | sort -u); do
  grep -q "^| .*\`$key\`" "$here/../../launcher/coordinator/README.md" || wrong "not documented: $key"
done
rm -f run/verification.json
cp -r run unlearned.run

# Every key of what is said for people, and a repetition is no deletion.
anew text
expect_exit 0 "$expunge" unlearn --run text --requests req.jsonl
for line in 'accepted 2 requests as batch 1, 4 samples to forget' 'retrained 5 stages in 2 shards: ' \
  'training everything from scratch would have been ' 'published, and erased 5 files that had seen the samples'; do
  out_says "$line"
done
same_training text run "one rank and two"
tree_of text >before
expect_exit 0 "$expunge" unlearn --run text --requests req.jsonl
out_says 'nothing new in 2 requests'
out_says 'request r1: repeated'
expect_exit 0 mpirun -n 2 "$expunge" unlearn --run text --requests req.jsonl --json
out_is_one_document
holds '"batch": null' '"samples_deleted": 0' '"sample_gradients": 0' '"speedup": null' '"complete": true'
tree_of text | cmp -s - before || wrong "a repetition changed the run"

# One byte.
first=$(ls -d run/shards/*/slice-*.h5 | tail -1)
printf x | dd of="$first" bs=1 seek=5000 conv=notrunc status=none
expect_exit 3 "$expunge" verify --run run
out_says "$(basename "$first")"
rm -r run

# On any number of ranks: the same models, and the same journal but for its times.
timeless() {
  sed -E 's/"at":"[^"]*"|"seconds":[0-9.e+-]*|"previous":"[^"]*"|"hash":"[^"]*"//g' "$1/journal.jsonl"
}
for ranks in 1 3; do
  anew run
  expect_exit 0 mpirun -n $ranks "$expunge" unlearn --run run --requests req.jsonl
  same_training run unlearned.run "$ranks ranks and two"
  [ "$(timeless run)" = "$(timeless unlearned.run)" ] || wrong "another journal on $ranks ranks"
done
[ -s run/journal.jsonl ] || wrong "no journal"

# refused CODE TEXT WORDS...: and the run is as it was.
tree_of run >before
refused() {
  local code=$1 text=$2
  shift 2
  expect_exit "$code" "$@"
  err_says "$text"
  out_is_empty
  tree_of run | cmp -s - before || wrong "a refusal changed the run: $*"
}
unlearn=("$expunge" unlearn --run run)
printf '%s\n' '{"request_id":"r1","sample_ids":[5,17]}' '{"request_id":"new","sample_ids":[9]}' >other.jsonl
refused 1 'line 1 (r1): a request of this id was accepted before with other content' "${unlearn[@]}" --requests other.jsonl
err_says 'other.jsonl: 1 fault, nothing was accepted:'
printf '%s\n' '{"request_id":"u1","sample_ids":[9]}' '{"request_id":"u2","sample_ids":[10,300]}' \
  '{"request_id":"u3","subject_id":"nobody"}' '{"request_id":"u4","ranges":[[298,302]]}' >unknown.jsonl
refused 1 'line 2 (u2): sample 300 is not in the data, and was never deleted' "${unlearn[@]}" --requests unknown.jsonl
err_says "line 3 (u3): subject 'nobody' is not in the data"
err_says 'line 4 (u4): samples 300, 301 are not in the data'
err_says '3 faults, nothing was accepted'
refused 1 'line 2 (u2): sample 300' mpirun -n 2 "${unlearn[@]}" --requests unknown.jsonl
said_once 'line 2 (u2)'
printf '%s\n' '{"request_id":"a","sample_ids":[9]}' '' '{"request_id":"b","sample_ids":[9],"label":3}' \
  '{"request_id":"c"' '{"sample_ids":[9]}' '{"request_id":"a","sample_ids":[10]}' >broken.jsonl
refused 1 '4 faults, nothing was accepted' "${unlearn[@]}" --requests broken.jsonl
for line in 3 4 5 6; do err_says "line $line"; done
printf '%s\n' 'request_id,sample_id' 'a,9' 'a,x' 'b' >broken.csv
refused 1 'line 3' "${unlearn[@]}" --requests broken.csv
err_says 'line 4'
: >empty.jsonl
refused 1 'empty.jsonl' "${unlearn[@]}" --requests empty.jsonl
refused 1 'nowhere.jsonl: No such file or directory' "${unlearn[@]}" --requests nowhere.jsonl
refused 1 "'received_at' is missing: --sort received_at needs it" "${unlearn[@]}" --requests req.jsonl --sort received_at
refused 2 '--requests FILE is missing' "${unlearn[@]}"
refused 2 '--unknown' "${unlearn[@]}" --requests req.jsonl --unknown perhaps
refused 2 '--method' "${unlearn[@]}" --requests req.jsonl --method rewind
refused 2 '--journal-ids' "${unlearn[@]}" --requests req.jsonl --journal-ids none
refused 2 'window' "${unlearn[@]}" --requests req.jsonl --policy window:soon
refused 2 'not with --dry-run' "${unlearn[@]}" --requests req.jsonl --policy immediate --dry-run
refused 2 '--run' "$expunge" unlearn --requests req.jsonl
refused 1 'there is no run here' "$expunge" unlearn --run nowhere --requests req.jsonl
refused 1 'there is no run here' "$expunge" unlearn --run nowhere --requests req.jsonl --dry-run
refused 1 'there is no run here' "$expunge" verify --run nowhere
[ ! -e nowhere ] || wrong "a refused command made the run directory"
expect_exit 0 "${unlearn[@]}" --recover
out_says 'nothing is left to work off'
expect_exit 0 "${unlearn[@]}" --recover --forget-now --json
out_is_one_document
tree_of run | cmp -s - before || wrong "a run with nothing to work off was changed"

# What is unknown is passed over where that is asked for, and told.
expect_exit 0 "${unlearn[@]}" --requests unknown.jsonl --unknown skip --json
out_is_one_document
[ "$(grep -c '"status": "partial"' out)" -eq 2 ] || wrong "not two requests are partial"
[ "$(grep -c '"status": "unknown_sample"' out)" -eq 1 ] || wrong "not one request is unknown"
holds '"samples_deleted": 3' '"samples_live": 293' # 9, 10 and 298: 299 was deleted before
expect_exit 0 "$expunge" verify --run run --touched
printf '%s\n' '{"request_id":"late","sample_ids":[5,299]}' >absent.jsonl
expect_exit 0 "${unlearn[@]}" --requests absent.jsonl
out_says 'request late: already_absent'
printf '%s\n' '{"request_id":"none","subject_id":"nobody"}' >nobody.jsonl
expect_exit 0 "${unlearn[@]}" --requests nobody.jsonl --unknown skip
out_says 'nothing new in 1 request'
out_says 'request none: unknown_sample'
! grep -q 'accepted before' out || wrong "an unknown request is said to have been accepted before"

# Data that is no longer where it was.
expect_exit 0 "$expunge" data digits --out here.h5 --samples 300 --digits-seed 3
expect_exit 0 "$expunge" train --run moved --data hdf5:here.h5 "${training[@]:2}"
mv here.h5 there.h5
tree_of moved >before
expect_exit 1 "$expunge" unlearn --run moved --requests req.jsonl
err_says "$work/here.h5: No such file or directory"
err_says 'where they have moved, give --data'
tree_of moved | cmp -s - before || wrong "a refusal changed the run"
expect_exit 1 "$expunge" unlearn --run moved --requests req.jsonl --data digits:300,seed=4
err_says 'these are not the samples that the run was begun with'
tree_of moved | cmp -s - before || wrong "a refusal changed the run"
expect_exit 0 "$expunge" unlearn --run moved --requests req.jsonl --data hdf5:there.h5
digests_of moved | diff - <(digests_of unlearned.run) >&2 || wrong "data that has moved gives other models"
expect_exit 0 "$expunge" verify --run moved --data hdf5:there.h5

# A run that is not trained to its end: the touched shards are, and training goes on with the others. The same as a
# training that never had the rows.
run=$work/young
training=(--data digits:300,seed=3 --model lenet --shards 3 --slices 3 --epochs 40 --seed 7)
start
freeze
expect_exit 0 "$expunge" halt --run "$run"
thaw
ended 75
expect_exit 0 "$expunge" unlearn --run young --requests req.jsonl --dry-run --json
cp out forecast
shards_before=$(ls young/shards)
expect_exit 0 "$expunge" unlearn --run young --requests req.jsonl --json
holds '"complete": true' '"samples_live": 296'
[ -z "$shards_before" ] || for shard in $(sed -n 's/^ *"shard": \([0-9]*\),$/\1/p' forecast | sort -u); do
  [ "$(grep -c '"stage"' "$(printf 'young/shards/%04d/shard.json' "$shard")")" -eq 3 ] || wrong "shard $shard is not complete"
done
! grep -q '"fate": "absent"' out || wrong "a file is told as gone that this job removed"
expect_exit 0 "$expunge" verify --run young
expect_exit 0 mpirun -n 2 "$expunge" train --run young
expect_exit 0 "$expunge" data scrub --run young --out scrubbed.h5
expect_exit 0 mpirun -n 2 "$expunge" train --run fresh --data hdf5:scrubbed.h5 "${training[@]:2}"
digests_of young | diff - <(digests_of fresh) >&2 || wrong "not the models of a training without the rows"
finish
