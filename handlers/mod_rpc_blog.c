/* SPDX-License-Identifier: Apache-2.0 */
/* The handler table `blog`: posts, tags and comments in a database that
 * mod_dbd connects to. For the demo, and as an example of such a handler. */
#include "mod_rpc.h"

#include "apr_strings.h"
#include "http_core.h"
#include "http_log.h"

#include "blog_db.h"
#include "blog_text.h"

/* Codes of the blog's own; in JSON-RPC 1.1 they are the codes of HTTP. */
#define NO_POST 404
#define CONFLICT 409
#define NO_DATABASE 503
#define NO_SPACE 507

/* The most posts or comments of one answer, and the furthest offset. */
#define MOST_AT_ONCE 100
#define LARGEST_OFFSET 1000000000

static const blog_field_t title_field = { "title", 200, 0 };
static const blog_field_t author_field = { "author", 80, 0 };
static const blog_field_t post_field = { "body", 50000, 1 };
static const blog_field_t comment_field = { "body", 5000, 1 };
static const blog_field_t search_field = { "text", 100, 0 };
static const blog_field_t wanted_tag_field = { "tag", 40, 0 };

module AP_MODULE_DECLARE_DATA rpc_blog_module;

/* ------------------------------------------------------------------------
 * The database, as the methods see it.
 */

/* What the administrator must know, in one line, under the id that the
 * caller was given. */
static const char *log_failure(rpc_call_t *call, const blog_db_t *db)
{
    request_rec *r = rpc_call_request(call);
    uint32_t number = 0;
    const char *id;

    ap_random_insecure_bytes(&number, sizeof(number));
    id = apr_psprintf(rpc_call_pool(call), "%08x", (unsigned)number);
    if (r != NULL) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      "mod_rpc_blog: %s failed (id %s): %s",
                      rpc_call_method(call), id, blog_db_words(db));
    }
    else {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, rpc_call_server(call),
                     "mod_rpc_blog: %s failed (id %s): %s",
                     rpc_call_method(call), id, blog_db_words(db));
    }
    return id;
}

/* What the database itself said is not for clients. */
static rpc_value_t *fail_by_database(rpc_call_t *call, const blog_db_t *db)
{
    const char *id = log_failure(call, db);

    switch (blog_db_status(db)) {
    case BLOG_BUSY:
        return rpc_fail(call, RPC_E_BUSY,
                        "the database is busy: try again (id %s)", id);
    case BLOG_FULL:
        return rpc_fail(call, NO_SPACE, "the database is full: nothing was "
                                        "stored (id %s)", id);
    case BLOG_GONE:
    case BLOG_NEWER:
        return rpc_fail(call, NO_DATABASE,
                        "the database cannot be used: try again later; the "
                        "server's error log says why (id %s)", id);
    default:
        return rpc_fail(call, RPC_E_INTERNAL,
                        "the database failed; the server's error log says "
                        "why (id %s)", id);
    }
}

/* A transaction, or NULL after rpc_fail(). */
static blog_db_t *begin(rpc_call_t *call, int write)
{
    blog_db_t *db;

    if (blog_db_begin(rpc_call_context(call), rpc_call_server(call),
                      rpc_call_request(call), write, rpc_call_pool(call),
                      &db) != BLOG_OK) {
        fail_by_database(call, db);
        blog_db_end(db, 0);
        return NULL;
    }
    return db;
}

/* Ends it, with the method's value; without one it is taken back. */
static rpc_value_t *end(rpc_call_t *call, blog_db_t *db, rpc_value_t *value)
{
    if (blog_db_end(db, value != NULL) != BLOG_OK) {
        return fail_by_database(call, db);
    }
    return value;
}

/* Tells the peers that follow the blog. What was stored stays stored, whether
 * they hear of it or not. */
static void publish(rpc_call_t *call, const char *topic,
                    const rpc_value_t *value)
{
    (void)rpc_publish(call, topic, value);
}

static rpc_value_t *publish_post(rpc_call_t *call, rpc_value_t *post,
                                 const char *change)
{
    if (post != NULL) {
        publish(call, "blog.post_changed",
                rpc_structv(call, "id", rpc_get(post, "id"), "change",
                            rpc_string(call, change), "title",
                            rpc_get(post, "title"), "revision",
                            rpc_get(post, "revision"), (char *)NULL));
    }
    return post;
}

