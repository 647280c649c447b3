/* SPDX-License-Identifier: Apache-2.0 */
/* Prototypes: "int add(int x, int y = 0)" parsed into a signature, and the
 * rules for names. For the registry. */
#include <string.h>

#include "apr_strings.h"

#include "core/prototype.h"
#include "core/utf8.h"

#define NAME_EXTRA ".:/"

int rpc_scan_declaration(rpc_scan_t *scan, const apr_array_header_t *earlier,
                         const char *what, rpc_parameter_t *ret_parameter)
{
    apr_size_t length;
    char first;
    int i;

    if (!rpc_scan_type(scan, &ret_parameter->type)) {
        return 0;
    }
    rpc_scan_blanks(scan);
    length = rpc_scan_name(scan, "");
    first = scan->text[scan->at];
    if (length == 0 || (first >= '0' && first <= '9')) {
        return rpc_scan_fail(
            scan, scan->at, "expected the %s's name after \"%s\", got %s", what,
            ret_parameter->type->text, rpc_scan_next(scan));
    }
    ret_parameter->name =
        apr_pstrmemdup(scan->pool, scan->text + scan->at, length);
    ret_parameter->name_length = length;
    for (i = 0; i < earlier->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(earlier, i, rpc_parameter_t).name,
                   ret_parameter->name) == 0) {
            return rpc_scan_fail(scan, scan->at, "%s \"%s\" is declared twice",
                                 what, ret_parameter->name);
        }
    }
    scan->at += length;
    return 1;
}

/* "secret" before the type; a type of that name there is none. */
static int accept_secret(rpc_scan_t *scan)
{
    rpc_scan_blanks(scan);
    if (rpc_scan_name(scan, "") != 6 ||
        memcmp(scan->text + scan->at, "secret", 6) != 0) {
        return 0;
    }
    scan->at += 6;
    return 1;
}

/* The "..." was taken: all that is left, one array for the method. */
static int finish_rest(rpc_scan_t *scan, rpc_parameter_t *parameter)
{
    rpc_scan_blanks(scan);
    if (scan->text[scan->at] == '=') {
        return rpc_scan_fail(scan, scan->at,
                             "the rest takes no default: "
                             "\"%s\" is empty when nothing is left",
                             parameter->name);
    }
    parameter->rest = 1;
    parameter->optional = 1;
    parameter->fallback = rpc_value_list(RPC_ARRAY, scan->pool);
    return 1;
}

static int scan_parameter(rpc_scan_t *scan, apr_array_header_t *parameters,
                          rpc_signature_t *signature)
{
    rpc_parameter_t parameter;
    apr_size_t start;

    memset(&parameter, 0, sizeof(parameter));
    rpc_scan_blanks(scan);
    start = scan->at;
    if (parameters->nelts == RPC_PROTOTYPE_PARAMETERS) {
        return rpc_scan_fail(scan, start, "more than %d parameters",
                             RPC_PROTOTYPE_PARAMETERS);
    }
    if (signature->has_rest) {
        return rpc_scan_fail(scan, start,
                             "no parameter may follow the rest (\"...\")");
    }
    parameter.secret = accept_secret(scan);
    if (!rpc_scan_declaration(scan, parameters, "parameter", &parameter)) {
        return 0;
    }
    if (rpc_scan_accept(scan, "...")) {
        if (!finish_rest(scan, &parameter)) {
            return 0;
        }
    }
    else if (!rpc_scan_default(scan, &parameter)) {
        return 0;
    }
    if (!parameter.optional && signature->required < parameters->nelts) {
        return rpc_scan_fail(scan, start,
                             "parameter \"%s\" follows an "
                             "optional one, so it needs a default too",
                             parameter.name);
    }
    signature->required += !parameter.optional;
    signature->has_rest = parameter.rest;
    signature->has_secret |= parameter.secret;
    APR_ARRAY_PUSH(parameters, rpc_parameter_t) = parameter;
    return 1;
}

/* Everything between '(' and ')'. */
static int scan_parameters(rpc_scan_t *scan, rpc_signature_t *signature)
{
    apr_array_header_t *parameters =
        apr_array_make(scan->pool, 4, sizeof(rpc_parameter_t));

    if (rpc_scan_accept(scan, ")")) {
        signature->parameters = (const rpc_parameter_t *)parameters->elts;
        return 1;
    }
    do {
        if (!scan_parameter(scan, parameters, signature)) {
            return 0;
        }
    } while (rpc_scan_accept(scan, ","));
    signature->parameters = (const rpc_parameter_t *)parameters->elts;
    signature->count = parameters->nelts;
    if (!rpc_scan_accept(scan, ")")) {
        return rpc_scan_fail(
            scan, scan->at,
            "expected ',' or ')' after parameter \"%s\", got %s",
            signature->parameters[signature->count - 1].name,
            rpc_scan_next(scan));
    }
    return 1;
}

