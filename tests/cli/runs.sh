# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Sourced after expect.sh by the scripts that look into run directories. $expunge is the program.
# shellcheck shell=bash

# What a run's models are, whatever its folder is called.
digests_of() { "$expunge" inspect --run "$1" --json | grep '"model_digest"'; }

# Every slice file with the digest of its bytes.
slices_of() { (cd "$1/shards" && b2sum */slice-*.h5); }

# Names, kinds and bytes of all that is in a folder.
tree_of() { (cd "$1" && find . -printf '%P %y %l\n' | sort && find . -type f -exec b2sum {} + | sort); }

# same_training RUN REFERENCE WORDS...: the same models, and the same bytes in the same files.
same_training() {
  local run=$1 reference=$2
  shift 2
  digests_of "$run" >"$work/digests"
  [ -s "$work/digests" ] || wrong "no digests: $*"
  digests_of "$reference" | cmp -s - "$work/digests" || wrong "other model digests: $*"
  slices_of "$run" >"$work/slices"
  slices_of "$reference" | cmp -s - "$work/slices" || wrong "other slice files: $*"
}

# nothing_astray RUN: a complete run holds its manifest, its shards' records, the files these name, a lock given back,
# and nothing else.
nothing_astray() {
  (cd "$1" && find . -type f -printf '%P\n' | sort) >"$work/found"
  {
    echo lock
    echo manifest.json
    for record in "$1"/shards/*/shard.json; do
      folder=shards/$(basename "$(dirname "$record")")
      echo "$folder/shard.json"
      grep -o '"file": "[^"]*"' "$record" | cut -d'"' -f4 | while read -r name; do echo "$folder/$name"; done
    done
  } | sort >"$work/known"
  diff "$work/known" "$work/found" >"$work/out" || wrong "files that no record names, or records without files: $1"
  [ ! -s "$1/lock" ] || wrong "the lock was not given back: $1"
}

# Standard output is one JSON document and nothing else.
out_is_one_document() {
  [ "$(head -n1 "$work/out")" = '{' ] && [ "$(tail -n1 "$work/out")" = '}' ] &&
    [ "$(grep -c '^[^ ]' "$work/out")" -eq 2 ] || wrong "standard output is not one JSON document"
}

# said_once TEXT: on standard error.
said_once() { [ "$(grep -cF -- "$1" "$work/err")" -eq 1 ] || wrong "not said once on standard error: $1"; }
