#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Comparing methods: what the report holds, that the run stays as it is, that the answer is the same every time and on any
# number of ranks, also after the work was put down, halted or killed, and what is refused before any work.
expunge=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"
# shellcheck source=tests/cli/runs.sh
. "$here/runs.sh"
# shellcheck source=tests/cli/deletions.sh
. "$here/deletions.sh"
# shellcheck source=tests/cli/reports.sh
. "$here/reports.sh"
cd "$work" || exit 1
training=(--data digits:300,seed=3 --model mlp:hidden=4 --shards 2 --slices 4 --epochs 2 --seed 7)
expect_exit 0 mpirun -n 2 "$expunge" train --run run "${training[@]}" --slicing sequential
printf '%s\n' '{"request_id":"r1","sample_ids":[5,17]}' '{"request_id":"r2","sample_ids":[299]}' >req.jsonl
methods=(identity retrain exact deepobliviate:epsilon=0.1 finetune retrain-single)
compare=("$expunge" compare --run run --test digits:100,seed=9)
tree_of run >before
is_untouched() { tree_of run | cmp -s - before || wrong "the run is not as it was: $*"; }

same_report() { timeless_report "$1" | diff - first >"$work/out" || wrong "another report: $2"; }

# The acceptance command.
expect_exit 0 mpirun -n 2 "${compare[@]}" --requests req.jsonl --methods "${methods[@]}" --out report
out_says "report: $work/report/report.html"
[ -s report/report.html ] || wrong "no page"
cp report/report.json out
out_is_one_document
sed -n '/^  "methods": \[/,/^  \]/p' out >listed
for key in name guarantee sample_gradients forward_passes hessian_vector_products seconds process_seconds \
  bookkeeping_seconds bytes_read bytes_written storage_bytes training_overhead speedup_sample_gradients \
  speedup_seconds accuracy consistency certifiability tow mia; do
  [ "$(grep -c "^      \"$key\":" listed)" -eq 6 ] || wrong "not in each of six methods: $key"
done
for key in test retain forget theta y kl; do
  [ "$(grep -c "^        \"$key\":" listed)" -ge 6 ] || wrong "not in each of six methods: $key"
done
holds '"floor": {' '"replay": "batch"' '"samples_forgotten": 3' '"samples_live": 297' '"batches": 1' '"ranks": 2' \
  '"reason": "3 forgotten samples: fewer than 20 say nothing"' '"canary": null'
[ "$(sed -n 's/^      "name": "\(.*\)",$/\1/p' listed | tr '\n' ' ')" = "${methods[*]} " ] || wrong "other methods"
[ "$(grep -c '"kind": "order"' out)" -eq 3 ] || wrong "not three floors of other orders"
[ "$(grep -c '"kind": "seed"' out)" -eq 1 ] || wrong "no floor of another seed"
is_untouched "a comparison"
timeless_report out >first
[ "$(wc -l <first)" -gt 500 ] || wrong "hardly a report"

