"""What the measuring scripts share: a platform of their own, and how a figure is printed."""

import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

LIMIT = 120.0


def say(what, figure, budget=""):
    print(f"{what:<52} {figure:>14}  {budget}", flush=True)


def milliseconds(seconds):
    return f"{seconds * 1000:.1f} ms"


def mebibytes(kib):
    return f"{kib / 1024:.1f} MiB"


class Platform:
    """A local platform in a folder of its own, stopped and removed at the end."""

    def __init__(self, binary):
        self.binary = binary
        self.home = tempfile.mkdtemp(prefix="attache-measure-", dir="/tmp")
        # The platform that root starts becomes another user, who has to get through.
        os.chmod(self.home, 0o755)
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": self.home,
            "ATTACHE_HOME": self.home,
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
        }

    def __enter__(self):
        started = time.monotonic()
        self.verb("platform", "up")
        say("platform up, from nothing", milliseconds(time.monotonic() - started))
        self.pid = json.loads(self.verb("platform", "status", "--json"))["pid"]
        return self

    def __exit__(self, *_):
        subprocess.run([self.binary, "platform", "down"], env=self.env, cwd="/", capture_output=True)
        shutil.rmtree(self.home, ignore_errors=True)

    def verb(self, *arguments):
        ran = subprocess.run([self.binary, *arguments], env=self.env, cwd="/", capture_output=True, text=True)
        if ran.returncode != 0:
            sys.exit(f"measure: attache {' '.join(arguments)} ended with {ran.returncode}: {ran.stderr}")
        return ran.stdout

    def answer(self, method, path, body=None):
        """The status and the document of an answer."""
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(f"{self.home}/data/platform/run/api.sock")
        connection.request(method, path, json.dumps(body) if body else None, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        document = json.load(answer)
        connection.close()
        return answer.status, document

    def ask(self, method, path, body=None):
        status, document = self.answer(method, path, body)
        if status >= 300:
            sys.exit(f"measure: {method} {path} was answered with {status}: {document}")
        return document

    def create(self, service, name, plan=None):
        """Seconds from the request to the add-on that is ready."""
        started = time.monotonic()
        self.ask("POST", "/v1/addons", {"addon": {"service": service, "name": name, "plan": plan}})
        while time.monotonic() < started + LIMIT:
            addon = self.ask("GET", f"/v1/addons/{name}")["addon"]
            if addon["state"] == "ready":
                return time.monotonic() - started
            if addon["state"] == "failed":
                sys.exit(f"measure: {name} has failed: {addon['state_reason']}")
            time.sleep(0.002)
        sys.exit(f"measure: {name} was not ready after {LIMIT:.0f} s")

    def servers(self):
        """The processes of the add-ons: those that work in a folder of this platform, the platform itself not counted."""
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(process / "cwd").startswith(self.home) and int(process.name) != self.pid:
                    found.append(int(process.name))
            except OSError:
                pass  # It ended meanwhile, or is not ours to look at.
        return found


def field(pid, file, name):
    """A figure in KiB from a file of /proc."""
    lines = pathlib.Path(f"/proc/{pid}/{file}").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name + ":"))
