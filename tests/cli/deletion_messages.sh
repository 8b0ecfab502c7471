#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# What the commands of a deletion say to who uses them wrongly, or twice.
expunge=$1
here=$(dirname -- "${BASH_SOURCE[0]}")
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"
cd "$work" || exit 1

expect_exit 0 "$expunge" train --run run --data digits:600,seed=7 --model mlp:hidden=8 --shards 3 --slices 2 --epochs 1 --seed 7
printf '%s\n' '{"request_id":"r-1","sample_ids":[17]}' >one.jsonl
printf '%s\n' '{"request_id":"r-2","sample_ids":[18]}' >two.jsonl

# A place where the outcome can't be written is refused before anything is accepted.
expect_exit 1 "$expunge" unlearn --run run --requests one.jsonl --out nowhere/out.json
err_says '--out nowhere/out.json: there is no folder nowhere; make it first'
expect_exit 1 "$expunge" unlearn --run run --requests one.jsonl --out run
err_says '--out run: it is a folder'
expect_exit 1 "$expunge" unlearn --run run --requests one.jsonl --policy immediate --out nowhere/out.json
err_says 'there is no folder nowhere'
[ ! -e run/journal.jsonl ] || wrong 'something was accepted although its outcome can not be written'

# What is no request file, or no run.
expect_exit 1 "$expunge" unlearn --run run --requests run
err_says 'cannot read run: Is a directory'
: >empty.jsonl
expect_exit 1 "$expunge" unlearn --run run --requests empty.jsonl
err_says 'empty.jsonl: 1 fault, nothing was accepted:'
err_says 'it holds no request'
expect_exit 1 "$expunge" unlearn --run one.jsonl --requests one.jsonl
err_says 'there is no run here'

# A shard that was rolled back is not rolled back again, and a request of one sample has no plural.
expect_exit 0 "$expunge" unlearn --run run --requests one.jsonl --forget-now
out_says ': 1 shard rolled back, '
expect_exit 0 "$expunge" inspect --run run
out_says 'deleted   1 sample by 1 request, 1 batch not worked off'
first=$(sed -n 's/^lives in  shard \([0-9]*\),.*/\1/p' <("$expunge" inspect --run run --sample 17))
second=$(sed -n 's/^lives in  shard \([0-9]*\),.*/\1/p' <("$expunge" inspect --run run --sample 18))
[ -n "$first" ] && [ "$first" != "$second" ] || wrong "samples 17 and 18 should lie in two shards: $first, $second"
expect_exit 0 "$expunge" unlearn --run run --requests two.jsonl --forget-now
out_says ': 1 shard rolled back, '

expect_exit 0 "$expunge" unlearn --run run --recover
out_says '  published'

# Asked again, a dry run says that there is nothing to do, and why.
expect_exit 0 "$expunge" unlearn --run run --requests one.jsonl --dry-run
out_says '  request r-1: repeated, it was accepted before'
out_says '  cost        0 sample-gradients'

# A damaged file is named once, and what is wrong is counted without what is not.
file=$(ls run/shards/0001/slice-02-*.h5)
printf altered | dd of="$file" bs=1 seek=5000 conv=notrunc status=none
expect_exit 3 "$expunge" verify --run run
out_says "found       damaged-file: $work/$file: "
out_says "not equal: 1 finding; the first: $work/$file: "

expect_exit 0 "$expunge" keygen --out key
expect_exit 1 "$expunge" check-certificate one.jsonl --public-key key.pub
err_says 'one.jsonl'
err_says "this is no certificate: give one that 'expunge certify --out' wrote"
finish
