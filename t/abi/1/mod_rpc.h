/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mod_rpc.h: all that the author of a handler module sees.
 *
 * A whole handler module is twenty lines; docs/handlers.md begins with one.
 * Compiles as C99 and as C++. Nothing here is a symbol of mod_rpc.so: every
 * function below is inline and goes through the table of functions that the
 * call (or a list value) carries, so LoadModule lines may stand in any order
 * and a handler built against an older header of the same ABI major loads.
 *
 * Define RPC_NO_HTTPD to leave out the second part, which needs httpd.
 */
#ifndef MOD_RPC_H
#define MOD_RPC_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "apr_pools.h"
#include "apr_time.h"

#ifndef RPC_NO_HTTPD
#include "httpd.h"
#include "http_config.h"
#include "ap_provider.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The version of everything in this file, and in mod_rpc_async.h, that is
 * compiled into a handler. The host refuses a table of another major version.
 * Frozen: within a major version, members and functions are only appended.
 */
#define RPC_ABI_MAJOR 1
/** Grows with each member appended to a structure of this file. */
#define RPC_ABI_MINOR 0

#ifdef __GNUC__
#define RPC_PRINTF_(text, first) __attribute__((format(printf, text, first)))
#else
#define RPC_PRINTF_(text, first)
#endif

struct request_rec;
struct conn_rec;
struct server_rec;

/** One invocation of one method. Lives in its own pool and dies with it. */
typedef struct rpc_call_t rpc_call_t;
/** A connection on which both ends may call (TCP or WebSocket). */
typedef struct rpc_peer_t rpc_peer_t;
typedef struct rpc_value_t rpc_value_t;
typedef struct rpc_method_t rpc_method_t;
typedef struct rpc_table_t rpc_table_t;
typedef struct rpc_api_t rpc_api_t;
typedef struct rpc_peer_api_t rpc_peer_api_t;

/* ---- Values ---- */

/** What a value is; part of the ABI. */
enum rpc_type_e {
    RPC_NIL = 0,     /**< null, None */
    RPC_BOOL = 1,
    RPC_INT = 2,     /**< 64 bits, signed, exact in all protocols */
    RPC_DOUBLE = 3,
    RPC_STRING = 4,  /**< UTF-8 with a length; a NUL inside is data */
    RPC_BYTES = 5,   /**< any bytes with a length */
    RPC_TIME = 6,    /**< an apr_time_t: microseconds since 1970, UTC */
    RPC_ARRAY = 7,
    RPC_STRUCT = 8   /**< named members, in the order they were set */
};

struct rpc_list_t; /* the host's part of an array or a struct */

/** One value. Use the functions below; the members are here so that scalars
 *  are read without a function call. */
struct rpc_value_t {
    uint8_t type;    /**< enum rpc_type_e */
    uint8_t reserved[3];
    uint32_t length; /**< bytes of text, without its closing NUL */
    union {
        int64_t integer;         /**< RPC_BOOL, RPC_INT, RPC_TIME */
        double number;           /**< RPC_DOUBLE */
        const char *text;        /**< RPC_STRING, RPC_BYTES; NUL follows */
        struct rpc_list_t *list; /**< RPC_ARRAY, RPC_STRUCT */
    } u;
};

/* ---- Faults ---- */

/** Codes with a meaning of their own in all three protocols. Any other code
 *  is the handler's to define. (JSON-RPC 2.0, section 5.1, and the XML-RPC
 *  fault code interoperability specification.) */
enum rpc_fault_e {
    RPC_E_PARSE = -32700,
    RPC_E_REQUEST = -32600,   /**< not a valid request */
    RPC_E_METHOD = -32601,    /**< no such method */
    RPC_E_PARAMS = -32602,    /**< bad arguments */
    RPC_E_INTERNAL = -32603,
    RPC_E_APPLICATION = -32500,
    RPC_E_BUSY = -32000,
    RPC_E_FORBIDDEN = -32001,
    RPC_E_LIMIT = -32002,     /**< more than a configured limit allows */
    RPC_E_TIMEOUT = -32003,
    RPC_E_PEER_GONE = -32004,
    RPC_E_RATE = -32005,
    RPC_E_STOPPING = -32006,
    RPC_E_ORIGIN = -32007,
    RPC_E_CANCELLED = -32800
};

