"""The dashboard on a Heroku of N add-ons, beside its budgets and its peers."""

import itertools
import os
import shutil
import signal
import statistics
import tempfile
import threading
import time

from measuring import field
from measuring_peers import NOTE
from measuring_stand_in import StandIn, env
from measuring_table import NEVER, Row, table
from measuring_terminal import END_OF_FRAME, LEFT, Terminal

SIZES = (100, 1_000, 10_000)
# Longer than the pause after which the details follow the cursor, shorter than the list's polls.
QUIET = 1.5
# What changed is written to the cache five seconds later: that is no part of what a key or an idle minute costs.
SAVED = 6.5
# What the slow stand-in waits before each answer.
DELAY = 2
LIST_LIMIT = 120


def ms(seconds):
    return f"{seconds * 1000:.1f} ms"


def size(count):
    return f"{count:.0f} B"


def mb(kib):
    return f"{kib * 1024 / 1e6:.1f} MB"


def per_minute(count):
    return f"{count:.0f} /min"


def volume(count):
    for unit, of in (("MB", 1e6), ("kB", 1e3)):
        if count >= of:
            return f"{count / of:.1f} {unit}/min"
    return f"{count:.0f} B/min"


ROWS = [
    Row("first_byte", "fork and exec → first byte", ms),
    Row("first_frame", "→ first frame, no cache", ms, "≤ 10 ms", 0.010),
    Row("warm_frame", "→ first frame with the cached rows", ms, "≤ 10 ms", 0.010),
    Row("list", "→ list on the screen, no cache", ms),
    Row("frame_bytes", "bytes of the first frame, no cache", size, "≤ 6 kB", 6_000),
    Row("warm_bytes", "bytes of the first frame with the cached rows", size, "≤ 6 kB", 6_000),
    Row("stable_bytes", "bytes until it rests, no cache", size),
    Row("resident", "resident (VmRSS)", mb, "≤ 15 / 60 MB", {100: 14_648, 1_000: 14_648, 10_000: 58_593}),
    Row("anonymous", "  of it not from files (RssAnon)", mb),
    Row("peak", "resident at most (VmHWM)", mb),
    Row("resident_after", "resident after all the keys", mb),
    Row("key_time", "20 × j, 350 ms apart: key → first byte", ms),
    Row("key_frame_bytes", "  bytes of the list's frame", size, "≤ 100 B", 100),
    Row("key_bytes", "  bytes until the next key", size, "≤ 1.1 kB", 1_100),
    Row("key_cpu", "  processor per key, details and their reads included", ms),
    Row("fast_cpu", "20 × j, 50 ms apart: processor per key", ms, "≤ 0.5 ms", 0.0005),
    Row("fast_ratio", "  as many times that of the bare table", lambda times: f"{times:.1f} ×"),
    Row("page_cpu", "10 × PageDown and PageUp: processor per key", ms),
    Row("page_bytes", "  bytes of the list's frame", size),
    Row("filter_cpu", "filter, 10 keys: processor per key", ms, "≤ 5 ms", 0.005),
    Row("filter_time", "  key → frame", ms),
    Row("idle_cpu", "idle: processor, polls included", lambda share: f"{share * 100:.2f} %", "< 0.1 %", 0.001),
    Row("idle_wakes", "  wake-ups of all threads", lambda rate: f"{rate:.1f} /s", "polls alone"),
    Row("idle_bytes", "  bytes to the terminal", lambda rate: f"{rate:.0f} B/s", "0", 0),
    Row("requests", "  requests", per_minute),
    Row("not_modified", "  of them answered with 304", per_minute),
    Row("api_bytes", "  bytes of answers", volume),
    Row("list_bytes", "  of them for the unchanged lists", volume, "304s", 100),
    Row("slow_frame", "each answer 2 s late: first frame", ms, "≤ 10 ms", 0.010),
    Row("slow_key", "  key → first byte", ms, "≤ 16 ms", 0.016),
    Row("slow_list", "  list on the screen after", lambda trips: f"{trips:.1f} trips", "1 trip", 1.5),
    Row("failing_rows", "all answers 500: rows kept", lambda rows: f"{rows[0]} of {rows[1]}", "all",
        is_wanted=lambda rows: rows[0] == rows[1] > 0),
    Row("hanging", "no request is answered: so many are under way", lambda count: f"{count}"),
    Row("hang_frame", "  key → frame", ms, "≤ 16 ms", 0.016),
    Row("hang_quit", "  quit → exit", ms, "≤ 200 ms", 0.2),
    Row("quit", "quit → terminal restored", ms, "≤ 200 ms", 0.2),
    Row("term", "SIGTERM → exit, terminal restored", ms, "≤ 200 ms", 0.2),
    Row("vanished", "terminal vanished, SIGHUP ignored → exit", ms, "≤ 2 s", 2.0),
]


