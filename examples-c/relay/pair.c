/* A client that is ours, and its DC: packets, quick acks and transport errors, both ways.
 *
 * Each side has a transport of its own. What one reports is pushed into the other, unless more than
 * SESSION_UNSENT_LIMIT waits there: then no event is pulled and nothing is read, so that the sender's
 * own socket fills up. */
#define _POSIX_C_SOURCE 200809L
#include "log.h"
#include "session.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define READ_AT_LEAST ((size_t)16 * 1024)
#define READ_AT_MOST ((size_t)256 * 1024) /* then it is the next client's turn */
#define INVALID_DC 444

/* The transport has the figures when the peer broke the protocol. */
void pair_fail(struct session *session, mtproto_transport *transport, mtproto_status status) {
    const char *text = mtproto_transport_error_text(transport);
    log_error(session->peer, status, text[0] != '\0' ? text : mtproto_status_text(status));
    session_end(session, "error");
}

/* The DC sees a client of its own: the same envelope and DC id, no secret. */
static mtproto_status open_far(struct session *session, const mtproto_event *event) {
    int32_t dc = 0;
    uint32_t flags = 0;
    mtproto_config *config = mtproto_config_new();
    if (config == NULL) return MTPROTO_ERROR_OUT_OF_MEMORY;
    mtproto_status status = mtproto_config_set_envelope(config, event->envelope);
    if (status == MTPROTO_OK) status = mtproto_config_set_memory(config, MTPROTO_MEMORY_SMALL);
    if (status == MTPROTO_OK) status = mtproto_dc_decode(event->dc, &dc, &flags);
    if (status == MTPROTO_OK) status = mtproto_config_set_dc(config, dc, flags);
    if (status == MTPROTO_OK) status = mtproto_client_new(config, &session->far.transport);
    mtproto_config_free(config);
    return status;
}

void pair_begin(struct session *session, const mtproto_event *event) {
    session->stage = SESSION_RELAYING;
    const struct relay_dc *dc = relay_find_dc(session->options, event->dc);
    mtproto_status status;
    if (dc == NULL) {
        /* It knows the secret, so it may be told. */
        log_error(session->peer, 0, "the client names a DC that is not known here");
        session_start_ending(session, "unknown_dc");
        status = mtproto_transport_push_transport_error(session->client.transport, INVALID_DC);
        if (status != MTPROTO_OK) pair_fail(session, session->client.transport, status);
        return;
    }
    log_dc(session->peer, event->dc, dc->text);
    status = open_far(session, event);
    if (status != MTPROTO_OK) {
        log_error(session->peer, status, mtproto_status_text(status));
        session_end(session, "error");
        return;
    }
    session_connect_far(session, &dc->address);
}

/* Room for what is known to come: a large packet is then read at once, not in many small pieces. */
static size_t room_wanted(const struct side *side) {
    size_t missing = mtproto_transport_wants_read(side->transport);
    if (missing < READ_AT_LEAST) return READ_AT_LEAST;
    return missing < READ_AT_MOST ? missing : READ_AT_MOST;
}

void pair_read(struct session *session, struct side *side) {
    uint8_t *buffer = NULL;
    size_t capacity = 0;
    if (side->ended || (side->watch.ready & ~POLLOUT) == 0) return;
    mtproto_status status =
        mtproto_transport_reserve_wire(side->transport, room_wanted(side), &buffer, &capacity);
    if (status == MTPROTO_EVENTS_PENDING) return; /* the events come first */
    if (status < 0) {
        pair_fail(session, side->transport, status);
        return;
    }
    if (capacity > READ_AT_MOST) capacity = READ_AT_MOST;
    ssize_t count = recv(side->watch.socket, buffer, capacity, 0);
    side->watch.ready = (short)(side->watch.ready & POLLOUT);
    if (count < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            side->ended = side->deaf = true;
        return;
    }
    session->spoke = session->spoke || count > 0;
    if (count > 0) status = mtproto_transport_commit_wire(side->transport, (size_t)count);
    else status = mtproto_transport_push_wire_end(side->transport);
    /* A fatal status comes again from pull_event, after the events of the frames before it. */
    if (status < 0 && !mtproto_status_is_fatal(status)) pair_fail(session, side->transport, status);
}

