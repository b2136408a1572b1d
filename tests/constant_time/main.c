/*
 * Constant time by poisoning (tools/check-constant-time.sh runs it under memcheck): what is secret is marked as
 * undefined, and memcheck then reports every branch and every address that depends on it.
 *
 * What is secret is a proxy's secret alone: the random bytes of the initialization payload go over the wire in clear.
 * Making keys, hellos and ciphertext out of it must give no report at all. A verdict ("is this digest good?") has to become a
 * branch: there the number of reports must be the least, and the same wherever the bytes differ. A comparison that ends
 * early does neither, and the first case shows that this program would see it.
 */
#include <mtproto.h>

#include "../c/check.h"

#include <stdlib.h>
#include <string.h>
#include <valgrind/memcheck.h>

enum { KEY = 16, RANDOM_AT = 11, RANDOM = 32, PLAIN_DIGEST = 28, NOW = 1800000000, SEED = 4096, WIRE = 65536 };

uint8_t secrets_are_equal(const uint8_t *one, const uint8_t *other);

static const uint8_t the_key[KEY + 1] = "0123456789abcdef";
static const char the_domain[] = "example.org";

static uint8_t packet[120];

/* Reports since the last call. */
static unsigned reports(void) {
    static unsigned seen;
    unsigned now = VALGRIND_COUNT_ERRORS, fresh = now - seen;
    seen = now;
    return fresh;
}

static void poison(const void *data, size_t length) { (void)VALGRIND_MAKE_MEM_UNDEFINED(data, length); }
static void publish(const void *data, size_t length) { (void)VALGRIND_MAKE_MEM_DEFINED(data, length); }
/* By its shadow, because the other request is a report itself. */
static bool is_poisoned(const void *data, size_t length) {
    uint8_t shadow[RANDOM] = {0};
    CHECK(length <= sizeof shadow && VALGRIND_GET_VBITS(data, shadow, length) == 1);
    for (size_t i = 0; i < length; i++) {
        if (shadow[i] != 0) return true;
    }
    return false;
}

/* A check would be a branch on what is compared: memcheck is told that the outcome is public. */
static mtproto_status published(mtproto_status status) {
    publish(&status, sizeof status);
    return status;
}

/* What a server must not do. Neither the compiler nor memcheck's own memcmp takes its place. */
static bool leaky_equal(const volatile uint8_t *one, const volatile uint8_t *other, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (one[i] != other[i]) return false;
    }
    return true;
}

/* ---- transports ---- */

struct end {
    int first_byte; /* of the secret; 0: a key alone */
    bool server;
    int32_t envelope;
};

static mtproto_transport *new_end(const struct end *end) {
    uint8_t secret[1 + KEY + sizeof the_domain], seed[SEED];
    size_t length = 0;
    mtproto_transport *transport = NULL;
    mtproto_config *config = mtproto_config_new();
    if (!CHECK(config != NULL)) return NULL;
    if (end->first_byte != 0) secret[length++] = (uint8_t)end->first_byte;
    memcpy(secret + length, the_key, KEY);
    poison(secret + length, KEY);
    length += KEY;
    if (end->first_byte == 0xee) {
        memcpy(secret + length, the_domain, sizeof the_domain - 1);
        length += sizeof the_domain - 1;
    }
    CHECK_EQUAL(published(mtproto_config_add_secret(config, secret, length)), MTPROTO_OK);
    for (size_t i = 0; i < sizeof seed; i++) seed[i] = (uint8_t)(i * 7 + i / 256 + 1);
    CHECK_EQUAL(mtproto_config_set_entropy(config, seed, sizeof seed), MTPROTO_OK);
    CHECK_EQUAL(mtproto_config_set_unix_time(config, NOW), MTPROTO_OK);
    if (!end->server) CHECK_EQUAL(mtproto_config_set_dc(config, 2, 0), MTPROTO_OK);
    if (end->envelope != 0) CHECK_EQUAL(mtproto_config_set_envelope(config, end->envelope), MTPROTO_OK);
    CHECK_EQUAL(published(end->server ? mtproto_server_new(config, &transport) : mtproto_client_new(config, &transport)),
                MTPROTO_OK);
    mtproto_config_free(config);
    return transport;
}

