#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# test_sources.sh ROOT: the project's files keep to the rules of check_sources.sh, and it sees each rule broken.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$1

bash "$here/check_sources.sh" "$root"

scratch=$(mktemp -d -t expunge-sources-XXXXXX)
trap 'rm -rf "$scratch"' EXIT
licence=$'// SPDX-FileCopyrightText: 2026 The expunge authors\n// SPDX-License-Identifier: Apache-2.0\n'
failures=0
# broken WHAT FILE CONTENT: the content must be refused, by the file's name.
broken() {
  local what=$1 file=$2 content=$3 said
  printf '%s' "$content" >"$scratch/$file"
  if said=$(bash "$here/check_sources.sh" "$scratch"); then
    echo "$what: not seen"
    failures=$((failures + 1))
  elif [[ "$said" != "$file"* && "$said" != "$(dirname "$file"): "* ]]; then
    echo "$what: the answer does not name $file but says: $said"
    failures=$((failures + 1))
  fi
  rm "$scratch/$file"
}

{ printf '%s#pragma once\n' "$licence"; printf '//\n%.0s' {1..497}; } >"$scratch/good.hpp" # 500 lines
bash "$here/check_sources.sh" "$scratch" || { echo "a good file is refused"; exit 1; }
broken "a source without a licence" bad.cpp $'int x;\n'
broken "an empty source" bad.cpp ""
broken "a header without #pragma once" bad.hpp "$licence"$'int x;\n'
broken "a file of 501 lines" bad.cpp "$licence$(printf '//\n%.0s' {1..499})"$'\n'
broken "a page of 601 lines" bad.md "$(printf 'x\n%.0s' {1..601})"$'\n'
mkdir -p "$scratch/golden" "$scratch/full"
printf 'x\n%.0s' {1..700} >"$scratch/golden/page.html"
for i in {1..40}; do echo >"$scratch/full/$i.txt"; done
bash "$here/check_sources.sh" "$scratch" || { echo "a golden file of 700 lines or a folder of 40 files is refused"; exit 1; }
broken "a folder of 41 files" full/41.txt "x"
rm -r "$scratch/golden" "$scratch/full"
printf '%s#pragma once\n' "$licence" >"$scratch/own.hpp"
printf '%s#include "own.hpp"\n\n#include <vector>\n' "$licence" >"$scratch/own.cpp"
bash "$here/check_sources.sh" "$scratch" || { echo "a source that begins with its own header is refused"; exit 1; }
broken "a source that begins with another header" own.cpp "$licence"$'#include <vector>\n\n#include "own.hpp"\n'
broken "a source that leaves out its own header" own.cpp "$licence"$'int x;\n'
broken "a link to nowhere" bad.md "see [the format](FORMAT.md)"
broken "a comment that names a file that is gone" bad.cpp "$licence"$'// see framework/core/gone.hpp\n'
broken "a path of somebody's machine" bad.md "see /ho""me/somebody/notes"
broken "a path of somebody's machine in a source" bad.cpp "$licence"'const char* path = "/wo''rk/data";'$'\n'

[[ $failures -eq 0 ]]