static rpc_value_t *no_post(rpc_call_t *call, int64_t id)
{
    return rpc_fail(call, NO_POST, "there is no post %" APR_INT64_T_FMT,
                    (apr_int64_t)id);
}

/* ------------------------------------------------------------------------
 * Rows as values.
 */

/* The columns that lists and single posts have in common; then the text. */
static rpc_value_t *read_post(rpc_call_t *call, blog_db_t *db,
                              const char *text_name)
{
    return rpc_structv(call, "id", rpc_int(call, blog_db_int(db, 0)),
                       "title", rpc_string(call, blog_db_text(db, 1)),
                       "author", rpc_string(call, blog_db_text(db, 2)),
                       "created", rpc_time(call, blog_db_int(db, 3)),
                       "changed", rpc_time(call, blog_db_int(db, 4)),
                       "revision", rpc_int(call, blog_db_int(db, 5)),
                       "comments", rpc_int(call, blog_db_int(db, 6)),
                       text_name, rpc_string(call, blog_db_text(db, 7)),
                       "tags", rpc_array(call), (char *)NULL);
}

/* Hands out rows of (post, tag) to posts in the same order. */
static void read_tags(rpc_call_t *call, blog_db_t *db,
                      const rpc_value_t *posts)
{
    size_t i = 0;

    while (blog_db_next(db)) {
        int64_t id = blog_db_int(db, 0);

        while (i < rpc_count(posts)
               && rpc_as_int(rpc_get(rpc_at(posts, i), "id")) != id) {
            i++;
        }
        rpc_append(call, rpc_get(rpc_at(posts, i), "tags"),
                   rpc_string(call, blog_db_text(db, 1)));
    }
}

/* A post with its text; NULL, without a fault, if there is none. */
static rpc_value_t *find_post(rpc_call_t *call, blog_db_t *db, int64_t id)
{
    const void *args[] = { &id };
    rpc_value_t *post = NULL;

    blog_db_select(db, BLOG_SQL_POST, args);
    while (blog_db_next(db)) {
        post = read_post(call, db, "body");
    }
    if (post != NULL) {
        blog_db_select(db, BLOG_SQL_POST_TAGS, args);
        read_tags(call, db, rpc_arrayv(call, post, (rpc_value_t *)NULL));
    }
    return blog_db_status(db) == BLOG_OK ? post : NULL;
}

/* The same, with a fault. */
static rpc_value_t *need_post(rpc_call_t *call, blog_db_t *db, int64_t id)
{
    rpc_value_t *post = find_post(call, db, id);

    if (post == NULL && blog_db_status(db) == BLOG_OK) {
        return no_post(call, id);
    }
    return post;
}

static int64_t read_count(blog_db_t *db, blog_sql_e statement,
                          const void **args)
{
    int64_t count = 0;

    blog_db_select(db, statement, args);
    while (blog_db_next(db)) {
        count = blog_db_int(db, 0);
    }
    return count;
}

/* ------------------------------------------------------------------------
 * Reading.
 */

static int check_page(rpc_call_t *call, int64_t offset, int64_t limit)
{
    return blog_text_check_range(call, "offset", offset, 0, LARGEST_OFFSET)
           && blog_text_check_range(call, "limit", limit, 1, MOST_AT_ONCE);
}

/* One page of posts, newest first. The statements of `first` and the two
 * behind it have the same parameters, `keys` times the key. */
static rpc_value_t *read_page(rpc_call_t *call, blog_sql_e first,
                              const char *key, int keys, int64_t offset,
                              int64_t limit)
{
    const void *args[5];
    rpc_value_t *posts = rpc_array(call);
    rpc_value_t *page;
    blog_db_t *db = begin(call, 0);
    int i;

    if (db == NULL) {
        return NULL;
    }
    for (i = 0; i < keys; i++) {
        args[i] = key;
    }
    args[i++] = &limit;
    args[i] = &offset;
    page = rpc_structv(call, "total",
                       rpc_int(call, read_count(db, first, args)), "offset",
                       rpc_int(call, offset), "posts", posts, (char *)NULL);
    blog_db_select(db, (blog_sql_e)(first + 1), args);
    while (blog_db_next(db)) {
        rpc_append(call, posts, read_post(call, db, "excerpt"));
    }
    blog_db_select(db, (blog_sql_e)(first + 2), args);
    read_tags(call, db, posts);
    return end(call, db, page);
}