bool pair_write(struct session *session, struct side *side) {
    bool wrote = false;
    while (!side->deaf && !side->connecting && mtproto_transport_wants_write(side->transport)) {
        const uint8_t *data = NULL;
        size_t length = 0;
        mtproto_status status = mtproto_transport_peek_wire(side->transport, &data, &length);
        if (status != MTPROTO_OK) {
            pair_fail(session, side->transport, status);
            return false;
        }
        ssize_t count = send(side->watch.socket, data, length, 0);
        if (count < 0) {
            if (errno == EINTR) continue;
            if (errno != EAGAIN && errno != EWOULDBLOCK) side->deaf = true;
            return wrote;
        }
        wrote = session->wrote = true;
        status = mtproto_transport_consume_wire(side->transport, (size_t)count);
        if (status != MTPROTO_OK) {
            pair_fail(session, side->transport, status);
            return false;
        }
    }
    return wrote;
}

/* Hands one event on. The view in it belongs to the other transport, so it needs no copy. */
static mtproto_status pass_on(struct side *from, struct side *to, const mtproto_event *event) {
    /* A token of 0 stands for any: only client and DC can compute it. */
    const mtproto_send_options quick_ack = {.struct_size = sizeof quick_ack,
                                            .flags = MTPROTO_SEND_QUICK_ACK};
    switch (event->kind) {
    case MTPROTO_EVENT_PAYLOAD:
        from->taken += event->length;
        return mtproto_transport_push_payload(
            to->transport, event->data, event->length,
            (event->flags & MTPROTO_EVENT_FLAG_QUICK_ACK_WANTED) != 0 ? &quick_ack : NULL);
    case MTPROTO_EVENT_QUICK_ACK:
        return mtproto_transport_push_quick_ack(to->transport, event->quick_ack_token);
    case MTPROTO_EVENT_TRANSPORT_ERROR:
        return mtproto_transport_push_transport_error(to->transport, event->code);
    case MTPROTO_EVENT_CLOSED:
        from->ended = true;
        return MTPROTO_OK;
    default:
        return MTPROTO_OK;
    }
}

static bool move(struct session *session, struct side *from, struct side *to) {
    bool moved = false;
    if (!to->deaf && side_unsent(to) < SESSION_UNSENT_LIMIT) pair_read(session, from);
    while (!session->served.over && !from->ended && !to->deaf &&
           side_unsent(to) < SESSION_UNSENT_LIMIT) {
        mtproto_event event = {.struct_size = sizeof event};
        mtproto_status status = mtproto_transport_pull_event(from->transport, &event);
        if (status == MTPROTO_NO_EVENT) break;
        if (status != MTPROTO_OK) {
            pair_fail(session, from->transport, status);
            break;
        }
        moved = true;
        status = pass_on(from, to, &event);
        /* A packet that cannot be sent on must not vanish from the middle of a stream. */
        if (status != MTPROTO_OK) pair_fail(session, to->transport, status);
    }
    return moved && !session->served.over;
}

bool pair_turn(struct session *session) {
    struct side *client = &session->client, *far = &session->far;
    bool moved = false;
    if (far->transport == NULL) { /* an unknown DC: the client is told, and has time to read it */
        (void)pair_write(session, client);
        if (side_unsent(client) > 0) return false;
        (void)shutdown(client->watch.socket, SHUT_WR);
        session->stage = SESSION_SWALLOWING;
        return false;
    }
    moved |= move(session, client, far);
    moved |= move(session, far, client);
    if (session->served.over) return false;
    moved |= pair_write(session, client);
    moved |= pair_write(session, far);
    return moved;
}
