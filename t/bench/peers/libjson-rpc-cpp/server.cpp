/* SPDX-License-Identifier: Apache-2.0 */
/* A libjson-rpc-cpp server with the benchmark's methods. Its HttpServer
 * cannot be told an address, so bind() is replaced: loopback only. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <jsonrpccpp/server.h>
#include <jsonrpccpp/server/connectors/httpserver.h>

extern "C" int bind(int fd, const struct sockaddr *address,
                    socklen_t length) throw()
{
    struct sockaddr_in loopback;

    if (address->sa_family == AF_INET && length == sizeof(loopback)) {
        memcpy(&loopback, address, sizeof(loopback));
        loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address = reinterpret_cast<struct sockaddr *>(&loopback);
    }
    return syscall(SYS_bind, fd, address, length);
}

class Bench : public jsonrpc::AbstractServer<Bench>
{
public:
    explicit Bench(jsonrpc::HttpServer &connector)
        : jsonrpc::AbstractServer<Bench>(connector)
    {
        bindAndAddMethod(
            jsonrpc::Procedure("add", jsonrpc::PARAMS_BY_POSITION,
                               jsonrpc::JSON_INTEGER, "x",
                               jsonrpc::JSON_INTEGER, "y",
                               jsonrpc::JSON_INTEGER, NULL),
            &Bench::add);
        bindAndAddMethod(
            jsonrpc::Procedure("echo", jsonrpc::PARAMS_BY_POSITION,
                               jsonrpc::JSON_ARRAY, "message",
                               jsonrpc::JSON_ARRAY, NULL),
            &Bench::echo);
    }

    void add(const Json::Value &params, Json::Value &result)
    {
        result = params[0u].asInt() + params[1u].asInt();
    }

    void echo(const Json::Value &params, Json::Value &result)
    {
        result = params[0u];
    }
};

int main()
{
    jsonrpc::HttpServer connector(atoi(getenv("BENCH_PORT")));
    Bench server(connector);

    if (!server.StartListening()) {
        return 1;
    }
    pause();
    return 0;
}
