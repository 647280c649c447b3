/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of an endpoint: its members, how sections merge, and what
 * is done with the mounts at start-up. For mod_rpc.c and the transports. */
#ifndef RPC_CONFIG_CONFIG_H
#define RPC_CONFIG_CONFIG_H

#include "httpd.h"
#include "http_config.h"

#include "core/limits.h"
#include "core/registry.h"
#include "protocol/ask.h"
#include "protocol/wire.h"

/**
 * Every directive with a plain value, once: X(type, member, default). Create
 * sets each to RPC_UNSET, merge takes the inner section's where it is set,
 * and rpc_config_...() fall back on the default.
 */
#define RPC_CONFIG_MEMBERS(X)                                          \
    X(apr_int64_t, max_body, RPC_DEFAULT_MAX_BODY)                     \
    X(apr_int64_t, max_depth, RPC_DEFAULT_MAX_DEPTH)                   \
    X(apr_int64_t, max_values, RPC_DEFAULT_MAX_VALUES)                 \
    X(apr_int64_t, max_batch, RPC_DEFAULT_MAX_BATCH)                   \
    X(apr_int64_t, max_string, RPC_DEFAULT_MAX_STRING)                 \
    X(int, protocols, RPC_SPEAKS_ALL)                                  \
    X(int, get_policy, RPC_GET_SAFE)                                   \
    X(int, multicall, 1)                                               \
    X(int, introspection, 1)                                           \
    X(int, docs, 1)                                                    \
    X(int, log_requests, 1)                                            \
    X(int, xml_nil, 0)                                                 \
    X(int, xml_encoding, 0)                                            \
    X(int, notification_status, 200)                                   \
    X(int, error_status, 0)                                            \
    X(apr_int64_t, keep_hot, RPC_DEFAULT_KEEP_HOT)                     \
    X(int, allow_credentials, 0)                                       \
    X(int, websocket, 0)                                               \
    X(apr_int64_t, peer_max_pending, RPC_DEFAULT_PEER_MAX_PENDING)     \
    X(apr_int64_t, peer_max_queue, RPC_DEFAULT_PEER_MAX_QUEUE)         \
    X(apr_int64_t, peer_idle, 0)

/** RpcKeepHot, in microseconds. Of what a busy connection gains at 2 ms, half
 *  is lost at 0.5 ms. */
#define RPC_DEFAULT_KEEP_HOT 2000
#define RPC_HIGHEST_KEEP_HOT 1000000

/** RpcPeerMaxPending: calls of a peer that are not answered yet. */
#define RPC_DEFAULT_PEER_MAX_PENDING 64
#define RPC_HIGHEST_PEER_MAX_PENDING 1000000

/** RpcPeerMaxQueue: bytes for a peer that it has not taken yet. */
#define RPC_DEFAULT_PEER_MAX_QUEUE (1024 * 1024)
#define RPC_LOWEST_PEER_MAX_QUEUE 4096

/** RpcPeerIdle, in microseconds; 0: the server's Timeout. */
#define RPC_HIGHEST_PEER_IDLE (366 * 24 * 3600 * APR_USEC_PER_SEC)

/** RpcThreads: of a child, for methods that are RPC_BLOCKING. */
#define RPC_DEFAULT_THREADS 8
#define RPC_HIGHEST_THREADS 1000

#define RPC_UNSET (-1)

/** RpcAllowOrigin: any, or these, or, if there are none, none. */
typedef struct rpc_origins_t {
    int any;                   /**< "*" */
    apr_array_header_t *names; /**< of const char *, as browsers send them */
} rpc_origins_t;

/** The same for texts: X(member). NULL is unset, and stays so. */
#define RPC_CONFIG_TEXTS(X) \
    X(title)                \
    X(name)                 \
    X(description)

typedef struct rpc_dir_config_t {
#define RPC_CONFIG_MEMBER(type, name, fallback) type name;
    RPC_CONFIG_MEMBERS(RPC_CONFIG_MEMBER)
#undef RPC_CONFIG_MEMBER
    const rpc_origins_t *allow_origin; /**< NULL: not set, which is none */
#define RPC_CONFIG_TEXT(name) const char *name;
    RPC_CONFIG_TEXTS(RPC_CONFIG_TEXT)
#undef RPC_CONFIG_TEXT
    rpc_mount_t *mount;            /**< this section's own, or NULL */
    const rpc_registry_t *registry; /**< the mounts, inner first; NULL: none */
    /** The path of the section that mounts ("/rpc"), without a trailing '/';
     *  NULL where every URL that matches is the endpoint (LocationMatch,
     *  Directory, server config). */
    const char *base;
} rpc_dir_config_t;

/** RpcXmlEncoding's values by number: utf-8, iso-8859-1, us-ascii. */
const char *rpc_config_xml_encoding(const rpc_dir_config_t *config);

extern const command_rec rpc_config_commands[];

void *rpc_config_create_dir(apr_pool_t *pool, char *path);
void *rpc_config_merge_dir(apr_pool_t *pool, void *base, void *add);

/** All unset members to their defaults, for a request. RpcDocs where nothing
 *  sets it is what RpcIntrospection is. */
