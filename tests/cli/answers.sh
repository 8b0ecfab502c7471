#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# What the commands tell and write: help, origins of options, plans, looks into a run, predictions.
expunge=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"
# shellcheck source=tests/cli/runs.sh
. "$here/runs.sh"
cd "$work" || exit 1
training=(--data digits:300,seed=3 --model mlp:hidden=4 --shards 3 --slices 2 --seed 7)

# Every option that a command takes is in its help.
for command in train evaluate predict inspect halt version 'data info' 'data digits' 'data convert'; do
  # shellcheck disable=SC2086
  expect_exit 0 "$expunge" $command --help
  err_is_empty
  for option in help json config print-config; do out_says "--$option"; done
  case $command in
    train) options='run data model shards slices epochs seed slicing optimizer optimizer-state lr momentum weight-decay
      batch-size lr-schedule label-smoothing classes threads device stop-before save-interval mix-numerics dry-run' ;;
    evaluate) options='run data vote min-agreement min-probability threads device' ;;
    predict) options='run data out format labels-only force vote min-agreement threads device' ;;
    inspect) options='run sample data' ;;
    halt) options='run after-slice' ;;
    *) options= ;;
  esac
  for option in $options; do out_says "--$option "; done
done
for format in digits: idx: hdf5:; do
  expect_exit 0 "$expunge" train --help
  out_says $format
done

# Where each value comes from, in a form that can be given back.
printf 'slices = 2\nlr = 0.25\n[ignored\n' >broken.ini
expect_exit 2 "$expunge" train --config broken.ini --print-config
err_says 'broken.ini: '
printf '# of this test\nslices = 2\nlr = 0.25\nshards = 9\n' >job.ini
EXPUNGE_SHARDS=3 EXPUNGE_LR=0.5 expect_exit 0 "$expunge" train --run r --data digits:300,seed=3 --model mlp:hidden=4 \
  --seed 7 --lr 0.05 --config job.ini --print-config
err_is_empty
[ ! -e r ] || wrong "--print-config made the run directory"
while read -r line; do
  grep -qE "^$line\$" out || wrong "the configuration does not say: $line"
done <<'LINES'
lr = 0.05 +# command line
shards = 3 +# EXPUNGE_SHARDS
slices = 2 +# job.ini
momentum = 0.9 +# default
LINES
cp out again.ini
expect_exit 0 "$expunge" train --config again.ini --print-config
sed 's/ *#.*//' again.ini >said
sed 's/ *#.*//' out | diff said - >&2 || wrong "the configuration that was printed does not come back"

# A plan writes nothing, and is what is then done.
expect_exit 0 "$expunge" train --run deep/r "${training[@]}" --dry-run --json
out_is_one_document
planned=$(grep -o '"sample_gradients": [0-9]*' out)
[ ! -e deep ] || wrong "a dry run made a folder"
expect_exit 0 mpirun -n 5 "$expunge" train --run deep/r "${training[@]}" --dry-run
out_says 'nothing was written'
[ ! -e deep ] || wrong "a dry run made a folder"
expect_exit 0 "$expunge" train --run deep/r "${training[@]}" --json
out_is_one_document
[ "$(grep -o '"sample_gradients": [0-9]*' out)" = "$planned" ] || wrong "the plan said $planned"
run=$work/deep/r
[ "$(stat -c %a "$run")" = 700 ] || wrong "the run directory can be read by others"
tree_of "$run" >before
expect_exit 0 "$expunge" train --run "$run" --dry-run
out_says "would go on with $run"
tree_of "$run" | cmp -s - before || wrong "a dry run changed the run"
expect_exit 2 "$expunge" train --run "$run" --dry-run --lr 0.3
err_says '--lr is 0.3 and the run has 0.05'

# Looks.
expect_exit 0 mpirun -n 3 "$expunge" inspect --run "$run" --json
cp out launched
expect_exit 0 "$expunge" inspect --run "$run" --json
out_is_one_document
tr -d '\r' <launched | cmp -s - out || wrong "inspect under a launcher tells something else"
for field in samples live shards slices file digest bytes model_digest; do out_says "\"$field\": "; done
out_says '"samples": 300'
expect_exit 0 "$expunge" inspect --run "$run" --sample 5
out_says 'writer-'
out_says 'sample-gradients'
expect_exit 0 "$expunge" inspect --run "$run" --sample 5 --json
out_is_one_document
file=$(grep -o 'shards/.*h5' out | tail -n1)
[ -f "$run/$file" ] || wrong "a file that saw the sample is not there: $file"
expect_exit 1 "$expunge" inspect --run "$run" --sample 300
err_says 'there is no sample 300'
expect_exit 2 "$expunge" inspect --run "$run" --sample -1
expect_exit 1 "$expunge" inspect --run nowhere --json
out_is_empty
tree_of "$run" | cmp -s - before || wrong "looking changed the run"
expect_exit 0 mpirun -n 2 "$expunge" data info digits:20 --json
[ "$(grep -c '"samples": 20' out)" -eq 1 ] || wrong "not told once"

# Without subjects a sample's place is its own.
{ printf '\0\0\x08\x03\0\0\0\x04\0\0\0\x01\0\0\0\x02abcdefgh'; } >images
printf '\0\0\x08\x01\0\0\0\x04\x00\x01\x05\x02' >labels
expect_exit 0 "$expunge" train --run plain --data idx:images,labels --model logistic --slices 2 --seed 7
expect_exit 0 "$expunge" inspect --run plain --sample 2
out_says 'label 5'
! grep -q subject out || wrong "a subject where there is none"
expect_exit 0 "$expunge" inspect --run plain --sample 2 --json
out_says '"subject": null'

# Predictions.
asked=(--run "$run" --data digits:40,seed=9)
expect_exit 0 "$expunge" predict "${asked[@]}"
[ "$(wc -l <out)" -eq 41 ] || wrong "not one line for each sample and one head"
cp out printed
expect_exit 0 "$expunge" predict "${asked[@]}" --out answers.csv --json
out_is_one_document
out_says '"samples": 40'
cmp -s printed answers.csv || wrong "the file holds other answers than standard output"
expect_exit 2 "$expunge" predict "${asked[@]}" --out answers.csv --labels-only
err_says 'answers.csv is there already: give another path, or --force'
cmp -s printed answers.csv || wrong "a file was replaced without --force"
expect_exit 0 "$expunge" predict "${asked[@]}" --out answers.csv --labels-only --force
[ "$(head -n1 answers.csv)" = id,label ] || wrong "more than labels"
expect_exit 1 "$expunge" predict "${asked[@]}" --out none/answers.h5
err_says 'there is no folder none; make it first'
expect_exit 1 "$expunge" data digits --samples 10 --out none/d.h5
err_says 'cannot write none/d.h5: there is no folder none; make it first'
expect_exit 2 "$expunge" predict "${asked[@]}" --out answers.txt
expect_exit 2 "$expunge" predict "${asked[@]}" --json
err_says 'name a file for them with --out, or give --format jsonl'
out_is_empty
expect_exit 2 mpirun -n 3 "$expunge" predict "${asked[@]}" --out answers.csv
said_once 'is there already'
finish
