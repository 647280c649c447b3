#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# rpc.js over WebSockets, with the servers of rpc-websockets and jayson.
use strict;
use warnings;
use lib 't/lib', 't/interop';
use Test::More;
use Node;
use RpcTest;

Node::need(qw(jayson rpc-websockets ws));
Node::run('rpc_socket.mjs', Node::client());
done_testing();
