#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# A run that is there: it is gone on with only as what it is, from the data it was begun with, under the same numerics,
# and with its files whole. Whatever is refused leaves it as it was.
expunge=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"
# shellcheck source=tests/cli/runs.sh
. "$here/runs.sh"
cd "$work" || exit 1
run=$work/run

# idx_images N FIRST: N images of 2x2 bytes, the first byte of the first image being FIRST.
number() { printf "\\x$(printf '%02x' $(($1 / 256)))\\x$(printf '%02x' $(($1 % 256)))"; }
idx_images() {
  printf '\0\0\x08\x03\0\0'
  number "$1"
  printf '\0\0\0\x02\0\0\0\x02%b' "$2"
  for ((i = 1; i < 4 * $1; ++i)); do printf "\\x$(printf '%02x' $((i * 37 % 256)))"; done
}
# idx_labels N LAST
idx_labels() {
  printf '\0\0\x08\x01\0\0'
  number "$1"
  for ((i = 1; i < $1; ++i)); do printf "\\x0$((i % 3))"; done
  printf '%b' "$2"
}
idx_images 60 '\x00' >images
idx_labels 60 '\x01' >labels
expect_exit 0 "$expunge" train --run run --data idx:images,labels --model mlp:hidden=4 --shards 3 --slices 2 --epochs 2 --seed 7
tree_of "$run" >"$work/before"

# refused CODE TEXT COMMAND...
refused() {
  local code=$1 text=$2
  shift 2
  expect_exit "$code" "$@"
  err_says "$text"
  out_is_empty
  tree_of "$run" | cmp -s - "$work/before" || wrong "a refusal changed the run: $*"
}
train() { refused "$1" "$2" "$expunge" train --run run "${@:3}"; }

train 2 '--model is lenet and the run has mlp:hidden=4' --model lenet --lr 0.1 --shards 4 --slices 3 --seed 8 --epochs 3 \
  --batch-size 4 --momentum 0.5 --optimizer adam --slicing sequential --classes 3
for line in 'expunge: '"$run"': the run was made with another configuration:' '--lr is 0.1 and the run has 0.05' \
  '--shards is 4 and the run has 3' '--slices is 3 and the run has 2' '--seed is not the seed of the run' \
  '--epochs is 3 and the run has 2' '--batch-size is 4 and the run has 32' '--momentum is 0.5 and the run has 0.9' \
  '--optimizer is adam and the run has sgd' '--slicing is sequential and the run has cumulative' \
  '--classes is 3 and the run has 10' 'leave these options out to go on with the run, or choose another --run directory'; do
  err_says "$line"
done
EXPUNGE_SHARDS=4 train 2 '--shards is 4 and the run has 3'
train 2 "the data's shape is 1x28x28 and the run's is 1x2x2" --data digits:60
expect_exit 0 "$expunge" train --run run --model mlp:hidden=4 --lr 0.05 --shards 3 --seed 7
expect_exit 0 "$expunge" train --run "$run/" --json
out_is_one_document
out_says '"complete": true'
out_says '"sample_gradients": 0'

# One byte, one label, a row less, rows more.
idx_images 60 '\x01' >images.byte
idx_labels 60 '\x02' >labels.other
idx_images 59 '\x00' >images.less
idx_labels 59 '\x01' >labels.less
idx_images 63 '\x00' >images.more
idx_labels 63 '\x01' >labels.more
train 1 'these are not the samples that the run was begun with (as many, 60, but not the same)' --data idx:images.byte,labels
train 1 'these are not the samples that the run was begun with (as many, 60, but not the same)' --data idx:images,labels.other
train 1 '(60 then, 59 now): give the same data, or choose another --run directory' --data idx:images.less,labels.less
refused 1 '(60 then, 63 now)' mpirun -n 2 "$expunge" train --run run --data idx:images.more,labels.more
said_once '(60 then, 63 now)'
mv images images.moved
train 1 "$work/images: No such file or directory"
err_says 'where they have moved, give --data'
refused 1 'where they have moved, give --data' "$expunge" inspect --run run --sample 3
expect_exit 0 "$expunge" train --run run --data idx:images.moved,labels
mv images.moved images

