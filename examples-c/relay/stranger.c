/* A client that is not ours, and the fallback site: every byte as it came, both ways.
 *
 * Whoever looks at the relay from outside sees that site, down to half-closed connections. Without
 * a site strangers are read and never answered, which gives nothing away either. */
#define _POSIX_C_SOURCE 200809L
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define READ_AT_MOST ((size_t)64 * 1024)

static bool bytes_add(struct bytes *bytes, const uint8_t *data, size_t length) {
    if (length == 0) return true;
    if (length == 0) return true;
    if (bytes->start == bytes->end) bytes->start = bytes->end = 0;
    if (bytes->end + length > bytes->room && bytes->start > 0) {
        memmove(bytes->data, bytes->data + bytes->start, bytes->end - bytes->start);
        bytes->end -= bytes->start;
        bytes->start = 0;
    }
    if (bytes->end + length > bytes->room) {
        size_t room = bytes->end + length > 2 * bytes->room ? bytes->end + length : 2 * bytes->room;
        uint8_t *grown = realloc(bytes->data, room);
        if (grown == NULL) return false;
        bytes->data = grown;
        bytes->room = room;
    }
    memcpy(bytes->data + bytes->end, data, length);
    bytes->end += length;
    return true;
}

void bytes_free(struct bytes *bytes) {
    free(bytes->data);
    *bytes = (struct bytes){0};
}

void stranger_begin(struct session *session, const uint8_t *data, size_t length) {
    if (!session->options->has_fallback) {
        session->stage = SESSION_SWALLOWING;
    } else {
        session->stage = SESSION_STRANGER;
        session->client.taken = length;
        if (!bytes_add(&session->far.unsent, data, length)) session_end(session, "error");
        else (void)session_connect_far(session, &session->options->fallback);
    }
    /* The event's bytes were in the transport, so it goes last. */
    mtproto_transport_free(session->client.transport);
    session->client.transport = NULL;
}

static bool read_side(struct session *session, struct side *from, struct side *to) {
    static uint8_t buffer[READ_AT_MOST];
    if (from->ended || to->deaf || (from->watch.ready & ~POLLOUT) == 0 ||
        side_unsent(to) >= SESSION_UNSENT_LIMIT)
        return false;
    ssize_t count = recv(from->watch.socket, buffer, sizeof buffer, 0);
    from->watch.ready = (short)(from->watch.ready & POLLOUT); /* once a turn */
    if (count < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            from->ended = from->deaf = true;
        return false;
    }
    if (count == 0) from->ended = true;
    from->taken += (uint64_t)count;
    if (!bytes_add(&to->unsent, buffer, (size_t)count)) session_end(session, "error");
    return !session->served.over;
}

static bool write_side(struct session *session, struct side *side) {
    bool wrote = false;
    while (!side->connecting && side_unsent(side) > 0) {
        struct bytes *unsent = &side->unsent;
        ssize_t count =
            send(side->watch.socket, unsent->data + unsent->start, unsent->end - unsent->start, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            if (errno != EAGAIN && errno != EWOULDBLOCK) side->deaf = true;
            break;
        }
        unsent->start += (size_t)count;
        wrote = session->wrote = true;
    }
    if (side_unsent(side) == 0) bytes_free(&side->unsent); /* many are idle */
    return wrote;
}

bool stranger_turn(struct session *session) {
    struct side *client = &session->client, *far = &session->far;
    bool moved = read_side(session, client, far);
    if (!far->connecting) moved |= read_side(session, far, client);
    if (session->served.over) return false;
    moved |= write_side(session, client);
    moved |= write_side(session, far);
    return moved;
}
