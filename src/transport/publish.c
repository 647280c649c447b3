/* SPDX-License-Identifier: Apache-2.0 */
/* Mailboxes between children: datagram sockets that the parent makes, a table
 * of who reads which in shared memory. For child.c and mod_rpc.c. */
#include "transport/publish.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ap_mpm.h"
#include "apr_atomic.h"
#include "apr_portable.h"
#include "apr_shm.h"
#include "http_log.h"

#include "log.h"
#include "peer/peer.h"

/* What goes into a datagram. More goes as a file in memory, of which the
 * datagram has the descriptor: a socket's buffer would not hold it. */
#define INLINE_BYTES (32 * 1024)

/* Of a key: "SERVER-INDEX TABLE.TOPIC". */
#define KEY_BYTES 1024

/* Datagrams that are read before peers have their turn again. */
#define FAIR_COUNT 64

typedef struct head_t {
    apr_uint64_t length;     /* of the params */
    apr_uint32_t key_length;
    apr_uint32_t is_file;    /* a descriptor has them */
} head_t;

struct rpc_mailboxes_t {
    int count;
    int (*ends)[2];                 /* to read, to write */
    volatile apr_uint32_t *readers; /* process ids, shared; 0: nobody */
};

struct rpc_mailbox_t {
    rpc_mailboxes_t *boxes;
    server_rec *server;
    int mine;                       /* -1: there was none left */
    char *buffer;                   /* of the reading thread */
    volatile apr_uint32_t dropped;
};

#define BUFFER_BYTES (sizeof(head_t) + KEY_BYTES + INLINE_BYTES)

/* ----------------------------------------------------------- the parent */

static apr_status_t close_all(void *data)
{
    rpc_mailboxes_t *boxes = data;
    int i;

    for (i = 0; i < boxes->count; i++) {
        close(boxes->ends[i][0]);
        close(boxes->ends[i][1]);
    }
    return APR_SUCCESS;
}

rpc_mailboxes_t *rpc_publish_create(server_rec *server, apr_pool_t *pconf)
{
    rpc_mailboxes_t *boxes = apr_pcalloc(pconf, sizeof(*boxes));
    apr_shm_t *shared = NULL;
    apr_status_t rv = APR_SUCCESS;
    int limit = 0;

    if (ap_mpm_query(AP_MPMQ_HARD_LIMIT_DAEMONS, &limit) != APR_SUCCESS
        || limit < 1) {
        limit = 1;
    }
    boxes->ends = apr_pcalloc(pconf, (apr_size_t)limit
                                     * sizeof(*boxes->ends));
    apr_pool_cleanup_register(pconf, boxes, close_all, apr_pool_cleanup_null);
    rv = apr_shm_create(&shared, (apr_size_t)limit * sizeof(apr_uint32_t),
                        NULL, pconf);
    while (rv == APR_SUCCESS && boxes->count < limit) {
        if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
                       boxes->ends[boxes->count]) == 0) {
            boxes->count++;
        }
        else {
            rv = apr_get_os_error();
        }
    }
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, server, RPC_LOG_CHILD
                     "what is published stays in its child: no sockets for "
                     "%d children", limit);
        return NULL;
    }
    boxes->readers = apr_shm_baseaddr_get(shared);
    memset((void *)boxes->readers, 0,
           (apr_size_t)limit * sizeof(apr_uint32_t));
    return boxes;
}

void rpc_publish_free(rpc_mailboxes_t *boxes, pid_t pid)
{
    int i;

    for (i = 0; boxes != NULL && i < boxes->count; i++) {
        apr_atomic_cas32(&boxes->readers[i], 0, (apr_uint32_t)pid);
    }
}

/* ------------------------------------------------------------- a child */

/* What was sent to the one that had it before. */
static void drop_old(rpc_mailbox_t *mailbox)
{
    while (recv(mailbox->boxes->ends[mailbox->mine][0], mailbox->buffer,
                BUFFER_BYTES, MSG_DONTWAIT) >= 0) {
    }
}

