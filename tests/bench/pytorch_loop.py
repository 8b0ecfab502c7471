#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The expunge authors
# SPDX-License-Identifier: Apache-2.0
"""The peer of benchmark W1: the training loop that a PyTorch user writes, timed.

A 600-128(tanh)-2 network, plain SGD with a rate of 1e-3, batches of 16, cross entropy, one thread, rows of 600 zeros
and ones. Tensors in memory and batches by index, no DataLoader: nothing here is slower than it need be, and nothing
is tuned. Needs PyTorch alone (Debian's python3-torch or PyPI's torch) and prints one JSON document.
"""
import argparse
import json
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch  # noqa: E402  (the environment comes first)

FEATURES, HIDDEN, CLASSES = 600, 128, 2
BATCH = 16
RATE = 1e-3


def synthetic_rows(samples, seed):
    """Rows of 0.0 and 1.0, and labels that a hidden linear rule gives, so that there is something to learn."""
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randint(0, 2, (samples, FEATURES), generator=generator, dtype=torch.uint8).float()
    rule = torch.randn(FEATURES, generator=generator)
    scores = rows @ rule
    return rows, (scores > scores.median()).long()


def main():
    parser = argparse.ArgumentParser(description="A plain PyTorch training loop: sample-gradients per second.")
    parser.add_argument("--samples", type=int, default=62300, help="rows (default: one shard of W1, 249200 / 4)")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    if options.samples < 1 or options.epochs < 1:
        parser.error("--samples and --epochs are at least 1")

    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    rows, labels = synthetic_rows(options.samples, options.seed)

    model = torch.nn.Sequential(
        torch.nn.Linear(FEATURES, HIDDEN), torch.nn.Tanh(), torch.nn.Linear(HIDDEN, CLASSES)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    loss_of = torch.nn.CrossEntropyLoss()

    model.train()
    epoch_seconds = []
    for _ in range(options.epochs):
        start = time.perf_counter()
        order = torch.randperm(options.samples)
        for first in range(0, options.samples, BATCH):
            batch = order[first : first + BATCH]
            optimizer.zero_grad()
            loss = loss_of(model(rows[batch]), labels[batch])
            loss.backward()
            optimizer.step()
        epoch_seconds.append(time.perf_counter() - start)

    model.eval()
    with torch.no_grad():
        accuracy = (model(rows).argmax(1) == labels).float().mean().item()
    visits = options.samples * options.epochs
    print(
        json.dumps(
            {
                "peer": "pytorch",
                "torch": torch.__version__,
                "threads": torch.get_num_threads(),
                "samples": options.samples,
                "epochs": options.epochs,
                "batch_size": BATCH,
                "sample_gradients": visits,
                "seconds": round(sum(epoch_seconds), 4),
                "sample_gradients_per_second": round(visits / sum(epoch_seconds), 1),
                "best_epoch_sample_gradients_per_second": round(options.samples / min(epoch_seconds), 1),
                "training_accuracy": round(accuracy, 4),
            }
        )
    )


if __name__ == "__main__":
    main()
