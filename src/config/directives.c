/* SPDX-License-Identifier: Apache-2.0 */
/* The directives: their names, ranges and words, read by one parser each for
 * numbers and for words. For httpd, by way of the module struct. */
#include <string.h>

#include "apr_lib.h"
#include "apr_strings.h"

#include "config/config.h"
#include "core/utf8.h"

/* What one word of a directive stands for; ended by a NULL word. */
typedef struct word_t {
    const char *word;
    int value;
} word_t;

/* Where a directive's value goes and what it may be: one of words, or, where
 * those are NULL, a number. */
typedef struct setting_t {
    apr_size_t offset;
    const word_t *words;
    apr_int64_t low;
    apr_int64_t high;
} setting_t;

static const word_t on_off[] = {{"on", 1}, {"off", 0}, {NULL, 0}};
static const word_t get_policies[] = {{"safe", RPC_GET_SAFE},
                                      {"all", RPC_GET_ALL},
                                      {"off", RPC_GET_OFF},
                                      {NULL, 0}};
static const word_t encodings[] = {
    {"utf-8", 0}, {"iso-8859-1", 1}, {"us-ascii", 2}, {NULL, 0}};
static const word_t statuses[] = {
    {"200", 200}, {"202", 202}, {"204", 204}, {NULL, 0}};
static const word_t protocols[] = {{"jsonrpc", RPC_SPEAKS_JSONRPC},
                                   {"xmlrpc", RPC_SPEAKS_XMLRPC},
                                   {"pyrpc", RPC_SPEAKS_PYRPC},
                                   {NULL, 0}};

/* One byte below 2 GiB: lengths beyond it would not fit an int, and no string
 * is longer than the message that it came in. */
#define HIGHEST APR_INT64_C(2147483647)

#define WORDS(member, words)                                                 \
    {                                                                        \
        offsetof(rpc_dir_config_t, member), words, 0, 0                      \
    }
#define NUMBER(member, high)                                                 \
    {                                                                        \
        offsetof(rpc_dir_config_t, member), NULL, 1, high                    \
    }

static const setting_t set_get = WORDS(get_policy, get_policies);
static const setting_t set_multicall = WORDS(multicall, on_off);
static const setting_t set_introspection = WORDS(introspection, on_off);
static const setting_t set_docs = WORDS(docs, on_off);
static const setting_t set_log_requests = WORDS(log_requests, on_off);
static const setting_t set_xml_nil = WORDS(xml_nil, on_off);
static const setting_t set_xml_encoding = WORDS(xml_encoding, encodings);
static const setting_t set_notification =
    WORDS(notification_status, statuses);
static const setting_t set_error_status = WORDS(error_status, on_off);
static const setting_t set_credentials = WORDS(allow_credentials, on_off);
static const setting_t set_max_body = NUMBER(max_body, HIGHEST);
static const setting_t set_max_depth =
    NUMBER(max_depth, RPC_HIGHEST_MAX_DEPTH);
static const setting_t set_max_values = NUMBER(max_values, HIGHEST);
static const setting_t set_max_batch = NUMBER(max_batch, HIGHEST);
static const setting_t set_max_string = NUMBER(max_string, HIGHEST);
static const setting_t set_websocket = WORDS(websocket, on_off);
static const setting_t set_peer_max_pending =
    NUMBER(peer_max_pending, RPC_HIGHEST_PEER_MAX_PENDING);
static const setting_t set_peer_max_queue = {
    offsetof(rpc_dir_config_t, peer_max_queue), NULL,
    RPC_LOWEST_PEER_MAX_QUEUE, HIGHEST};
static const setting_t set_threads = {0, NULL, 1, RPC_HIGHEST_THREADS};

/* "safe, all, off", for an error. */
static const char *list_words(const word_t *words, apr_pool_t *pool)
{
    const char *list = words->word;

    for (words++; words->word != NULL; words++) {
        list = apr_pstrcat(pool, list, ", ", words->word, NULL);
    }
    return list;
}

