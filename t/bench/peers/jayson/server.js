// SPDX-License-Identifier: Apache-2.0
// A jayson HTTP server with the benchmark's methods, in two processes, one
// for each of the machine's cores that wrk would use too.
'use strict';
const cluster = require('cluster');

if (cluster.isMaster) {
    process.on('SIGTERM', () => process.exit(0));
    cluster.fork();
    cluster.fork();
}
else {
    const jayson = require('jayson');
    const server = new jayson.Server({
        add: (args, callback) => callback(null, args[0] + args[1]),
        echo: (args, callback) => callback(null, args[0]),
    });
    server.http().listen(Number(process.env.BENCH_PORT), '127.0.0.1');
}
