/* The command line of the responder. */
#include "options.h"

#include "../common/arguments.h"
#include "../common/proxy_words.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_IDLE ((int64_t)300 * 1000 * 1000)

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
    "  --idle SECONDS      close a connection on which no byte comes or goes for so long\n"
    "                      (default 300)\n"
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

static void read_auth_key(struct arguments *arguments, struct responder_options *options,
                          const char *path) {
    const char *problem = NULL;
    if (!read_exactly(path, options->auth_key, sizeof options->auth_key, &problem))
        arguments_fail(arguments, "--auth-key %s: %s (a key is %d raw bytes)", path, problem,
                       MTPROTO_AUTH_KEY_LENGTH);
    options->answers.auth_key = options->auth_key;
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

static void read_word(struct arguments *arguments, struct responder_options *options,
                      uint32_t *accept, bool *secrets_only) {
    const char *value = NULL;
    if (arguments_flag(arguments, "--echo")) options->answers.echo = true;
    else if (arguments_flag(arguments, "--once")) options->once = true;
    else if (arguments_flag(arguments, "--accept-secrets-only")) *secrets_only = true;
    else if (arguments_option(arguments, "--listen", &value)) {
        if (!net_parse_endpoint(value, &options->listen))
            arguments_fail(arguments, "--listen wants HOST:PORT, an IPv6 address in brackets");
    } else if (arguments_option(arguments, "--path", &value))
        add_path(arguments, options->servers, value);
    else if (arguments_option(arguments, "--auth-key", &value))
        read_auth_key(arguments, options, value);
    else if (arguments_option(arguments, "--secret", &value)) {
        if (proxy_words_add_secret(arguments, options->servers, value))
            *accept |= MTPROTO_ACCEPT_SECRET;
    } else if (arguments_option(arguments, "--idle", &value)) {
        if (!parse_seconds(value, &options->idle))
            arguments_fail(arguments, "--idle wants a number of seconds above 0");
    } else arguments_unknown(arguments);
}

bool responder_read_options(int count, char **words, struct responder_options *options,
                            int *status) {
    struct arguments arguments = arguments_of("mtproto-responder", count, words);
    const uint32_t without_secret = MTPROTO_ACCEPT_PLAIN | MTPROTO_ACCEPT_PLAIN_FULL |
                                    MTPROTO_ACCEPT_OBFUSCATED | MTPROTO_ACCEPT_OBFUSCATED_FULL |
                                    MTPROTO_ACCEPT_WEBSOCKET | MTPROTO_ACCEPT_HTTP;
    uint32_t accept = without_secret;
    bool secrets_only = false;
    memset(options, 0, sizeof *options);
    options->listen = (struct net_endpoint){.host = "127.0.0.1", .port = "0"};
    options->idle = DEFAULT_IDLE;
    options->servers = mtproto_config_new();
    *status = RESPONDER_FAILED;
    if (options->servers == NULL) {
        fputs("mtproto-responder: out of memory\n", stderr);
        return false;
    }
    *status = RESPONDER_DONE;
    while (arguments_next(&arguments)) {
        if (arguments_about(&arguments, usage, mtproto_version_string())) return false;
        read_word(&arguments, options, &accept, &secrets_only);
    }
    if (secrets_only && (accept & MTPROTO_ACCEPT_SECRET) == 0)
        arguments_fail(&arguments, "--accept-secrets-only: which --secret?");
    if (secrets_only) accept = MTPROTO_ACCEPT_SECRET;
    mtproto_status refusal = mtproto_config_set_accept(options->servers, accept);
    if (refusal == MTPROTO_OK) refusal = share_replay_cache(options->servers);
    if (refusal != MTPROTO_OK) arguments_fail(&arguments, "%s", mtproto_status_text(refusal));
    *status = RESPONDER_USAGE;
    return !arguments.failed;
}

void responder_free_options(struct responder_options *options) {
    wipe(options->auth_key, sizeof options->auth_key);
    mtproto_config_free(options->servers);
}
