#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# project_files.sh ROOT: the files that make up the project, one a line, relative to ROOT, sorted. Where git does not
# know (an unpacked archive, a scratch copy), everything but build folders and hidden folders other than .ci.
set -euo pipefail
cd -- "$1"
if [[ -e .git ]] && files=$(git -c safe.directory='*' ls-files --cached --others --exclude-standard 2>/dev/null); then
  while IFS= read -r file; do
    if [[ -f "$file" ]]; then echo "$file"; fi # a file removed but not yet committed is no longer there
  done <<<"$files" | LC_ALL=C sort
else
  find . \( -path ./build -o -path './.?*' -a ! -path './.ci' -a -type d -o -name __pycache__ \) -prune -o -type f -print | sed 's|^\./||' | LC_ALL=C sort
fi
