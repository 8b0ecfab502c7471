#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# check_layers.sh ROOT: names every include that goes against the layers or their rooms, and fails if there is one.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$1
mapfile -t sources < <(bash "$here/project_files.sh" "$root" | grep -E '\.(cpp|hpp|cu|cuh|h|cc)$')
cd -- "$root"

# A layer includes itself and what stands below it. Some libraries have rooms of their own, outside of which nobody
# includes them; tests and examples may look anywhere.
awk '
  BEGIN {
    below["framework"] = "framework"
    below["shards"] = "framework shards"
    below["aggregation"] = "framework aggregation"
    below["launcher"] = "framework shards aggregation launcher"
    below["examples"] = "framework shards aggregation launcher examples"
    below["tests"] = "framework shards aggregation launcher examples tests"

    pattern[1] = "^(mpi|nccl)\\.h$";                      rooms[1] = "framework/comm"
    pattern[2] = "^(hdf5|H5[A-Za-z]*)\\.h$";              rooms[2] = "framework/io"
    pattern[3] = "^(torch|ATen|c10|caffe2)/";             rooms[3] = "framework/model framework/loss framework/device shards/train shards/methods launcher"
    pattern[4] = "^(cuda|cublas|cudnn)[A-Za-z0-9_]*\\.h$"; rooms[4] = "framework/comm framework/device"
    libraries = 4

    # The rooms that a room includes, besides itself. Arrows go one way, but for two pairs that keep each other company:
    # checkpoint and journal (a rollback follows the journal, whose history reads records), journal and requests.
    includes["framework/core"] = ""
    includes["framework/text"] = "core"
    includes["framework/random"] = "core"
    includes["framework/io"] = "core text"
    includes["framework/config"] = "core text"
    includes["framework/log"] = "core text"
    includes["framework/comm"] = "core"
    includes["framework/device"] = "core"
    includes["framework/data"] = "core text random io config"
    includes["framework/loss"] = "core config"
    includes["framework/model"] = "core random io config data loss"
    includes["shards/partition"] = ""
    includes["shards/checkpoint"] = "partition journal"
    includes["shards/requests"] = "partition journal"
    includes["shards/journal"] = "partition checkpoint requests"
    includes["shards/train"] = "partition checkpoint"
    includes["shards/policy"] = "journal train"
    includes["shards/methods"] = "partition checkpoint train"
    includes["shards/certificate"] = "partition checkpoint journal requests"
    includes["shards/verify"] = "partition checkpoint journal train"
  }
  function report(why) {
    printf "%s:%d: includes %s: %s\n", FILENAME, FNR, included, why
    wrong++
  }
  /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
    match($0, /[<"][^>"]*[>"]/)
    quoted = substr($0, RSTART, 1) == "\""
    included = substr($0, RSTART + 1, RLENGTH - 2)
    split(FILENAME, from, "/")
    split(included, to, "/")
    if (to[1] in below) {
      if (!((" " below[from[1]] " ") ~ (" " to[1] " "))) report(from[1] " may include " below[from[1]] " only")
    } else if (quoted) {
      report("a file of the project is named from its root, and others go in angle brackets")
    }
    if (from[1] == "tests" || from[1] == "examples") next
    room = from[1] "/" from[2]
    if (from[1] == to[1] && (from[1] == "framework" || from[1] == "shards")) {
      if (!(room in includes)) report("the room " room " has no line in check_layers.sh, which says what it may include")
      else if (to[2] != from[2] && !((" " includes[room] " ") ~ (" " to[2] " ")))
        report(room " may include " (includes[room] == "" ? "no other room" : includes[room]) " of its layer")
    }
    for (i = 1; i <= libraries; i++) {
      if (included !~ pattern[i]) continue
      allowed = 0
      count = split(rooms[i], home, " ")
      for (j = 1; j <= count; j++) if (index(FILENAME, home[j] "/") == 1) allowed = 1
      if (!allowed) report("only " rooms[i] " may")
    }
  }
  END { exit wrong > 0 }
' "${sources[@]}"