# What exact unlearning costs is what it says of itself; retrained models and exactly unlearned ones are the same.
expect_exit 0 "$expunge" unlearn --run run --requests req.jsonl --dry-run --json
cost=$(value_of sample_gradients out)
full=$(value_of sample_gradients_full_retrain out)
costs_of() { sed -n "/^      \"name\": \"$1\"/,/^    }/s/^      \"$2\": \(.*\),$/\1/p" "$3"; }
[ "$(costs_of exact sample_gradients report/report.json)" = "$cost" ] || wrong "exact does not cost what is foretold"
[ "$(costs_of retrain sample_gradients report/report.json)" = "$full" ] || wrong "retrain does not cost what is foretold"
[ "$(costs_of identity sample_gradients report/report.json)" = 0 ] || wrong "identity costs something"
[ "$(costs_of identity storage_bytes report/report.json)" = 0 ] || wrong "identity needs checkpoints"
kept=$(cat run/shards/*/slice-0[123]-*.h5 | wc -c)
[ "$(costs_of exact storage_bytes report/report.json)" = "$kept" ] || wrong "exact needs other checkpoints"
[ "$(sed -n '/^      "name": "exact"/,/^    }/s/^        "theta": \(.*\),$/\1/p' report/report.json |
  head -n1)" = 0.0 ] || wrong "exact is not the retrained model"

# The same again on another number of ranks; --json prints the document that is written.
for ranks in 3; do
  expect_exit 0 mpirun -n "$ranks" "${compare[@]}" --requests req.jsonl --methods "${methods[@]}" --out report --json
  cmp -s out report/report.json || wrong "not the document that was written"
  same_report report/report.json "$ranks ranks"
done

# Put down, killed and halted, it goes on to the same numbers.
expect_exit 75 "${compare[@]}" --requests req.jsonl --methods "${methods[@]}" --out report2 --stop-before 0s --json
out_is_one_document
holds '"complete": false' '"stopped_by": "the deadline'
[ -d run/comparison/repetition-0 ] || wrong "nothing to go on from"
[ "$(stat -c %a run/comparison)" = 700 ] || wrong "the workspace can be read by others"
for pause in 0.4 0.7; do
  for signal in KILL TERM; do
    # shellcheck disable=SC2016
    bash -c '"$@"; :' - timeout -s "$signal" "$pause" \
      "${compare[@]}" --requests req.jsonl --methods "${methods[@]}" --out report2 >out 2>err
  done
done
[ -e run/comparison ] || expect_exit 75 "${compare[@]}" --requests req.jsonl --methods "${methods[@]}" --out report2 --stop-before 0s
expect_exit 0 "${compare[@]}" --requests req.jsonl --methods "${methods[@]}" --out report2
err_says 'going on comparing'
timeless_report report2/report.json >resumed
without_bytes resumed | diff - <(without_bytes first) >out || wrong "another report after it was put down"
is_untouched "a comparison that was put down"
"${compare[@]}" --requests req.jsonl --methods exact --repeats 200 --out report2 >out 2>err &
job=$!
for _ in $(seq 1200); do
  grep -q 'repetition 1: ' err && break
  sleep 0.05
done
expect_exit 0 "$expunge" halt --run run
got=0
wait "$job" || got=$?
[ "$got" -eq 75 ] || wrong "halted, it ended with $got"
[ ! -e run/halt ] || wrong "the halt file is still there"
expect_exit 0 "${compare[@]}" --requests req.jsonl --methods exact --out report2
err_says 'was asked for something else: beginning anew'
is_untouched "another comparison"

# One request after the other, and a canary that is planted first.
expect_exit 0 mpirun -n 2 "${compare[@]}" --requests req.jsonl --replay sequence --methods exact deepobliviate:epsilon=0 \
  retrain --out sequence --json
holds '"replay": "sequence"' '"batches": 2'
for key in sample_gradients guarantee; do
  [ "$(costs_of exact $key out)" = "$(costs_of deepobliviate:epsilon=0 $key out)" ] || wrong "another $key without a test"
done
cost=$(costs_of exact sample_gradients out)
cp -r run copy
head -n1 req.jsonl >one.jsonl
tail -n1 req.jsonl >other.jsonl
sum=0
for file in one other; do
  expect_exit 0 "$expunge" unlearn --run copy --requests "$file.jsonl" --json
  sum=$((sum + $(value_of sample_gradients out)))
done
[ "$cost" = "$sum" ] || wrong "a sequence does not cost the sum of its batches"
expect_exit 0 mpirun -n 2 "${compare[@]}" --canary backdoor:size=30,target=1 --repeats 2 --methods exact finetune --out canary --json
holds '"kind": "backdoor"' '"samples": 30' '"samples_forgotten": 30' '"slice": 2' '"repetitions": 2' '"gap_closed"'
cp out canary.first
expect_exit 0 "${compare[@]}" --canary backdoor:size=30,target=1 --repeats 2 --methods exact finetune --out canary --json
timeless_report out | diff - <(timeless_report canary.first) >differences || wrong "another report of a canary"
expect_exit 0 "${compare[@]}" --canary label-flip:slice=4 --methods exact --out canary --json
holds '"kind": "label-flip"' '"slice": 4'
is_untouched "canaries"

# refused CODE TEXT WORDS...: before any work, and nothing is written.
refused() {
  local code=$1 text=$2
  shift 2
  expect_exit "$code" "$@"
  err_says "$text"
  out_is_empty
  [ ! -e nowhere ] || wrong "a refusal made the folder: $*"
  is_untouched "$*"
}
asked=(--requests req.jsonl --methods exact --out nowhere)
refused 2 'one of --requests FILE' "${compare[@]}" --methods exact --out nowhere
refused 2 'one of --requests FILE' "${compare[@]}" "${asked[@]}" --canary backdoor
refused 2 'rewind' "${compare[@]}" --requests req.jsonl --methods exact rewind --out nowhere
refused 2 'exact is asked for twice' "${compare[@]}" --requests req.jsonl --methods exact retrain exact --out nowhere
refused 2 'heal forgets no samples' "${compare[@]}" --requests req.jsonl --methods heal --out nowhere
refused 2 '--floors' "${compare[@]}" "${asked[@]}" --floors 2
refused 2 'it lies in the run directory' "${compare[@]}" --requests req.jsonl --methods exact --out run/report
mkdir full
touch full/notes.txt
refused 2 'notes.txt is there already' "${compare[@]}" --requests req.jsonl --methods exact --out full
refused 2 'it is no folder' "${compare[@]}" --requests req.jsonl --methods exact --out req.jsonl
refused 2 'the run has 4 slices' "${compare[@]}" --canary backdoor:slice=5 --methods exact --out nowhere
refused 1 'nowhere.jsonl: No such file' "${compare[@]}" --requests nowhere.jsonl --methods exact --out nowhere
echo '{"request_id":"u","sample_ids":[300]}' >unknown.jsonl
refused 1 'sample 300 is not in the data' mpirun -n 2 "${compare[@]}" --requests unknown.jsonl --methods exact --out nowhere
refused 1 'these are not the samples' "${compare[@]}" "${asked[@]}" --data digits:300,seed=4
exec 9<run/lock
flock -x 9
refused 75 'another job holds this run' "${compare[@]}" "${asked[@]}"
exec 9<&-
refused 1 'there is no run here' "$expunge" compare --run nowhere --test digits:10 "${asked[@]}"
"$expunge" data digits --out small.h5 --samples 20 >out 2>err
expect_exit 0 "$expunge" train --run cumulative "${training[@]}"
refused 2 'needs a run with sequential slicing' "$expunge" compare --run cumulative --test digits:100,seed=9 --requests req.jsonl \
  --methods deepobliviate --out nowhere
expect_exit 0 "$expunge" unlearn --run cumulative --requests one.jsonl --method finetune
refused 1 'is served approximately' "$expunge" compare --run cumulative --test digits:100,seed=9 "${asked[@]}"
expect_exit 0 "$expunge" unlearn --run copy --forget-now --requests <(echo '{"request_id":"p","sample_ids":[7]}')
refused 1 'deletion requests are not worked off' "$expunge" compare --run copy --test digits:100,seed=9 "${asked[@]}"

# A run that forgot before is compared on as it is, and what it forgot stays out of every repetition.
expect_exit 0 "$expunge" unlearn --run copy --recover
echo '{"request_id":"r9","sample_ids":[20,30]}' >later.jsonl
expect_exit 0 "$expunge" compare --run copy --test digits:100,seed=9 --requests later.jsonl --methods exact --repeats 2 --out later --json
holds '"samples_live": 294' '"samples_forgotten": 2'
refused 1 'nothing is left to forget' "$expunge" compare --run copy --test digits:100,seed=9 --requests one.jsonl --methods exact --out nowhere
finish
