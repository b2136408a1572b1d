/* One client of the relay, and where it is connected to. */
#ifndef EXAMPLES_RELAY_SESSION_H
#define EXAMPLES_RELAY_SESSION_H

#include "../common/server.h"
#include "options.h"

enum session_stage {
    SESSION_OPENING,   /* the client is not recognised yet */
    SESSION_RELAYING,  /* its packets go to a DC, and back */
    SESSION_STRANGER,  /* its bytes go to the fallback site, and back */
    SESSION_SWALLOWING /* its bytes go nowhere */
};

/* Bytes that wait to be sent. */
struct bytes {
    uint8_t *data;
    size_t start, end, room;
};

/* One of the two sockets. */
struct side {
    struct watch watch;
    mtproto_transport *transport; /* while opening and relaying */
    struct bytes unsent;          /* of a stranger, towards this side */
    bool connecting;
    bool ended;     /* nothing more comes from it */
    bool deaf;      /* nothing more can be sent to it */
    bool told;      /* it knows that nothing more comes from us */
    uint64_t taken; /* payload bytes that came from it */
};

struct session {
    struct server_client served;
    enum session_stage stage;
    struct side client, far;
    bool spoke;    /* the client has sent something */
    bool too_slow; /* it did not say in time what it is */
    bool wrote;    /* something was sent in this turn */
    char peer[NET_ADDRESS_LENGTH];
    const char *ending;    /* why it ends, once that is known */
    int64_t ending_until;  /* with `ending`, or while opening: how long that may take */
    int64_t stalled_since; /* bytes wait, and none went since then; 0: none wait */
    struct loop *loop;
    const struct relay_options *options;
};

/* What struct server_program wants; given are the options, then the session. */
struct server_client *session_open(void *given, struct loop *loop, int socket, const char *peer);
void session_serve(void *given);
void session_check_time(void *given, int64_t now);
void session_close(void *given, const char *reason);

/* ---- between the files of a session ---- */

#define SESSION_UNSENT_LIMIT ((size_t)256 * 1024) /* the other side is not read above it */

void session_end(struct session *session, const char *reason);
/* Lets the other side finish for a while. */
void session_start_ending(struct session *session, const char *reason);
/* Starts to connect the far side. */
bool session_connect_far(struct session *session, const struct net_address *address);
size_t side_unsent(const struct side *side);

/* Each says whether it got on. */
bool pair_turn(struct session *session);
bool stranger_turn(struct session *session);

/* The client is a stranger: the bytes that it sent go first. */
void stranger_begin(struct session *session, const uint8_t *data, size_t length);
void bytes_free(struct bytes *bytes);

/* The client is ours. */
void pair_begin(struct session *session, const mtproto_event *event);
/* Writes what waits in the transport. */
bool pair_write(struct session *session, struct side *side);
/* Receives into the transport, once a turn. */
void pair_read(struct session *session, struct side *side);
void pair_fail(struct session *session, mtproto_transport *transport, mtproto_status status);

#endif
