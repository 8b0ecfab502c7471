#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# check_sources.sh ROOT: what every file of the project keeps to, and a name for each that does not: two lines of
# licence, one inclusion of a header, a source's own header before all others, 500 lines, no path of the machine it was
# written on; links that lead somewhere.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$1
mapfile -t files < <(bash "$here/project_files.sh" "$root")
cd -- "$root"

wrong=0
complain() {
  echo "$*"
  wrong=1
}
for file in "${files[@]}"; do
  case "$file" in
    *.cpp | *.hpp | *.cu | *.sh | *.py | *.cu.in | *.hpp.in | *.cpp.in)
      head -n 3 "$file" | grep -q 'SPDX-FileCopyrightText: 2026 The expunge authors$' || complain "$file:1: no line SPDX-FileCopyrightText"
      head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0$' || complain "$file:2: no line SPDX-License-Identifier"
      ;;
  esac
  case "$file" in
    *.hpp) grep -qx '#pragma once' "$file" || complain "$file:3: no #pragma once" ;;
  esac
  case "$file" in
    *.cpp | *.hpp | *.cu | *.sh | *.py | *.cmake | *CMakeLists.txt | *README.md | *FORMAT.md | *ASSUMPTIONS.md)
      lines=$(wc -l <"$file")
      [[ "$lines" -le 500 ]] || complain "$file:501: $lines lines, 500 are the most"
      ;;
  esac
  if [[ "$file" == *.cpp && -f "${file%.cpp}.hpp" ]]; then # so every build shows that the header stands alone
    first=$(grep -m 1 -n '^#include' "$file" || true)
    [[ "$first" == *":#include \"${file%.cpp}.hpp\"" ]] || complain "$file:${first%%:*}: does not begin with its own header"
  fi
  if [[ "$file" == *.md ]]; then
    while IFS= read -r link; do
      [[ -e "$(dirname "$file")/$link" ]] || complain "$file: a link to $link, which is not there"
    done < <(grep -oE '\]\([^):# ]+[)#]' "$file" | sed 's/^](//; s/.$//')
  fi
done

# Folders in which programs are written, not used. Files that are not text are passed over.
own='(^|[^[:alnum:]_.~-])/(work|home|root)/'
if found=$(grep -nIE "$own" -- "${files[@]}"); then complain "$found"$'\n'"names a folder of somebody's machine"; fi

exit $wrong
