-- SPDX-License-Identifier: Apache-2.0
-- What wrk sends, and its figures in one line that bench.py reads.
-- wrk ... URL -- METHOD [CONTENT-TYPE BODY-FILE]

function init(args)
    wrk.method = args[1]
    if args[3] then
        local file = assert(io.open(args[3], "rb"))
        wrk.headers["Content-Type"] = args[2]
        wrk.body = file:read("*a")
        file:close()
    end
end

function done(summary, latency, requests)
    local e = summary.errors
    io.write(string.format("BENCH requests=%d duration=%d p50=%d p99=%d "
        .. "connect=%d read=%d write=%d timeout=%d status=%d\n",
        summary.requests, summary.duration, latency:percentile(50),
        latency:percentile(99), e.connect, e.read, e.write, e.timeout,
        e.status))
end
