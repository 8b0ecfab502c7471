#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# cmake/tidy.sh [PATTERN]
#
# clang-tidy 14 over expunge's own sources, or those whose path matches PATTERN, by the rules of .clang-tidy. It reads the
# commands of a folder of its own, build/tidy, in which each source is compiled by itself. A file that includes LibTorch
# takes half a minute.
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
if ! command -v run-clang-tidy-14 >/dev/null; then
  echo "run-clang-tidy-14 is missing: install clang-tidy-14 (other versions have other rules)" >&2
  exit 1
fi
cmake -S . -B build/tidy -G Ninja -D CMAKE_BUILD_TYPE=Debug -D CMAKE_EXPORT_COMPILE_COMMANDS=ON -D EXPUNGE_BUILD_TESTS=ON \
  -D EXPUNGE_UNITY_BUILD=OFF -D EXPUNGE_WITH_NCCL=OFF --log-level=WARNING
if ! grep -qE "\"file\": \"$PWD/.*${1:-}" build/tidy/compile_commands.json; then
  echo "no source of expunge matches '${1:-}'" >&2
  exit 2
fi
# Findings are on standard output; standard error counts the warnings of other people's headers.
run-clang-tidy-14 -quiet -j "$(nproc)" -p build/tidy -extra-arg=-Wno-unknown-warning-option \
  -extra-arg=-Wno-unused-command-line-argument -extra-arg-before="-include$PWD/cmake/tidy_vector.hpp" \
  "^(?=.*${1:-})$PWD/(framework|shards|aggregation|launcher|tests)/" 2>/dev/null | { grep -v '^clang-tidy-14 ' || true; }
