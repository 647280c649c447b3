# SPDX-License-Identifier: Apache-2.0
# What memory is kept after a load, against the floor and after many times as
# many requests. The `memory` mode of bench.py.
import http.client

import load
import report
from works import all_works, json_echo, xml_echo

WORKS = ("W1", "W3", "W5")
FIRST = 1000
PEAK_SIZE = 7 << 20


def first_requests(server, work, count):
    """Exactly that many, over as many connections as wrk has."""
    lines = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
             for _ in range(load.CONNECTIONS)]
    headers = {"Content-Type": work.kind} if work.kind else {}
    left = count
    while left > 0:
        some = lines[:left]
        for line in some:
            line.request(work.method, server.path + work.query, work.body,
                         headers)
        for line in some:
            line.getresponse().read()
        left -= len(some)
    for line in lines:
        line.close()


def measure(server, work, requests, say):
    """MB at start, after 1,000 requests, and after all; how many were made."""
    server.start()
    try:
        server.check(work)
        taken = [server.memory()]
        first_requests(server, work, FIRST)
        taken.append(server.memory())
        made = FIRST
        highest = taken[1]
        while made < requests:
            one = load.run(server, work, 2)
            made += one.requests
            highest = max(highest, one.memory)
            say("%s %s: %d requests, %s MB" % (work.name, server.name, made,
                                               report.number(one.memory)))
        taken.append(server.memory())
        return taken, highest, made
    finally:
        server.stop()


def peak(server, work):
    """How far one request raised a process, in lengths of its body."""
    server.start()
    try:
        before = server.peak()
        server.check(work)
        after = server.peak()
        return max(after[pid] - before.get(pid, 0)
                   for pid in after) / len(work.body)
    finally:
        server.stop()


def peaks(servers):
    lines = []
    for work in (json_echo(PEAK_SIZE), xml_echo(PEAK_SIZE)):
        for server in servers:
            if server.is_ours:
                lines.append("%s, %s: at its peak %.1f times the body" % (
                    server.name, work.title, peak(server, work)))
    return lines


def run(servers, arguments, say):
    works = all_works()
    rows = [["PSS in MB", "at start", "after 1,000", "after all", "highest",
             "all", "over the floor"]]
    for name in [name for name in WORKS if name in arguments.names] or WORKS:
        floor = None
        # A document of 1 MB counts for fifty small requests.
        requests = arguments.requests
        if len(works[name].body) > load.BIG:
            requests = max(FIRST, requests // 50)
        for server in servers:
            if not server.does(works[name]):
                continue
            taken, highest, made = measure(server, works[name], requests, say)
            if server.is_floor:
                floor = taken[2]
            over = "-" if floor is None or server.is_floor else (
                "%+.1f" % (taken[2] - floor))
            rows.append(["%s %s" % (name, server.name)]
                        + ["%.1f" % one for one in taken]
                        + ["%.1f" % highest, "{:,}".format(made), over])
    return [""] + report.table(rows) + [""] + peaks(servers) + [
        "", "PSS of all processes of the server, in MB (2^20 bytes)."]