/* Case does not matter, as in httpd's own directives. */
static const word_t *find_word(const word_t *words, const char *arg)
{
    for (; words->word != NULL; words++) {
        if (ap_cstr_casecmp(words->word, arg) == 0) {
            return words;
        }
    }
    return NULL;
}

/* What a suffix multiplies by; 0 for what is no suffix. */
static apr_int64_t suffix_factor(const char *suffix)
{
    if (suffix[0] == '\0') {
        return 1;
    }
    if (suffix[1] != '\0') {
        return 0;
    }
    switch (apr_tolower(suffix[0])) {
    case 'k':
        return 1024;
    case 'm':
        return 1024 * 1024;
    case 'g':
        return 1024 * 1024 * 1024;
    default:
        return 0;
    }
}

/* Digits, then a suffix or none; nothing else. Stops
 * before a number can overflow, as no setting's range reaches that far. */
static int parse_number(const setting_t *setting, const char *arg,
                        apr_int64_t *ret_number)
{
    apr_int64_t number = 0;
    apr_int64_t factor;
    const char *p;

    for (p = arg; apr_isdigit(*p) && number <= setting->high; p++) {
        number = number * 10 + (*p - '0');
    }
    if (p == arg) {
        return 0;
    }
    factor = suffix_factor(p);
    if (factor == 0 || number > setting->high / factor
        || number * factor < setting->low) {
        return 0;
    }
    *ret_number = number * factor;
    return 1;
}

static const char *no_number(cmd_parms *cmd, const setting_t *setting,
                             const char *arg)
{
    return apr_psprintf(
        cmd->pool,
        "%s takes a whole number from %" APR_INT64_T_FMT
        " to %" APR_INT64_T_FMT " (K, M or G may follow), not \"%s\"",
        cmd->cmd->name, setting->low, setting->high, arg);
}

static const char *set_number(cmd_parms *cmd, const setting_t *setting,
                              void *config, const char *arg)
{
    apr_int64_t number;

    if (!parse_number(setting, arg, &number)) {
        return no_number(cmd, setting, arg);
    }
    *(apr_int64_t *)(void *)((char *)config + setting->offset) = number;
    return NULL;
}

static const char *set_word(cmd_parms *cmd, const setting_t *setting,
                            void *config, const char *arg)
{
    const word_t *word = find_word(setting->words, arg);

    if (word == NULL) {
        return apr_psprintf(cmd->pool, "%s takes one of %s, not \"%s\"",
                            cmd->cmd->name,
                            list_words(setting->words, cmd->pool), arg);
    }
    *(int *)(void *)((char *)config + setting->offset) = word->value;
    return NULL;
}

static const char *set_value(cmd_parms *cmd, void *config, const char *arg)
{
    const setting_t *setting = cmd->info;
    const char *error = ap_check_cmd_context(cmd, NOT_IN_LIMIT);

    if (error != NULL) {
        return error;
    }
    if (setting->words != NULL) {
        return set_word(cmd, setting, config, arg);
    }
    return set_number(cmd, setting, config, arg);
}

static const char *allow_credentials(cmd_parms *cmd, void *config,
                                     const char *arg)
{
    const char *error = set_value(cmd, config, arg);

    return error != NULL ? error : rpc_config_check_origins(config);
}

static const char *set_protocols(cmd_parms *cmd, void *config, int argc,
                                 char *const argv[])
{
    const char *error = ap_check_cmd_context(cmd, NOT_IN_LIMIT);
    int bits = 0;
    int i;

    if (error != NULL) {
        return error;
    }
    for (i = 0; i < argc; i++) {
        const word_t *word = find_word(protocols, argv[i]);

        if (word == NULL) {
            return apr_psprintf(cmd->pool,
                                "%s takes one or more of %s, not \"%s\"",
                                cmd->cmd->name,
                                list_words(protocols, cmd->pool), argv[i]);
        }
        if (bits & word->value) {
            return apr_psprintf(cmd->pool, "%s names %s twice",
                                cmd->cmd->name, word->word);
        }
        bits |= word->value;
    }
    if (bits == 0) {
        return apr_psprintf(cmd->pool, "%s takes one or more of %s",
                            cmd->cmd->name,
                            list_words(protocols, cmd->pool));
    }
    ((rpc_dir_config_t *)config)->protocols = bits;
    return NULL;
}

