"""The local platform with twenty add-ons, and the dashboard on it."""

import fcntl
import os
import pathlib
import pty
import select
import shutil
import signal
import statistics
import struct
import subprocess
import termios
import time

import measuring_backups
from measuring import LIMIT, Platform, field, mebibytes, milliseconds, say

RUNS = 5
ROOT = pathlib.Path(__file__).resolve().parent.parent
SERVICES = {"postgresql": 5, "valkey": 10, "object-storage": 5}
END_OF_FRAME = b"\x1b[?2026l"
# Longer than the pause after which the details follow the cursor, shorter than the list's polls.
QUIET = 1.5


class Dashboard:
    """The dashboard in a terminal of its own."""

    def __init__(self, platform, columns, rows):
        self.started = time.monotonic()
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.chdir("/")
            os.execve(platform.binary, [platform.binary], platform.env)
        self.got = b""
        self.frame = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            os.write(self.terminal, b"q")
            self.read(LIMIT)
        except OSError:
            os.kill(self.pid, signal.SIGKILL)
        os.close(self.terminal)
        os.waitpid(self.pid, 0)

    def read(self, quiet, until=None):
        """What comes until nothing came for so long, or until the end of the first frame; the size of the first frame."""
        self.got, self.frame = b"", None
        while select.select([self.terminal], [], [], quiet)[0]:
            try:
                chunk = os.read(self.terminal, 65536)
            except OSError:
                break  # The other end is closed.
            if not chunk:
                break
            self.got += chunk
            if self.frame is None and END_OF_FRAME in self.got:
                self.frame = self.got.index(END_OF_FRAME) + len(END_OF_FRAME)
                self.frame_at = time.monotonic()
                if until == "frame":
                    break
        return self.frame

    def press(self, keys):
        os.write(self.terminal, keys)
        return self.read(QUIET), len(self.got)

    def cpu(self):
        """Seconds on a processor so far, of all its threads."""
        tasks = pathlib.Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def first_frames(platform):
    taken = []
    for _ in range(RUNS):
        with Dashboard(platform, 120, 40) as dashboard:
            dashboard.read(LIMIT, until="frame")
            taken.append(dashboard.frame_at - dashboard.started)
            dashboard.read(QUIET)
    say(f"fork and exec → first frame, median of {RUNS}", milliseconds(statistics.median(taken)), "≤ 10 ms")


def screens(platform):
    for columns, rows, budget in [(120, 40, "≤ 6 kB"), (80, 24, "≤ 3 kB")]:
        with Dashboard(platform, columns, rows) as dashboard:
            frame = dashboard.read(QUIET)
            size = f"{columns}×{rows}"
            say(f"{size}: first screen", f"{frame} B", budget)
            say(f"{size}: all that was written until it rests", f"{len(dashboard.got)} B")
            moves = [dashboard.press(b"j") for _ in range(RUNS)]
            say(f"{size}: cursor move, the list", f"{max(frame for frame, _ in moves)} B", "≤ 100 B, largest of 5")
            details = max(whole - frame for frame, whole in moves)
            say(f"{size}: cursor move, the details after it", f"{details} B", "≤ 1 kB, largest of 5")


def idle(platform):
    with Dashboard(platform, 120, 40) as dashboard:
        dashboard.read(QUIET)
        before, end = dashboard.cpu(), time.monotonic() + 10
        written = 0
        while time.monotonic() < end:
            dashboard.read(end - time.monotonic())
            written += len(dashboard.got)
        used = dashboard.cpu() - before
        say("idle for 10 s: bytes written", f"{written} B", "0 B")
        say("idle for 10 s: processor, polls included", f"{used * 10:.2f} %", "below 0.1 %")
        say("dashboard, resident", mebibytes(field(dashboard.pid, "status", "VmRSS")), "≤ 15 MB with 1,000 add-ons")


def binary_and_crates(binary):
    say("size of the binary", f"{os.stat(binary).st_size / 1e6:.1f} MB")
    if shutil.which("cargo"):
        tree = ["cargo", "tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}", "--no-dedupe"]
        ran = subprocess.run(tree, cwd=ROOT, capture_output=True, text=True)
        crates = {line.split(" (")[0] for line in ran.stdout.splitlines() if line}
        # Our own is one of them.
        say("crates in it", str(len(crates) - 1) if ran.returncode == 0 else "not counted")


def run(binary):
    binary_and_crates(binary)
    with Platform(binary) as platform:
        for service, count in SERVICES.items():
            taken = [platform.create(service, f"{service}-{number}") for number in range(count)][:RUNS]
            say(f"{service}: create → ready, median of {RUNS}", milliseconds(statistics.median(taken)))
        first_frames(platform)
        screens(platform)
        idle(platform)
        say(f"platform with {sum(SERVICES.values())} add-ons and uploads, resident", mebibytes(field(platform.pid, "status", "VmRSS")))
        servers = platform.servers()
        memory = sum(field(pid, "smaps_rollup", "Pss") for pid in servers)
        say(f"the {len(servers)} processes of their servers, proportional", mebibytes(memory))
        measuring_backups.after_a_kill(platform)
        measuring_backups.postgresql(platform)
