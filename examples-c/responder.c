/* mtproto-responder: a poll()-driven server that tells what it is spoken to with.
 *
 * It answers req_pq and req_pq_multi like a data centre, and anything that needs a key with a
 * transport error or a quick ack. This file: the command line, the listening socket, the loop. */
#define _POSIX_C_SOURCE 200809L
#include "common/arguments.h"
#include "common/net.h"
#include "common/proxy_words.h"
#include "responder/answer.h"
#include "responder/connection.h"
#include "responder/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STATUS_DONE = 0, STATUS_USAGE = 1, STATUS_FAILED = 2 };

static const char usage[] =
    "Usage: mtproto-responder [OPTION]...\n"
    "\n"
    "Listens, finds out which transport each client speaks (TCP, fake TLS, WebSocket or HTTP,\n"
    "all at one port), and answers req_pq and req_pq_multi with a resPQ. An encrypted message\n"
    "gets transport error 404, over HTTP as its status. TLS for wss: and https: is not spoken:\n"
    "put a TLS server in front. The first line on stdout is 'listening HOST:PORT'; then comes\n"
    "one line of JSON per event.\n"
    "\n"
    "  --listen HOST:PORT  where to listen, IPv6 in brackets (default 127.0.0.1:0);\n"
    "                      port 0 picks a free one\n"
    "  --secret TEXT       accept this MTProxy secret: 16 bytes, dd and 16 bytes, or ee, 16 bytes\n"
    "                      and a domain, as hexadecimal or base64; may be repeated. Clients\n"
    "                      without a secret stay welcome\n"
    "  --accept-secrets-only\n"
    "                      ... do not: only the secrets are accepted, as a proxy does, and\n"
    "                      neither WebSocket nor HTTP\n"
    "  --path PATH         serve WebSocket and HTTP at this path too; may be repeated\n"
    "  --auth-key FILE     an authorization key, 256 raw bytes: messages encrypted with it are\n"
    "                      checked, and get a quick ack when they ask for one\n"
    "  --echo              send every payload back as it came, instead of an answer\n"
    "  --once              serve one connection, then exit\n"
    "  --help, --version\n"
    "\n"
    "It serves until SIGINT or SIGTERM, which end it with status 0.\n"
    "Exit status: 0 done; 1 wrong usage; 2 it could not listen, or the system refused more.\n"
    "\n"
    "Examples:\n"
    "  mtproto-responder --listen 127.0.0.1:4430\n"
    "  mtproto-responder --secret 00112233445566778899aabbccddeeff --once\n"
    "  mtproto-responder --secret ee00112233445566778899aabbccddeeff6578616d706c652e636f6d\n";

struct settings {
    struct net_endpoint endpoint;
    struct answer_settings answers;
    uint8_t auth_key[MTPROTO_AUTH_KEY_LENGTH];
    bool once;
};

/* ---- the command line ---- */

static void add_secret(struct arguments *arguments, mtproto_config *config, const char *value) {
    mtproto_secret *secret = proxy_words_secret(arguments, "--secret", value);
    if (secret == NULL) return;
    mtproto_status status = mtproto_config_add_parsed_secret(config, secret);
    mtproto_secret_free(secret);
    if (status != MTPROTO_OK) arguments_fail(arguments, "--secret: %s", mtproto_status_text(status));
}

static void read_auth_key(struct arguments *arguments, struct settings *settings, const char *path) {
    const char *problem = NULL;
    if (!read_exactly(path, settings->auth_key, sizeof settings->auth_key, &problem))
        arguments_fail(arguments, "--auth-key %s: %s (a key is %d raw bytes)", path, problem,
                       MTPROTO_AUTH_KEY_LENGTH);
    settings->answers.auth_key = settings->auth_key;
}

static void add_path(struct arguments *arguments, mtproto_config *config, const char *path) {
    mtproto_status status = MTPROTO_ERROR_CONFIG_TARGET;
    if (path[0] == '/') status = mtproto_config_add_path(config, path);
    if (status != MTPROTO_OK)
        arguments_fail(arguments, "--path wants what follows the host, from its slash on");
}

/* One memory of handshakes for all connections, so that none is accepted twice. */
static mtproto_status share_replay_cache(mtproto_config *config) {
    mtproto_replay_cache *cache = mtproto_replay_cache_new(0, 0);
    if (cache == NULL) return MTPROTO_ERROR_OUT_OF_MEMORY;
    mtproto_status status = mtproto_config_set_replay_cache(config, cache);
    mtproto_replay_cache_free(cache); /* the config keeps it */
    return status;
}

