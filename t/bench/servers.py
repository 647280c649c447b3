# SPDX-License-Identifier: Apache-2.0
# Starts and stops the servers of the benchmark, and reads from /proc what
# they cost. For bench.py and its modes.
import http.client
import os
import random
import shutil
import signal
import socket
import subprocess
import time

HOME = os.path.dirname(os.path.abspath(__file__))
TICK = os.sysconf("SC_CLK_TCK")
FLOOR = b'{"floor":"forty bytes, a fixed answer"}\n'


class Unavailable(Exception):
    """A server that cannot be had; the text says why."""


def free_port():
    for _ in range(100):
        port = random.randrange(20000, 60000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass
    raise Unavailable("no free port found")


def children_of(pid):
    """The process and all below it."""
    below = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name) as stat:
                    parent = stat.read().rpartition(")")[2].split()[1]
            except OSError:
                continue
            below.setdefault(int(parent), []).append(int(name))
    found = [pid]
    for one in found:
        found.extend(below.get(one, []))
    return found


class Server:
    """A program that answers works at path. start_with is run in folder,
    with BENCH_PORT and so on in its environment; None is wants all works."""

    def __init__(self, name, start_with, folder, settings, wants=None,
                 path="/rpc", version="", title=""):
        self.name = name
        self.start_with = start_with
        self.folder = folder
        self.settings = settings
        self.wants = wants
        self.path = path
        self.version = version
        self.title = title
        self.extra = ""   # directives for httpd, at the end
        self.label = name
        self.is_floor = name.startswith("floor-")
        self.is_ours = name.startswith("rpc-")
        self.process = None

    def does(self, work):
        return self.wants is None or work.name in self.wants

    def start(self):
        self.port = free_port()
        directory = os.path.join(self.folder, "run-%s-%d"
                                 % (self.name, self.port))
        os.makedirs(directory, exist_ok=True)
        os.chmod(directory, 0o755)
        with open(os.path.join(directory, "extra.conf"), "w") as extra:
            extra.write(self.extra + "\n")
        self.directory = directory
        self.log = os.path.join(directory, "output")
        environment = dict(os.environ, BENCH_PORT=str(self.port),
                           BENCH_DIR=directory, BENCH_HOME=HOME,
                           **self.settings)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                self.start_with, cwd=self.folder, env=environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)
        self.wait()

    def wait(self):
        end = time.monotonic() + 15
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        said = self.said()
        self.stop()
        raise Unavailable("%s did not start: %s" % (self.name, said))

    def said(self):
        with open(self.log, errors="replace") as log:
            lines = [line.strip() for line in log if line.strip()]
        return lines[-1] if lines else "it said nothing"

    def stop(self):
        if self.process is None:
            return
        everyone = children_of(self.process.pid)
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                for pid in everyone:
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        pass
                self.process.wait()
        self.process = None
        shutil.rmtree(self.directory, ignore_errors=True)

    def ask(self, work, connection=None):
        """One request. Returns status and body."""
        line = connection or http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": work.kind} if work.kind else {}
        line.request(work.method, self.path + work.query, work.body, headers)
        answer = line.getresponse()
        body = answer.read()
        if connection is None:
            line.close()
        return answer.status, body

    def check(self, work):
        """Raises Unavailable unless the answer is right."""
        try:
            status, body = self.ask(work)
            if status != 200:
                wrong = "HTTP status %d" % status
            elif self.is_floor:
                wrong = None if body == FLOOR else "not the floor's answer"
            else:
                wrong = work.check(body)
        except Exception as error:
            wrong = "%s: %s" % (type(error).__name__, error)
        if wrong:
            raise Unavailable("%s: wrong answer to %s: %s"
                              % (self.name, work.name, wrong))

    def url(self, work):
        return "http://127.0.0.1:%d%s%s" % (self.port, self.path, work.query)

    def cpu(self):
        """Seconds of CPU so far, of all its processes, the ended ones too."""
        if self.process.poll() is not None:
            raise Unavailable("it ended with status %d: %s"
                              % (self.process.returncode, self.said()))
        ticks = 0
        for pid in children_of(self.process.pid):
            try:
                with open("/proc/%d/stat" % pid) as stat:
                    fields = stat.read().rpartition(")")[2].split()
                ticks += sum(int(field) for field in fields[11:15])
            except OSError:
                pass
        return ticks / TICK

    def memory(self):
        """PSS of all its processes, in MB (2^20)."""
        kilobytes = 0
        for pid in children_of(self.process.pid):
            try:
                with open("/proc/%d/smaps_rollup" % pid) as rollup:
                    kilobytes += sum(int(line.split()[1]) for line in rollup
                                     if line.startswith("Pss:"))
            except OSError:
                pass
        return kilobytes / 1024

    def peak(self):
        """The most memory that each process had so far, in bytes, by pid."""
        found = {}
        for pid in children_of(self.process.pid):
            try:
                with open("/proc/%d/status" % pid) as status:
                    for line in status:
                        if line.startswith("VmHWM:"):
                            found[pid] = 1024 * int(line.split()[1])
            except OSError:
                pass
        return found
