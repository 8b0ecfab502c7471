# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts that hold reports of comparisons against each other.
# shellcheck shell=bash

# A report without its times, what belongs to them, and the number of ranks.
timeless_report() {
  awk 'skip { if (match($0, /^ */) && RLENGTH == depth && $0 ~ /^ *[]}]/) skip = 0; next }
    /^ *"(seconds|process_seconds|bookkeeping_seconds|training_overhead|speedup_seconds|timeline|ranks)":/ {
      if ($0 ~ /[[{]$/) { match($0, /^ */); depth = RLENGTH; skip = 1 }
      next
    }
    { print }' "$1"
}
# Nor what was written: who was put down writes more.
without_bytes() {
  awk 'skip { if ($0 ~ /^ *}/) skip = 0; next }
    /^ *"bytes_(read|written)":/ { if ($0 ~ /{$/) skip = 1; next }
    { print }' "$1"
}
