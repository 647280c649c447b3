/* SPDX-License-Identifier: Apache-2.0 */
/* The texts behind blog_sql.h: SQL that SQLite and PostgreSQL both take, and
 * the table of what they do not share. */
#include "blog_sql.h"

#include <string.h>

/* Times are microseconds since 1970: each database has its own idea of a
 * timestamp, all of them hold a BIGINT. */

#define POST_COLUMNS                                                       \
    "p.id, p.title, p.author, p.created, p.changed, p.revision, "          \
    "(SELECT COUNT(*) FROM blog_comment c WHERE c.post_id = p.id), "

#define FROM_ALL "FROM blog_post p "
#define FROM_TAG                                                           \
    FROM_ALL "WHERE p.id IN (SELECT post_id FROM blog_tag WHERE tag = %s) "
#define FROM_FOUND                                                         \
    FROM_ALL                                                               \
    "WHERE lower(p.title) LIKE lower(%s) ESCAPE '!' "                      \
    "OR lower(p.body) LIKE lower(%s) ESCAPE '!' "                          \
    "OR p.id IN (SELECT post_id FROM blog_tag "                            \
    "WHERE lower(tag) LIKE lower(%s) ESCAPE '!') "

#define PAGE "ORDER BY p.id DESC LIMIT %lld OFFSET %lld"

#define COUNT(from) "SELECT COUNT(*) " from
#define POSTS(from)                                                        \
    "SELECT " POST_COLUMNS "substr(p.body, 1, 300) " from PAGE
#define TAGS(from)                                                         \
    "SELECT t.post_id, t.tag FROM blog_tag t WHERE t.post_id IN "          \
    "(SELECT p.id " from PAGE ") ORDER BY t.post_id DESC, t.place"

const char *const blog_sql_text[BLOG_SQL_STATEMENTS] = {
    [BLOG_SQL_VERSION] = "SELECT version FROM blog_schema",
    [BLOG_SQL_LIST_COUNT] = COUNT(FROM_ALL),
    [BLOG_SQL_LIST_POSTS] = POSTS(FROM_ALL),
    [BLOG_SQL_LIST_TAGS] = TAGS(FROM_ALL),
    [BLOG_SQL_TAG_COUNT] = COUNT(FROM_TAG),
    [BLOG_SQL_TAG_POSTS] = POSTS(FROM_TAG),
    [BLOG_SQL_TAG_TAGS] = TAGS(FROM_TAG),
    [BLOG_SQL_FIND_COUNT] = COUNT(FROM_FOUND),
    [BLOG_SQL_FIND_POSTS] = POSTS(FROM_FOUND),
    [BLOG_SQL_FIND_TAGS] = TAGS(FROM_FOUND),
    [BLOG_SQL_POST] =
        "SELECT " POST_COLUMNS "p.body FROM blog_post p WHERE p.id = %lld",
    [BLOG_SQL_POST_TAGS] = "SELECT post_id, tag FROM blog_tag "
                           "WHERE post_id = %lld ORDER BY place",
    [BLOG_SQL_ADD_POST] =
        "INSERT INTO blog_post (title, author, body, created, changed, "
        "revision) VALUES (%s, %s, %s, %lld, %lld, 1) RETURNING id",
    [BLOG_SQL_UPDATE_POST] =
        "UPDATE blog_post SET title = %s, body = %s, changed = %lld, "
        "revision = revision + 1 WHERE id = %lld",
    [BLOG_SQL_DELETE_POST] = "DELETE FROM blog_post WHERE id = %lld",
    [BLOG_SQL_ADD_TAG] = "INSERT INTO blog_tag (post_id, place, tag) "
                         "VALUES (%lld, %lld, %s)",
    [BLOG_SQL_DELETE_TAGS] = "DELETE FROM blog_tag WHERE post_id = %lld",
    [BLOG_SQL_ADD_COMMENT] =
        "INSERT INTO blog_comment (post_id, author, body, created) "
        "VALUES (%lld, %s, %s, %lld) RETURNING id",
    [BLOG_SQL_DELETE_COMMENTS] =
        "DELETE FROM blog_comment WHERE post_id = %lld",
    [BLOG_SQL_COMMENT_COUNT] =
        "SELECT COUNT(*) FROM blog_comment WHERE post_id = %lld",
    [BLOG_SQL_COMMENTS] =
        "SELECT id, author, body, created FROM blog_comment "
        "WHERE post_id = %lld ORDER BY id LIMIT %lld OFFSET %lld"
};

