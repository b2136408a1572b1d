/* Faults of the system, through the C ABI: no random bytes, and a clock that jumps.
 *
 * The program's own getrandom and clock_gettime take the place of the C library's. Failing allocations are in
 * fuzz/tests/failing_allocator, which needs the library's own allocator. */
#define _GNU_SOURCE
#include <mtproto.h>

#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 40, WIRE = 16384 };

/* ---- the system ---- */

static bool no_entropy;
static unsigned long asked_for_entropy;

ssize_t getrandom(void *buffer, size_t length, unsigned flags) {
    asked_for_entropy++;
    if (no_entropy && length != 0) {
        errno = EIO;
        return -1;
    }
    return syscall(SYS_getrandom, buffer, length, flags);
}

static const time_t start = 1800000000;
static time_t the_time;
static unsigned long asked_for_time;

int clock_gettime(clockid_t clock, struct timespec *now) {
    if (clock != CLOCK_REALTIME) return (int)syscall(SYS_clock_gettime, clock, now);
    asked_for_time++;
    now->tv_sec = the_time;
    now->tv_nsec = 0;
    return 0;
}

/* ---- transports ---- */

enum kind { PLAIN, PLAIN_PADDED, OBFUSCATED, SECRET, FAKE_TLS, WEBSOCKET, HTTP, KINDS };

static const char *const names[KINDS] = {"in clear", "in clear, padded", "obfuscated", "a secret",
                                         "fake TLS", "WebSocket",        "HTTP"};

static mtproto_config *config_of(enum kind kind, bool server) {
    static const uint8_t plain[] = "\xdd" "0123456789abcdef", fake[] = "\xee" "0123456789abcdefexample.org";
    mtproto_config *config = mtproto_config_new();
    int32_t envelope = kind == PLAIN_PADDED ? MTPROTO_ENVELOPE_PADDED_INTERMEDIATE : MTPROTO_ENVELOPE_INTERMEDIATE;
    if (kind == SECRET || kind == FAKE_TLS) {
        const uint8_t *secret = kind == SECRET ? plain : fake;
        size_t length = kind == SECRET ? sizeof plain - 1 : sizeof fake - 1;
        CHECK_EQUAL(mtproto_config_add_secret(config, secret, length), MTPROTO_OK);
        if (!server) CHECK_EQUAL(mtproto_config_set_dc(config, 2, 0), MTPROTO_OK);
        return config;
    }
    if (server) {
        uint32_t accept = MTPROTO_ACCEPT_PLAIN | MTPROTO_ACCEPT_OBFUSCATED | MTPROTO_ACCEPT_WEBSOCKET | MTPROTO_ACCEPT_HTTP;
        CHECK_EQUAL(mtproto_config_set_accept(config, accept), MTPROTO_OK);
        return config;
    }
    if (kind == HTTP) {
        CHECK_EQUAL(mtproto_config_set_http(config, "a", "/api", NULL, true), MTPROTO_OK);
        return config;
    }
    CHECK_EQUAL(mtproto_config_set_envelope(config, envelope), MTPROTO_OK);
    if (kind == PLAIN || kind == PLAIN_PADDED) CHECK_EQUAL(mtproto_config_set_obfuscated(config, false), MTPROTO_OK);
    if (kind == WEBSOCKET) CHECK_EQUAL(mtproto_config_set_websocket(config, "a", "/apiws", NULL), MTPROTO_OK);
    return config;
}

/* The status of a call that is made without entropy first, and then with it where that was the matter. */
static mtproto_status twice(mtproto_status first, unsigned *refused) {
    if (first != MTPROTO_ERROR_ENTROPY) return first;
    (*refused)++;
    no_entropy = false;
    return MTPROTO_ERROR_ENTROPY;
}

static void fill(uint8_t *packet) {
    for (int i = 0; i < SIZE; i++) packet[i] = (uint8_t)(i + 9);
}

/* Pulls this packet, and nothing else but what says that it is connected; what ended it. */
static mtproto_status gets_packet(mtproto_transport *transport, const uint8_t *packet, unsigned *payloads) {
    mtproto_event event;
    mtproto_status status;
    memset(&event, 0, sizeof event);
    event.struct_size = sizeof event;
    while ((status = mtproto_transport_pull_event(transport, &event)) == MTPROTO_OK) {
        if (event.kind == MTPROTO_EVENT_CONNECTED) continue;
        if (!CHECK_EQUAL(event.kind, MTPROTO_EVENT_PAYLOAD)) break;
        CHECK(event.length == SIZE && memcmp(event.data, packet, SIZE) == 0);
        (*payloads)++;
    }
    return status;
}

