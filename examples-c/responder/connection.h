/* One client of the responder: its socket, its transport, and how the two are kept going. */
#ifndef EXAMPLES_RESPONDER_CONNECTION_H
#define EXAMPLES_RESPONDER_CONNECTION_H

#include "../common/net.h"
#include "answer.h"

/* A connection ends in up to three steps: `ending` says why, and what is unsent still goes; then our
 * side is shut and what the client still sends is thrown away, because closing a socket with unread
 * bytes in it resets the connection, and the answer is lost with it; then it is `over`. */
struct connection {
    int socket;
    mtproto_transport *transport;
    char peer[NET_ADDRESS_LENGTH];
    int32_t carrier;    /* one of MTPROTO_CARRIER_*; 0 before the client is recognised */
    bool client_ended;  /* its side: no bytes follow */
    bool failed;        /* the transport is dead; at most a close frame still leaves */
    const char *ending;
    bool draining;
    int64_t until;      /* when it ends whatever the client does; 0: never */
    bool over;          /* nothing is left to do but connection_close */
};

/* Takes the socket over. NULL (with the socket closed) when there is no memory for one more. */
struct connection *connection_open(int socket, const char *peer, const mtproto_config *config);

/* The poll() events that it waits for. */
short connection_interest(const struct connection *connection);

/* Does what can be done without waiting, after poll() said `ready`. */
void connection_serve(struct connection *connection, short ready, struct answer_settings *settings);

/* Ends a connection whose client neither reads the rest nor leaves. */
void connection_check_time(struct connection *connection, int64_t now);

/* Ends it from our side, if it has not ended by itself, and frees everything. */
void connection_close(struct connection *connection, const char *reason);

#endif
