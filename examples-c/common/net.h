/* TCP sockets: addresses, connecting, listening, waiting. */
#ifndef EXAMPLES_NET_H
#define EXAMPLES_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define NET_ADDRESS_LENGTH 80 /* enough for "[IPv6%interface]:port" */

struct net_endpoint {
    char host[256];
    char port[6];
};

struct net_address {
    struct sockaddr_storage storage;
    socklen_t length;
};

/* HOST:PORT, with an IPv6 address in brackets. */
bool net_parse_endpoint(const char *text, struct net_endpoint *endpoint);
/* The numeric form of an address: "127.0.0.1:443", "[::1]:443". */
void net_address_text(const struct sockaddr_storage *address, socklen_t length,
                      char text[NET_ADDRESS_LENGTH]);

/* Microseconds of a clock that never goes back. */
int64_t net_now(void);

/* A client takes a descriptor, or two: asks for as many as the system lets us have. */
void net_raise_descriptor_limit(void);
/* A client may leave at any time: writing to it must be an error, not a signal. */
bool net_ignore_broken_pipes(void);
/* Non-blocking, closed on exec, without Nagle's delay. */
bool net_prepare(int connection);

enum net_outcome { NET_DONE, NET_FAILED, NET_TIMED_OUT };

/* Waits until one of `events` (POLLIN, POLLOUT) is there; `*ready` is what poll() said. */
enum net_outcome net_wait(int connection, short events, int64_t deadline, short *ready);

/* Tries every address of the name until the deadline (the look-up itself is not cut short). On
 * NET_DONE `*connection` is a prepared socket, and `address` where it leads to; otherwise
 * `*problem` says why. */
enum net_outcome net_connect(const struct net_endpoint *endpoint, int64_t deadline, int *connection,
                             char address[NET_ADDRESS_LENGTH], const char **problem);

/* Looks the first address of the name up. False: `*problem` says why not. */
bool net_resolve(const struct net_endpoint *endpoint, struct net_address *address,
                 const char **problem);
/* Starts to connect, without waiting: once poll() says POLLOUT, net_connect_error() tells how it
 * went. A prepared socket, or -1 with errno. */
int net_connect_start(const struct net_address *address);
/* 0: the socket is connected; otherwise an errno. */
int net_connect_error(int connection);

/* A prepared listening socket, and the address that it got; -1: `*problem` says why. */
int net_listen(const struct net_endpoint *endpoint, char address[NET_ADDRESS_LENGTH],
               const char **problem);

#endif
