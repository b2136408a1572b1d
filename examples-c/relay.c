/* mtproto-relay: a small MTProxy: clients with a secret on one side, data centres on the other.
 *
 * This file: the listening socket and the loop. A session is one client and what it is connected to. */
#define _POSIX_C_SOURCE 200809L
#include "common/arguments.h"
#include "common/net.h"
#include "relay/log.h"
#include "relay/options.h"
#include "relay/session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define ACCEPTS_PER_TURN 64 /* then those that are connected get their turn */
#define CROWDED_MICROSECONDS ((int64_t)100 * 1000)
#define TICK_MILLISECONDS 1000

struct relay {
    const struct relay_options *options;
    struct loop *loop;
    struct watch listener, signals;
    struct session *sessions; /* all of them */
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

/* A session takes two descriptors: ask for as many as the system lets us have. */
static void raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* a refusal only means fewer clients */
}

/* ---- the sessions ---- */

static void add(struct relay *relay, struct session *session) {
    session->next = relay->sessions;
    session->link = &relay->sessions;
    if (session->next != NULL) session->next->link = &session->next;
    relay->sessions = session;
    relay->count++;
}

static void forget(struct relay *relay, struct session *session, const char *reason) {
    *session->link = session->next;
    if (session->next != NULL) session->next->link = session->link;
    relay->count--;
    relay->crowded_until = 0;
    session_close(session, reason);
}

static void accept_clients(struct relay *relay) {
    for (int turn = 0; turn < ACCEPTS_PER_TURN; turn++) {
        struct sockaddr_storage address;
        socklen_t length = sizeof address;
        char peer[NET_ADDRESS_LENGTH];
        if (relay->count >= relay->options->most_connections) return;
        int client = accept(relay->listener.socket, (struct sockaddr *)&address, &length);
        if (client < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
        if (client < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (client < 0) {
            /* Out of descriptors or memory: the client stays in the queue, and would be reported
             * without end, so the listener is left alone for a moment. */
            relay->crowded_until = net_now() + CROWDED_MICROSECONDS;
            return;
        }
        if (!net_prepare(client)) {
            close(client);
            continue;
        }
        net_address_text(&address, length, peer);
        struct session *session = session_open(relay->loop, relay->options, client, peer);
        if (session != NULL) add(relay, session);
    }
}

/* Once a second: those that are too slow. Also those that are over without having been served. */
static void tick(struct relay *relay, int64_t now) {
    struct session *next = NULL;
    for (struct session *session = relay->sessions; session != NULL; session = next) {
        next = session->next;
        session_check_time(session, now);
        if (session->over) forget(relay, session, "error");
    }
    relay->next_tick = now + (int64_t)TICK_MILLISECONDS * 1000;
}

/* Both sockets of a session can be in one batch, so that it is freed after the batch only. */
static void serve_batch(struct relay *relay, struct watch **ready, int count) {
    for (int i = 0; i < count; i++)
        if (ready[i]->owner != NULL) session_serve(ready[i]->owner);
    for (int i = 0; i < count; i++) {
        struct session *session = ready[i]->owner;
        if (session == NULL || !session->over) continue;
        for (int later = i + 1; later < count; later++)
            if (ready[later]->owner == session) ready[later] = &relay->listener;
        forget(relay, session, "error");
    }
}

static bool serve(struct relay *relay) {
    for (;;) {
        struct watch **ready = NULL;
        int64_t now = net_now();
        bool open = relay->count < relay->options->most_connections && now >= relay->crowded_until;
        if (!loop_watch(relay->loop, &relay->listener, open ? POLLIN : 0)) return false;
        int patience = relay->count > 0 ? TICK_MILLISECONDS : -1;
        if (now < relay->crowded_until) patience = (int)(CROWDED_MICROSECONDS / 1000);
        relay->listener.ready = relay->signals.ready = 0;
        int count = loop_wait(relay->loop, patience, &ready);
        if (count < 0) {
            perror("mtproto-relay: waiting");
            return false;
        }
        serve_batch(relay, ready, count);
        if (relay->signals.ready != 0) return true;
        if (relay->listener.ready != 0) accept_clients(relay);
        now = net_now();
        if (now >= relay->next_tick) tick(relay, now);
    }
}

static int run(const struct relay_options *options) {
    struct relay relay = {.options = options, .listener = {.socket = -1}};
    char address[NET_ADDRESS_LENGTH];
    const char *problem = NULL;
    bool served = false;
    relay.loop = loop_new();
    relay.signals.socket = signal_pipe[0];
    if (relay.loop == NULL || !loop_watch(relay.loop, &relay.signals, POLLIN)) {
        perror("mtproto-relay");
    } else if ((relay.listener.socket = net_listen(&options->listen, address, &problem)) < 0) {
        fprintf(stderr, "mtproto-relay: cannot listen at %s:%s: %s\n", options->listen.host,
                options->listen.port, problem);
    } else {
        log_listening(address);
        served = serve(&relay);
    }
    while (relay.sessions != NULL) forget(&relay, relay.sessions, "shutdown");
    if (relay.listener.socket >= 0) close(relay.listener.socket);
    loop_free(relay.loop);
    return served ? RELAY_DONE : RELAY_FAILED;
}

int main(int count, char **words) {
    struct relay_options options;
    int status = RELAY_DONE;
    if (relay_read_options(count, words, &options, &status)) {
        log_verbose(options.verbose);
        raise_descriptor_limit();
        status = RELAY_FAILED;
        if (prepare_signals()) status = run(&options);
        else perror("mtproto-relay");
    }
    relay_free_options(&options);
    for (size_t end = 0; end < 2; end++)
        if (signal_pipe[end] >= 0) close(signal_pipe[end]);
    return status;
}
