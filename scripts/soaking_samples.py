"""What a process holds over time, and whether that grows."""

import os
import pathlib
import signal
import statistics
import time

from measuring import field

# What is bounded by a number is not judged by its trend before it is reached.
BOUNDS = {
    "operations": 260,
    "operations' authors": 260,
    "works of operations": 260,
    "activity": 500,
    "errors": 500,
    "questions": 1_200,
    # A thousand of each add-on.
    "events": 20_000,
}
# Connections that wait for the next request, blocking threads that wait for the next file: they come and go.
SLACK = {"descriptors": 3, "threads": 3, "tasks": 4}
UNDER_WAY = ("reads", "writes", "looks and saves", "questions under way")
GROWTH = 1.05
SOME = 16


class Watched:
    """A process; a dashboard, if a terminal is given, also tells what it keeps."""

    def __init__(self, name, pid, terminal=None, vitals=None):
        self.name, self.pid, self.terminal, self.vitals = name, pid, terminal, vitals
        self.samples = []
        self.did = 0
        # What is not well with its commands.
        self.ill = []

    def sample(self):
        # What is under way holds connections and tasks: only what is left at rest is compared.
        told, end = {}, time.monotonic() + 10
        while self.vitals and time.monotonic() < end:
            told = self.told()
            if not any(told[what] for what in UNDER_WAY):
                break
        now = {
            "resident": field(self.pid, "status", "VmRSS"),
            "anonymous": field(self.pid, "status", "RssAnon"),
            "descriptors": len(os.listdir(f"/proc/{self.pid}/fd")),
            "threads": field(self.pid, "status", "Threads"),
        }
        self.samples.append({**now, **told})

    def told(self):
        path = pathlib.Path(self.vitals)
        path.unlink(missing_ok=True)
        os.kill(self.pid, signal.SIGWINCH)
        end = time.monotonic() + 30
        while not path.exists():
            if time.monotonic() > end:
                raise SystemExit(f"soak: {self.name} did not tell what it keeps within 30 s")
            self.terminal.take(0.005)
        lines = path.read_text().splitlines()
        return {name: int(count) for name, count in (line.split("\t") for line in lines)}

    def fifths(self, name):
        """The medians of the fifth after the warm-up and of the last fifth, and the most. Warming up takes two fifths: of 10,000
        polls it is about 4,500 until the timelines, the activity and the platform's operations are as long as they get."""
        figures = [sample[name] for sample in self.samples if name in sample]
        fifth = max(1, len(figures) // 5)
        warm = figures[2 * fifth : 3 * fifth] or figures
        return statistics.median(warm), statistics.median(figures[-fifth:]), max(figures)

    def names(self):
        return list(self.samples[-1]) if self.samples else []

    def is_over(self, name):
        warm, last, _ = self.fifths(name)
        if name in ("resident", "anonymous"):
            return name == "resident" and last > warm * GROWTH
        if name in SLACK:
            return last > warm + SLACK[name]
        if name in BOUNDS:
            return last > BOUNDS[name]
        return last > max(warm * GROWTH, warm + SOME)


def show(watched, is_judged=True):
    """One table of a process; how many bounds were passed."""
    if not watched.samples:
        print(f"{watched.name}: nothing was seen of it")
        return 1
    print(f"\n{watched.name}: {watched.did}, {len(watched.samples)} looks")
    print(f"  {'':<24} {'warm':>10} {'last':>10} {'most':>10}")
    passed = 0
    for name in watched.names():
        warm, last, most = watched.fifths(name)
        is_over = is_judged and watched.is_over(name)
        passed += is_over
        if not (warm or last or most):
            continue
        if name in ("resident", "anonymous"):
            told = [f"{kib * 1024 / 1e6:.1f} MB" for kib in (warm, last, most)]
            note = f"{(last / warm - 1) * 100:+.1f} %"
        else:
            told, note = [f"{count:.0f}" for count in (warm, last, most)], ""
        print(f"  {name:<24} {told[0]:>10} {told[1]:>10} {told[2]:>10}  {note}{' GROWS' if is_over else ''}".rstrip())
    return passed
