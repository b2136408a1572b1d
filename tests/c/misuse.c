/* One table over every export: wrong calls get the documented status, and nothing is written or changed by them.
 *
 *   misuse [abi/symbols.txt]    runs the table, and looks that no export of the list is without a row
 *   misuse --list               prints "export status" of each row, for the header checks */
#include <mtproto.h>

#include "check.h"

#include <stdlib.h>
#include <string.h>

/* What a handle has gone through before the call. Every transport's largest payload is 1024 bytes. */
enum state {
    NOTHING,
    CONFIG,
    CLIENT,           /* obfuscated Padded intermediate; CONNECTED waits */
    CLIENT_QUEUED,    /* that, with a payload for the wire */
    CLIENT_PLAIN,     /* Intermediate in clear, CONNECTED pulled */
    CLIENT_FULL,      /* Full in clear */
    CLIENT_ENDED,     /* the server has closed, and CLOSED is pulled */
    CLIENT_DEAD,      /* the server sent a length of zero */
    SERVER,           /* nothing came */
    SERVER_CONNECTED, /* Abridged in clear, CONNECTED pulled */
    SERVER_FULL,      /* Full in clear, CONNECTED pulled */
    SERVER_BURST,     /* the receive buffer is full of frames */
    SERVER_ENDED,     /* the client has closed, and CLOSED is pulled */
    SERVER_DEAD,      /* the client sent a length of zero */
    SERVER_STRANGER,  /* a browser came, and is not reported */
    SERVER_NOT_OURS,  /* a browser came, and is reported */
};

enum { MAX_PAYLOAD = 1024, CANARY = 0xa5 };

/* Everything that an export could write a result to. */
struct out {
    size_t count;
    const uint8_t *view;
    uint8_t *room;
    mtproto_transport *made;
    mtproto_secret *secret;
    mtproto_link *link;
    uint32_t token;
    int32_t number;
    uint8_t bytes[64];
    union {
        mtproto_event event;
        uint8_t raw[sizeof(mtproto_event) + 64];
    } big;
};

struct fixture {
    mtproto_config *config;
    mtproto_transport *transport;
    struct out out, before;
};

static const uint32_t TOKEN = 0xdeadbeef;
static const uint8_t KEY[] = "0123456789abcdefgh";
/* The other forms of a secret; the domain ends at byte 28. */
static const uint8_t DD[] = "\xdd" "0123456789abcdefgh";
static const uint8_t EE[] = "\xee" "0123456789abcdef" "example.com";
static const uint8_t PACKET[2048] = {1, 2, 3, 4, 5, 6, 7, 8};
static const uint8_t MINUS_404[4] = {0x6c, 0xfe, 0xff, 0xff};
static const uint8_t ONES[16] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
static const uint8_t ZEROS[16] = {0};

/* --- what the rows call --- */

/* A status of its own for an answer that is no status, or a result that is not what it must be. */
enum { WRONG_RESULT = -100000 };

static mtproto_status holds(bool condition) { return condition ? MTPROTO_OK : WRONG_RESULT; }

static bool is_text(const char *text) { return text != NULL && text[0] != '\0' && strchr(text, '\n') == NULL; }

static mtproto_status another_config(struct fixture *f) {
    mtproto_config *another = mtproto_config_new();
    mtproto_status status = holds(another != NULL && another != f->config);
    mtproto_config_free(another);
    return status;
}

static mtproto_status refused_envelope_changes_nothing(struct fixture *f) {
    mtproto_event event = {.struct_size = sizeof event};
    mtproto_config_set_envelope(f->config, 99);
    if (mtproto_client_new(f->config, &f->out.made) != MTPROTO_OK) return WRONG_RESULT;
    if (mtproto_transport_pull_event(f->out.made, &event) != MTPROTO_OK) return WRONG_RESULT;
    return holds(event.envelope == MTPROTO_ENVELOPE_PADDED_INTERMEDIATE);
}

static mtproto_status refused_secret_changes_nothing(struct fixture *f) {
    /* With a secret a client would need a DC. */
    mtproto_config_add_secret(f->config, KEY, 15);
    return mtproto_client_new(f->config, &f->out.made);
}

static mtproto_status client_with(struct fixture *f, int secrets, bool obfuscated, int32_t dc) {
    for (int i = 0; i < secrets; i++) mtproto_config_add_secret(f->config, KEY, 16);
    mtproto_config_set_obfuscated(f->config, obfuscated);
    if (dc != 0) mtproto_config_set_dc(f->config, dc, 0);
    return mtproto_client_new(f->config, &f->out.made);
}

