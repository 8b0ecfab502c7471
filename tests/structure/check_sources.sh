#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# check_sources.sh ROOT: what every file of the project keeps to, and a name for each that does not: two lines of
# licence, one inclusion of a header, a source's own header before all others, 500 lines (600 where it is not code), no path of
# the machine it was written on; links and paths in comments that lead somewhere. And of every folder: 40 files.
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
# One pass over all lines: what a file must hold, and how long it may be. A golden file is what a program wrote.
LC_ALL=C awk '
  function complain(line, why) { printf "%s%s: %s\n", file, line == "" ? "" : ":" line, why; wrong = 1 }
  function finish() {
    if (file == "") return
    if (file ~ /\.(cpp|hpp|cu|sh|py|cu\.in|hpp\.in|cpp\.in)$/) {
      if (!copyright) complain(1, "no line SPDX-FileCopyrightText")
      if (!licence) complain(2, "no line SPDX-License-Identifier")
    }
    if (file ~ /\.hpp$/ && !once) complain(3, "no #pragma once")
    most = file ~ /\.(cpp|hpp|cu|sh|py|cmake)$|(CMakeLists\.txt|README\.md|FORMAT\.md|ASSUMPTIONS\.md)$/ ? 500 : 600
    if (lines > most && ("/" file) !~ /\/golden[^\/]*\//) complain(most + 1, lines " lines, " most " are the most")
    own = file
    sub(/\.cpp$/, ".hpp", own) # so every build shows that the header stands alone
    if (own != file && own in names && included != "#include \"" own "\"") complain(included_at, "does not begin with its own header")
  }
  BEGIN { for (i = 1; i < ARGC; i++) names[ARGV[i]] = 1 }
  FNR == 1 { finish(); file = FILENAME; copyright = licence = once = 0; included = included_at = "" }
  FNR <= 3 && /SPDX-FileCopyrightText: 2026 The expunge authors$/ { copyright = 1 }
  FNR <= 3 && /SPDX-License-Identifier: Apache-2\.0$/ { licence = 1 }
  $0 == "#pragma once" { once = 1 }
  included == "" && /^#include/ { included = $0; included_at = FNR }
  { lines = FNR }
  END { finish(); exit wrong }
' "${files[@]}" || wrong=1

for file in "${files[@]}"; do
  [[ -s "$file" || "$file" != *.?pp ]] || complain "$file:1: is empty"
done

while IFS= read -r link; do
  file=${link%%:*}
  link=${link#*:}
  [[ -e "$(dirname "$file")/$link" ]] || complain "$file: a link to $link, which is not there"
done < <(printf '%s\n' "${files[@]}" | grep '\.md$' | xargs -r -d '\n' grep -oHE '\]\([^):# ]+[)#]' | sed 's/:\](\(.*\).$/:\1/')

# A comment that sends its reader to a file that is gone. `<name>` stands for a name, and *.h5 lies in run directories.
while IFS=: read -r file line path; do
  [[ -e "$path" ]] || complain "$file:$line: a comment names $path, which is not there"
done < <(printf '%s\n' "${files[@]}" | grep -E '\.(cpp|hpp)$' | xargs -r -d '\n' grep -nHE '//' |
  sed -nE 's#^([^:]*:[0-9]*:).*//(.*)$#\1\2#p' |
  awk -F: '{
    rest = substr($0, length($1 ":" $2 ":") + 1)
    while (match(rest, /(framework|shards|aggregation|launcher|tests|cmake|examples)\/[A-Za-z0-9_.\/-]+\.(hpp|cpp|sh|md|cmake|txt|py)/)) {
      if (RSTART == 1 || substr(rest, RSTART - 1, 1) !~ /[A-Za-z0-9_.\/>-]/) print $1 ":" $2 ":" substr(rest, RSTART, RLENGTH)
      rest = substr(rest, RSTART + RLENGTH)
    }
  }')

while read -r number folder; do
  [[ "$number" -le 40 ]] || complain "$folder: $number files in one folder, 40 are the most"
done < <(printf '%s\n' "${files[@]}" | sed -n 's#/[^/]*$##p' | sort | uniq -c)

# Folders in which programs are written, not used. Files that are not text are passed over.
own='(^|[^[:alnum:]_.~-])/(work|home|root)/'
if found=$(grep -nIE "$own" -- "${files[@]}"); then complain "$found"$'\n'"names a folder of somebody's machine"; fi

exit $wrong