/* Moves what waits, one way; each call that finds no entropy is made again when there is some. */
static void move(mtproto_transport *from, mtproto_transport *to, unsigned *refused) {
    uint8_t wire[WIRE];
    for (int round = 0; round < 100 && mtproto_transport_wants_write(from); round++) {
        size_t length = 0, given = 0, taken = 0;
        mtproto_status status = twice(mtproto_transport_pull_wire(from, wire, sizeof wire, &length), refused);
        if (status == MTPROTO_ERROR_ENTROPY) {
            CHECK_EQUAL(mtproto_transport_pull_wire(from, wire, sizeof wire, &length), MTPROTO_OK);
        } else {
            CHECK_EQUAL(status, MTPROTO_OK);
        }
        while (given < length) {
            status = twice(mtproto_transport_push_wire(to, wire + given, length - given, &taken), refused);
            if (status == MTPROTO_ERROR_ENTROPY) continue;
            if (!CHECK_EQUAL(status, MTPROTO_OK)) return;
            if (!CHECK(taken != 0)) return;
            given += taken;
        }
    }
}

/* A whole connection; the system has no random bytes from one step on until a call says so. */
static unsigned connection(enum kind kind, int failing_step) {
    uint8_t packet[SIZE];
    mtproto_transport *client = NULL, *server = NULL;
    mtproto_config *of_client = config_of(kind, false), *of_server = config_of(kind, true);
    unsigned refused = 0, at_server = 0, at_client = 0;
    int step = 0;
    mtproto_status status;
    fill(packet);

    no_entropy = step++ == failing_step;
    status = twice(mtproto_client_new(of_client, &client), &refused);
    if (status == MTPROTO_ERROR_ENTROPY) {
        CHECK(client == NULL);
        status = mtproto_client_new(of_client, &client);
    }
    CHECK_EQUAL(status, MTPROTO_OK);

    no_entropy = step++ == failing_step;
    CHECK_EQUAL(mtproto_server_new(of_server, &server), MTPROTO_OK);

    for (int round = 0; round < 2; round++) {
        no_entropy = step++ == failing_step;
        status = twice(mtproto_transport_push_payload(client, packet, SIZE, NULL), &refused);
        if (status == MTPROTO_ERROR_ENTROPY) status = mtproto_transport_push_payload(client, packet, SIZE, NULL);
        CHECK_EQUAL(status, MTPROTO_OK);

        /* A handshake goes to and fro. */
        for (int turn = 0; turn < 3; turn++) {
            no_entropy = step++ == failing_step;
            move(client, server, &refused);
            status = gets_packet(server, packet, &at_server);
            if (status == MTPROTO_ERROR_ENTROPY && kind == FAKE_TLS) {
                /* A hello that cannot be answered ends its connection, since it is remembered: none comes twice. */
                no_entropy = false;
                CHECK_EQUAL(mtproto_transport_push_payload(server, packet, SIZE, NULL), MTPROTO_ERROR_ENTROPY);
                CHECK_EQUAL(gets_packet(server, packet, &at_server), MTPROTO_ERROR_ENTROPY);
                CHECK(!mtproto_transport_wants_write(server));
                refused++;
                goto done;
            }
            CHECK_EQUAL(status, MTPROTO_NO_EVENT);
            no_entropy = step++ == failing_step;
            move(server, client, &refused);
            CHECK_EQUAL(gets_packet(client, packet, &at_client), MTPROTO_NO_EVENT);
        }

        no_entropy = step++ == failing_step;
        status = twice(mtproto_transport_push_payload(server, packet, SIZE, NULL), &refused);
        if (status == MTPROTO_ERROR_ENTROPY) status = mtproto_transport_push_payload(server, packet, SIZE, NULL);
        CHECK_EQUAL(status, MTPROTO_OK);
        no_entropy = step++ == failing_step;
        move(server, client, &refused);
        CHECK_EQUAL(gets_packet(client, packet, &at_client), MTPROTO_NO_EVENT);
    }
    no_entropy = false;
    CHECK_EQUAL(at_server, 2);
    CHECK_EQUAL(at_client, 2);
done:
    mtproto_transport_free(client);
    mtproto_transport_free(server);
    mtproto_config_free(of_client);
    mtproto_config_free(of_server);
    return refused;
}