static mtproto_status client_of(struct fixture *f, const uint8_t *secret, size_t length, int32_t envelope) {
    mtproto_config_add_secret(f->config, secret, length);
    mtproto_config_set_dc(f->config, 2, 0);
    mtproto_config_set_envelope(f->config, envelope);
    return mtproto_client_new(f->config, &f->out.made);
}

static mtproto_status server_with(struct fixture *f, int secrets, uint32_t accept) {
    for (int i = 0; i < secrets; i++) mtproto_config_add_secret(f->config, KEY, 16);
    mtproto_config_set_accept(f->config, accept);
    return mtproto_server_new(f->config, &f->out.made);
}

static mtproto_status endpoint_is(const char *expected) {
    char text[64];
    size_t length = 0;
    mtproto_status status = mtproto_endpoint_address(2, 0, 0, text, sizeof text, &length);
    return status == MTPROTO_OK ? holds(length == strlen(expected) + 1 && strcmp(text, expected) == 0) : status;
}

static mtproto_status endpoint_needs_space(void) {
    char text[4] = "abc";
    size_t length = 0;
    mtproto_status status = mtproto_endpoint_address(2, 0, 0, text, sizeof text, &length);
    return holds(status == MTPROTO_NEED_SPACE && length == 19 && strcmp(text, "abc") == 0);
}

enum over { OVER_WEBSOCKET, OVER_HTTP };

static mtproto_status client_over(struct fixture *f, enum over over, const char *host, bool obfuscated) {
    if (over == OVER_HTTP) mtproto_config_set_http(f->config, host, "/api", NULL, true);
    else mtproto_config_set_websocket(f->config, host, "/apiws", NULL);
    mtproto_config_set_obfuscated(f->config, obfuscated);
    return mtproto_client_new(f->config, &f->out.made);
}

/* Whether the credentials for an HTTP proxy stand in the request. */
static bool authorized(mtproto_config *config) {
    static const char field[] = "\r\nProxy-Authorization: basic YTpi\r\n";
    mtproto_transport *client = NULL;
    const uint8_t *wire = NULL;
    size_t length = 0;
    bool found = false;
    mtproto_config_set_http(config, "a", "http://a/api", NULL, true);
    mtproto_config_set_proxy_authorization(config, "basic YTpi");
    if (mtproto_client_new(config, &client) != MTPROTO_OK) return false;
    mtproto_transport_push_payload(client, PACKET, 40, NULL);
    if (mtproto_transport_peek_wire(client, &wire, &length) == MTPROTO_OK) {
        for (size_t at = 0; at + sizeof field - 1 <= length; at++) {
            found = found || memcmp(wire + at, field, sizeof field - 1) == 0;
        }
    }
    mtproto_transport_free(client);
    return found;
}

static mtproto_status fake_tls_over_websocket(struct fixture *f) {
    mtproto_config_set_websocket(f->config, "a", "/apiws", NULL);
    return client_of(f, EE, 28, MTPROTO_ENVELOPE_PADDED_INTERMEDIATE);
}

/* A server of its own that has a client over HTTP, which has asked and was answered. */
static mtproto_transport *http_server(struct fixture *f) {
    static const char REQUEST[] = "POST /api HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd";
    mtproto_transport *server = NULL;
    mtproto_event event = {.struct_size = sizeof event};
    size_t count;
    mtproto_config_set_accept(f->config, MTPROTO_ACCEPT_HTTP);
    mtproto_server_new(f->config, &server);
    mtproto_transport_push_wire(server, (const uint8_t *)REQUEST, sizeof REQUEST - 1, &count);
    while (mtproto_transport_pull_event(server, &event) == MTPROTO_OK) continue;
    mtproto_transport_push_payload(server, PACKET, 40, NULL);
    return server;
}

static mtproto_status payload_out_of_turn(struct fixture *f) {
    mtproto_transport *server = http_server(f);
    mtproto_status status = mtproto_transport_push_payload(server, PACKET, 40, NULL);
    mtproto_transport_free(server);
    return status;
}

static mtproto_status error_out_of_turn(struct fixture *f) {
    mtproto_transport *server = http_server(f);
    mtproto_status status = mtproto_transport_push_transport_error(server, 404);
    mtproto_transport_free(server);
    return status;
}