/** A fault that a method declares. */
typedef struct rpc_fault_info_t {
    int code;            /**< never 0: 0 ends the list */
    const char *message; /**< one sentence */
} rpc_fault_info_t;

/* ---- Methods and tables ---- */

/**
 * A method. Runs on a worker thread; several calls of it may run at once.
 * @param call The call; arguments are read from it with rpc_arg_...()
 * @return A value of the type that the prototype promises, built in the
 *         call's pool; or NULL after rpc_fail(); or what rpc_defer() returned
 */
typedef rpc_value_t *(*rpc_method_fn)(rpc_call_t *call);

/** Runs after the argument check and before the method. It may change
 *  arguments with rpc_set_arg(), or end the call with rpc_fail(). */
typedef void (*rpc_before_fn)(rpc_call_t *call);

/** Flags of a method, or of all methods of a table. */
enum rpc_flag_e {
    RPC_SAFE = 1,       /**< no side effect: GET may call it, may be retried */
    RPC_BLOCKING = 2,   /**< slow: on a peer it runs on the thread pool */
    RPC_HIDDEN = 4,     /**< not listed by introspection; can be called */
    RPC_DEPRECATED = 8
};

/** One method. Members are only ever appended. */
struct rpc_method_t {
    /** "int add(int x, int y = 0)": name, types, defaults. NULL ends the
     *  table. Parsed once, when the configuration is read. */
    const char *prototype;
    rpc_method_fn fn;
    unsigned flags;           /**< RPC_SAFE | ... */
    const char *help;         /**< plain text, may be NULL */
    rpc_before_fn before;     /**< may be NULL */
    /** What it may fail with, ended by code 0; may be NULL. */
    const rpc_fault_info_t *faults;
};

#define RPC_METHOD(prototype, fn, flags, help) \
    { prototype, fn, flags, help, NULL, NULL }
#define RPC_METHOD_END { NULL, NULL, 0, NULL, NULL, NULL }

/**
 * A handler table: what a handler module offers. Static and const. The first
 * four members never move; others are only ever appended, and the host reads
 * no more of a table than the sizes in it say.
 */
struct rpc_table_t {
    uint32_t abi_major;   /**< RPC_ABI_MAJOR the handler was built with */
    uint32_t abi_minor;   /**< and RPC_ABI_MINOR */
    uint32_t table_size;  /**< sizeof(rpc_table_t) then */
    uint32_t method_size; /**< sizeof(rpc_method_t) then */

    const char *name;     /**< what RpcHandler names it by */
    const char *title;    /**< short, for documentation; may be NULL */
    const char *help;     /**< what it is for; may be NULL */
    const rpc_method_t *methods; /**< ended by RPC_METHOD_END; may be NULL */
    unsigned flags;       /**< or'ed into each method's flags */
    /** Tables mounted below this one, each under its name and a '.'; ended
     *  by NULL; may be NULL. */
    const rpc_table_t *const *subtables;
    /** Gets every call of a name (below the prefix that this table is
     *  mounted under) that no table has. rpc_call_method() is the name,
     *  rpc_call_params() the arguments; rpc_pass() hands the call on. */
    rpc_method_fn dispatch;
    /** Makes what rpc_call_context() returns, once per virtual server that
     *  mounts the table, in post_config. NULL result is allowed. */
    void *(*create)(apr_pool_t *pconf, struct server_rec *server);
    /** Runs once in each child process and for each context. `api` may be
     *  kept, for rpc_background(). Other than APR_SUCCESS is logged. */
    apr_status_t (*child_init)(const rpc_api_t *api, void *context,
                               apr_pool_t *pchild,
                               struct server_rec *server);
    /** Runs before each method of the table, before the method's own. */
    rpc_before_fn before;
    /** A peer came, went; once for each peer of the endpoint. */
    void (*peer_open)(rpc_peer_t *peer, void *context);
    void (*peer_close)(rpc_peer_t *peer, void *context);
    /** Returns a struct whose members rpc_server_info() has in `extra`; may
     *  be NULL. Of two members of one name the table mounted first wins. */
    rpc_value_t *(*server_info)(rpc_call_t *call);
    /** Names that peers may subscribe to, ended by NULL; may be NULL. */
    const char *const *topics;
};

/** A method as rpc_method_info() describes it. All strings live as long as
 *  the configuration. */
