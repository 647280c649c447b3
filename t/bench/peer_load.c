/* SPDX-License-Identifier: Apache-2.0 */
/* The load of ./run bench peers: calls over connections that stay open, by
 * TCP with newlines or by WebSocket. For connections.py; peers on loopback. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A power of two, and more than may be outstanding on one connection. */
#define SLOTS 1024
#define BUFFER 65536
#define CALL_ROOM 128

/* Latencies are counted in steps of 10 us, up to 10 s. */
#define STEP_NS 10000
#define STEPS 1000000

typedef struct line_t {
    int fd;
    uint64_t next_id;     /* of the next call */
    int outstanding;
    int blocked;          /* output waits until the socket takes more */
    size_t out_length;
    size_t in_length;
    uint64_t sent[SLOTS]; /* when, in ns, by the id's last bits */
    char *out;
    char *in;             /* the beginning of an answer */
} line_t;

typedef struct load_t {
    int is_websocket;
    int port;
    const char *path;
    int connections;
    int outstanding;
    int epoll;
    line_t *lines;
    uint64_t answered;
    uint32_t *steps;
} load_t;

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void die(const char *what)
{
    fprintf(stderr, "peer_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void die_of(const char *what)
{
    fprintf(stderr, "peer_load: %s\n", what);
    exit(1);
}

/* The upgrade of RFC 6455, section 4.1; the key is its example's. */
static void upgrade(const load_t *load, line_t *line)
{
    char text[512];
    size_t length = 0;
    int n = snprintf(text, sizeof(text),
                     "GET %s HTTP/1.1\r\nHost: localhost:%d\r\n"
                     "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                     "Sec-WebSocket-Version: 13\r\n\r\n",
                     load->path, load->port);

    if (send(line->fd, text, (size_t)n, 0) != n) {
        die("send of the upgrade");
    }
    memset(text, 0, sizeof(text));
    while (strstr(text, "\r\n\r\n") == NULL) {
        ssize_t got = recv(line->fd, text + length,
                           sizeof(text) - 1 - length, 0);

        if (got <= 0) {
            die_of("the server ended the connection during the upgrade");
        }
        length += (size_t)got;
    }
    if (strncmp(text, "HTTP/1.1 101", 12) != 0) {
        die_of(text);
    }
}

static void open_line(load_t *load, line_t *line)
{
    struct sockaddr_in address;
    struct epoll_event event = { .events = EPOLLIN };
    int on = 1;

    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)load->port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    line->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (line->fd < 0 || connect(line->fd, (struct sockaddr *)&address,
                                sizeof(address)) != 0) {
        die("connect");
    }
    setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (load->is_websocket) {
        upgrade(load, line);
    }
    event.data.ptr = line;
    if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, line->fd, &event) != 0) {
        die("epoll_ctl");
    }
}

static void wait_for(const load_t *load, line_t *line, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = line };

    if (epoll_ctl(load->epoll, EPOLL_CTL_MOD, line->fd, &event) != 0) {
        die("epoll_ctl");
    }
}

