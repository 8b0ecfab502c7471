# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Sourced after expect.sh by the scripts that unlearn.
# shellcheck shell=bash

# has_keys KEY...: the document on standard output has exactly these members, in this order.
has_keys() {
  [ "$(sed -n 's/^  "\([a-z_]*\)":.*/\1/p' "$work/out" | tr '\n' ' ')" = "$* " ] || wrong "other members than $*"
}

# holds TEXT...: standard output says each of them.
holds() {
  local text
  for text in "$@"; do out_says "$text"; done
}

# value_of KEY FILE: of the document's own members.
value_of() { sed -n "s/^  \"$1\": \(.*[^,]\),\{0,1\}$/\1/p" "$2"; }
