"""Backups and restores of the real platform beside the bare tools, and how it comes back after kill -9."""

import datetime
import json
import os
import pathlib
import signal
import statistics
import subprocess
import time

from measuring import LIMIT, milliseconds, say

RUNS = 3
# About 100 MB of heap: text that compresses about as well as what people store.
FILL = """CREATE TABLE lines AS SELECT n AS id, md5(n::text) || md5((n * 7)::text) || repeat('order ', 4) AS text
FROM generate_series(1, 900000) AS n; CREATE INDEX lines_text ON lines (text); ANALYZE lines;"""


def follow(platform, operation):
    """Waits until an operation of the platform has ended well."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        now = platform.ask("GET", f"/v1/operations/{operation['id']}")["operation"]
        if now["state"] == "done":
            return now
        if now["state"] == "failed":
            raise SystemExit(f"measure: {now['kind']} has failed: {now['message']}")
        time.sleep(0.005)
    raise SystemExit(f"measure: {operation['kind']} did not end within {LIMIT:.0f} s")


def step_seconds(platform, addon, step):
    """How long the last run of a step took, by the platform's own timeline."""
    began = ended = None
    for event in platform.ask("GET", f"/v1/addons/{addon}/events?limit=1000")["events"]:
        if event["step"] == step and event["status"] == "started":
            began = datetime.datetime.fromisoformat(event["at"])
        if event["step"] == step and event["status"] == "done":
            ended = datetime.datetime.fromisoformat(event["at"])
    return (ended - began).total_seconds()


def values(platform, addon):
    variables = platform.ask("GET", f"/v1/addons/{addon}/config_vars?reveal=true")["config_vars"]
    return {variable["name"]: variable["value"] for variable in variables}


def tool(name):
    """The server's own tool of the newest version, as the platform takes it."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    return str(found[-1]) if found else name


def run(arguments, addon_values, **options):
    env = {"PATH": os.environ["PATH"], **{name: value for name, value in addon_values.items() if name.startswith("PG")}}
    started = time.monotonic()
    subprocess.run(arguments, env=env, check=True, stdout=subprocess.DEVNULL, **options)
    return time.monotonic() - started


def postgresql(platform):
    platform.create("postgresql", "filled", plan="standard-0")
    source = values(platform, "filled")
    run([tool("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-c", FILL], source)
    ours, bare, whole, restores, bare_restores = [], [], [], [], []
    dump = pathlib.Path(platform.home) / "bare.pgdump"
    for number in range(RUNS):
        dump.unlink(missing_ok=True)
        bare.append(run([tool("pg_dump"), "-Fc", "-Z1", "-f", str(dump)], source))
        started = time.monotonic()
        answer = platform.ask("POST", "/v1/addons/filled/backups")
        follow(platform, answer["operation"])
        whole.append(time.monotonic() - started)
        ours.append(step_seconds(platform, "filled", "copy_data"))

        platform.create("postgresql", f"bare-{number}", plan="standard-0")
        target = values(platform, f"bare-{number}")
        options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
        restore = [tool("pg_restore"), *options, "-d", target["PGDATABASE"], str(dump)]
        bare_restores.append(run(restore, target))
        body = {"restore": {"name": f"restored-{number}", "plan": "standard-0"}}
        answer = platform.ask("POST", f"/v1/backups/{answer['backup']['id']}/restore", body)
        started = time.monotonic()
        follow(platform, answer["operation"])
        restored = time.monotonic() - started
        restores.append((step_seconds(platform, f"restored-{number}", "load_backup"), restored))
        for name in (f"bare-{number}", f"restored-{number}"):
            platform.ask("DELETE", f"/v1/addons/{name}")
    say("dump of about 100 MB, size", f"{dump.stat().st_size / 1e6:.1f} MB")
    ratio = statistics.median(ours) / statistics.median(bare)
    say(f"pg_dump -Fc -Z1, bare, median of {RUNS}", milliseconds(statistics.median(bare)))
    say("backup: the copy phase", milliseconds(statistics.median(ours)), f"{ratio:.2f}× of bare, goal ≤ 1.1×")
    say("backup: request → finished (checked, on disk)", milliseconds(statistics.median(whole)))
    loads = [load for load, _ in restores]
    ratio = statistics.median(loads) / statistics.median(bare_restores)
    say(f"pg_restore, bare, median of {RUNS}", milliseconds(statistics.median(bare_restores)))
    say("restore: the load phase", milliseconds(statistics.median(loads)), f"{ratio:.2f}× of bare, goal ≤ 1.1×")
    say("restore: request → replacement ready", milliseconds(statistics.median(whole for _, whole in restores)))


def after_a_kill(platform):
    """From `up` after kill -9 of the platform alone (its servers live) and of everything, to all add-ons ready."""
    for what, with_servers in [("the platform", False), ("the platform and all its servers", True)]:
        names = [addon["name"] for addon in platform.ask("GET", "/v1/addons")["addons"]]
        victims = [platform.pid, *(platform.servers() if with_servers else [])]
        for pid in victims:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        started = time.monotonic()
        platform.verb("platform", "up")
        answers = time.monotonic() - started
        platform.pid = json.loads(platform.verb("platform", "status", "--json"))["pid"]
        while True:
            addons = platform.ask("GET", "/v1/addons")["addons"]
            if all(addon["state"] == "ready" and addon["health"]["status"] == "ok" for addon in addons):
                break
            if time.monotonic() > started + LIMIT:
                raise SystemExit(f"measure: not all add-ons came back within {LIMIT:.0f} s")
            time.sleep(0.01)
        whole = time.monotonic() - started
        say(f"kill -9 of {what} → up", milliseconds(answers))
        say(f"  … → all {len(names)} add-ons ready and well", milliseconds(whole))
