/* SPDX-License-Identifier: Apache-2.0 */
/* Who subscribed to what in this process, and what is published delivered.
 * For builtin.c, rpc_publish(), and hosts, whose other processes publish. */
#include <stdlib.h>
#include <string.h>

#include "apr_hash.h"
#include "apr_strings.h"

#include "core/utf8.h"
#include "peer/session.h"
#include "protocol/json.h"

typedef struct rpc_topics_t rpc_topics_t;
typedef struct rpc_subscription_t rpc_subscription_t;
typedef struct topic_t topic_t;

/* One for each topic that was ever subscribed to: as many as tables declare,
 * for each virtual server. */
struct topic_t {
    const char *key; /* "SERVER-INDEX TABLE.TOPIC" */
    rpc_subscription_t *subscriptions;
    apr_size_t count;
};

/* malloc'ed; in the list of its topic and in that of its peer. */
struct rpc_subscription_t {
    rpc_peer_t *peer; /* no reference: a peer that is lost takes it out */
    topic_t *topic;
    const char *name; /* as the endpoint names it; follows */
    enum rpc_topic_style_e style;
    rpc_subscription_t *next;
    rpc_subscription_t **at;
    rpc_subscription_t *next_of_peer;
};

struct rpc_topics_t {
    pthread_mutex_t mutex; /* guards all below and the peers' lists; a leaf */
    apr_hash_t *topics;    /* key -> topic_t */
    apr_pool_t *pool;
};

/* What to send to whom, while no lock is held. */
typedef struct delivery_t {
    rpc_peer_t *peer; /* a reference */
    const char *name; /* in the pool of the delivery */
    enum rpc_topic_style_e style;
} delivery_t;

static apr_status_t destroy_mutex(void *mutex)
{
    pthread_mutex_destroy(mutex);
    return APR_SUCCESS;
}

struct rpc_topics_t *rpc_topics_create(apr_pool_t *pool)
{
    rpc_topics_t *topics = apr_pcalloc(pool, sizeof(*topics));

    pthread_mutex_init(&topics->mutex, NULL);
    /* Of its own: others use the host's pool meanwhile. */
    apr_pool_create(&topics->pool, pool);
    topics->topics = apr_hash_make(topics->pool);
    apr_pool_cleanup_register(pool, &topics->mutex, destroy_mutex,
                              apr_pool_cleanup_null);
    return topics;
}

/* ---- which topics there are ---- */

static const char *topic_of(const rpc_mounted_t *mounted, const char *name,
                            apr_size_t length)
{
    const char *const *topic = mounted->table->topics;
    apr_size_t prefix = strlen(mounted->prefix);

    if (topic == NULL || length < prefix
        || memcmp(name, mounted->prefix, prefix) != 0) {
        return NULL;
    }
    for (; *topic != NULL; topic++) {
        if (strlen(*topic) == length - prefix
            && memcmp(*topic, name + prefix, length - prefix) == 0) {
            return *topic;
        }
    }
    return NULL;
}

/* The key of a topic by its public name; NULL: no table declares it. */
static char *find_key(const rpc_peer_t *peer, const char *name,
                      apr_size_t length, char *key, apr_size_t room)
{
    const rpc_registry_t *registry = peer->caller.registry;

    for (; registry != NULL; registry = registry->outer) {
        int i;

        for (i = 0; i < rpc_mount_count(registry->mount); i++) {
            const rpc_mounted_t *mounted = rpc_mount_at(registry->mount, i);
            const char *topic = topic_of(mounted, name, length);

            if (topic != NULL) {
                apr_snprintf(key, room, "%d %s.%s", peer->server_index,
                             mounted->table->name, topic);
                return key;
            }
        }
    }
    return NULL;
}

/* ---- subscriptions; with the topics' mutex ---- */

static topic_t *need_topic(rpc_topics_t *topics, const char *key)
{
    topic_t *topic = apr_hash_get(topics->topics, key, APR_HASH_KEY_STRING);

    if (topic == NULL) {
        topic = apr_pcalloc(topics->pool, sizeof(*topic));
        topic->key = apr_pstrdup(topics->pool, key);
        apr_hash_set(topics->topics, topic->key, APR_HASH_KEY_STRING, topic);
    }
    return topic;
}

