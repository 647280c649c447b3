# SPDX-License-Identifier: Apache-2.0
# One round of wrk against one server, with what it cost the server. For
# bench.py and its modes; one client setting for all.
import os
import re
import statistics
import subprocess
import time

from servers import HOME, Unavailable

CONNECTIONS = 32
THREADS = 2
BIG = 100000
ERRORS = ("connect", "read", "write", "timeout", "status")


class Round:
    """rate in requests/s, p50 and p99 in ms, cpu in seconds for each 1,000
    requests, memory in MB, errors by kind."""

    def __init__(self, figures, cpu, memory):
        self.requests = figures["requests"]
        self.rate = figures["requests"] / (figures["duration"] / 1e6)
        self.p50 = figures["p50"] / 1e3
        self.p99 = figures["p99"] / 1e3
        self.cpu = 1000 * cpu / figures["requests"] if self.requests else 0.0
        self.memory = memory
        self.errors = {kind: figures[kind] for kind in ERRORS}


def body_file(work):
    """The body where wrk can read it."""
    path = os.path.join(HOME, "body-" + work.name)
    if not os.path.exists(path):
        with open(path, "wb") as out:
            out.write(work.body)
    return path


def settle(server):
    """Until it is done with what wrk gave up, at most 5 s: the next server
    shall have the machine for itself."""
    before = None
    for _ in range(50):
        now = server.cpu()
        if now == before:
            return
        before = now
        time.sleep(0.1)


def run(server, work, seconds):
    """A round. One of big documents takes twice as long: some peers answer
    few of them a second."""
    if work.body is not None and len(work.body) > BIG:
        seconds *= 2
    command = ["wrk", "-t", str(THREADS), "-c", str(CONNECTIONS),
               "-d", "%ds" % seconds, "--timeout", "30s",
               "-s", os.path.join(HOME, "load.lua"), server.url(work), "--",
               work.method]
    if work.body is not None:
        command += [work.kind, body_file(work)]
    before = server.cpu()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, timeout=seconds + 60)
    cpu = server.cpu() - before
    found = re.search(r"^BENCH (.*)$", done.stdout, re.M)
    if not found:
        raise Unavailable("wrk failed: " + done.stdout.strip()[-200:])
    figures = {name: int(text) for name, text in
               (pair.split("=") for pair in found.group(1).split())}
    settle(server)
    return Round(figures, cpu, server.memory())


class Result:
    """The rounds of one server at one work, as medians."""

    def __init__(self, server):
        self.server = server
        self.rounds = []

    def median(self, name):
        return statistics.median(getattr(one, name) for one in self.rounds)

    def errors(self):
        total = {kind: sum(one.errors[kind] for one in self.rounds)
                 for kind in ERRORS}
        return {kind: count for kind, count in total.items() if count}
