#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# The independent oracle: a run that unlearned holds the models, and the very files, of a fresh training on data in
# which the deleted rows are physically not there. The second argument is the slicing.
expunge=$1
slicing=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/../cli/expect.sh"
# shellcheck source=tests/cli/runs.sh
. "$here/../cli/runs.sh"
unset SLURM_JOB_END_TIME

# Data with subjects, which place their samples; and data without, where ids do: 240 images of 6x6 bytes.
samples=240
expect_exit 0 "$expunge" data digits --out "$work/people.h5" --samples $samples --writers 24
number() { printf '\0\0\0%b' "\\x$(printf '%02x' "$1")"; }
{
  printf '\0\0\x08\x03'
  number $samples
  number 6
  number 6
  seq 1000000 | tr -d '\n' | head -c $((samples * 36))
} >"$work/images"
{
  printf '\0\0\x08\x01'
  number $samples
  for ((i = 0; i < samples; ++i)); do printf "\\x0$((i * i % 10))"; done
} >"$work/labels"
expect_exit 0 "$expunge" data convert "idx:$work/images,$work/labels" --out "$work/ids.h5"

cat >"$work/ids.first" <<'END'
{"request_id":"a","sample_ids":[17,5,203]}
{"request_id":"b","ranges":[[100,104],[239,240]]}
END
cat >"$work/ids.second" <<'END'
{"request_id":"c","label":9}
{"request_id":"d","sample_ids":[5,102,18,19]}
END
cat >"$work/people.first" <<'END'
{"request_id":"a","subject_id":"writer-000003"}
{"request_id":"b","sample_ids":[17,5,203]}
END
cat >"$work/people.second" <<'END'
{"request_id":"c","label":7}
{"request_id":"d","ranges":[[98,104]]}
{"request_id":"e","subject_id":"writer-000011"}
END
echo '{"request_id":"f","sample_ids":[0,60,61]}' >"$work/third"

samples_in() { "$expunge" data info "hdf5:$1" --json | sed -n 's/^  "samples": \([0-9]*\),$/\1/p'; }
live_in() { "$expunge" inspect --run "$1" --json | sed -n 's/^  "live": \([0-9]*\),$/\1/p'; }
states_of() { cat "$1"/shards/*/shard.json | grep '"model_digest"'; }

# agrees NAME OPTIONS...: a run on the data set NAME, trained so, unlearns two files one after the other, and ends where
# a fresh training on the scrubbed data set ends. Leaves $run, $scrubbed and $options.
agrees() {
  local name=$1
  shift
  options=(--shards 3 --slices 3 --slicing "$slicing" --epochs 1.5 --batch-size 16 --seed 7 "$@")
  run=$work/run
  scrubbed=$work/$name.scrubbed.h5
  rm -rf "$run" "$work/fresh" "$scrubbed"
  expect_exit 0 mpirun -n 2 "$expunge" train --run "$run" --data "hdf5:$work/$name.h5" "${options[@]}"
  states_of "$run" >"$work/before"
  expect_exit 0 mpirun -n 2 "$expunge" unlearn --run "$run" --requests "$work/$name.first"
  expect_exit 0 mpirun -n 3 "$expunge" unlearn --run "$run" --requests "$work/$name.second" --forget-now
  expect_exit 0 "$expunge" unlearn --run "$run" --recover
  expect_exit 0 "$expunge" data scrub --run "$run" --out "$scrubbed"
  expect_exit 0 "$expunge" train --run "$work/fresh" --data "hdf5:$scrubbed" "${options[@]}"
  states_of "$run" >"$work/states"
  [ "$(wc -l <"$work/states")" -eq 9 ] || wrong "not every slice has a digest: $name $*"
  states_of "$work/fresh" | cmp -s - "$work/states" || wrong "other models: $name $*"
  slices_of "$work/fresh" >"$work/slices"
  slices_of "$run" | cmp -s - "$work/slices" || wrong "other slice files: $name $*"
  cmp -s "$work/before" "$work/states" && wrong "the models are those before unlearning: $name $*"
}

sgd=(--optimizer sgd --momentum 0.9)
adam=(--optimizer adam --lr 0.003)
agrees people --model lenet:norm=batch,dropout=0.2 "${sgd[@]}"
agrees people --model lenet:norm=batch "${adam[@]}"
agrees people --model mlp:hidden=16 "${adam[@]}"
agrees ids --model mlp:hidden=16 "${sgd[@]}"
agrees ids --model mlp:hidden=16x8,norm=batch "${sgd[@]}"
agrees ids --model mlp:hidden=16,dropout=0.3 "${adam[@]}"

same_training "$run" "$work/fresh" "as inspect shows them"
left=$(samples_in "$scrubbed")
[ "$left" -lt $((samples - 8)) ] || wrong "$left samples were left by the scrubbing"
[ "$left" -eq "$(live_in "$run")" ] || wrong "the scrubbed data set holds other samples than live ones"

# The run agrees with itself too, on its old data and on the scrubbed ones, which it takes wherever it takes data.
expect_exit 0 mpirun -n 2 "$expunge" verify --run "$run"
out_says 'equal: '
expect_exit 0 mpirun -n 2 "$expunge" verify --run "$run" --data "hdf5:$scrubbed" --json
out_says '"equal": true'
out_says '"stages_checked": 9'
expect_exit 0 "$expunge" train --run "$run" --data "hdf5:$scrubbed" --json
out_says '"sample_gradients": 0'
expect_exit 1 "$expunge" unlearn --run "$work/fresh" --requests "$work/ids.first"
err_says 'are not in the data'
expect_exit 0 mpirun -n 3 "$expunge" unlearn --run "$run" --data "hdf5:$scrubbed" --requests "$work/third"
expect_exit 0 "$expunge" unlearn --run "$work/fresh" --requests "$work/third"
same_training "$run" "$work/fresh" "a further request, by the scrubbed data"
states_of "$run" >"$work/states"
expect_exit 0 "$expunge" verify --run "$run" --data "hdf5:$scrubbed"
expect_exit 0 "$expunge" data scrub --run "$run" --data "hdf5:$scrubbed" --out "$work/twice.h5"
expect_exit 0 "$expunge" data scrub --run "$run" --out "$work/once.h5"
cmp "$work/twice.h5" "$work/once.h5" >&2 || wrong "scrubbed in two steps or in one: other data"

# What must differ does: with the rows still there, a fresh training with the same options ends elsewhere.
expect_exit 0 mpirun -n 2 "$expunge" train --run "$work/other" --data "hdf5:$work/ids.h5" "${options[@]}"
states_of "$work/other" | cmp -s - "$work/before" || wrong "two trainings on the same data differ"
grep -xFf "$work/before" "$work/states" >"$work/out" && wrong "a state that should differ is the same"
finish
