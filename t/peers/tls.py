#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tls.py PORT: a JSON-RPC peer over TLS that is slow at everything."""
import json
import socket
import ssl
import sys
import time


def lines(tls, count):
    text = b""
    while text.count(b"\n") < count:
        more = tls.recv(65536)
        if not more:
            break
        text += more
    return [json.loads(line) for line in text.splitlines()]


def ping(tls):
    tls.sendall(b'{"jsonrpc":"2.0","method":"ping","id":1}\n')
    print(lines(tls, 1)[0]["result"])


context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE

# One that stops in its handshake is no hindrance.
halfway = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
halfway.sendall(b"\x16\x03\x01")

raw = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
tls = context.wrap_socket(raw)
ping(tls)
tls.sendall(b'{"jsonrpc":"2.0","method":"tell","params":["x",3],"id":1}\n')
told = lines(tls, 4)
if [m.get("method") for m in told] == ["x", "x", "x", None]:
    print("called")
time.sleep(2.5)  # beyond RequestReadTimeout
ping(tls)
big = json.dumps({"jsonrpc": "2.0", "method": "echo", "id": 1,
                  "params": ["y" * 300000]}).encode() + b"\n"
tls.sendall(big)
if len(lines(tls, 1)[0]["result"]) == 300000:
    print("pong")
raw = tls.unwrap()
raw.shutdown(socket.SHUT_WR)
if raw.recv(1000) == b"":
    print("closed")
