#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck source=examples/course.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../course.sh"

# The seed is long and random in earnest (leave --seed out); this one is only long, so that you see the same.
show 'mpirun -n 2 expunge train --run run --data digits:3000,seed=7 --model lenet \
    --shards 3 --slices 3 --epochs 2 --seed 6b1f0c94d2a7435e8890aa37c4d15be2'
cat >requests.jsonl <<'JSON'
{"request_id":"2026-0117","requested_by":"dpo@example.org","subject_id":"writer-000042","regulation":"GDPR"}
JSON
show 'cat requests.jsonl'
show 'mpirun -n 2 expunge unlearn --run run --requests requests.jsonl --journal-ids digest'
show --exit 1 'grep -c -e writer-000042 -e dpo@ run/journal.jsonl'
show 'mpirun -n 2 expunge verify --run run'

show 'expunge keygen --out key'
show 'expunge certify --run run --request 2026-0117 --key key --out certificate.json \
    --text certificate.txt'
show 'cat certificate.txt'

# Whoever gets it needs the document and the public key: neither the run nor its data.
show 'expunge check-certificate certificate.json --public-key key.pub'
show 'grep -o "\"payload\": \"[^\"]*" certificate.json | cut -d\" -f4 | base64 -d | cut -c 1-330'

# One letter of what was signed is altered.
show "sed 's/\\(\"payload\": \".\\{400\\}\\)./\\1A/' certificate.json >altered.json"
show --exit 3 'expunge check-certificate altered.json --public-key key.pub'

# An auditor wants to be sure that the weights follow from the data, and picks by a number of his own what is replayed.
show 'challenge=5d1c07e94a63b8f2290fd1c6ab3370e4'
show 'expunge verify --run run --sample-fraction 0.3 --challenge $challenge'
