/* One client of the responder: its socket, its transport, and how the two are kept going.
 *
 * The order is always the same: read what the socket has, pull the events and push the answers,
 * write what the socket takes. A client that sends and does not read is bounded by UNSENT_LIMIT:
 * above it no event is pulled and nothing is read, so the client's own socket fills up.
 *
 * Events are not the only thing that makes bytes to write: a WebSocket's opening, a pong, an answer to
 * a browser's preflight come from the library alone, so every turn ends with writing. */
#define _POSIX_C_SOURCE 200809L
#include "connection.h"

#include "log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define UNSENT_LIMIT ((size_t)256 * 1024)
#define READ_AT_MOST ((size_t)256 * 1024) /* then it is the next client's turn */
#define ENDING_MICROSECONDS ((int64_t)30 * 1000 * 1000)
#define LEAVING_MICROSECONDS ((int64_t)5 * 1000 * 1000) /* the client has been told to go */
#define DRAINING_MICROSECONDS ((int64_t)2 * 1000 * 1000)

static void end(struct connection *connection, const char *reason) {
    if (connection->ending == NULL) connection->ending = reason;
    connection->served.over = true;
}

struct server_client *connection_open(void *given, struct loop *loop, int socket, const char *peer) {
    struct responder_options *options = given;
    struct connection *connection = calloc(1, sizeof *connection);
    mtproto_status status = MTPROTO_ERROR_OUT_OF_MEMORY;
    if (connection != NULL) status = mtproto_server_new(options->servers, &connection->transport);
    if (status != MTPROTO_OK) {
        log_error(status, mtproto_status_text(status));
        free(connection);
        close(socket);
        return NULL;
    }
    connection->loop = loop;
    connection->options = options;
    connection->watch = (struct watch){.socket = socket, .owner = connection};
    connection->idle_since = net_now();
    memcpy(connection->peer, peer, strnlen(peer, sizeof connection->peer - 1));
    if (!loop_watch(loop, &connection->watch, POLLIN)) end(connection, "error");
    return &connection->served;
}

/* Ends it once everything is sent. */
static void begin_ending(struct connection *connection, const char *reason) {
    if (connection->ending != NULL) return;
    connection->ending = reason;
    connection->until = net_now() + ENDING_MICROSECONDS;
}

/* The transport refused: it has the figures when the client broke the protocol. */
static void fail(struct connection *connection, mtproto_status status) {
    const char *text = mtproto_transport_error_text(connection->transport);
    log_error(status, text[0] != '\0' ? text : mtproto_status_text(status));
    connection->failed = true;
    /* Over WebSocket a close frame still tells the client why. */
    if (mtproto_transport_wants_write(connection->transport)) begin_ending(connection, "error");
    else end(connection, "error");
}

static void read_socket(struct connection *connection) {
    uint8_t *buffer = NULL;
    size_t capacity = 0;
    mtproto_status status =
        mtproto_transport_reserve_wire(connection->transport, 0, &buffer, &capacity);
    if (status == MTPROTO_EVENTS_PENDING) return; /* the events come first */
    if (status < 0) {
        fail(connection, status);
        return;
    }
    if (capacity > READ_AT_MOST) capacity = READ_AT_MOST;
    ssize_t count = recv(connection->watch.socket, buffer, capacity, 0);
    if (count < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) end(connection, "reset");
        return; /* nothing was written into the reserved bytes, so there is nothing to commit */
    }
    connection->idle_since = net_now();
    if (count > 0) status = mtproto_transport_commit_wire(connection->transport, (size_t)count);
    else {
        connection->client_ended = true;
        status = mtproto_transport_push_wire_end(connection->transport);
    }
    /* A fatal status comes again from pull_event, after the events of the frames before it. */
    if (status < 0 && !mtproto_status_is_fatal(status)) fail(connection, status);
}

static void handle(struct connection *connection, const mtproto_event *event) {
    mtproto_status status;
    bool goodbye = false;
    switch (event->kind) {
    case MTPROTO_EVENT_CONNECTED:
        connection->carrier = event->carrier;
        log_accepted(connection->peer, event);
        break;
    case MTPROTO_EVENT_PAYLOAD:
        status = answer_payload(connection->transport, &connection->options->answers,
                                connection->carrier, event, &goodbye);
        /* Over WebSocket it went with a close frame, and the client's own is waited for. */
        if (goodbye && connection->carrier == MTPROTO_CARRIER_WEBSOCKET)
            connection->until = net_now() + LEAVING_MICROSECONDS;
        if (status >= 0 || status == MTPROTO_ERROR_CLOSED) break; /* closed: said goodbye before */
        if (mtproto_status_is_fatal(status)) fail(connection, status);
        else log_error(status, mtproto_status_text(status)); /* only this answer is lost */
        /* Over HTTP the next request would wait for it for ever. */
        if (connection->carrier == MTPROTO_CARRIER_HTTP) begin_ending(connection, "error");
        break;
    case MTPROTO_EVENT_NOT_OURS:
        /* A server that hides would hand the event's bytes and the socket to a web server now. */
        log_not_ours(event);
        end(connection, "not_ours");
        break;
    case MTPROTO_EVENT_CLOSED:
        begin_ending(connection, mtproto_closed_name(event->code));
        break;
    default:
        break; /* kinds that only a client sees, or that a later version adds */
    }
}

