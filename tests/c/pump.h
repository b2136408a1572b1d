/* Moves wire bytes from one transport to another in memory, and writes down the events that come of them. */
#ifndef PUMP_H
#define PUMP_H

#include <mtproto.h>

#include "check.h"

#include <stdlib.h>
#include <string.h>

/* An event without its view: the bytes are hashed while they live. */
struct seen {
    mtproto_event event;
    uint64_t hash;
};

enum { SEEN_MAX = 64 };

struct seen_list {
    size_t count;
    mtproto_status end; /* what ended the last drain: MTPROTO_NO_EVENT, or an error */
    struct seen list[SEEN_MAX];
};

/* How the bytes go. */
struct way {
    const char *name;
    bool peek;    /* peek and consume, or pull */
    bool reserve; /* reserve and commit, or push */
    size_t piece; /* how many bytes at a time */
    bool uneven;  /* from one byte to a piece, by a fixed sequence */
    bool lazy;    /* events are pulled only when nothing more fits, and at the end */
};

static inline uint64_t hash_bytes(const uint8_t *data, size_t length) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ data[i]) * 0x100000001b3u;
    return hash;
}

/* Looks like an encrypted packet: a length of 8 more than a multiple of 16, a first byte that is not 0. */
static inline void fill_packet(uint8_t *packet, size_t length, unsigned seed) {
    for (size_t i = 0; i < length; i++) packet[i] = (uint8_t)(i * 7 + i / 251 + seed);
    if (length != 0) packet[0] = (uint8_t)(seed | 1);
}

static inline void drain(mtproto_transport *transport, struct seen_list *seen) {
    mtproto_event event;
    memset(&event, 0, sizeof event);
    event.struct_size = sizeof event;
    while ((seen->end = mtproto_transport_pull_event(transport, &event)) == MTPROTO_OK) {
        if (!CHECK(seen->count < SEEN_MAX)) return;
        seen->list[seen->count].hash = hash_bytes(event.data, event.length);
        seen->list[seen->count].event = event;
        seen->count++;
    }
}

/* Gives bytes to a transport; false when it refused them. */
static inline bool give(mtproto_transport *to, const uint8_t *data, size_t length, const struct way *way,
                        struct seen_list *seen) {
    while (length != 0) {
        size_t count = 0;
        mtproto_status status;
        if (way->reserve) {
            uint8_t *room = NULL;
            size_t capacity = 0;
            status = mtproto_transport_reserve_wire(to, 0, &room, &capacity);
            if (status == MTPROTO_OK) {
                count = capacity < length ? capacity : length;
                memcpy(room, data, count);
                status = mtproto_transport_commit_wire(to, count);
            }
        } else {
            status = mtproto_transport_push_wire(to, data, length, &count);
        }
        if (status == MTPROTO_EVENTS_PENDING) {
            size_t before = seen->count;
            drain(to, seen);
            if (!CHECK(seen->count > before)) return false;
            continue;
        }
        if (!CHECK_EQUAL(status, MTPROTO_OK)) return false;
        data += count;
        length -= count;
    }
    return true;
}

/* Moves all that waits in `from` into `to`, and pulls the events of `to`. */
static inline void pump(mtproto_transport *from, mtproto_transport *to, const struct way *way,
                        struct seen_list *seen) {
    uint8_t buffer[16384];
    uint32_t random = 12345;
    while (mtproto_transport_wants_write(from)) {
        size_t count = way->piece, wanted, before = seen->count;
        const uint8_t *data = buffer;
        if (way->uneven) {
            random = random * 1664525u + 1013904223u;
            count = 1 + (random >> 8) % way->piece;
        }
        if (way->peek) {
            size_t length = 0;
            if (!CHECK_EQUAL(mtproto_transport_peek_wire(from, &data, &length), MTPROTO_OK)) return;
            if (!CHECK(length == mtproto_transport_pending_wire(from))) return;
            if (count > length) count = length;
        } else {
            if (count > sizeof buffer) count = sizeof buffer;
            if (!CHECK_EQUAL(mtproto_transport_pull_wire(from, buffer, count, &count), MTPROTO_OK)) return;
        }
        if (!CHECK(count != 0)) return;
        wanted = mtproto_transport_wants_read(to);
        if (!give(to, data, count, way, seen)) return;
        if (way->peek && !CHECK_EQUAL(mtproto_transport_consume_wire(from, count), MTPROTO_OK)) return;
        if (way->lazy) continue;
        drain(to, seen);
        if (seen->end != MTPROTO_NO_EVENT) return;
        /* The hint: something is wanted while nothing waits, and no event comes before it is there. */
        if (!CHECK(mtproto_transport_wants_read(to) != 0)) return;
        if (count < wanted && !CHECK(seen->count == before)) return;
    }
    drain(to, seen);
}

#endif
