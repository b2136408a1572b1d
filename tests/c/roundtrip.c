/* Client and server in one program: everything that can be said arrives as it was said, through every transport. */
#include <mtproto.h>

#include "check.h"
#include "pump.h"

#include <stdlib.h>
#include <string.h>

enum mode { PLAIN, OBFUSCATED, SECRET, MODES };

enum { ENVELOPES = 4, SECRET_INDEX = 1, LARGEST = 1048568 };

static const char *const mode_names[MODES] = {"in clear", "obfuscated", "with a secret"};
static const uint8_t keys[2][MTPROTO_SECRET_LENGTH + 1] = {"the first secret", "another secret!!"};

static const struct way ways[] = {
    {"one byte at a time, pull and push", false, false, 1, false, false},
    {"one byte at a time, peek and reserve", true, true, 1, false, false},
    {"up to 700 bytes at a time, pull and reserve", false, true, 700, true, false},
    {"16 KiB at a time, peek and push", true, false, 16384, false, false},
    {"all at once, peek and push", true, false, SIZE_MAX, false, true},
    {"all at once, pull and reserve", false, true, SIZE_MAX, false, true},
};
enum { WAYS = sizeof ways / sizeof ways[0], SMALL_WAYS = 3 };

/* Around every boundary of a length's form. Each is 8 more than a multiple of 16, as encrypted packets are. */
static const size_t small_sizes[] = {24, 40, 488, 504, 520, 1016, 1032, 4104};
static const size_t large_sizes[] = {24, 504, 520, 65560, LARGEST, 40};
/* Any multiple of 4 goes through the envelopes that do not pad. */
static const size_t any_sizes[] = {20, 24, 28, 500, 504, 508, 512, 516, 1020, 1024};

struct pair {
    mtproto_transport *client, *server;
    struct seen_list at_client, at_server;
};

static mtproto_config *make_config(void) {
    mtproto_config *config = mtproto_config_new();
    CHECK(config != NULL);
    return config;
}

static mtproto_transport *make_client(mtproto_config *config, int32_t envelope, enum mode mode) {
    mtproto_transport *client = NULL;
    CHECK_EQUAL(mtproto_config_set_envelope(config, envelope), MTPROTO_OK);
    CHECK_EQUAL(mtproto_config_set_obfuscated(config, mode != PLAIN), MTPROTO_OK);
    if (mode == SECRET) {
        CHECK_EQUAL(mtproto_config_set_dc(config, 2, MTPROTO_DC_TEST | MTPROTO_DC_MEDIA), MTPROTO_OK);
        CHECK_EQUAL(mtproto_config_add_secret(config, keys[SECRET_INDEX], MTPROTO_SECRET_LENGTH), MTPROTO_OK);
    }
    CHECK_EQUAL(mtproto_client_new(config, &client), MTPROTO_OK);
    return client;
}

static mtproto_transport *make_server(mtproto_config *config, enum mode mode) {
    mtproto_transport *server = NULL;
    if (mode == SECRET) {
        for (int i = 0; i < 2; i++) {
            CHECK_EQUAL(mtproto_config_add_secret(config, keys[i], MTPROTO_SECRET_LENGTH), MTPROTO_OK);
        }
        CHECK_EQUAL(mtproto_config_set_accept(config, MTPROTO_ACCEPT_SECRET | MTPROTO_ACCEPT_OBFUSCATED_FULL),
                    MTPROTO_OK);
    } else {
        CHECK_EQUAL(mtproto_config_set_accept(config, MTPROTO_ACCEPT_PLAIN | MTPROTO_ACCEPT_PLAIN_FULL |
                                                          MTPROTO_ACCEPT_OBFUSCATED |
                                                          MTPROTO_ACCEPT_OBFUSCATED_FULL),
                    MTPROTO_OK);
    }
    CHECK_EQUAL(mtproto_server_new(config, &server), MTPROTO_OK);
    return server;
}

/* The configs are freed before the transports are used: these keep what they need. */
static bool make_pair(struct pair *pair, int32_t envelope, enum mode mode, int32_t memory, int32_t ack_form) {
    mtproto_config *config = make_config();
    memset(pair, 0, sizeof *pair);
    CHECK_EQUAL(mtproto_config_set_memory(config, memory), MTPROTO_OK);
    pair->client = make_client(config, envelope, mode);
    mtproto_config_free(config);
    config = make_config();
    CHECK_EQUAL(mtproto_config_set_memory(config, memory), MTPROTO_OK);
    CHECK_EQUAL(mtproto_config_set_quick_ack_form(config, ack_form), MTPROTO_OK);
    pair->server = make_server(config, mode);
    mtproto_config_free(config);
    return pair->client != NULL && pair->server != NULL;
}