static void carry(mtproto_transport *from, mtproto_transport *to) {
    const uint8_t *wire;
    size_t length, count;
    mtproto_event event = {.struct_size = sizeof event};
    mtproto_transport_peek_wire(from, &wire, &length);
    mtproto_transport_push_wire(to, wire, length, &count);
    mtproto_transport_consume_wire(from, length);
    while (mtproto_transport_pull_event(to, &event) == MTPROTO_OK) continue;
}

/* A server sends a transport error over a WebSocket, which closes it, and then this. */
static mtproto_status after_close_with(struct fixture *f, mtproto_status (*send)(mtproto_transport *)) {
    mtproto_transport *client = NULL, *server = NULL;
    mtproto_config_set_websocket(f->config, "a", "/apiws", NULL);
    mtproto_config_set_accept(f->config, MTPROTO_ACCEPT_WEBSOCKET | MTPROTO_ACCEPT_OBFUSCATED);
    mtproto_client_new(f->config, &client);
    mtproto_server_new(f->config, &server);
    mtproto_transport_push_payload(client, PACKET, 40, NULL);
    carry(client, server);
    carry(server, client);
    carry(client, server);
    mtproto_status status = mtproto_transport_push_transport_error(server, 404);
    if (status == MTPROTO_OK) status = send(server);
    mtproto_transport_free(client);
    mtproto_transport_free(server);
    return status;
}

static mtproto_status send_payload(mtproto_transport *t) { return mtproto_transport_push_payload(t, PACKET, 40, NULL); }

static mtproto_status send_error(mtproto_transport *t) { return mtproto_transport_push_transport_error(t, 404); }

static mtproto_status send_quick_ack(mtproto_transport *t) { return mtproto_transport_push_quick_ack(t, TOKEN); }

static mtproto_status after_close(struct fixture *f, bool payload) {
    return after_close_with(f, payload ? send_payload : send_error);
}

/* The limit is the envelope's own here, not the config's. The memory is never touched. */
static mtproto_status over_abridged(struct fixture *f) {
    const size_t length = 67108864;
    mtproto_transport *transport = NULL;
    mtproto_status status = WRONG_RESULT;
    uint8_t *payload = calloc(length, 1);
    mtproto_config_set_max_payload(f->config, 1073741824);
    mtproto_config_set_envelope(f->config, MTPROTO_ENVELOPE_ABRIDGED);
    if (payload != NULL && mtproto_client_new(f->config, &transport) == MTPROTO_OK) {
        status = mtproto_transport_push_payload(transport, payload, length, NULL);
        if (mtproto_transport_wants_write(transport)) status = WRONG_RESULT;
    }
    mtproto_transport_free(transport);
    free(payload);
    return status;
}

/* In a block of its own, so that reading beyond struct_size is found by valgrind and the sanitizers. */
static mtproto_status push_with(mtproto_transport *transport, size_t struct_size, uint32_t flags, uint32_t token) {
    size_t size = struct_size > sizeof(mtproto_send_options) ? struct_size : sizeof(mtproto_send_options);
    mtproto_send_options options = {.struct_size = struct_size, .flags = flags, .quick_ack_token = token};
    uint8_t *memory = malloc(size);
    mtproto_status status;
    if (memory == NULL) return WRONG_RESULT;
    memset(memory, 0xff, size);
    memcpy(memory, &options, sizeof options);
    status = mtproto_transport_push_payload(transport, PACKET, 40, (const mtproto_send_options *)(const void *)memory);
    free(memory);
    return status;
}

static mtproto_status pulls(struct fixture *f, uint8_t *buffer, size_t capacity, size_t expected) {
    size_t waiting = mtproto_transport_pending_wire(f->transport);
    mtproto_status status = mtproto_transport_pull_wire(f->transport, buffer, capacity, &f->out.count);
    if (status != MTPROTO_OK) return status;
    return holds(f->out.count == expected && mtproto_transport_pending_wire(f->transport) == waiting - expected);
}

static mtproto_status peeks(struct fixture *f, size_t expected) {
    mtproto_status status = mtproto_transport_peek_wire(f->transport, &f->out.view, &f->out.count);
    return status == MTPROTO_OK ? holds(f->out.count == expected) : status;
}

