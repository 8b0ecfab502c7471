#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# test_layers.sh ROOT: the project's includes go one way; and a check that would not see a wrong one is itself a
# failure, so each rule is broken once in a scratch copy.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$1

bash "$here/check_layers.sh" "$root"

scratch=$(mktemp -d -t expunge-layers-XXXXXX)
trap 'rm -rf "$scratch"' EXIT
for folder in framework shards aggregation launcher tests; do
  if [[ -d "$root/$folder" ]]; then cp -R "$root/$folder" "$scratch/"; fi
done
bash "$here/check_layers.sh" "$scratch" || { echo "the untouched scratch copy is refused"; exit 1; }

failures=0
# plant FILE INCLUDE refused|allowed
plant() {
  local file=$1 include=$2 expected=$3 answer said
  mkdir -p "$scratch/$(dirname "$file")"
  printf '#include <cstddef>\n#include %s\n' "$include" >"$scratch/$file"
  answer=allowed
  said=$(bash "$here/check_layers.sh" "$scratch") || answer=refused
  if [[ "$answer" != "$expected" ]]; then
    echo "$file with #include $include is $answer, should be $expected"
    failures=$((failures + 1))
  elif [[ "$expected" == refused && "$said" != "$file:2: "* ]]; then
    echo "$file with #include $include: the answer does not name $file:2 but says: $said"
    failures=$((failures + 1))
  fi
  rm "$scratch/$file"
}

plant framework/core/planted.hpp '"shards/partition/partitioner.hpp"' refused
plant framework/core/planted.cpp '"aggregation/vote/vote_rule.hpp"' refused
plant framework/core/planted.cpp '"launcher/commands/command_line.hpp"' refused
plant framework/core/planted.cpp '<shards/partition/partitioner.hpp>' refused
plant shards/partition/planted.cpp '"aggregation/vote/vote_rule.hpp"' refused
plant shards/partition/planted.cpp '"launcher/commands/command_line.hpp"' refused
plant aggregation/vote/planted.cpp '"shards/partition/partitioner.hpp"' refused
plant aggregation/vote/planted.cpp '"launcher/commands/command_line.hpp"' refused
plant launcher/planted.cpp '"tests/support/temporary_folder.hpp"' refused
plant shards/partition/planted.cpp '"partitioner.hpp"' refused
plant shards/partition/planted.cpp '"../framework/core/ids.hpp"' refused
plant shards/partition/planted.cpp '<mpi.h>' refused
plant launcher/planted.cpp '<mpi.h>' refused
plant aggregation/vote/planted.cpp '<nccl.h>' refused
plant launcher/planted.cpp '<hdf5.h>' refused
plant framework/data/planted.cpp '<H5Dpublic.h>' refused
plant framework/data/planted.cpp '<torch/torch.h>' refused
plant shards/checkpoint/planted.hpp '<ATen/ATen.h>' refused
plant aggregation/vote/planted.cpp '<c10/core/Device.h>' refused
plant shards/train/planted.cpp '<cuda_runtime_api.h>' refused
plant framework/core/planted.cpp '"framework/text/csv_reader.hpp"' refused
plant framework/random/planted.cpp '"framework/config/spec.hpp"' refused
plant framework/loss/planted.cpp '"framework/model/model.hpp"' refused
plant shards/partition/planted.cpp '"shards/journal/journal.hpp"' refused
plant shards/requests/planted.cpp '"shards/policy/policy.hpp"' refused
plant shards/checkpoint/planted.cpp '"shards/train/train_shard.hpp"' refused
plant shards/journal/planted.cpp '"shards/certificate/certificate.hpp"' refused
plant shards/train/planted.cpp '"shards/methods/method.hpp"' refused
plant shards/policy/planted.cpp '"shards/methods/method.hpp"' refused
plant shards/certificate/planted.cpp '"shards/verify/finding.hpp"' refused
plant shards/methods/planted.cpp '"shards/verify/finding.hpp"' refused
plant shards/verify/planted.cpp '"shards/certificate/certificate.hpp"' refused
plant shards/unknown/planted.cpp '"shards/partition/partitioner.hpp"' refused
plant framework/text/planted.cpp '<torch/torch.h>' refused

plant framework/core/planted.cpp '"framework/core/ids.hpp"' allowed
plant framework/loss/planted.cpp '<torch/torch.h>' allowed
plant framework/loss/planted.cpp '"framework/config/spec.hpp"' allowed
plant shards/methods/planted.cpp '"shards/train/train_shard.hpp"' allowed
plant shards/certificate/planted.cpp '"shards/journal/journal.hpp"' allowed
plant shards/requests/planted.cpp '"shards/partition/partitioner.hpp"' allowed
plant shards/partition/planted.cpp '"framework/core/ids.hpp"' allowed
plant aggregation/vote/planted.cpp '"framework/core/ids.hpp"' allowed
plant launcher/planted.cpp '"shards/partition/partitioner.hpp"' allowed
plant launcher/planted.cpp '"aggregation/vote/vote_rule.hpp"' allowed
plant framework/comm/planted.cpp '<mpi.h>' allowed
plant framework/comm/planted.cpp '<nccl.h>' allowed
plant framework/io/planted.cpp '<hdf5.h>' allowed
plant framework/model/planted.cpp '<torch/torch.h>' allowed
plant shards/train/planted.cpp '<ATen/ATen.h>' allowed
plant tests/framework/planted.cpp '<hdf5.h>' allowed

[[ $failures -eq 0 ]]
