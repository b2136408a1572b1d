/* A server of many clients: a listening socket on a loop, until a signal ends it. */
#ifndef EXAMPLES_SERVER_H
#define EXAMPLES_SERVER_H

#include "loop.h"
#include "net.h"

/* The first member of whatever a program keeps of a client. */
struct server_client {
    bool over;                          /* nothing is left to do but `close` */
    struct server_client *next, **link; /* the list of all */
};

/* What a program does with its clients. A client's sockets are watched by itself, with the client as
 * their owner. */
struct server_program {
    const char *name; /* for the messages */
    const struct net_endpoint *listen;
    size_t most_clients; /* more than that wait; 0: all are accepted */
    bool once;           /* the first client is the last one */
    void *options;       /* the program's own, for `open` */

    void (*listening)(const char *address);
    /* Takes the socket over. NULL (with the socket closed) when there is no memory for one more. */
    struct server_client *(*open)(void *options, struct loop *loop, int socket, const char *peer);
    /* Does what can be done without waiting, after loop_wait found one of its sockets ready. */
    void (*serve)(void *client);
    void (*check_time)(void *client, int64_t now); /* once a second */
    /* Ends it, if it has not ended by itself, and frees everything. */
    void (*close)(void *client, const char *reason);
};

/* Serves until SIGINT or SIGTERM comes or, with `once`, until the one client is gone. False: the system
 * refused, and stderr says what. */
bool server_run(const struct server_program *program);

#endif
