#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Forgetting at once and retraining later: what answers in between, what the run tells of itself, and that in the end
# it is the run that one pass makes. No shard answers between its samples' deletion being accepted and carried out.
expunge=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"
# shellcheck source=tests/cli/runs.sh
. "$here/runs.sh"
# shellcheck source=tests/cli/deletions.sh
. "$here/deletions.sh"
cd "$work" || exit 1
unset SLURM_JOB_END_TIME
training=(--data digits:300,seed=3 --model mlp:hidden=4 --shards 4 --slices 3 --epochs 2 --seed 7)
held_out=(--data digits:40,seed=8)
expect_exit 0 "$expunge" train --run trained "${training[@]}"
# Sample 17 lies in slice 3 and 201 in slice 1 of shard 1, 1 in slice 3 and 9 in slice 2 of shard 2.
printf '%s\n' '{"request_id":"r1","sample_ids":[17,201]}' '{"request_id":"r2","sample_ids":[1]}' >first.jsonl
printf '%s\n' '{"request_id":"r3","sample_ids":[3,9]}' >second.jsonl
printf '%s\n' '{"request_id":"r4","ranges":[[0,300]]}' >all.jsonl
cp -r trained whole
expect_exit 0 "$expunge" unlearn --run whole --requests first.jsonl
cp -r whole whole.first
expect_exit 0 "$expunge" unlearn --run whole --requests second.jsonl

# Promised, and not yet carried out: the touched shards don't answer, whether asked for labels or for a score, and the
# others do.
cp -r trained promised
expect_exit 75 "$expunge" unlearn --run promised --requests first.jsonl --stop-before 0s --json
out_is_one_document
holds '"complete": false' '"batches_pending": 1' '"batches_completed": []' '"status": "accepted"'
value_of stopped_by out | grep -q '"the deadline ' || wrong "the report does not say why it stopped"
expect_exit 0 "$expunge" evaluate --run promised "${held_out[@]}" --json
holds '"models": 2' '"reason": "a deletion is accepted and not yet carried out"'
[ "$(grep -c '"abstains": true' out)" -eq 2 ] || wrong "not two shards abstain"
expect_exit 0 "$expunge" predict --run promised "${held_out[@]}" --out answers.csv --format csv
head -n1 answers.csv | grep -q models || wrong "answers do not say how many models gave them"
expect_exit 0 "$expunge" inspect --run promised --json
[ "$(grep -c '"stale": true' out)" -eq 2 ] || wrong "not two shards are stale"
expect_exit 0 "$expunge" inspect --run promised
out_says '1 batch not worked off'
expect_exit 2 "$expunge" train --run promised
err_says "finish them with 'expunge unlearn --run $work/promised --recover'"
expect_exit 0 "$expunge" unlearn --run promised --requests first.jsonl
same_training promised whole.first "put down after accepting, then the same command again"

# Forgotten: the ensemble serves what is left, and says what that is.
cp -r trained run
expect_exit 0 "$expunge" unlearn --run run --requests first.jsonl --forget-now --json
out_is_one_document
holds '"complete": false' '"shards_rolled_back": 2' '"files_erased": 4' '"sample_gradients": 0' '"speedup": null' \
  '"seconds_to_recover": null' '"status": "forgotten"'
