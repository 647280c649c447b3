/* SPDX-License-Identifier: Apache-2.0 */
/* The opening handshake of WebSocket from the client's side (RFC 6455,
 * section 4.1). For link_conn.c. */
#include <poll.h>

#include "apr_strings.h"

#include "client/link.h"
#include "protocol/websocket.h"

#define MOST_HEADERS 16384

/* ------------------------------------------------------------------------
 * Request
 */

static void write_header(rpc_writer_t *out, const char *name,
                         const char *value)
{
    rpc_write_string(out, name);
    rpc_write_literal(out, ": ");
    rpc_write_string(out, value);
    rpc_write_literal(out, "\r\n");
}

static void write_authorization(rpc_writer_t *out,
                                const rpc_client_options_t *options,
                                apr_pool_t *pool)
{
    if (options->token != NULL) {
        write_header(out, "Authorization",
                     apr_pstrcat(pool, "Bearer ", options->token, NULL));
    }
    else if (options->user != NULL) {
        const char *pair = apr_pstrcat(pool, options->user, ":",
                                       options->password != NULL
                                           ? options->password : "", NULL);

        rpc_write_literal(out, "Authorization: Basic ");
        rpc_write_base64(out, pair, strlen(pair));
        rpc_write_literal(out, "\r\n");
    }
}

static void write_request(rpc_link_conn_t *conn, const char *key,
                          rpc_writer_t *out, apr_pool_t *pool)
{
    const rpc_client_options_t *options = &conn->client->options;
    const char *const *header;

    rpc_write_literal(out, "GET ");
    rpc_write_string(out, conn->link->path);
    rpc_write_literal(out, " HTTP/1.1\r\n");
    write_header(out, "Host", conn->link->authority);
    write_header(out, "Upgrade", "websocket");
    write_header(out, "Connection", "Upgrade");
    write_header(out, "Sec-WebSocket-Key", key);
    write_header(out, "Sec-WebSocket-Version", RPC_WEBSOCKET_VERSION);
    write_header(out, "User-Agent", "mod_rpc/" RPC_VERSION);
    if (options->origin != NULL) {
        write_header(out, "Origin", options->origin);
    }
    write_authorization(out, options, pool);
    for (header = options->headers; *header != NULL; header++) {
        rpc_write_string(out, *header);
        rpc_write_literal(out, "\r\n");
    }
    rpc_write_literal(out, "\r\n");
}

static int send_all(rpc_link_conn_t *conn, const rpc_writer_t *out,
                    apr_time_t until)
{
    apr_size_t sent = 0;

    rpc_trace(conn->client, '>', out->data, out->length);
    while (sent < out->length) {
        size_t piece = 0;
        CURLcode code = curl_easy_send(conn->easy, out->data + sent,
                                       out->length - sent, &piece);

        if (code == CURLE_AGAIN) {
            if (!rpc_conn_wait(conn, POLLOUT, until)) {
                return 0;
            }
        }
        else if (code != CURLE_OK) {
            return 0;
        }
        sent += piece;
    }
    return 1;
}

/* ------------------------------------------------------------------------
 * Response
 */

/* Up to the empty line. @return what follows it, or NULL */
static char *read_headers(rpc_link_conn_t *conn, char *buffer,
                          apr_size_t *ret_length, apr_time_t until)
{
    apr_size_t length = 0;

    while (length < MOST_HEADERS) {
        int got = rpc_conn_read(conn, buffer + length,
                                MOST_HEADERS - length);
        char *end;

        if (got < 0
            || (got == 0 && !rpc_conn_wait(conn, POLLIN, until))) {
            break;
        }
        length += (apr_size_t)got;
        buffer[length] = '\0';
        end = strstr(buffer, "\r\n\r\n");
        if (end != NULL) {
            *ret_length = length - (apr_size_t)(end + 4 - buffer);
            end[2] = '\0';
            return end + 4;
        }
    }
    buffer[length] = '\0';
    return NULL;
}