static mtproto_status consume_peeked(struct fixture *f, size_t more) {
    const uint8_t *data;
    size_t length = 0;
    if (mtproto_transport_peek_wire(f->transport, &data, &length) != MTPROTO_OK || length == 0) return WRONG_RESULT;
    return mtproto_transport_consume_wire(f->transport, length + more);
}

static mtproto_status consume_unseen(struct fixture *f) {
    const uint8_t *data;
    size_t length = 0;
    mtproto_transport_push_payload(f->transport, PACKET, 40, NULL);
    if (mtproto_transport_peek_wire(f->transport, &data, &length) != MTPROTO_OK || length == 0) return WRONG_RESULT;
    if (mtproto_transport_push_payload(f->transport, PACKET, 40, NULL) != MTPROTO_OK) return WRONG_RESULT;
    return mtproto_transport_consume_wire(f->transport, length + 1);
}

static mtproto_status pushes(struct fixture *f, const uint8_t *data, size_t length, size_t expected) {
    mtproto_status status = mtproto_transport_push_wire(f->transport, data, length, &f->out.count);
    return status == MTPROTO_OK ? holds(f->out.count == expected) : status;
}

/* The one result that is written without MTPROTO_OK: 0 bytes were taken. */
static mtproto_status push_refused(struct fixture *f) {
    mtproto_status status = mtproto_transport_push_wire(f->transport, PACKET, 40, &f->out.count);
    if (f->out.count != 0) return WRONG_RESULT;
    f->out.count = f->before.count;
    return status;
}

static mtproto_status reserves(struct fixture *f, size_t minimum) {
    mtproto_status status = mtproto_transport_reserve_wire(f->transport, minimum, &f->out.room, &f->out.count);
    if (status != MTPROTO_OK) return status;
    /* All of it can be written to: the sanitizers look. */
    memset(f->out.room, 0, f->out.count);
    return holds(f->out.count >= minimum);
}

static mtproto_status commit_reserved(struct fixture *f, size_t more) {
    uint8_t *room;
    size_t capacity;
    if (mtproto_transport_reserve_wire(f->transport, 0, &room, &capacity) != MTPROTO_OK) return WRONG_RESULT;
    return mtproto_transport_commit_wire(f->transport, capacity + more);
}

static mtproto_status commit_none(struct fixture *f) {
    uint8_t *room;
    size_t capacity;
    if (mtproto_transport_reserve_wire(f->transport, 0, &room, &capacity) != MTPROTO_OK) return WRONG_RESULT;
    return mtproto_transport_commit_wire(f->transport, 0);
}

static mtproto_status commit_after_push(struct fixture *f) {
    uint8_t *room;
    size_t capacity, consumed;
    if (mtproto_transport_reserve_wire(f->transport, 0, &room, &capacity) != MTPROTO_OK) return WRONG_RESULT;
    if (mtproto_transport_push_wire(f->transport, PACKET, 3, &consumed) != MTPROTO_OK) return WRONG_RESULT;
    return mtproto_transport_commit_wire(f->transport, 1);
}

static mtproto_status commit_after_event(struct fixture *f) {
    static const uint8_t frame[8] = {4, 0, 0, 0, 1, 2, 3, 4};
    mtproto_event event = {.struct_size = sizeof event};
    uint8_t *room;
    size_t capacity, consumed;
    if (mtproto_transport_push_wire(f->transport, frame, sizeof frame, &consumed) != MTPROTO_OK) return WRONG_RESULT;
    if (mtproto_transport_reserve_wire(f->transport, 0, &room, &capacity) != MTPROTO_OK) return WRONG_RESULT;
    if (mtproto_transport_pull_event(f->transport, &event) != MTPROTO_OK) return WRONG_RESULT;
    return mtproto_transport_commit_wire(f->transport, 1);
}

static mtproto_status commit_after_end(struct fixture *f) {
    uint8_t *room;
    size_t capacity;
    if (mtproto_transport_reserve_wire(f->transport, 0, &room, &capacity) != MTPROTO_OK) return WRONG_RESULT;
    if (mtproto_transport_push_wire_end(f->transport) != MTPROTO_OK) return WRONG_RESULT;
    return mtproto_transport_commit_wire(f->transport, 1);
}

static mtproto_status ends_once(struct fixture *f) {
    mtproto_event event = {.struct_size = sizeof event};
    mtproto_status status = mtproto_transport_push_wire_end(f->transport);
    if (status != MTPROTO_OK) return status;
    return holds(mtproto_transport_pull_event(f->transport, &event) == MTPROTO_NO_EVENT);
}