typedef struct rpc_method_info_t {
    size_t size;           /**< set by rpc_method_info() */
    const char *name;      /**< the public name, with prefix */
    const char *prototype; /**< as the handler wrote it */
    const char *help;      /**< "" if none */
    const char *table;     /**< the table it comes from */
    unsigned flags;
} rpc_method_info_t;

/* ---- What the host offers; handlers use the inline functions instead. */

struct rpc_api_t {
    size_t size;
    uint32_t abi_major, abi_minor;
    rpc_value_t *(*scalar)(rpc_call_t *call, enum rpc_type_e type,
                           int64_t integer);
    rpc_value_t *(*number)(rpc_call_t *call, double number);
    rpc_value_t *(*text)(rpc_call_t *call, enum rpc_type_e type,
                         const void *data, size_t length);
    rpc_value_t *(*list)(rpc_call_t *call, enum rpc_type_e type);
    rpc_value_t *(*append)(rpc_call_t *call, rpc_value_t *array,
                           rpc_value_t *value);
    rpc_value_t *(*set)(rpc_call_t *call, rpc_value_t *strct,
                        const char *name, rpc_value_t *value);
    rpc_value_t *(*arrayv)(rpc_call_t *call, va_list values);
    rpc_value_t *(*structv)(rpc_call_t *call, va_list members);
    size_t (*count)(const rpc_value_t *value);
    rpc_value_t *(*at)(const rpc_value_t *value, size_t i);
    rpc_value_t *(*get)(const rpc_value_t *value, const char *name);
    rpc_value_t *(*member)(const rpc_value_t *value, size_t i,
                           const char **ret_name);
    rpc_value_t *(*need)(rpc_call_t *call, const rpc_value_t *strct,
                         const char *name, enum rpc_type_e type);
    rpc_value_t *(*arg)(rpc_call_t *call, size_t i);
    int (*arg_given)(rpc_call_t *call, size_t i);
    size_t (*arg_count)(rpc_call_t *call);
    rpc_value_t *(*params)(rpc_call_t *call);
    void (*set_arg)(rpc_call_t *call, size_t i, rpc_value_t *value);
    rpc_value_t *(*failv)(rpc_call_t *call, int code, rpc_value_t *data,
                          const char *format, va_list args);
    int (*fault)(rpc_call_t *call, const char **ret_text);
    void (*forgive)(rpc_call_t *call);
    const char *(*method)(rpc_call_t *call);
    const char *(*protocol)(rpc_call_t *call);
    const char *(*transport)(rpc_call_t *call);
    const char *(*user)(rpc_call_t *call);
    const char *(*client_ip)(rpc_call_t *call);
    apr_pool_t *(*pool)(rpc_call_t *call);
    struct server_rec *(*server)(rpc_call_t *call);
    void *(*context)(rpc_call_t *call);
    rpc_peer_t *(*peer)(rpc_call_t *call);
    int (*cancelled)(rpc_call_t *call);
    struct request_rec *(*request)(rpc_call_t *call);
    struct conn_rec *(*connection)(rpc_call_t *call);
    void *(*dir_config)(rpc_call_t *call);
    rpc_value_t *(*invoke)(rpc_call_t *call, const char *method,
                           rpc_value_t *params);
    rpc_value_t *(*pass)(rpc_call_t *call);
    size_t (*method_count)(rpc_call_t *call);
    int (*method_info)(rpc_call_t *call, size_t i, rpc_method_info_t *info);
    rpc_value_t *(*defer)(rpc_call_t *call, apr_interval_time_t limit);
    apr_status_t (*complete)(rpc_call_t *call, rpc_value_t *value);
    apr_status_t (*complete_failv)(rpc_call_t *call, int code,
                                   const char *format, va_list args);
    rpc_call_t *(*background)(const rpc_api_t *api,
                              struct server_rec *server, apr_pool_t *pool);
    const rpc_value_t *(*fault_data)(rpc_call_t *call);
    const rpc_peer_api_t *peers; /**< see mod_rpc_async.h */
    rpc_value_t *(*server_info)(rpc_call_t *call);
    rpc_value_t *(*retire_child)(rpc_call_t *call, int64_t pid);
};

/** The table of functions that a call, a list or a peer begins with. */
#define RPC_API_(object) (*(const rpc_api_t *const *)(const void *)(object))
/* A function that hands the call on to the host's, and nothing else. */
#define RPC_FORWARD_(type, function, member)      \
    static inline type function(rpc_call_t *call) \
    {                                             \
        return RPC_API_(call)->member(call);      \
    }

