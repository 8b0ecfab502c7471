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

# Open MPI wants to be told that root and fewer cores than ranks are meant.
if [[ $(id -u) -eq 0 ]]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  echo "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"
fi
cores=$({ lscpu -p=CORE 2>/dev/null || true; } | sed '/^#/d' | sort -u | wc -l) # Open MPI counts cores, not their threads
if [[ "$cores" -lt 2 || $(nproc) -lt 2 ]]; then
  export OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
  echo "export OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe"
fi

[[ -n "$folder" ]] || folder=$(mktemp -d -t expunge-quickstart-XXXXXX)

show_and_run() {
  printf '\n$ %s\n' "$*"
  "$@"
}
expunge=build/release/expunge
if [[ ! -e "$folder/digits.h5" ]]; then
  show_and_run $expunge data digits --out "$folder/digits.h5" --samples 12000
fi
show_and_run mpirun -n 2 $expunge train --run "$folder/run" --data "hdf5:$folder/digits.h5" --model lenet \
  --shards 4 --slices 4 --epochs 3 --seed 7
show_and_run $expunge evaluate --run "$folder/run" --data digits:2000,seed=8
show_and_run $expunge inspect --run "$folder/run"
printf '\nThe run is in %s\n' "$folder/run"
