/* Very many clients in one loop, and what they do all at once. */
#ifndef SCALE_CROWD_H
#define SCALE_CROWD_H

#include "common/net.h"
#include "wire.h"

enum {
    CROWD_FIRST_PAYLOAD = 64,
    CROWD_LARGEST_PAYLOAD = 64 * 1024,
    CROWD_MOST_IN_FLIGHT = 16 * 1024 * 1024
};

struct client {
    struct wire wire;
    bool connecting;
    size_t awaited;      /* packets that have not come back */
    struct client *next; /* in the line of those that are idle */
};

struct crowd {
    struct loop *loop;
    const mtproto_config *config;
    struct net_address server;
    struct client *clients;
    size_t count;
    size_t sources;                 /* connections so far: they come from addresses in turn */
    struct client *first, **behind; /* the line of the idle */
    size_t busy;                    /* how many wait for something to come back */
    size_t size, window;            /* of the packets: their length, and how many a client sends at once */
    bool going;                     /* whoever is done lets the next one go */
    uint64_t echoed;                /* packets that came back, all in all */
    const char *problem;            /* the first one, in words */
};

/* `clients` are `count` of them, zeroed. */
void crowd_start(struct crowd *crowd, struct client *clients, size_t count);
void crowd_end(struct crowd *crowd);

/* Opens so many connections, at most 64 of them at the same time, and waits for each one's first
 * packet to come back. The first call is for all clients; a later one replaces the connections of
 * those that are idle longest. */
bool crowd_open(struct crowd *crowd, size_t connections);

/* Lets clients exchange packets: as many as the bound on bytes in flight allows at once, the others take turns. */
bool crowd_go(struct crowd *crowd, size_t size, size_t window);
/* Serves until net_now() says `until`. */
bool crowd_serve(struct crowd *crowd, int64_t until);
/* Waits until everything has come back. */
bool crowd_halt(struct crowd *crowd);

#endif
