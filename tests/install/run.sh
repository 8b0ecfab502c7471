#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# tests/install/run.sh [BUILD]
#
# Installs expunge, builds what others would build on it, makes the Debian packages, and runs all of it. BUILD is a folder that
# is built already; without it, what is missing is installed and build/release is built. Needs no root; as root, and where
# packages can be fetched, the .deb is installed into a fresh Debian (a folder), and elsewhere unpacked into an empty one.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
source=$(cd -- "$here/../.." && pwd)
cd -- "$source"

work=$(mktemp -d -t expunge-install-XXXXXX)
trap 'rm -rf "$work"' EXIT
step() { printf '\n== %s\n' "$*"; }
quietly() { # runs a command, and shows its output where it fails
  if ! "$@" >"$work/log" 2>&1; then
    cat "$work/log"
    printf 'failed: %s\n' "$*"
    exit 1
  fi
}
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

if [[ $# -eq 0 ]]; then
  step "build"
  bash cmake/install_packages.sh build package
  bash cmake/build_preset.sh release all -D EXPUNGE_BUILD_TESTS=OFF
fi
build=$(cd -- "${1:-build/release}" && pwd)

step "install to a prefix"
prefix=$work/prefix
quietly cmake --install "$build" --prefix "$prefix" --strip
(cd "$prefix" && find . -type f | sed 's#^\./##; s#^\(include/expunge/[^/]*\)/.*#\1/...#' | LC_ALL=C sort | uniq -c)
# An installed header that names one which is not installed would be found by the first user.
(cd "$prefix/include/expunge" && grep -rhoE '^#include "[^"]+"' . | sort -u | sed 's/^#include "\(.*\)"$/\1/' | while read -r header; do
  [[ -f "$header" ]] || { echo "not installed, but included: $header"; exit 1; }
done)
for file in "$prefix"/lib*/cmake/expunge/*.cmake; do
  if grep -n -e "$source" -e "$prefix" "$file"; then
    echo "$file names the folder it was made in"
    exit 1
  fi
done

# run_program ROOT FOLDER PROGRAM...: trains, forgets and verifies in FOLDER, which the program sees below ROOT.
run_program() {
  local root=$1 folder=$2
  shift 2
  mkdir -p "$root$folder" &&
    echo '{"request_id":"r1","sample_ids":[3,17]}' >"$root$folder/requests.jsonl" &&
    "$@" train --run "$folder/run" --data digits:200 --model logistic --shards 2 --slices 2 --epochs 1 &&
    "$@" unlearn --run "$folder/run" --requests "$folder/requests.jsonl" &&
    "$@" verify --run "$folder/run"
}

step "the installed program"
quietly run_program "" "$work/installed" "$prefix/bin/expunge"
"$prefix/bin/expunge" --version | head -n 1

step "the prefix moves; every public header compiles alone"
mv "$prefix" "$work/moved"
prefix=$work/moved
quietly cmake -S "$here/headers" -B "$work/headers" -G Ninja -D CMAKE_PREFIX_PATH="$prefix" -D EXPUNGE_SOURCE="$source"
grep '^-- expunge ' "$work/log"
quietly cmake --build "$work/headers"
find "$work/headers" -name '*.hpp.cpp' -printf '%P\n' | sed 's/\.cpp$//' >"$work/public"
echo "$(wc -l <"$work/public") headers"
while read -r header; do
  grep -qF -- "${header##*/}" examples/out-of-tree/README.md || { echo "examples/out-of-tree/README.md does not list $header"; exit 1; }
done <"$work/public"

step "the example out of tree, against the package"
quietly cmake -S examples/out-of-tree -B "$work/example" -G Ninja -D CMAKE_PREFIX_PATH="$prefix" -D CMAKE_BUILD_TYPE=Release
quietly cmake --build "$work/example"
bash examples/out-of-tree/try.sh "$work/example/forgetful" "$work/example-run"
echo
echo "$(cat examples/out-of-tree/{forgetful.cpp,CMakeLists.txt} | wc -l) lines of source"

step "the same in a project that has expunge as a subdirectory (compiled, not linked: that would build all of expunge again)"
quietly cmake -S "$here/subdirectory" -B "$work/outer" -G Ninja -D EXPUNGE_SOURCE="$source"
mapfile -t objects < <(ninja -C "$work/outer" -t targets all | sed -n 's#^\(example/CMakeFiles/.*\.cpp\.o\): .*#\1#p')
[[ ${#objects[@]} -gt 0 ]] || { echo "no object of the example"; exit 1; }
quietly ninja -C "$work/outer" "${objects[@]}"
printf '%s\n' "${objects[@]##*/}"

step "the Debian packages"
if ! command -v dpkg-shlibdeps >/dev/null; then
  echo "skipped: no dpkg-shlibdeps here"
  exit 0
fi
quietly cpack --config "$build/CPackConfig.cmake" -B "$work/packages"
for package in "$work"/packages/*.deb; do
  dpkg-deb --info "$package" | sed -n 's/^ \(Package\|Version\|Section\|Maintainer\|Depends\|Recommends\|Description\):/\1:/p'
  dpkg-deb --contents "$package" | awk '{print $6}' | sed 's#^\(\./usr/include/expunge/[^/]*\)/.*#\1/...#' | grep -v '/$' | uniq -c
done
program=$(echo "$work"/packages/expunge_*.deb)
library=$(echo "$work"/packages/libexpunge-dev_*.deb)

step "find_package in the unpacked libexpunge-dev"
dpkg-deb -x "$library" "$work/library"
quietly cmake -S "$here/headers" -B "$work/headers-deb" -G Ninja -D CMAKE_PREFIX_PATH="$work/library/usr" -D EXPUNGE_SOURCE="$source"
grep '^-- expunge ' "$work/log"

# in_root COMMAND...: runs it in the new Debian, with a /proc of its own (LibTorch reads there) that ends with the command.
in_root() { unshare --mount bash -c 'mount -t proc proc "$0/proc" && exec chroot "$@"' "$root" "$root" "$@"; }
# in_fresh_debian: installs the program's package, and what it depends on, into a new Debian, and runs it there.
in_fresh_debian() {
  root=$work/root
  quietly debootstrap --variant=minbase "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" "$root" http://deb.debian.org/debian
  cp "$program" "$library" "$root/tmp/"
  quietly in_root apt-get install -y --no-install-recommends "/tmp/${program##*/}"
  quietly in_root dpkg --verify expunge
  # Of the libraries, only that everything they ask for exists: compilers and LibTorch's headers are a gigabyte.
  quietly in_root apt-get install --simulate --no-install-recommends "/tmp/${library##*/}"
  quietly run_program "$root" /tmp/installed in_root expunge
  in_root dpkg-query -W expunge
  in_root expunge --version | head -n 1
}

if [[ $(id -u) -eq 0 ]] && command -v debootstrap >/dev/null &&
  unshare --mount true 2>/dev/null && timeout 20 bash -c 'exec 3<>/dev/tcp/deb.debian.org/80' 2>/dev/null; then
  step "expunge_*.deb, installed into a fresh Debian"
  in_fresh_debian
else
  step "expunge_*.deb, unpacked into an empty folder (a fresh Debian needs root, debootstrap and the network)"
  dpkg-deb -x "$program" "$work/unpacked"
  quietly run_program "" "$work/unpacked-run" "$work/unpacked/usr/bin/expunge"
  "$work/unpacked/usr/bin/expunge" --version | head -n 1
fi
echo
echo "all of it installs, builds and runs"
