#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck source=examples/course.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../course.sh"

# Your data would be there already. Here it is made: pictures of 8 x 8 bytes in IDX, MNIST's format. A picture of class
# c has a bright row (c < 5) or column on a noisy ground. An IDX file is a few big-endian numbers and then plain bytes.
make_pictures() { # NAME FIRST COUNT: NAME-images.idx, NAME-labels.idx, and whose picture each is, in NAME-people.txt
  awk -v first="$2" -v count="$3" -v name="$1" '
    function number(n) { return sprintf("\\x%02x\\x%02x\\x%02x\\x%02x", int(n / 16777216) % 256, int(n / 65536) % 256, int(n / 256) % 256, n % 256) }
    function noise() { state = (state * 1103 + 12345) % 1048576; return int(state / 8192) }
    BEGIN {
      images = "\\x00\\x00\\x08\\x03" number(count) number(8) number(8)
      labels = "\\x00\\x00\\x08\\x01" number(count)
      state = first * 7919 + 1
      for (i = 0; i < count; i++) {
        class = (first + i) % 10
        labels = labels sprintf("\\x%02x", class)
        printf "person-%03d\n", (first + i) % 60 > (name "-people.txt")
        for (y = 0; y < 8; y++)
          for (x = 0; x < 8; x++)
            images = images sprintf("\\x%02x", noise() + ((class < 5 ? y : x) == class % 5 + 1 ? 100 : 0))
      }
      print images > (name "-images.txt")
      print labels > (name "-labels.txt")
    }'
  for kind in images labels; do printf '%b' "$(cat "$1-$kind.txt")" >"$1-$kind.idx"; done
  rm "$1-images.txt" "$1-labels.txt"
}
make_pictures train 0 1200
make_pictures test 5000 300

show 'ls'
show 'expunge data info idx:train-images.idx,train-labels.idx,subjects=train-people.txt'
show 'expunge data convert idx:train-images.idx,train-labels.idx,subjects=train-people.txt \
    --out train.h5'
show 'h5dump -H train.h5 | grep -E "DATASET|DATASPACE|DATATYPE"'

show 'expunge train --run run --data hdf5:train.h5 --model mlp:hidden=32 \
    --shards 3 --slices 2 --epochs 12 --seed 7'
show 'expunge evaluate --run run --data idx:test-images.idx,test-labels.idx \
    --vote mean-probability | head -n 10'
show 'expunge predict --run run --data idx:test-images.idx,test-labels.idx \
    --out answers.csv --labels-only'
show 'head -n 4 answers.csv'

# Where one sample lives, and with it all of its person's.
show 'expunge inspect --run run --sample 17'
show 'expunge inspect --run run --sample 77 | head -n 2'

# What is not right is refused, by name and place, before any work.
head -c 700 train-labels.idx >cut-labels.idx
show --exit 1 'expunge data info idx:train-images.idx,cut-labels.idx'