static mtproto_event *event_of(struct fixture *f, size_t struct_size) {
    f->out.big.event.struct_size = struct_size;
    f->before.big.event.struct_size = struct_size;
    return &f->out.big.event;
}

/* The event comes, its struct_size stays, what lies beyond the known struct is 0, and what lies beyond struct_size is not
 * touched. */
static mtproto_status event_in(struct fixture *f, size_t struct_size) {
    const mtproto_event *event = event_of(f, struct_size);
    mtproto_status status = mtproto_transport_pull_event(f->transport, &f->out.big.event);
    if (status != MTPROTO_OK) return status;
    for (size_t i = sizeof(mtproto_event); i < sizeof f->out.big.raw; i++) {
        if (f->out.big.raw[i] != (i < struct_size ? 0 : CANARY)) return WRONG_RESULT;
    }
    return holds(event->struct_size == struct_size && event->kind == MTPROTO_EVENT_CONNECTED &&
                 event->data == NULL && event->length == 0 && event->secret_index == -1 &&
                 event->flags == MTPROTO_EVENT_FLAG_OBFUSCATED && event->dc == 0 &&
                 event->carrier == MTPROTO_CARRIER_TCP && event->code == 0 && event->quick_ack_token == 0);
}

static mtproto_status event_survives(struct fixture *f) {
    if (mtproto_transport_pull_event(f->transport, NULL) != MTPROTO_ERROR_NULL_ARGUMENT) return WRONG_RESULT;
    if (mtproto_transport_pull_event(f->transport, event_of(f, 8)) != MTPROTO_ERROR_STRUCT_SIZE) return WRONG_RESULT;
    return event_in(f, sizeof(mtproto_event));
}

static mtproto_status usage_error_has_no_text(struct fixture *f) {
    if (mtproto_transport_push_payload(f->transport, PACKET, 3, NULL) != MTPROTO_ERROR_PAYLOAD_MISALIGNED) {
        return WRONG_RESULT;
    }
    return holds(strcmp(mtproto_transport_error_text(f->transport), "") == 0);
}

static mtproto_status error_text_stays(struct fixture *f) {
    const char *text = mtproto_transport_error_text(f->transport);
    mtproto_transport_push_wire_end(f->transport);
    mtproto_transport_push_payload(f->transport, PACKET, 40, NULL);
    return holds(mtproto_transport_error_text(f->transport) == text);
}

/* --- secrets and links --- */

#define HEX "00112233445566778899aabbccddeeff"
#define LINK "tg://proxy?server=proxy.example.com&port=443&secret=" HEX
#define SOCKS "tg://socks?server=proxy.example.com&port=1080"

/* A handle that nobody made: an out-parameter that must keep it. */
static char nobody;

/* How a reader of texts ended: out is written with OK alone, and the reason says why not, or is empty. */
static mtproto_status after_reading(mtproto_status status, const void *out, const char *reason) {
    if ((status == MTPROTO_OK) != (out != &nobody)) return WRONG_RESULT;
    return (reason[0] == '\0') == (status == MTPROTO_OK) ? status : WRONG_RESULT;
}

static mtproto_status read_secret(const char *text, size_t length, int32_t mode) {
    mtproto_secret *secret = (void *)&nobody;
    char reason[200];
    mtproto_status status = mtproto_secret_parse(text, length, mode, &secret, reason, sizeof reason);
    if (status == MTPROTO_OK) mtproto_secret_free(secret);
    return after_reading(status, secret, reason);
}

static mtproto_status read_bytes(const uint8_t *bytes, size_t length) {
    mtproto_secret *secret = (void *)&nobody;
    char reason[200];
    mtproto_status status =
        mtproto_secret_from_bytes(bytes, length, MTPROTO_PARSE_STRICT, &secret, reason, sizeof reason);
    if (status == MTPROTO_OK) mtproto_secret_free(secret);
    return after_reading(status, secret, reason);
}

static mtproto_status read_link(const char *text) {
    mtproto_link *link = (void *)&nobody;
    char reason[200];
    mtproto_status status =
        mtproto_link_parse(text, strlen(text), MTPROTO_PARSE_STRICT, &link, reason, sizeof reason);
    if (status == MTPROTO_OK) mtproto_link_free(link);
    return after_reading(status, link, reason);
}

