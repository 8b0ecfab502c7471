#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck source=examples/course.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../course.sh"

show 'expunge data digits --out digits.h5 --samples 4000'
show 'mpirun -n 2 expunge train --run run --data hdf5:digits.h5 --model mlp:hidden=64 \
    --slicing sequential --shards 2 --slices 24 --epochs 2 --momentum 0 --seed 7'
show "echo '{\"request_id\":\"r-1\",\"sample_ids\":[17]}' >requests.jsonl"

# DeepObliviate retrains until what a sample did to the model has faded, and keeps what came after.
show 'mpirun -n 2 expunge unlearn --run run --requests requests.jsonl \
    --method deepobliviate:epsilon=0.5'
show 'expunge inspect --run run | tail -n 3'

# Nobody can say of such a shard that it is what training without the sample gives; only how far from it it lies.
show --exit 1 'expunge verify --run run'

# Retrained to its end it is exact again.
show 'mpirun -n 2 expunge unlearn --run run --heal'
show 'mpirun -n 2 expunge verify --run run'