static void free_pair(struct pair *pair) {
    mtproto_transport_free(pair->client);
    mtproto_transport_free(pair->server);
}

static bool expect_connected(const struct seen_list *seen, int32_t envelope, enum mode mode) {
    const mtproto_event *event = &seen->list[0].event;
    if (!CHECK(seen->count != 0) || !CHECK_EQUAL(event->kind, MTPROTO_EVENT_CONNECTED)) return false;
    CHECK_EQUAL(event->envelope, envelope);
    CHECK(((event->flags & MTPROTO_EVENT_FLAG_OBFUSCATED) != 0) == (mode != PLAIN));
    CHECK_EQUAL(event->secret_index >= 0, mode == SECRET);
    if (mode == SECRET) {
        CHECK((event->flags & MTPROTO_EVENT_FLAG_DC) != 0);
        CHECK_EQUAL(event->dc, -10002);
    }
    return true;
}

static void expect_payloads(const struct seen_list *seen, const size_t *sizes, size_t count, unsigned seed,
                            uint8_t *memory) {
    if (!CHECK_EQUAL(seen->count, count + 1)) return;
    for (size_t i = 0; i < count; i++) {
        const struct seen *one = &seen->list[i + 1];
        if (!CHECK_EQUAL(one->event.kind, MTPROTO_EVENT_PAYLOAD)) return;
        if (!CHECK_EQUAL(one->event.length, sizes[i])) return;
        CHECK_EQUAL(one->event.flags, 0);
        fill_packet(memory, sizes[i], seed + (unsigned)i);
        if (!CHECK(one->hash == hash_bytes(memory, sizes[i]))) return;
    }
    CHECK_EQUAL(seen->end, MTPROTO_NO_EVENT);
}

static void push_payloads(mtproto_transport *transport, const size_t *sizes, size_t count, unsigned seed,
                          uint8_t *memory) {
    for (size_t i = 0; i < count; i++) {
        fill_packet(memory, sizes[i], seed + (unsigned)i);
        CHECK_EQUAL(mtproto_transport_push_payload(transport, memory, sizes[i], NULL), MTPROTO_OK);
    }
    /* What was pushed is copied. */
    memset(memory, 0xee, sizes[count - 1]);
}

/* Payloads both ways, then the end both ways. */
static void conversation(struct pair *pair, int32_t envelope, enum mode mode, const struct way *way,
                         const size_t *sizes, size_t count, uint8_t *memory) {
    mtproto_event last = {.struct_size = sizeof last};
    CHECK(!mtproto_transport_wants_write(pair->client));
    push_payloads(pair->client, sizes, count, 10, memory);
    pump(pair->client, pair->server, way, &pair->at_server);
    if (!expect_connected(&pair->at_server, envelope, mode)) return;
    CHECK_EQUAL(pair->at_server.list[0].event.carrier, MTPROTO_CARRIER_TCP);
    CHECK_EQUAL(pair->at_server.list[0].event.secret_index, mode == SECRET ? SECRET_INDEX : -1);
    expect_payloads(&pair->at_server, sizes, count, 10, memory);
    push_payloads(pair->server, sizes, count, 90, memory);
    drain(pair->client, &pair->at_client);
    pump(pair->server, pair->client, way, &pair->at_client);
    if (!expect_connected(&pair->at_client, envelope, mode)) return;
    expect_payloads(&pair->at_client, sizes, count, 90, memory);
    CHECK_EQUAL(mtproto_transport_push_wire_end(pair->server), MTPROTO_OK);
    CHECK_EQUAL(mtproto_transport_pull_event(pair->server, &last), MTPROTO_OK);
    CHECK_EQUAL(last.kind, MTPROTO_EVENT_CLOSED);
    CHECK_EQUAL(last.code, MTPROTO_CLOSED_BETWEEN_FRAMES);
    /* The other direction is still open. */
    CHECK_EQUAL(mtproto_transport_push_payload(pair->server, keys[0], 16, NULL), MTPROTO_OK);
    pump(pair->server, pair->client, way, &pair->at_client);
    CHECK_EQUAL(pair->at_client.count, count + 2);
}

