/* TCP sockets: addresses, connecting, listening, waiting. */
#define _POSIX_C_SOURCE 200809L
#include "net.h"

#include "arguments.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

bool net_parse_endpoint(const char *text, struct net_endpoint *endpoint) {
    const char *host = text, *colon = strrchr(text, ':');
    long port = 0;
    if (colon == NULL || !parse_integer(colon + 1, 0, 65535, &port)) return false;
    size_t length = (size_t)(colon - text);
    if (host[0] == '[') {
        if (length < 3 || colon[-1] != ']') return false;
        host += 1;
        length -= 2;
    } else if (memchr(host, ':', length) != NULL) {
        return false; /* an IPv6 address without brackets: where does it end? */
    }
    if (length == 0 || length >= sizeof endpoint->host) return false;
    memcpy(endpoint->host, host, length);
    endpoint->host[length] = '\0';
    snprintf(endpoint->port, sizeof endpoint->port, "%u", (unsigned)port & 0xffffu);
    return true;
}

void net_address_text(const struct sockaddr_storage *address, socklen_t length,
                      char text[NET_ADDRESS_LENGTH]) {
    char host[64], port[8];
    int problem = getnameinfo((const struct sockaddr *)address, length, host, sizeof host, port,
                              sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    if (problem != 0) snprintf(text, NET_ADDRESS_LENGTH, "unknown");
    else if (address->ss_family == AF_INET6)
        snprintf(text, NET_ADDRESS_LENGTH, "[%s]:%s", host, port);
    else snprintf(text, NET_ADDRESS_LENGTH, "%s:%s", host, port);
}

int64_t net_now(void) {
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return 0;
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void net_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* a refusal only means fewer clients */
}

bool net_ignore_broken_pipes(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_IGN;
    return sigaction(SIGPIPE, &action, NULL) == 0;
}

bool net_prepare(int connection) {
    int flags = fcntl(connection, F_GETFL);
    if (flags < 0 || fcntl(connection, F_SETFL, flags | O_NONBLOCK) < 0) return false;
    if (fcntl(connection, F_SETFD, FD_CLOEXEC) < 0) return false;
    int on = 1; /* only a delay is at stake, so a refusal does not matter */
    (void)setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return true;
}

enum net_outcome net_wait(int connection, short events, int64_t deadline, short *ready) {
    for (;;) {
        int64_t left = deadline - net_now();
        if (left <= 0) return NET_TIMED_OUT;
        int64_t milliseconds = (left + 999) / 1000; /* rounded up: never a busy last millisecond */
        struct pollfd item = {.fd = connection, .events = events};
        int count = poll(&item, 1, milliseconds < INT_MAX ? (int)milliseconds : INT_MAX);
        if (count > 0) {
            *ready = item.revents;
            return NET_DONE;
        }
        if (count < 0 && errno != EINTR) return NET_FAILED;
    }
}

static enum net_outcome connect_one(const struct addrinfo *item, int64_t deadline, int *connection,
                                    const char **problem) {
    enum net_outcome outcome = NET_FAILED;
    short ready = 0;
    int error = 0;
    socklen_t error_length = sizeof error;
    int attempt = socket(item->ai_family, item->ai_socktype, item->ai_protocol);
    if (attempt < 0) {
        *problem = strerror(errno);
        return NET_FAILED;
    }
    bool prepared = net_prepare(attempt);
    if (prepared && connect(attempt, item->ai_addr, item->ai_addrlen) == 0) outcome = NET_DONE;
    else if (!prepared || (errno != EINPROGRESS && errno != EINTR)) error = errno;
    else {
        outcome = net_wait(attempt, POLLOUT, deadline, &ready);
        if (outcome == NET_FAILED) error = errno;
        if (outcome == NET_DONE &&
            getsockopt(attempt, SOL_SOCKET, SO_ERROR, &error, &error_length) != 0)
            error = errno;
        if (error != 0) outcome = NET_FAILED;
    }
    if (outcome == NET_DONE) {
        *connection = attempt;
        return NET_DONE;
    }
    *problem = outcome == NET_TIMED_OUT ? "no answer in time" : strerror(error);
    close(attempt);
    return outcome;
}

enum net_outcome net_connect(const struct net_endpoint *endpoint, int64_t deadline, int *connection,
                             char address[NET_ADDRESS_LENGTH], const char **problem) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *list = NULL;
    int refusal = getaddrinfo(endpoint->host, endpoint->port, &hints, &list);
    if (refusal != 0) {
        *problem = gai_strerror(refusal);
        return NET_FAILED;
    }
    enum net_outcome outcome = NET_FAILED;
    for (struct addrinfo *item = list; item != NULL && outcome == NET_FAILED; item = item->ai_next) {
        struct sockaddr_storage target;
        memset(&target, 0, sizeof target);
        memcpy(&target, item->ai_addr, item->ai_addrlen);
        net_address_text(&target, item->ai_addrlen, address);
        outcome = connect_one(item, deadline, connection, problem);
    }
    freeaddrinfo(list);
    return outcome;
}

bool net_resolve(const struct net_endpoint *endpoint, struct net_address *address,
                 const char **problem) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *list = NULL;
    int refusal = getaddrinfo(endpoint->host, endpoint->port, &hints, &list);
    if (refusal != 0) {
        *problem = gai_strerror(refusal);
        return false;
    }
    memset(address, 0, sizeof *address);
    memcpy(&address->storage, list->ai_addr, list->ai_addrlen);
    address->length = list->ai_addrlen;
    freeaddrinfo(list);
    return true;
}

int net_connect_start(const struct net_address *address) {
    int attempt = socket(address->storage.ss_family, SOCK_STREAM, 0);
    if (attempt < 0) return -1;
    if (net_prepare(attempt) &&
        (connect(attempt, (const struct sockaddr *)&address->storage, address->length) == 0 ||
         errno == EINPROGRESS || errno == EINTR))
        return attempt;
    int kept = errno;
    close(attempt);
    errno = kept;
    return -1;
}

int net_connect_error(int connection) {
    int error = 0;
    socklen_t length = sizeof error;
    return getsockopt(connection, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

int net_listen(const struct net_endpoint *endpoint, char address[NET_ADDRESS_LENGTH],
               const char **problem) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *list = NULL;
    hints.ai_flags = AI_PASSIVE;
    int refusal = getaddrinfo(endpoint->host, endpoint->port, &hints, &list);
    if (refusal != 0) {
        *problem = gai_strerror(refusal);
        return -1;
    }
    int listener = -1;
    for (struct addrinfo *item = list; item != NULL && listener < 0; item = item->ai_next) {
        int on = 1;
        struct sockaddr_storage bound;
        socklen_t bound_length = sizeof bound;
        listener = socket(item->ai_family, item->ai_socktype, item->ai_protocol);
        if (listener >= 0 && net_prepare(listener) &&
            setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
            bind(listener, item->ai_addr, item->ai_addrlen) == 0 &&
            listen(listener, SOMAXCONN) == 0 &&
            getsockname(listener, (struct sockaddr *)&bound, &bound_length) == 0) {
            net_address_text(&bound, bound_length, address);
            break;
        }
        *problem = strerror(errno);
        if (listener >= 0) close(listener);
        listener = -1;
    }
    freeaddrinfo(list);
    return listener;
}
