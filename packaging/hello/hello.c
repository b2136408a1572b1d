/* What the test of the installation builds: a packet from a client to a server, and the version. */
#include <mtproto.h>
#include <stdio.h>

int main(void) {
    mtproto_config *config = mtproto_config_new();
    mtproto_transport *client = NULL, *server = NULL;
    const uint8_t packet[40] = {0}, *wire;
    size_t length, taken;
    mtproto_event event;
    int payloads = 0;
    if (mtproto_client_new(config, &client) != MTPROTO_OK || mtproto_server_new(config, &server) != MTPROTO_OK) return 1;
    if (mtproto_transport_push_payload(client, packet, sizeof packet, NULL) != MTPROTO_OK) return 1;
    if (mtproto_transport_peek_wire(client, &wire, &length) != MTPROTO_OK) return 1;
    if (mtproto_transport_push_wire(server, wire, length, &taken) != MTPROTO_OK || taken != length) return 1;
    event.struct_size = sizeof event;
    while (mtproto_transport_pull_event(server, &event) == MTPROTO_OK) payloads += event.kind == MTPROTO_EVENT_PAYLOAD;
    mtproto_transport_free(client);
    mtproto_transport_free(server);
    mtproto_config_free(config);
    printf("hello from libmtproto %s: %d packet\n", mtproto_version_string(), payloads);
    return payloads == 1 && mtproto_version_number() == MTPROTO_VERSION_NUMBER ? 0 : 1;
}