[ "$(value_of seconds_to_forget out)" != null ] || wrong "the time to forget is not told"
[ "$(cat run/shards/000[12]/shard.json | grep -c '"stage"')" -eq 2 ] || wrong "not rolled back to two stages in all"
expect_exit 0 "$expunge" evaluate --run run "${held_out[@]}" --json
holds '"models": 3'
[ "$(grep -c '"abstains": true' out)" -eq 1 ] || wrong "not one shard abstains"
expect_exit 0 "$expunge" evaluate --run run "${held_out[@]}"
out_says 'majority, 3 of 4 shards'
expect_exit 0 mpirun -n 2 "$expunge" verify --run run --json
out_is_one_document
holds '"equal": true' '"stages_checked": 8' '"stale_files": []'
grep -A1 '"pending_batches"' out | grep -q 1 || wrong "verify does not say what is pending"
expect_exit 0 "$expunge" verify --run run
out_says 'incomplete  shard 1 serves stage 0: recovery pending'
out_says 'pending     deletion batches 1'
expect_exit 0 "$expunge" inspect --run run
out_says 'see '"'"'expunge unlearn --recover'"'"
tree_of run | grep -v verification.json >before
expect_exit 2 "$expunge" train --run run
err_says '--recover'
expect_exit 0 "$expunge" unlearn --run run --requests first.jsonl --forget-now
out_says 'nothing new in 2 requests'
tree_of run | grep -v verification.json | cmp -s - before || wrong "forgetting again, or a refusal, changed the run"
expect_exit 0 "$expunge" unlearn --run run --recover --dry-run --json
cp out forecast

# More is forgotten on top; then all of it is retrained in one pass.
expect_exit 0 "$expunge" unlearn --run run --requests second.jsonl --forget-now --json
holds '"batch": 2' '"batches_pending": 2'
expect_exit 0 "$expunge" verify --run run
expect_exit 0 "$expunge" unlearn --run run --recover --dry-run --json
cp out forecast
expect_exit 0 mpirun -n 2 "$expunge" unlearn --run run --recover --json
out_is_one_document
holds '"complete": true' '"batch": null' '"requests": 3' '"seconds_to_forget": null'
[ "$(value_of sample_gradients forecast)" = "$(value_of sample_gradients out)" ] || wrong "the dry run foretold another cost"
same_training run whole "forgotten at once twice, then recovered"
expect_exit 0 "$expunge" verify --run run --json
holds '"equal": true' '"pending_batches": []' '"stages_checked": 12'
expect_exit 0 "$expunge" train --run run
[ "$(grep -c '"state":"forgotten"' run/journal.jsonl)" -eq 2 ] || wrong "the journal does not hold both"
[ "$(grep -c '"state":"completed"' run/journal.jsonl)" -eq 1 ] || wrong "both were not completed together"

# Both in one job, told apart.
cp -r trained both
expect_exit 0 "$expunge" unlearn --run both --requests first.jsonl --forget-now --recover --json
out_is_one_document
holds '"complete": true' '"files_erased": 4'
for key in seconds_to_forget seconds_to_recover; do
  [ "$(value_of $key out)" != null ] || wrong "$key is not told"
done
same_training both whole.first "forgotten at once and recovered in the same job"
cp -r trained words
expect_exit 0 "$expunge" unlearn --run words --requests first.jsonl --forget-now --recover
out_says 'forgotten in '
out_says '2 shards rolled back, 4 files erased; no checkpoint and no answer knows the samples'
out_says 'retrained 4 stages in 2 shards'

# All forgotten: nobody answers, and that is no crash.
cp -r trained none
expect_exit 0 "$expunge" unlearn --run none --requests all.jsonl --forget-now
# What is left are checkpoints of stages that never saw a sample: slices that were empty.
for shard in none/shards/*/shard.json; do
  ! grep '"samples": [1-9]' "$shard" >&2 || wrong "a checkpoint is left where all is forgotten: $shard"
done
expect_exit 1 "$expunge" evaluate --run none "${held_out[@]}" --json
out_is_one_document
holds '"accuracy": null' '"models": 0'
expect_exit 1 "$expunge" evaluate --run none "${held_out[@]}"
err_says 'no shard can vote: all samples were deleted'
expect_exit 1 "$expunge" predict --run none "${held_out[@]}" --out none.csv --format csv
err_says 'no shard can vote'
[ ! -e none.csv ] || wrong "answers where nobody answers"
expect_exit 0 "$expunge" verify --run none
expect_exit 0 "$expunge" unlearn --run none --recover
expect_exit 0 "$expunge" verify --run none
finish
