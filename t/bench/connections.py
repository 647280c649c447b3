# SPDX-License-Identifier: Apache-2.0
# Connections that stay open: how many calls go over them, and what they cost
# while nobody speaks. The `peers` mode of bench.py.
import os
import re
import resource
import statistics
import subprocess

import clients
import load
import report
from servers import HOME, Server, Unavailable, free_port
from works import all_works

OUTSTANDING = 64
IDLE = 10000
# One child with 8 workers, which may hold all of the idle ones.
IDLE_EXTRA = """StartServers 1
ServerLimit 1
ThreadsPerChild 8
MinSpareThreads 8
MaxSpareThreads 8
MaxRequestWorkers 8
AsyncRequestWorkerFactor 1500
"""
LINES = (("tcp", 1), ("tcp", 32), ("websocket", 1), ("websocket", 32))
HTTP = ("rpc-event", "nginx-lua")


class PeerServer(Server):
    """mod_rpc under the event MPM, with a second port for TCP."""

    def __init__(self, settings, modules, extra=""):
        self.tcp_port = free_port()
        super().__init__(
            "rpc-event", [os.path.join(HOME, "start-httpd"), "event",
                          os.path.join(HOME, "peers.conf")], HOME,
            dict(settings, BENCH_MODULES=modules["rpc"],
                 BENCH_TCP_PORT=str(self.tcp_port)), title="mod_rpc")
        self.extra = extra


def command(server, kind, count, outstanding, mode, seconds):
    to = ["tcp", str(server.tcp_port)] if kind == "tcp" else [
        "/rpc", str(server.port)]
    return [os.environ["BENCH_PEER_LOAD"]] + to + [
        str(count), str(outstanding), mode, str(seconds)]


def figures(text):
    found = re.search(r"^BENCH (.*)$", text, re.M)
    if not found:
        raise Unavailable("peer_load failed: " + text.strip()[-200:])
    return {name: int(value) for name, value in
            (pair.split("=") for pair in found.group(1).split())}


def calls_round(server, kind, count, seconds):
    """calls/s, p50 and p99 in ms, seconds of CPU for 1,000 calls."""
    before = server.cpu()
    done = subprocess.run(
        command(server, kind, count, OUTSTANDING, "calls", seconds),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=seconds + 60)
    cpu = server.cpu() - before
    got = figures(done.stdout)
    load.settle(server)
    return (got["answered"] / (got["us"] / 1e6), got["p50_us"] / 1e3,
            got["p99_us"] / 1e3, 1000 * cpu / max(1, got["answered"]))


def measure_calls(others, settings, modules, arguments, say):
    """Rounds of each way, one after the other, and of HTTP servers beside."""
    work = all_works()["W1"]
    server = PeerServer(settings, modules)
    rounds = {}
    try:
        for one in [server] + others:
            one.start()
            one.check(work)
        for number in range(1, arguments.rounds + 1):
            for kind, count in LINES:
                title = "mod_rpc, %s, %d x %d outstanding" % (
                    kind, count, OUTSTANDING)
                one = calls_round(server, kind, count, arguments.seconds)
                rounds.setdefault(title, []).append(one)
                say("round %d %s: %s/s" % (number, title,
                                           report.number(one[0])))
            for other in others:
                one = load.run(other, work, arguments.seconds)
                title = "%s, HTTP, one call a request, 32 x 1" % other.name
                rounds.setdefault(title, []).append(
                    (one.rate, one.p50, one.p99, one.cpu))
                say("round %d %s: %s/s" % (number, title,
                                           report.number(one.rate)))
    finally:
        for one in [server] + others:
            one.stop()
    return rounds


def calls_table(rounds):
    medians = {title: [statistics.median(column) for column in zip(*several)]
               for title, several in rounds.items()}
    best = max((one[0] for title, one in medians.items()
                if not title.startswith(("mod_rpc", "rpc-"))), default=None)
    rows = [["one small call, add(2, 3)", "calls/s", "min", "max", "p50 ms",
             "p99 ms", "CPU s/1000", "x best HTTP peer"]]
    for title, one in medians.items():
        rates = [each[0] for each in rounds[title]]
        rows.append([title, report.number(one[0]), report.number(min(rates)),
                     report.number(max(rates)), "%.2f" % one[1],
                     "%.2f" % one[2], "%.4f" % one[3],
                     "%.2f" % (one[0] / best) if best else "-"])
    return report.table(rows)


def most_open(say):
    """How many connections this process's limits let a child hold."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    room = hard - 200 if hard != resource.RLIM_INFINITY else IDLE
    if room < IDLE:
        say("the limit of open files, %d, allows %d" % (hard, room))
    return min(IDLE, room)


def idle_row(kind, count, settings, modules):
    server = PeerServer(settings, modules, IDLE_EXTRA)
    server.start()
    try:
        server.check(all_works()["W1"])
        before = server.memory()
        with subprocess.Popen(
                command(server, kind, count, OUTSTANDING, "idle", 60),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True) as client:
            said = client.stdout.readline()
            if not said.startswith("OPEN"):
                raise Unavailable("peer_load failed: " + said.strip())
            open_memory = server.memory()
            said = client.communicate("go\n", timeout=90)[0]
        got = figures(said)
        after = server.memory()
    finally:
        server.stop()
    return ["%s, %d workers" % (kind, 8), "{:,}".format(count),
            "%.1f" % before, "%.1f" % open_memory, "%.1f" % after,
            "%.1f" % (1024 * (open_memory - before) / count),
            "{:,}".format(got["answered"]), "%.2f" % (got["us"] / 1e6),
            "%.2f" % (got["p99_us"] / 1e3)]


def idle_table(settings, modules, say):
    count = most_open(say)
    rows = [["idle peers", "open", "MB before", "MB open", "MB after",
             "KiB each", "answered", "s for one call of each", "p99 ms"]]
    for kind in ("tcp", "websocket"):
        say("%d idle by %s" % (count, kind))
        rows.append(idle_row(kind, count, settings, modules))
    return report.table(rows)


def clients_table(settings, modules, arguments, say):
    server = PeerServer(settings, modules)
    server.start()
    try:
        return clients.table(server, arguments.seconds, say)
    finally:
        server.stop()


def run(others, arguments, settings, modules, say):
    rounds = measure_calls(others, settings, modules, arguments, say)
    return ([""] + calls_table(rounds) + [""]
            + idle_table(settings, modules, say) + [""]
            + clients_table(settings, modules, arguments, say)
            + ["", "%d rounds of %d s, interleaved; medians. MB: PSS of all "
               "processes of the server." % (arguments.rounds,
                                             arguments.seconds)])
