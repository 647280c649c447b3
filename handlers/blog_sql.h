/* SPDX-License-Identifier: Apache-2.0 */
/* The blog's SQL: its statements, its schema, and the little in which SQLite
 * and PostgreSQL differ. For blog_db.c and mod_rpc_blog.c. */
#ifndef BLOG_SQL_H
#define BLOG_SQL_H

/** What a call to the database came to. */
typedef enum blog_status_e {
    BLOG_OK = 0,
    BLOG_BUSY,  /**< locked by somebody else for too long */
    BLOG_FULL,  /**< no space left */
    BLOG_GONE,  /**< cannot be reached, read or written */
    BLOG_NEWER, /**< its schema is of a later version of this handler */
    BLOG_FAILED /**< any other failure */
} blog_status_e;

/** The prepared statements. Those of a page come in threes: LIST, TAG and
 *  FIND differ in what they choose from. */
typedef enum blog_sql_e {
    BLOG_SQL_VERSION,
    BLOG_SQL_LIST_COUNT,
    BLOG_SQL_LIST_POSTS, /**< the parameters of its count, limit, offset */
    BLOG_SQL_LIST_TAGS,  /**< the same */
    BLOG_SQL_TAG_COUNT,  /**< tag */
    BLOG_SQL_TAG_POSTS,
    BLOG_SQL_TAG_TAGS,
    BLOG_SQL_FIND_COUNT, /**< pattern, thrice */
    BLOG_SQL_FIND_POSTS,
    BLOG_SQL_FIND_TAGS,
    BLOG_SQL_POST,       /**< id */
    BLOG_SQL_POST_TAGS,  /**< id */
    BLOG_SQL_ADD_POST,   /**< title, author, body, created, changed; -> id */
    BLOG_SQL_UPDATE_POST, /**< title, body, changed, id */
    BLOG_SQL_DELETE_POST, /**< id */
    BLOG_SQL_ADD_TAG,     /**< post, place, tag */
    BLOG_SQL_DELETE_TAGS, /**< post */
    BLOG_SQL_ADD_COMMENT, /**< post, author, body, created; -> id */
    BLOG_SQL_DELETE_COMMENTS, /**< post */
    BLOG_SQL_COMMENT_COUNT,   /**< post */
    BLOG_SQL_COMMENTS,        /**< post, limit, offset */
    BLOG_SQL_STATEMENTS /**< how many there are */
} blog_sql_e;

/** Their text, with apr_dbd_prepare()'s placeholders. */
extern const char *const blog_sql_text[BLOG_SQL_STATEMENTS];

/** Words in a driver's error text, and what they mean. */
typedef struct blog_error_word_t {
    const char *words; /**< NULL ends the list */
    blog_status_e status;
} blog_error_word_t;

/** All that differs from driver to driver. */
typedef struct blog_dialect_t {
    const char *driver;      /**< as DBDriver names it */
    int in_a_file;           /**< DBDParams is the path of a file */
    const char *on_connect;  /**< run once on each connection, or NULL */
    const char *begin_read;  /**< a transaction that sees one state */
    const char *begin_write; /**< one that no other writer runs beside */
    const char *id_type;     /**< of a column that counts by itself */
    const blog_error_word_t *errors;
} blog_dialect_t;

/** @return The driver's dialect, or NULL if the blog does not know it */
const blog_dialect_t *blog_sql_dialect(const char *driver);

/** What a driver's error text means.
 *  @param text May be NULL */
blog_status_e blog_sql_judge(const blog_dialect_t *dialect, const char *text);

/** The version of the schema that the statements are made for. */
#define BLOG_SCHEMA_VERSION 2

/** The longest list of statements of one version. */
#define BLOG_SCHEMA_STEPS 6

/** What leads from version i to version i + 1; "@ID@" stands for id_type,
 *  NULL ends the list. */
extern const char *const
    blog_sql_schema[BLOG_SCHEMA_VERSION][BLOG_SCHEMA_STEPS];

#endif