/* A header's value, without blanks around it, or NULL. */
static const char *header_of(const char *headers, const char *name,
                             apr_pool_t *pool)
{
    const char *line = strstr(headers, "\r\n");
    apr_size_t length = strlen(name);

    for (; line != NULL; line = strstr(line + 2, "\r\n")) {
        const char *value = line + 2 + length;
        apr_size_t end;

        if (strncasecmp(line + 2, name, length) != 0 || *value != ':') {
            continue;
        }
        value++;
        value += strspn(value, " \t");
        end = strcspn(value, "\r\n");
        while (end > 0 && (value[end - 1] == ' ' || value[end - 1] == '\t')) {
            end--;
        }
        return apr_pstrmemdup(pool, value, end);
    }
    return NULL;
}

/* Whether a list of words, separated by commas, has that one. */
static int has_word(const char *list, const char *word)
{
    apr_size_t length = strlen(word);

    while (list != NULL && *list != '\0') {
        list += strspn(list, " \t,");
        if (strncasecmp(list, word, length) == 0
            && strchr(" \t,", list[length]) != NULL) {
            return 1;
        }
        list += strcspn(list, ",");
    }
    return 0;
}

static const char *status_line(const char *headers, apr_pool_t *pool)
{
    apr_size_t length = strcspn(headers, "\r\n");
    char *line = apr_pstrmemdup(pool, headers, length < 64 ? length : 64);
    char *c;

    for (c = line; *c != '\0'; c++) {
        if (*c < 0x20 || *c == 0x7f) {
            *c = '?';
        }
    }
    return line;
}

static const char *check_response(const char *headers, const char *key,
                                  apr_pool_t *pool)
{
    char wanted[RPC_WEBSOCKET_ACCEPT_ROOM];
    const char *accept = header_of(headers, "Sec-WebSocket-Accept", pool);

    if (strncmp(headers, "HTTP/1.1 101", 12) != 0) {
        return apr_psprintf(pool, "no WebSocket there: \"%s\", expected"
                            " HTTP/1.1 101",
                            status_line(headers, pool));
    }
    rpc_websocket_accept(key, wanted);
    if (!has_word(header_of(headers, "Upgrade", pool), "websocket")
        || !has_word(header_of(headers, "Connection", pool), "upgrade")
        || accept == NULL || strcmp(accept, wanted) != 0) {
        return "the handshake of WebSocket is wrong: Upgrade, Connection or"
               " Sec-WebSocket-Accept (RFC 6455, section 4.1)";
    }
    if (header_of(headers, "Sec-WebSocket-Extensions", pool) != NULL) {
        return "the other end speaks an extension of WebSocket that was not"
               " offered";
    }
    return NULL;
}

const char *rpc_link_handshake(rpc_link_conn_t *conn, apr_pool_t *pool,
                               const char **ret_rest, apr_size_t *ret_length)
{
    apr_time_t until = apr_time_now()
                       + conn->client->options.connect_timeout;
    rpc_writer_t *out = rpc_writer_create(pool);
    char *buffer = apr_palloc(pool, MOST_HEADERS + 1);
    char key[RPC_WEBSOCKET_KEY_ROOM];

    if (rpc_websocket_make_key(key) != APR_SUCCESS) {
        return "the system has no random bytes";
    }
    write_request(conn, key, out, pool);
    if (!send_all(conn, out, until)) {
        return "the handshake of WebSocket could not be sent";
    }
    *ret_rest = read_headers(conn, buffer, ret_length, until);
    if (*ret_rest == NULL) {
        return buffer[0] == '\0'
                   ? "the other end did not answer the handshake of"
                     " WebSocket"
                   : apr_psprintf(pool, "no WebSocket there: \"%s\"",
                                  status_line(buffer, pool));
    }
    return check_response(buffer, key, pool);
}