const char *const blog_sql_schema[BLOG_SCHEMA_VERSION][BLOG_SCHEMA_STEPS] = {
    /* 1: posts and their tags */
    { "CREATE TABLE blog_post (id @ID@, title TEXT NOT NULL, "
      "author TEXT NOT NULL, body TEXT NOT NULL, created BIGINT NOT NULL, "
      "changed BIGINT NOT NULL)",
      "CREATE TABLE blog_tag (post_id BIGINT NOT NULL "
      "REFERENCES blog_post (id), place BIGINT NOT NULL, tag TEXT NOT NULL, "
      "PRIMARY KEY (post_id, tag))",
      "CREATE INDEX blog_tag_tag ON blog_tag (tag, post_id)",
      NULL },
    /* 2: comments, and revisions, so that no edit overwrites another */
    { "ALTER TABLE blog_post ADD COLUMN revision BIGINT NOT NULL DEFAULT 1",
      "CREATE TABLE blog_comment (id @ID@, post_id BIGINT NOT NULL "
      "REFERENCES blog_post (id), author TEXT NOT NULL, body TEXT NOT NULL, "
      "created BIGINT NOT NULL)",
      "CREATE INDEX blog_comment_post ON blog_comment (post_id, id)",
      NULL }
};

static const blog_error_word_t sqlite_errors[] = {
    { "is locked", BLOG_BUSY },
    { "is full", BLOG_FULL },
    { "unable to open", BLOG_GONE },
    { "readonly", BLOG_GONE },
    { "disk I/O error", BLOG_GONE },
    { "not a database", BLOG_GONE },
    { "malformed", BLOG_GONE },
    { NULL, BLOG_FAILED }
};

/* A server that speaks another language than English gets BLOG_FAILED. */
static const blog_error_word_t pgsql_errors[] = {
    { "lock timeout", BLOG_BUSY },
    { "statement timeout", BLOG_BUSY },
    { "too many", BLOG_BUSY },
    { "No space left", BLOG_FULL },
    { "terminating connection", BLOG_GONE },
    { "server closed the connection", BLOG_GONE },
    { "no connection", BLOG_GONE },
    { "onnection to server", BLOG_GONE },
    { "could not connect", BLOG_GONE },
    { "database system is", BLOG_GONE },
    { "does not exist", BLOG_GONE },
    { NULL, BLOG_FAILED }
};

static const blog_dialect_t dialects[] = {
    /* The driver itself tries again for 1.6 seconds where the file is
     * locked, so no busy_timeout, by which each of its tries would last. */
    { .driver = "sqlite3",
      .in_a_file = 1,
      .on_connect = NULL,
      .begin_read = "BEGIN",
      .begin_write = "BEGIN IMMEDIATE",
      .id_type = "INTEGER PRIMARY KEY AUTOINCREMENT",
      .errors = sqlite_errors },
    /* One writer at a time, as with SQLite; the number is any that nobody
     * else locks. Readers go on meanwhile. */
    { .driver = "pgsql",
      .in_a_file = 0,
      .on_connect = "SET client_encoding TO 'UTF8'; "
                    "SET lock_timeout TO '2s'; "
                    "SET statement_timeout TO '10s'",
      .begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
      .begin_write = "BEGIN; SELECT pg_advisory_xact_lock(7263701)",
      .id_type = "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
      .errors = pgsql_errors }
};

const blog_dialect_t *blog_sql_dialect(const char *driver)
{
    size_t i;

    for (i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++) {
        if (strcmp(driver, dialects[i].driver) == 0) {
            return &dialects[i];
        }
    }
    return NULL;
}

blog_status_e blog_sql_judge(const blog_dialect_t *dialect, const char *text)
{
    const blog_error_word_t *word;

    for (word = dialect->errors; word->words != NULL; word++) {
        if (text != NULL && strstr(text, word->words) != NULL) {
            return word->status;
        }
    }
    return BLOG_FAILED;
}
