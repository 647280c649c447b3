/* SPDX-License-Identifier: Apache-2.0 */
/* mod_dbd's connections as the blog uses them: statements prepared once on
 * each, and a new connection in place of one that has died. For blog_db.h. */
#include "blog_db.h"

#include "apr_file_info.h"
#include "apr_optional.h"
#include "apr_optional_hooks.h"
#include "apr_strings.h"
#include "mod_dbd.h"

/* Under this key a connection's pool holds its link_t. */
#define LINK_KEY "mod_rpc_blog"

/* How long a locked database is tried again, and the pause between. */
#define LONGEST_WAIT apr_time_from_sec(2)
#define PAUSE apr_time_from_msec(20)

struct blog_store_t {
    APR_OPTIONAL_FN_TYPE(ap_dbd_open) *open;
    APR_OPTIONAL_FN_TYPE(ap_dbd_close) *close;
    APR_OPTIONAL_FN_TYPE(ap_dbd_acquire) *acquire;
};

/*
 * What the blog knows of one connection of mod_dbd's pool. Belongs, as the
 * connection does, to one thread at a time.
 *
 * mod_dbd itself makes nothing of a file that another has taken the place
 * of, and a session that it resets has lost its prepared statements. So the
 * blog opens a connection of its own in place of such a one; mod_dbd gets
 * back what it opened when it closes it.
 */
typedef struct link_t {
    ap_dbd_t *dbd;
    const dbd_cfg_t *config;
    const blog_dialect_t *dialect; /* NULL: an unknown driver */
    apr_dbd_t *first;           /* what mod_dbd opened, and prepared on it */
    apr_hash_t *first_prepared;
    apr_pool_t *pool; /* of what is prepared, and of a renewed connection;
                         nobody's child: connections are many threads' */
    apr_dbd_prepared_t *statements[BLOG_SQL_STATEMENTS];
    int broken;                 /* to be renewed before it is used again */
    int adopted;                /* on_connect has been run */
    int known;                  /* the members below are set */
    apr_ino_t inode;
    apr_dev_t device;
} link_t;

struct blog_db_t {
    blog_store_t *store;
    server_rec *server;
    apr_pool_t *pool;
    ap_dbd_t *dbd;
    link_t *link;
    int ours;       /* from ap_dbd_open: to be closed */
    int begun;      /* between BEGIN and COMMIT or ROLLBACK */
    blog_status_e status;
    const char *words;
    apr_dbd_results_t *results;
    apr_dbd_row_t *row;
};

/* ------------------------------------------------------------------------
 * Failures.
 */

static blog_status_e fail(blog_db_t *db, blog_status_e status,
                          const char *words)
{
    if (db->status == BLOG_OK) {
        db->status = status;
        db->words = apr_pstrdup(db->pool, words);
    }
    return db->status;
}

/* A failure of which the driver has the words. */
static blog_status_e fail_by_driver(blog_db_t *db, int code)
{
    const char *words =
        apr_dbd_error(db->dbd->driver, db->dbd->handle, code);

    return fail(db, blog_sql_judge(db->link->dialect, words),
                words != NULL ? words : "the driver gives no reason");
}

static void forgive(blog_db_t *db)
{
    db->status = BLOG_OK;
    db->words = NULL;
}

/* ------------------------------------------------------------------------
 * The file of an SQLite database.
 */

static int stat_file(const link_t *link, apr_finfo_t *ret_file,
                     apr_pool_t *pool)
{
    return apr_stat(ret_file, link->config->params,
                    APR_FINFO_INODE | APR_FINFO_DEV, pool) == APR_SUCCESS;
}

/* Which file has just been opened. */
static void remember_file(link_t *link, apr_pool_t *pool)
{
    apr_finfo_t file;

    link->known = link->dialect != NULL && link->dialect->in_a_file
                  && stat_file(link, &file, pool);
    if (link->known) {
        link->inode = file.inode;
        link->device = file.device;
    }
}

/* Whether it is another file, or none, that has the database's name now:
 * SQLite would go on with the one that nobody else can see. */