static apr_status_t watch(rpc_mailbox_t *mailbox, apr_pollset_t *pollset,
                          void *client_data, apr_pool_t *pool)
{
    apr_os_sock_t fd = mailbox->boxes->ends[mailbox->mine][0];
    apr_socket_t *socket = NULL;
    apr_pollfd_t poll;
    apr_status_t rv = apr_os_sock_put(&socket, &fd, pool);

    memset(&poll, 0, sizeof(poll));
    poll.desc_type = APR_POLL_SOCKET;
    poll.desc.s = socket;
    poll.reqevents = APR_POLLIN;
    poll.client_data = client_data;
    return rv == APR_SUCCESS ? apr_pollset_add(pollset, &poll) : rv;
}

rpc_mailbox_t *rpc_publish_claim(rpc_mailboxes_t *boxes,
                                 apr_pollset_t *pollset, void *client_data,
                                 server_rec *server, apr_pool_t *pool)
{
    rpc_mailbox_t *mailbox;
    apr_status_t rv = APR_ENOSPC;
    int i;

    if (boxes == NULL) {
        return NULL;
    }
    mailbox = apr_pcalloc(pool, sizeof(*mailbox));
    mailbox->boxes = boxes;
    mailbox->server = server;
    mailbox->mine = -1;
    mailbox->buffer = apr_palloc(pool, BUFFER_BYTES);
    for (i = 0; i < boxes->count && mailbox->mine < 0; i++) {
        if (apr_atomic_cas32(&boxes->readers[i], (apr_uint32_t)getpid(), 0)
            == 0) {
            mailbox->mine = i;
            drop_old(mailbox);
            rv = watch(mailbox, pollset, client_data, pool);
        }
    }
    if (rv != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_ERR, rv, server, RPC_LOG_CHILD
                     "this child does not hear what others publish");
    }
    return mailbox;
}

/* ------------------------------------------------------------- sending */

/* @return a descriptor of the text, or -1 */
static int make_file(const char *params, apr_size_t length)
{
#ifdef MFD_CLOEXEC
    int fd = memfd_create("rpc-publish", MFD_CLOEXEC);
    apr_size_t done = 0;

    while (fd >= 0 && done < length) {
        ssize_t wrote = write(fd, params + done, length - done);

        if (wrote <= 0) {
            close(fd);
            fd = -1;
        }
        else {
            done += (apr_size_t)wrote;
        }
    }
    return fd;
#else
    (void)params;
    (void)length;
    return -1;
#endif
}

/* Room for one descriptor, aligned as the system wants it. */
typedef union control_t {
    struct cmsghdr head;
    char bytes[CMSG_SPACE(sizeof(int))];
} control_t;

static void attach(struct msghdr *message, control_t *control, int fd)
{
    struct cmsghdr *head;

    memset(control, 0, sizeof(*control));
    message->msg_control = control->bytes;
    message->msg_controllen = sizeof(control->bytes);
    head = CMSG_FIRSTHDR(message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(head), &fd, sizeof(fd));
}

static void drop(rpc_mailbox_t *mailbox)
{
    apr_uint32_t count = apr_atomic_inc32(&mailbox->dropped) + 1;

    if ((count & (count - 1)) == 0) {
        ap_log_error(APLOG_MARK, APLOG_WARNING, 0, mailbox->server,
                     RPC_LOG_DROPPED "other children do not take what is "
                     "published fast enough: %u texts of this child were "
                     "lost on the way so far", count);
    }
}

