/* What a server says of who is not its client: every reason that can be had without the library's own keys, its name,
 * and every byte that came, to be handed on. */
#include <mtproto.h>

#include "check.h"

#include <stdlib.h>
#include <string.h>

enum { NOW = 1800000000, WIRE = 16384 };

static const uint8_t secret[] = "\xee" "0123456789abcdefexample.org";
static const uint8_t other_key[] = "\xee" "0123456789abcdeXexample.org";
static const uint8_t other_name[] = "\xee" "0123456789abcdefexample.com";
enum { SECRET = sizeof secret - 1 };

struct opening {
    uint8_t bytes[WIRE];
    size_t length;
};

/* What a client with this secret begins with, by its clock. */
static struct opening hello_of(const uint8_t *of, uint32_t time) {
    static struct opening opening;
    mtproto_transport *client = NULL;
    mtproto_config *config = mtproto_config_new();
    CHECK_EQUAL(mtproto_config_add_secret(config, of, SECRET), MTPROTO_OK);
    CHECK_EQUAL(mtproto_config_set_dc(config, 2, 0), MTPROTO_OK);
    CHECK_EQUAL(mtproto_config_set_unix_time(config, time), MTPROTO_OK);
    CHECK_EQUAL(mtproto_client_new(config, &client), MTPROTO_OK);
    CHECK_EQUAL(mtproto_transport_push_opening(client), MTPROTO_OK);
    CHECK_EQUAL(mtproto_transport_pull_wire(client, opening.bytes, WIRE, &opening.length), MTPROTO_OK);
    mtproto_transport_free(client);
    mtproto_config_free(config);
    return opening;
}

static struct opening bytes_of(const char *bytes, size_t length) {
    static struct opening opening;
    memset(&opening, 0, sizeof opening);
    memcpy(opening.bytes, bytes, length);
    opening.length = length < 64 ? 64 : length;
    return opening;
}

/* A server with the secret, or without one and for what it accepts. */
static mtproto_transport *server_of(bool with_secret, uint32_t accept) {
    mtproto_transport *server = NULL;
    mtproto_config *config = mtproto_config_new();
    if (with_secret) CHECK_EQUAL(mtproto_config_add_secret(config, secret, SECRET), MTPROTO_OK);
    if (accept != 0) CHECK_EQUAL(mtproto_config_set_accept(config, accept), MTPROTO_OK);
    CHECK_EQUAL(mtproto_config_set_unix_time(config, NOW), MTPROTO_OK);
    CHECK_EQUAL(mtproto_server_new(config, &server), MTPROTO_OK);
    mtproto_config_free(config);
    return server;
}

static void refused(mtproto_transport *server, struct opening opening, int32_t reason, const char *name, int32_t skew) {
    mtproto_event event;
    size_t taken = 0;
    case_begin("%s, %d s", name, (int)skew);
    memset(&event, 0, sizeof event);
    event.struct_size = sizeof event;
    CHECK_EQUAL(mtproto_transport_push_wire(server, opening.bytes, opening.length, &taken), MTPROTO_OK);
    CHECK_EQUAL(taken, opening.length);
    if (CHECK_EQUAL(mtproto_transport_pull_event(server, &event), MTPROTO_OK)) {
        CHECK_EQUAL(event.kind, MTPROTO_EVENT_NOT_OURS);
        CHECK_EQUAL(event.code, reason);
        CHECK_EQUAL(event.clock_skew, skew);
        CHECK(strcmp(mtproto_not_ours_name(event.code), name) == 0);
        CHECK(event.length == opening.length && memcmp(event.data, opening.bytes, opening.length) == 0);
    }
    CHECK(!mtproto_transport_wants_write(server));
    mtproto_transport_free(server);
}

static void not_ours(void) {
    struct opening opening;
    refused(server_of(true, 0), bytes_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27), MTPROTO_NOT_OURS_HTTP, "http", 0);
    refused(server_of(false, 0), hello_of(secret, NOW), MTPROTO_NOT_OURS_TLS, "tls", 0);
    refused(server_of(true, 0), bytes_of("\xef", 1), MTPROTO_NOT_OURS_NOT_ACCEPTED, "not_accepted", 0);
    refused(server_of(true, 0), hello_of(other_key, NOW), MTPROTO_NOT_OURS_UNKNOWN_SECRET, "unknown_secret", 0);
    refused(server_of(true, 0), hello_of(other_name, NOW), MTPROTO_NOT_OURS_FOREIGN_SERVER_NAME, "foreign_server_name", 0);
    refused(server_of(true, 0), hello_of(secret, NOW - 300), MTPROTO_NOT_OURS_CLOCK, "clock", -300);
    refused(server_of(true, 0), hello_of(secret, NOW + 7000), MTPROTO_NOT_OURS_CLOCK, "clock", 7000);

    /* A version of a hello inside that TLS never had. */
    opening = hello_of(secret, NOW);
    opening.bytes[9] = 9;
    refused(server_of(true, 0), opening, MTPROTO_NOT_OURS_MALFORMED_HELLO, "malformed_hello", 0);
    /* A record of 16 KiB whose handshake message says that it has 16 MiB. */
    refused(server_of(true, 0), bytes_of("\x16\x03\x01\x40\x00\x01\xff\xff\xff", 9), MTPROTO_NOT_OURS_HELLO_TOO_LARGE,
            "hello_too_large", 0);
    /* 64 bytes that nobody's key opens. */
    refused(server_of(false, MTPROTO_ACCEPT_OBFUSCATED), bytes_of("nobody's", 8), MTPROTO_NOT_OURS_UNKNOWN_OPENING,
            "unknown_opening", 0);
}

/* Names that no connection above can have. */
static void names(void) {
    case_begin("the names of the rest");
    CHECK(strcmp(mtproto_not_ours_name(MTPROTO_NOT_OURS_NO_COMMON_CIPHER), "no_common_cipher") == 0);
    CHECK(strcmp(mtproto_not_ours_name(MTPROTO_NOT_OURS_REPLAYED), "replayed") == 0);
    CHECK(strcmp(mtproto_closed_name(MTPROTO_CLOSED_BETWEEN_FRAMES), "between_frames") == 0);
    CHECK(strcmp(mtproto_closed_name(MTPROTO_CLOSED_INSIDE_FRAME), "inside_frame") == 0);
    CHECK(strcmp(mtproto_closed_name(MTPROTO_CLOSED_BEFORE_OPENING), "before_opening") == 0);
    CHECK(strcmp(mtproto_closed_name(MTPROTO_CLOSED_REFUSED), "refused") == 0);
    CHECK(strcmp(mtproto_carrier_name(MTPROTO_CARRIER_TCP), "tcp") == 0);
    CHECK(strcmp(mtproto_carrier_name(MTPROTO_CARRIER_FAKE_TLS), "fake_tls") == 0);
    CHECK(strcmp(mtproto_carrier_name(MTPROTO_CARRIER_WEBSOCKET), "websocket") == 0);
    CHECK(strcmp(mtproto_carrier_name(MTPROTO_CARRIER_HTTP), "http") == 0);
}

int main(void) {
    not_ours();
    names();
    return check_close();
}