/* Takes all that waits to be sent; gives how much, as a public number. */
static size_t take(mtproto_transport *from, uint8_t *wire) {
    size_t length = 0;
    CHECK_EQUAL(published(mtproto_transport_pull_wire(from, wire, WIRE, &length)), MTPROTO_OK);
    CHECK(!is_poisoned(&length, sizeof length));
    return length;
}

/* Gives bytes, and pulls the first event; its kind. */
static int32_t kind_after(mtproto_transport *to, const uint8_t *wire, size_t length) {
    size_t taken = 0;
    mtproto_event event;
    memset(&event, 0, sizeof event);
    event.struct_size = sizeof event;
    CHECK_EQUAL(published(mtproto_transport_push_wire(to, wire, length, &taken)), MTPROTO_OK);
    if (published(mtproto_transport_pull_event(to, &event)) != MTPROTO_OK) return 0;
    publish(&event, sizeof event);
    return event.kind;
}

/* ---- the cases ---- */

static void a_leak_is_seen(void) {
    uint8_t one[PLAIN_DIGEST], other[PLAIN_DIGEST];
    unsigned first, last;
    case_begin("a comparison that ends early is reported, more often the later the bytes differ");
    memset(one, 5, sizeof one);
    memset(other, 5, sizeof other);
    other[0] ^= 1;
    poison(one, sizeof one);
    (void)reports();
    (void)leaky_equal(one, other, sizeof one);
    first = reports();
    other[0] ^= 1;
    other[PLAIN_DIGEST - 1] ^= 1;
    (void)leaky_equal(one, other, sizeof one);
    last = reports();
    CHECK_EQUAL(first, 1);
    CHECK_EQUAL(last, PLAIN_DIGEST);

    case_begin("an address that depends on a secret is reported");
    static const uint8_t table[256] = {1, 2, 3};
    const volatile uint8_t *entry = &table[one[0]];
    (void)*entry;
    CHECK(reports() != 0);
}

static void key_derivation(const char *name, struct end end) {
    uint8_t *wire = malloc(WIRE);
    mtproto_transport *client;
    size_t length;
    case_begin("%s, envelope %d: keys are derived and a packet is encrypted without a report", name, (int)end.envelope);
    (void)reports();
    client = new_end(&end);
    CHECK_EQUAL(published(mtproto_transport_push_payload(client, packet, sizeof packet, NULL)), MTPROTO_OK);
    length = take(client, wire);
    CHECK_EQUAL(reports(), 0);
    CHECK(length > 64 + sizeof packet);
    /* Else nothing would have been tested: the ciphertext comes from the poisoned key. */
    CHECK(is_poisoned(wire + 56, 1) && is_poisoned(wire + length - 24, 1));
    mtproto_transport_free(client);
    CHECK_EQUAL(reports(), 0);
    free(wire);
}

/* A hello, and what a server answers to it, as an observer has them. */
struct recorded {
    uint8_t hello[WIRE], answer[WIRE];
    size_t hello_length, answer_length;
};

static const struct end fake_tls_client = {.first_byte = 0xee}, fake_tls_server = {.first_byte = 0xee, .server = true};

static void hellos_are_made(struct recorded *recorded) {
    mtproto_transport *client, *server;
    case_begin("fake TLS: a hello is made without a report");
    (void)reports();
    client = new_end(&fake_tls_client);
    CHECK_EQUAL(published(mtproto_transport_push_opening(client)), MTPROTO_OK);
    recorded->hello_length = take(client, recorded->hello);
    CHECK_EQUAL(reports(), 0);
    CHECK(is_poisoned(recorded->hello + RANDOM_AT, RANDOM));
    publish(recorded->hello, recorded->hello_length);
    mtproto_transport_free(client);

    case_begin("fake TLS: a server answers its own client");
    server = new_end(&fake_tls_server);
    (void)kind_after(server, recorded->hello, recorded->hello_length);
    recorded->answer_length = take(server, recorded->answer);
    CHECK(recorded->answer_length > 100);
    CHECK(is_poisoned(recorded->answer + RANDOM_AT, RANDOM));
    publish(recorded->answer, recorded->answer_length);
    mtproto_transport_free(server);
}

