"""Our program, holding the vectors that the libraries get."""
import os
import subprocess
import sys

import numpy as np

from vectors import CLASSES, SCORED, TRAIN, groups


class Ours:
    def __init__(self, program, work, x, y):
        self.dim, self.work = x.shape[1], work
        values, labels = os.path.join(work, "values.f32"), os.path.join(work, "labels")
        x.tofile(values)
        np.savetxt(labels, np.c_[y, groups(len(y))], "%d")
        self.process = subprocess.Popen([program, values, labels, str(TRAIN), str(self.dim), str(CLASSES)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def train(self, *words):
        """Trains a head: its seconds and what it was trained with."""
        print(*words, os.path.join(self.work, "head"), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            sys.exit("our side failed: " + " ".join(words))
        took, _, options = line.partition(" ")
        return float(took), options.strip()

    def log_probabilities(self):
        """Those of the scored rows by the head trained last, (SCORED, K)."""
        return np.fromfile(os.path.join(self.work, "head.logp"), "<f8").reshape(SCORED, CLASSES)

    def weights(self):
        """Mean and scale of the features, (D), kernel, (D, K), and bias of a head
        without hidden layers."""
        v = np.fromfile(os.path.join(self.work, "head.weights"), "<f4").astype(np.float64)
        d = self.dim
        return v[:d], v[d:2 * d], v[2 * d:2 * d + d * CLASSES].reshape(d, CLASSES), v[-CLASSES:]

    def peak(self):
        """The most memory it has held, in bytes; None where the system does not say."""
        try:
            with open(f"/proc/{self.process.pid}/status") as f:
                return next(1024 * int(line.split()[1]) for line in f if line.startswith("VmHWM:"))
        except OSError:
            return None

    def close(self):
        self.process.stdin.close()
        self.process.wait()
