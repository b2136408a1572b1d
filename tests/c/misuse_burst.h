/* Part of misuse.c: what the rows about bursts and packets in place call. */

/* A good packet, then the one given, then another good one: the status, with as many taken as were good before it. */
static mtproto_status push_three(mtproto_transport *t, const uint8_t *data, size_t length) {
    const mtproto_bytes packets[] = {{PACKET, 40}, {data, length}, {PACKET, 44}};
    size_t taken = 9;
    mtproto_status status = mtproto_transport_push_payloads(t, packets, 3, &taken);
    if (taken != (status == MTPROTO_OK ? 3u : 1u)) return WRONG_RESULT;
    if (status != MTPROTO_OK) {
        /* The first one is there. */
        const uint8_t *wire;
        size_t queued;
        if (mtproto_transport_peek_wire(t, &wire, &queued) != MTPROTO_OK || queued <= 40) return WRONG_RESULT;
        mtproto_transport_consume_wire(t, queued);
    }
    return status;
}

/* One packet, which must not be taken. */
static mtproto_status push_none(mtproto_transport *t, const uint8_t *data, size_t length) {
    const mtproto_bytes packet = {data, length};
    size_t taken = 9;
    mtproto_status status = mtproto_transport_push_payloads(t, &packet, 1, &taken);
    return taken == 0 ? status : WRONG_RESULT;
}

static mtproto_status push_at(mtproto_transport *t, const mtproto_bytes *packets, size_t count) {
    size_t taken = 9;
    mtproto_status status = mtproto_transport_push_payloads(t, packets, count, &taken);
    return taken == 0 ? status : WRONG_RESULT;
}

static mtproto_status send_many(mtproto_transport *t) { return push_none(t, PACKET, 40); }

static mtproto_status many_out_of_turn(struct fixture *f) {
    mtproto_transport *server = http_server(f);
    mtproto_status status = push_none(server, PACKET, 40);
    mtproto_transport_free(server);
    return status;
}

/* A burst of three frames to a server: CONNECTED is pulled, then the packets come in one call. */
static mtproto_status events_together(struct fixture *f, size_t struct_size, size_t capacity) {
    const mtproto_bytes packets[] = {{PACKET, 40}, {PACKET + 4, 56}, {PACKET, 1016}};
    union {
        mtproto_event first;
        uint8_t raw[4 * (sizeof(mtproto_event) + 64)];
    } room;
    const uint8_t *wire;
    size_t length, count = 9;
    mtproto_server_new(f->config, &f->out.made);
    mtproto_transport_push_payloads(f->transport, packets, 3, &count);
    mtproto_transport_peek_wire(f->transport, &wire, &length);
    mtproto_transport_push_wire(f->out.made, wire, length, &count);
    memset(&room, CANARY, sizeof room);
    room.first.struct_size = struct_size;
    mtproto_status status = mtproto_transport_pull_events(f->out.made, &room.first, capacity, &count);
    if (status != MTPROTO_OK || count != (capacity < 4 ? capacity : 4)) return WRONG_RESULT;
    for (size_t i = 0; i < count; i++) {
        mtproto_event event;
        memcpy(&event, room.raw + i * struct_size, sizeof event);
        if (event.struct_size != struct_size) return WRONG_RESULT;
        for (size_t beyond = sizeof event; beyond < struct_size; beyond++) {
            if (room.raw[i * struct_size + beyond] != 0) return WRONG_RESULT;
        }
        if (i == 0) {
            if (event.kind != MTPROTO_EVENT_CONNECTED) return WRONG_RESULT;
            continue;
        }
        if (event.kind != MTPROTO_EVENT_PAYLOAD || event.length < packets[i - 1].length) return WRONG_RESULT;
        if (memcmp(event.data, packets[i - 1].data, packets[i - 1].length) != 0) return WRONG_RESULT;
    }
    return room.raw[count * struct_size] == CANARY ? MTPROTO_OK : WRONG_RESULT;
}

static mtproto_status pull_none(mtproto_transport *t) {
    mtproto_event events[2] = {{.struct_size = sizeof(mtproto_event)}, {.kind = 99}};
    size_t count = 9;
    mtproto_status status = mtproto_transport_pull_events(t, events, 2, &count);
    if (status == MTPROTO_NO_EVENT && count != 0) return WRONG_RESULT;
    return events[0].kind == 0 && events[1].kind == 99 ? status : WRONG_RESULT;
}

/* With the room that the header asks for around it. */
static mtproto_status in_place(mtproto_transport *t, const uint8_t *data, size_t length) {
    static uint8_t buffer[MTPROTO_IN_PLACE_HEAD_ROOM + sizeof PACKET + MTPROTO_IN_PLACE_TAIL_ROOM];
    uint8_t *payload = buffer + MTPROTO_IN_PLACE_HEAD_ROOM;
    const uint8_t *wire = NULL;
    size_t count = 9;
    memcpy(payload, data, length);
    mtproto_status status = mtproto_transport_pack_in_place(t, payload, length, &wire, &count);
    if (status != MTPROTO_OK) return count == 9 && memcmp(payload, data, length) == 0 ? status : WRONG_RESULT;
    if (count == 0) return memcmp(payload, data, length) == 0 ? MTPROTO_OK : WRONG_RESULT;
    if (wire < buffer || wire + count > buffer + sizeof buffer || wire > payload) return WRONG_RESULT;
    return holds(mtproto_transport_pending_wire(t) == 0);
}

/* The opening, the packet and the next one, framed in place, are what a server reads. */
static mtproto_status in_place_is_read(struct fixture *f) {
    uint8_t buffer[MTPROTO_IN_PLACE_HEAD_ROOM + 40 + MTPROTO_IN_PLACE_TAIL_ROOM] = {0};
    uint8_t *payload = buffer + MTPROTO_IN_PLACE_HEAD_ROOM;
    mtproto_event events[3] = {{.struct_size = sizeof(mtproto_event)}};
    const uint8_t *wire;
    size_t count;
    mtproto_server_new(f->config, &f->out.made);
    for (int round = 0; round < 2; round++) {
        memcpy(payload, PACKET, 40);
        if (mtproto_transport_pack_in_place(f->transport, payload, 40, &wire, &count) != MTPROTO_OK) return WRONG_RESULT;
        if (count < (round == 0 ? 64u + 44u : 44u)) return WRONG_RESULT;
        if (mtproto_transport_push_wire(f->out.made, wire, count, &count) != MTPROTO_OK) return WRONG_RESULT;
    }
    if (mtproto_transport_pull_events(f->out.made, events, 3, &count) != MTPROTO_OK) return WRONG_RESULT;
    return holds(count == 3 && memcmp(events[1].data, PACKET, 40) == 0 && memcmp(events[2].data, PACKET, 40) == 0);
}

static mtproto_status in_place_waits(struct fixture *f) {
    const uint8_t *wire = NULL;
    size_t count = 9, before = mtproto_transport_pending_wire(f->transport);
    uint8_t buffer[MTPROTO_IN_PLACE_HEAD_ROOM + 40 + MTPROTO_IN_PLACE_TAIL_ROOM] = {0};
    mtproto_status status =
        mtproto_transport_pack_in_place(f->transport, buffer + MTPROTO_IN_PLACE_HEAD_ROOM, 40, &wire, &count);
    if (count != 0 || mtproto_transport_pending_wire(f->transport) != before) return WRONG_RESULT;
    return status;
}
