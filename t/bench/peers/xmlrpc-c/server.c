/* SPDX-License-Identifier: Apache-2.0 */
/* An xmlrpc-c Abyss server with the benchmark's methods, on loopback and
 * with connections kept for as long as the clients like. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <xmlrpc-c/base.h>
#include <xmlrpc-c/server.h>
#include <xmlrpc-c/server_abyss.h>

static xmlrpc_value *add(xmlrpc_env *env, xmlrpc_value *params, void *info,
                         void *channel)
{
    xmlrpc_int32 x;
    xmlrpc_int32 y;

    (void)info;
    (void)channel;
    xmlrpc_decompose_value(env, params, "(ii)", &x, &y);
    return env->fault_occurred ? NULL : xmlrpc_build_value(env, "i", x + y);
}

static xmlrpc_value *echo(xmlrpc_env *env, xmlrpc_value *params, void *info,
                          void *channel)
{
    xmlrpc_value *message = NULL;

    (void)info;
    (void)channel;
    xmlrpc_array_read_item(env, params, 0, &message);
    return message;
}

static void add_method(xmlrpc_env *env, xmlrpc_registry *registry,
                       const char *name, xmlrpc_method2 function)
{
    struct xmlrpc_method_info3 method;

    memset(&method, 0, sizeof(method));
    method.methodName = name;
    method.methodFunction = function;
    xmlrpc_registry_add_method3(env, registry, &method);
}

int main(void)
{
    xmlrpc_server_abyss_parms parms;
    struct sockaddr_in address;
    xmlrpc_env env;
    int listener;

    signal(SIGPIPE, SIG_IGN);
    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((unsigned short)atoi(getenv("BENCH_PORT")));
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0) {
        perror("bind");
        return 1;
    }

    xmlrpc_env_init(&env);
    xmlrpc_limit_set(XMLRPC_XML_SIZE_LIMIT_ID, 64 * 1024 * 1024);
    memset(&parms, 0, sizeof(parms));
    parms.registryP = xmlrpc_registry_new(&env);
    add_method(&env, parms.registryP, "add", add);
    add_method(&env, parms.registryP, "echo", echo);
    parms.socket_bound = 1;
    parms.socket_handle = listener;
    parms.keepalive_timeout = 60;
    parms.keepalive_max_conn = 1000000000;
    parms.max_conn = 64;
    parms.max_conn_backlog = 64;
    xmlrpc_server_abyss(&env, &parms, XMLRPC_APSIZE(max_conn_backlog));
    fprintf(stderr, "%s\n", env.fault_occurred ? env.fault_string : "ended");
    return 1;
}