static bool is_crammed(const struct connection *connection) {
    return mtproto_transport_pending_wire(connection->transport) >= UNSENT_LIMIT;
}

/* Pulls events until there are none, or until the answers reach the limit. True: there may be more. */
static bool answer_events(struct connection *connection) {
    while (!connection->served.over && !connection->failed && !is_crammed(connection)) {
        mtproto_event event = {.struct_size = sizeof event};
        mtproto_status status = mtproto_transport_pull_event(connection->transport, &event);
        if (status == MTPROTO_NO_EVENT) return false;
        if (status == MTPROTO_OK) handle(connection, &event);
        else fail(connection, status);
    }
    return !connection->served.over && !connection->failed;
}

static void write_socket(struct connection *connection) {
    while (mtproto_transport_wants_write(connection->transport)) {
        const uint8_t *data = NULL;
        size_t length = 0;
        mtproto_status status = mtproto_transport_peek_wire(connection->transport, &data, &length);
        if (status != MTPROTO_OK) {
            fail(connection, status);
            return;
        }
        ssize_t count = send(connection->watch.socket, data, length, 0);
        if (count < 0) {
            if (errno == EINTR) continue;
            if (errno != EAGAIN && errno != EWOULDBLOCK) end(connection, "reset");
            return;
        }
        connection->idle_since = net_now();
        status = mtproto_transport_consume_wire(connection->transport, (size_t)count);
        if (status != MTPROTO_OK) {
            fail(connection, status);
            return;
        }
    }
}

/* Over HTTP the last answer may be ours: after a status, or when the client asked to be let go. */
static bool has_said_all(const struct connection *connection) {
    return connection->carrier == MTPROTO_CARRIER_HTTP && !is_crammed(connection) &&
           mtproto_transport_is_over(connection->transport);
}

static bool wants_to_read(const struct connection *connection) {
    return connection->ending == NULL && !is_crammed(connection);
}

/* Everything was sent. */
static void shut_our_side(struct connection *connection) {
    if (connection->client_ended || shutdown(connection->watch.socket, SHUT_WR) != 0) {
        connection->served.over = true;
        return;
    }
    connection->draining = true;
    connection->until = net_now() + DRAINING_MICROSECONDS;
}

/* Throws away what the client still sends. */
static void drain(struct connection *connection) {
    uint8_t waste[4096];
    for (size_t total = 0; total < READ_AT_MOST; total += sizeof waste) {
        ssize_t count = recv(connection->watch.socket, waste, sizeof waste, 0);
        if (count > 0 || (count < 0 && errno == EINTR)) continue;
        if (count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) connection->served.over = true;
        return;
    }
}

static short interest_of(const struct connection *connection) {
    short interest = 0;
    if (connection->draining) return POLLIN;
    if (wants_to_read(connection)) interest |= POLLIN;
    if (mtproto_transport_wants_write(connection->transport)) interest |= POLLOUT;
    return interest;
}

static void turn(struct connection *connection) {
    short ready = connection->watch.ready;
    if (connection->draining) {
        drain(connection);
        return;
    }
    if ((ready & (POLLIN | POLLHUP | POLLERR)) != 0 && wants_to_read(connection))
        read_socket(connection);
    for (bool more = true; more && !connection->served.over;) {
        more = answer_events(connection);
        if (!connection->served.over) write_socket(connection);
        if (is_crammed(connection)) break;
    }
    if (connection->served.over) return;
    if (has_said_all(connection)) begin_ending(connection, "answered");
    if (connection->ending != NULL && !mtproto_transport_wants_write(connection->transport))
        shut_our_side(connection);
}

void connection_serve(void *given) {
    struct connection *connection = given;
    turn(connection);
    if (!connection->served.over &&
        !loop_watch(connection->loop, &connection->watch, interest_of(connection)))
        end(connection, "error");
}

void connection_check_time(void *given, int64_t now) {
    struct connection *connection = given;
    if (connection->until == 0) {
        if (now - connection->idle_since >= connection->options->idle) end(connection, "idle");
    } else if (now >= connection->until)
        end(connection, "answered"); /* unless there is a better word for it already */
}

void connection_close(void *given, const char *reason) {
    struct connection *connection = given;
    end(connection, reason);
    log_closed(connection->ending);
    mtproto_transport_free(connection->transport);
    (void)loop_watch(connection->loop, &connection->watch, 0);
    close(connection->watch.socket);
    free(connection);
}
