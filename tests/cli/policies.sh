#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# A request file replayed under every policy: batches as POLICIES.md has them, an outcome file with all that OUTCOME.md
# names, and whatever the policy the same models in the end.
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
expect_exit 0 "$expunge" train --run trained "${training[@]}"
# Samples 1 and 2 lie in shard 2, 3 in shard 0, 7 and 17 in shard 1. The third is late whatever happens.
cat >requests.jsonl <<'LINES'
{"request_id":"a","received_at":"2026-01-31T09:00:00Z","sample_ids":[1],"regulation":"GDPR","requested_by":"Ada L."}
{"request_id":"b","received_at":"2026-01-31T10:00:00Z","sample_ids":[2],"regulation":"CCPA"}
{"request_id":"c","received_at":"2026-01-31T21:00:00Z","sample_ids":[3,7],"due_at":"2026-01-31T20:00:00Z"}
{"request_id":"d","received_at":"2026-02-03T09:00:00Z","sample_ids":[17]}
LINES
expect_exit 0 "$expunge" unlearn --run trained --requests requests.jsonl --dry-run
cp -r trained at.once
expect_exit 0 "$expunge" unlearn --run at.once --requests requests.jsonl --out one.json
grep -q '"policy": null' one.json || wrong "one pass is told as a policy"

# batches FILE: the batch of each request, and when each batch was called for.
batches() {
  sed -n 's/^      "batch_id": \([0-9]*\),\{0,1\}$/\1/p' "$1" | head -n4 | tr '\n' ' '
  sed -n 's/^      "triggered_at": "\(.*\)",$/\1/p' "$1" | tr '\n' ' '
}
# replayed POLICY EXPECTED WORDS...
replayed() {
  local policy=$1 expected=$2
  shift 2
  rm -rf run
  cp -r trained run
  expect_exit 0 "$@" "$expunge" unlearn --run run --requests requests.jsonl --policy "$policy" --out outcome.json --json
  out_is_one_document
  cmp -s out outcome.json || wrong "the outcome file is not what was printed: $policy"
  grep -qF "\"policy\": \"$policy\"" outcome.json || wrong "the outcome names another policy than $policy"
  [ "$(batches outcome.json)" = "$expected " ] || wrong "other batches under $policy: $(batches outcome.json)"
  [ "$(grep -c '"status": "completed"' outcome.json)" -eq 4 ] || wrong "not all completed: $policy"
  digests_of run | diff - <(digests_of at.once) >&2 || wrong "another model under $policy"
  expect_exit 0 "$expunge" verify --run run --touched
}
replayed immediate '1 2 3 4 2026-01-31T09:00:00Z 2026-01-31T10:00:00Z 2026-01-31T21:00:00Z 2026-02-03T09:00:00Z'
for key in format version policy requests batches total request_id requester_reference status received_at started_at \
  completed_at due_at met_deadline waiting_seconds n_requested n_deleted shards first_slice batch_id method guarantee \
  forward_passes hessian_vector_products files_kept \
  triggered_at stages_retrained samples_retrained optimizer_steps sample_gradients predicted_sample_gradients \
  baseline_sample_gradients baseline_measured baseline_seconds baseline_seconds_predicted speedup_sample_gradients \
  speedup_seconds speedup_seconds_predicted wall_seconds process_seconds phase_seconds planning restoring training \
  checkpointing publishing erasing idle_seconds bytes_read bytes_written peak_memory_bytes ranks deadlines met missed \
  unknown total mean longest; do
  grep -q "^ *\"$key\": " outcome.json || wrong "the outcome does not hold $key"
done
! grep -q 'Ada' outcome.json || wrong "the outcome names who asked"
# A calendar month from the last of January; 45 days; as stated.
for due in 2026-02-28T09:00:00Z 2026-03-17T10:00:00Z 2026-01-31T20:00:00Z; do
  grep -qF "\"due_at\": \"$due\"" outcome.json || wrong "nothing is due at $due"
done
grep -o '"met_deadline": [a-z]*' outcome.json | tr '\n' ' ' |
  grep -q '"met_deadline": true "met_deadline": true "met_deadline": false "met_deadline": null' || wrong "deadlines"