static int file_changed(const link_t *link, apr_pool_t *pool)
{
    apr_finfo_t file;

    return link->known
           && (!stat_file(link, &file, pool) || file.inode != link->inode
               || file.device != link->device);
}

/* ------------------------------------------------------------------------
 * Connections.
 */

/* Nothing of ours may be left when mod_dbd closes the connection. */
static void drop_generation(link_t *link)
{
    if (link->dbd->handle != link->first) {
        apr_dbd_close(link->dbd->driver, link->dbd->handle);
        link->dbd->handle = link->first;
        link->dbd->prepared = link->first_prepared;
    }
    if (link->pool != NULL) {
        apr_pool_destroy(link->pool);
        link->pool = NULL;
    }
    memset(link->statements, 0, sizeof(link->statements));
    link->adopted = 0;
    link->known = 0;
}

static apr_status_t drop_link(void *data)
{
    drop_generation(data);
    return APR_SUCCESS;
}

/* mod_dbd's hook: its parameters are told here and nowhere else. */
static apr_status_t remember_link(apr_pool_t *pool, dbd_cfg_t *config,
                                  ap_dbd_t *dbd)
{
    link_t *link = apr_pcalloc(dbd->pool, sizeof(*link));

    (void)pool;
    link->dbd = dbd;
    link->config = config;
    link->dialect = blog_sql_dialect(apr_dbd_name(dbd->driver));
    link->first = dbd->handle;
    link->first_prepared = dbd->prepared;
    remember_file(link, dbd->pool);
    apr_pool_userdata_setn(link, LINK_KEY, drop_link, dbd->pool);
    return OK;
}

blog_store_t *blog_db_create(apr_pool_t *pconf, server_rec *server)
{
    blog_store_t *store = apr_pcalloc(pconf, sizeof(*store));

    (void)server;
    store->open = APR_RETRIEVE_OPTIONAL_FN(ap_dbd_open);
    store->close = APR_RETRIEVE_OPTIONAL_FN(ap_dbd_close);
    store->acquire = APR_RETRIEVE_OPTIONAL_FN(ap_dbd_acquire);
    return store;
}

void blog_db_register_hooks(void)
{
    APR_OPTIONAL_HOOK(dbd, post_connect, remember_link, NULL, NULL,
                      APR_HOOK_REALLY_FIRST);
}

/* The statements that others had prepared by DBDPrepareSQL, on the new
 * connection: they find them in the same place. */
static int prepare_for_others(link_t *link, apr_dbd_t *handle,
                              apr_pool_t *pool, apr_hash_t **ret_prepared)
{
    apr_hash_t *prepared = apr_hash_make(pool);
    apr_hash_index_t *i;

    for (i = apr_hash_first(pool, link->config->queries); i != NULL;
         i = apr_hash_next(i)) {
        const char *label = apr_hash_this_key(i);
        apr_dbd_prepared_t *statement = NULL;

        if (apr_dbd_prepare(link->dbd->driver, pool, handle,
                            apr_hash_this_val(i), label, &statement) != 0) {
            return 0;
        }
        apr_hash_set(prepared, label, APR_HASH_KEY_STRING, statement);
    }
    *ret_prepared = prepared;
    return 1;
}

static void init_session(link_t *link, apr_dbd_t *handle)
{
    const apr_array_header_t *queries = link->config->init_queries;
    int i;
    int rows;

    for (i = 0; queries != NULL && i < queries->nelts; i++) {
        apr_dbd_query(link->dbd->driver, handle, &rows,
                      APR_ARRAY_IDX(queries, i, const char *));
    }
}

static apr_status_t make_pool(apr_pool_t **ret_pool)
{
    apr_pool_t *pool;
    apr_status_t rv = apr_pool_create_unmanaged_ex(&pool, NULL, NULL);

    if (rv == APR_SUCCESS) {
        apr_pool_tag(pool, "rpc_blog_connection");
        *ret_pool = pool;
    }
    return rv;
}

/* Puts a new connection in the place of the present one, which stays as it
 * is if that fails. */