/* False: the program ends here, with `*status`. */
static bool read_arguments(int count, char **words, struct settings *settings,
                           mtproto_config *config, int *status) {
    struct arguments arguments = arguments_of("mtproto-responder", count, words);
    const char *value = NULL, *listen_at = "127.0.0.1:0";
    const uint32_t without_secret = MTPROTO_ACCEPT_PLAIN | MTPROTO_ACCEPT_PLAIN_FULL |
                                    MTPROTO_ACCEPT_OBFUSCATED | MTPROTO_ACCEPT_OBFUSCATED_FULL |
                                    MTPROTO_ACCEPT_WEBSOCKET | MTPROTO_ACCEPT_HTTP;
    uint32_t accept = without_secret;
    bool secrets_only = false;
    *status = STATUS_DONE;
    while (arguments_next(&arguments)) {
        if (arguments_flag(&arguments, "--help")) {
            fputs(usage, stdout);
            return false;
        } else if (arguments_flag(&arguments, "--version")) {
            printf("mtproto-responder (libmtproto %s)\n", mtproto_version_string());
            return false;
        } else if (arguments_flag(&arguments, "--echo")) settings->answers.echo = true;
        else if (arguments_flag(&arguments, "--once")) settings->once = true;
        else if (arguments_flag(&arguments, "--accept-secrets-only")) secrets_only = true;
        else if (arguments_option(&arguments, "--listen", &value)) listen_at = value;
        else if (arguments_option(&arguments, "--path", &value)) add_path(&arguments, config, value);
        else if (arguments_option(&arguments, "--auth-key", &value))
            read_auth_key(&arguments, settings, value);
        else if (arguments_option(&arguments, "--secret", &value)) {
            add_secret(&arguments, config, value);
            accept |= MTPROTO_ACCEPT_SECRET;
        } else arguments_unknown(&arguments);
    }
    if (!arguments.failed && !net_parse_endpoint(listen_at, &settings->endpoint))
        arguments_fail(&arguments, "--listen wants HOST:PORT, an IPv6 address in brackets");
    if (secrets_only && (accept & MTPROTO_ACCEPT_SECRET) == 0)
        arguments_fail(&arguments, "--accept-secrets-only: which --secret?");
    if (secrets_only) accept = MTPROTO_ACCEPT_SECRET;
    mtproto_status refusal = mtproto_config_set_accept(config, accept);
    if (refusal == MTPROTO_OK) refusal = share_replay_cache(config);
    if (refusal != MTPROTO_OK) arguments_fail(&arguments, "%s", mtproto_status_text(refusal));
    *status = STATUS_USAGE;
    return !arguments.failed;
}

/* ---- signals: a byte in a pipe, so that poll() wakes up whenever one comes ---- */

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

/* ---- the loop ---- */

#define ACCEPTS_PER_TURN 64 /* then those that are connected get their turn */
#define CROWDED_MILLISECONDS 100
#define CHECK_MILLISECONDS 1000

enum { SIGNAL_ITEM = 0, LISTENER_ITEM = 1, FIRST_CONNECTION_ITEM = 2 };

struct server {
    struct settings *settings;
    const mtproto_config *config;
    int listener;          /* -1: no more connections are wanted */
    int64_t crowded_until; /* the system had no socket left for us: until then none is accepted */
    struct connection **connections;
    struct pollfd *items; /* one per connection, after the two of its own */
    size_t count, room;
};

static bool make_room(struct server *server) {
    if (server->count < server->room) return true;
    size_t room = server->room == 0 ? 16 : 2 * server->room;
    struct connection **connections =
        realloc(server->connections, room * sizeof server->connections[0]);
    if (connections == NULL) return false;
    server->connections = connections;
    struct pollfd *items =
        realloc(server->items, (FIRST_CONNECTION_ITEM + room) * sizeof server->items[0]);
    if (items == NULL) return false;
    server->items = items;
    server->room = room;
    return true;
}

