"""What the dashboards go through: polls, commands, lost connections."""

import os
import pathlib
import random
import tempfile
import time

from measuring import LIMIT
from measuring_stand_in import PLENTY, env
from measuring_terminal import Terminal
from soaking_journals import Journal
from soaking_samples import Watched

LOOKS = 100
# So many buckets get another name in turn.
MOVING = 8
# Keys that look at everything and change nothing; each leaves the panes as they were.
ROUNDS = ["j", "j", "G", "k", "g", "\x1b[6~", "\x1b[5~", "o\x1b", "e\x1b", "d\x1b", "v\x1b", "t\x1b", "/postgres\x1b", "s", "\t", "1"]


class Stuck(Exception):
    """A step did not come to its end."""


def started(name, command, home, more=None):
    """A dashboard that tells what it keeps."""
    vitals = os.path.join(home, f"vitals-{name.replace(' ', '-')}")
    terminal = Terminal(command, {**env(home), **(more or {}), "ATTACHE_VITALS": vitals})
    return terminal, Watched(name, terminal.pid, terminal, vitals)


def status(terminal):
    return terminal.screen.text().split("\n", 1)[0]


def on_line(binary, line):
    """The dashboard on the local platform at the other end of a line: it limits no requests."""
    return [binary, "--platform", "local", "--endpoint", f"http://127.0.0.1:{line.port}"]


