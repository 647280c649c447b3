/* SPDX-License-Identifier: Apache-2.0 */
/* The syntax of XML-RPC values: a SAX reader of whole method calls and
 * responses on libxml2, and a writer. For xmlrpc and xmlrpc_client. */
#ifndef RPC_PROTOCOL_XMLVALUE_H
#define RPC_PROTOCOL_XMLVALUE_H

#include "core/fault.h"
#include "core/limits.h"
#include "core/value.h"
#include "protocol/writer.h"

typedef struct rpc_xmlcall_t {
    const char *method;
    apr_size_t method_length;
    rpc_value_t params;      /**< an array */
} rpc_xmlcall_t;

/**
 * Read a methodCall.
 * @param bytes       A NUL follows the last; nothing refers to them
 *                    afterwards
 * @param charset     Of the HTTP Content-Type, or NULL
 * @param thread_pool Of the thread that calls, or NULL: a parser is kept in it
 *                    for the next call
 * @return NULL and the call, or a fault: -32700 not well-formed (line and
 *         column), -32701 unsupported encoding, -32702 bytes invalid in it,
 *         -32600 not XML-RPC or a DOCTYPE, a limit RPC_E_LIMIT; what was
 *         read of the call is in it even then
 */
rpc_fault_t *rpc_xml_read(const char *bytes, apr_size_t length,
                          const char *charset, const rpc_limits_t *limits,
                          apr_pool_t *thread_pool, apr_pool_t *pool,
                          rpc_xmlcall_t *ret_call);

/** What a methodResponse holds. */
typedef struct rpc_xmlresponse_t {
    int is_fault;
    rpc_value_t value;       /**< the one param, or that of the fault */
} rpc_xmlresponse_t;

/** Read a methodResponse: exactly one param, or a fault. A NUL follows the
 *  bytes; faults as above, without what was read. */
rpc_fault_t *rpc_xml_read_response(const char *bytes, apr_size_t length,
                                   const char *charset,
                                   const rpc_limits_t *limits,
                                   apr_pool_t *pool,
                                   rpc_xmlresponse_t *ret_response);

/**
 * Write <value>...</value>.
 * @param nil Whether <nil/> may be written
 * @return NULL, or why XML-RPC cannot carry it
 */
const char *rpc_xml_write(rpc_writer_t *writer, const rpc_value_t *value,
                          int nil);

/** Write text escaped (& < > CR); it must be valid UTF-8 that XML 1.0 can
 *  carry. */
void rpc_xml_write_text(rpc_writer_t *writer, const char *text,
                        apr_size_t length);

/**
 * Whether XML 1.0 can carry a text.
 * @return NULL, or why not
 */
const char *rpc_xml_check_text(const char *text, apr_size_t length);

/* Two answers of rpc_xml_write() that are no mistake of the handler. */
extern const char rpc_xml_no_nil[];
extern const char rpc_xml_no_control[];

/** libxml2's per-process set-up, in child_init. */
void rpc_xml_child_init(void);

#endif