static void conversations(uint8_t *memory) {
    for (int32_t envelope = 1; envelope <= ENVELOPES; envelope++) {
        for (int mode = 0; mode < MODES; mode++) {
            for (int way = 0; way < WAYS; way++) {
                struct pair pair;
                bool small = way < SMALL_WAYS;
                case_begin("%s %s, %s", mtproto_envelope_name(envelope), mode_names[mode], ways[way].name);
                if (make_pair(&pair, envelope, (enum mode)mode, way % 2, 0)) {
                    conversation(&pair, envelope, (enum mode)mode, &ways[way], small ? small_sizes : large_sizes,
                                 small ? sizeof small_sizes / sizeof(size_t) : sizeof large_sizes / sizeof(size_t),
                                 memory);
                }
                free_pair(&pair);
            }
            if (envelope == MTPROTO_ENVELOPE_PADDED_INTERMEDIATE) continue;
            for (int way = 0; way < WAYS; way += 3) {
                struct pair pair;
                case_begin("%s %s, any multiple of 4, %s", mtproto_envelope_name(envelope), mode_names[mode],
                           ways[way].name);
                if (make_pair(&pair, envelope, (enum mode)mode, way % 2, 0)) {
                    conversation(&pair, envelope, (enum mode)mode, &ways[way], any_sizes,
                                 sizeof any_sizes / sizeof(size_t), memory);
                }
                free_pair(&pair);
            }
        }
    }
}

/* The receiver's ceiling holds, and what does not fit goes on after the events are pulled. */
static void back_pressure(void) {
    enum { FRAMES = 40, SIZE = 504 };
    uint8_t packet[SIZE];
    for (int32_t envelope = 1; envelope <= ENVELOPES; envelope++) {
        for (int mode = 0; mode < MODES; mode++) {
            for (int reserve = 0; reserve < 2; reserve++) {
                const struct way way = {"", true, reserve != 0, 1500, false, true};
                struct pair pair = {0};
                mtproto_config *config = make_config();
                const uint8_t *data = NULL;
                size_t length = 0, count = 7, given = 0;
                mtproto_status status;
                case_begin("%s %s, back-pressure by %s", mtproto_envelope_name(envelope), mode_names[mode],
                           reserve ? "reserve" : "push");
                pair.client = make_client(config, envelope, (enum mode)mode);
                mtproto_config_free(config);
                config = make_config();
                CHECK_EQUAL(mtproto_config_set_max_payload(config, 1024), MTPROTO_OK);
                pair.server = make_server(config, (enum mode)mode);
                mtproto_config_free(config);
                for (unsigned i = 0; i < FRAMES; i++) {
                    fill_packet(packet, SIZE, i);
                    CHECK_EQUAL(mtproto_transport_push_payload(pair.client, packet, SIZE, NULL), MTPROTO_OK);
                }
                CHECK_EQUAL(mtproto_transport_peek_wire(pair.client, &data, &length), MTPROTO_OK);
                /* Without a pulled event the transport takes a part, then nothing. */
                while ((status = mtproto_transport_push_wire(pair.server, data + given, length - given, &count)) ==
                       MTPROTO_OK) {
                    given += count;
                    if (!CHECK(given < length) || !CHECK(count != 0)) break;
                }
                CHECK_EQUAL(status, MTPROTO_EVENTS_PENDING);
                CHECK(given >= 1024 && given <= 4096);
                CHECK_EQUAL(mtproto_transport_consume_wire(pair.client, given), MTPROTO_OK);
                pump(pair.client, pair.server, &way, &pair.at_server);
                CHECK_EQUAL(pair.at_server.count, FRAMES + 1);
                for (unsigned i = 0; i < FRAMES && i + 1 < pair.at_server.count; i++) {
                    fill_packet(packet, SIZE, i);
                    CHECK_EQUAL(pair.at_server.list[i + 1].event.length, SIZE);
                    CHECK(pair.at_server.list[i + 1].hash == hash_bytes(packet, SIZE));
                }
                free_pair(&pair);
            }
        }
    }
}

