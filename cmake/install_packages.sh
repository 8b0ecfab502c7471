#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# cmake/install_packages.sh GROUP...    (groups: build, test, bench, package)
# cmake/install_packages.sh --list GROUP
#
# The one place that knows which packages expunge needs. On Debian 12 and newer it names those that are missing and, as
# root, installs them; a plain user gets the line to run, and exit code 1. Says nothing where nothing is missing.
# Elsewhere it says what is needed and leaves the rest to CMake, which names what it can't find. --list prints a group's
# packages, one a line, and installs nothing; the group `library` is what a program needs that links expunge's libraries.
set -euo pipefail

library="pkg-config libtorch-dev libopenblas-dev libopenmpi-dev libhdf5-dev libboost-program-options-dev libspdlog-dev
  libfmt-dev nlohmann-json3-dev libsodium-dev zlib1g-dev"
declare -A packages=(
  [library]="$library"
  [build]="g++ $library cmake ninja-build ccache openmpi-bin hdf5-tools librandom123-dev"
  [test]="doctest-dev chromium"
  [package]="dpkg-dev debootstrap"
  [bench]="libbenchmark-dev"
)

list=false
if [[ "${1:-}" == --list ]]; then
  list=true
  shift
fi
wanted=()
for group in "$@"; do
  if [[ -z "${packages[$group]:-}" ]]; then
    echo "install_packages.sh: no group '$group'; the groups are ${!packages[*]}" >&2
    exit 2
  fi
  read -r -d '' -a names <<<"${packages[$group]}" || true
  wanted+=("${names[@]}")
done
if [[ ${#wanted[@]} -eq 0 ]]; then
  echo "usage: install_packages.sh GROUP...   (groups: ${!packages[*]})" >&2
  exit 2
fi

if "$list"; then
  printf '%s\n' "${wanted[@]}"
  exit 0
fi

field() { sed -n "s/^$1=\"\?\([^\"]*\)\"\?$/\1/p" /etc/os-release 2>/dev/null || true; }
id=$(field ID)
version=$(field VERSION_ID) # empty on Debian's testing and unstable
if [[ "$id" != debian || "${version:-99}" -lt 12 ]]; then
  cat >&2 <<'NEEDED'
This is not Debian 12 or newer, so nothing is installed. expunge needs a C++20 compiler, CMake 3.25, Ninja, pkg-config,
LibTorch 1.13 or newer, OpenBLAS, an MPI 3.1, HDF5 1.10 (serial), Boost.Program_options, spdlog, fmt, nlohmann-json,
libsodium, Random123 and zlib; its tests doctest and (one of them) Chromium; its benchmarks google-benchmark. CMAKE_PREFIX_PATH names folders that
CMake does not search by itself.
NEEDED
  exit 0
fi

installed=$(dpkg-query -W -f '${db:Status-Abbrev}|${Package}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/^.i |//p' || true)
missing=()
for package in "${wanted[@]}"; do
  grep -qxF -- "$package" <<<"$installed" || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

if [[ $(id -u) -ne 0 ]]; then
  {
    echo "These packages are missing; install them and run this again:"
    echo
    echo "  sudo apt-get install --no-install-recommends ${missing[*]}"
  } >&2
  exit 1
fi

echo "Installing what is missing: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
apt_get() { apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The lists of packages are fetched only where an installation fails without: absent or out of date.
if ! apt_get install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
  if ! { apt_get update && apt_get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    cat "$log" >&2
    echo "The packages could not be installed (apt-get's own words are above)." >&2
    exit 1
  fi
fi