static int scan_signature(rpc_scan_t *scan, rpc_signature_t *signature)
{
    apr_size_t length;

    if (!rpc_scan_type(scan, &signature->result)) {
        return 0;
    }
    rpc_scan_blanks(scan);
    length = rpc_scan_name(scan, NAME_EXTRA);
    if (length == 0) {
        return rpc_scan_fail(scan, scan->at,
                             "expected the method's name after the type of "
                             "its result, \"%s\", got %s",
                             signature->result->text, rpc_scan_next(scan));
    }
    signature->name = apr_pstrmemdup(scan->pool, scan->text + scan->at, length);
    scan->at += length;
    if (!rpc_scan_accept(scan, "(")) {
        return rpc_scan_fail(scan, scan->at,
                             "expected '(' after the name \"%s\", got %s",
                             signature->name, rpc_scan_next(scan));
    }
    if (!scan_parameters(scan, signature)) {
        return 0;
    }
    rpc_scan_blanks(scan);
    if (scan->text[scan->at] != '\0') {
        return rpc_scan_fail(scan, scan->at,
                             "expected the end after ')', got %s",
                             rpc_scan_next(scan));
    }
    return 1;
}

/* What an editor shows: characters, not bytes. */
static int column_of(const char *text, apr_size_t at)
{
    int column = 1;
    apr_size_t i;

    for (i = 0; i < at; i++) {
        column += ((unsigned char)text[i] & 0xc0) != 0x80;
    }
    return column;
}

const char *rpc_signature_parse(const char *text, apr_pool_t *pool,
                                const rpc_signature_t **ret_signature,
                                int *ret_column)
{
    rpc_signature_t *signature = apr_pcalloc(pool, sizeof(*signature));
    rpc_scan_t scan = {0};
    apr_size_t length = 0;
    apr_size_t valid;

    while (length <= RPC_PROTOTYPE_LENGTH && text[length] != '\0') {
        length++;
    }
    if (length > RPC_PROTOTYPE_LENGTH) {
        *ret_column = 1;
        return apr_psprintf(pool, "the prototype is longer than %d bytes",
                            RPC_PROTOTYPE_LENGTH);
    }
    valid = rpc_utf8_valid_prefix(text, length);
    if (valid < length) {
        *ret_column = column_of(text, valid);
        return apr_psprintf(pool, "byte 0x%02X is not UTF-8",
                            (unsigned char)text[valid]);
    }
    scan.text = text;
    scan.pool = pool;
    signature->text = apr_pstrmemdup(pool, text, length);
    if (!scan_signature(&scan, signature)) {
        *ret_column = column_of(text, scan.error_at);
        return scan.error;
    }
    *ret_signature = signature;
    return NULL;
}

/* Where a segment begins with '_', or NULL. */
static const char *find_private(const char *name)
{
    const char *p;

    for (p = name; *p != '\0'; p++) {
        if (*p == '_' && (p == name || strchr(NAME_EXTRA, p[-1]) != NULL)) {
            return p;
        }
    }
    return NULL;
}

const char *rpc_signature_check_name(const char *name, apr_pool_t *pool)
{
    apr_size_t length = strlen(name);
    apr_size_t good;

    if (length == 0) {
        return "the name is empty";
    }
    if (!rpc_utf8_is_valid(name, length)) {
        return "the name is not UTF-8";
    }
    good = rpc_name_prefix(name, NAME_EXTRA);
    if (good < length) {
        rpc_scan_t scan = {0};

        scan.text = name;
        scan.at = good;
        scan.pool = pool;
        return apr_psprintf(pool,
                            "%s in a method's name: it is made of "
                            "letters, digits, '_', '.', ':' and '/'",
                            name[good] == ' ' ? "a blank"
                                              : rpc_scan_next(&scan));
    }
    if (strncmp(name, "rpc.", 4) == 0 || strncmp(name, "system.", 7) == 0) {
        return apr_psprintf(pool,
                            "\"%s\": names that begin with \"rpc.\" or "
                            "\"system.\" are reserved",
                            name);
    }
    if (find_private(name) != NULL) {
        return apr_psprintf(pool,
                            "\"%s\": a part of a name that begins with "
                            "'_' is private, it cannot be called",
                            name);
    }
    return NULL;
}