/* A frame over the server's limit is refused, by both ends. */
static void too_large(void) {
    static uint8_t packet[2056] = {1};
    for (int32_t envelope = 1; envelope <= ENVELOPES; envelope++) {
        struct pair pair = {0};
        mtproto_config *config = make_config();
        case_begin("%s, a frame over the limit", mtproto_envelope_name(envelope));
        pair.client = make_client(config, envelope, OBFUSCATED);
        mtproto_config_free(config);
        config = make_config();
        CHECK_EQUAL(mtproto_config_set_max_payload(config, 1024), MTPROTO_OK);
        pair.server = make_server(config, OBFUSCATED);
        mtproto_config_free(config);
        if (envelope == MTPROTO_ENVELOPE_FULL) {
            /* Full under obfuscation is recognised by its first length, which must be within the limit. */
            CHECK_EQUAL(mtproto_transport_push_payload(pair.client, packet, 24, NULL), MTPROTO_OK);
        }
        CHECK_EQUAL(mtproto_transport_push_payload(pair.client, packet, sizeof packet, NULL), MTPROTO_OK);
        pump(pair.client, pair.server, &ways[0], &pair.at_server);
        CHECK_EQUAL(pair.at_server.end, MTPROTO_ERROR_LENGTH_TOO_LARGE);
        CHECK(mtproto_transport_error_text(pair.server)[0] != '\0');
        CHECK_EQUAL(mtproto_transport_push_payload(pair.server, packet, 24, NULL), MTPROTO_ERROR_LENGTH_TOO_LARGE);
        free_pair(&pair);
    }
}

static void quick_acks(void) {
    static const struct way *const all[] = {&ways[0], &ways[4]};
    uint8_t auth_key[MTPROTO_AUTH_KEY_LENGTH], plaintext[64], packet[104];
    fill_packet(auth_key, sizeof auth_key, 3);
    fill_packet(packet, sizeof packet, 4);
    for (int32_t envelope = 1; envelope <= ENVELOPES; envelope++) {
        for (int mode = 0; mode < MODES; mode++) {
            for (int form = 0; form < 2; form++) {
                struct pair pair;
                mtproto_send_options options = {sizeof options, MTPROTO_SEND_QUICK_ACK, 0};
                uint32_t tokens[3] = {0}, again = 0;
                case_begin("%s %s, quick acks, form %d", mtproto_envelope_name(envelope), mode_names[mode], form);
                if (!make_pair(&pair, envelope, (enum mode)mode, 0, form)) continue;
                drain(pair.client, &pair.at_client);
                for (unsigned i = 0; i < 3; i++) {
                    mtproto_status expected =
                        envelope == MTPROTO_ENVELOPE_FULL ? MTPROTO_ERROR_QUICK_ACK_UNSUPPORTED : MTPROTO_OK;
                    fill_packet(plaintext, sizeof plaintext, i);
                    CHECK_EQUAL(mtproto_quick_ack_token(auth_key, sizeof auth_key, plaintext, sizeof plaintext,
                                                        &tokens[i]), MTPROTO_OK);
                    CHECK((tokens[i] & 0x80000000u) != 0);
                    CHECK_EQUAL(mtproto_quick_ack_token(auth_key, sizeof auth_key, plaintext, sizeof plaintext,
                                                        &again), MTPROTO_OK);
                    CHECK_EQUAL(again, tokens[i]);
                    CHECK(i == 0 || tokens[i] != tokens[i - 1]);
                    options.quick_ack_token = tokens[i];
                    CHECK_EQUAL(mtproto_transport_push_payload(pair.client, packet, sizeof packet, &options), expected);
                }
                CHECK_EQUAL(mtproto_transport_push_payload(pair.client, packet, sizeof packet, NULL), MTPROTO_OK);
                pump(pair.client, pair.server, all[mode % 2], &pair.at_server);
                if (envelope == MTPROTO_ENVELOPE_FULL) {
                    CHECK_EQUAL(mtproto_transport_push_quick_ack(pair.server, tokens[0]),
                                MTPROTO_ERROR_QUICK_ACK_UNSUPPORTED);
                    free_pair(&pair);
                    continue;
                }
                CHECK_EQUAL(pair.at_server.count, 5);
                for (size_t i = 1; i < 5 && i < pair.at_server.count; i++) {
                    CHECK_EQUAL(pair.at_server.list[i].event.length, sizeof packet);
                    CHECK_EQUAL(pair.at_server.list[i].event.flags, i < 4 ? MTPROTO_EVENT_FLAG_QUICK_ACK_WANTED : 0);
                }
                /* In another order, one of them twice, and one that nobody asked for. */
                CHECK_EQUAL(mtproto_transport_push_quick_ack(pair.server, tokens[2]), MTPROTO_OK);
                CHECK_EQUAL(mtproto_transport_push_quick_ack(pair.server, tokens[2]), MTPROTO_OK);
                CHECK_EQUAL(mtproto_transport_push_quick_ack(pair.server, 0x80000007u), MTPROTO_OK);
                CHECK_EQUAL(mtproto_transport_push_quick_ack(pair.server, tokens[0]), MTPROTO_OK);
                CHECK_EQUAL(mtproto_transport_push_payload(pair.server, packet, sizeof packet, NULL), MTPROTO_OK);
                CHECK_EQUAL(mtproto_transport_push_quick_ack(pair.server, tokens[1]), MTPROTO_OK);
                for (size_t i = 0; i < pair.at_client.count; i++) CHECK(i == 0);
                /* The hint cannot hold here: an ack that nobody asked for is no event. */
                pump(pair.server, pair.client, &ways[4], &pair.at_client);
                CHECK_EQUAL(pair.at_client.count, 5);
                if (pair.at_client.count == 5) {
                    CHECK_EQUAL(pair.at_client.list[1].event.kind, MTPROTO_EVENT_QUICK_ACK);
                    CHECK_EQUAL(pair.at_client.list[1].event.quick_ack_token, tokens[2]);
                    CHECK_EQUAL(pair.at_client.list[2].event.quick_ack_token, tokens[0]);
                    CHECK_EQUAL(pair.at_client.list[3].event.kind, MTPROTO_EVENT_PAYLOAD);
                    CHECK_EQUAL(pair.at_client.list[3].event.length, sizeof packet);
                    CHECK_EQUAL(pair.at_client.list[4].event.quick_ack_token, tokens[1]);
                }
                free_pair(&pair);
            }
        }
    }
}