refused 2 "samples are 1x28x28 of u8, and the run's models take 1x2x2 of u8" "$expunge" evaluate --run run --data digits:10
refused 2 'give data of the same kind' "$expunge" predict --run run --data digits:10

# Other numerics.
train 2 "threads is '2' here and was '1'" --threads 2
err_says '--mix-numerics'
rm "$run/shards/0001/shard.json"
expect_exit 0 "$expunge" train --run run --threads 2 --mix-numerics
err_says 'going on under other numerics than the run began with'
err_says 'no one will be able to replay this run bit for bit'
rm -r "$run/shards/0001"
expect_exit 0 "$expunge" train --run run
nothing_astray "$run"
tree_of "$run" | grep -v shard.json >"$work/now"
grep -v shard.json "$work/before" | diff - "$work/now" >&2 || wrong "a shard that was trained anew has other bits"
tree_of "$run" >"$work/before"

# damaged TEXT: every command that reads the file names it and says what to do; damage is done, and undone, by hand.
damaged() {
  for command in train evaluate predict inspect; do
    data=()
    case $command in evaluate | predict) data=(--data idx:images,labels) ;; esac
    [[ " $2 " == *" $command "* ]] || continue
    expect_exit 1 "$expunge" "$command" --run run "${data[@]}"
    err_says "$1"
    err_says 'restore it from a copy'
    [ ! -s out ] || wrong "standard output beside a failure: $command"
  done
  rm -r "$run"
  cp -r "$work/kept" "$run"
}
cp -r "$run" "$work/kept"
head -c 300 kept/manifest.json >run/manifest.json
damaged "$run/manifest.json is damaged" 'train evaluate predict inspect'
: >run/manifest.json
damaged "$run/manifest.json is damaged" 'train inspect'
printf '{"half' >run/shards/0001/shard.json
damaged "$run/shards/0001/shard.json is not JSON" 'train evaluate predict inspect'
last=$(basename run/shards/0001/slice-02-*)
printf x | dd of="run/shards/0001/$last" bs=1 seek=3000 conv=notrunc status=none
damaged "$run/shards/0001/$last: the digest of its bytes" 'train evaluate predict'
truncate -s 1000 "run/shards/0001/$last"
damaged "$run/shards/0001/$last" 'train evaluate'
rm "run/shards/0001/$last"
damaged "$run/shards/0001/$last" 'train evaluate'
first=$(basename run/shards/0002/slice-01-*)
rm "run/shards/0002/$first"
damaged "$run/shards/0002/$first" 'train'

sed -i 's/"format_version": 1/"format_version": 2/' run/manifest.json
tree_of "$run" >"$work/before"
train 1 "$run/manifest.json: it has format version 2, and this program reads version 1: use the newer release"
cp kept/manifest.json run/manifest.json
sed -i 's/"format_version": 3/"format_version": 4/' run/shards/0000/shard.json
tree_of "$run" >"$work/before"
train 1 'shards/0000/shard.json: format_version is 4, and this program reads versions 2 and 3: use the newer release'
cp kept/shards/0000/shard.json run/shards/0000/shard.json
sed -i 's/"shards": "3"/"shards": "4"/' run/manifest.json
tree_of "$run" >"$work/before"
train 1 "$run/manifest.json: its configuration does not have the digest it names: it was altered"
cp kept/manifest.json run/manifest.json

# An evaluation that is none is passed over.
echo '{"constituents":[1],"accuracy":"high","data":3,"vote":"none"}' >run/evaluation.json
expect_exit 0 "$expunge" inspect --run run --json
out_says '"evaluation": null'

# The advice of the messages mends it.
rm -r run/shards/0001
expect_exit 0 "$expunge" train --run run
same_training "$run" "$work/kept" "after the advice was followed"

# A run without a trained stage answers nothing, and says so.
expect_exit 75 "$expunge" train --run young --data idx:images,labels --model mlp:hidden=4 --shards 2 --seed 7 --stop-before 0s
expect_exit 1 "$expunge" evaluate --run young --data idx:images,labels --json
err_says 'no shard can vote: train the run first'
out_is_one_document
out_says '"accuracy": null'
expect_exit 1 "$expunge" predict --run young --data idx:images,labels
err_says 'no shard can vote: train the run first'
expect_exit 0 "$expunge" inspect --run young
out_says '0 of 2 shards complete'
finish