/* What points to it in the peer's list; to NULL if it has none such. */
static rpc_subscription_t **find_of_peer(rpc_peer_t *peer, const char *name,
                                         apr_size_t length,
                                         enum rpc_topic_style_e style)
{
    rpc_subscription_t **at = &peer->subscriptions;

    while (*at != NULL
           && ((*at)->style != style || strlen((*at)->name) != length
               || memcmp((*at)->name, name, length) != 0)) {
        at = &(*at)->next_of_peer;
    }
    return at;
}

static void link_in(rpc_peer_t *peer, topic_t *topic,
                    rpc_subscription_t *made)
{
    made->peer = peer;
    made->topic = topic;
    made->next = topic->subscriptions;
    made->at = &topic->subscriptions;
    if (made->next != NULL) {
        made->next->at = &made->next;
    }
    topic->subscriptions = made;
    topic->count++;
    made->next_of_peer = peer->subscriptions;
    peer->subscriptions = made;
}

static void take_out(rpc_subscription_t **of_peer)
{
    rpc_subscription_t *gone = *of_peer;

    *of_peer = gone->next_of_peer;
    *gone->at = gone->next;
    if (gone->next != NULL) {
        gone->next->at = gone->at;
    }
    gone->topic->count--;
    free(gone);
}

enum rpc_topic_outcome_e rpc_topic_subscribe(rpc_peer_t *peer,
                                             const char *name,
                                             apr_size_t length,
                                             enum rpc_topic_style_e style)
{
    rpc_topics_t *topics = peer->host->topics;
    enum rpc_topic_outcome_e outcome = RPC_TOPIC_UNCHANGED;
    rpc_subscription_t *made;
    char key[1024];

    if (topics == NULL
        || find_key(peer, name, length, key, sizeof(key)) == NULL) {
        return RPC_TOPIC_UNKNOWN;
    }
    made = rpc_peer_allocate(sizeof(*made) + length + 1);
    memcpy(made + 1, name, length);
    made->name = (const char *)(made + 1);
    made->style = style;
    pthread_mutex_lock(&topics->mutex);
    if (*find_of_peer(peer, name, length, style) == NULL
        && !rpc_atomic_get(&peer->is_gone)) {
        link_in(peer, need_topic(topics, key), made);
        made = NULL;
        outcome = RPC_TOPIC_OK;
    }
    pthread_mutex_unlock(&topics->mutex);
    free(made);
    return outcome;
}

enum rpc_topic_outcome_e rpc_topic_unsubscribe(rpc_peer_t *peer,
                                               const char *name,
                                               apr_size_t length,
                                               enum rpc_topic_style_e style)
{
    rpc_topics_t *topics = peer->host->topics;
    enum rpc_topic_outcome_e outcome = RPC_TOPIC_UNCHANGED;
    rpc_subscription_t **at;
    char key[1024];

    if (topics == NULL
        || find_key(peer, name, length, key, sizeof(key)) == NULL) {
        return RPC_TOPIC_UNKNOWN;
    }
    pthread_mutex_lock(&topics->mutex);
    at = find_of_peer(peer, name, length, style);
    if (*at != NULL) {
        take_out(at);
        outcome = RPC_TOPIC_OK;
    }
    pthread_mutex_unlock(&topics->mutex);
    return outcome;
}

void rpc_topic_forget(rpc_peer_t *peer)
{
    rpc_topics_t *topics = peer->host->topics;

    if (topics == NULL) {
        return;
    }
    pthread_mutex_lock(&topics->mutex);
    while (peer->subscriptions != NULL) {
        take_out(&peer->subscriptions);
    }
    pthread_mutex_unlock(&topics->mutex);
}

/* ---- delivery ---- */

