# SPDX-License-Identifier: Apache-2.0
# What settings of httpd cost or gain, each alone: one small JSON-RPC call by
# mod_rpc under the event MPM. The `settings` mode of bench.py.
import load
import peers
import report
from servers import Unavailable
from works import all_works

DEBIAN = ("alias auth_basic authn_core authn_file authz_host authz_user "
          "autoindex deflate dir env filter negotiation reqtimeout setenvif "
          "status")
LOG = 'CustomLog "${BENCH_DIR}/access_log" "%h %l %u %t \\"%r\\" %>s %O"'
LOGIO = ("<IfModule !logio_module>\n"
         'LoadModule logio_module "${BENCH_SYSTEM}/mod_logio.so"\n'
         "</IfModule>\n")
MODULES = "".join('LoadModule %s_module "${BENCH_SYSTEM}/mod_%s.so"\n'
                  % (name, name) for name in DEBIAN.split())
STATUS = 'LoadModule status_module "${BENCH_SYSTEM}/mod_status.so"\n'

# What is said of it, and the directives; the first is what all compare to.
SETTINGS = (
    ("as measured", ""),
    ("RpcKeepHot 0", "<Location /rpc>\nRpcKeepHot 0\n</Location>"),
    ("RpcKeepHot 1ms", "<Location /rpc>\nRpcKeepHot 1ms\n</Location>"),
    ("RpcKeepHot 5ms", "<Location /rpc>\nRpcKeepHot 5ms\n</Location>"),
    ("worker MPM", "worker"),
    ("an access log", LOGIO + LOG),
    ("Debian's modules, log", MODULES + LOGIO + LOG),
    ("ExtendedStatus On", STATUS + "ExtendedStatus On"),
    ("AllowOverride All",
     '<Directory "/">\nAllowOverride All\n</Directory>'),
    ("MaxKeepAliveRequests 100", "MaxKeepAliveRequests 100"),
    ("KeepAlive Off", "KeepAlive Off"),
    ("EnableSendfile On", "EnableSendfile On"),
    ("RpcLogRequests off", "<Location /rpc>\nRpcLogRequests off\n</Location>"),
    ("2 x 16 threads", "ThreadsPerChild 16\nThreadLimit 16\n"
     "MaxRequestWorkers 32\nMaxSpareThreads 32\nMinSpareThreads 32"),
)


def make(title, text, settings, modules):
    name = "rpc-worker" if text == "worker" else "rpc-event"
    server = peers.make(name, settings, modules)
    server.label = title
    server.extra = "" if text == "worker" else text
    return server


def run(arguments, settings, modules, say):
    work = all_works()["W1"]
    results = []
    lines = []
    for title, text in SETTINGS:
        server = make(title, text, settings, modules)
        try:
            server.start()
            server.check(work)
            results.append(load.Result(server))
        except Unavailable as error:
            server.stop()
            lines.append("left out: %s: %s" % (title, error))
            say(lines[-1])
    try:
        for number in range(1, arguments.rounds + 1):
            for result in results:
                one = load.run(result.server, work, arguments.seconds)
                result.rounds.append(one)
                say("round %d/%d %-24s %s/s" % (
                    number, arguments.rounds, result.server.label,
                    report.number(one.rate)))
    finally:
        for result in results:
            result.server.stop()
    return [""] + rows_of(results) + lines


def rows_of(results):
    rows = [["W1, rpc-event", "requests/s", "(min", "max)", "p99 ms",
             "CPU s/1000", "errors", "x requests/s", "x CPU"]]
    first = results[0]
    for one in results:
        rates = [a_round.rate for a_round in one.rounds]
        rows.append([
            one.server.label, report.number(one.median("rate")),
            report.number(min(rates)), report.number(max(rates)),
            report.number(one.median("p99")),
            report.number(one.median("cpu")),
            str(sum(one.errors().values())),
            report.ratio(one.median("rate"), first.median("rate")),
            report.ratio(one.median("cpu"), first.median("cpu"))])
    return report.table(rows)