static void flush_out(const load_t *load, line_t *line)
{
    ssize_t sent = send(line->fd, line->out, line->out_length,
                        MSG_DONTWAIT | MSG_NOSIGNAL);

    if (sent < 0 && errno != EAGAIN) {
        die("send");
    }
    if (sent > 0) {
        line->out_length -= (size_t)sent;
        memmove(line->out, line->out + sent, line->out_length);
    }
    if (line->blocked != (line->out_length > 0)) {
        line->blocked = line->out_length > 0;
        wait_for(load, line, line->blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }
}

/* Append one call, in a text frame with a mask where it is a WebSocket. */
static void add_call(const load_t *load, line_t *line, uint64_t now)
{
    char text[CALL_ROOM];
    uint32_t mask = (uint32_t)(line->next_id * 2654435761u);
    unsigned char key[4];
    char *out = line->out + line->out_length;
    int i;
    int n = snprintf(text, sizeof(text), "{\"jsonrpc\":\"2.0\",\"method\":"
                     "\"add\",\"params\":[2,3],\"id\":%llu}%s",
                     (unsigned long long)line->next_id,
                     load->is_websocket ? "" : "\n");

    line->sent[line->next_id++ % SLOTS] = now;
    line->outstanding++;
    if (load->is_websocket) {
        memcpy(key, &mask, sizeof(key));
        *out++ = (char)0x81;
        *out++ = (char)(0x80 | n);
        memcpy(out, key, sizeof(key));
        out += sizeof(key);
        for (i = 0; i < n; i++) {
            out[i] = (char)(text[i] ^ key[i % 4]);
        }
    }
    else {
        memcpy(out, text, (size_t)n);
    }
    line->out_length = (size_t)(out + n - line->out);
}

static void fill(const load_t *load, line_t *line, int outstanding,
                 uint64_t now)
{
    while (line->outstanding < outstanding
           && line->out_length + CALL_ROOM + 8 < BUFFER) {
        add_call(load, line, now);
    }
    flush_out(load, line);
}

/* {"jsonrpc":"2.0","result":5,"id":7}: anything else ends the measurement. */
static void take_answer(load_t *load, line_t *line, const char *text,
                        size_t length, uint64_t now)
{
    static const char begin[] = "{\"jsonrpc\":\"2.0\",\"result\":5,\"id\":";
    uint64_t id;
    uint64_t step;

    if (length < sizeof(begin)
        || memcmp(text, begin, sizeof(begin) - 1) != 0) {
        fprintf(stderr, "peer_load: a wrong answer: %.*s\n", (int)length,
                text);
        exit(1);
    }
    id = strtoull(text + sizeof(begin) - 1, NULL, 10);
    step = (now - line->sent[id % SLOTS]) / STEP_NS;
    load->steps[step < STEPS ? step : STEPS - 1]++;
    load->answered++;
    line->outstanding--;
}

/* Where the next answer begins and how long it is with its framing; 0: not
 * all of it is there. */
static size_t next_answer(const load_t *load, const char *in, size_t length,
                          const char **ret_text, size_t *ret_length)
{
    const char *end;

    *ret_text = in;
    if (load->is_websocket) {
        if (length < 2 || length < 2 + (size_t)(in[1] & 0x7f)) {
            return 0;
        }
        if ((unsigned char)in[0] != 0x81) {
            die_of("a frame that is no text");
        }
        *ret_text = in + 2;
        *ret_length = (size_t)(in[1] & 0x7f);
        return 2 + *ret_length;
    }
    end = memchr(in, '\n', length);
    if (end == NULL) {
        return 0;
    }
    *ret_length = (size_t)(end - in);
    return *ret_length + 1;
}

static void read_answers(load_t *load, line_t *line, uint64_t now)
{
    size_t used = 0;
    size_t one;
    const char *text;
    size_t length;
    ssize_t got = recv(line->fd, line->in + line->in_length,
                       BUFFER - 1 - line->in_length, MSG_DONTWAIT);

    if (got == 0) {
        die_of("the server ended a connection");
    }
    if (got < 0) {
        if (errno != EAGAIN) {
            die("recv");
        }
        return;
    }
    line->in_length += (size_t)got;
    line->in[line->in_length] = '\0';
    do {
        one = next_answer(load, line->in + used, line->in_length - used,
                          &text, &length);
        if (one > 0) {
            take_answer(load, line, text, length, now);
            used += one;
        }
    } while (one > 0);
    line->in_length -= used;
    memmove(line->in, line->in + used, line->in_length);
}

/* Answer by answer until the time is over, or until all are answered. */
static void turn(load_t *load, uint64_t until, uint64_t enough, int refill)
{
    struct epoll_event events[256];
    uint64_t now = now_ns();

    while (now < until && load->answered < enough) {
        int i;
        int n = epoll_wait(load->epoll, events, 256, 100);

        if (n < 0 && errno != EINTR) {
            die("epoll_wait");
        }
        now = now_ns();
        for (i = 0; i < n; i++) {
            line_t *line = events[i].data.ptr;

            if (events[i].events & ~(uint32_t)EPOLLOUT) {
                read_answers(load, line, now);
            }
            if (refill && line->outstanding <= load->outstanding / 2) {
                fill(load, line, load->outstanding, now);
            }
            else if (line->blocked) {
                flush_out(load, line);
            }
        }
    }
}

static double percentile(const load_t *load, double part)
{
    uint64_t seen = 0;
    int i;

    for (i = 0; i < STEPS; i++) {
        seen += load->steps[i];
        if (seen > 0 && (double)seen >= part * (double)load->answered) {
            return (i + 1) * (STEP_NS / 1e6);
        }
    }
    return 0;
}

static void report(const load_t *load, uint64_t ns)
{
    printf("BENCH answered=%llu us=%llu p50_us=%.0f p99_us=%.0f\n",
           (unsigned long long)load->answered,
           (unsigned long long)(ns / 1000), 1000 * percentile(load, 0.5),
           1000 * percentile(load, 0.99));
    fflush(stdout);
}

/* Calls for some seconds, as many outstanding on each line as was asked. */
static void run_calls(load_t *load, int seconds)
{
    uint64_t began = now_ns();
    int i;

    for (i = 0; i < load->connections; i++) {
        fill(load, &load->lines[i], load->outstanding, began);
    }
    turn(load, began + (uint64_t)seconds * 1000000000u, UINT64_MAX, 1);
    report(load, now_ns() - began);
}

/* Says that all are open, waits for a line of input while somebody looks at
 * the server's memory, and then has each answer once; for at most a minute. */
static void run_idle(load_t *load)
{
    uint64_t began;
    int i;

    printf("OPEN %d\n", load->connections);
    fflush(stdout);
    if (getchar() == EOF) {
        die_of("nobody said go");
    }
    began = now_ns();
    for (i = 0; i < load->connections; i++) {
        fill(load, &load->lines[i], 1, now_ns());
        if (i % load->outstanding == load->outstanding - 1) {
            turn(load, began + 60000000000u, (uint64_t)i + 1, 0);
        }
    }
    turn(load, began + 60000000000u, (uint64_t)load->connections, 0);
    report(load, now_ns() - began);
}

static void open_all(load_t *load, char *buffers)
{
    int i;

    load->epoll = epoll_create1(0);
    if (load->epoll < 0) {
        die("epoll_create1");
    }
    for (i = 0; i < load->connections; i++) {
        line_t *line = &load->lines[i];

        /* The memory is touched only where it is used. */
        line->in = buffers + (size_t)i * 2 * BUFFER;
        line->out = line->in + BUFFER;
        line->next_id = 1;
        open_line(load, line);
    }
}

int main(int argc, char **argv)
{
    load_t load = { 0 };
    int seconds;
    char *buffers;

    if (argc != 7) {
        die_of("usage: peer_load tcp|PATH PORT CONNECTIONS OUTSTANDING "
               "calls|idle SECONDS");
    }
    load.path = argv[1];
    load.is_websocket = argv[1][0] == '/';
    load.port = atoi(argv[2]);
    load.connections = atoi(argv[3]);
    load.outstanding = atoi(argv[4]);
    seconds = atoi(argv[6]);
    if (load.port <= 0 || load.connections <= 0 || seconds <= 0
        || load.outstanding <= 0 || load.outstanding >= SLOTS) {
        die_of("a number is out of range");
    }
    load.lines = calloc((size_t)load.connections, sizeof(*load.lines));
    load.steps = calloc(STEPS, sizeof(*load.steps));
    buffers = calloc((size_t)load.connections, 2 * BUFFER);
    if (load.lines == NULL || load.steps == NULL || buffers == NULL) {
        die("memory");
    }
    open_all(&load, buffers);
    if (strcmp(argv[5], "idle") == 0) {
        run_idle(&load);
    }
    else {
        run_calls(&load, seconds);
    }
    return 0;
}
