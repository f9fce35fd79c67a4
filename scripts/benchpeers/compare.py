"""Measures ours and the peers in turns: compare.py ROUNDS BATCH THREADS WEIGHTS FEATURIZE GROUP=PEER…
with PEER as kind:python[:VARIABLE=value…]. A peer that does not run is skipped with its reason."""
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time

rounds, batch, threads, weights, featurize = int(sys.argv[1]), *sys.argv[2:6]
here = os.path.dirname(os.path.abspath(__file__))
GROUPS = {  # what ours is asked for, and what the peers compute in
    "float32": (["--precision", "float32"], "float32"),
    "avx2": (["--precision", "float32", "--cpu-kernel", "avx2"], "float32"),
    "bfloat16": (["--precision", "bfloat16"], "bfloat16"),
    "gpu_float32": (["--device", "cuda", "--precision", "float32"], "float32"),
    "gpu_bfloat16": (["--device", "cuda", "--precision", "bfloat16"], "bfloat16"),
}


def with_threads(variable):
    """The environment, in which that variable is the number of threads; 0 leaves them alone."""
    return {**os.environ, **({variable: threads} if threads != "0" else {})}


class Ours:
    def __init__(self, options):
        self.command = [featurize, "bench", "--weights", weights, "--batch", batch, "--rounds", "1", "--json", "--quiet", *options]

    def measure(self):
        out = subprocess.run(self.command, env=with_threads("GOMAXPROCS"), check=True, capture_output=True).stdout
        found = json.loads(out)
        self.name = found["engine"].removeprefix("cpu ").removeprefix("cuda ")
        return found["pages_per_second"]["median"], found["of_peak"]


class Peer:
    """A process that stands still while another one is measured."""

    def __init__(self, spec, precision):
        kind, python, *variables = spec.split(":")
        self.spec = spec
        env = {**with_threads("OMP_NUM_THREADS"), **dict(v.split("=", 1) for v in variables)}
        command = [python, os.path.join(here, "peer.py"), kind, precision, batch, threads, weights]
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.rates = []

    def start(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError((self.process.communicate()[1].strip().splitlines() or ["it ended"])[-1])
        ready = json.loads(line)
        self.name, self.checksum = ready["name"], ready["checksum"]
        for reason in ready["skipped"]:
            print(f"skipped: {self.name.rsplit(' ', 1)[0]} {reason}", file=sys.stderr)
        for way, rate in ready["tried"].items():
            print(f"{self.name.rsplit(' ', 1)[0]} {way}: {rate:.2f} pages/s at the first try", file=sys.stderr)
        self.process.send_signal(signal.SIGSTOP)

    def measure(self):
        self.process.send_signal(signal.SIGCONT)
        print(file=self.process.stdin, flush=True)
        found = json.loads(self.process.stdout.readline())
        self.process.send_signal(signal.SIGSTOP)
        return found["pages_per_second"]

    def end(self):
        self.process.kill()
        self.process.communicate()


def peers_of(specs, precision):
    """Starts them one after another, and yields those that run."""
    for spec in specs:
        peer = Peer(spec, precision)
        try:
            peer.start()
            yield peer
        except RuntimeError as reason:
            print(f"skipped: {spec.split(':')[0]} in {precision}: {reason}", file=sys.stderr)


def compare(group, specs):
    options, precision = GROUPS[group]
    ours, peers = Ours(options), list(peers_of(specs, precision))
    for peer in peers[1:]:
        if abs(peer.checksum / peers[0].checksum - 1) > 0.02:
            sys.exit(f"{peer.name} and {peers[0].name} do not compute the same: mean values {peer.checksum} and {peers[0].checksum}")
    rates, of_peak = [], []
    for i in range(rounds):
        rate, part = ours.measure()
        rates.append(rate)
        of_peak.append(part)
        for peer in peers:
            time.sleep(0.2)
            peer.rates.append(peer.measure())
        print(f"{group}: round {i + 1} of {rounds}: ours {rate:.2f}" + "".join(f", {p.name} {p.rates[-1]:.2f}" for p in peers), file=sys.stderr)
    for peer in peers:
        peer.end()
    print(f"| {group} | **ours, {ours.name}** ({100 * statistics.median(of_peak):.0f} % of peak) | {spread(rates)} | |")
    for peer in peers:
        ratios = [mine / theirs for mine, theirs in zip(rates, peer.rates)]
        print(f"| {group} | {peer.name} | {spread(peer.rates)} | **{statistics.median(ratios):.2f}×** |", flush=True)


def spread(rates):
    return f"{statistics.median(rates):.2f} ({min(rates):.2f}–{max(rates):.2f})"


groups = {}
for argument in sys.argv[6:]:
    group, spec = re.fullmatch(r"(\w+)=(.*)", argument).groups()
    groups.setdefault(group, []).extend([spec] if spec else [])
print(f"Batch {batch}{'' if threads == '0' else f', {threads} threads'}, to fc2, {rounds} rounds in turns; pages a second: median (least–greatest); ours ÷ theirs is the median of the rounds' ratios.\n")
print("| arithmetic | computed by | pages/s | ours ÷ theirs |\n|---|---|---|---|")
for group, specs in groups.items():
    compare(group, specs)
