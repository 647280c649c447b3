# SPDX-License-Identifier: Apache-2.0
# How time grows with size: echoes of 1 KB to 8 MB, batches of 1 to 1,000
# calls, one connection. The `scale` mode of bench.py.
import http.client
import statistics
import time

import report
import works

SECONDS = 0.4
SIZES = [1 << n for n in range(10, 24)]
COUNTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]


def label(size):
    return "%d MB" % (size >> 20) if size >= 1 << 20 else "%d KB" % (
        size >> 10)


def measure(server, work):
    """Median ms of a request, and the server's ms of CPU for it."""
    server.check(work)
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    taken = []
    before = server.cpu()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end or len(taken) < 5:
        start = time.monotonic()
        server.ask(work, line)
        taken.append(1000 * (time.monotonic() - start))
    cpu = 1000 * (server.cpu() - before) / len(taken)
    line.close()
    return statistics.median(taken), cpu


def by_size(server, title, make, say):
    rows = [[title, "bytes", "ms", "CPU ms", "ns/byte", "CPU ns/byte"]]
    points = []
    for size in SIZES:
        work = make(size)
        length = len(work.body)
        taken, cpu = measure(server, work)
        say("%s %s: %s ms" % (server.name, work.title, report.number(taken)))
        rows.append([label(size), str(length), report.number(taken),
                     report.number(cpu), report.number(1e6 * taken / length),
                     report.number(1e6 * cpu / length)])
        points.append((label(size), 1e6 * cpu / length))
    return report.table(rows) + [""] + report.plot(
        points, "ns of CPU a byte") + [
        verdict(points[6:], "byte")]


def by_count(server, say):
    rows = [["batch of", "bytes", "ms", "CPU ms", "us/call", "CPU us/call"]]
    points = []
    for count in COUNTS:
        work = works.batch(count)
        taken, cpu = measure(server, work)
        say("%s %s: %s ms" % (server.name, work.title, report.number(taken)))
        rows.append(["%d" % count, str(len(work.body)), report.number(taken),
                     report.number(cpu), report.number(1000 * taken / count),
                     report.number(1000 * cpu / count)])
        points.append(("%d" % count, 1000 * cpu / count))
    return report.table(rows) + [""] + report.plot(
        points, "us of CPU a call") + [
        verdict(points[6:], "call")]


def verdict(points, unit):
    """Below these sizes the cost of a request as such is most of it."""
    first, last = points[0], points[-1]
    return "a %s of %s costs %.2f times as much CPU as one of %s" % (
        unit, last[0], last[1] / first[1], first[0])


def run(servers, say):
    lines = []
    for server in servers:
        if server.is_floor:
            continue
        server.start()
        try:
            lines += ["", server.name, ""]
            if server.wants is None or "W3" in server.wants:
                lines += by_size(server, "JSON echo", works.json_echo, say)
            if server.wants is None or "W5" in server.wants:
                lines += [""] + by_size(server, "XML-RPC echo",
                                        works.xml_echo, say)
            if server.wants is None or "W2" in server.wants:
                lines += [""] + by_count(server, say)
        finally:
            server.stop()
    return lines + ["", "One connection, a client in Python that takes part "
                    "of the time; CPU is the server's", "alone, in ticks of "
                    "10 ms: coarse for the smallest."]
