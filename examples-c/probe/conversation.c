/* What the probe says to a server, and what came of it.
 *
 * One socket, one transport, one deadline. The socket never blocks: net_wait() is the only place
 * where time passes. */
#define _POSIX_C_SOURCE 200809L
#include "conversation.h"

#include "../common/arguments.h"
#include "../common/entropy.h"
#include "../common/message_crypto.h"
#include "factor.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct conversation {
    const struct probe_options *options;
    struct probe_report *report;
    int64_t start, deadline;
    int socket;
    mtproto_transport *transport;
    bool deaf_server; /* the server takes no more bytes: only what it said before is left */
    int64_t clock_shift;
    int32_t awaited; /* the kind of event that the current step ends with */
    bool answered;
    uint8_t nonce[TL_NONCE_LENGTH];
    uint64_t message_id;
};

#ifdef __GNUC__
__attribute__((format(printf, 2, 3)))
#endif
static void tell(const struct conversation *talk, const char *format, ...) {
    if (!talk->options->verbose) return;
    va_list values;
    va_start(values, format);
    fprintf(stderr, "%9.3f ms  ", (double)(net_now() - talk->start) / 1000.0);
    vfprintf(stderr, format, values);
    fputc('\n', stderr);
    va_end(values);
}

/* Always false, so that a step can end with it. */
#ifdef __GNUC__
__attribute__((format(printf, 3, 4)))
#endif
static bool fail(struct conversation *talk, enum probe_status status, const char *format, ...) {
    va_list values;
    va_start(values, format);
    talk->report->status = status;
    vsnprintf(talk->report->failure, sizeof talk->report->failure, format, values);
    va_end(values);
    return false;
}

/* A status of the library that is not the server's doing, except the protocol errors. */
static bool fail_with(struct conversation *talk, mtproto_status status) {
    const char *figures = "";
    if (talk->transport != NULL) figures = mtproto_transport_error_text(talk->transport);
    bool protocol = status <= MTPROTO_ERROR_LENGTH_ZERO && status > MTPROTO_ERROR_ENTROPY;
    if (protocol) talk->report->fatal = status;
    return fail(talk, protocol ? PROBE_WRONG_ANSWER : PROBE_LOCAL_FAILURE, "%s (status %d)",
                figures[0] != '\0' ? figures : mtproto_status_text(status), (int)status);
}

/* ---- preparing ---- */

static mtproto_status configure(mtproto_config *config, const struct conversation *talk) {
    const struct probe_options *options = talk->options;
    int64_t shift = options->clock_offset + talk->clock_shift;
    const bool keep_alive = true;
    /* Packets go as they are over HTTP: nothing of what follows is for it. */
    if (options->carrier == MTPROTO_CARRIER_HTTP)
        return mtproto_config_set_http(config, options->host, options->path, NULL, keep_alive);
    mtproto_status status = mtproto_config_set_envelope(config, options->envelope);
    if (status == MTPROTO_OK && options->carrier == MTPROTO_CARRIER_WEBSOCKET)
        status = mtproto_config_set_websocket(config, options->host, options->path, NULL);
    if (status == MTPROTO_OK) status = mtproto_config_set_obfuscated(config, options->obfuscated);
    /* The data centre's number travels in the obfuscation: a plain stream has no place for it. */
    if (status == MTPROTO_OK && options->obfuscated)
        status = mtproto_config_set_dc(config, options->dc, options->dc_flags);
    if (status == MTPROTO_OK)
        status = mtproto_config_set_tls_profile(config, options->tls_profile);
    if (status == MTPROTO_OK && options->secret != NULL)
        status = mtproto_config_add_parsed_secret(config, options->secret);
    if (status == MTPROTO_OK && shift != 0)
        status = mtproto_config_set_unix_time(config, (uint32_t)((int64_t)time(NULL) + shift));
    return status;
}

static bool make_transport(struct conversation *talk) {
    mtproto_config *config = mtproto_config_new();
    if (config == NULL) return fail_with(talk, MTPROTO_ERROR_OUT_OF_MEMORY);
    mtproto_status status = configure(config, talk);
    if (status == MTPROTO_OK) status = mtproto_client_new(config, &talk->transport);
    mtproto_config_free(config); /* the transport has taken what it needs */
    return status == MTPROTO_OK || fail_with(talk, status);
}

