#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# A run that an earlier expunge made, kept in golden-run/ (make_golden_run.sh), opens: it is inspected, asked, verified and
# goes on forgetting, and its certificate checks. Its bits are those of the machine that made it: another one may retrain to
# other bits, but nothing may count as damaged.
expunge=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/../cli/expect.sh"
# shellcheck source=tests/cli/runs.sh
. "$here/../cli/runs.sh"
# shellcheck source=tests/cli/deletions.sh
. "$here/../cli/deletions.sh"
golden=$here/golden-run
cp -r "$golden" "$work/golden"
run=$work/golden/run

expect_exit 0 "$expunge" inspect --run "$run" --json
out_is_one_document
cp "$work/out" "$work/inspected"
[ "$(value_of live "$work/inspected")" = 38 ] || wrong "not 38 live samples"
grep -q '"model_digest"' "$work/inspected" || wrong "no digest of a model"
expect_exit 0 "$expunge" check-certificate "$work/golden/certificate.json" --public-key "$work/golden/key.pub"
expect_exit 0 "$expunge" evaluate --run "$run" --data digits:40,seed=8 --json
out_is_one_document

# One shard is served approximately, so nobody can say that the run equals a fresh training; but no finding either.
expect_exit 1 "$expunge" verify --run "$run" --json
out_is_one_document
holds '"equal": null' '"findings": []'

# It goes on: healed, it is compared with a fresh training like any run. On a machine that computes other bits, only with
# --mix-numerics.
cp -r "$work/golden" "$work/healed"
expect_exit 0 "$expunge" unlearn --run "$work/healed/run" --heal --mix-numerics
code=0
"$expunge" verify --run "$work/healed/run" --json >"$work/out" 2>"$work/err" || code=$?
grep -qE '"equal": (true|null)' "$work/out" || wrong "exit code $code: a healed golden run is refuted"
holds '"findings": []' '"approximate_shards": []'
finish
