#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck source=examples/course.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../course.sh"

cat >settings.ini <<'INI'
data = digits:2000,seed=7
model = lenet:dropout=0.2   # its masks are drawn by a key, too
shards = 5
slices = 2
epochs = 2
seed = 7
INI
show 'cat settings.ini'

show 'expunge train --run one --config settings.ini'
show 'mpirun -n 2 expunge train --run two --config settings.ini'
show 'mpirun -n 3 expunge train --run three --config settings.ini'
show 'for run in one two three; do expunge inspect --run $run | tail -n 5; echo; done'

# shard.json also holds the seconds that the training took; everything else is the same to the byte.
show 'diff -r --exclude=shard.json one/shards two/shards && echo the same files'
show 'diff -r --exclude=shard.json one/shards three/shards && echo the same files'

# A check that never fails shows nothing: another seed is another training.
show 'mpirun -n 2 expunge train --run other --config settings.ini --seed 8'
show --exit 1 'diff -r --exclude=shard.json one/shards other/shards >differences'