static void accept_clients(struct server *server) {
    for (int turn = 0; turn < ACCEPTS_PER_TURN && server->listener >= 0; turn++) {
        struct sockaddr_storage address;
        socklen_t length = sizeof address;
        char peer[NET_ADDRESS_LENGTH];
        bool room = make_room(server);
        int client = room ? accept(server->listener, (struct sockaddr *)&address, &length) : -1;
        if (client < 0 && room && (errno == EINTR || errno == ECONNABORTED)) continue;
        if (client < 0 && room && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (client < 0) {
            /* Out of descriptors or memory: the client stays in the queue, and poll() would report
             * it without end, so the listener is left alone for a moment. */
            server->crowded_until = net_now() + (int64_t)CROWDED_MILLISECONDS * 1000;
            return;
        }
        net_address_text(&address, length, peer);
        if (!net_prepare(client)) {
            close(client);
            continue;
        }
        struct connection *connection = connection_open(client, peer, server->config);
        if (connection == NULL) continue;
        server->connections[server->count++] = connection;
        if (server->settings->once) {
            close(server->listener);
            server->listener = -1;
        }
    }
}

static void forget(struct server *server, size_t index, const char *reason) {
    connection_close(server->connections[index], reason);
    server->connections[index] = server->connections[--server->count];
    server->crowded_until = 0;
}

/* Serves until a signal comes or, with --once, until the one connection ends. */
static bool serve(struct server *server) {
    while (server->listener >= 0 || server->count > 0) {
        size_t polled = server->count;
        int patience = -1;
        struct pollfd *items = server->items;
        items[SIGNAL_ITEM] = (struct pollfd){.fd = signal_pipe[0], .events = POLLIN};
        items[LISTENER_ITEM] = (struct pollfd){.fd = server->listener, .events = POLLIN};
        for (size_t i = 0; i < polled; i++) {
            const struct connection *connection = server->connections[i];
            items[FIRST_CONNECTION_ITEM + i] = (struct pollfd){
                .fd = connection->socket, .events = connection_interest(connection)};
            if (connection->until != 0) patience = CHECK_MILLISECONDS;
        }
        if (server->crowded_until > net_now()) {
            items[LISTENER_ITEM].fd = -1; /* poll() skips it */
            patience = CROWDED_MILLISECONDS;
        }
        int ready = poll(items, (nfds_t)(FIRST_CONNECTION_ITEM + polled), patience);
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0) {
            perror("mtproto-responder: poll");
            return false;
        }
        if (items[SIGNAL_ITEM].revents != 0) return true;

        for (size_t i = polled; i-- > 0;) { /* backwards: forget() moves the last one here */
            struct connection *connection = server->connections[i];
            short revents = items[FIRST_CONNECTION_ITEM + i].revents;
            if (revents != 0) connection_serve(connection, revents, &server->settings->answers);
            connection_check_time(connection, net_now());
            if (connection->over) forget(server, i, "error");
        }
        if (items[LISTENER_ITEM].revents != 0) accept_clients(server);
    }
    return true;
}

static int run(struct settings *settings, const mtproto_config *config) {
    struct server server = {.settings = settings, .config = config, .listener = -1};
    char address[NET_ADDRESS_LENGTH];
    const char *problem = "out of memory";
    if (make_room(&server))
        server.listener = net_listen(&settings->endpoint, address, &problem);
    bool served = false;
    if (server.listener < 0) {
        fprintf(stderr, "mtproto-responder: cannot listen at %s:%s: %s\n", settings->endpoint.host,
                settings->endpoint.port, problem);
    } else {
        log_listening(address);
        served = serve(&server);
    }
    while (server.count > 0) forget(&server, server.count - 1, "shutdown");
    if (server.listener >= 0) close(server.listener);
    free(server.connections);
    free(server.items);
    return served ? STATUS_DONE : STATUS_FAILED;
}

int main(int count, char **words) {
    struct settings settings;
    memset(&settings, 0, sizeof settings);
    mtproto_config *config = mtproto_config_new();
    if (config == NULL) {
        fputs("mtproto-responder: out of memory\n", stderr);
        return STATUS_FAILED;
    }
    int status = STATUS_DONE;
    if (read_arguments(count, words, &settings, config, &status)) {
        status = STATUS_FAILED;
        if (prepare_signals()) status = run(&settings, config);
        else perror("mtproto-responder");
    }
    wipe(settings.auth_key, sizeof settings.auth_key);
    mtproto_config_free(config);
    for (size_t end = 0; end < 2; end++)
        if (signal_pipe[end] >= 0) close(signal_pipe[end]);
    return status;
}
