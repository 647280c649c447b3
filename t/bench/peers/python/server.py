# SPDX-License-Identifier: Apache-2.0
# Python's own XML-RPC server with the benchmark's methods; HTTP/1.1, so that
# connections are kept.
import os
from socketserver import ThreadingMixIn
from xmlrpc.server import SimpleXMLRPCRequestHandler, SimpleXMLRPCServer


class Handler(SimpleXMLRPCRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True


class Server(ThreadingMixIn, SimpleXMLRPCServer):
    daemon_threads = True
    request_queue_size = 128


server = Server(("127.0.0.1", int(os.environ["BENCH_PORT"])), Handler,
                logRequests=False, allow_none=True)
server.register_function(lambda x, y: x + y, "add")
server.register_function(lambda message: message, "echo")
server.serve_forever()
