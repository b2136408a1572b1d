/* A program of version 0.1.0: every struct and the calls around it, as they were. Compiled against abi/old/mtproto.h. */
#include <mtproto.h>
#include <stdio.h>
#include <string.h>

#define MUST(condition) \
    do { \
        if (!(condition)) return printf("line %d: not so: %s\n", __LINE__, #condition), 1; \
    } while (0)

/* The struct of 0.1.0, with bytes behind it that a newer library must leave alone. */
struct guarded {
    mtproto_event event;
    unsigned char behind[64];
};

static int next(mtproto_transport *transport, struct guarded *into, int kind) {
    memset(into, 0xa5, sizeof *into);
    into->event.struct_size = sizeof into->event;
    MUST(mtproto_transport_pull_event(transport, &into->event) == MTPROTO_OK);
    MUST(into->event.kind == kind && into->event.struct_size == sizeof into->event);
    for (size_t i = 0; i < sizeof into->behind; i++) MUST(into->behind[i] == 0xa5);
    return 0;
}

int main(void) {
    const uint8_t secret[16] = {1, 2, 3}, packet[40] = {9};
    mtproto_config *config = mtproto_config_new();
    mtproto_transport *client = NULL, *server = NULL;
    mtproto_send_options options = {sizeof options, MTPROTO_SEND_QUICK_ACK, 0x80000005u};
    struct guarded found;
    const uint8_t *wire;
    size_t length, taken;

    MUST(mtproto_config_add_secret(config, secret, sizeof secret) == MTPROTO_OK);
    MUST(mtproto_config_set_dc(config, 2, MTPROTO_DC_TEST) == MTPROTO_OK);
    MUST(mtproto_client_new(config, &client) == MTPROTO_OK && mtproto_server_new(config, &server) == MTPROTO_OK);
    mtproto_config_free(config);
    MUST(mtproto_transport_push_payload(client, packet, sizeof packet, &options) == MTPROTO_OK);
    MUST(mtproto_transport_peek_wire(client, &wire, &length) == MTPROTO_OK);
    MUST(mtproto_transport_push_wire(server, wire, length, &taken) == MTPROTO_OK && taken == length);
    MUST(next(server, &found, MTPROTO_EVENT_CONNECTED) == 0);
    MUST(found.event.envelope == MTPROTO_ENVELOPE_PADDED_INTERMEDIATE && found.event.carrier == MTPROTO_CARRIER_TCP);
    MUST((found.event.flags & MTPROTO_EVENT_FLAG_DC) && found.event.dc == 10002 && found.event.secret_index == 0);
    MUST(next(server, &found, MTPROTO_EVENT_PAYLOAD) == 0);
    MUST(found.event.length == sizeof packet && memcmp(found.event.data, packet, sizeof packet) == 0);
    MUST(found.event.flags == MTPROTO_EVENT_FLAG_QUICK_ACK_WANTED && found.event.secret_index == -1);
    MUST(mtproto_transport_push_quick_ack(server, 0x80000005u) == MTPROTO_OK);
    MUST(mtproto_transport_peek_wire(server, &wire, &length) == MTPROTO_OK);
    MUST(mtproto_transport_push_wire(client, wire, length, &taken) == MTPROTO_OK && taken == length);
    MUST(next(client, &found, MTPROTO_EVENT_CONNECTED) == 0 && next(client, &found, MTPROTO_EVENT_QUICK_ACK) == 0);
    MUST(found.event.quick_ack_token == 0x80000005u && found.event.data == NULL);
    found.event.struct_size = sizeof found.event - 1;
    MUST(mtproto_transport_pull_event(client, &found.event) == MTPROTO_ERROR_STRUCT_SIZE);
    mtproto_transport_free(client);
    mtproto_transport_free(server);
    puts("an old program runs");
    return 0;
}