static blog_status_e renew(blog_db_t *db)
{
    link_t *link = db->link;
    const apr_dbd_driver_t *driver = db->dbd->driver;
    apr_pool_t *pool;
    apr_hash_t *prepared = NULL;
    apr_dbd_t *handle = NULL;
    const char *error = NULL;

    link->broken = 1;
    if (make_pool(&pool) != APR_SUCCESS) {
        return fail(db, BLOG_FAILED, "out of memory");
    }
    if (apr_dbd_open_ex(driver, pool, link->config->params, &handle, &error)
        != APR_SUCCESS) {
        fail(db, BLOG_GONE, error != NULL ? error : "cannot connect");
        apr_pool_destroy(pool);
        return db->status;
    }
    init_session(link, handle);
    if (!prepare_for_others(link, handle, pool, &prepared)) {
        apr_dbd_close(driver, handle);
        apr_pool_destroy(pool);
        return fail(db, BLOG_GONE, "the statements of DBDPrepareSQL cannot "
                                   "be prepared on a new connection");
    }
    drop_generation(link);
    link->pool = pool;
    link->dbd->handle = handle;
    link->dbd->prepared = prepared;
    link->broken = 0;
    remember_file(link, db->pool);
    return BLOG_OK;
}

/* ------------------------------------------------------------------------
 * Statements.
 */

static blog_status_e command(blog_db_t *db, const char *sql)
{
    int rows = 0;
    int code = apr_dbd_query(db->dbd->driver, db->dbd->handle, &rows, sql);

    return code == 0 ? BLOG_OK : fail_by_driver(db, code);
}

static blog_status_e prepare(blog_db_t *db, blog_sql_e statement,
                             apr_dbd_prepared_t **ret_prepared)
{
    link_t *link = db->link;
    apr_dbd_prepared_t *prepared = NULL;
    int code;

    if (link->statements[statement] == NULL) {
        const char *label =
            apr_psprintf(link->pool, "rpc_blog_%d", (int)statement);

        code = apr_dbd_prepare(db->dbd->driver, link->pool, db->dbd->handle,
                               blog_sql_text[statement], label, &prepared);
        if (code != 0) {
            return fail_by_driver(db, code);
        }
        link->statements[statement] = prepared;
    }
    *ret_prepared = link->statements[statement];
    return BLOG_OK;
}

blog_status_e blog_db_select(blog_db_t *db, blog_sql_e statement,
                             const void **args)
{
    apr_dbd_prepared_t *prepared = NULL;
    int code;

    db->results = NULL;
    db->row = NULL;
    if (db->status != BLOG_OK
        || prepare(db, statement, &prepared) != BLOG_OK) {
        return db->status;
    }
    code = apr_dbd_pbselect(db->dbd->driver, db->pool, db->dbd->handle,
                            &db->results, prepared, 1, args);
    if (code != 0) {
        db->results = NULL;
        return fail_by_driver(db, code);
    }
    return BLOG_OK;
}

blog_status_e blog_db_query(blog_db_t *db, blog_sql_e statement,
                            const void **args, int *ret_count)
{
    apr_dbd_prepared_t *prepared = NULL;
    int count = 0;
    int code;

    if (db->status != BLOG_OK
        || prepare(db, statement, &prepared) != BLOG_OK) {
        return db->status;
    }
    code = apr_dbd_pbquery(db->dbd->driver, db->pool, db->dbd->handle,
                           &count, prepared, args);
    if (code != 0) {
        return fail_by_driver(db, code);
    }
    if (ret_count != NULL) {
        *ret_count = count;
    }
    return BLOG_OK;
}

int blog_db_next(blog_db_t *db)
{
    if (db->status != BLOG_OK || db->results == NULL
        || apr_dbd_get_row(db->dbd->driver, db->pool, db->results, &db->row,
                           -1) != 0) {
        db->results = NULL;
        return 0;
    }
    return 1;
}

const char *blog_db_text(blog_db_t *db, int column)
{
    const char *text = apr_dbd_get_entry(db->dbd->driver, db->row, column);

    return text != NULL ? text : "";
}

