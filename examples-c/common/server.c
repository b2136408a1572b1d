/* A server of many clients: a listening socket on a loop, until a signal ends it. */
#define _POSIX_C_SOURCE 200809L
#include "server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ACCEPTS_PER_TURN 64 /* then those that are connected get their turn */
#define CROWDED_MICROSECONDS ((int64_t)100 * 1000)
#define TICK_MILLISECONDS 1000

struct server {
    const struct server_program *program;
    struct loop *loop;
    struct watch listener, signals; /* without an owner; listener: -1 when no more clients are wanted */
    struct server_client *clients;  /* all of them */
    size_t count;
    int64_t crowded_until; /* the system had no socket left for us: until then none is accepted */
    int64_t next_tick;
};

/* ---- signals: a byte in a pipe, so that the loop wakes up whenever one comes ---- */

static int signal_pipe[2] = {-1, -1};

static void on_signal(int number) {
    int kept = errno;
    uint8_t byte = (uint8_t)number;
    if (write(signal_pipe[1], &byte, 1) < 0) { /* full: it has been said already */ }
    errno = kept;
}

static bool prepare_signals(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    return net_ignore_broken_pipes() && pipe(signal_pipe) == 0 && net_prepare(signal_pipe[0]) &&
           net_prepare(signal_pipe[1]) && sigaction(SIGINT, &action, NULL) == 0 &&
           sigaction(SIGTERM, &action, NULL) == 0;
}

/* ---- the clients ---- */

static void add(struct server *server, struct server_client *client) {
    client->next = server->clients;
    client->link = &server->clients;
    if (client->next != NULL) client->next->link = &client->next;
    server->clients = client;
    server->count++;
}

static void forget(struct server *server, struct server_client *client, const char *reason) {
    *client->link = client->next;
    if (client->next != NULL) client->next->link = client->link;
    server->count--;
    server->crowded_until = 0;
    server->program->close(client, reason);
}

static void stop_listening(struct server *server) {
    if (server->listener.socket < 0) return;
    (void)loop_watch(server->loop, &server->listener, 0);
    close(server->listener.socket);
    server->listener.socket = -1;
}

static bool has_room(const struct server *server) {
    size_t most = server->program->most_clients;
    return server->listener.socket >= 0 && (most == 0 || server->count < most);
}

static void accept_clients(struct server *server) {
    for (int turn = 0; turn < ACCEPTS_PER_TURN && has_room(server); turn++) {
        struct sockaddr_storage address;
        socklen_t length = sizeof address;
        char peer[NET_ADDRESS_LENGTH];
        int socket = accept(server->listener.socket, (struct sockaddr *)&address, &length);
        if (socket < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
        if (socket < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (socket < 0) {
            /* Out of descriptors or memory: the client stays in the queue, and would be reported
             * without end, so the listener is left alone for a moment. */
            server->crowded_until = net_now() + CROWDED_MICROSECONDS;
            return;
        }
        if (!net_prepare(socket)) {
            close(socket);
            continue;
        }
        net_address_text(&address, length, peer);
        struct server_client *client =
            server->program->open(server->program->options, server->loop, socket, peer);
        if (client == NULL) continue;
        add(server, client);
        if (server->program->once) stop_listening(server);
    }
}

/* Once a second: those that are too slow. Also those that are over without having been served. */
static void tick(struct server *server, int64_t now) {
    struct server_client *next = NULL;
    for (struct server_client *client = server->clients; client != NULL; client = next) {
        next = client->next;
        server->program->check_time(client, now);
        if (client->over) forget(server, client, "error");
    }
    server->next_tick = now + (int64_t)TICK_MILLISECONDS * 1000;
}

static void serve_batch(struct server *server, struct watch **ready, int count) {
    for (int i = 0; i < count; i++) {
        struct server_client *client = ready[i]->owner;
        if (client != NULL) server->program->serve(client);
        if (client == NULL || !client->over) continue;
        /* Another socket of it can be in the same batch. */
        for (int later = i + 1; later < count; later++)
            if (ready[later]->owner == client) ready[later] = &server->listener;
        forget(server, client, "error");
    }
}

static bool serve(struct server *server) {
    while (server->listener.socket >= 0 || server->count > 0) {
        struct watch **ready = NULL;
        int64_t now = net_now();
        bool crowded = now < server->crowded_until;
        short interest = has_room(server) && !crowded ? POLLIN : 0;
        if (!loop_watch(server->loop, &server->listener, interest)) return false;
        int patience = server->count > 0 ? TICK_MILLISECONDS : -1;
        if (crowded) patience = (int)(CROWDED_MICROSECONDS / 1000);
        server->listener.ready = server->signals.ready = 0;
        int count = loop_wait(server->loop, patience, &ready);
        if (count < 0) return false;
        serve_batch(server, ready, count);
        if (server->signals.ready != 0) return true;
        if (server->listener.ready != 0) accept_clients(server);
        now = net_now();
        if (now >= server->next_tick) tick(server, now);
    }
    return true;
}

static bool open_server(struct server *server) {
    char address[NET_ADDRESS_LENGTH];
    const char *problem = NULL;
    const struct server_program *program = server->program;
    server->signals.socket = signal_pipe[0];
    if (server->loop == NULL || !loop_watch(server->loop, &server->signals, POLLIN)) {
        perror(program->name);
        return false;
    }
    server->listener.socket = net_listen(program->listen, address, &problem);
    if (server->listener.socket >= 0) {
        program->listening(address);
        return true;
    }
    fprintf(stderr, "%s: cannot listen at %s:%s: %s\n", program->name, program->listen->host,
            program->listen->port, problem);
    return false;
}

bool server_run(const struct server_program *program) {
    struct server server = {.program = program, .listener = {.socket = -1}};
    bool served = false;
    net_raise_descriptor_limit();
    if (!prepare_signals()) perror(program->name);
    else {
        server.loop = loop_new();
        if (open_server(&server)) {
            served = serve(&server);
            if (!served) fprintf(stderr, "%s: waiting: %s\n", program->name, strerror(errno));
        }
        while (server.clients != NULL) forget(&server, server.clients, "shutdown");
        stop_listening(&server);
        loop_free(server.loop);
    }
    for (size_t end = 0; end < 2; end++)
        if (signal_pipe[end] >= 0) close(signal_pipe[end]);
    return served;
}
