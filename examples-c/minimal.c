/* The shortest correct client: asks a data centre for a resPQ. Usage: minimal HOST PORT */
#define _POSIX_C_SOURCE 200809L
#include <mtproto.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ANSWERED = 0, BAD_USAGE = 1, NOT_CONNECTED = 2, TRANSPORT_ERROR = 3, FAILED = 4, GO_ON = 5 };

static int stop(int outcome, const char *why) {
    return fprintf(stderr, "%s\n", why) < 0 ? FAILED : outcome;
}

static int look_at(const mtproto_event *event) {
    if (event->kind == MTPROTO_EVENT_TRANSPORT_ERROR)
        return stop(TRANSPORT_ERROR, mtproto_transport_error_meaning(event->code));
    if (event->kind == MTPROTO_EVENT_CLOSED) return stop(NOT_CONNECTED, "closed without an answer");
    if (event->kind != MTPROTO_EVENT_PAYLOAD) return GO_ON;
    return printf("answer: %zu bytes\n", event->length) > 0 ? ANSWERED : FAILED;
}

static int talk(int connection, mtproto_transport *transport) {
    uint8_t wire[4096];
    for (int outcome = GO_ON;;) {
        for (size_t length = 1; length > 0;) { /* send everything that waits for the wire */
            mtproto_status status = mtproto_transport_pull_wire(transport, wire, sizeof wire, &length);
            if (status < 0) return stop(FAILED, mtproto_status_text(status));
            for (ssize_t count, sent = 0; sent < (ssize_t)length; sent += count)
                if ((count = send(connection, wire + sent, length - (size_t)sent, MSG_NOSIGNAL)) < 0)
                    return stop(NOT_CONNECTED, "sending failed");
        }
        ssize_t received = recv(connection, wire, sizeof wire, 0);
        if (received < 0) return stop(NOT_CONNECTED, "receiving failed");
        size_t given = 0;
        do { /* a full transport takes the rest once its events are pulled */
            size_t taken = 0;
            mtproto_status status = received == 0 ? mtproto_transport_push_wire_end(transport)
                : mtproto_transport_push_wire(transport, wire + given, (size_t)received - given, &taken);
            given += taken;
            mtproto_event event = {.struct_size = sizeof event};
            while (status >= 0 && outcome == GO_ON &&
                   (status = mtproto_transport_pull_event(transport, &event)) == MTPROTO_OK)
                outcome = look_at(&event);
            if (status < 0) return stop(FAILED, mtproto_status_text(status));
            if (outcome != GO_ON) return outcome;
        } while (given < (size_t)received);
    }
}

int main(int count, char **words) {
    if (count != 3) return stop(BAD_USAGE, "usage: minimal HOST PORT");
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    int connection = -1, problem = getaddrinfo(words[1], words[2], &hints, &list);
    if (problem != 0) return stop(NOT_CONNECTED, gai_strerror(problem));
    for (struct addrinfo *at = list; at != NULL && connection < 0; at = at->ai_next) {
        int attempt = socket(at->ai_family, SOCK_STREAM, 0);
        if (attempt >= 0 && connect(attempt, at->ai_addr, at->ai_addrlen) == 0) connection = attempt;
        else if (attempt >= 0) close(attempt);
    }
    freeaddrinfo(list);
    if (connection < 0) return stop(NOT_CONNECTED, "cannot connect");
    /* req_pq_multi as a plaintext message: key id 0, message id, length 20, constructor, nonce */
    uint8_t request[40] = {[16] = 20, [20] = 0xf1, 0x8e, 0x7e, 0xbe};
    for (int i = 0; i < 4; i++) request[12 + i] = (uint8_t)((uint64_t)time(NULL) >> (8 * i));
    FILE *entropy = fopen("/dev/urandom", "rb");
    if (entropy == NULL || fread(request + 24, 16, 1, entropy) != 1 || fclose(entropy) != 0)
        return stop(FAILED, "no random bytes");
    mtproto_config *config = mtproto_config_new(); /* obfuscated padded intermediate is the default */
    mtproto_transport *transport = NULL;
    mtproto_status status = mtproto_config_set_dc(config, 2, 0);
    if (status == MTPROTO_OK) status = mtproto_client_new(config, &transport);
    if (status == MTPROTO_OK) status = mtproto_transport_push_payload(transport, request, sizeof request, NULL);
    int outcome = status < 0 ? stop(FAILED, mtproto_status_text(status)) : talk(connection, transport);
    mtproto_transport_free(transport); /* NULL is fine */
    mtproto_config_free(config);
    return close(connection) == 0 ? outcome : FAILED;
}
