"""The recipe with a hidden layer on pool5 against PyTorch, in turns:
network.py BENCHFIT WORK EPOCHS SEEDS [STORE]. Prints a table in Markdown."""
import os
import statistics
import sys
import time

import numpy as np
import torch
from torch import nn

from ours import Ours
from vectors import CLASSES, TRAIN, groups, vectors

program, work, epochs, seeds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
store = sys.argv[5] if len(sys.argv) > 5 else None
HIDDEN, BATCH = 4096, 32
torch.set_num_threads(os.cpu_count())


class Peer:
    """The same network, optimiser and early choice in PyTorch."""

    def __init__(self, x, y):
        self.x, self.y = torch.from_numpy(x), torch.from_numpy(y.astype(np.int64))
        of = groups(TRAIN)  # a fifth of the rows in whole groups, as ours holds out
        held = np.isin(of, np.unique(of)[: len(np.unique(of)) // 5])
        self.train_rows, self.held = np.flatnonzero(~held), np.flatnonzero(held)

    def train(self, seed):
        start = time.perf_counter()
        torch.manual_seed(seed)
        self.net = nn.Sequential(nn.Linear(self.x.shape[1], HIDDEN), nn.ReLU(), nn.Dropout(0.5),
                                 nn.BatchNorm1d(HIDDEN, eps=1e-3, momentum=0.01), nn.Linear(HIDDEN, CLASSES))
        for layer in self.net:
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)
        adam = torch.optim.Adam(self.net.parameters(), lr=1e-3, eps=1e-7, fused=True)
        loss = nn.CrossEntropyLoss()
        best, lowest = None, float("inf")
        order = np.random.default_rng(seed)
        for _ in range(epochs):
            self.net.train()
            for rows in torch.from_numpy(order.permutation(self.train_rows)).split(BATCH):
                if len(rows) == BATCH:
                    adam.zero_grad(set_to_none=True)
                    loss(self.net(self.x[rows]), self.y[rows]).backward()
                    adam.step()
            self.net.eval()
            with torch.no_grad():
                now = loss(self.net(self.x[self.held]), self.y[self.held]).item()
            if now < lowest:
                best, lowest = {k: v.clone() for k, v in self.net.state_dict().items()}, now
        self.net.load_state_dict(best)
        self.net.eval()
        return time.perf_counter() - start

    def accuracy(self):
        with torch.no_grad():
            return (self.net(self.x[TRAIN:]).argmax(1) == self.y[TRAIN:]).double().mean().item()


def spread(values):
    deviation = statistics.stdev(values) if len(values) > 1 else 0
    return f"{statistics.mean(values):.1%} ± {deviation:.1%}"


x, y = vectors("pool5", store)
ours, peer = Ours(program, work, x, y), Peer(x, y)
took, right = ([], []), ([], [])
for seed in range(seeds):
    took[0].append(ours.train("dense-dropout-bn-softmax", f"{epochs},{seed}")[0])
    right[0].append((ours.log_probabilities().argmax(1) == y[TRAIN:]).mean())
    took[1].append(peer.train(seed))
    right[1].append(peer.accuracy())
ours.close()
a, b = (statistics.median(t) for t in took)
steps = epochs * (TRAIN * 4 // 5 // BATCH)
print(f"\nPyTorch {torch.__version__} with its fused Adam, {os.cpu_count()} processors, {epochs} epochs of {steps // epochs} steps of {BATCH}, {seeds} seeds in turns.\n")
print("| recipe | ours | PyTorch | faster | a step, ours / theirs | accuracy over seeds, ours / theirs |")
print("|---|---|---|---|---|---|")
print(f"| dense-dropout-bn-softmax, pool5{' of the store' if store else '-like'}, {TRAIN:,} × {x.shape[1]:,} | {a:.0f} s | {b:.0f} s | **{b / a:.1f}×** "
      f"| {1e3 * a / steps:.0f} / {1e3 * b / steps:.0f} ms | {spread(right[0])} / {spread(right[1])} |")