static rpc_value_t *list_posts(rpc_call_t *call)
{
    int64_t offset = rpc_arg_int(call, 0);
    int64_t limit = rpc_arg_int(call, 1);
    size_t length;
    const char *tag = rpc_arg_stringn(call, 2, &length);

    if (!check_page(call, offset, limit)) {
        return NULL;
    }
    if (length == 0) {
        return read_page(call, BLOG_SQL_LIST_COUNT, NULL, 0, offset, limit);
    }
    if (!blog_text_check(call, &wanted_tag_field, NULL, rpc_arg(call, 2))) {
        return NULL;
    }
    return read_page(call, BLOG_SQL_TAG_COUNT, tag, 1, offset, limit);
}

static rpc_value_t *search(rpc_call_t *call)
{
    int64_t offset = rpc_arg_int(call, 1);
    int64_t limit = rpc_arg_int(call, 2);
    const char *pattern;

    if (!blog_text_check(call, &search_field, NULL, rpc_arg(call, 0))
        || !check_page(call, offset, limit)) {
        return NULL;
    }
    pattern = blog_text_pattern(rpc_arg_string(call, 0), rpc_call_pool(call));
    return read_page(call, BLOG_SQL_FIND_COUNT, pattern, 3, offset, limit);
}

static rpc_value_t *get_post(rpc_call_t *call)
{
    blog_db_t *db = begin(call, 0);

    return db == NULL
               ? NULL
               : end(call, db, need_post(call, db, rpc_arg_int(call, 0)));
}

static rpc_value_t *read_comment(rpc_call_t *call, blog_db_t *db)
{
    return rpc_structv(call, "id", rpc_int(call, blog_db_int(db, 0)),
                       "author", rpc_string(call, blog_db_text(db, 1)),
                       "body", rpc_string(call, blog_db_text(db, 2)),
                       "created", rpc_time(call, blog_db_int(db, 3)),
                       (char *)NULL);
}

static rpc_value_t *list_comments(rpc_call_t *call)
{
    int64_t post = rpc_arg_int(call, 0);
    int64_t offset = rpc_arg_int(call, 1);
    int64_t limit = rpc_arg_int(call, 2);
    const void *args[] = { &post, &limit, &offset };
    rpc_value_t *comments = rpc_array(call);
    blog_db_t *db;
    int64_t total;

    if (!check_page(call, offset, limit)) {
        return NULL;
    }
    db = begin(call, 0);
    if (db == NULL) {
        return NULL;
    }
    if (need_post(call, db, post) == NULL) {
        return end(call, db, NULL);
    }
    total = read_count(db, BLOG_SQL_COMMENT_COUNT, args);
    blog_db_select(db, BLOG_SQL_COMMENTS, args);
    while (blog_db_next(db)) {
        rpc_append(call, comments, read_comment(call, db));
    }
    return end(call, db,
               rpc_structv(call, "total", rpc_int(call, total), "offset",
                           rpc_int(call, offset), "comments", comments,
                           (char *)NULL));
}

/* ------------------------------------------------------------------------
 * Writing. Every method checks its arguments before it asks the database.
 */

static void write_tags(blog_db_t *db, int64_t post, const rpc_value_t *tags)
{
    const void *where[] = { &post };
    size_t i;

    blog_db_query(db, BLOG_SQL_DELETE_TAGS, where, NULL);
    for (i = 0; i < rpc_count(tags); i++) {
        int64_t place = (int64_t)i;
        const void *args[] = { &post, &place,
                               rpc_as_string(rpc_at(tags, i), NULL) };

        blog_db_query(db, BLOG_SQL_ADD_TAG, args, NULL);
    }
}

static rpc_value_t *add_post(rpc_call_t *call)
{
    int64_t now = apr_time_now();
    const void *args[] = { rpc_arg_string(call, 0), rpc_arg_string(call, 1),
                           rpc_arg_string(call, 2), &now, &now };
    blog_db_t *db;
    int64_t id;

    if (!blog_text_check(call, &title_field, NULL, rpc_arg(call, 0))
        || !blog_text_check(call, &author_field, NULL, rpc_arg(call, 1))
        || !blog_text_check(call, &post_field, NULL, rpc_arg(call, 2))
        || !blog_text_check_tags(call, rpc_arg(call, 3))) {
        return NULL;
    }
    db = begin(call, 1);
    if (db == NULL) {
        return NULL;
    }
    id = read_count(db, BLOG_SQL_ADD_POST, args);
    write_tags(db, id, rpc_arg(call, 3));
    return publish_post(call, end(call, db, find_post(call, db, id)),
                        "added");
}

