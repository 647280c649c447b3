/* SPDX-License-Identifier: Apache-2.0 */
/* The vtable that the three protocols fill. For transports, which pick one
 * by media type and know no more of it than this. */
#ifndef RPC_PROTOCOL_PROTOCOL_H
#define RPC_PROTOCOL_PROTOCOL_H

#include "core/call.h"
#include "protocol/form.h"
#include "protocol/writer.h"

/** What an endpoint speaks: bits of RpcProtocols. */
enum rpc_protocol_bit_e {
    RPC_SPEAKS_JSONRPC = 1,
    RPC_SPEAKS_XMLRPC = 2,
    RPC_SPEAKS_PYRPC = 4,
    RPC_SPEAKS_ALL = 7
};

/** What the endpoint and the request say about the text of messages, and what
 *  the thread that reads them has. */
typedef struct rpc_options_t {
    const char *charset;      /**< of the request's Content-Type, or NULL */
    int xml_nil;              /**< RpcXmlNil: nil may be answered */
    const char *xml_encoding; /**< RpcXmlEncoding: "utf-8" ... */
    int json_answer;          /**< pyrpc: the caller accepts JSON only */
    /** Of the thread that decodes: what it keeps for the next message is in
     *  it. NULL: it keeps nothing. */
    apr_pool_t *thread_pool;
} rpc_options_t;

typedef struct rpc_protocol_t {
    const char *name;               /**< "jsonrpc" */
    const char *const *media_types; /**< lower case, ended by NULL */

    /**
     * Read a message: fills message->calls, or message->fault. A call that
     * is bad by itself gets its own fault. Limits are those of
     * message->caller->limits.
     * @param bytes A NUL follows the last; may be written to. Nothing of the
     *              message refers to them afterwards
     */
    void (*decode)(rpc_message_t *message, char *bytes, apr_size_t length);

    /**
     * Write the answer of a message whose calls are all done. A result that
     * the syntax cannot carry becomes a fault of its call. Writes nothing if
     * nothing is to be answered. May set message->status.
     */
    void (*encode)(rpc_message_t *message, rpc_writer_t *out);

    /** The Content-Type of the answer. */
    const char *(*content_type)(const rpc_message_t *message);
} rpc_protocol_t;

extern const rpc_protocol_t rpc_protocol_jsonrpc;
extern const rpc_protocol_t rpc_protocol_xmlrpc;
extern const rpc_protocol_t rpc_protocol_pyrpc;

/**
 * GET ?jsonrpc=2.0&method=add&params=[2,3]&id=1: params URL-encoded JSON, or
 * base64 of it in either alphabet; `jsonrpc` may be missing; no id is a
 * notification. (JSON-RPC over HTTP, drafts of 2008 and 2013.)
 */
void rpc_jsonrpc_decode_query(rpc_message_t *message, const rpc_form_t *form);

/** GET /rpc/add?x=2&y=3 (JSON-RPC 1.1, section 6.3): all-digit names are
 *  positions, a repeated name is an array of strings. */
void rpc_jsonrpc_decode_path(rpc_message_t *message, const char *method,
                             apr_size_t length, const rpc_form_t *form);

/** request=execute&data=add(2, 3). A field that is missing, or another
 *  request, sets message->fault and message->status 400. */
void rpc_pyrpc_decode_form(rpc_message_t *message, const rpc_form_t *form);

#endif