static void entropy_fails(void) {
    for (int kind = 0; kind < KINDS; kind++) {
        unsigned long before = asked_for_entropy;
        unsigned refused = 0;
        for (int step = 0; step < 20; step++) {
            case_begin("%s: no random bytes at step %d: a status says so, and nothing is lost or sent twice", names[kind], step);
            refused += connection((enum kind)kind, step);
        }
        case_begin("%s: who needs random bytes asks for them, and is told when there are none", names[kind]);
        if (kind == PLAIN || kind == HTTP) {
            CHECK(asked_for_entropy == before);
            CHECK(refused == 0);
        } else {
            CHECK(asked_for_entropy > before);
            CHECK(refused != 0);
        }
    }
}

/* ---- the clock ---- */

struct hello {
    uint8_t bytes[WIRE];
    size_t length;
};

static void make_hello(struct hello *hello) {
    mtproto_transport *client = NULL;
    mtproto_config *config = config_of(FAKE_TLS, false);
    CHECK_EQUAL(mtproto_client_new(config, &client), MTPROTO_OK);
    CHECK_EQUAL(mtproto_transport_push_opening(client), MTPROTO_OK);
    CHECK_EQUAL(mtproto_transport_pull_wire(client, hello->bytes, sizeof hello->bytes, &hello->length), MTPROTO_OK);
    mtproto_transport_free(client);
    mtproto_config_free(config);
}

/* 0 if the hello is accepted, else why not: MTPROTO_NOT_OURS_*. */
static int32_t verdict(const mtproto_config *config, const struct hello *hello) {
    mtproto_transport *server = NULL;
    mtproto_event event;
    size_t taken = 0;
    int32_t reason = 0;
    CHECK_EQUAL(mtproto_server_new(config, &server), MTPROTO_OK);
    CHECK_EQUAL(mtproto_transport_push_wire(server, hello->bytes, hello->length, &taken), MTPROTO_OK);
    memset(&event, 0, sizeof event);
    event.struct_size = sizeof event;
    if (mtproto_transport_pull_event(server, &event) == MTPROTO_OK) {
        CHECK_EQUAL(event.kind, MTPROTO_EVENT_NOT_OURS);
        reason = event.code;
    } else {
        CHECK(mtproto_transport_wants_write(server));
    }
    mtproto_transport_free(server);
    return reason;
}

static void clock_jumps(void) {
    static struct hello first, second, third, early;
    mtproto_config *config = config_of(FAKE_TLS, true);
    mtproto_replay_cache *cache = mtproto_replay_cache_new(1000, 86400);
    CHECK_EQUAL(mtproto_config_set_replay_cache(config, cache), MTPROTO_OK);

    case_begin("a hello is accepted by the system's clock");
    the_time = start;
    make_hello(&first);
    CHECK_EQUAL(verdict(config, &first), 0);
    CHECK(asked_for_time != 0);

    case_begin("the clock jumps back a minute: the same hello is a repetition, a new one is not");
    the_time = start - 60;
    CHECK_EQUAL(verdict(config, &first), MTPROTO_NOT_OURS_REPLAYED);
    make_hello(&second);
    CHECK_EQUAL(verdict(config, &second), 0);
    CHECK_EQUAL(verdict(config, &second), MTPROTO_NOT_OURS_REPLAYED);

    case_begin("the clock jumps back a day: what was made before is from the future, what is made now is good");
    the_time = start - 86400;
    CHECK_EQUAL(verdict(config, &first), MTPROTO_NOT_OURS_CLOCK);
    make_hello(&third);
    CHECK_EQUAL(verdict(config, &third), 0);

    case_begin("the clock comes back: everything is still remembered");
    the_time = start;
    CHECK_EQUAL(verdict(config, &first), MTPROTO_NOT_OURS_REPLAYED);
    CHECK_EQUAL(verdict(config, &second), MTPROTO_NOT_OURS_REPLAYED);
    CHECK_EQUAL(verdict(config, &third), MTPROTO_NOT_OURS_CLOCK);
    the_time = start - 86400;
    CHECK_EQUAL(verdict(config, &third), MTPROTO_NOT_OURS_REPLAYED);

    case_begin("a clock before 1970, as of a device without a battery: counts as 1970");
    the_time = -5;
    make_hello(&early);
    CHECK_EQUAL(verdict(config, &early), 0);
    the_time = 100;
    CHECK_EQUAL(verdict(config, &early), MTPROTO_NOT_OURS_REPLAYED);

    mtproto_config_free(config);
    mtproto_replay_cache_free(cache);
}

int main(void) {
    the_time = start;
    entropy_fails();
    clock_jumps();
    return check_close();
}