/* What is given replaces what is there. Whoever says which revision he read
 * overwrites no later one. */
static rpc_value_t *write_changes(rpc_call_t *call, blog_db_t *db,
                                  const rpc_value_t *post)
{
    int64_t id = rpc_arg_int(call, 0);
    int64_t revision = rpc_as_int(rpc_get(post, "revision"));
    int64_t now = apr_time_now();
    const void *args[] = { rpc_as_string(rpc_get(post, "title"), NULL),
                           rpc_as_string(rpc_get(post, "body"), NULL), &now,
                           &id };

    if (rpc_arg_given(call, 4) && rpc_arg_int(call, 4) != revision) {
        return rpc_fail(call, CONFLICT,
                        "post %" APR_INT64_T_FMT " has been changed "
                        "meanwhile: its revision is %" APR_INT64_T_FMT
                        ", not %" APR_INT64_T_FMT,
                        (apr_int64_t)id, (apr_int64_t)revision,
                        (apr_int64_t)rpc_arg_int(call, 4));
    }
    if (rpc_arg_given(call, 1)) {
        args[0] = rpc_arg_string(call, 1);
    }
    if (rpc_arg_given(call, 2)) {
        args[1] = rpc_arg_string(call, 2);
    }
    blog_db_query(db, BLOG_SQL_UPDATE_POST, args, NULL);
    if (rpc_arg_given(call, 3)) {
        write_tags(db, id, rpc_arg(call, 3));
    }
    return find_post(call, db, id);
}

static rpc_value_t *update_post(rpc_call_t *call)
{
    blog_db_t *db;
    rpc_value_t *post;

    if ((rpc_arg_given(call, 1)
         && !blog_text_check(call, &title_field, NULL, rpc_arg(call, 1)))
        || (rpc_arg_given(call, 2)
            && !blog_text_check(call, &post_field, NULL, rpc_arg(call, 2)))
        || (rpc_arg_given(call, 3)
            && !blog_text_check_tags(call, rpc_arg(call, 3)))) {
        return NULL;
    }
    db = begin(call, 1);
    if (db == NULL) {
        return NULL;
    }
    post = need_post(call, db, rpc_arg_int(call, 0));
    if (post != NULL) {
        post = write_changes(call, db, post);
    }
    return publish_post(call, end(call, db, post), "changed");
}

static rpc_value_t *delete_post(rpc_call_t *call)
{
    int64_t id = rpc_arg_int(call, 0);
    const void *args[] = { &id };
    blog_db_t *db = begin(call, 1);
    rpc_value_t *done;
    int count = 0;

    if (db == NULL) {
        return NULL;
    }
    blog_db_query(db, BLOG_SQL_DELETE_COMMENTS, args, NULL);
    blog_db_query(db, BLOG_SQL_DELETE_TAGS, args, NULL);
    blog_db_query(db, BLOG_SQL_DELETE_POST, args, &count);
    if (count == 0 && blog_db_status(db) == BLOG_OK) {
        return end(call, db, no_post(call, id));
    }
    done = end(call, db, rpc_bool(call, 1));
    if (done != NULL) {
        publish(call, "blog.post_changed",
                rpc_structv(call, "id", rpc_int(call, id), "change",
                            rpc_string(call, "deleted"), (char *)NULL));
    }
    return done;
}

static rpc_value_t *add_comment(rpc_call_t *call)
{
    int64_t post = rpc_arg_int(call, 0);
    int64_t now = apr_time_now();
    const void *args[] = { &post, rpc_arg_string(call, 1),
                           rpc_arg_string(call, 2), &now };
    rpc_value_t *comment;
    blog_db_t *db;
    int64_t id;

    if (!blog_text_check(call, &author_field, NULL, rpc_arg(call, 1))
        || !blog_text_check(call, &comment_field, NULL, rpc_arg(call, 2))) {
        return NULL;
    }
    db = begin(call, 1);
    if (db == NULL) {
        return NULL;
    }
    if (need_post(call, db, post) == NULL) {
        return end(call, db, NULL);
    }
    id = read_count(db, BLOG_SQL_ADD_COMMENT, args);
    comment = end(call, db,
                  rpc_structv(call, "id", rpc_int(call, id), "author",
                              rpc_arg(call, 1), "body", rpc_arg(call, 2),
                              "created", rpc_time(call, now), (char *)NULL));
    if (comment != NULL) {
        publish(call, "blog.comment_added",
                rpc_structv(call, "post", rpc_arg(call, 0), "id",
                            rpc_get(comment, "id"), "author",
                            rpc_arg(call, 1), "body", rpc_arg(call, 2),
                            "created", rpc_get(comment, "created"),
                            (char *)NULL));
    }
    return comment;
}

