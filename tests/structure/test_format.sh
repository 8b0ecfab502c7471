#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# test_format.sh ROOT: every C++ file is as clang-format 14 writes it. Skipped (77) where there is no clang-format 14: other
# versions write otherwise.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$1
formatter=""
for candidate in clang-format-14 clang-format; do
  if command -v "$candidate" >/dev/null && "$candidate" --version | grep -q 'version 14\.'; then
    formatter=$candidate
    break
  fi
done
if [[ -z "$formatter" ]]; then
  echo "no clang-format 14 here"
  exit 77
fi
mapfile -t sources < <(bash "$here/project_files.sh" "$root" | grep -E '\.(cpp|hpp|cu)$')
cd -- "$root"
if ! "$formatter" --dry-run --Werror "${sources[@]}"; then
  echo "mend it with: $formatter -i FILE"
  exit 1
fi