grep -A4 '"deadlines"' outcome.json | tr -d ' \n' | grep -q '"met":2,"missed":1,"unknown":1' || wrong "their sums"
replayed batch:2 '1 1 2 2 2026-01-31T10:00:00Z 2026-02-03T09:00:00Z' mpirun -n 2
replayed window:24h '1 1 1 2 2026-02-01T09:00:00Z 2026-02-03T09:00:00Z'
grep -q '"waiting_seconds": 86400.0' outcome.json || wrong "the first did not wait for the window"
# c is due before it comes: at once, with those that wait.
replayed deadline '1 1 1 2 2026-01-31T21:00:00Z 2026-02-03T09:00:00Z' mpirun -n 3
replayed shards:2 '1 1 1 2 2026-01-31T21:00:00Z 2026-02-03T09:00:00Z'
expect_exit 0 "$expunge" unlearn --run run --requests requests.jsonl --policy shards:2 --out again.json
out_says '4 requests under policy shards:2 in 0 batches'
cp -r trained words
expect_exit 0 "$expunge" unlearn --run words --requests requests.jsonl --policy immediate
out_says '4 requests under policy immediate in 4 batches'
out_says 'training everything from scratch each time would have been '

# The order of the file, or of receipt.
{ sed -n '4p' requests.jsonl && sed -n '1,3p' requests.jsonl; } >shuffled.jsonl
rm -rf run && cp -r trained run
expect_exit 0 "$expunge" unlearn --run run --requests shuffled.jsonl --policy immediate --sort received_at --json
grep -o '"request_id": "."' out | tr -d '\n' | grep -q 'a".*b".*c".*d"' || wrong "not in the order of receipt"
digests_of run | diff - <(digests_of at.once) >&2 || wrong "another model by order of receipt"

# Times that a policy needs, and words that are none. Nothing is accepted.
rm -rf run && cp -r trained run
tree_of run >before
printf '%s\n' '{"request_id":"x","received_at":"2026-01-31T09:00:00Z","sample_ids":[1]}' '{"request_id":"y","sample_ids":[2]}' >timeless.jsonl
for policy in window:1h deadline; do
  expect_exit 1 mpirun -n 2 "$expunge" unlearn --run run --requests timeless.jsonl --policy $policy
  err_says "line 2 (y): 'received_at' is missing: the policy $policy needs it"
  out_is_empty
done
for policy in sometimes window:24 window:-1h batch:0 batch shards:x immediate:2; do
  expect_exit 2 "$expunge" unlearn --run run --requests requests.jsonl --policy "$policy"
  out_is_empty
done
expect_exit 2 "$expunge" unlearn --run run --recover --policy immediate
tree_of run | cmp -s - before || wrong "a refused replay changed the run"

# What fails within a batch fails on every rank, and does not hang; nothing is lost by it.
damaged=$(ls -d run/shards/0001/slice-01-*)
cp "$damaged" mended
printf x | dd of="$damaged" bs=1 seek=3000 conv=notrunc status=none
expect_exit 1 timeout 120 mpirun -n 2 "$expunge" unlearn --run run --requests requests.jsonl --policy immediate
err_says "$(basename "$damaged")"
cp mended "$damaged"
expect_exit 0 mpirun -n 2 "$expunge" unlearn --run run --requests requests.jsonl --policy immediate
digests_of run | diff - <(digests_of at.once) >&2 || wrong "another model after a failure"

# Put down in the middle, taken up again by the same command: as if nothing had been.
printf '%s\n' '{"request_id":"h1","sample_ids":[201]}' '{"request_id":"h2","sample_ids":[1]}' >halted.jsonl
rm -rf run && cp -r trained run && cp -r trained whole
expect_exit 0 "$expunge" unlearn --run whole --requests halted.jsonl
replay=(mpirun -n 2 "$expunge" unlearn --run run --requests halted.jsonl --policy immediate)
expect_exit 75 "${replay[@]}" --stop-before 0s --out put.down.json
out_says 'stopped: 1 of 2 requests were worked on; run the same command again to go on'
grep -q '"status": "failed"' put.down.json || wrong "a batch that was put down is told as finished"
[ "$(grep -c '"state":"accepted"' run/journal.jsonl)" -eq 1 ] || wrong "more was accepted than was begun"
expect_exit 0 "$expunge" evaluate --run run --data digits:40,seed=8 --json
[ "$(grep -c '"reason": "a deletion is accepted' out)" -eq 1 ] || wrong "a shard answers that has yet to forget"
expect_exit 0 "${replay[@]}" --json
out_is_one_document
[ "$(grep -c '"state":"accepted"' run/journal.jsonl)" -eq 2 ] || wrong "not two batches in all"
digests_of run | diff - <(digests_of whole) >&2 || wrong "another model after a stop"
expect_exit 0 "$expunge" verify --run run
finish
