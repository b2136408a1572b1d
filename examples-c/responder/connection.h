/* One client of the responder: its socket, its transport, and how the two are kept going. */
#ifndef EXAMPLES_RESPONDER_CONNECTION_H
#define EXAMPLES_RESPONDER_CONNECTION_H

#include "../common/server.h"
#include "options.h"

/* A connection ends in up to three steps: `ending` says why, and what is unsent still goes; then our
 * side is shut and what the client still sends is thrown away, because closing a socket with unread
 * bytes in it resets the connection, and the answer is lost with it; then it is `over`. */
struct connection {
    struct server_client served;
    struct watch watch;
    mtproto_transport *transport;
    char peer[NET_ADDRESS_LENGTH];
    int32_t carrier;    /* one of MTPROTO_CARRIER_*; 0 before the client is recognised */
    bool client_ended;  /* its side: no bytes follow */
    bool failed;        /* the transport is dead; at most a close frame still leaves */
    const char *ending;
    bool draining;
    int64_t until;      /* when it ends whatever the client does; 0: never */
    int64_t idle_since; /* no byte went either way since then */
    struct loop *loop;
    struct responder_options *options;
};

/* What struct server_program wants; given are the options, then the connection. */
struct server_client *connection_open(void *given, struct loop *loop, int socket, const char *peer);
void connection_serve(void *given);
/* Ends a connection whose client neither reads the rest nor leaves, or has been idle for too long. */
void connection_check_time(void *given, int64_t now);
void connection_close(void *given, const char *reason);

#endif