void rpc_config_resolve(const rpc_dir_config_t *config,
                        rpc_dir_config_t *ret_config);

/** The configuration of this directory or location, not resolved. */
const rpc_dir_config_t *rpc_config_of(const ap_conf_vector_t *per_dir);

/** RpcStream: what the connections of a virtual host speak. */
typedef struct rpc_stream_t {
    const rpc_protocol_t *protocol;
    enum rpc_framing_e framing;
    const ap_directive_t *directive;
} rpc_stream_t;

/** What there is once in a server. A virtual host without a directive of ours
 *  shares the main server's. */
typedef struct rpc_server_config_t {
    const rpc_stream_t *stream; /**< RpcStream, or NULL */
    int has_websocket;          /**< RpcWebSocket on stands somewhere in it */
    /* Of the main server alone. */
    int threads;                /**< RpcThreads, or RPC_UNSET */
    struct rpc_mailboxes_t *mailboxes; /**< from post_config on, or NULL */
    struct rpc_child_t *child;  /**< in a child that may have peers */
    struct rpc_large_t *large;  /**< in a child */
    struct rpc_metrics_t *metrics; /**< src/transport/metrics.c's, or NULL */
} rpc_server_config_t;

void *rpc_config_create_server(apr_pool_t *pool, server_rec *server);

rpc_server_config_t *rpc_config_of_server(const server_rec *server);

/** Whether any server of this list has an RpcStream or an RpcWebSocket. */
int rpc_config_has_peers(const server_rec *server);

/* src/config/stream.c */

/** RpcStream. */
const char *rpc_config_stream(cmd_parms *cmd, void *config,
                              const char *protocol, const char *framing);

/** "jsonrpc auto", for the dump and mod_status. */
const char *rpc_config_stream_text(const rpc_stream_t *stream,
                                   apr_pool_t *pool);

/** Whether each RpcStream has a port of its own that httpd listens on, and a
 *  table; what is wrong is logged. Runs for `httpd -t` too. */
apr_status_t rpc_config_check_streams(apr_pool_t *pool, server_rec *server);

/* src/config/origin.c */

/**
 * Read "scheme://host[:port]", in lower case, without anything more.
 * @param ret_origin Without the port that the scheme implies
 * @return NULL, or why it is none: "an origin has no path, write https://a"
 */
const char *rpc_origin_parse(const char *text, apr_pool_t *pool,
                             const char **ret_origin);

/** Whether the list names that origin, which rpc_origin_parse() returned. */
int rpc_origins_have(const rpc_origins_t *origins, const char *origin);

const char *rpc_config_allow_origin(cmd_parms *cmd, void *dir_config,
                                    int argc, char *const argv[]);

/** @return NULL, or why RpcAllowOrigin and RpcAllowCredentials of a section
 *          cannot be together */
const char *rpc_config_check_origins(const rpc_dir_config_t *config);

/* src/config/mount.c */

/** RpcHandler and RpcAlias. The mounts of one pass of the configuration are
 *  listed in its pool (httpd merges sections per request only). */
const char *rpc_config_handler(cmd_parms *cmd, void *config,
                               const char *name, const char *prefix);
const char *rpc_config_alias(cmd_parms *cmd, void *config,
                             const char *name, const char *method);

/** Seal every mount: aliases resolved, settings that cannot be together
 *  found; errors logged with file and line.
 *  Runs for `httpd -t` too. */
apr_status_t rpc_config_seal(apr_pool_t *pconf, server_rec *server);

/** Make the tables' contexts, in post_config. */
void rpc_config_create_contexts(apr_pool_t *pconf);

/** Run the tables' child_init.
 *  @param api What they get */
void rpc_config_child_init(const rpc_api_t *api, apr_pool_t *pconf,
                           apr_pool_t *pchild);

/** One mount and where it stands, for lint.c and dump.c. */
typedef struct rpc_section_t {
    rpc_mount_t *mount;
    server_rec *server;
    const ap_directive_t *directive; /**< its first RpcHandler */
    const char *path;                /**< of the section, or NULL */
    const rpc_dir_config_t *config;
    ap_conf_vector_t *per_dir;
} rpc_section_t;

/** The path of a plain <Location>: without a trailing '/', so "" for "/".
 *  @param section Any directive of the configuration tree, or NULL
 *  @return NULL for what is not one: a pattern, another section, a proxy's
 *          URL */
const char *rpc_config_location(const ap_directive_t *section,
                                apr_pool_t *pool);

/** The sections of this pass. @return an array of rpc_section_t, or NULL */
apr_array_header_t *rpc_config_sections(apr_pool_t *pconf);

/** Warn where SetHandler rpc and RpcHandler do not meet, where RpcMaxBody is
 *  above LimitRequestBody. */
void rpc_config_lint(apr_pool_t *pconf, server_rec *server);

/** Warn where httpd's settings do not fit a server that has peers: its spare
 *  threads, its limits of connections, its Timeout. */
void rpc_config_lint_peers(server_rec *server);

/** httpd -t -D DUMP_RPC: endpoints and methods to standard output. */
void rpc_config_dump(apr_pool_t *pconf, server_rec *server);

#endif
