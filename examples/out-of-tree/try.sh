#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# examples/out-of-tree/try.sh PROGRAM FOLDER: what the program of this example does with its own data, model and method. The
# folder is made anew.
set -euo pipefail
program=$(realpath -- "$1")
mkdir -p -- "$2"
cd -- "$2"
PATH="$(dirname -- "$program"):$PATH"
show() {
  printf '\n$ %s\n' "$*"
  eval "$*"
}

show 'forgetful train --run run --data rings:600,seed=1 --model quadratic --shards 2 --slices 3 --epochs 20 --seed 7'
show 'forgetful evaluate --run run --data rings:300,seed=2 | head -n 1'
cat >requests.jsonl <<'JSON'
{"request_id":"r-1","sample_ids":[3,17,401]}
JSON
show 'forgetful compare --run run --requests requests.jsonl --test rings:300,seed=2 --methods exact shrink:by=0.5 --out report'
show 'forgetful unlearn --run run --requests requests.jsonl'
show 'forgetful verify --run run'
echo '{"request_id":"r-2","sample_ids":[5]}' >later.jsonl
show 'forgetful unlearn --run run --requests later.jsonl --method shrink:by=0.9'
show 'forgetful inspect --run run | tail -n 3'