/* Where a time goes, what a number without a unit means, how long it may be,
 * and how that is said. */
typedef struct time_setting_t {
    apr_size_t offset;
    const char *unit;
    apr_interval_time_t low;
    apr_interval_time_t high;
    const char *range;
} time_setting_t;

static const time_setting_t set_keep_hot = {
    offsetof(rpc_dir_config_t, keep_hot), "ms", 0, RPC_HIGHEST_KEEP_HOT,
    "from 0 to 1s (2ms, 1s; without a unit: ms)"};
static const time_setting_t set_peer_idle = {
    offsetof(rpc_dir_config_t, peer_idle), "s", APR_USEC_PER_SEC,
    RPC_HIGHEST_PEER_IDLE,
    "from 1s to 8784h (90s, 5min, 2h; without a unit: s)"};

static int is_unit(const char *text)
{
    static const char *const units[] = {"", "ms", "s", "min", "h"};
    apr_size_t i;

    for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(text, units[i]) == 0) {
            return 1;
        }
    }
    return 0;
}

/* httpd's own reader of times takes what it understands and drops the rest,
 * so the text is checked first: digits, then a unit. */
static const char *set_time(cmd_parms *cmd, void *config, const char *arg)
{
    const time_setting_t *setting = cmd->info;
    const char *error = ap_check_cmd_context(cmd, NOT_IN_LIMIT);
    apr_size_t digits = strspn(arg, "0123456789");
    apr_interval_time_t time = 0;

    if (error != NULL) {
        return error;
    }
    if (digits == 0 || digits > 7 || !is_unit(arg + digits)
        || ap_timeout_parameter_parse(arg, &time, setting->unit)
           != APR_SUCCESS
        || time < setting->low || time > setting->high) {
        return apr_psprintf(cmd->pool, "%s takes a time %s, not \"%s\"",
                            cmd->cmd->name, setting->range, arg);
    }
    *(apr_int64_t *)(void *)((char *)config + setting->offset) = time;
    return NULL;
}

static const char *websocket(cmd_parms *cmd, void *config, const char *arg)
{
    const char *error = set_value(cmd, config, arg);

    if (error == NULL && ((rpc_dir_config_t *)config)->websocket) {
        rpc_config_of_server(cmd->server)->has_websocket = 1;
    }
    return error;
}

static const char *threads(cmd_parms *cmd, void *config, const char *arg)
{
    apr_int64_t number;
    const char *error = ap_check_cmd_context(cmd, GLOBAL_ONLY);

    (void)config;
    if (error != NULL) {
        return error;
    }
    if (!parse_number(&set_threads, arg, &number)) {
        return no_number(cmd, &set_threads, arg);
    }
    rpc_config_of_server(cmd->server)->threads = (int)number;
    return NULL;
}

/* A text of the documentation page; cmd->info is where it goes. */
static const char *set_text(cmd_parms *cmd, void *config, const char *arg)
{
    const apr_size_t *offset = cmd->info;
    const char *error = ap_check_cmd_context(cmd, NOT_IN_LIMIT);

    if (error != NULL) {
        return error;
    }
    if (!rpc_utf8_is_valid(arg, strlen(arg))) {
        return apr_pstrcat(cmd->pool, cmd->cmd->name,
                           " takes a text in UTF-8, which this is not",
                           NULL);
    }
    *(const char **)(void *)((char *)config + *offset) = arg;
    return NULL;
}

#define TEXT(member)                                                         \
    static const apr_size_t set_##member = offsetof(rpc_dir_config_t, member);
RPC_CONFIG_TEXTS(TEXT)

#define WHERE (ACCESS_CONF | RSRC_CONF)
#define SETTING(name, setting, help)                                         \
    AP_INIT_TAKE1(name, set_value, (void *)&(setting), WHERE, help)
