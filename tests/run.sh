#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# tests/run.sh [--asan | --tsan] [--all] [ctest's own options, as -R PATTERN or -L LABEL]
#
# Installs what is missing, builds, runs the tests. The exit code is ctest's: 0 where every test passed. Tests labelled
# `long` hold the same promises at greater length, or take minutes for what changes seldom: they run with --all alone.
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
preset=release
selection=(--label-exclude '^long$')
while [[ $# -gt 0 ]]; do
  case "$1" in
    --asan | --tsan) preset=${1#--} ;;
    --all) selection=() ;;
    --help)
      sed -n '5,8s/^# \?//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *) break ;;
  esac
  shift
done

bash cmake/install_packages.sh build test
bash cmake/build_preset.sh "$preset" all -D EXPUNGE_BUILD_TESTS=ON -D EXPUNGE_WERROR=ON
run=(ctest)
# ThreadSanitizer's shadow memory collides with some kernels' choice of random addresses.
if [[ "$preset" == tsan ]] && setarch "$(uname -m)" -R true 2>/dev/null; then run=(setarch "$(uname -m)" -R ctest); fi
exec "${run[@]}" --test-dir "build/$preset" --parallel "$(nproc)" --output-on-failure --no-tests=error "${selection[@]}" "$@"
