#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# examples/quickstart.sh [FOLDER]
#
# From a bare Debian 12 to an ensemble that has forgotten and can prove it: installs what is missing, builds, makes
# handwritten digits, trains on them under mpirun, forgets two requests, verifies, certifies one of them, and compares
# what other ways to forget would cost and leave behind. Results lie in FOLDER, or in a new one under the system's
# temporary folder; in a FOLDER that has them already, what is done stays done. `--build-only` stops before the digits.
set -euo pipefail

folder=""
build_only=false
case "$#:${1:-}" in
  0:) ;;
  1:--build-only) build_only=true ;;
  1:-* | 1: | [!01]*)
    echo "usage: examples/quickstart.sh [FOLDER | --build-only]" >&2
    exit 2
    ;;
  *)
    mkdir -p -- "$1"
    folder=$(cd -- "$1" && pwd)
    ;;
esac
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

bash cmake/install_packages.sh build
bash cmake/build_preset.sh release expunge -D EXPUNGE_BUILD_TESTS=OFF
if $build_only; then exit 0; fi

# Prints a command line, then runs it.
show() {
  printf '\n$ %s\n' "$1"
  eval "$1"
}

# shellcheck source=examples/mpirun_environment.sh
. examples/mpirun_environment.sh
for line in ${mpirun_exports[@]+"${mpirun_exports[@]}"}; do echo "\$ export $line"; done
echo '$ export PATH="$PWD/build/release:$PATH"'
export PATH="$PWD/build/release:$PATH"
[[ -n "$folder" ]] || folder=$(mktemp -d -t expunge-quickstart-XXXXXX)
echo "\$ cd ${folder@Q}" | sed "s/'\([[:alnum:]\/._-]*\)'/\1/" # quoted where it has to be
cd -- "$folder"

[[ -e digits.h5 ]] || show 'expunge data digits --out digits.h5 --samples 12000'
show 'mpirun -n 2 expunge train --run run --data hdf5:digits.h5 --model lenet \
    --shards 4 --slices 4 --epochs 3 --seed 7'
show 'expunge evaluate --run run --data digits:2000,seed=8 | head -n 11'

# Two requests: three samples, and all that one person wrote.
cat >requests.jsonl <<'JSON'
{"request_id":"r-1","sample_ids":[5,17,4051]}
{"request_id":"r-2","subject_id":"writer-000088"}
JSON
show 'cat requests.jsonl'
show 'expunge unlearn --run run --requests requests.jsonl --dry-run'
show 'mpirun -n 2 expunge unlearn --run run --requests requests.jsonl'
show 'expunge evaluate --run run --data digits:2000,seed=8 | head -n 11'
show 'mpirun -n 2 expunge verify --run run'

[[ -e key ]] || show 'expunge keygen --out key'
show 'expunge certify --run run --request r-2 --key key --out r-2.json --text r-2.txt'
show 'expunge check-certificate r-2.json --public-key key.pub'
show 'expunge inspect --run run'

# What other methods would cost for the next request, and what they would leave behind; the run stays as it is.
echo '{"request_id":"r-3","subject_id":"writer-000041"}' >next.jsonl
rm -rf report
show 'mpirun -n 2 expunge compare --run run --requests next.jsonl --test digits:2000,seed=8 --out report \
    --methods identity retrain retrain-single exact finetune neggrad+ cf-k'
echo
echo "The comparison as a page: $PWD/report/report.html"
