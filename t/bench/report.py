# SPDX-License-Identifier: Apache-2.0
# The tables of the benchmark, as text. For bench.py and its modes.
import os
import platform
import re
import subprocess
import time


def number(value):
    """Three digits that count, thousands apart."""
    if value == 0:
        return "0"
    if value >= 100:
        return "{:,.0f}".format(value)
    return "%.3g" % value if value < 10 else "%.1f" % value


def table(rows):
    """Lists of text, the first row a heading; the first column to the left,
    the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width
                  in zip(row[1:], widths[1:])]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "-" * max(map(len, lines)))
    return lines


def first_line(command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT)
        return done.stdout.splitlines()[0].strip() if done.stdout else ""
    except OSError:
        return ""


def processor():
    with open("/proc/cpuinfo") as info:
        found = re.search(r"^model name\s*:\s*(.*)$", info.read(), re.M)
    return found.group(1) if found else platform.machine()


def began():
    """When, and how busy the machine was before anything of ours ran."""
    return (time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            ", ".join("%.2f" % x for x in os.getloadavg()))


def head(servers, missing, settings, began_with):
    """What was measured, where, and with what."""
    httpd = first_line([settings["BENCH_HTTPD"], "-v"])
    system = "an unnamed system"
    try:
        with open("/etc/os-release") as release:
            system = re.search(r'^PRETTY_NAME="?(.*?)"?$', release.read(),
                               re.M).group(1)
    except (OSError, AttributeError):
        pass
    lines = [
        began_with[0],
        "machine   %s, %d cores; Linux %s, %s"
        % (processor(), os.cpu_count(), platform.release(), system),
        "httpd     " + httpd.replace("Server version: ", ""),
        "load      " + began_with[1] + " when it began",
    ]
    for server in servers:
        if server.version:
            lines.append("%-17s %s (%s)" % (server.name, server.version,
                                            server.title))
    lines += ["left out  " + reason for reason in missing]
    return lines


def best_peer(results):
    rates = [result.median("rate") for result in results if result.rounds
             and not result.server.is_floor and not result.server.is_ours]
    return max(rates) if rates else None


def floor_of(results, mpm):
    for result in results:
        if result.server.name == "floor-" + mpm and result.rounds:
            return result.median("rate")
    return None


def mpm_of(server):
    """A peer has no MPM to compare by: event, what Debian ships."""
    mpm = server.name.rpartition("-")[2]
    return mpm if mpm in ("worker", "prefork") else "event"


def ratio(value, other):
    if not other:
        return "-"
    return ("%.2f" if value > other / 10 else "%.3f") % (value / other)


def work_table(work, results):
    """results in the order of measuring; printed fastest first, after the
    floor and ours."""
    rows = [["server", "requests/s", "(min", "max)", "p50 ms", "p99 ms",
             "CPU s/1000", "PSS MB", "errors", "x event floor", "x own floor",
             "x best peer"]]
    best = best_peer(results)
    measured = [result for result in results if result.rounds]
    measured.sort(key=lambda one: (
        0 if one.server.is_floor else 1 if one.server.is_ours else 2,
        0 if one.server.is_floor or one.server.is_ours
        else -one.median("rate")))
    notes = []
    for one in measured:
        rates = [a_round.rate for a_round in one.rounds]
        errors = one.errors()
        ours = one.server.is_ours or one.server.is_floor
        rate = one.median("rate")
        rows.append([
            one.server.name, number(rate), number(min(rates)),
            number(max(rates)), number(one.median("p50")),
            number(one.median("p99")), number(one.median("cpu")),
            number(one.median("memory")), str(sum(errors.values())),
            ratio(rate, floor_of(results, "event")),
            ratio(rate, floor_of(results, mpm_of(one.server)))
            if ours else "-", ratio(rate, best)])
        if errors:
            notes.append("  %s: %s" % (one.server.name, ", ".join(
                "%d %s" % (count, kind) for kind, count in errors.items())))
    lines = ["%s  %s" % (work.name, work.title), ""] + table(rows)
    if notes:
        lines += ["errors:"] + notes
    return lines


def plot(points, unit):
    """(label, value) pairs as bars from zero to the highest."""
    highest = max(value for _, value in points) or 1.0
    width = max(len(label) for label, _ in points)
    return ["%s |%-40s %s %s" % (label.rjust(width),
                                 "#" * max(1, round(40 * value / highest)),
                                 number(value), unit)
            for label, value in points]
