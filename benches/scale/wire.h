/* A socket and its transport: what both programs do with the two. */
#ifndef SCALE_WIRE_H
#define SCALE_WIRE_H

#include "common/loop.h"

#include <mtproto.h>

struct wire {
    struct watch watch;
    mtproto_transport *transport;
};

/* The events that one call of mtproto_transport_pull_events gives. */
enum { WIRE_EVENTS = 64 };

/* Receives once, with room for at least so many bytes. False: the connection is over. */
bool wire_read(struct wire *wire, size_t room);
/* Sends what waits, as far as the socket takes it. False: the connection is over. */
bool wire_write(struct wire *wire);
/* Frees both. */
void wire_close(struct loop *loop, struct wire *wire);

#endif
