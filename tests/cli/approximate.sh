#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Forgetting approximately, and healing: what the commands say of it, what they refuse, and that what is healed is what
# exact unlearning gives.
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
request req s4
method=$cut_short

# Refused before anything is promised.
for words in '--requests req.jsonl --method heal' "--recover --method $method" \
  "--requests req.jsonl --method $method --forget-now" '--heal --requests req.jsonl' '--heal --forget-now'; do
  # shellcheck disable=SC2086
  expect_exit 2 "$expunge" unlearn --run trained $words
  out_is_empty
done
expect_exit 2 "$expunge" unlearn --run trained --requests req.jsonl --method heal
err_says "run 'expunge unlearn --heal'"
expect_exit 2 "$expunge" unlearn --run trained --recover --method $method
err_says '--method goes with --requests'
expect_exit 0 "$expunge" train --run cumulative "${training[@]}"
expect_exit 2 "$expunge" unlearn --run cumulative --requests req.jsonl --method $method
err_says 'needs a run with sequential slicing'
[ ! -e cumulative/journal.jsonl ] && [ ! -e trained/journal.jsonl ] || wrong 'something was accepted'
expect_exit 0 "$expunge" unlearn --run trained --heal
out_says 'every shard is exact: there is nothing to heal'

# What is foretold bounds what is done.
cp -r trained run
expect_exit 0 "$expunge" unlearn --run run --requests req.jsonl --method $method --dry-run
for text in "method      $method: the result is approximate" 'from slice 3: at most 6 stages' \
  'cost        at most ' 'kept        at most 4 of them'; do out_says "$text"; done
expect_exit 0 "$expunge" unlearn --run run --requests req.jsonl --method $method --dry-run --json
holds '"bound": "at most"'
cp out forecast
cp -r run text
expect_exit 0 "$expunge" unlearn --run text --requests req.jsonl --method $method
for text in "shard 0     is APPROXIMATE, by $method (guarantee: heuristic)" 'files that saw the samples' \
  "run 'expunge unlearn --run $(realpath text) --heal'"; do out_says "$text"; done
expect_exit 0 mpirun -n 2 "$expunge" unlearn --run run --requests req.jsonl --method $method --json --out outcome.json
cp out unlearned
holds "\"method\": \"$method\"" '"guarantee": "heuristic"' '"fate": "kept (approximate)"' '"complete": true'
[ "$(value_of sample_gradients unlearned)" -lt "$(value_of sample_gradients forecast)" ] || wrong 'it was not cut short'
[ "$(value_of files_kept unlearned)" -gt 0 ] || wrong 'nothing was kept'
grep -q '"guarantee": "heuristic"' outcome.json || wrong 'the outcome does not say that it is approximate'
same_training text run 'one rank and two'

# Everything that answers, and everything that shows, says so.
expect_exit 0 "$expunge" evaluate --run run --data digits:50,seed=9 --json
holds "\"approximate\": \"$method\"" '"approximate": null' '"models": 2'
expect_exit 0 "$expunge" predict --run run --data digits:50,seed=9 --out p.csv --json
holds '"approximate_models": 1'
expect_exit 0 "$expunge" inspect --run run
holds '8/8~' "~ shard 0 is approximate, by $method (guarantee: heuristic): batch 1; exact up to stage 4"
expect_exit 0 "$expunge" inspect --run run --sample 4
out_says 'it was deleted: approximately'
expect_exit 0 "$expunge" train --run run
out_says 'nothing was trained'
err_says 'shard 0 is complete, and approximate'

# Healed, it is what exact unlearning gives.
expect_exit 0 "$expunge" unlearn --run run --heal --dry-run
out_says 'would retrain exactly what is served approximately'
expect_exit 0 mpirun -n 2 "$expunge" unlearn --run run --heal --json
holds '"method": "heal"' '"guarantee": "exact"' '"files_kept": 0' '"complete": true'
cp -r trained exact
expect_exit 0 "$expunge" unlearn --run exact --requests req.jsonl
same_training run exact 'healed and exact'
expect_exit 0 "$expunge" inspect --run run --sample 4
out_says 'it was deleted: nothing that votes has seen it'
finish
