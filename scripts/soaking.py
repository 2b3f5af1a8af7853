"""Drives the real dashboard for a long time and looks whether anything in it grows. Run by scripts/soak leaks.

  soaking.py BINARY STAND_IN [POLLS OPERATIONS RECONNECTS]     10000 1000 200 unless said

On one local platform of buckets, beside each other: a dashboard that polls while add-ons get other names; four that attach and detach
by keys; verbs by which add-ons come and go; a dashboard that loses its line again and again. And one that attaches and detaches on a
stand-in of Heroku. Ends with 1 when something grows, a course did not come to its end, or a command of one did not get done.
"""

import json
import pathlib
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback

import soaking_courses as courses
from measuring import Platform
from measuring_stand_in import PLENTY, StandIn
from soaking_line import Line
from soaking_samples import Watched, show

DESKS = 4


class Local(Platform):
    """The local platform with what the desks need, on buckets alone: nothing but our own processes is soaked."""

    def furnish(self):
        self.verb("--profile", "local", "addons", "wait", "uploads")
        for number in range(DESKS):
            self.verb("--profile", "local", "apps", "create", f"desk-{number}")
            self.verb("--profile", "local", "addons", "create", "object-storage", "--name", f"soaked-{number}", "--wait")
        for number in range(courses.MOVING):
            self.create("object-storage", f"moving-{number}")


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    binary, program, *counts = sys.argv[1:]
    polls, operations, reconnects = (int(count) for count in counts or ("10000", "1000", "200"))
    binary, program = (str(pathlib.Path(path).resolve()) for path in (binary, program))
    homes = tempfile.mkdtemp(prefix="attache-soak-", dir="/tmp")
    began = time.monotonic()
    results, failed = [], []

    def course(act, *arguments):
        def run():
            try:
                results.extend(act(*arguments))
            except BaseException as error:
                failed.append(f"{act.__name__}: {error}")
                traceback.print_exc()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    try:
        with StandIn(program, 40) as heroku, Local(binary) as platform:
            platform.furnish()
            heroku.set(remaining=PLENTY)
            api = f"{platform.home}/data/platform/run/api.sock"
            steady, frail = Line(api), Line(api)
            # By the keys of four desks, and few of one on Heroku: the dashboard keeps within its limit, 37 requests a minute once
            # the pool is used up, and waits; the rest by verbs.
            by_keys, on_heroku = operations * 7 // 10 // 4 // 2 * 2, operations // 50 // 2 * 2
            by_verbs = operations - by_keys * 4 - on_heroku
            desks = [
                courses.Desk(f"commands {number}", [binary], platform.home, f"soaked-{number}", f"desk-{number}",
                             "POST /v1/attachments", platform.env)
                for number in range(DESKS)
            ]
            apart = courses.folder(homes)
            name, app = heroku_target(heroku)
            desks.append(courses.heroku_desk(binary, heroku, apart, name, app))
            server = Watched("the local platform", platform.pid)
            threads = [
                course(courses.polls, binary, steady, platform, courses.folder(homes), polls),
                course(courses.reconnects, binary, frail, courses.folder(homes), reconnects),
                *[course(desk.run, by_keys) for desk in desks[:-1]],
                course(desks[-1].run, on_heroku),
                course(lambda: courses.by_verbs(platform, by_verbs, server) or [server]),
            ]
            [thread.join() for thread in threads]
            [line.cut() for line in (steady, frail)]
    finally:
        shutil.rmtree(homes, ignore_errors=True)
    passed = 0
    for watched in sorted(results, key=lambda one: one.name):
        passed += show(watched, is_judged=watched is not server)
        if not getattr(watched, "is_done", False) or getattr(watched, "exit", 0) != 0:
            failed.append(f"{watched.name} did not come to its end: {watched.did}, exit {getattr(watched, 'exit', None)}")
    print(f"\n{(time.monotonic() - began) / 60:.1f} minutes.")
    failed += [why for watched in results for why in watched.ill]
    for why in failed:
        print(f"soak: {why}")
    if passed:
        print(f"soak: {passed} figures grow.")
    sys.exit(1 if failed or passed else 0)


def heroku_target(server):
    """A database, and an app that does not have it."""
    accept = {"Accept": "application/vnd.heroku+json; version=3", "Authorization": "Bearer soak", "Range": "name ..; max=1000"}
    addons = json.loads(server.send("GET", "/addons", headers=accept)[2])
    apps = [app["name"] for app in json.loads(server.send("GET", "/apps", headers=accept)[2])]
    addon = next(one for one in addons if one["addon_service"]["name"] == "heroku-postgresql")
    used = json.loads(server.send("GET", f"/addons/{addon['id']}/addon-attachments", headers=accept)[2])
    taken = {one["app"]["name"] for one in used}
    return addon["name"], next(app for app in apps if app not in taken)


if __name__ == "__main__":
    main()
