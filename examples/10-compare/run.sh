#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck source=examples/course.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../course.sh"

show 'expunge data digits --out digits.h5 --samples 4000'
show 'mpirun -n 2 expunge train --run run --data hdf5:digits.h5 --model mlp:hidden=64 \
    --slicing sequential --shards 1 --slices 40 --epochs 2 --momentum 0 --seed 7'

# A few single samples.
show "echo '{\"request_id\":\"r-1\",\"sample_ids\":[17,1999,3001]}' >requests.jsonl"
show 'mpirun -n 2 expunge compare --run run --requests requests.jsonl --test digits:1000,seed=8 \
    --methods identity retrain exact deepobliviate:epsilon=0.2 finetune neggrad+ --out few'

# A poisoned part of one slice, which the models must have forgotten.
show 'mpirun -n 2 expunge compare --run run --canary backdoor:size=200,slice=30 --test digits:1000,seed=8 \
    --methods identity retrain exact deepobliviate:epsilon=0.2 finetune neggrad+ --out poisoned'
show 'ls few poisoned'
