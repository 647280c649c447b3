# SPDX-License-Identifier: Apache-2.0
# The servers by name: the floor, mod_rpc and the peers, each of which is a
# folder of peers/ with the files that peers/README.md describes.
import os
import subprocess

from servers import HOME, Server, Unavailable

MPMS = ("event", "worker", "prefork")


def names():
    folder = os.path.join(HOME, "peers")
    return sorted(name for name in os.listdir(folder)
                  if os.path.isdir(os.path.join(folder, name)))


def ours():
    """Every name of a server that is no peer; prefork's only if asked."""
    return (["floor-" + mpm for mpm in MPMS] + ["rpc-" + mpm for mpm in MPMS]
            + ["rpc-walk"])


def default():
    return [name for name in ours() if "prefork" not in name] + names()


def read_about(name):
    """peers/NAME/about: lines of `word: text`."""
    about = {}
    with open(os.path.join(HOME, "peers", name, "about")) as lines:
        for line in lines:
            word, colon, text = line.partition(":")
            if colon and not line.startswith("#"):
                about[word.strip()] = text.strip()
    return about


def make_ours(name, settings, modules):
    kind, mpm = name.split("-")
    include = kind + ".conf"
    version = ""
    if name == "rpc-walk":
        mpm, include = "event", "rpc-walk.conf"
    folder = modules["walk" if name == "rpc-walk" else kind]
    if not os.path.exists(os.path.join(folder, "mod_%s.so" % (
            "bench_floor" if kind == "floor" else "rpc"))):
        raise Unavailable("%s: not built (%s)" % (name, folder))
    if kind == "rpc":
        version = os.environ.get("BENCH_VERSION", "")
    return Server(name, [os.path.join(HOME, "start-httpd"), mpm,
                         os.path.join(HOME, include)], HOME,
                  dict(settings, BENCH_MODULES=folder), version=version,
                  title={"floor": "the floor", "rpc": "mod_rpc"}[kind])


def make_peer(name, settings):
    about = read_about(name)
    folder = os.path.join(HOME, "peers", name)
    done = subprocess.run(["./prepare"], cwd=folder, text=True,
                          env=dict(os.environ, **settings), timeout=300,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    if done.returncode != 0:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Unavailable("%s: cannot be prepared: %s"
                          % (name, lines[-1] if lines else "no words"))
    return Server(name, ["./start"], folder,
                  dict(settings, BENCH_MODULES=""),
                  wants=about["works"].split(), path=about["path"],
                  version=done.stdout.strip(), title=about["title"])


def make(name, settings, modules):
    """A Server, not started. Raises Unavailable."""
    if name in ours():
        return make_ours(name, settings, modules)
    return make_peer(name, settings)
