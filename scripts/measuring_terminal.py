"""The dashboard in a terminal of its own."""

import fcntl
import os
import pathlib
import pty
import select
import signal
import struct
import termios
import time

from measuring import LIMIT
from measuring_screen import Screen

END_OF_FRAME = b"\x1b[?2026l"
LEFT = b"\x1b[?1049l"


class Terminal:
    """Runs a program; what it writes is stamped with the time of its reading and shown on a screen."""

    def __init__(self, command, env, columns=120, rows=40, ignores_hangup=False):
        self.screen = Screen(columns, rows)
        self.chunks = []
        self.bytes = 0
        self.status = None
        self.started = time.monotonic()
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
                    signal.signal(number, signal.SIG_DFL)
                if ignores_hangup:
                    signal.signal(signal.SIGHUP, signal.SIG_IGN)
                os.chdir("/")
                os.execve(command[0], command, env)
            finally:
                os._exit(127)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.leave()

    def take(self, wait):
        """Reads once; false when nothing came within so many seconds, or nothing will."""
        if self.terminal is None or not select.select([self.terminal], [], [], max(0, wait))[0]:
            return False
        try:
            chunk = os.read(self.terminal, 1 << 20)
        except OSError:
            chunk = b""  # The other end is closed.
        if not chunk:
            os.close(self.terminal)
            self.terminal = None
            return False
        self.chunks.append((time.monotonic(), chunk))
        self.bytes += len(chunk)
        self.screen.feed(chunk)
        return True

    def until(self, wanted, limit=LIMIT):
        """Reads until that holds; when, or nothing if it never did."""
        end = time.monotonic() + limit
        while not wanted():
            left = end - time.monotonic()
            if left <= 0 or (not self.take(min(left, 0.25)) and self.terminal is None):
                return time.monotonic() if wanted() else None
        return self.chunks[-1][0] if self.chunks else time.monotonic()

    def until_text(self, *texts, limit=LIMIT):
        def is_shown():
            shown = self.screen.text()
            return any(text in shown for text in texts)

        return self.until(is_shown, limit)

    def rest(self, quiet):
        """Reads until nothing came for so long."""
        while self.take(quiet):
            pass

    def spend(self, seconds):
        """Reads for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not self.take(left) and self.terminal is None:
                return

    def since(self, at):
        """What came since then, with the times."""
        return [(when, chunk) for when, chunk in self.chunks if when >= at]

    def frame_after(self, at, limit=LIMIT):
        """When the first frame after that was complete, and how many bytes it took; nothing if none came."""
        def found():
            came = b""
            for when, chunk in self.since(at):
                came += chunk
                if END_OF_FRAME in came:
                    return when, came.index(END_OF_FRAME) + len(END_OF_FRAME)
            return None

        self.until(found, limit)
        return found()

    def send(self, keys):
        """Types; when."""
        at = time.monotonic()
        os.write(self.terminal, keys if isinstance(keys, bytes) else keys.encode())
        return at

    def forget(self):
        """Drops what was read so far."""
        self.chunks = []

    def ended(self, limit):
        """When the process has ended, reading meanwhile; nothing if it did not."""
        end = time.monotonic() + limit
        while self.status is None and time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                return time.monotonic()
            if self.terminal is None or not self.take(0.001):
                time.sleep(0.0005)
        return None

    def leave(self):
        """Quits; kills what does not. The exit status."""
        if self.status is None:
            try:
                if self.terminal is not None:
                    self.send(b"\x1b\x1b\x1bq")
                    self.ended(5) or self.send(b"\x03")
                    self.ended(5)
            except OSError:
                pass
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        if self.terminal is not None:
            self.rest(0)
        if self.terminal is not None:
            os.close(self.terminal)
            self.terminal = None
        return self.status

    def vanish(self):
        """Takes the terminal away; when."""
        os.close(self.terminal)
        self.terminal = None
        return time.monotonic()

    # Of the process.

    def cpu(self):
        """Seconds on a processor so far, to the nanosecond, with the threads that have ended."""
        # The clock of another process, as the kernel numbers it (clock_getcpuclockid(3)).
        return time.clock_gettime(~self.pid << 3 | 2)

    def woken(self):
        """How often each of its threads has slept and was woken."""
        told = {}
        for task in pathlib.Path(f"/proc/{self.pid}/task").glob("*/status"):
            try:
                lines = task.read_text().splitlines()
            except OSError:
                continue  # It ended meanwhile.
            told[task.parent.name] = sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))
        return told

    def woken_since(self, before):
        """How often since then, without the threads that have ended: those are lent for one piece of work."""
        return sum(count - before.get(thread, 0) for thread, count in self.woken().items())