/* How many reports a hello makes whose random differs at this place. */
static unsigned server_reports(const struct recorded *recorded, size_t at) {
    uint8_t *hello = malloc(WIRE);
    mtproto_transport *server = new_end(&fake_tls_server);
    unsigned count;
    memcpy(hello, recorded->hello, recorded->hello_length);
    hello[RANDOM_AT + at] ^= 0x10;
    (void)reports();
    CHECK_EQUAL(kind_after(server, hello, recorded->hello_length), MTPROTO_EVENT_NOT_OURS);
    count = reports();
    mtproto_transport_free(server);
    free(hello);
    return count;
}

static unsigned client_reports(const struct recorded *recorded, size_t at) {
    uint8_t *answer = malloc(WIRE), *hello = malloc(WIRE);
    mtproto_transport *client = new_end(&fake_tls_client);
    size_t taken = 0;
    mtproto_event event;
    unsigned count;
    CHECK_EQUAL(published(mtproto_transport_push_opening(client)), MTPROTO_OK);
    CHECK_EQUAL(take(client, hello), recorded->hello_length);
    memcpy(answer, recorded->answer, recorded->answer_length);
    answer[RANDOM_AT + at] ^= 0x10;
    memset(&event, 0, sizeof event);
    event.struct_size = sizeof event;
    (void)reports();
    (void)published(mtproto_transport_push_wire(client, answer, recorded->answer_length, &taken));
    CHECK_EQUAL(published(mtproto_transport_pull_event(client, &event)), MTPROTO_ERROR_FAKE_TLS_REAL_SITE);
    count = reports();
    mtproto_transport_free(client);
    free(answer);
    free(hello);
    return count;
}

static void digests_are_compared(const struct recorded *recorded, const char *name,
                                 unsigned (*reports_at)(const struct recorded *, size_t), size_t bytes) {
    for (size_t at = 0; at < bytes; at++) {
        case_begin("fake TLS, %s: a digest that differs at byte %u is refused by one branch", name, (unsigned)at);
        CHECK_EQUAL(reports_at(recorded, at), 1);
    }
}

static void secrets_are_compared(void) {
    for (size_t at = 0; at <= KEY; at++) {
        uint8_t one[KEY], other[KEY], same;
        case_begin("secrets that differ at byte %u (16: nowhere) are compared without a report", (unsigned)at);
        memcpy(one, the_key, KEY);
        memcpy(other, the_key, KEY);
        if (at < KEY) other[at] ^= 1;
        poison(one, KEY);
        poison(other, KEY);
        (void)reports();
        same = secrets_are_equal(one, other);
        CHECK_EQUAL(reports(), 0);
        CHECK(is_poisoned(&same, 1));
        publish(&same, 1);
        CHECK_EQUAL(same, at == KEY);
    }
}

int main(void) {
    static struct recorded recorded;
    static const int32_t envelopes[] = {MTPROTO_ENVELOPE_ABRIDGED, MTPROTO_ENVELOPE_INTERMEDIATE,
                                        MTPROTO_ENVELOPE_PADDED_INTERMEDIATE};
    if (RUNNING_ON_VALGRIND == 0) {
        puts("this program says something under valgrind only: tools/check-constant-time.sh");
        return 2;
    }
    memset(packet, 7, sizeof packet);
    a_leak_is_seen();
    for (size_t i = 0; i < sizeof envelopes / sizeof *envelopes; i++) {
        key_derivation("a key alone", (struct end){.envelope = envelopes[i]});
    }
    key_derivation("a dd secret", (struct end){.first_byte = 0xdd});
    hellos_are_made(&recorded);
    digests_are_compared(&recorded, "server", server_reports, PLAIN_DIGEST);
    digests_are_compared(&recorded, "client", client_reports, RANDOM);
    secrets_are_compared();
    return check_close();
}