static void transport_errors(void) {
    static const int32_t codes[] = {404, 429, 403, 444, 1, 70000};
    uint8_t packet[40];
    fill_packet(packet, sizeof packet, 5);
    for (int32_t envelope = 1; envelope <= ENVELOPES; envelope++) {
        for (int mode = 0; mode < MODES; mode++) {
            struct pair pair;
            case_begin("%s %s, transport errors", mtproto_envelope_name(envelope), mode_names[mode]);
            if (!make_pair(&pair, envelope, (enum mode)mode, 0, 0)) continue;
            CHECK_EQUAL(mtproto_transport_push_payload(pair.client, packet, sizeof packet, NULL), MTPROTO_OK);
            pump(pair.client, pair.server, &ways[0], &pair.at_server);
            for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
                const char *meaning = mtproto_transport_error_meaning(codes[i]);
                CHECK(meaning != NULL && meaning[0] != '\0');
                CHECK_EQUAL(mtproto_transport_push_transport_error(pair.server, codes[i]), MTPROTO_OK);
            }
            drain(pair.client, &pair.at_client);
            pump(pair.server, pair.client, &ways[0], &pair.at_client);
            CHECK_EQUAL(pair.at_client.count, 1 + sizeof codes / sizeof codes[0]);
            for (size_t i = 1; i < pair.at_client.count; i++) {
                CHECK_EQUAL(pair.at_client.list[i].event.kind, MTPROTO_EVENT_TRANSPORT_ERROR);
                CHECK_EQUAL(pair.at_client.list[i].event.code, codes[i - 1]);
            }
            free_pair(&pair);
        }
    }
}

static void feed(mtproto_transport *transport, const void *data, size_t length, struct seen_list *seen) {
    size_t consumed = 0;
    CHECK_EQUAL(mtproto_transport_push_wire(transport, data, length, &consumed), MTPROTO_OK);
    CHECK_EQUAL(consumed, length);
    drain(transport, seen);
}

static void expect_end(mtproto_transport *transport, int32_t code) {
    struct seen_list seen = {0};
    CHECK_EQUAL(mtproto_transport_push_wire_end(transport), MTPROTO_OK);
    drain(transport, &seen);
    CHECK_EQUAL(seen.count, 1);
    CHECK_EQUAL(seen.list[0].event.kind, MTPROTO_EVENT_CLOSED);
    CHECK_EQUAL(seen.list[0].event.code, code);
    CHECK_EQUAL(seen.end, MTPROTO_NO_EVENT);
    CHECK_EQUAL(mtproto_transport_wants_read(transport), 0);
}

/* What had come, byte by byte: an app may still hand it on. */
static void expect_given_back(mtproto_transport *transport, const char *data, size_t length) {
    struct seen_list seen = {0};
    CHECK_EQUAL(mtproto_transport_push_wire_end(transport), MTPROTO_OK);
    CHECK(!mtproto_transport_is_over(transport));
    drain(transport, &seen);
    CHECK_EQUAL(seen.count, 1);
    CHECK_EQUAL(seen.list[0].event.kind, MTPROTO_EVENT_NOT_OURS);
    CHECK_EQUAL(seen.list[0].event.code, MTPROTO_NOT_OURS_INCOMPLETE);
    CHECK_EQUAL(seen.list[0].event.length, length);
    CHECK(seen.list[0].hash == hash_bytes((const uint8_t *)data, length));
    CHECK_EQUAL(seen.end, MTPROTO_ERROR_NOT_OURS);
    CHECK(mtproto_transport_is_over(transport));
}

