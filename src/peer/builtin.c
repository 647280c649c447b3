/* SPDX-License-Identifier: Apache-2.0 */
/* The methods that a peer has by itself: subscriptions as rpc-websockets has
 * them, LSP's cancel, callbacks. For incoming.c. */
#include <string.h>

#include "peer/session.h"
#include "protocol/json.h"

/* The names of topics: a string, or an array of them. NULL: none, and the
 * call has failed. */
static const rpc_value_t *topics_of(rpc_call_t *call)
{
    const rpc_value_t *params = call->positional;
    apr_size_t count = rpc_value_count(params);
    apr_size_t i;

    for (i = 0; i < count; i++) {
        if (rpc_type(rpc_value_at(params, i)) != RPC_STRING) {
            count = 0;
        }
    }
    if (count == 0) {
        rpc_fail(call, RPC_E_PARAMS,
                 "expected the names of topics, such as [\"news\"]");
        return NULL;
    }
    return params;
}

/* The words are those of rpc-websockets. */
static const char *word_of(enum rpc_topic_outcome_e outcome, int is_on)
{
    switch (outcome) {
    case RPC_TOPIC_OK:
        return "ok";
    case RPC_TOPIC_UNKNOWN:
        return "provided event invalid";
    case RPC_TOPIC_UNCHANGED:
    default:
        return is_on ? "socket has already been subscribed to event"
                     : "not subscribed";
    }
}

static rpc_value_t *change_topics(rpc_call_t *call, rpc_peer_t *peer,
                                  int is_on, enum rpc_topic_style_e style)
{
    const rpc_value_t *names = topics_of(call);
    rpc_value_t *result = rpc_struct(call);
    apr_size_t count = rpc_value_count(names);
    apr_size_t i;

    for (i = 0; i < count; i++) {
        const rpc_value_t *name = rpc_value_at(names, i);
        enum rpc_topic_outcome_e outcome = is_on
            ? rpc_topic_subscribe(peer, name->u.text, name->length, style)
            : rpc_topic_unsubscribe(peer, name->u.text, name->length, style);

        rpc_set(call, result, name->u.text,
                rpc_string(call, word_of(outcome, is_on)));
    }
    return names != NULL ? result : NULL;
}

static rpc_value_t *rpc_on(rpc_call_t *call, void *peer)
{
    return change_topics(call, peer, 1, RPC_TOPIC_EVENT);
}

static rpc_value_t *rpc_off(rpc_call_t *call, void *peer)
{
    return change_topics(call, peer, 0, RPC_TOPIC_EVENT);
}

static rpc_value_t *subscribe(rpc_call_t *call, void *peer)
{
    return change_topics(call, peer, 1, RPC_TOPIC_NOTIFICATION);
}

static rpc_value_t *unsubscribe(rpc_call_t *call, void *peer)
{
    return change_topics(call, peer, 0, RPC_TOPIC_NOTIFICATION);
}

/* LSP 3.17, "Cancellation Support": {"id": ...} of the call. */
static rpc_value_t *cancel_request(rpc_call_t *call, void *peer)
{
    const rpc_value_t *id = call->named != NULL
        ? rpc_value_get(call->named, "id", 2) : NULL;
    rpc_writer_t *text;

    if (rpc_type(id) != RPC_INT && rpc_type(id) != RPC_STRING) {
        return rpc_fail(call, RPC_E_PARAMS,
                        "expected {\"id\": ...} of the call to be cancelled");
    }
    text = rpc_writer_create(call->pool);
    if (rpc_json_write(text, id) == NULL) {
        rpc_peer_cancel(peer, text->data, text->length);
    }
    return rpc_nil(call);
}

static rpc_value_t *ignore(rpc_call_t *call, void *peer)
{
    (void)peer;
    return rpc_nil(call);
}

static rpc_value_t *refuse(rpc_call_t *call, void *peer)
{
    (void)peer;
    return rpc_fail(call, RPC_E_METHOD, "there is no method \"%s\"",
                    call->method);
}

typedef struct builtin_t {
    const char *name;
    rpc_value_t *(*fn)(rpc_call_t *call, void *peer);
} builtin_t;

static const builtin_t builtins[] = {
    { .name = "$/cancelRequest", .fn = cancel_request },
    { .name = "rpc.off", .fn = rpc_off },
    { .name = "rpc.on", .fn = rpc_on },
    { .name = "rpc.subscribe", .fn = subscribe },
    { .name = "rpc.unsubscribe", .fn = unsubscribe }
};

static int begins(const rpc_call_t *call, const char *prefix)
{
    apr_size_t length = strlen(prefix);

    return call->method_length >= length
           && memcmp(call->method, prefix, length) == 0;
}

void rpc_builtin_find(rpc_peer_t *peer, rpc_call_t *call)
{
    apr_size_t i;

    if (!begins(call, "rpc.") && !begins(call, "$/")) {
        return;
    }
    call->fn_baton = peer;
    for (i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
        if (strlen(builtins[i].name) == call->method_length
            && begins(call, builtins[i].name)) {
            call->fn = builtins[i].fn;
            return;
        }
    }
    if (begins(call, "rpc.callback.")) {
        call->fn = rpc_callback_run;
    }
    else if (begins(call, "$/")) {
        /* "$/ notifications are ignored, requests are errors": LSP 3.17 */
        call->fn = call->is_notification ? ignore : refuse;
    }
}
