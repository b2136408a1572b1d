/* Very many clients in one loop. */
#define _DEFAULT_SOURCE /* IP_BIND_ADDRESS_NO_PORT is Linux's own */
#include "crowd.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OPENING_AT_ONCE 64
#define SOURCES 16 /* addresses that connections come from, so that no one's ports run out */
#define PATIENCE_MILLISECONDS 10000
#define READ_AT_LEAST ((size_t)64 * 1024)

static uint8_t payload[CROWD_LARGEST_PAYLOAD];

static bool fail(struct crowd *crowd, const char *problem) {
    if (crowd->problem == NULL) crowd->problem = problem;
    return false;
}

void crowd_start(struct crowd *crowd, struct client *clients, size_t count) {
    crowd->clients = clients;
    crowd->count = count;
    crowd->first = NULL;
    crowd->behind = &crowd->first;
    for (size_t i = 0; i < sizeof payload; i++) payload[i] = (uint8_t)(i * 7 + 1);
    for (size_t i = 0; i < count; i++) clients[i].wire.watch = (struct watch){.socket = -1};
}

void crowd_end(struct crowd *crowd) {
    for (size_t i = 0; i < crowd->count; i++) wire_close(crowd->loop, &crowd->clients[i].wire);
}

/* ---- the line of the idle ---- */

static void line_up(struct crowd *crowd, struct client *client) {
    client->next = NULL;
    *crowd->behind = client;
    crowd->behind = &client->next;
    crowd->busy--;
}

static struct client *take_first(struct crowd *crowd) {
    struct client *client = crowd->first;
    if (client == NULL) return NULL;
    crowd->first = client->next;
    if (crowd->first == NULL) crowd->behind = &crowd->first;
    crowd->busy++;
    return client;
}

/* ---- one client ---- */

static int connect_from(struct crowd *crowd) {
    struct sockaddr_in source = {.sin_family = AF_INET};
    source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)(crowd->sources++ % SOURCES));
    int end = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (end < 0) return -1;
    /* The port is then chosen by connect(), which minds the server's address too. */
    (void)setsockopt(end, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (net_prepare(end) &&
        bind(end, (const struct sockaddr *)&source, sizeof source) == 0 &&
        (connect(end, (const struct sockaddr *)&crowd->server.storage, crowd->server.length) ==
             0 ||
         errno == EINPROGRESS))
        return end;
    close(end);
    return -1;
}

static bool set_interest(struct crowd *crowd, struct client *client) {
    short interest = client->connecting ? POLLOUT : POLLIN;
    if (mtproto_transport_wants_write(client->wire.transport)) interest |= POLLOUT;
    return loop_watch(crowd->loop, &client->wire.watch, interest) || fail(crowd, "no memory");
}

static bool send_burst(struct crowd *crowd, struct client *client, size_t size, size_t count) {
    mtproto_bytes burst[WIRE_EVENTS];
    size_t taken = 0;
    for (size_t i = 0; i < count; i++) burst[i] = (mtproto_bytes){.data = payload, .length = size};
    client->awaited = count;
    if (mtproto_transport_push_payloads(client->wire.transport, burst, count, &taken) != MTPROTO_OK)
        return fail(crowd, "a packet was refused");
    if (!client->connecting && !wire_write(&client->wire))
        return fail(crowd, "a connection broke while it was written to");
    return set_interest(crowd, client);
}

static bool open_client(struct crowd *crowd, struct client *client) {
    wire_close(crowd->loop, &client->wire);
    if (mtproto_client_new(crowd->config, &client->wire.transport) != MTPROTO_OK)
        return fail(crowd, "no transport");
    client->wire.watch = (struct watch){.socket = connect_from(crowd), .owner = client};
    if (client->wire.watch.socket < 0)
        return fail(crowd, "no socket, or no port for it: see ulimit -n, net.ipv4.ip_local_port_range");
    client->connecting = true;
    return send_burst(crowd, client, CROWD_FIRST_PAYLOAD, 1);
}

static bool take_events(struct crowd *crowd, struct client *client) {
    mtproto_event events[WIRE_EVENTS];
    for (;;) {
        size_t count = 0;
        events[0].struct_size = sizeof events[0];
        mtproto_status status =
            mtproto_transport_pull_events(client->wire.transport, events, WIRE_EVENTS, &count);
        if (status == MTPROTO_NO_EVENT) return true;
        if (status != MTPROTO_OK) return fail(crowd, mtproto_status_text(status));
        for (size_t i = 0; i < count; i++) {
            if (events[i].kind == MTPROTO_EVENT_CONNECTED) continue;
            if (events[i].kind != MTPROTO_EVENT_PAYLOAD || client->awaited == 0 ||
                memcmp(events[i].data, payload, CROWD_FIRST_PAYLOAD) != 0)
                return fail(crowd, "what came back is not what was sent");
            client->awaited--;
            crowd->echoed++;
        }
    }
}

static bool let_next_go(struct crowd *crowd) {
    struct client *client = take_first(crowd);
    return client == NULL || send_burst(crowd, client, crowd->size, crowd->window);
}

static bool serve(struct crowd *crowd, struct client *client) {
    struct wire *wire = &client->wire;
    if (client->connecting && net_connect_error(wire->watch.socket) != 0)
        return fail(crowd, "a connection was refused");
    client->connecting = false;
    if ((wire->watch.ready & ~POLLOUT) != 0) {
        size_t before = client->awaited;
        if (!wire_read(wire, READ_AT_LEAST)) return fail(crowd, "a connection broke");
        if (!take_events(crowd, client)) return false;
        if (before > 0 && client->awaited == 0) {
            line_up(crowd, client);
            if (crowd->going && !let_next_go(crowd)) return false;
        }
    }
    if (!wire_write(wire)) return fail(crowd, "a connection broke while it was written to");
    return set_interest(crowd, client);
}

/* ---- all of them ---- */

static bool turn(struct crowd *crowd) {
    struct watch **ready = NULL;
    int count = loop_wait(crowd->loop, PATIENCE_MILLISECONDS, &ready);
    if (count <= 0) return fail(crowd, "nothing happened for ten seconds");
    for (int i = 0; i < count; i++)
        if (!serve(crowd, ready[i]->owner)) return false;
    return true;
}

bool crowd_open(struct crowd *crowd, size_t connections) {
    bool fresh = crowd->first == NULL;
    size_t opened = 0;
    while (opened < connections || crowd->busy > 0) {
        while (opened < connections && crowd->busy < OPENING_AT_ONCE) {
            struct client *client = fresh ? &crowd->clients[opened] : take_first(crowd);
            if (fresh) crowd->busy++;
            if (!open_client(crowd, client)) return false;
            opened++;
        }
        if (!turn(crowd)) return false;
    }
    return true;
}

bool crowd_go(struct crowd *crowd, size_t size, size_t window) {
    size_t active = CROWD_MOST_IN_FLIGHT / (size * window);
    crowd->size = size;
    crowd->window = window;
    crowd->going = true;
    if (active > crowd->count) active = crowd->count;
    while (crowd->busy < active)
        if (!let_next_go(crowd)) return false;
    return true;
}

bool crowd_serve(struct crowd *crowd, int64_t until) {
    while (net_now() < until)
        if (!turn(crowd)) return false;
    return true;
}

bool crowd_halt(struct crowd *crowd) {
    crowd->going = false;
    while (crowd->busy > 0)
        if (!turn(crowd)) return false;
    return true;
}