/* ---- Build values. All are allocated in the call's pool and live as long
 * as the call; none returns NULL unless it says so. */

static inline rpc_value_t *rpc_nil(rpc_call_t *call)
{
    return RPC_API_(call)->scalar(call, RPC_NIL, 0);
}

static inline rpc_value_t *rpc_bool(rpc_call_t *call, int b)
{
    return RPC_API_(call)->scalar(call, RPC_BOOL, b != 0);
}

static inline rpc_value_t *rpc_int(rpc_call_t *call, int64_t n)
{
    return RPC_API_(call)->scalar(call, RPC_INT, n);
}

/** NaN and the infinities can be built, but no protocol carries them: they
 *  become an internal fault when the answer is written. */
static inline rpc_value_t *rpc_double(rpc_call_t *call, double d)
{
    return RPC_API_(call)->number(call, d);
}

/** @param s Bytes with a length, copied; must be UTF-8 (else the answer is
 *           an internal fault: use rpc_bytes()) */
static inline rpc_value_t *rpc_stringn(rpc_call_t *call, const char *s,
                                       size_t length)
{
    return RPC_API_(call)->text(call, RPC_STRING, s, length);
}

/** @param s Ends with NUL, copied; NULL makes nil */
static inline rpc_value_t *rpc_string(rpc_call_t *call, const char *s)
{
    return s == NULL ? rpc_nil(call) : rpc_stringn(call, s, strlen(s));
}

/** @param data Copied; may be NULL if length is 0 */
static inline rpc_value_t *rpc_bytes(rpc_call_t *call, const void *data,
                                     size_t length)
{
    return RPC_API_(call)->text(call, RPC_BYTES, data, length);
}

/** @param t Microseconds since 1970-01-01T00:00:00Z */
static inline rpc_value_t *rpc_time(rpc_call_t *call, apr_time_t t)
{
    return RPC_API_(call)->scalar(call, RPC_TIME, t);
}

static inline rpc_value_t *rpc_array(rpc_call_t *call)
{
    return RPC_API_(call)->list(call, RPC_ARRAY);
}

/**
 * Append to an array.
 * @param value Kept by reference where it is a list, else copied; NULL
 *              appends nil
 * @return The array, or NULL if it is none
 */
static inline rpc_value_t *rpc_append(rpc_call_t *call, rpc_value_t *array,
                                      rpc_value_t *value)
{
    return RPC_API_(call)->append(call, array, value);
}

static inline rpc_value_t *rpc_struct(rpc_call_t *call)
{
    return RPC_API_(call)->list(call, RPC_STRUCT);
}

/**
 * Set a member of a struct; replaces a member of that name.
 * @param name  Ends with NUL, copied
 * @param value As for rpc_append()
 * @return The struct, or NULL if it is none
 */
static inline rpc_value_t *rpc_set(rpc_call_t *call, rpc_value_t *strct,
                                   const char *name, rpc_value_t *value)
{
    return RPC_API_(call)->set(call, strct, name, value);
}

/** An array of the values given; the list ends with NULL. */
static inline rpc_value_t *rpc_arrayv(rpc_call_t *call, ...)
{
    rpc_value_t *array;
    va_list values;

    va_start(values, call);
    array = RPC_API_(call)->arrayv(call, values);
    va_end(values);
    return array;
}

/** A struct of name, value, name, value ...; the list ends with NULL. */
static inline rpc_value_t *rpc_structv(rpc_call_t *call, ...)
{
    rpc_value_t *strct;
    va_list members;

    va_start(members, call);
    strct = RPC_API_(call)->structv(call, members);
    va_end(members);
    return strct;
}

/* ---- Read values. NULL is read as nil. */

static inline enum rpc_type_e rpc_type(const rpc_value_t *v)
{
    return v == NULL ? RPC_NIL : (enum rpc_type_e)v->type;
}

/** 1 or 0; 0 for what is no bool. */
static inline int rpc_as_bool(const rpc_value_t *v)
{
    return rpc_type(v) == RPC_BOOL && v->u.integer != 0;
}

/** The int; 0 for what is no int. */
static inline int64_t rpc_as_int(const rpc_value_t *v)
{
    return rpc_type(v) == RPC_INT ? v->u.integer : 0;
}

/** The double, or the int as a double; 0 for anything else. */
static inline double rpc_as_double(const rpc_value_t *v)
{
    if (rpc_type(v) == RPC_INT) {
        return (double)v->u.integer;
    }
    return rpc_type(v) == RPC_DOUBLE ? v->u.number : 0;
}

