/* A socket and its transport. */
#define _POSIX_C_SOURCE 200809L
#include "wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static bool would_block(void) {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

bool wire_read(struct wire *wire, size_t room) {
    uint8_t *buffer = NULL;
    size_t capacity = 0;
    if (mtproto_transport_reserve_wire(wire->transport, room, &buffer, &capacity) != MTPROTO_OK)
        return false;
    ssize_t count = recv(wire->watch.socket, buffer, capacity, 0);
    if (count < 0) return would_block();
    if (count == 0) return false;
    return mtproto_transport_commit_wire(wire->transport, (size_t)count) == MTPROTO_OK;
}

bool wire_write(struct wire *wire) {
    while (mtproto_transport_wants_write(wire->transport)) {
        const uint8_t *data = NULL;
        size_t length = 0;
        if (mtproto_transport_peek_wire(wire->transport, &data, &length) != MTPROTO_OK) return false;
        ssize_t count = send(wire->watch.socket, data, length, MSG_NOSIGNAL);
        if (count < 0) return would_block();
        if (mtproto_transport_consume_wire(wire->transport, (size_t)count) != MTPROTO_OK)
            return false;
    }
    return true;
}

void wire_close(struct loop *loop, struct wire *wire) {
    if (wire->watch.socket >= 0) {
        (void)loop_watch(loop, &wire->watch, 0);
        close(wire->watch.socket);
        wire->watch.socket = -1;
    }
    mtproto_transport_free(wire->transport);
    wire->transport = NULL;
}