static mtproto_secret *some_secret(void) {
    mtproto_secret *secret = NULL;
    CHECK_EQUAL(mtproto_secret_from_bytes(EE, 28, MTPROTO_PARSE_STRICT, &secret, NULL, 0), MTPROTO_OK);
    return secret;
}

static mtproto_link *some_link(const char *text) {
    mtproto_link *link = NULL;
    CHECK_EQUAL(mtproto_link_parse(text, strlen(text), MTPROTO_PARSE_STRICT, &link, NULL, 0), MTPROTO_OK);
    return link;
}

static mtproto_status make_link(const char *server, size_t length, uint32_t port) {
    mtproto_secret *secret = some_secret();
    mtproto_link *link = (void *)&nobody;
    char reason[200];
    mtproto_status status = mtproto_link_new(server, length, port, secret, &link, reason, sizeof reason);
    mtproto_secret_free(secret);
    if (status == MTPROTO_OK) mtproto_link_free(link);
    return after_reading(status, link, reason);
}

/* The reason is cut to fit, and nothing behind its end is touched. */
static mtproto_status short_reason(void) {
    char reason[4] = {1, 1, 1, 1};
    mtproto_secret *secret = NULL;
    mtproto_status status = mtproto_secret_parse("00", 2, MTPROTO_PARSE_STRICT, &secret, reason, 3);
    return reason[2] == 0 && reason[3] == 1 && secret == NULL ? status : WRONG_RESULT;
}

enum copy { KEY_OUT, BYTES_OUT, TEXT_OUT, LINK_OUT };

static mtproto_status copy_out(enum copy what, int32_t form, void *buffer, size_t capacity, size_t *length) {
    mtproto_secret *secret = some_secret();
    mtproto_link *link = some_link(LINK);
    mtproto_status status = WRONG_RESULT;
    switch (what) {
    case KEY_OUT: status = mtproto_secret_key(secret, buffer, capacity, length); break;
    case BYTES_OUT: status = mtproto_secret_bytes(secret, buffer, capacity, length); break;
    case TEXT_OUT: status = mtproto_secret_to_text(secret, buffer, capacity, length); break;
    case LINK_OUT: status = mtproto_link_to_text(link, form, buffer, capacity, length); break;
    }
    mtproto_secret_free(secret);
    mtproto_link_free(link);
    return status;
}

/* One byte too few says how many there are and copies nothing; exactly enough does it. */
static mtproto_status copy_needs_space(enum copy what) {
    uint8_t buffer[2048];
    size_t needed = 0, length = 0;
    memset(buffer, CANARY, sizeof buffer);
    if (copy_out(what, 0, NULL, 0, &needed) != MTPROTO_NEED_SPACE || needed == 0) return WRONG_RESULT;
    if (copy_out(what, 0, buffer, needed, &length) != MTPROTO_OK || length != needed) return WRONG_RESULT;
    if (buffer[needed] != CANARY) return WRONG_RESULT;
    if ((what == TEXT_OUT || what == LINK_OUT) && buffer[needed - 1] != 0) return WRONG_RESULT;
    memset(buffer, CANARY, sizeof buffer);
    length = 0;
    mtproto_status status = copy_out(what, 0, buffer, needed - 1, &length);
    return buffer[0] == CANARY && length == needed ? status : WRONG_RESULT;
}

static mtproto_status socks_to_text(struct fixture *f) {
    mtproto_link *link = some_link(SOCKS);
    mtproto_status status =
        mtproto_link_to_text(link, 0, (char *)f->out.bytes, sizeof f->out.bytes, &f->out.count);
    bool none = mtproto_link_secret(link) == NULL && mtproto_link_user(link)[0] == '\0' &&
                mtproto_link_password(link)[0] == '\0' && mtproto_link_kind(link) == MTPROTO_LINK_SOCKS5;
    mtproto_link_free(link);
    return none ? status : WRONG_RESULT;
}

static mtproto_status add_parsed(struct fixture *f) {
    mtproto_secret *secret = some_secret();
    mtproto_status status = mtproto_config_add_parsed_secret(f->config, secret);
    mtproto_secret_free(secret);
    return status;
}