#define TEXT_SETTING(name, setting, help)                                    \
    AP_INIT_TAKE1(name, set_text, (void *)&(setting), WHERE, help)

const command_rec rpc_config_commands[] = {
    AP_INIT_TAKE12("RpcHandler", rpc_config_handler, NULL, WHERE,
                   "a handler table, and the prefix to mount it under"),
    AP_INIT_TAKE2("RpcAlias", rpc_config_alias, NULL, WHERE,
                  "a second name, and the method that it stands for"),
    AP_INIT_TAKE_ARGV("RpcProtocols", set_protocols, NULL, WHERE,
                      "what is spoken here: jsonrpc xmlrpc pyrpc"),
    SETTING("RpcGet", set_get,
            "which methods GET may call: safe, all or off"),
    SETTING("RpcMulticall", set_multicall, "on or off: system.multicall"),
    SETTING("RpcIntrospection", set_introspection,
            "on or off: system.listMethods ... rpc.discover"),
    SETTING("RpcDocs", set_docs,
            "on or off: the documentation page for browsers"),
    TEXT_SETTING("RpcTitle", set_title,
                 "title of the documentation page, in quotes"),
    TEXT_SETTING("RpcName", set_name,
                 "heading of the documentation page, in quotes"),
    TEXT_SETTING("RpcDescription", set_description,
                 "text below the heading of the documentation page, in "
                 "quotes"),
    SETTING("RpcLogRequests", set_log_requests,
            "on or off: notes about the calls for the access log"),
    SETTING("RpcXmlEncoding", set_xml_encoding,
            "of XML-RPC answers: utf-8, iso-8859-1 or us-ascii"),
    SETTING("RpcXmlNil", set_xml_nil,
            "on or off: whether XML-RPC may answer nil"),
    SETTING("RpcNotificationStatus", set_notification,
            "of a message with nothing to answer: 200, 202 or 204"),
    SETTING("RpcErrorStatus", set_error_status,
            "on or off: HTTP statuses for JSON-RPC errors"),
    AP_INIT_TAKE1("RpcKeepHot", set_time, (void *)&set_keep_hot, WHERE,
                  "how long a worker waits for a busy connection: 2ms"),
    AP_INIT_TAKE_ARGV("RpcAllowOrigin", rpc_config_allow_origin, NULL, WHERE,
                      "origins whose pages may call: a list, * or none"),
    AP_INIT_TAKE1("RpcAllowCredentials", allow_credentials,
                  (void *)&set_credentials, WHERE,
                  "on or off: whether they may with cookies and logins"),
    SETTING("RpcMaxBody", set_max_body, "bytes of a message"),
    SETTING("RpcMaxDepth", set_max_depth, "levels of lists within lists"),
    SETTING("RpcMaxValues", set_max_values, "values in a message"),
    SETTING("RpcMaxBatch", set_max_batch, "calls in a batch or multicall"),
    SETTING("RpcMaxString", set_max_string, "bytes of a string or name"),
    AP_INIT_TAKE12("RpcStream", rpc_config_stream, NULL, RSRC_CONF,
                   "what this virtual host speaks instead of HTTP: jsonrpc "
                   "or pyrpc, and how messages are told apart"),
    AP_INIT_TAKE1("RpcWebSocket", websocket, (void *)&set_websocket, WHERE,
                  "on or off: whether the endpoint takes WebSockets"),
    SETTING("RpcPeerMaxPending", set_peer_max_pending,
            "calls of a peer that are not answered yet"),
    SETTING("RpcPeerMaxQueue", set_peer_max_queue,
            "bytes for a peer that it has not taken yet"),
    AP_INIT_TAKE1("RpcPeerIdle", set_time, (void *)&set_peer_idle, WHERE,
                  "how long a peer may be silent: 5min"),
    AP_INIT_TAKE1("RpcThreads", threads, NULL, RSRC_CONF,
                  "threads of a child for the slow methods of peers"),
    {NULL, {NULL}, NULL, 0, RAW_ARGS, NULL}};