def median(figures):
    """Of those that there are; of samples none of which may be missing, see `keep`."""
    figures = [figure for figure in figures if figure is not None]
    return statistics.median(figures) if figures else None


class Bench:
    """One size: its stand-in, a home that has a cache, and what was measured."""

    def __init__(self, binary, program, addons, is_quick):
        self.binary, self.addons, self.is_quick = binary, addons, is_quick
        self.runs = 1 if is_quick else 5
        self.figures = {}
        self.homes = tempfile.mkdtemp(prefix="attache-measure-", dir="/tmp")
        self.warm = os.path.join(self.homes, "warm")
        os.mkdir(self.warm)
        self.server = StandIn(program, addons)
        self.names = self.server.first_names()

    def close(self):
        self.server.__exit__()
        shutil.rmtree(self.homes, ignore_errors=True)

    def start(self, is_warm=False, **options):
        home = self.warm if is_warm else tempfile.mkdtemp(dir=self.homes)
        return Terminal(self.server.command(self.binary), env(home), **options)

    def has_list(self, terminal):
        shown = terminal.screen.text()
        return sum(name in shown for name in self.names[:10]) >= 5

    def rows(self, terminal):
        """How many of the add-ons that the screen should have are on it."""
        shown = terminal.screen.text()
        return sum(name in shown for name in self.names)

    def keep(self, key, figures):
        """The median, or that it was never seen in one of the runs."""
        self.figures[key] = NEVER if None in figures or not figures else median(figures)

    def settled(self, is_warm=True):
        """A dashboard that has read everything and rests."""
        terminal = self.start(is_warm)
        terminal.until(lambda: self.has_list(terminal), LIST_LIMIT)
        terminal.until_text("live", limit=LIST_LIMIT)
        self.rest(terminal)
        return terminal

    def rest(self, terminal):
        """Until the stand-in has answered everything and nothing is written any more."""
        while terminal.take(QUIET) or self.server.counters()["under_way"]:
            pass

    def rest_and_save(self, terminal):
        """The same, and until what was read is in the cache."""
        self.rest(terminal)
        terminal.spend(SAVED)
        self.rest(terminal)

    def all(self):
        self.settled().leave()  # The first one leaves a cache, and the stand-in has made its answers.
        self.server.set(remaining=4_500)
        self.starts()
        self.ends()
        self.keys()
        self.trouble()

    def starts(self):
        keys = ["first_byte", "first_frame", "list", "frame_bytes", "stable_bytes", "quit", "resident", "anonymous", "peak"]
        taken = {key: [] for key in keys}
        for _ in range(self.runs):
            with self.start() as terminal:
                frame = terminal.frame_after(terminal.started)
                listed = terminal.until(lambda: self.has_list(terminal), LIST_LIMIT)
                self.rest(terminal)
                taken["first_byte"].append(terminal.chunks[0][0] - terminal.started if terminal.chunks else None)
                taken["first_frame"].append(frame[0] - terminal.started if frame else None)
                taken["frame_bytes"].append(frame[1] if frame else None)
                taken["list"].append(listed - terminal.started if listed else None)
                taken["stable_bytes"].append(terminal.bytes)
                taken["resident"].append(field(terminal.pid, "status", "VmRSS"))
                taken["anonymous"].append(field(terminal.pid, "status", "RssAnon"))
                taken["peak"].append(field(terminal.pid, "status", "VmHWM"))
                at = terminal.send("q")
                terminal.until(lambda: any(LEFT in chunk for _, chunk in terminal.since(at)), 10)
                taken["quit"].append(next((when - at for when, chunk in terminal.since(at) if LEFT in chunk), None))
                terminal.ended(10)
        for key, figures in taken.items():
            self.keep(key, figures)

    def ends(self):
        frames, sizes, ends, vanished = [], [], [], []
        for _ in range(self.runs):
            with self.start(is_warm=True) as terminal:
                found = terminal.frame_after(terminal.started)
                has_rows = found is not None and self.has_list(terminal)
                frames.append(found[0] - terminal.started if has_rows else None)
                sizes.append(found[1] if has_rows else None)
                terminal.spend(0.5)
                at = time.monotonic()
                os.kill(terminal.pid, signal.SIGTERM)
                ended = terminal.ended(10)
                is_restored = "1049" not in terminal.screen.modes
                ends.append(ended - at if ended and is_restored and terminal.status == 128 + signal.SIGTERM else None)
        for _ in range(1 if self.is_quick else 3):
            with self.start(is_warm=True, ignores_hangup=True) as terminal:
                terminal.frame_after(terminal.started)
                terminal.spend(0.5)
                at = terminal.vanish()
                ended = terminal.ended(10)
                vanished.append(ended - at if ended else None)
        self.keep("warm_frame", frames)
        self.keep("warm_bytes", sizes)
        self.keep("term", ends)
        self.keep("vanished", vanished)

    def press(self, terminal, keys, apart, may_do_nothing=False):
        """Seconds to the first byte and to the frame, bytes of the frame and of all, by key; seconds of processor per key."""
        terminal.forget()
        pressed = []
        before = terminal.cpu()
        for key in keys:
            pressed.append(terminal.send(key))
            terminal.spend(apart)
        cpu = (terminal.cpu() - before) / len(keys)
        firsts, frames, sizes, wholes = [], [], [], []
        for at, until in zip(pressed, [*pressed[1:], time.monotonic()]):
            came = [(when, chunk) for when, chunk in terminal.chunks if at <= when < until]
            if not came:
                if not may_do_nothing:
                    frames.append(NEVER)
                    firsts.append(NEVER)
                continue
            whole = b"".join(chunk for _, chunk in came)
            firsts.append(came[0][0] - at)
            wholes.append(len(whole))
            if END_OF_FRAME in whole:
                sizes.append(whole.index(END_OF_FRAME) + len(END_OF_FRAME))
                ends = itertools.accumulate(chunk for _, chunk in came)
                frames.append(next(when for (when, _), so_far in zip(came, ends) if END_OF_FRAME in so_far) - at)
            elif not may_do_nothing:
                frames.append(NEVER)
        # One key that was never answered counts for all of them.
        worst = [max(taken) if NEVER in taken else median(taken) for taken in (firsts, frames)]
        return *worst, median(sizes), median(wholes), cpu

    def keys(self):
        count = 5 if self.is_quick else 20
        with self.settled() as terminal:
            terminal.spend(SAVED)
            first, _, frame, whole, cpu = self.press(terminal, "j" * count, 0.35)
            self.figures.update(key_time=first, key_frame_bytes=frame, key_bytes=whole, key_cpu=cpu)
            self.rest_and_save(terminal)
            self.figures["fast_cpu"] = self.press(terminal, "k" * count, 0.05)[4]
            self.rest_and_save(terminal)
            pages = ["\x1b[6~"] * (count // 4) + ["\x1b[5~"] * (count // 4)
            _, _, frame, _, cpu = self.press(terminal, pages, 0.1, may_do_nothing=True)
            self.figures.update(page_bytes=frame, page_cpu=cpu)
            self.rest_and_save(terminal)
            terminal.send("/")
            terminal.spend(0.2)
            _, frame, _, _, cpu = self.press(terminal, [*"redis", *["\x7f"] * 5], 0.1)
            self.figures.update(filter_time=frame, filter_cpu=cpu)
            terminal.send("\x1b")
            self.rest(terminal)
            self.figures["resident_after"] = field(terminal.pid, "status", "VmRSS")

    def trouble(self):
        with self.settled() as terminal:
            terminal.send("g")
            self.rest(terminal)
            before = self.rows(terminal)
            self.server.misbehave("say", status=500, body='{"id":"internal_server_error","message":"No."}')
            terminal.send("r")
            # The client tries some reads again before it believes it.
            terminal.until(lambda: "live" not in terminal.screen.text().splitlines()[0], 30)
            self.rest(terminal)
            self.figures["failing_rows"] = (self.rows(terminal), before)
            self.server.behave()
        with self.settled() as terminal:
            self.server.misbehave("hang", times=100)
            terminal.send("r")
            terminal.until(lambda: self.server.counters()["under_way"] >= 2, 10)
            terminal.spend(0.5)
            self.figures["hanging"] = self.server.counters()["under_way"]
            self.figures["hang_frame"] = self.press(terminal, "j" * (5 if self.is_quick else 20), 0.1)[1]
            at = terminal.send("q")
            ended = terminal.ended(10)
            self.figures["hang_quit"] = ended - at if ended else NEVER
        self.server.behave()

    def idle(self, seconds):
        """With nothing pressed and nothing changing."""
        with self.settled() as terminal:
            terminal.spend(SAVED)
            self.server.control("DELETE", "counters")
            terminal.forget()
            cpu, woken, written, begun = terminal.cpu(), terminal.woken(), terminal.bytes, time.monotonic()
            terminal.spend(seconds)
            spent = time.monotonic() - begun
            told = self.server.counters()
            lists = sum(told["bytes_by_route"].get(f"GET /{list_}", 0) for list_ in ("addons", "addon-attachments"))
            self.figures.update(
                idle_cpu=(terminal.cpu() - cpu) / spent,
                idle_wakes=terminal.woken_since(woken) / spent,
                idle_bytes=(terminal.bytes - written) / spent,
                requests=told["requests"] * 60 / spent,
                not_modified=told["not_modified"] * 60 / spent,
                api_bytes=told["body_bytes"] * 60 / spent,
                list_bytes=lists * 60 / spent,
            )

    def slow(self):
        """With two seconds before each answer: one with a cache for the keys, then one without for the list."""
        self.server.set(remaining=4_500)
        self.server.misbehave("delay", seconds=DELAY)
        with self.start(is_warm=True) as terminal:
            terminal.frame_after(terminal.started)
            terminal.spend(0.5)
            self.figures["slow_key"] = self.press(terminal, "j" * (5 if self.is_quick else 10), 0.35)[0]
        with self.start() as terminal:
            frame = terminal.frame_after(terminal.started)
            self.figures["slow_frame"] = frame[0] - terminal.started if frame else NEVER
            listed = terminal.until(lambda: self.has_list(terminal), LIST_LIMIT)
            self.figures["slow_list"] = (listed - terminal.started) / DELAY if listed else NEVER
        self.server.behave()


def bare_table(program, is_quick):
    """What a program costs here and now that draws one table and nothing else: what times are to be compared with."""
    figures = {key: [] for key in ("first_byte", "first_frame", "resident", "fast_cpu")}
    for _ in range(1 if is_quick else 5):
        with Terminal([program, "1000"], env("/")) as terminal:
            frame = terminal.frame_after(terminal.started)
            terminal.spend(0.5)
            figures["first_byte"].append(terminal.chunks[0][0] - terminal.started)
            figures["first_frame"].append(frame[0] - terminal.started)
            figures["resident"].append(field(terminal.pid, "status", "VmRSS"))
            before = terminal.cpu()
            for _ in range(20):
                terminal.send("j")
                terminal.spend(0.05)
            figures["fast_cpu"].append((terminal.cpu() - before) / 20)
    return {key: median(taken) for key, taken in figures.items()}


def at_once(acts):
    """Runs them beside each other: what mostly waits disturbs nobody."""
    failed = []

    def guarded(act):
        try:
            act()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(act,)) for act in acts]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    if failed:
        raise failed[0]


def run(binary, program, bare, sizes=SIZES, is_quick=False):
    """Measures and prints; how many figures are over their budgets."""
    benches = []
    # Before and after the others: a machine is not as fast all the time.
    bares = [bare_table(bare, is_quick)]
    try:
        for addons in sizes:
            benches.append(Bench(binary, program, addons, is_quick))
            benches[-1].all()
            print(f"… {addons} add-ons measured", flush=True)
        # The budget of requests is as it was at the start: it decides how often is asked.
        for bench in benches:
            bench.server.set(remaining=4_500)
        seconds = 20 if is_quick else 60
        at_once([lambda bench=bench: bench.idle(seconds) for bench in benches])
        at_once([bench.slow for bench in benches])
    finally:
        for bench in benches:
            bench.close()
    bares.append(bare_table(bare, is_quick))
    beside = {key: statistics.mean(figures[key] for figures in bares) for key in bares[0]}
    for bench in benches:
        bench.figures["fast_ratio"] = bench.figures["fast_cpu"] / beside["fast_cpu"]
    over = table(ROWS, {bench.addons: bench.figures for bench in benches}, {"bare table": beside})
    print(NOTE)
    print(f"{over} figures are over their budgets.")
    return over


