/* SPDX-License-Identifier: Apache-2.0 */
/* A gSOAP server with the benchmark's methods; XML-RPC as xmlrpc.gsoap
 * declares it. A thread for each connection, which is kept. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "soapH.h"

SOAP_NMAC struct Namespace namespaces[] = {
    { NULL, NULL, NULL, NULL }
};

static int number(const struct rpc_params *params, int i)
{
    const struct rpc_value *value = params->param[i].value;

    return value->int_ != NULL ? *value->int_ : *value->i4;
}

/* Returns 0 if the call cannot be answered. */
static int call_method(struct soap *soap, const struct methodCall *call,
                       struct rpc_value *ret_result)
{
    const struct rpc_params *params = call->params;

    if (call->methodName == NULL || params == NULL) {
        return 0;
    }
    if (strcmp(call->methodName, "add") == 0 && params->__sizeparam == 2) {
        ret_result->int_ = soap_malloc(soap, sizeof(int));
        *ret_result->int_ = number(params, 0) + number(params, 1);
        return 1;
    }
    if (strcmp(call->methodName, "echo") == 0 && params->__sizeparam == 1) {
        *ret_result = *params->param[0].value;
        return 1;
    }
    return 0;
}

static int send_answer(struct soap *soap, const struct methodResponse *answer)
{
    return soap_begin_count(soap)
           || ((soap->mode & SOAP_IO_LENGTH) != 0
               && soap_put_methodResponse(soap, answer, "methodResponse", ""))
           || soap_end_count(soap) || soap_response(soap, SOAP_OK)
           || soap_put_methodResponse(soap, answer, "methodResponse", "")
           || soap_end_send(soap);
}

static int serve_request(struct soap *soap)
{
    struct methodCall call;
    struct rpc_value result;
    struct rpc_param param = { &result };
    struct rpc_params params = { 1, &param };
    struct methodResponse answer = { &params };

    memset(&result, 0, sizeof(result));
    if (soap_begin_recv(soap)
        || soap_get_methodCall(soap, &call, "methodCall", NULL) == NULL
        || soap_end_recv(soap) || !call_method(soap, &call, &result)) {
        return 1;
    }
    return send_answer(soap, &answer);
}

static void *serve_connection(void *data)
{
    struct soap *soap = data;

    soap->keep_alive = 1;
    while (soap->keep_alive && serve_request(soap) == 0) {
        soap_destroy(soap);
        soap_end(soap);
    }
    soap_destroy(soap);
    soap_end(soap);
    soap_force_closesock(soap);
    soap_free(soap);
    return NULL;
}

int main(void)
{
    struct soap *soap = soap_new1(SOAP_IO_KEEPALIVE | SOAP_XML_TREE
                                  | SOAP_C_UTFSTRING);

    signal(SIGPIPE, SIG_IGN);
    soap->max_keep_alive = 1000000000;
    if (!soap_valid_socket(soap_bind(soap, "127.0.0.1",
                                     atoi(getenv("BENCH_PORT")), 128))) {
        soap_print_fault(soap, stderr);
        return 1;
    }
    while (soap_valid_socket(soap_accept(soap))) {
        pthread_t thread;

        pthread_create(&thread, NULL, serve_connection, soap_copy(soap));
        pthread_detach(thread);
    }
    soap_print_fault(soap, stderr);
    return 1;
}
