#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# man_page.sh PROGRAM FILE: writes the manual page expunge(1), made of what the program itself says in --help and --version.
set -euo pipefail
program=$1
file=$2

verbatim() { # the text as it is, with troff's own characters made harmless
  printf '.nf\n'
  sed 's/\\/\\e/g; s/-/\\-/g; s/^\([.'\'']\)/\\\&\1/'
  printf '.fi\n'
}
help=$("$program" --help)
version=$("$program" --version | sed -n '1s/ (.*//p')
mkdir -p "$(dirname "$file")"
{
  printf '.TH EXPUNGE 1 "" "%s" "User Commands"\n' "$version"
  printf '.SH NAME\nexpunge \\- %s\n' "$(sed -n '1s/^expunge \(.*\)\.$/\1/p' <<<"$help")"
  printf '.SH SYNOPSIS\n'
  sed -n 's/^Usage: *//p; s/^       \(mpirun.*\)/\1/p' <<<"$help" | verbatim
  printf '.SH COMMANDS\n'
  sed -n '/^Commands:/,/^Exit codes:/{/^[A-Z].*:$/d; p}' <<<"$help" | verbatim
  printf '.SH EXIT STATUS\n'
  sed -n '1,/^Exit codes:/d; p' <<<"$help" | verbatim
  printf '.SH SEE ALSO\n.BR mpirun (1)\n'
} >"$file"
