#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# The table of methods, for people and for scripts.
expunge=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"

expect_exit 0 "$expunge" methods
err_is_empty
diff -u "$here/golden/methods.txt" "$work/out" >&2 || wrong "the table differs from golden/methods.txt"

expect_exit 0 "$expunge" methods --json
err_is_empty
diff -u "$here/golden/methods.json" "$work/out" >&2 || wrong "the document differs from golden/methods.json"

# Every method of the table is one that can be asked for.
expect_exit 0 "$expunge" unlearn --help
cp "$work/out" "$work/help"
sed -n 's/^      "name": "\(.*\)",$/\1/p' "$here/golden/methods.json" >"$work/names"
[ "$(wc -l <"$work/names")" -ge 9 ] || wrong "too few methods in golden/methods.json"
while read -r name; do
  grep -qF -- "$name" "$work/help" || wrong "unlearn --help does not know the method $name"
done <"$work/names"

expect_exit 2 "$expunge" methods --jso
err_says 'did you mean --json?'
finish
