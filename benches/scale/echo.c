/* scale-echo: the least server over the library: whatever comes goes back.
 *
 * For benches: it stands behind the relay as the DC, and alone it shows what a server costs whose
 * program does almost nothing. With --secret clients need that secret, without one they have none. */
#define _POSIX_C_SOURCE 200809L
#include "common/arguments.h"
#include "common/net.h"
#include "common/proxy_words.h"
#include "wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_AT_LEAST ((size_t)16 * 1024)
#define UNSENT_LIMIT ((size_t)256 * 1024) /* above it nothing is read */
#define ACCEPTS_PER_TURN 64

struct peer {
    struct wire wire;
    bool over;
};

struct echo {
    struct loop *loop;
    struct watch listener;
    mtproto_config *config;
    uint8_t *copy; /* of the payloads that go back: views do not outlive the push */
    size_t copy_room;
};

static void accept_peers(struct echo *echo) {
    for (int turn = 0; turn < ACCEPTS_PER_TURN; turn++) {
        int socket = accept(echo->listener.socket, NULL, NULL);
        if (socket < 0) return;
        struct peer *peer = calloc(1, sizeof *peer);
        if (peer == NULL || !net_prepare(socket) ||
            mtproto_server_new(echo->config, &peer->wire.transport) != MTPROTO_OK) {
            close(socket);
            free(peer);
            continue;
        }
        peer->wire.watch = (struct watch){.socket = socket, .owner = peer};
        if (loop_watch(echo->loop, &peer->wire.watch, POLLIN)) continue;
        wire_close(echo->loop, &peer->wire);
        free(peer);
    }
}

static bool make_room(struct echo *echo, size_t length) {
    if (length <= echo->copy_room) return true;
    uint8_t *copy = realloc(echo->copy, length);
    if (copy == NULL) return false;
    echo->copy = copy;
    echo->copy_room = length;
    return true;
}

static bool send_back(struct echo *echo, struct peer *peer, const mtproto_event *events,
                      size_t count) {
    mtproto_bytes payloads[WIRE_EVENTS];
    size_t length = 0, sent = 0, taken = 0;
    for (size_t i = 0; i < count; i++)
        if (events[i].kind == MTPROTO_EVENT_PAYLOAD) length += events[i].length;
    if (!make_room(echo, length)) return false;
    uint8_t *at = echo->copy;
    for (size_t i = 0; i < count; i++) {
        if (events[i].kind != MTPROTO_EVENT_PAYLOAD) continue;
        memcpy(at, events[i].data, events[i].length);
        payloads[sent++] = (mtproto_bytes){.data = at, .length = events[i].length};
        at += events[i].length;
    }
    return mtproto_transport_push_payloads(peer->wire.transport, payloads, sent, &taken) ==
           MTPROTO_OK;
}

/* False: the connection is over. */
static bool answer(struct echo *echo, struct peer *peer) {
    mtproto_event events[WIRE_EVENTS];
    for (;;) {
        size_t count = 0;
        events[0].struct_size = sizeof events[0];
        mtproto_status status =
            mtproto_transport_pull_events(peer->wire.transport, events, WIRE_EVENTS, &count);
        if (status == MTPROTO_NO_EVENT) return true;
        if (status != MTPROTO_OK || !send_back(echo, peer, events, count)) return false;
    }
}

static bool serve(struct echo *echo, struct peer *peer) {
    struct wire *wire = &peer->wire;
    if ((wire->watch.ready & ~POLLOUT) != 0 &&
        (!wire_read(wire, READ_AT_LEAST) || !answer(echo, peer)))
        return false;
    if (!wire_write(wire)) return false;
    size_t unsent = mtproto_transport_pending_wire(wire->transport);
    short interest = unsent < UNSENT_LIMIT ? POLLIN : 0;
    if (unsent > 0) interest |= POLLOUT;
    return loop_watch(echo->loop, &wire->watch, interest);
}

static int run(struct echo *echo) {
    for (;;) {
        struct watch **ready = NULL;
        int count = loop_wait(echo->loop, -1, &ready);
        if (count < 0) break;
        for (int i = 0; i < count; i++) {
            struct peer *peer = ready[i]->owner;
            if (peer == NULL) accept_peers(echo);
            else if (!serve(echo, peer)) {
                wire_close(echo->loop, &peer->wire);
                free(peer);
            }
        }
    }
    perror("scale-echo: waiting");
    return 1;
}

static mtproto_status configure(mtproto_config *config, const mtproto_secret *secret) {
    mtproto_status status = mtproto_config_set_memory(config, MTPROTO_MEMORY_SMALL);
    if (status == MTPROTO_OK && secret != NULL)
        status = mtproto_config_add_parsed_secret(config, secret);
    return status;
}

int main(int count, char **words) {
    struct arguments arguments = arguments_of("scale-echo", count, words);
    const char *value = NULL, *problem = NULL;
    struct net_endpoint endpoint = {.host = "127.0.0.1", .port = "0"};
    mtproto_secret *secret = NULL;
    char address[NET_ADDRESS_LENGTH];
    while (arguments_next(&arguments)) {
        if (arguments_option(&arguments, "--secret", &value)) {
            mtproto_secret_free(secret);
            secret = proxy_words_secret(&arguments, "--secret", value);
        } else arguments_unknown(&arguments);
    }
    if (arguments.failed) return 1;
    struct echo echo = {.loop = loop_new(), .config = mtproto_config_new()};
    net_raise_descriptor_limit();
    echo.listener.socket = net_listen(&endpoint, address, &problem);
    if (echo.loop == NULL || echo.config == NULL || configure(echo.config, secret) != MTPROTO_OK ||
        echo.listener.socket < 0 || !loop_watch(echo.loop, &echo.listener, POLLIN)) {
        fprintf(stderr, "scale-echo: cannot serve%s%s\n", problem != NULL ? ": " : "",
                problem != NULL ? problem : "");
        return 1;
    }
    printf("listening %s\n", address);
    fflush(stdout);
    return run(&echo); /* until it is killed */
}
