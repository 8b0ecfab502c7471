#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# examples/quickstart.sh [FOLDER]
#
# From a bare Debian 12 to a trained ensemble: installs what is missing, builds, makes handwritten digits, trains on
# them under mpirun, evaluates and inspects. Results lie in FOLDER, or in a new one under the system's temporary
# folder. `--build-only` stops before the digits.
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
show 'expunge evaluate --run run --data digits:2000,seed=8'
show 'expunge inspect --run run'