static inline const char *rpc_as_text_(const rpc_value_t *v,
                                       enum rpc_type_e type,
                                       size_t *ret_length)
{
    if (ret_length != NULL) {
        *ret_length = rpc_type(v) == type ? v->length : 0;
    }
    return rpc_type(v) == type ? v->u.text : NULL;
}

/** The string, ended by NUL, or NULL for what is no string.
 *  @param ret_length Its length in bytes (0 with NULL); may be NULL */
static inline const char *rpc_as_string(const rpc_value_t *v,
                                        size_t *ret_length)
{
    return rpc_as_text_(v, RPC_STRING, ret_length);
}

/** The same for a bytes value. */
static inline const char *rpc_as_bytes(const rpc_value_t *v,
                                       size_t *ret_length)
{
    return rpc_as_text_(v, RPC_BYTES, ret_length);
}

/** Microseconds since 1970, UTC; 0 for what is no time. */
static inline apr_time_t rpc_as_time(const rpc_value_t *v)
{
    return rpc_type(v) == RPC_TIME ? v->u.integer : 0;
}

/** The number of elements or members; 0 for what is no list. */
static inline size_t rpc_count(const rpc_value_t *v)
{
    return rpc_type(v) >= RPC_ARRAY ? RPC_API_(v->u.list)->count(v) : 0;
}

/** Element i of an array, or NULL. */
static inline rpc_value_t *rpc_at(const rpc_value_t *v, size_t i)
{
    return rpc_type(v) == RPC_ARRAY ? RPC_API_(v->u.list)->at(v, i) : NULL;
}

/** The member of that name of a struct, or NULL. */
static inline rpc_value_t *rpc_get(const rpc_value_t *v, const char *name)
{
    return rpc_type(v) == RPC_STRUCT ? RPC_API_(v->u.list)->get(v, name)
                                     : NULL;
}

/** Member i of a struct in its order, or NULL.
 *  @param ret_name Its name, ended by NUL; may be NULL */
static inline rpc_value_t *rpc_member(const rpc_value_t *v, size_t i,
                                      const char **ret_name)
{
    return rpc_type(v) == RPC_STRUCT
               ? RPC_API_(v->u.list)->member(v, i, ret_name) : NULL;
}

/** The member of that name and type, or NULL after a fault -32602 that names
 *  the member. */
static inline rpc_value_t *rpc_need(rpc_call_t *call,
                                    const rpc_value_t *strct,
                                    const char *name, enum rpc_type_e type)
{
    return RPC_API_(call)->need(call, strct, name, type);
}

/* ---- Arguments, counted from 0 in the order of the prototype. They have
 * been checked: an argument has the type that the prototype says. */

/** The argument, its default, or nil; NULL if i is beyond the prototype.
 *  Yours: it may be changed, returned, or put into the result. */
static inline rpc_value_t *rpc_arg(rpc_call_t *call, size_t i)
{
    return RPC_API_(call)->arg(call, i);
}

/* rpc_arg_int(call, i) and so on: rpc_as_int(rpc_arg(call, i)) */
#define RPC_ARG_AS_(type, name)                                       \
    static inline type rpc_arg_##name(rpc_call_t *call, size_t i)     \
    {                                                                 \
        return rpc_as_##name(rpc_arg(call, i));                       \
    }
RPC_ARG_AS_(int64_t, int)
RPC_ARG_AS_(double, double)
RPC_ARG_AS_(int, bool)
RPC_ARG_AS_(apr_time_t, time)

/** Ended by NUL, and a NUL may be inside: see rpc_arg_stringn(). */
static inline const char *rpc_arg_string(rpc_call_t *call, size_t i)
{
    return rpc_as_string(rpc_arg(call, i), NULL);
}

static inline const char *rpc_arg_stringn(rpc_call_t *call, size_t i,
                                          size_t *ret_length)
{
    return rpc_as_string(rpc_arg(call, i), ret_length);
}

static inline const char *rpc_arg_bytes(rpc_call_t *call, size_t i,
                                        size_t *ret_length)
{
    return rpc_as_bytes(rpc_arg(call, i), ret_length);
}

/** Whether the caller sent it (null for an optional one: not sent). */
static inline int rpc_arg_given(rpc_call_t *call, size_t i)
{
    return RPC_API_(call)->arg_given(call, i);
}

