"""A stand-in as a process of its own, and its control endpoint."""

import http.client
import json
import os
import select
import subprocess
import time

from measuring import LIMIT

# More than any measurement spends, where the budget is not what is measured.
PLENTY = 1_000_000_000
EVER = 1_000_000_000


class StandIn:
    """A Heroku with so many add-ons, on a port of its own."""

    def __init__(self, program, addons, pace=5):
        command = [program, "--listen", "127.0.0.1:0", "--pace", str(pace), "--addons", str(addons)]
        self.addons = addons
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd="/")
        # A program that does not say where it listens is not waited for without an end.
        ready = select.select([self.process.stdout], [], [], LIMIT)[0]
        line = self.process.stdout.readline() if ready else ""
        if "listens on http://" not in line:
            self.process.kill()
            raise SystemExit(f"measure: {program} did not start: {line}")
        self.url = line.split("listens on ")[1].split()[0]
        self.address = self.url.removeprefix("http://")
        self.line = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def send(self, method, path, body=None, headers=None):
        for is_last in (False, True):
            try:
                self.line = self.line or http.client.HTTPConnection(self.address, timeout=LIMIT)
                self.line.request(method, path, json.dumps(body) if body is not None else None, headers or {})
                answer = self.line.getresponse()
                return answer.status, answer.headers, answer.read()
            except (OSError, http.client.HTTPException):
                self.line = None
                if is_last:
                    raise

    def control(self, method, path, body=None):
        status, _, answer = self.send(method, f"/__stand_in/{path}", body)
        if status != 200:
            raise SystemExit(f"measure: the stand-in says {status}: {answer.decode()}")
        return json.loads(answer)

    def counters(self):
        return self.control("GET", "counters")

    def polls(self):
        """How often the list of add-ons was asked for, page by page."""
        return self.counters()["by_route"].get("GET /addons", 0)

    def set(self, **told):
        self.control("POST", "world", told)

    def misbehave(self, fault, times=EVER, **told):
        self.control("POST", "faults", {"fault": fault, "times": times, **told})

    def behave(self):
        self.control("DELETE", "faults")

    def quiet(self, limit=LIMIT):
        """Waits until nothing is under way and nothing comes for half a second."""
        end, before = time.monotonic() + limit, None
        while time.monotonic() < end:
            now = self.counters()
            if now["under_way"] == 0 and before == now["requests"]:
                return
            before = now["requests"]
            time.sleep(0.5)

    def first_names(self):
        """The names of the first add-ons in the order of names."""
        accept = {"Accept": "application/vnd.heroku+json; version=3", "Authorization": "Bearer measure"}
        headers = {**accept, "Range": "name ..; max=20"}
        status, _, answer = self.send("GET", "/addons", headers=headers)
        if status not in (200, 206):
            raise SystemExit(f"measure: the stand-in's list was answered with {status}")
        return [addon["name"] for addon in json.loads(answer)]

    def command(self, binary, *more):
        """The dashboard on it, without a profile: read-only."""
        there = ["--platform", "heroku", "--endpoint", self.url, "--data-endpoint", self.url]
        return [binary, *there, *more]


def env(home):
    """Nothing of ours but PATH."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": home,
        "ATTACHE_HOME": home,
        "ATTACHE_TOKEN": "measure",
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
    }
