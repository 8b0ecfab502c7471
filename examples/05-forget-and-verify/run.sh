#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck source=examples/course.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../course.sh"

options='--model lenet --shards 4 --slices 3 --epochs 3 --seed 7'
show 'expunge data digits --out digits.h5 --samples 2000'
show "mpirun -n 2 expunge train --run run --data hdf5:digits.h5 \\
    $options"

# Ids, a range of ids, a person; "label" would be a whole class.
cat >requests.jsonl <<'JSON'
{"request_id":"r-1","sample_ids":[17,1999]}
{"request_id":"r-2","ranges":[[250,252]],"regulation":"GDPR","reason":"erasure"}
{"request_id":"r-3","subject_id":"writer-000041"}
JSON
show 'cat requests.jsonl'
show 'expunge unlearn --run run --requests requests.jsonl --dry-run'
show 'mpirun -n 2 expunge unlearn --run run --requests requests.jsonl'
show 'expunge inspect --run run --sample 17'

# The same file again is no new request; one that contradicts it is refused, and all of its file with it.
show 'expunge unlearn --run run --requests requests.jsonl'
cat >wrong.jsonl <<'JSON'
{"request_id":"r-1","sample_ids":[18]}
{"request_id":"r-4","sample_ids":[90001]}
{"request_id":"r-5","sample_ids":[19]}
JSON
show --exit 1 'expunge unlearn --run run --requests wrong.jsonl'

# From within: everything trained again from scratch, in memory, and compared bit for bit.
show 'mpirun -n 2 expunge verify --run run'

# From outside: a new training that was never told of the samples, on data in which they are not.
show 'expunge data scrub --run run --out scrubbed.h5'
show "mpirun -n 3 expunge train --run fresh --data hdf5:scrubbed.h5 \\
    $options"
show 'for run in run fresh; do expunge inspect --run $run | tail -n 4; echo; done'
show 'for run in run fresh; do (cd $run/shards && b2sum */slice-*.h5) >$run.sums; done'
show 'cmp run.sums fresh.sums && echo the same files'

# A few bytes of a checkpoint are altered: verify says no, with exit code 3.
show 'file=$(ls run/shards/0003/slice-03-*.h5)'
show 'printf altered | dd of="$file" bs=1 seek=5000 conv=notrunc status=none'
show --exit 3 'expunge verify --run run --shard 3'
