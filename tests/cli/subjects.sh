# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts that forget approximately, in $work. A subject's samples lie in one slice: a dozen of them are
# enough for what they did to fade, so that a retraining can be cut short.
# shellcheck shell=bash
for ((i = 0; i < 300; ++i)); do echo "s$((i % 24))"; done >subjects.txt
training=(--data digits:300,seed=3,subjects=subjects.txt --model mlp:hidden=4 --shards 2 --slices 8 --epochs 1 --seed 7)
cut_short=deepobliviate:epsilon=1000,least-points=2

# request ID SUBJECT: written to ID.jsonl.
request() { echo "{\"request_id\":\"$1\",\"subject_id\":\"$2\"}" >"$1.jsonl"; }