static void ends(void) {
    mtproto_config *config = make_config();
    struct seen_list seen = {0};
    mtproto_transport *transport;

    case_begin("the end before anything came");
    transport = make_server(config, PLAIN);
    expect_end(transport, MTPROTO_CLOSED_BEFORE_OPENING);
    mtproto_transport_free(transport);
    case_begin("the end inside a tag");
    transport = make_server(config, PLAIN);
    feed(transport, "\xee\xee", 2, &seen);
    expect_given_back(transport, "\xee\xee", 2);
    mtproto_transport_free(transport);
    case_begin("the end after a tag");
    transport = make_server(config, PLAIN);
    feed(transport, "\xee\xee\xee\xee", 4, &seen);
    expect_end(transport, MTPROTO_CLOSED_BETWEEN_FRAMES);
    mtproto_transport_free(transport);
    case_begin("the end inside a frame");
    transport = make_server(config, PLAIN);
    feed(transport, "\xef\x02...", 5, &seen);
    expect_end(transport, MTPROTO_CLOSED_INSIDE_FRAME);
    mtproto_transport_free(transport);
    mtproto_config_free(config);

    case_begin("the end comes after the events that were not pulled yet");
    config = make_config();
    transport = make_server(config, PLAIN);
    memset(&seen, 0, sizeof seen);
    {
        size_t consumed = 0;
        CHECK_EQUAL(mtproto_transport_push_wire(transport, (const uint8_t *)"\xef\x01pack\x01king", 11, &consumed), MTPROTO_OK);
    }
    CHECK_EQUAL(mtproto_transport_push_wire_end(transport), MTPROTO_OK);
    drain(transport, &seen);
    CHECK_EQUAL(seen.count, 4);
    CHECK_EQUAL(seen.list[1].event.length, 4);
    CHECK_EQUAL(seen.list[3].event.code, MTPROTO_CLOSED_BETWEEN_FRAMES);
    mtproto_transport_free(transport);
    mtproto_config_free(config);

    case_begin("Full: four bytes and the end are a transport error");
    config = make_config();
    transport = make_client(config, MTPROTO_ENVELOPE_FULL, PLAIN);
    memset(&seen, 0, sizeof seen);
    feed(transport, "\x94\x01\0\0", 4, &seen);
    CHECK_EQUAL(seen.count, 1);
    CHECK_EQUAL(mtproto_transport_push_wire_end(transport), MTPROTO_OK);
    drain(transport, &seen);
    CHECK_EQUAL(seen.count, 3);
    CHECK_EQUAL(seen.list[1].event.kind, MTPROTO_EVENT_TRANSPORT_ERROR);
    CHECK_EQUAL(seen.list[1].event.code, 404);
    CHECK_EQUAL(seen.list[2].event.kind, MTPROTO_EVENT_CLOSED);
    mtproto_transport_free(transport);
    case_begin("Full: a negative word is a transport error");
    transport = make_client(config, MTPROTO_ENVELOPE_FULL, PLAIN);
    memset(&seen, 0, sizeof seen);
    feed(transport, "\x53\xfe\xff\xff", 4, &seen);
    CHECK_EQUAL(seen.count, 2);
    CHECK_EQUAL(seen.list[1].event.code, 429);
    mtproto_transport_free(transport);
    mtproto_config_free(config);
}

