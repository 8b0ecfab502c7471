#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# cmake/build_preset.sh PRESET TARGET [-D NAME=VALUE]...
#
# Configures a preset where that is needed, and builds a target on all cores. Says nothing of what is up to date. The
# -D settings count for a first configuration; a folder that is configured already keeps its own, so that the scripts
# that share it don't take turns in rebuilding it. EXPUNGE_BUILD_TESTS alone is switched on where it is off.
set -euo pipefail

preset=$1
target=$2
shift 2
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
folder=build/$preset

log=$(mktemp)
trap 'rm -f "$log"' EXIT
configure() {
  if ! cmake --preset "$preset" "$@" >"$log" 2>&1; then
    cat "$log" >&2
    echo "The configuration of $folder failed (CMake's own words are above)." >&2
    exit 1
  fi
}

if [[ ! -e "$folder/build.ninja" ]]; then
  echo "Configuring $folder" >&2
  configure "$@"
  sed -n '/^-- expunge /,$s/^-- \(.*[^ ].*\)/\1/p' "$log" | grep -E '^(expunge|  )' >&2 || true
elif [[ " $* " == *" EXPUNGE_BUILD_TESTS=ON "* ]] &&
  ! grep -q '^EXPUNGE_BUILD_TESTS:.*=ON$' "$folder/CMakeCache.txt"; then
  echo "Configuring $folder with tests" >&2
  configure -D EXPUNGE_BUILD_TESTS=ON
fi

# On a terminal Ninja keeps to one line; elsewhere its progress is a log, and "nothing to do" is not worth a line of it.
[[ -e "$folder/expunge" ]] || echo "Building $folder (from nothing this takes some minutes)" >&2
build=(cmake --build "$folder" --parallel "$(nproc)" --target "$target")
if [[ -t 2 ]]; then
  "${build[@]}" >&2
else
  "${build[@]}" 2>&1 | { grep -v -e 'Re-checking globbed directories' -e '^ninja: no work to do.$' >&2 || true; }
fi
