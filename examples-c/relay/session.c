/* One client of the relay: how it opens, what it becomes, how it ends. */
#define _POSIX_C_SOURCE 200809L
#include "session.h"

#include "log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECOND ((int64_t)1000 * 1000)
#define OPENING_TIME (60 * SECOND) /* for the first bytes of a client */
#define ENDING_TIME (30 * SECOND)  /* for the other side, once one has ended */
#define STALLED_TIME (60 * SECOND) /* for a peer that does not read */

struct server_client *session_open(void *given, struct loop *loop, int socket, const char *peer) {
    const struct relay_options *options = given;
    struct session *session = calloc(1, sizeof *session);
    mtproto_status status = MTPROTO_ERROR_OUT_OF_MEMORY;
    if (session != NULL) status = mtproto_server_new(options->servers, &session->client.transport);
    if (status != MTPROTO_OK) {
        log_error(peer, status, mtproto_status_text(status));
        free(session);
        close(socket);
        return NULL;
    }
    session->loop = loop;
    session->options = options;
    session->client.watch = (struct watch){.socket = socket, .owner = session};
    session->far.watch = (struct watch){.socket = -1, .owner = session};
    session->ending_until = net_now() + OPENING_TIME;
    memcpy(session->peer, peer, strnlen(peer, sizeof session->peer - 1));
    if (!loop_watch(loop, &session->client.watch, POLLIN)) session_end(session, "error");
    return &session->served;
}

void session_end(struct session *session, const char *reason) {
    if (session->ending == NULL) session->ending = reason;
    session->served.over = true;
}

void session_start_ending(struct session *session, const char *reason) {
    if (session->ending != NULL) return;
    session->ending = reason;
    session->ending_until = net_now() + ENDING_TIME;
}

bool session_connect_far(struct session *session, const struct net_address *address) {
    session->far.watch.socket = net_connect_start(address);
    session->far.connecting = true;
    if (session->far.watch.socket >= 0) return true;
    log_error(session->peer, 0, strerror(errno));
    session_end(session, "far_not_connected");
    return false;
}

size_t side_unsent(const struct side *side) {
    if (side->deaf) return 0;
    if (side->transport != NULL) return mtproto_transport_pending_wire(side->transport);
    return side->unsent.end - side->unsent.start;
}

/* ---- opening ---- */

/* A client that stopped, or went, before it was recognised: the site knows best when to hang up on it. */
static void give_up_opening(struct session *session, const char *reason, const mtproto_event *event) {
    if (session->too_slow) reason = "too_slow";
    else session->client.ended = true;
    if (!session->options->has_fallback) {
        session_end(session, reason);
        return;
    }
    log_not_ours(session->peer, reason, 0, event->length);
    stranger_begin(session, event->data, event->length);
}

static void handle_opening(struct session *session, const mtproto_event *event) {
    switch (event->kind) {
    case MTPROTO_EVENT_CONNECTED:
        log_accepted(session->peer, event);
        pair_begin(session, event);
        break;
    case MTPROTO_EVENT_NOT_OURS:
        if (event->code == MTPROTO_NOT_OURS_INCOMPLETE) {
            give_up_opening(session, mtproto_not_ours_name(event->code), event);
            break;
        }
        log_not_ours(session->peer, mtproto_not_ours_name(event->code), event->clock_skew,
                     event->length);
        stranger_begin(session, event->data, event->length);
        break;
    case MTPROTO_EVENT_CLOSED:
        /* Before its first byte; or behind a hello that was answered, which no site can take back. */
        if (!session->spoke) give_up_opening(session, mtproto_closed_name(event->code), event);
        else session_end(session, session->too_slow ? "too_slow" : mtproto_closed_name(event->code));
        break;
    default:
        break;
    }
}

static bool opening_turn(struct session *session) {
    struct side *client = &session->client;
    pair_read(session, client);
    if (client->deaf) session_end(session, "reset");
    while (!session->served.over && session->stage == SESSION_OPENING) {
        mtproto_event event = {.struct_size = sizeof event};
        mtproto_status status = mtproto_transport_pull_event(client->transport, &event);
        if (status == MTPROTO_NO_EVENT) break;
        if (status == MTPROTO_OK) handle_opening(session, &event);
        else pair_fail(session, client->transport, status);
    }
    if (session->served.over) return false;
    if (session->stage != SESSION_OPENING) return true; /* its next part may have work already */
    (void)pair_write(session, client);
    return false;
}

/* ---- the turn ---- */

