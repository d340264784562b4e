/* The limit of room delivery: one thread, epoll, one send() per viewer of bytes that were encoded once.
 *
 * Speaks just enough of the room server's protocol for bench/rooms_viewers.py. Prints its port; then every line on stdin is the
 * data of one event ("<seq> <json>"), which goes to all viewers. No heartbeat, no resume, no slow viewers, no database.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 65536
#define BATCH 1024

static const char HEAD[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    "retry: 1000\n\nevent: snapshot\nid: 0\ndata: {\"seq\":0,\"ts\":0,\"entries\":{}}\n\n";

static int viewers[MOST];
static int count;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int open_socket(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (s < 0 || bind(s, (struct sockaddr *)&address, size) || listen(s, 4096)) fail("listen");
    if (getsockname(s, (struct sockaddr *)&address, &size)) fail("getsockname");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return s;
}

static void watch(int epoll, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl");
}

static void accept_all(int epoll, int listening) {
    int fd, one = 1;
    while ((fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        watch(epoll, fd);
    }
}

/* The request comes in one piece from the bench's client; its end is not looked for. */
static void answer(int fd) {
    char request[4096];
    ssize_t got = recv(fd, request, sizeof request, 0);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) close(fd);
        return;
    }
    if (send(fd, HEAD, sizeof HEAD - 1, MSG_NOSIGNAL) > 0 && count < MOST) viewers[count++] = fd;
}

static void deliver(char *line) {
    static char chunk[8192];
    char *data = strchr(line, ' ');
    if (!data) return;
    *data++ = 0;
    int size = snprintf(chunk, sizeof chunk, "event: set\nid: %s\ndata: %s\n\n", line, data);
    for (int i = 0; i < count; i++)
        if (send(viewers[i], chunk, size, MSG_NOSIGNAL) != size) fail("send");
}

/* Whole lines only; the rest waits for the next read. Returns 0 at the end of the input. */
static int read_events(void) {
    static char buffer[16384];
    static size_t filled;
    ssize_t got = read(0, buffer + filled, sizeof buffer - 1 - filled);
    if (got <= 0) return 0;
    filled += got;
    buffer[filled] = 0;
    char *line = buffer, *end;
    while ((end = strchr(line, '\n'))) {
        *end = 0;
        deliver(line);
        line = end + 1;
    }
    filled -= line - buffer;
    memmove(buffer, line, filled);
    return 1;
}

int main(void) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    int epoll = epoll_create1(0), listening = open_socket();
    watch(epoll, listening);
    watch(epoll, 0);
    struct epoll_event events[BATCH];
    for (;;) {
        int ready = epoll_wait(epoll, events, BATCH, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == listening) accept_all(epoll, listening);
            else if (fd) answer(fd);
            else if (!read_events()) return 0;
        }
    }
}
