#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# The benchmark: mod_rpc beside the floor and its peers, interleaved, on this
# machine. ./run bench installs and builds what it needs, and calls it.
import argparse
import os
import signal
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import connections  # noqa: E402
import load  # noqa: E402
import memory  # noqa: E402
import peers  # noqa: E402
import report  # noqa: E402
import scale  # noqa: E402
import settings  # noqa: E402
import targets  # noqa: E402
from servers import Unavailable  # noqa: E402
from works import all_works  # noqa: E402

MODES = ("scale", "memory", "settings", "peers")
HELP = """NAME chooses works (W1 to W6), servers, or a mode: scale (time by size,
1 KB to 8 MB and 1 to 1,000 calls), memory (before and after many requests, and
the peak of one), settings (what directives of httpd cost) or peers (calls over
connections that stay open, and 10,000 of them idle). Without a work all are
run, without a server all but those of prefork."""


def say(text):
    print("bench: " + text, file=sys.stderr, flush=True)


def read_arguments():
    parser = argparse.ArgumentParser(
        prog="./run bench", description=HELP,
        epilog="servers: " + " ".join(peers.ours() + peers.names()),
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--rounds", type=int, default=5,
                        help="of each server at each work (5)")
    parser.add_argument("--seconds", type=int, default=3,
                        help="of each round (3)")
    parser.add_argument("--requests", type=int, default=100000,
                        help="after which memory is looked at again (100000)")
    parser.add_argument("--needs", action="store_true",
                        help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    known = list(all_works()) + peers.ours() + peers.names() + list(MODES)
    for name in arguments.names:
        if name not in known:
            parser.error("no work, server or mode %s; there are: %s"
                         % (name, " ".join(known)))
    if min(arguments.rounds, arguments.seconds, arguments.requests) < 1:
        parser.error("--rounds, --seconds and --requests take 1 or more")
    return arguments


def chosen(names, known, default):
    return [name for name in known if name in names] or default


def servers_of(arguments):
    known = peers.ours() + peers.names()
    named = chosen(arguments.names, known, None)
    if named is not None:
        return named
    if "peers" in arguments.names:
        return list(connections.HTTP)
    if any(mode in arguments.names for mode in MODES):
        return ["floor-event", "rpc-event"]
    return peers.default()


def environment():
    return {name: os.environ[name] for name in
            ("BENCH_HTTPD", "BENCH_SYSTEM")}


def modules():
    return {"floor": os.environ["BENCH_FLOOR_MODULES"],
            "rpc": os.environ["BENCH_RPC_MODULES"],
            "walk": os.environ["BENCH_WALK_MODULES"]}


def make_servers(arguments):
    """The servers that can be had, and why the others cannot."""
    found = []
    missing = []
    for name in servers_of(arguments):
        try:
            found.append(peers.make(name, environment(), modules()))
        except Unavailable as error:
            missing.append(str(error))
            say("left out: " + missing[-1])
    return found, missing


def start_all(servers, work, missing):
    """Starts and checks those that do the work; the others are named."""
    started = []
    for server in servers:
        if not server.does(work):
            continue
        try:
            server.start()
            server.check(work)
            started.append(server)
        except Unavailable as error:
            server.stop()
            missing.append(str(error))
            say("left out: " + missing[-1])
    return started


def measure(servers, work, arguments, missing):
    """Interleaved rounds of one work. Returns a Result for each server."""
    started = start_all(servers, work, missing)
    results = [load.Result(server) for server in started]
    try:
        for number in range(1, arguments.rounds + 1):
            for result in list(results):
                try:
                    one = load.run(result.server, work, arguments.seconds)
                except Unavailable as error:
                    missing.append("%s in round %d of %s: %s" % (
                        result.server.name, number, work.name, error))
                    say("left out: " + missing[-1])
                    results.remove(result)
                    continue
                result.rounds.append(one)
                say("%s round %d/%d %-16s %s/s" % (
                    work.name, number, arguments.rounds, result.server.name,
                    report.number(one.rate)))
    finally:
        for server in started:
            server.stop()
    return results


def side_by_side(servers, arguments, missing):
    lines = []
    works = all_works()
    by_work = {}
    for name in chosen(arguments.names, list(works), list(works)):
        by_work[name] = measure(servers, works[name], arguments, missing)
        lines += [""] + report.work_table(works[name], by_work[name])
    lines += targets.lines_of(by_work)
    lines += ["", "%d rounds of %d s, interleaved; medians. wrk: %d kept-alive "
              "connections, %d threads," % (
                  arguments.rounds, arguments.seconds, load.CONNECTIONS,
                  load.THREADS),
              "loopback. CPU: all processes of the server, user and system. "
              "PSS: all of them."]
    return lines


def write(name, lines):
    folder = os.environ["BENCH_OUT"]
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, name + ".txt")
    with open(path, "w") as out:
        out.write("\n".join(lines) + "\n")
    print("\n".join(lines))
    say("written to " + path)


def main():
    arguments = read_arguments()
    if arguments.needs:
        print(" ".join(servers_of(arguments)))
        return 0
    began = report.began()
    servers, missing = make_servers(arguments)
    if not servers:
        say("no server can be had")
        return 1
    modes = [mode for mode in MODES if mode in arguments.names] or ["table"]
    for mode in modes:
        said = list(missing)
        if mode == "scale":
            lines = scale.run(servers, say)
        elif mode == "memory":
            lines = memory.run(servers, arguments, say)
        elif mode == "settings":
            lines = settings.run(arguments, environment(), modules(), say)
        elif mode == "peers":
            lines = connections.run(servers, arguments, environment(),
                                    modules(), say)
        else:
            lines = side_by_side(servers, arguments, said)
        write(mode, report.head(servers, said, environment(), began) + lines)
    return 0


if __name__ == "__main__":
    # So that the servers are stopped however this ends.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main())
    except (Unavailable, KeyboardInterrupt) as error:
        say(str(error) or "interrupted")
        sys.exit(1)
