# SPDX-License-Identifier: Apache-2.0
# How many calls a client makes: libmodrpc and rpc-call beside curl and
# Python's xmlrpc.client, one small call each. For connections.py.
import os
import re
import subprocess
import sys
import tempfile
import time
import xmlrpc.client

import report
from servers import Unavailable

CALL = '{"jsonrpc":"2.0","method":"add","params":[2,3],"id":1}'
# What one process of curl sends over one connection.
TRANSFERS = 2000
# Processes that are started one after the other.
STARTS = 100


def run(command, limit):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.PIPE, timeout=limit)
    if done.returncode != 0:
        raise Unavailable("%s: %s" % (os.path.basename(command[0]),
                                      done.stderr.strip()[-200:]))
    return done.stdout


def library(protocol, url, outstanding, seconds):
    said = run([os.environ["BENCH_CLIENT_LOAD"], protocol, url,
                str(outstanding), str(seconds)], seconds + 30)
    found = re.search(r"answered=(\d+) us=(\d+)", said)
    return int(found.group(1)) / (int(found.group(2)) / 1e6)


def processes(command):
    """One call by each process, one after the other."""
    began = time.monotonic()
    for _ in range(STARTS):
        if "5" not in run(command, 30):
            raise Unavailable("%s: no answer" % command[0])
    return STARTS / (time.monotonic() - began)


def curl_command(url):
    return ["curl", "-s", "-H", "Content-Type: application/json", "-d", CALL,
            url]


def curl_kept_alive(url):
    """One process, which has its requests in a file."""
    one = 'url = "%s"\nheader = "Content-Type: application/json"\n' % url
    one += 'data = "%s"\n' % CALL.replace('"', '\\"')
    with tempfile.NamedTemporaryFile("w", suffix=".curl") as requests:
        requests.write("next\n".join([one] * TRANSFERS))
        requests.flush()
        began = time.monotonic()
        said = run(["curl", "-s", "-K", requests.name], 60)
    if said.count('"result":5') != TRANSFERS:
        raise Unavailable("curl: %d answers of %d" % (
            said.count('"result":5'), TRANSFERS))
    return TRANSFERS / (time.monotonic() - began)


def python(url, seconds):
    server = xmlrpc.client.ServerProxy(url)
    calls = 0
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        if server.add(2, 3) != 5:
            raise Unavailable("xmlrpc.client: 2 + 3 is not 5")
        calls += 1
    return calls / (time.monotonic() - began)


def table(server, seconds, say):
    http = "http://127.0.0.1:%d/rpc" % server.port
    ws = "ws://127.0.0.1:%d/rpc" % server.port
    tcp = "tcp://127.0.0.1:%d" % server.tcp_port
    rpc_call = os.environ["BENCH_RPC_CALL"]
    ways = (
        ("libmodrpc, HTTP kept alive", lambda: library(
            "jsonrpc", http, 1, seconds)),
        ("curl, one process, HTTP kept alive", lambda: curl_kept_alive(http)),
        ("libmodrpc, XML-RPC kept alive", lambda: library(
            "xmlrpc", http, 1, seconds)),
        ("Python's xmlrpc.client, kept alive", lambda: python(http, seconds)),
        ("libmodrpc, tcp", lambda: library("jsonrpc", tcp, 1, seconds)),
        ("libmodrpc, tcp, 64 outstanding", lambda: library(
            "jsonrpc", tcp, 64, seconds)),
        ("libmodrpc, websocket", lambda: library("jsonrpc", ws, 1, seconds)),
        ("libmodrpc, websocket, 64 outstanding", lambda: library(
            "jsonrpc", ws, 64, seconds)),
        ("rpc-call, a process for each, HTTP", lambda: processes(
            [rpc_call, http, "add", "2", "3"])),
        ("rpc-call, a process for each, tcp", lambda: processes(
            [rpc_call, tcp, "add", "2", "3"])),
        ("curl, a process for each, HTTP", lambda: processes(
            curl_command(http))),
    )
    rows = [["one client, one small call at a time", "calls/s"]]
    for title, measure in ways:
        rate = measure()
        say("%s: %s/s" % (title, report.number(rate)))
        rows.append([title, report.number(rate)])
    rows.append(["(Python %d.%d)" % sys.version_info[:2], ""])
    return report.table(rows)
