#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
#
# normalise.sh: an example's output from standard input, less what differs between machines and times: folders, times,
# speeds, whatever follows from the bits that a processor computes (digests, accuracies, counts of right answers), how
# far a training had come when it was stopped, what a comparison finds of each method, and what a challenge picks, for that
# depends on the time in the journal.
# What is left is the same everywhere: the commands, their words, the data and its digest, where samples live, exit codes.
set -euo pipefail
sed -E '
  s#[^ ('\'']*/expunge-example-[[:alnum:]]{6}#FOLDER#g
  s/^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} /TIME /
  /^TIME info +(training( the floors)?: |shard [0-9]+: removed )/d
  /^TIME warning .*BLAS/d
  s/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/MOMENT/g
  /^challenge /,/^equal/{ s/(of the stages: ).*/\1STAGES/; s/[0-9]+ (shards?|sample-gradients)/N \1/g; s/shards/shard/g; }
  /^verdict /,/^report: /{
    s/^verdict .*/VERDICT/
    s/: [0-9.]+ remembered.*/: MARKS/
    s/^( *[a-z][^ ]*( [a-z]+)*) +[-0-9].*/\1 NUMBERS/
    s/^([a-z][^ ]*[^: ]):? .* (doing nothing|retraining|one|here|samples).*/\1 VERDICT/
  }
  s/\(host [^)]*\)/(JOB)/
  /^  digest /!s/[0-9a-f]{12,}/DIGEST/g
  s/[0-9]+\.[0-9]+(e-?[0-9]+)?/X/g
  s/^(  )([0-9]+ sample-gradients in .*|nothing was trained)$/\1WORK/
  / of checkpoints written, /d
  s/^(accuracy +X +)[0-9]+ of/\1N of/
  s/[0-9]+ (of [0-9]+ shards complete)/N \1/
' | awk '
  /^class +samples/ { of_class = 1; print; next }
  !/^ +[0-9]/ { of_class = 0 }
  of_class { $3 = "N"; $5 = "N" }
  { gsub(/ +/, " "); sub(/ $/, ""); print }
'
