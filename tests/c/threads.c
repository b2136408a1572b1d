/* The header's rule on threads: a handle may move, const calls may overlap, different handles have nothing in common. */
#define _POSIX_C_SOURCE 200809L
#include <mtproto.h>

#include "check.h"

#include <pthread.h>
#include <string.h>

enum { THREADS = 4, ROUNDS = 300, LOOKS = 20000, SIZE = 1016 };

/* What one thread does: the checks are counted by the main thread alone, so it only says whether all went well. */
struct work {
    mtproto_transport *client, *server;
    const mtproto_transport *looked_at;
    const mtproto_config *config;
    int32_t envelope;
    unsigned seed;
    bool good;
};

static void run(void *(*function)(void *), struct work *works, int count) {
    pthread_t threads[THREADS];
    for (int i = 0; i < count; i++) {
        if (!CHECK(pthread_create(&threads[i], NULL, function, &works[i]) == 0)) return;
    }
    for (int i = 0; i < count; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    for (int i = 0; i < count; i++) CHECK(works[i].good);
}

static void fill(uint8_t *packet, unsigned seed) {
    for (unsigned i = 0; i < SIZE; i++) packet[i] = (uint8_t)(i * 3 + seed);
    packet[0] = (uint8_t)(seed | 1);
}

/* Moves all that waits from one end to the other. */
static bool move_wire(mtproto_transport *from, mtproto_transport *to) {
    const uint8_t *data;
    size_t length, consumed;
    return mtproto_transport_peek_wire(from, &data, &length) == MTPROTO_OK &&
           mtproto_transport_push_wire(to, data, length, &consumed) == MTPROTO_OK && consumed == length &&
           mtproto_transport_consume_wire(from, length) == MTPROTO_OK;
}

/* Whether the next event that is not CONNECTED is this payload. */
static bool expect_payload(mtproto_transport *transport, const uint8_t *packet) {
    mtproto_event event;
    event.struct_size = sizeof event;
    do {
        if (mtproto_transport_pull_event(transport, &event) != MTPROTO_OK) return false;
    } while (event.kind == MTPROTO_EVENT_CONNECTED);
    return event.kind == MTPROTO_EVENT_PAYLOAD && event.length == SIZE && memcmp(event.data, packet, SIZE) == 0;
}

static bool one_round(struct work *work, unsigned round) {
    uint8_t packet[SIZE];
    fill(packet, work->seed + round);
    return mtproto_transport_push_payload(work->client, packet, SIZE, NULL) == MTPROTO_OK &&
           move_wire(work->client, work->server) && expect_payload(work->server, packet) &&
           mtproto_transport_push_payload(work->server, packet, SIZE, NULL) == MTPROTO_OK &&
           move_wire(work->server, work->client) && expect_payload(work->client, packet);
}

static mtproto_transport *new_client(int32_t envelope, bool obfuscated) {
    mtproto_transport *client = NULL;
    mtproto_config *config = mtproto_config_new();
    if (mtproto_config_set_envelope(config, envelope) == MTPROTO_OK &&
        mtproto_config_set_obfuscated(config, obfuscated) == MTPROTO_OK) {
        (void)mtproto_client_new(config, &client);
    }
    mtproto_config_free(config);
    return client;
}

static mtproto_transport *new_server(void) {
    mtproto_transport *server = NULL;
    mtproto_config *config = mtproto_config_new();
    (void)mtproto_server_new(config, &server);
    mtproto_config_free(config);
    return server;
}

static void *whole_conversation(void *argument) {
    struct work *work = argument;
    work->client = new_client(work->envelope, work->envelope != MTPROTO_ENVELOPE_FULL);
    work->server = new_server();
    work->good = true;
    for (unsigned round = 0; round < ROUNDS && work->good; round++) work->good = one_round(work, round);
    mtproto_transport_free(work->client);
    mtproto_transport_free(work->server);
    return NULL;
}

static void *next_round(void *argument) {
    struct work *work = argument;
    work->good = one_round(work, work->seed);
    return NULL;
}

static void *look(void *argument) {
    struct work *work = argument;
    const mtproto_transport *transport = work->looked_at;
    size_t wants_read = mtproto_transport_wants_read(transport);
    size_t pending = mtproto_transport_pending_wire(transport);
    const char *text = mtproto_transport_error_text(transport);
    work->good = true;
    for (int i = 0; i < LOOKS && work->good; i++) {
        work->good = mtproto_transport_wants_read(transport) == wants_read &&
                     mtproto_transport_pending_wire(transport) == pending &&
                     mtproto_transport_wants_write(transport) == (pending != 0) &&
                     mtproto_transport_error_text(transport) == text;
    }
    return NULL;
}

/* A config is const for the transports that are made from it. */
static void *make_many(void *argument) {
    struct work *work = argument;
    work->good = true;
    for (int i = 0; i < ROUNDS && work->good; i++) {
        mtproto_transport *transport = NULL;
        work->good = mtproto_client_new(work->config, &transport) == MTPROTO_OK;
        mtproto_transport_free(transport);
        transport = NULL;
        work->good = work->good && mtproto_server_new(work->config, &transport) == MTPROTO_OK;
        mtproto_transport_free(transport);
    }
    return NULL;
}

int main(void) {
    struct work works[THREADS];

    case_begin("different handles in parallel");
    memset(works, 0, sizeof works);
    for (int i = 0; i < THREADS; i++) {
        works[i].envelope = i + 1;
        works[i].seed = (unsigned)i * 1000;
    }
    run(whole_conversation, works, THREADS);

    case_begin("a handle goes from thread to thread");
    memset(works, 0, sizeof works);
    works[0].client = new_client(MTPROTO_ENVELOPE_PADDED_INTERMEDIATE, true);
    works[0].server = new_server();
    for (unsigned round = 0; round < 50; round++) {
        works[0].seed = round;
        run(next_round, works, 1);
    }

    case_begin("const calls at once");
    CHECK(mtproto_transport_push_payload(works[0].client, (const uint8_t *)"\1..............", 16, NULL) == MTPROTO_OK);
    for (int i = 0; i < THREADS; i++) works[i].looked_at = i < THREADS - 1 ? works[0].client : works[0].server;
    run(look, works, THREADS);
    mtproto_transport_free(works[0].client);
    mtproto_transport_free(works[0].server);

    case_begin("transports made from one config at once");
    memset(works, 0, sizeof works);
    {
        mtproto_config *config = mtproto_config_new();
        for (int i = 0; i < THREADS; i++) works[i].config = config;
        run(make_many, works, THREADS);
        mtproto_config_free(config);
    }
    return check_close();
}