/** How many parameters the prototype declares. */
RPC_FORWARD_(size_t, rpc_arg_count, arg_count)

/** The arguments as sent: an array, a struct, or an empty array. */
RPC_FORWARD_(rpc_value_t *, rpc_call_params, params)

/** Change argument i. In `before` only; the type is not checked again. */
static inline void rpc_set_arg(rpc_call_t *call, size_t i,
                               rpc_value_t *value)
{
    RPC_API_(call)->set_arg(call, i, value);
}

/* ---- Fail ---- */

/**
 * Fail the call.
 * @param code   enum rpc_fault_e, or a code of your own
 * @param format printf's; the text goes to the client as it is, so no paths
 *               and no SQL in it
 * @return NULL, so that a method can say: return rpc_fail(...)
 */
RPC_PRINTF_(3, 4)
static inline rpc_value_t *rpc_fail(rpc_call_t *call, int code,
                                    const char *format, ...)
{
    va_list args;

    va_start(args, format);
    RPC_API_(call)->failv(call, code, NULL, format, args);
    va_end(args);
    return NULL;
}

/** The same with a value for the `data` of a JSON-RPC error. */
RPC_PRINTF_(4, 5)
static inline rpc_value_t *rpc_fail_data(rpc_call_t *call, int code,
                                         rpc_value_t *data,
                                         const char *format, ...)
{
    va_list args;

    va_start(args, format);
    RPC_API_(call)->failv(call, code, data, format, args);
    va_end(args);
    return NULL;
}

/** The code of the fault that the call (or its last rpc_invoke()) failed
 *  with, 0 if none.
 *  @param ret_text What it said; may be NULL */
static inline int rpc_fault(rpc_call_t *call, const char **ret_text)
{
    return RPC_API_(call)->fault(call, ret_text);
}

/** The value that fault has as its data, or NULL. */
static inline const rpc_value_t *rpc_fault_data(rpc_call_t *call)
{
    return RPC_API_(call)->fault_data(call);
}

/** Take the fault back and go on. */
static inline void rpc_forgive(rpc_call_t *call)
{
    RPC_API_(call)->forgive(call);
}

/* ---- The call: each of these is a function TYPE rpc_call_NAME(call) ---- */

