#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck source=examples/course.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../course.sh"

show 'expunge data info digits:4000,seed=7'
show 'expunge train --run run --data digits:4000,seed=7 --model lenet \
    --shards 2 --slices 3 --epochs 4 --seed 7 --dry-run'
show 'mpirun -n 2 expunge train --run run --data digits:4000,seed=7 --model lenet \
    --shards 2 --slices 3 --epochs 4 --seed 7'
show 'expunge evaluate --run run --data digits:1000,seed=8'
show 'expunge inspect --run run'
show 'expunge inspect --run run --sample 17'