static mtproto_status use_cache(struct fixture *f, size_t capacity, uint32_t window) {
    mtproto_replay_cache *cache = mtproto_replay_cache_new(capacity, window);
    mtproto_status status = cache == NULL ? WRONG_RESULT : mtproto_config_set_replay_cache(f->config, cache);
    if (mtproto_replay_cache_length(cache) != 0 || mtproto_replay_cache_forgotten(cache) != 0) status = WRONG_RESULT;
    mtproto_replay_cache_free(cache);
    /* The config keeps what it needs. */
    return status == MTPROTO_OK ? mtproto_server_new(f->config, &f->out.made) : status;
}

/* --- the table --- */

#include "misuse_burst.h"

static const struct row {
    int line;
    enum state state;
    mtproto_status expected;
    const char *export, *what, *status_name;
} rows[] = {
#define ROW(export, state, what, expected, call) {__LINE__, state, expected, #export, what, #expected},
#include "misuse_rows.h"
#undef ROW
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static mtproto_status call(int line, struct fixture *f) {
    mtproto_config *c = f->config;
    mtproto_transport *t = f->transport;
    struct out *o = &f->out;
    switch (line) {
#define ROW(export, state, what, expected, call) \
    case __LINE__: return (call);
#include "misuse_rows.h"
#undef ROW
    default: (void)c; (void)t; (void)o; return WRONG_RESULT;
    }
}

/* --- fixtures --- */

static void receive(mtproto_transport *transport, const void *data, size_t length) {
    size_t consumed = 0;
    CHECK_EQUAL(mtproto_transport_push_wire(transport, data, length, &consumed), MTPROTO_OK);
    CHECK_EQUAL(consumed, length);
}

static void expect(mtproto_transport *transport, int32_t kind) {
    mtproto_event event = {.struct_size = sizeof event};
    CHECK_EQUAL(mtproto_transport_pull_event(transport, &event), MTPROTO_OK);
    CHECK_EQUAL(event.kind, kind);
}

static void make_client(struct fixture *f, bool obfuscated, int32_t envelope) {
    CHECK_EQUAL(mtproto_config_set_envelope(f->config, envelope), MTPROTO_OK);
    CHECK_EQUAL(mtproto_config_set_obfuscated(f->config, obfuscated), MTPROTO_OK);
    CHECK_EQUAL(mtproto_client_new(f->config, &f->transport), MTPROTO_OK);
}

static void make_server(struct fixture *f, const void *opening, size_t length) {
    CHECK_EQUAL(mtproto_server_new(f->config, &f->transport), MTPROTO_OK);
    if (length != 0) receive(f->transport, opening, length);
}

static void end_stream(struct fixture *f) {
    CHECK_EQUAL(mtproto_transport_push_wire_end(f->transport), MTPROTO_OK);
    expect(f->transport, MTPROTO_EVENT_CLOSED);
}

static void die(struct fixture *f) {
    mtproto_event event = {.struct_size = sizeof event};
    CHECK_EQUAL(mtproto_transport_pull_event(f->transport, &event), MTPROTO_ERROR_LENGTH_ZERO);
}

static void fill_up(struct fixture *f) {
    static const uint8_t frame[5] = {1, 1, 2, 3, 4};
    mtproto_status status;
    int rounds = 0;
    do {
        size_t consumed = 0;
        status = mtproto_transport_push_wire(f->transport, frame, sizeof frame, &consumed);
    } while (status == MTPROTO_OK && ++rounds < 10000);
    CHECK_EQUAL(status, MTPROTO_EVENTS_PENDING);
}

static void set_up(struct fixture *f, enum state state) {
    static const uint8_t full_start[] = {16, 0, 0, 0, 0, 0, 0, 0};
    memset(f, 0, sizeof *f);
    if (state == NOTHING) return;
    f->config = mtproto_config_new();
    if (!CHECK(f->config != NULL)) return;
    if (state == CONFIG) return;
    CHECK_EQUAL(mtproto_config_set_max_payload(f->config, MAX_PAYLOAD), MTPROTO_OK);
    switch (state) {
    case NOTHING:
    case CONFIG: break;
    case CLIENT: make_client(f, true, MTPROTO_ENVELOPE_PADDED_INTERMEDIATE); break;
    case CLIENT_QUEUED:
        make_client(f, true, MTPROTO_ENVELOPE_PADDED_INTERMEDIATE);
        CHECK_EQUAL(mtproto_transport_push_payload(f->transport, PACKET, 40, NULL), MTPROTO_OK);
        break;
    case CLIENT_PLAIN:
    case CLIENT_ENDED:
    case CLIENT_DEAD:
        make_client(f, false, MTPROTO_ENVELOPE_INTERMEDIATE);
        expect(f->transport, MTPROTO_EVENT_CONNECTED);
        if (state == CLIENT_ENDED) end_stream(f);
        if (state == CLIENT_DEAD) {
            receive(f->transport, ZEROS, 4);
            die(f);
        }
        break;
    case CLIENT_FULL: make_client(f, false, MTPROTO_ENVELOPE_FULL); break;
    case SERVER: make_server(f, NULL, 0); break;
    case SERVER_CONNECTED:
    case SERVER_BURST:
    case SERVER_ENDED:
        make_server(f, "\xef", 1);
        expect(f->transport, MTPROTO_EVENT_CONNECTED);
        if (state == SERVER_BURST) fill_up(f);
        if (state == SERVER_ENDED) end_stream(f);
        break;
    case SERVER_FULL:
        make_server(f, full_start, sizeof full_start);
        expect(f->transport, MTPROTO_EVENT_CONNECTED);
        break;
    case SERVER_DEAD:
        make_server(f, "\xef\0", 2);
        expect(f->transport, MTPROTO_EVENT_CONNECTED);
        die(f);
        break;
    case SERVER_STRANGER:
    case SERVER_NOT_OURS:
        make_server(f, "GET / HTTP/1.1\r\n", 16);
        if (state == SERVER_NOT_OURS) expect(f->transport, MTPROTO_EVENT_NOT_OURS);
        break;
    }
}

/* What must be as it was after a call that failed. */
struct look {
    size_t wants_read, pending_wire;
    bool wants_write;
};

static struct look look_at(const mtproto_transport *transport) {
    struct look look = {mtproto_transport_wants_read(transport), mtproto_transport_pending_wire(transport),
                        mtproto_transport_wants_write(transport)};
    return look;
}

static void run(const struct row *row) {
    static struct fixture f;
    struct look before, after;
    mtproto_status status;
    case_begin("%s: %s (row %d)", row->export, row->what, row->line);
    set_up(&f, row->state);
    memset(&f.out, CANARY, sizeof f.out);
    memset(&f.before, CANARY, sizeof f.before);
    before = look_at(f.transport);
    status = call(row->line, &f);
    CHECK_EQUAL(status, row->expected);
    if (status != MTPROTO_OK) {
        /* Each byte is meant, padding too. NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c) */
        CHECK(memcmp(&f.out, &f.before, sizeof f.out) == 0);
        after = look_at(f.transport);
        /* Rows of several calls change what they are meant to. */
        if (strncmp(row->what, "after ", 6) != 0 && strstr(row->what, "more was pushed") == NULL) {
            CHECK_EQUAL(after.wants_read, before.wants_read);
            CHECK_EQUAL(after.pending_wire, before.pending_wire);
            CHECK(after.wants_write == before.wants_write);
        }
    }
    if (f.out.made != f.before.made) mtproto_transport_free(f.out.made);
    mtproto_transport_free(f.transport);
    mtproto_config_free(f.config);
}

/* Every export has a row, and every row an export. */
static void compare_with_list(const char *path) {
    static char names[512][80];
    int count = 0;
    FILE *file = fopen(path, "r");
    case_begin("the list of exports can be read: %s", path);
    if (!CHECK(file != NULL)) return;
    while (count < 512 && fscanf(file, "%79s", names[count]) == 1) count++;
    fclose(file);
    CHECK(count != 0 && count < 512);
    for (int name = 0; name < count; name++) {
        bool found = false;
        case_begin("%s has a row", names[name]);
        for (int row = 0; row < ROWS; row++) found = found || strcmp(rows[row].export, names[name]) == 0;
        CHECK(found);
    }
    case_begin("every row's export is in the list");
    for (int row = 0; row < ROWS; row++) {
        bool found = false;
        for (int name = 0; name < count; name++) found = found || strcmp(rows[row].export, names[name]) == 0;
        if (!CHECK(found)) printf("  %s\n", rows[row].export);
    }
}

int main(int count, char **words) {
    if (count == 2 && strcmp(words[1], "--list") == 0) {
        for (int row = 0; row < ROWS; row++) printf("%s %s\n", rows[row].export, rows[row].status_name);
        return 0;
    }
    for (int row = 0; row < ROWS; row++) run(&rows[row]);
    compare_with_list(count == 2 ? words[1] : "abi/symbols.txt");
    return check_close();
}