/* Copy out who is to get it, with a reference each. */
static delivery_t *list_subscribers(rpc_topics_t *topics, const char *key,
                                    apr_pool_t *pool, apr_size_t *ret_count)
{
    const rpc_subscription_t *at;
    delivery_t *deliveries = NULL;
    const topic_t *topic;
    const char *name = "";
    apr_size_t count = 0;

    pthread_mutex_lock(&topics->mutex);
    topic = apr_hash_get(topics->topics, key, APR_HASH_KEY_STRING);
    if (topic != NULL && topic->count > 0) {
        deliveries = apr_palloc(pool, sizeof(*deliveries) * topic->count);
        for (at = topic->subscriptions; at != NULL; at = at->next) {
            if (strcmp(at->name, name) != 0) {
                name = apr_pstrdup(pool, at->name);
            }
            deliveries[count].peer = rpc_peer_api.ref(at->peer);
            deliveries[count].name = name;
            deliveries[count].style = at->style;
            count++;
        }
    }
    pthread_mutex_unlock(&topics->mutex);
    *ret_count = count;
    return deliveries;
}

static void write_text(const delivery_t *delivery, const char *params,
                       apr_size_t length, rpc_writer_t *text)
{
    rpc_writer_cut(text, 0);
    if (delivery->style == RPC_TOPIC_EVENT) {
        rpc_write_literal(text, "{\"notification\":");
    }
    else {
        rpc_write_literal(text, "{\"jsonrpc\":\"2.0\",\"method\":");
    }
    rpc_json_write_string(text, delivery->name, strlen(delivery->name));
    rpc_write_literal(text, ",\"params\":");
    rpc_write(text, params, length);
    rpc_write_char(text, '}');
}

void rpc_topics_deliver(rpc_host_t *host, const char *key, const char *params,
                        apr_size_t length)
{
    const delivery_t *written = NULL;
    delivery_t *deliveries;
    rpc_writer_t *text;
    apr_pool_t *pool;
    apr_size_t count;
    apr_size_t i;

    if (host->topics == NULL
        || apr_pool_create_unmanaged_ex(&pool, NULL, NULL) != APR_SUCCESS) {
        return;
    }
    deliveries = list_subscribers(host->topics, key, pool, &count);
    text = rpc_writer_create(pool);
    for (i = 0; i < count; i++) {
        delivery_t *delivery = &deliveries[i];

        /* Most name it alike, and in the same style: written once. */
        if (written == NULL || written->name != delivery->name
            || written->style != delivery->style) {
            write_text(delivery, params, length, text);
            written = delivery;
        }
        if (rpc_peer_send(delivery->peer, text->data, text->length)
            == APR_ENOSPC) {
            rpc_topic_forget(delivery->peer); /* it does not read */
        }
        rpc_peer_api.unref(delivery->peer);
    }
    apr_pool_destroy(pool);
}

static const char *write_params(rpc_writer_t *out, const rpc_value_t *value)
{
    const char *problem = NULL;

    if (rpc_type(value) == RPC_ARRAY) {
        return rpc_json_write(out, value);
    }
    rpc_write_char(out, '[');
    if (value != NULL) {
        problem = rpc_json_write(out, value);
    }
    rpc_write_char(out, ']');
    return problem;
}

apr_status_t rpc_topic_publish(rpc_call_t *call, const char *topic,
                               const rpc_value_t *value)
{
    rpc_host_t *host = call->caller->host;
    apr_status_t rv = APR_EINVAL;
    rpc_writer_t *params;
    char key[1024];
    int index = 0;

    if (host == NULL) {
        return APR_ENOTIMPL;
    }
    if (host->server_index != NULL) {
        index = host->server_index(host, call->caller->server);
    }
    apr_snprintf(key, sizeof(key), "%d %s", index, topic);
    params = rpc_writer_create(NULL);
    if (write_params(params, value) == NULL) {
        rpc_topics_deliver(host, key, params->data, params->length);
        if (host->broadcast != NULL) {
            host->broadcast(host, key, params->data, params->length);
        }
        rv = APR_SUCCESS;
    }
    rpc_writer_destroy(params);
    return rv;
}