/* ------------------------------------------------------------------------
 * The table.
 */

#define DATABASE_FAULTS                                                   \
    { RPC_E_BUSY, "The database is locked: try again." },                 \
    { NO_SPACE, "The database is full." },                                \
    { NO_DATABASE, "The database cannot be used." }, { 0, NULL }

static const rpc_fault_info_t list_faults[] = { DATABASE_FAULTS };

static const rpc_fault_info_t post_faults[] = {
    { NO_POST, "There is no such post." },
    DATABASE_FAULTS
};

static const rpc_fault_info_t update_faults[] = {
    { NO_POST, "There is no such post." },
    { CONFLICT, "It has been changed since it was read." },
    DATABASE_FAULTS
};

static const rpc_method_t methods[] = {
    { "struct list_posts(int offset = 0, int limit = 10, string tag = \"\")",
      list_posts, RPC_SAFE,
      "List posts, the newest first, with a tag or all. Returns total, "
      "offset and posts; a post has the beginning of its body as excerpt.",
      NULL, list_faults },
    { "struct get_post(int id)", get_post, RPC_SAFE,
      "Return a post with its body.", NULL, post_faults },
    { "struct add_post(string title, string author, string body, "
      "array<string> tags = [])",
      add_post, 0,
      "Add a post and return it. All texts are plain text: markup is kept "
      "as it is, and means nothing.",
      NULL, list_faults },
    { "struct update_post(int id, string title = nil, string body = nil, "
      "array<string> tags = nil, int revision = nil)",
      update_post, 0,
      "Change what is given of a post, and return it. With the revision that "
      "was read, a post that has been changed since is left alone.",
      NULL, update_faults },
    { "bool delete_post(int id)", delete_post, 0,
      "Delete a post and its comments.", NULL, post_faults },
    { "struct add_comment(int post, string author, string body)", add_comment,
      0, "Add a comment to a post and return it.", NULL, post_faults },
    { "struct list_comments(int post, int offset = 0, int limit = 50)",
      list_comments, RPC_SAFE,
      "List the comments of a post, the oldest first.", NULL, post_faults },
    { "struct search(string text, int offset = 0, int limit = 10)", search,
      RPC_SAFE,
      "List posts that have the text in title, body or a tag, whatever the "
      "case of the letters A to Z.",
      NULL, list_faults },
    RPC_METHOD_END
};

static void *create_store(apr_pool_t *pconf, server_rec *server)
{
    return blog_db_create(pconf, server);
}

/* The schema is made now, if the database is there; else by the first call
 * that finds it. Not earlier: the parent may be root, and the file must be
 * the children's. */
static apr_status_t start_child(const rpc_api_t *api, void *context,
                                apr_pool_t *pchild, server_rec *server)
{
    apr_pool_t *pool;
    blog_db_t *db;
    apr_status_t rv = apr_pool_create(&pool, pchild);

    (void)api;
    if (rv != APR_SUCCESS) {
        return rv;
    }
    blog_db_begin(context, server, NULL, 0, pool, &db);
    if (blog_db_end(db, 1) != BLOG_OK) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, server,
                     "mod_rpc_blog: no database yet, calls will try again: "
                     "%s", blog_db_words(db));
    }
    apr_pool_destroy(pool);
    return APR_SUCCESS;
}

/* A comment, as list_comments has it, with its post; {id, change, title,
 * revision} of a post, whose change is "added", "changed" or "deleted" (which
 * leaves the id alone). */
static const char *const topics[] = { "comment_added", "post_changed", NULL };

static const rpc_table_t table =
    RPC_TABLE(blog, "Posts, tags and comments, in a database.", methods,
              .flags = RPC_BLOCKING, .create = create_store,
              .child_init = start_child, .topics = topics);

static void register_hooks(apr_pool_t *pool)
{
    blog_db_register_hooks();
    rpc_table_register(&table, pool);
}

AP_DECLARE_MODULE(rpc_blog) = {
    STANDARD20_MODULE_STUFF,
    NULL, /* per-directory configuration: create, merge */
    NULL,
    NULL, /* per-server configuration: create, merge */
    NULL,
    NULL, /* directives */
    register_hooks,
    AP_MODULE_FLAG_NONE
};