apr_int64_t blog_db_int(blog_db_t *db, int column)
{
    return apr_atoi64(blog_db_text(db, column));
}

blog_status_e blog_db_status(const blog_db_t *db)
{
    return db->status;
}

const char *blog_db_words(const blog_db_t *db)
{
    return db->words != NULL ? db->words : "";
}

/* ------------------------------------------------------------------------
 * The schema.
 */

static void roll_back(blog_db_t *db)
{
    int rows;

    db->begun = 0;
    if (apr_dbd_query(db->dbd->driver, db->dbd->handle, &rows, "ROLLBACK")
        != 0) {
        db->link->broken = 1;
    }
}

static blog_status_e judge_version(blog_db_t *db, apr_int64_t version)
{
    if (version <= BLOG_SCHEMA_VERSION) {
        return BLOG_OK;
    }
    return fail(db, BLOG_NEWER,
                apr_psprintf(db->pool,
                             "its schema has version %" APR_INT64_T_FMT
                             ", this handler knows those up to %d",
                             version, BLOG_SCHEMA_VERSION));
}

/* In the transaction that is under way; 0 for a new database. */
static blog_status_e read_version(blog_db_t *db, apr_int64_t *ret_version)
{
    apr_dbd_results_t *results = NULL;
    apr_dbd_row_t *row = NULL;
    int code;

    if (command(db, "CREATE TABLE IF NOT EXISTS blog_schema "
                    "(version BIGINT NOT NULL)")
        != BLOG_OK) {
        return db->status;
    }
    code = apr_dbd_select(db->dbd->driver, db->pool, db->dbd->handle,
                          &results, blog_sql_text[BLOG_SQL_VERSION], 1);
    if (code != 0) {
        return fail_by_driver(db, code);
    }
    *ret_version = 0;
    while (apr_dbd_get_row(db->dbd->driver, db->pool, results, &row, -1)
           == 0) {
        const char *text = apr_dbd_get_entry(db->dbd->driver, row, 0);

        *ret_version = text != NULL ? apr_atoi64(text) : 0;
    }
    return judge_version(db, *ret_version);
}

static blog_status_e run_steps(blog_db_t *db, const char *const *steps)
{
    for (; *steps != NULL && db->status == BLOG_OK; steps++) {
        const char *mark = strstr(*steps, "@ID@");
        const char *sql = *steps;

        if (mark != NULL) {
            sql = apr_pstrcat(db->pool,
                              apr_pstrmemdup(db->pool, sql,
                                             (apr_size_t)(mark - sql)),
                              db->link->dialect->id_type, mark + 4, NULL);
        }
        command(db, sql);
    }
    return db->status;
}

/* All in one transaction, so that of several children one does it, and one
 * that is interrupted has done nothing. */
static blog_status_e migrate(blog_db_t *db)
{
    apr_int64_t version = 0;

    db->begun = 1;
    if (command(db, db->link->dialect->begin_write) == BLOG_OK
        && read_version(db, &version) == BLOG_OK
        && version < BLOG_SCHEMA_VERSION) {
        for (; version < BLOG_SCHEMA_VERSION; version++) {
            run_steps(db, blog_sql_schema[version]);
        }
        command(db, "DELETE FROM blog_schema");
        command(db, apr_psprintf(db->pool,
                                 "INSERT INTO blog_schema VALUES (%d)",
                                 BLOG_SCHEMA_VERSION));
    }
    if (db->status == BLOG_OK && command(db, "COMMIT") == BLOG_OK) {
        db->begun = 0;
        return BLOG_OK;
    }
    roll_back(db);
    return db->status;
}

/* The first statement of a transaction finds out whether the connection is
 * alive, whether what was prepared on it still is, and what schema it has. */
static blog_status_e check_schema(blog_db_t *db)
{
    apr_int64_t version = 0;

    if (blog_db_select(db, BLOG_SQL_VERSION, NULL) != BLOG_OK) {
        return db->status;
    }
    while (blog_db_next(db)) {
        version = blog_db_int(db, 0);
    }
    return version < BLOG_SCHEMA_VERSION ? migrate(db)
                                         : judge_version(db, version);
}