static void send_all(rpc_mailbox_t *mailbox, struct msghdr *message)
{
    const rpc_mailboxes_t *boxes = mailbox->boxes;
    int i;

    for (i = 0; i < boxes->count; i++) {
        if (i != mailbox->mine && apr_atomic_read32(&boxes->readers[i]) != 0
            && sendmsg(boxes->ends[i][1], message,
                       MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
            drop(mailbox);
        }
    }
}

void rpc_publish_send(rpc_mailbox_t *mailbox, const char *key,
                      const char *params, apr_size_t length)
{
    struct iovec parts[3];
    struct msghdr message;
    control_t control;
    head_t head;
    int fd = -1;

    if (mailbox == NULL) {
        return;
    }
    memset(&head, 0, sizeof(head));
    memset(&message, 0, sizeof(message));
    head.length = length;
    head.key_length = (apr_uint32_t)strlen(key);
    head.is_file = length > INLINE_BYTES;
    parts[0].iov_base = &head;
    parts[0].iov_len = sizeof(head);
    parts[1].iov_base = (void *)key;
    parts[1].iov_len = head.key_length;
    parts[2].iov_base = (void *)params;
    parts[2].iov_len = head.is_file ? 0 : length;
    message.msg_iov = parts;
    message.msg_iovlen = 3;
    if (head.is_file) {
        fd = make_file(params, length);
        if (fd < 0) {
            drop(mailbox);
            return;
        }
        attach(&message, &control, fd);
    }
    if (head.key_length < KEY_BYTES) {
        send_all(mailbox, &message);
    }
    else {
        drop(mailbox);
    }
    if (fd >= 0) {
        close(fd);
    }
}

/* ----------------------------------------------------------- receiving */

static int attached(struct msghdr *message)
{
    struct cmsghdr *head = CMSG_FIRSTHDR(message);
    int fd = -1;

    if (head != NULL && head->cmsg_level == SOL_SOCKET
        && head->cmsg_type == SCM_RIGHTS
        && head->cmsg_len == CMSG_LEN(sizeof(int))) {
        memcpy(&fd, CMSG_DATA(head), sizeof(fd));
    }
    return fd;
}

static void deliver_file(rpc_host_t *host, const char *key, int fd,
                         apr_uint64_t length)
{
    struct stat status;
    void *params;

    if (fstat(fd, &status) != 0 || (apr_uint64_t)status.st_size != length
        || length == 0) {
        return;
    }
    params = mmap(NULL, (size_t)length, PROT_READ, MAP_PRIVATE, fd, 0);
    if (params != MAP_FAILED) {
        rpc_topics_deliver(host, key, params, (apr_size_t)length);
        munmap(params, (size_t)length);
    }
}

static void deliver(rpc_host_t *host, const char *bytes, apr_size_t count,
                    int fd)
{
    char key[KEY_BYTES];
    head_t head;
    const char *params;

    memcpy(&head, bytes, sizeof(head));
    count -= sizeof(head);
    if (head.key_length >= KEY_BYTES || head.key_length > count) {
        return;
    }
    memcpy(key, bytes + sizeof(head), head.key_length);
    key[head.key_length] = '\0';
    params = bytes + sizeof(head) + head.key_length;
    count -= head.key_length;
    if (head.is_file && fd >= 0) {
        deliver_file(host, key, fd, head.length);
    }
    else if (!head.is_file && head.length == count) {
        rpc_topics_deliver(host, key, params, count);
    }
}

void rpc_publish_receive(rpc_mailbox_t *mailbox, rpc_host_t *host)
{
    ssize_t count = 1;
    int i;

    for (i = 0; i < FAIR_COUNT && count >= 0; i++) {
        struct iovec part = {mailbox->buffer, BUFFER_BYTES};
        struct msghdr message;
        control_t control;
        int fd;

        memset(&message, 0, sizeof(message));
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof(control.bytes);
        count = recvmsg(mailbox->boxes->ends[mailbox->mine][0], &message,
                        MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (count < 0) {
            break;
        }
        fd = attached(&message);
        if ((apr_size_t)count >= sizeof(head_t)
            && !(message.msg_flags & MSG_TRUNC)) {
            deliver(host, mailbox->buffer, (apr_size_t)count, fd);
        }
        if (fd >= 0) {
            close(fd);
        }
    }
}
