"""The linear head against scikit-learn's, in turns:
softmax.py BENCHFIT WORK ROUNDS [STORE]. Prints tables in Markdown."""
import os
import statistics
import sys
import time

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from ours import Ours
from vectors import NONZERO, TRAIN, vectors

program, work, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = sys.argv[4] if len(sys.argv) > 4 else None
GRID = ",".join(f"{v:.6g}" for v in np.logspace(-4, 4, 20))
# scikit-learn's own default, C = 1 = 1/(L2·N), and about what inner folds choose.
FIXED = [1 / TRAIN, 10.0]


class Library:
    """scikit-learn on the same rows, as float32 or float64."""

    def __init__(self, x, y, l2, dtype):
        self.x, self.y = x.astype(dtype, copy=False), y
        self.scaler = StandardScaler(copy=True)
        self.model = LogisticRegression(C=1 / (l2 * TRAIN), solver="lbfgs", tol=1e-4, max_iter=10_000)

    def train(self):
        start = time.perf_counter()
        self.model.fit(self.scaler.fit_transform(self.x[:TRAIN]), self.y[:TRAIN])
        return time.perf_counter() - start

    def log_probabilities(self):
        return self.model.predict_log_proba(self.scaler.transform(self.x[TRAIN:]))


def log_loss(logp, y):
    return -logp[np.arange(len(y)), y].mean()


def objective(z, y, kernel, bias, l2):
    """Mean log loss of the training rows + L2/2·‖kernel‖²."""
    logits = z @ kernel + bias
    logits -= logits.max(1, keepdims=True)
    return log_loss(logits - np.log(np.exp(logits).sum(1, keepdims=True)), y) + l2 / 2 * (kernel**2).sum()


def compare(name, x, y, l2):
    """One L2: both libraries' settings and ours, in turns."""
    ours = Ours(program, work, x, y)
    peers = [Library(x, y, l2, np.float32), Library(x, y, l2, np.float64)]
    took = [[], [], []]
    for _ in range(rounds):
        took[0].append(ours.train("softmax", f"{l2!r}")[0])
        for peer, t in zip(peers, took[1:]):
            t.append(peer.train())
    t = [statistics.median(v) for v in took]
    best = 1 if t[1] < t[2] else 2
    peer = peers[best - 1]
    z = StandardScaler().fit_transform(x[:TRAIN].astype(np.float64))
    mine = objective(z, y[:TRAIN], *ours.weights()[2:], l2)
    theirs = objective(z, y[:TRAIN], peer.model.coef_.T.astype(np.float64), peer.model.intercept_, l2)
    losses = log_loss(ours.log_probabilities(), y[TRAIN:]), log_loss(peer.log_probabilities(), y[TRAIN:])
    accuracy = (ours.log_probabilities().argmax(1) == y[TRAIN:]).mean()
    ours.close()
    print(f"| {name} | {l2:g} | {t[0] * 1e3:.0f} ms | {t[1] * 1e3:.0f} / {t[2] * 1e3:.0f} ms | **{t[best] / t[0]:.1f}×** "
          f"| {losses[0]:.5f} / {losses[1]:.5f} ({losses[0] / losses[1] - 1:+.2%}) | {accuracy:.1%} "
          f"| {mine:.8f} / {theirs:.8f} ({mine / theirs - 1:+.1e}) |", flush=True)


def choose(name, x, y):
    """L2 from 20 values by inner folds, in a process of its own, and its memory."""
    ours = Ours(program, work, x, y)
    seconds, options = ours.train("softmax", GRID)
    peak, loss = ours.peak(), log_loss(ours.log_probabilities(), y[TRAIN:])
    more = [ours.train("softmax", GRID)[0] for _ in range(min(rounds, 3) - 1)]
    ours.close()
    memory = f"{peak / x.nbytes:.2f}" if peak else "unknown"
    print(f"| {name} | {statistics.median([seconds, *more]):.1f} s | {options} | {loss:.5f} | {memory} |", flush=True)


cases = []
for cut in NONZERO:
    x, y = vectors(cut, store)
    kind = f"{cut}{' of the store' if store else '-like'}, {TRAIN:,} × {x.shape[1]:,}, {np.count_nonzero(x) / x.size:.0%} not zero"
    cases.append((kind, x, y))
print(f"scikit-learn {sklearn.__version__}, {os.cpu_count()} processors, medians of {rounds} rounds in turns, standardisation")
print("included; the ratio is to the faster of scikit-learn's float32 and float64.\n")
print("| vectors | L2 | ours | scikit-learn float32 / float64 | faster | held-out log loss, ours / theirs | accuracy | objective, ours / theirs |")
print("|---|---|---|---|---|---|---|---|")
for case in cases:
    for value in FIXED:
        compare(*case, value)
print("\nL2 chosen from 20 values by five inner folds:\n")
print("| vectors | ours | chosen | held-out log loss | peak memory ÷ matrix |")
print("|---|---|---|---|---|")
for case in cases:
    choose(*case)
