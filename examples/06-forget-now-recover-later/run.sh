#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck source=examples/course.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../course.sh"

show 'mpirun -n 2 expunge train --run run --data digits:4000,seed=7 --model mlp:hidden=64 \
    --shards 3 --slices 4 --epochs 8 --seed 7'
show 'expunge evaluate --run run --data digits:1000,seed=8 | head -n 10'

# Today's requests: forgotten at once, retrained some other time.
echo '{"request_id":"r-1","sample_ids":[17]}' >monday.jsonl
show 'cat monday.jsonl'
show 'expunge unlearn --run run --requests monday.jsonl --forget-now'
show 'expunge evaluate --run run --data digits:1000,seed=8 | head -n 10'
show 'expunge inspect --run run'

# Verified as it is; training is pointed to what has to come first.
show 'mpirun -n 2 expunge verify --run run'
show --exit 2 'expunge train --run run'

# More requests come in. One retraining answers them all.
echo '{"request_id":"r-2","subject_id":"writer-000042"}' >tuesday.jsonl
show 'cat tuesday.jsonl'
show 'expunge unlearn --run run --requests tuesday.jsonl --forget-now'
show 'expunge evaluate --run run --data digits:1000,seed=8 | head -n 10'
show 'mpirun -n 2 expunge unlearn --run run --recover'
show 'expunge evaluate --run run --data digits:1000,seed=8 | head -n 10'
show 'mpirun -n 2 expunge verify --run run --touched'

# What the journal says of it: nothing that was promised was lost, nothing is left.
show 'grep -o "\"number\":[0-9]*\|\"state\":\"[a-z]*\"" run/journal.jsonl | paste - -'
