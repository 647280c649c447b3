/* SPDX-License-Identifier: Apache-2.0 */
/* The blog's way to its database: a connection of mod_dbd's for the time of
 * one transaction, and its failures as one status. For mod_rpc_blog.c. */
#ifndef BLOG_DB_H
#define BLOG_DB_H

#include "apr_dbd.h"
#include "httpd.h"

#include "blog_sql.h"

/** What a virtual server's blog needs to find mod_dbd; the table's context.
 *  Read-only after the configuration was read. */
typedef struct blog_store_t blog_store_t;

/** One transaction. Lives in the pool that it was begun with. */
typedef struct blog_db_t blog_db_t;

/** Asks mod_dbd to tell of its connections; for register_hooks. */
void blog_db_register_hooks(void);

/** For the configuration of one virtual server, in post_config. */
blog_store_t *blog_db_create(apr_pool_t *pconf, server_rec *server);

/**
 * Begin a transaction. The schema is there when it has begun: it is made or
 * brought up to date if need be. Takes a bounded time.
 * @param r      The request, whose connection is used; NULL outside of one
 * @param write  Whether it will change something
 * @param ret_db The transaction, to be ended by blog_db_end(), also on
 *               failure; then its status and words are in it
 */
blog_status_e blog_db_begin(blog_store_t *store, server_rec *server,
                            request_rec *r, int write, apr_pool_t *pool,
                            blog_db_t **ret_db);

/**
 * Run a statement that returns rows, or one that does not.
 * @param args      As apr_dbd_pbselect() takes them: pointers to int64_t for
 *                  %lld, strings for %s
 * @param ret_count How many rows it changed; may be NULL
 */
blog_status_e blog_db_select(blog_db_t *db, blog_sql_e statement,
                             const void **args);
blog_status_e blog_db_query(blog_db_t *db, blog_sql_e statement,
                            const void **args, int *ret_count);

/** Go to the next row of the last select.
 *  @return 0 behind the last one */
int blog_db_next(blog_db_t *db);
/** A column of that row, counted from 0; good until the next row. */
const char *blog_db_text(blog_db_t *db, int column);
apr_int64_t blog_db_int(blog_db_t *db, int column);

/** The first failure of the transaction, BLOG_OK if there was none. */
blog_status_e blog_db_status(const blog_db_t *db);
/** What the database said of it. For the log, not for clients. */
const char *blog_db_words(const blog_db_t *db);

/**
 * End the transaction: commit it, or take all of it back if `commit` is 0 or
 * something failed.
 * @return The transaction's status
 */
blog_status_e blog_db_end(blog_db_t *db, int commit);

#endif