/* ------------------------------------------------------------------------
 * Transactions.
 */

/* The first time that the blog uses it: others' connections are theirs. */
static blog_status_e adopt_link(blog_db_t *db)
{
    link_t *link = db->link;

    if (link->pool == NULL
        && make_pool(&link->pool) != APR_SUCCESS) {
        return fail(db, BLOG_FAILED, "out of memory");
    }
    if (!link->adopted && link->dialect->on_connect != NULL
        && command(db, link->dialect->on_connect) != BLOG_OK) {
        return db->status;
    }
    link->adopted = 1;
    return BLOG_OK;
}

static blog_status_e find_link(blog_db_t *db, request_rec *r)
{
    void *found = NULL;

    if (r != NULL && db->store->acquire != NULL) {
        db->dbd = db->store->acquire(r);
    }
    else if (db->store->open != NULL) {
        db->dbd = db->store->open(db->pool, db->server);
        db->ours = 1;
    }
    else {
        return fail(db, BLOG_GONE, "mod_dbd is not loaded");
    }
    if (db->dbd == NULL) {
        return fail(db, BLOG_GONE, "mod_dbd has no connection; its own line "
                                   "in the log says why");
    }
    apr_pool_userdata_get(&found, LINK_KEY, db->dbd->pool);
    db->link = found;
    if (found == NULL) {
        return fail(db, BLOG_FAILED, "mod_dbd did not run its hook");
    }
    if (db->link->dialect == NULL) {
        return fail(db, BLOG_FAILED,
                    apr_psprintf(db->pool, "DBDriver is %s: expected "
                                 "sqlite3 or pgsql",
                                 apr_dbd_name(db->dbd->driver)));
    }
    return BLOG_OK;
}

/* A connection that works, with the schema in it. What fails is tried once
 * more on a new connection, unless the database itself has spoken. */
static blog_status_e make_ready(blog_db_t *db)
{
    link_t *link = db->link;

    if ((link->broken || file_changed(link, db->pool))
        && renew(db) != BLOG_OK) {
        return db->status;
    }
    if (adopt_link(db) == BLOG_OK && check_schema(db) == BLOG_OK) {
        return BLOG_OK;
    }
    if (db->status == BLOG_BUSY || db->status == BLOG_NEWER
        || db->status == BLOG_FULL) {
        return db->status;
    }
    forgive(db);
    if (renew(db) == BLOG_OK && adopt_link(db) == BLOG_OK) {
        migrate(db);
    }
    return db->status;
}

static blog_status_e try_begin(blog_db_t *db, int write)
{
    if (make_ready(db) == BLOG_OK) {
        db->begun = 1;
        command(db, write ? db->link->dialect->begin_write
                          : db->link->dialect->begin_read);
    }
    if (db->status != BLOG_OK && db->begun) {
        roll_back(db);
    }
    return db->status;
}

/* The driver waits for a locked file only where it runs a statement, not
 * where it prepares one: so there is a wait here too. */
blog_status_e blog_db_begin(blog_store_t *store, server_rec *server,
                            request_rec *r, int write, apr_pool_t *pool,
                            blog_db_t **ret_db)
{
    blog_db_t *db = apr_pcalloc(pool, sizeof(*db));
    apr_time_t until = apr_time_now() + LONGEST_WAIT;

    db->store = store;
    db->server = server;
    db->pool = pool;
    *ret_db = db;
    if (find_link(db, r) != BLOG_OK) {
        return db->status;
    }
    while (try_begin(db, write) == BLOG_BUSY && apr_time_now() < until) {
        apr_sleep(PAUSE);
        forgive(db);
    }
    return db->status;
}

blog_status_e blog_db_end(blog_db_t *db, int commit)
{
    if (db->begun && commit && db->status == BLOG_OK
        && command(db, "COMMIT") == BLOG_OK) {
        db->begun = 0;
    }
    if (db->begun) {
        roll_back(db);
    }
    if (db->ours && db->dbd != NULL) {
        db->store->close(db->server, db->dbd);
    }
    db->dbd = NULL;
    return db->status;
}
