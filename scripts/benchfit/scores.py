"""The heads' predictions beside scikit-learn's, on the same training and scored rows:
scores.py BENCHFIT WORK [STORE]. Prints a table in Markdown; ends with 1 if heads
that are the same by definition take more than a page in a hundred differently."""
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.preprocessing import StandardScaler

from ours import Ours
from vectors import NONZERO, TRAIN, vectors

program, work = sys.argv[1:3]
store = sys.argv[3] if len(sys.argv) > 3 else None
L2 = 10.0


def shrunk(x):
    """Features centred and divided by √(their variance + the mean variance)."""
    part = x[:TRAIN].astype(np.float64)
    mean, variance = part.mean(0), part.var(0)
    return (x - mean) / np.sqrt(variance + variance[variance > 0].mean())


def votes(x, y):
    """Five neighbours by cosine similarity, ties to the first class."""
    model = KNeighborsClassifier(5, metric="cosine").fit(x[:TRAIN], y[:TRAIN])
    return model.predict(x[TRAIN:])


def peers(x, y):
    regression = LogisticRegression(C=1 / (L2 * TRAIN), tol=1e-6, max_iter=10_000)
    scaler = StandardScaler().fit(x[:TRAIN])
    yield "softmax", f"{L2:g}", "LogisticRegression", regression.fit(scaler.transform(x[:TRAIN]), y[:TRAIN]).predict(scaler.transform(x[TRAIN:]))
    z = shrunk(x)
    yield "centroid", "1", "NearestCentroid", NearestCentroid().fit(z[:TRAIN], y[:TRAIN]).predict(z[TRAIN:])
    yield "knn", "5", "KNeighborsClassifier(cosine)", votes(x, y)


print("| vectors | head | scikit-learn | accuracy, ours / theirs | the same prediction |")
print("|---|---|---|---|---|")
worst = 1.0
for cut in NONZERO:
    x, y = vectors(cut, store)
    ours = Ours(program, work, x, y)
    for name, options, peer, theirs in peers(x, y):
        ours.train(name, options)
        mine = ours.log_probabilities().argmax(1)
        same = (mine == theirs).mean()
        worst = min(worst, same)
        print(f"| {cut}{' of the store' if store else '-like'} | {name} | {peer} | {(mine == y[TRAIN:]).mean():.1%} / {(theirs == y[TRAIN:]).mean():.1%} | {same:.1%} |", flush=True)
    ours.close()
sys.exit(worst < 0.99)