static void strangers(void) {
    static const struct {
        const char *name;
        uint32_t accept;
        int32_t reason;
        size_t length;
        const char *bytes;
    } cases[] = {
        {"HTTP", MTPROTO_ACCEPT_OBFUSCATED, MTPROTO_NOT_OURS_HTTP, 18, "GET / HTTP/1.1\r\n\r\n"},
        {"TLS", MTPROTO_ACCEPT_PLAIN, MTPROTO_NOT_OURS_TLS, 8, "\x16\x03\x01\x02\x00\x01\x00\x01"},
        {"an envelope that is not accepted", MTPROTO_ACCEPT_PLAIN_FULL, MTPROTO_NOT_OURS_NOT_ACCEPTED, 8,
         "\xee\xee\xee\xee\x28\x00\x00\x01"},
        {"64 bytes of noise", MTPROTO_ACCEPT_OBFUSCATED, MTPROTO_NOT_OURS_UNKNOWN_OPENING, 70,
         "no tag is in here, whatever key is taken out of these bytes: seventy.."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mtproto_config *config = make_config();
        mtproto_transport *server = NULL;
        struct seen_list seen = {0};
        case_begin("a stranger: %s", cases[i].name);
        CHECK_EQUAL(mtproto_config_set_accept(config, cases[i].accept), MTPROTO_OK);
        CHECK_EQUAL(mtproto_server_new(config, &server), MTPROTO_OK);
        feed(server, cases[i].bytes, cases[i].length, &seen);
        CHECK_EQUAL(seen.count, 1);
        CHECK_EQUAL(seen.list[0].event.kind, MTPROTO_EVENT_NOT_OURS);
        CHECK_EQUAL(seen.list[0].event.code, cases[i].reason);
        CHECK_EQUAL(seen.list[0].event.length, cases[i].length);
        CHECK(seen.list[0].hash == hash_bytes((const uint8_t *)cases[i].bytes, cases[i].length));
        CHECK_EQUAL(seen.end, MTPROTO_ERROR_NOT_OURS);
        mtproto_transport_free(server);
        mtproto_config_free(config);
    }
}

/* The first wire bytes of a client with this entropy. */
static size_t opening(int32_t envelope, enum mode mode, const char *entropy, uint8_t *wire, size_t capacity) {
    mtproto_config *config = make_config();
    mtproto_transport *client;
    uint8_t packet[104];
    size_t count = 0;
    if (entropy != NULL) {
        CHECK_EQUAL(mtproto_config_set_entropy(config, (const uint8_t *)entropy, strlen(entropy)), MTPROTO_OK);
    }
    client = make_client(config, envelope, mode);
    fill_packet(packet, sizeof packet, 6);
    for (int i = 0; i < 3; i++) {
        CHECK_EQUAL(mtproto_transport_push_payload(client, packet, sizeof packet, NULL), MTPROTO_OK);
    }
    CHECK_EQUAL(mtproto_transport_pull_wire(client, wire, capacity, &count), MTPROTO_OK);
    mtproto_transport_free(client);
    mtproto_config_free(config);
    return count;
}

static void entropy(void) {
    uint8_t first[1024], second[1024];
    for (int32_t envelope = 1; envelope <= ENVELOPES; envelope++) {
        for (int mode = 0; mode < MODES; mode++) {
            size_t count;
            bool random = mode != PLAIN || envelope == MTPROTO_ENVELOPE_PADDED_INTERMEDIATE;
            case_begin("%s %s, the same entropy twice", mtproto_envelope_name(envelope), mode_names[mode]);
            count = opening(envelope, (enum mode)mode, "a seed", first, sizeof first);
            CHECK(count > 300);
            CHECK_EQUAL(opening(envelope, (enum mode)mode, "a seed", second, sizeof second), count);
            CHECK(memcmp(first, second, count) == 0);
            if (!random) continue;
            case_begin("%s %s, other entropy", mtproto_envelope_name(envelope), mode_names[mode]);
            CHECK(opening(envelope, (enum mode)mode, "another", second, sizeof second) != count ||
                  memcmp(first, second, count) != 0);
            CHECK(opening(envelope, (enum mode)mode, NULL, second, sizeof second) != count ||
                  memcmp(first, second, count) != 0);
        }
    }
}

/* Without the trim the padding stays, and nothing else changes. */
static void untrimmed(void) {
    uint8_t packet[104];
    size_t longest = 0;
    struct pair pair = {0};
    mtproto_config *config = make_config();
    case_begin("padding is kept where the config says so");
    fill_packet(packet, sizeof packet, 7);
    pair.client = make_client(config, MTPROTO_ENVELOPE_PADDED_INTERMEDIATE, OBFUSCATED);
    mtproto_config_free(config);
    config = make_config();
    CHECK_EQUAL(mtproto_config_set_trim(config, false), MTPROTO_OK);
    pair.server = make_server(config, OBFUSCATED);
    mtproto_config_free(config);
    for (int i = 0; i < 60; i++) {
        CHECK_EQUAL(mtproto_transport_push_payload(pair.client, packet, sizeof packet, NULL), MTPROTO_OK);
    }
    pump(pair.client, pair.server, &ways[3], &pair.at_server);
    CHECK_EQUAL(pair.at_server.count, 61);
    for (size_t i = 1; i < pair.at_server.count; i++) {
        size_t length = pair.at_server.list[i].event.length;
        CHECK(length >= sizeof packet && length <= sizeof packet + 15);
        if (length > longest) longest = length;
    }
    /* 60 draws without a byte of padding: once in 10^72 runs. */
    CHECK(longest > sizeof packet);
    free_pair(&pair);
}

static void opening_alone(void) {
    for (int mode = 0; mode < MODES; mode++) {
        struct pair pair;
        case_begin("the opening goes alone when asked to, %s", mode_names[mode]);
        if (!make_pair(&pair, MTPROTO_ENVELOPE_INTERMEDIATE, (enum mode)mode, 0, 0)) continue;
        CHECK_EQUAL(mtproto_transport_push_opening(pair.client), MTPROTO_OK);
        CHECK_EQUAL(mtproto_transport_pending_wire(pair.client),
                    mode == PLAIN ? 4 : MTPROTO_INITIALIZATION_PAYLOAD_LENGTH);
        pump(pair.client, pair.server, &ways[0], &pair.at_server);
        expect_connected(&pair.at_server, MTPROTO_ENVELOPE_INTERMEDIATE, (enum mode)mode);
        free_pair(&pair);
    }
}

/* A secret with a domain: the handshake goes both ways before the first payload. */
static void fake_tls(uint8_t *memory) {
    static const uint8_t secret[] = "\xee" "another secret!!" "example.com";
    static const struct way *const some[] = {&ways[4], &ways[5]};
    for (int32_t profile = MTPROTO_TLS_PROFILE_CHROME; profile <= MTPROTO_TLS_PROFILE_CLASSIC; profile++) {
        for (size_t way = 0; way < 2; way++) {
            struct pair pair = {0};
            mtproto_config *config = make_config();
            size_t count = sizeof large_sizes / sizeof(size_t);
            case_begin("fake TLS, profile %d, %s", (int)profile, some[way]->name);
            CHECK_EQUAL(mtproto_config_add_secret(config, secret, sizeof secret - 1), MTPROTO_OK);
            CHECK_EQUAL(mtproto_config_set_dc(config, 2, MTPROTO_DC_TEST | MTPROTO_DC_MEDIA), MTPROTO_OK);
            CHECK_EQUAL(mtproto_config_set_tls_profile(config, profile), MTPROTO_OK);
            CHECK_EQUAL(mtproto_config_set_unix_time(config, 1750000000), MTPROTO_OK);
            CHECK_EQUAL(mtproto_client_new(config, &pair.client), MTPROTO_OK);
            CHECK_EQUAL(mtproto_config_set_unix_time(config, 1750000007), MTPROTO_OK);
            CHECK_EQUAL(mtproto_server_new(config, &pair.server), MTPROTO_OK);
            mtproto_config_free(config);
            pump(pair.client, pair.server, some[way], &pair.at_server);
            pump(pair.server, pair.client, some[way], &pair.at_client);
            expect_connected(&pair.at_client, MTPROTO_ENVELOPE_PADDED_INTERMEDIATE, SECRET);
            push_payloads(pair.client, large_sizes, count, 30, memory);
            pump(pair.client, pair.server, some[way], &pair.at_server);
            if (expect_connected(&pair.at_server, MTPROTO_ENVELOPE_PADDED_INTERMEDIATE, SECRET)) {
                const mtproto_event *event = &pair.at_server.list[0].event;
                CHECK_EQUAL(event->carrier, MTPROTO_CARRIER_FAKE_TLS);
                CHECK_EQUAL(event->clock_skew, -7);
                CHECK_EQUAL(event->length, 11);
                CHECK(pair.at_server.list[0].hash == hash_bytes((const uint8_t *)"example.com", 11));
                expect_payloads(&pair.at_server, large_sizes, count, 30, memory);
            }
            push_payloads(pair.server, large_sizes, count, 60, memory);
            pump(pair.server, pair.client, some[way], &pair.at_client);
            expect_payloads(&pair.at_client, large_sizes, count, 60, memory);
            free_pair(&pair);
        }
    }
}

int main(void) {
    uint8_t *memory = malloc(LARGEST);
    if (memory == NULL) return 1;
    conversations(memory);
    fake_tls(memory);
    back_pressure();
    too_large();
    quick_acks();
    transport_errors();
    ends();
    strangers();
    entropy();
    untrimmed();
    opening_alone();
    free(memory);
    return check_close();
}
