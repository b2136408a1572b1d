/* The work that the benches of Kotlin and Swift do, done in C: what they are measured against.
 *
 * Usage: bench-c            one line per measurement: "c PATH SIZE PACKETS NANOSECONDS_PER_BURST"
 * With BENCH_PLAIN in the environment without obfuscation, so that nothing hides what a call costs. */
#define _POSIX_C_SOURCE 200809L
#include "mtproto.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Many rounds of a millisecond or two, and the best of them: on a busy machine most are interrupted, but not all. */
#define BURSTS_AT_MOST 5000
#define BYTES_PER_ROUND (4L << 20)
#define ROUNDS 200

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void require(mtproto_status status) {
    if (status >= MTPROTO_OK) return;
    fprintf(stderr, "bench: %s\n", mtproto_status_text(status));
    exit(1);
}

/* One burst: the client pushes and its wire bytes are taken; the server gets them, and every payload
 * is copied into memory of its own, as Kotlin and Swift must. `copies` 0: it is only looked at. */
static void burst(mtproto_transport *client, mtproto_transport *server, const uint8_t *payload,
                  size_t size, int packets, uint8_t *wire, size_t room, bool copies) {
    size_t written, consumed;
    for (int i = 0; i < packets; i++) require(mtproto_transport_push_payload(client, payload, size, NULL));
    require(mtproto_transport_pull_wire(client, wire, room, &written));
    require(mtproto_transport_push_wire(server, wire, written, &consumed));
    mtproto_event event;
    event.struct_size = sizeof event;
    mtproto_status status;
    while ((status = mtproto_transport_pull_event(server, &event)) == MTPROTO_OK) {
        if (event.kind != MTPROTO_EVENT_PAYLOAD || event.length != size) abort();
        if (!copies) continue;
        uint8_t *own = malloc(event.length);
        if (own == NULL) abort();
        memcpy(own, event.data, event.length);
        __asm__ volatile("" : : "r"(own) : "memory"); /* the copy is really made */
        free(own);
    }
    require(status);
}

static void measure(size_t size, int packets, bool copies) {
    mtproto_config *config = mtproto_config_new();
    mtproto_transport *client = NULL, *server = NULL;
    size_t room = (size + 64) * (size_t)packets + 128;
    uint8_t *wire = malloc(room), *payload = malloc(size);
    if (wire == NULL || payload == NULL) abort();
    memset(payload, 7, size);
    require(mtproto_config_set_envelope(config, MTPROTO_ENVELOPE_INTERMEDIATE));
    require(mtproto_config_set_obfuscated(config, getenv("BENCH_PLAIN") == NULL));
    require(mtproto_client_new(config, &client));
    require(mtproto_server_new(config, &server));
    /* The opening, and its event, are not part of the measurement. */
    size_t written, consumed;
    mtproto_event event;
    event.struct_size = sizeof event;
    require(mtproto_transport_push_opening(client));
    require(mtproto_transport_pull_wire(client, wire, room, &written));
    require(mtproto_transport_push_wire(server, wire, written, &consumed));
    require(mtproto_transport_pull_event(server, &event));

    long bursts = BYTES_PER_ROUND / (long)(size * (size_t)packets);
    if (bursts > BURSTS_AT_MOST) bursts = BURSTS_AT_MOST;
    int64_t best = INT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start = now();
        for (long i = 0; i < bursts; i++) burst(client, server, payload, size, packets, wire, room, copies);
        int64_t taken = (now() - start) / bursts;
        if (taken < best) best = taken;
    }
    printf("c %s %zu %d %lld\n", copies ? "copy" : "view", size, packets, (long long)best);
    mtproto_transport_free(client);
    mtproto_transport_free(server);
    mtproto_config_free(config);
    free(wire);
    free(payload);
}

int main(void) {
    static const struct { size_t size; int packets; } loads[] = {{64, 1}, {64, 100}, {1024, 1}, {1024, 64}, {65536, 1}};
    for (int copies = 0; copies < 2; copies++)
        for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++) measure(loads[i].size, loads[i].packets, copies);
    return 0;
}