static bool swallow(struct session *session) {
    static uint8_t nowhere[16 * 1024];
    struct side *client = &session->client;
    if ((client->watch.ready & ~POLLOUT) == 0) return false;
    ssize_t count = recv(client->watch.socket, nowhere, sizeof nowhere, 0);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
        session_end(session, "not_ours");
    client->watch.ready = 0;
    return false;
}

static bool turn(struct session *session) {
    switch (session->stage) {
    case SESSION_OPENING: return opening_turn(session);
    case SESSION_RELAYING: return pair_turn(session);
    case SESSION_STRANGER: return stranger_turn(session);
    case SESSION_SWALLOWING: return swallow(session);
    }
    return false;
}

static bool finish_connecting(struct session *session) {
    struct side *far = &session->far;
    if (!far->connecting || far->watch.ready == 0) return true;
    int error = net_connect_error(far->watch.socket);
    far->connecting = false;
    if (error == 0) return true;
    log_error(session->peer, 0, strerror(error));
    session_end(session, "far_not_connected");
    return false;
}

/* What has ended on one side ends on the other, once everything before it was sent. */
static void pass_end_on(struct session *session, const struct side *from, struct side *to) {
    if (!from->ended) return;
    session_start_ending(session, from == &session->client ? "client" : "far");
    if (to->told || to->deaf || to->connecting || side_unsent(to) > 0) return;
    to->told = true;
    (void)shutdown(to->watch.socket, SHUT_WR);
}

static void look_for_end(struct session *session) {
    struct side *client = &session->client, *far = &session->far;
    if (session->served.over || far->watch.socket < 0) return;
    pass_end_on(session, client, far);
    pass_end_on(session, far, client);
    bool client_done = side_unsent(client) == 0, far_done = side_unsent(far) == 0;
    if (client->ended && far->ended && client_done && far_done) session->served.over = true;
    if (client->ended && client->deaf && far_done) session->served.over = true;
    if (far->ended && far->deaf && client_done) session->served.over = true;
}

static void set_interest(struct session *session, struct side *side, const struct side *other) {
    short interest = 0;
    if (side->watch.socket < 0) return;
    bool crammed = side_unsent(other) >= SESSION_UNSENT_LIMIT || other->deaf;
    if (side->connecting) interest = POLLOUT;
    else {
        if (!side->ended && !crammed) interest |= POLLIN;
        if (side_unsent(side) > 0) interest |= POLLOUT;
    }
    /* A deaf side that has not ended is read to its end, for what it said before. */
    if (!loop_watch(session->loop, &side->watch, interest)) session_end(session, "error");
}

void session_serve(void *given) {
    struct session *session = given;
    struct side *client = &session->client, *far = &session->far;
    if (session->served.over || !finish_connecting(session)) return;
    session->wrote = false;
    while (!session->served.over && turn(session)) continue;
    client->watch.ready = far->watch.ready = 0;
    look_for_end(session);
    if (session->served.over) return;
    set_interest(session, client, far);
    set_interest(session, far, client);
    if (side_unsent(client) + side_unsent(far) == 0) session->stalled_since = 0;
    else if (session->stalled_since == 0 || session->wrote) session->stalled_since = net_now();
}

void session_check_time(void *given, int64_t now) {
    struct session *session = given;
    if (session->served.over) return;
    if (session->stage == SESSION_OPENING && now >= session->ending_until) {
        /* As if it had gone: what it has sent comes back. */
        session->too_slow = true;
        session->client.watch.ready = 0;
        mtproto_status status = mtproto_transport_push_wire_end(session->client.transport);
        if (status != MTPROTO_OK) pair_fail(session, session->client.transport, status);
        session_serve(session);
    } else if (session->stage != SESSION_OPENING && session->ending != NULL &&
               now >= session->ending_until)
        session->served.over = true;
    else if (session->stalled_since != 0 && now - session->stalled_since >= STALLED_TIME)
        session_end(session, "stalled");
}

static void close_side(struct session *session, struct side *side) {
    if (side->watch.socket >= 0) {
        (void)loop_watch(session->loop, &side->watch, 0);
        close(side->watch.socket);
    }
    mtproto_transport_free(side->transport);
    bytes_free(&side->unsent);
}

void session_close(void *given, const char *reason) {
    struct session *session = given;
    session_end(session, reason);
    log_closed(session->peer, session->ending, session->client.taken, session->far.taken);
    close_side(session, &session->client);
    close_side(session, &session->far);
    free(session);
}