static bool connect_socket(struct conversation *talk) {
    struct probe_report *report = talk->report;
    const char *problem = "no address";
    enum net_outcome outcome = net_connect(&talk->options->endpoint, talk->deadline, &talk->socket,
                                           report->address, &problem);
    if (outcome == NET_TIMED_OUT) return fail(talk, PROBE_TIMED_OUT, "connecting: %s", problem);
    if (outcome == NET_FAILED) return fail(talk, PROBE_NOT_CONNECTED, "connecting: %s", problem);
    report->connected_after = net_now() - talk->start;
    tell(talk, "connected to %s", report->address);
    return true;
}

/* ---- the wire ---- */

static bool write_socket(struct conversation *talk) {
    while (!talk->deaf_server && mtproto_transport_wants_write(talk->transport)) {
        const uint8_t *data = NULL;
        size_t length = 0;
        mtproto_status status = mtproto_transport_peek_wire(talk->transport, &data, &length);
        if (status < 0) return fail_with(talk, status);
        ssize_t count = send(talk->socket, data, length, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
        if (count < 0) {
            tell(talk, "sending: %s", strerror(errno));
            talk->deaf_server = true; /* it may have said why before it closed: read on */
            return true;
        }
        tell(talk, "sent %zd bytes", count);
        talk->report->sent += (uint64_t)count;
        status = mtproto_transport_consume_wire(talk->transport, (size_t)count);
        if (status < 0) return fail_with(talk, status);
    }
    return true;
}

/* The first bytes tell a web server, whatever the transport makes of them. */
static void remember_head(struct probe_report *report, const uint8_t *bytes, size_t count) {
    size_t room = sizeof report->head - report->head_length;
    if (count > room) count = room;
    memcpy(report->head + report->head_length, bytes, count);
    report->head_length += count;
}

static bool read_socket(struct conversation *talk) {
    uint8_t *buffer = NULL;
    size_t capacity = 0;
    mtproto_status status =
        mtproto_transport_reserve_wire(talk->transport, 0, &buffer, &capacity);
    if (status == MTPROTO_EVENTS_PENDING) return true; /* they are pulled before the next read */
    if (status < 0) return fail_with(talk, status);
    ssize_t count = recv(talk->socket, buffer, capacity, 0);
    if (count < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (count < 0) {
        talk->report->closed = true;
        return fail(talk, PROBE_NOT_CONNECTED, "receiving: %s", strerror(errno));
    }
    tell(talk, "received %zd bytes", count);
    talk->report->received += (uint64_t)count;
    remember_head(talk->report, buffer, (size_t)count);
    if (count > 0) status = mtproto_transport_commit_wire(talk->transport, (size_t)count);
    else status = mtproto_transport_push_wire_end(talk->transport);
    /* A fatal status comes again from pull_event, after the events of the frames before it. */
    return status >= 0 || mtproto_status_is_fatal(status) || fail_with(talk, status);
}

/* ---- the events ---- */

static bool read_answer(struct conversation *talk, const mtproto_event *event) {
    struct probe_report *report = talk->report;
    if (event->length == 0) return fail(talk, PROBE_WRONG_ANSWER, "an answer without a packet");
    struct tl_message message = tl_read_message(event->data, event->length);
    if (!tl_read_res_pq(&message, &report->res_pq)) {
        if (message.has_constructor)
            return fail(talk, PROBE_WRONG_ANSWER, "not a resPQ but constructor %08x, %zu bytes",
                        (unsigned)message.constructor, event->length);
        return fail(talk, PROBE_WRONG_ANSWER, "not a resPQ but %s message of %zu bytes",
                    message.kind == TL_ENCRYPTED ? "an encrypted" : "a malformed", event->length);
    }
    report->has_res_pq = true;
    if (memcmp(report->res_pq.nonce, talk->nonce, TL_NONCE_LENGTH) != 0)
        return fail(talk, PROBE_WRONG_ANSWER, "the resPQ carries another nonce than ours");
    return true;
}

/* Over HTTP it is a status, unless it is a number in the body of a good one. */
static bool read_transport_error(struct conversation *talk, int32_t code) {
    const char *name = "transport error";
    const char *meaning = mtproto_transport_error_meaning(code);
    struct probe_report *report = talk->report;
    tell(talk, "transport error %d", (int)code);
    report->transport_error = code;
    if (probe_carrier(talk->options) == MTPROTO_CARRIER_HTTP &&
        (report->has_res_pq || memcmp(report->head + 9, "200", 3) != 0))
        name = "HTTP status";
    if (code >= 300 && code <= 399)
        meaning = "the server redirects: check that the host is the data centre's";
    else if (code == 404 && !report->has_res_pq && name[0] == 'H')
        meaning = "MTProto is not served at this path";
    return fail(talk, PROBE_TRANSPORT_ERROR, "%s %d: %s", name, (int)code, meaning);
}

static bool handle(struct conversation *talk, const mtproto_event *event) {
    struct probe_report *report = talk->report;
    switch (event->kind) {
    case MTPROTO_EVENT_CONNECTED:
        report->clear = true;
        if (talk->awaited == MTPROTO_EVENT_CONNECTED) talk->answered = true;
        return true;
    case MTPROTO_EVENT_PAYLOAD:
        tell(talk, "payload of %zu bytes", event->length);
        if (talk->awaited != MTPROTO_EVENT_PAYLOAD) return true; /* a server talks when it likes */
        talk->answered = true;
        return read_answer(talk, event);
    case MTPROTO_EVENT_QUICK_ACK:
        tell(talk, "quick ack %08x", (unsigned)event->quick_ack_token);
        if (talk->awaited != MTPROTO_EVENT_QUICK_ACK) return true;
        if (event->quick_ack_token != report->quick_ack_token)
            return fail(talk, PROBE_WRONG_ANSWER, "the quick ack carries another token than ours");
        report->has_quick_ack = true;
        talk->answered = true;
        return true;
    case MTPROTO_EVENT_TRANSPORT_ERROR:
        return read_transport_error(talk, event->code);
    case MTPROTO_EVENT_CLOSED:
        report->closed = true;
        return fail(talk, PROBE_NOT_CONNECTED, "the server closed the connection %s",
                    event->code == MTPROTO_CLOSED_INSIDE_FRAME ? "inside an answer"
                                                               : "without an answer");
    default:
        return true;
    }
}

static bool pull_events(struct conversation *talk) {
    while (!talk->answered) {
        mtproto_event event = {.struct_size = sizeof event};
        mtproto_status status = mtproto_transport_pull_event(talk->transport, &event);
        if (status == MTPROTO_NO_EVENT) return true;
        if (status < 0) return fail_with(talk, status);
        if (!handle(talk, &event)) return false;
    }
    return true;
}

/* Sends what is queued and reads until an event of this kind has come. */
static bool await(struct conversation *talk, int32_t kind) {
    talk->awaited = kind;
    talk->answered = false;
    while (pull_events(talk)) {
        if (talk->answered) return true;
        if (!write_socket(talk)) return false;
        bool unsent = !talk->deaf_server && mtproto_transport_wants_write(talk->transport);
        short ready = 0, events = unsent ? POLLIN | POLLOUT : POLLIN;
        enum net_outcome outcome = net_wait(talk->socket, events, talk->deadline, &ready);
        if (outcome == NET_TIMED_OUT) return fail(talk, PROBE_TIMED_OUT, "no answer in time");
        if (outcome == NET_FAILED)
            return fail(talk, PROBE_LOCAL_FAILURE, "poll: %s", strerror(errno));
        if ((ready & ~POLLOUT) != 0 && !read_socket(talk)) return false;
    }
    return false;
}

/* ---- what is said ---- */

static bool ask_for_res_pq(struct conversation *talk) {
    const unsigned client = 0;
    uint8_t message[TL_REQ_PQ_MESSAGE_LENGTH];
    if (!entropy_fill(talk->nonce, sizeof talk->nonce)) return fail_with(talk, MTPROTO_ERROR_ENTROPY);
    talk->message_id = tl_message_id(talk->message_id, client);
    tl_write_req_pq_multi(message, talk->message_id, talk->nonce);
    mtproto_status status =
        mtproto_transport_push_payload(talk->transport, message, sizeof message, NULL);
    if (status != MTPROTO_OK) return fail_with(talk, status);
    return await(talk, MTPROTO_EVENT_PAYLOAD);
}

/* An encrypted ping: with a quick ack wanted, or under a key that nobody knows. */
static bool send_ping(struct conversation *talk) {
    enum { BODY = 12, PADDING = 20, INSIDE = 32 + BODY + PADDING };
    const unsigned client = 0;
    uint8_t auth_key[MTPROTO_AUTH_KEY_LENGTH], inside[INSIDE];
    uint8_t packet[MESSAGE_OUTSIDE_LENGTH + INSIDE];
    /* Random: salt and session id, then the fields below over it, then ping id and padding. */
    if (!entropy_fill(inside, sizeof inside) || !entropy_fill(auth_key, sizeof auth_key))
        return fail_with(talk, MTPROTO_ERROR_ENTROPY);
    if (talk->options->has_auth_key) memcpy(auth_key, talk->options->auth_key, sizeof auth_key);
    talk->message_id = tl_message_id(talk->message_id, client);
    tl_put_u64(inside + 16, talk->message_id);
    tl_put_u32(inside + 24, 1); /* the first message of its session that wants an answer */
    tl_put_u32(inside + 28, BODY);
    tl_put_u32(inside + 32, TL_PING);
    message_encrypt(auth_key, MESSAGE_TO_SERVER, inside, sizeof inside, packet);

    bool quick_ack = talk->options->quick_ack;
    mtproto_send_options how = {.struct_size = sizeof how, .flags = MTPROTO_SEND_QUICK_ACK};
    mtproto_status status = mtproto_quick_ack_token(auth_key, sizeof auth_key, inside,
                                                    sizeof inside, &how.quick_ack_token);
    wipe(auth_key, sizeof auth_key);
    if (status == MTPROTO_OK)
        status = mtproto_transport_push_payload(talk->transport, packet, sizeof packet,
                                                quick_ack ? &how : NULL);
    if (status != MTPROTO_OK) return fail_with(talk, status);
    if (!quick_ack) return await(talk, MTPROTO_EVENT_TRANSPORT_ERROR);
    talk->report->quick_ack_token = how.quick_ack_token;
    tell(talk, "asked for quick ack %08x", (unsigned)how.quick_ack_token);
    return await(talk, MTPROTO_EVENT_QUICK_ACK);
}

void probe_converse(const struct probe_options *options, struct probe_report *report) {
    struct conversation talk = {.options = options, .report = report, .socket = -1};
    memset(report, 0, sizeof *report);
    talk.start = net_now();
    talk.deadline = talk.start + options->timeout;

    bool answered = make_transport(&talk) && connect_socket(&talk) && ask_for_res_pq(&talk) &&
                    ((!options->quick_ack && !options->unknown_key) || send_ping(&talk));
    report->finished_after = net_now() - talk.start;
    if (talk.socket >= 0) close(talk.socket);
    mtproto_transport_free(talk.transport);

    /* After the clock has stopped: factoring is our own time, not the server's. */
    if (report->has_res_pq && !factor_pq(report->res_pq.pq, &report->p, &report->q) && answered)
        fail(&talk, PROBE_WRONG_ANSWER, "pq is not a product of two primes");
}

enum net_outcome probe_try_hello(const struct probe_options *options, int64_t shift) {
    const int64_t most = 3000000; /* an honest answer takes a round trip */
    struct probe_report report;
    struct conversation talk = {.options = options, .report = &report, .socket = -1};
    memset(&report, 0, sizeof report);
    talk.clock_shift = shift;
    talk.start = net_now();
    talk.deadline = talk.start + (options->timeout < most ? options->timeout : most);
    bool accepted =
        make_transport(&talk) && connect_socket(&talk) && await(&talk, MTPROTO_EVENT_CONNECTED);
    if (talk.socket >= 0) close(talk.socket);
    mtproto_transport_free(talk.transport);
    if (accepted) return NET_DONE;
    return report.fatal != MTPROTO_OK ? NET_FAILED : NET_TIMED_OUT;
}