#define RPC_CALL_FACT_(type, name) \
    RPC_FORWARD_(type, rpc_call_##name, name)
/** The public name it was called by, with prefix. */
RPC_CALL_FACT_(const char *, method)
/** "jsonrpc", "xmlrpc" or "pyrpc". */
RPC_CALL_FACT_(const char *, protocol)
/** "http", "tcp", "websocket"; "none" for rpc_background(). */
RPC_CALL_FACT_(const char *, transport)
/** The authenticated user, or NULL. */
RPC_CALL_FACT_(const char *, user)
/** The client's address as text, or NULL. */
RPC_CALL_FACT_(const char *, client_ip)
/** Where to allocate what the call needs. */
RPC_CALL_FACT_(apr_pool_t *, pool)
/** The virtual server that the call came to. */
RPC_CALL_FACT_(struct server_rec *, server)
/** What the table's `create` made, or NULL. */
RPC_CALL_FACT_(void *, context)
/** The peer that called, or NULL over HTTP. */
RPC_CALL_FACT_(rpc_peer_t *, peer)
/** 1 if nobody waits for the answer any more: a deferred call that ran out
 *  of time, a client that went away. */
RPC_CALL_FACT_(int, cancelled)

/* ---- Other methods ---- */

/**
 * Call another method of the same endpoint with the same identity,
 * authorization and limits, and wait for it.
 * @param params An array, a struct, or NULL for none
 * @return Its result, or NULL: the call now has that fault, so `return NULL`
 *         hands it on and rpc_forgive() takes it back
 */
static inline rpc_value_t *rpc_invoke(rpc_call_t *call, const char *method,
                                      rpc_value_t *params)
{
    return RPC_API_(call)->invoke(call, method, params);
}

/** In `dispatch` only: not mine. Return what it returns. */
RPC_FORWARD_(rpc_value_t *, rpc_pass, pass)

/** How many methods are mounted at this endpoint, hidden ones and system.*
 *  included. */
RPC_FORWARD_(size_t, rpc_method_count, method_count)

/** Describe method i of them, in the order of their names.
 *  @return 1, or 0 if there is no such method */
static inline int rpc_method_info(rpc_call_t *call, size_t i,
                                  rpc_method_info_t *info)
{
    info->size = sizeof(*info);
    return RPC_API_(call)->method_info(call, i, info);
}

/* ---- The server ---- */

/** What there is to say of the server, a struct that docs/handlers.md
 *  describes; in `extra` what the endpoint's tables say. NULL: a fault. */
RPC_FORWARD_(rpc_value_t *, rpc_server_info, server_info)

/**
 * Initializer of a table, in C:
 *     static const rpc_table_t table =
 *         RPC_TABLE(blog, "The blog.", methods, .create = make_blog);
 * @param name An identifier, without quotes
 */
#ifndef __cplusplus
#define RPC_EXTERN_
#define RPC_TABLE(table_name, table_help, ...)                            \
    {                                                                     \
        .abi_major = RPC_ABI_MAJOR, .abi_minor = RPC_ABI_MINOR,           \
        .table_size = sizeof(rpc_table_t),                                \
        .method_size = sizeof(rpc_method_t), .name = #table_name,         \
        .help = table_help, .methods = __VA_ARGS__                        \
    }
#else
#define RPC_EXTERN_ extern "C"
#define RPC_TABLE(table_name, table_help, table_methods)                  \
    {                                                                     \
        RPC_ABI_MAJOR, RPC_ABI_MINOR, sizeof(rpc_table_t),                \
        sizeof(rpc_method_t), #table_name, NULL, table_help,              \
        table_methods, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, \
        NULL                                                              \
    }
#endif

#include "mod_rpc_async.h"

/* ---- With httpd ---- */
#ifndef RPC_NO_HTTPD

/** The request, or NULL: not over HTTP, or deferred. */
RPC_CALL_FACT_(request_rec *, request)
/** The connection, or NULL: deferred. */
RPC_CALL_FACT_(conn_rec *, connection)

/** The per-directory configuration, for ap_get_module_config(), or NULL. */
static inline ap_conf_vector_t *rpc_call_dir_config(rpc_call_t *call)
{
    return (ap_conf_vector_t *)RPC_API_(call)->dir_config(call);
}

#define RPC_TABLE_GROUP "rpc_table"
#define RPC_TABLE_DUPLICATE_GROUP "rpc_table_duplicate"
#define RPC_TABLE_VERSION "0"

/**
 * Offer a table; call it in a register_hooks function. The table is found by
 * RpcHandler in whatever order the modules are loaded. A second table of the
 * same name is kept apart, so that RpcHandler can refuse both by name.
 */
static inline void rpc_table_register(const rpc_table_t *table,
                                      apr_pool_t *pool)
{
    const char *group = RPC_TABLE_GROUP;

    if (ap_lookup_provider(group, table->name, RPC_TABLE_VERSION) != NULL) {
        group = RPC_TABLE_DUPLICATE_GROUP;
    }
    ap_register_provider(pool, group, table->name, RPC_TABLE_VERSION, table);
}

#ifdef AP_MODULE_FLAG_NONE
#define RPC_MODULE_FLAGS_ , AP_MODULE_FLAG_NONE
#else
#define RPC_MODULE_FLAGS_
#endif

/**
 * The whole httpd module around a table. Exports rpc_NAME_table and
 * rpc_NAME_module:  LoadModule rpc_NAME_module modules/mod_rpc_NAME.so
 * @param name An identifier, without quotes
 * @param ...  The methods; in C then members of rpc_table_t by name
 */
#define RPC_HANDLER_MODULE(name, help, ...)                               \
    RPC_EXTERN_ const rpc_table_t rpc_##name##_table;                     \
    const rpc_table_t rpc_##name##_table =                                \
        RPC_TABLE(name, help, __VA_ARGS__);                               \
    static void rpc_##name##_register_hooks(apr_pool_t *pool)             \
    {                                                                     \
        rpc_table_register(&rpc_##name##_table, pool);                    \
    }                                                                     \
    RPC_EXTERN_ module AP_MODULE_DECLARE_DATA rpc_##name##_module;        \
    AP_DECLARE_MODULE(rpc_##name) = {                                     \
        STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL,            \
        rpc_##name##_register_hooks RPC_MODULE_FLAGS_                     \
    }

#endif /* RPC_NO_HTTPD */

#ifdef __cplusplus
}
#endif

#endif /* MOD_RPC_H */