def polls(binary, line, platform, home, count):
    """Reads everything again as soon as it was read, on a platform that changes each time."""
    journal = Journal(home)
    terminal, watched = started("polls", on_line(binary, line), home)
    with terminal:
        terminal.until(lambda: "live" in status(terminal))
        first, done, looked = line.count, 0, 0
        end = time.monotonic() + 14 * 60
        moving = [platform.ask("GET", f"/v1/addons/moving-{place}")["addon"]["id"] for place in range(MOVING)]
        while done < count and time.monotonic() < end:
            place = done % MOVING
            # One that is still being renamed refuses: the next one's turn comes soon.
            platform.answer("PATCH", f"/v1/addons/{moving[place]}", {"addon": {"name": f"moving-{place}-{done}"}})
            asked, again = done, 0
            while done == asked and time.monotonic() < end:
                if time.monotonic() > again:
                    terminal.send("r")
                    again = time.monotonic() + 3
                terminal.take(0.003)
                done = line.count - first
            terminal.forget()
            if done // 20 > asked // 20:
                look_around(terminal, ROUNDS[done // 20 % len(ROUNDS)])
            if done * LOOKS // count > looked:
                looked = done * LOOKS // count
                watched.sample()
            watched.did = f"{done} of {count} polls"
        watched.is_done = done >= count
        watched.exit = terminal.leave()
    # It only looks.
    journal.judge(watched, 0)
    return [watched]


def look_around(terminal, keys):
    """Keys that open something, and after a moment the one that closes it: together they would be another key."""
    opened = keys.removesuffix("\x1b")
    terminal.send(opened)
    if opened != keys and not keys.startswith("\x1b"):
        terminal.spend(0.15)
        terminal.send("\x1b")
        terminal.spend(0.15)


def reconnects(binary, line, home, count):
    """Loses the line, also in the middle of answers, until it says so; then gets it back until it is live again."""
    journal = Journal(home)
    terminal, watched = started("reconnects", on_line(binary, line), home)
    dice = random.Random(7)
    with terminal:
        terminal.until(lambda: "live" in status(terminal))
        for number in range(count):
            if number % 3 == 0:
                line.cut()
            else:
                # Headers, the middle of a list, or a later answer.
                line.cut_after(dice.choice([1, 200, 1_000, 3_000, 9_000]))
            until_status(terminal, lambda text: "live" not in text, f"reconnect {number}: the loss was not noticed")
            line.cut()
            line.mend()
            until_status(terminal, lambda text: "live" in text, f"reconnect {number}: it did not come back")
            terminal.forget()
            watched.did = f"{number + 1} of {count} reconnects"
            if (number + 1) % max(1, count // LOOKS) == 0:
                watched.sample()
        watched.is_done = True
        watched.exit = terminal.leave()
    journal.judge(watched, 0)
    return [watched]


def until_status(terminal, wanted, why):
    """Reads everything again until the first line of the screen is as wanted."""
    end = time.monotonic() + LIMIT
    while not wanted(status(terminal)):
        if time.monotonic() > end:
            raise Stuck(f"{why}: {status(terminal)}")
        terminal.send("r")
        terminal.until(lambda: wanted(status(terminal)), 0.5)


class Desk:
    """Somebody who attaches an add-on to an app and detaches it again, by the keys and through every confirmation."""

    def __init__(self, name, command, home, addon, app, write, more=None, on="\r"):
        self.addon, self.app, self.write = addon, app, write
        # Others write into the same journal, about add-ons of their own.
        self.journal = Journal(home, lambda target: target == addon)
        self.terminal, self.watched = started(name, command, home, more)
        # From the alias to the summary: the default credential, where there are several.
        self.on = on

    def wait(self, *texts, limit=20):
        if not self.terminal.until_text(*texts, limit=limit):
            raise Stuck(f"{self.watched.name} waited for {texts}:\n{self.terminal.screen.text()}")

    def wait_gone(self, text, limit=20):
        if not self.terminal.until(lambda: text not in self.terminal.screen.text(), limit):
            raise Stuck(f"{self.watched.name} waited until {text} was gone:\n{self.terminal.screen.text()}")

    def begin(self):
        self.wait("live", limit=LIMIT)
        self.terminal.send(f"/{self.addon}")
        self.wait(self.addon)
        self.terminal.send("\r")
        self.wait("1 of ")

    def confirm(self):
        self.wait("y does it")
        self.terminal.send("y")
        self.wait_gone("y does it")

    def attach(self, alias):
        self.terminal.send("A")
        self.wait(f"Attach {self.addon}")
        self.terminal.send(self.app)
        self.wait("will get")
        self.terminal.send("\r")
        self.terminal.send(alias)
        self.wait(f"{alias}_")
        self.terminal.send(self.on)
        self.wait(self.write)
        self.confirm()
        self.settled("Attach", lambda: self.is_attached(alias))

    def detach(self, alias):
        self.terminal.send("X")
        self.wait("Detach")
        self.wait("DELETE ", "from which app?")
        if "from which app?" in self.terminal.screen.text():
            for _ in range(20):
                if self.is_marked(alias):
                    break
                self.terminal.send("j")
                self.terminal.until(lambda: self.is_marked(alias), 0.2)
            self.terminal.send("\r")
            self.wait("DELETE ")
        self.confirm()
        self.settled("Detach", lambda: not self.is_attached(alias))

    def settled(self, verb, is_seen):
        """Until its effect is on the screen, and keys go to the panes again."""
        def is_over():
            shown = self.terminal.screen.text()
            return any(row.startswith("C create") for row in shown.split("\n")) and is_seen()

        if not self.terminal.until(is_over, 60):
            raise Stuck(f"{self.watched.name} waited for the end of {verb}:\n{self.terminal.screen.text()}")

    def is_marked(self, alias):
        return any("> " in row and f"as {alias};" in row for row in self.terminal.screen.text().split("\n"))

    def is_attached(self, alias):
        """Whether the pane of the attachments has it."""
        return any(f" {alias} " in row and f" {alias}_" in row for row in self.terminal.screen.text().split("\n"))

    def run(self, count, looks=LOOKS):
        with self.terminal:
            self.begin()
            for number in range(count // 2):
                alias = f"S{number}X"
                self.attach(alias)
                self.detach(alias)
                self.terminal.forget()
                self.watched.did = f"{(number + 1) * 2} of {count} commands by keys"
                if (number + 1) % max(1, count // 2 // looks) == 0:
                    self.watched.sample()
            self.watched.is_done = True
            self.watched.exit = self.terminal.leave()
        self.journal.judge(self.watched, count // 2 * 2)
        return [self.watched]


def heroku_desk(binary, server, home, addon, app):
    """Through a profile that may write."""
    config = pathlib.Path(home) / "config"
    config.mkdir(exist_ok=True)
    # A stage that wants no names typed: what is soaked is the door, not the typing.
    config.joinpath("config.toml").write_text(
        f'[profiles.soak]\nplatform = "heroku"\nendpoint = "{server.url}"\ndata_endpoint = "{server.url}"\n'
        'danger = "none"\ntoken_env = "SOAK_TOKEN"\n'
    )
    command = [binary, "--profile", "soak"]
    return Desk("commands on Heroku", command, home, addon, app, "POST /addon-attachments", {"SOAK_TOKEN": "soak"}, "\r\r")


def by_verbs(platform, count, watched):
    """Add-ons that come and go beside the dashboards."""
    journal = Journal(platform.home, lambda target: target.startswith("passing-"))
    for number in range(count // 2):
        name = f"passing-{number}"
        platform.verb("--profile", "local", "addons", "create", "object-storage", "--name", name, "--wait")
        platform.verb("--profile", "local", "addons", "destroy", name, "--confirm", name, "--wait")
        watched.sample()
        watched.did = f"{(number + 1) * 2} of {count} commands by verbs, and those by keys"
    watched.is_done = True
    journal.judge(watched, count // 2 * 2)


def folder(parent):
    return tempfile.mkdtemp(prefix="home-", dir=parent)
