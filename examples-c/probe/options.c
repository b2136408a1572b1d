/* The command line of the probe. */
#include "options.h"

#include "../common/arguments.h"
#include "../common/proxy_words.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "Usage: mtproto-probe [OPTION]... HOST:PORT\n"
    "       mtproto-probe [OPTION]... LINK\n"
    "       mtproto-probe --list-endpoints DC\n"
    "\n"
    "Connects to an MTProto server or proxy, sends req_pq_multi, and tells what came back.\n"
    "LINK is one to an MTProxy: tg://proxy?... or https://t.me/proxy?...\n"
    "\n"
    "  --envelope NAME    abridged, intermediate, padded or full (default padded)\n"
    "  --plain            without obfuscation; data centres want this with 'full'\n"
    "  --dc N             data centre named in the obfuscation (default 2)\n"
    "  --media            ... as a media data centre\n"
    "  --test             ... of the test network\n"
    "  --secret TEXT      MTProxy secret, hexadecimal or base64: 16 bytes; dd and 16 bytes,\n"
    "                     padded; ee, 16 bytes and a domain, padded in fake TLS\n"
    "  --websocket [PATH] open a WebSocket at this path first (default /apiws): plain, as ws://. The\n"
    "                     TLS of wss:// is an app's own; the probe has none\n"
    "  --http [PATH]      send each packet in an HTTP request to this path (default /api): plain, as\n"
    "                     http://. No envelope, no obfuscation, no quick acks\n"
    "  --host NAME        what the Host field of the two says (default: the server as it was given)\n"
    "  --tls-profile NAME whose hello to send under fake TLS: chrome, safari or classic\n"
    "                     (default chrome; old proxies know classic only)\n"
    "  --no-diagnose      when a real site answers the hello: do not find out, by up to 41\n"
    "                     more hellos, whether a clock is off\n"
    "  --quick-ack        after the resPQ, send an encrypted ping and wait for its quick ack;\n"
    "                     without --auth-key under a random key, which a data centre answers\n"
    "                     with transport error 404\n"
    "  --auth-key FILE    authorization key for --quick-ack, 256 raw bytes\n"
    "  --unknown-key      after the resPQ, send an encrypted message under a random key and wait for\n"
    "                     the transport error: 404 is what a data centre answers\n"
    "  --list-endpoints DC\n"
    "                     connect to nobody: print the addresses and URIs of a data centre that the\n"
    "                     library knows, with --media and --test as above\n"
    "  --timeout SECONDS  for everything together (default 10)\n"
    "  --json             print one JSON object\n"
    "  --verbose          tell each step on stderr\n"
    "  --help, --version\n"
    "\n"
    "Exit status: 0 a valid resPQ with our nonce (and our quick ack, if asked for);\n"
    "1 wrong usage; 2 not connected, or closed before the answer; 3 transport error;\n"
    "4 wrong answer or broken protocol; 5 timeout; 6 the system refused something.\n"
    "\n"
    "Examples:\n"
    "  mtproto-probe 149.154.167.51:443\n"
    "  mtproto-probe --envelope full --plain '[2001:67c:4e8:f002::a]:443'\n"
    "  mtproto-probe --websocket 149.154.167.51:80\n"
    "  mtproto-probe --http /api --host venus.web.telegram.org 127.0.0.1:8080\n"
    "  mtproto-probe 'https://t.me/proxy?server=proxy.example&port=443&secret=dd0011...'\n"
    "  mtproto-probe --secret 00112233445566778899aabbccddeeff --dc 4 --media proxy.example:443\n";

static void read_envelope(struct arguments *arguments, const char *value, int32_t *envelope) {
    static const struct {
        const char *name;
        int32_t envelope;
    } names[] = {
        {"abridged", MTPROTO_ENVELOPE_ABRIDGED},
        {"intermediate", MTPROTO_ENVELOPE_INTERMEDIATE},
        {"padded", MTPROTO_ENVELOPE_PADDED_INTERMEDIATE},
        {"padded_intermediate", MTPROTO_ENVELOPE_PADDED_INTERMEDIATE},
        {"full", MTPROTO_ENVELOPE_FULL},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(value, names[i].name) != 0) continue;
        *envelope = names[i].envelope;
        return;
    }
    arguments_fail(arguments, "--envelope wants abridged, intermediate, padded or full");
}

static void read_auth_key(struct arguments *arguments, const char *path,
                          struct probe_options *options) {
    const char *problem = NULL;
    options->has_auth_key = true;
    if (!read_exactly(path, options->auth_key, sizeof options->auth_key, &problem))
        arguments_fail(arguments, "--auth-key %s: %s (a key is %d raw bytes)", path, problem,
                       MTPROTO_AUTH_KEY_LENGTH);
}

static void read_tls_profile(struct arguments *arguments, const char *value, int32_t *profile) {
    if (strcmp(value, "chrome") == 0) *profile = MTPROTO_TLS_PROFILE_CHROME;
    else if (strcmp(value, "safari") == 0) *profile = MTPROTO_TLS_PROFILE_SAFARI;
    else if (strcmp(value, "classic") == 0) *profile = MTPROTO_TLS_PROFILE_CLASSIC;
    else arguments_fail(arguments, "--tls-profile wants chrome, safari or classic");
}

static void take_secret(struct arguments *arguments, struct probe_options *options,
                        mtproto_secret *secret) {
    if (options->secret != NULL) arguments_fail(arguments, "one secret is enough: a link has one");
    mtproto_secret_free(options->secret);
    options->secret = secret;
}

static void read_endpoint(struct arguments *arguments, struct probe_options *options) {
    if (options->endpoint.port[0] != '\0') arguments_unknown(arguments);
    else if (proxy_words_is_link(arguments->word))
        take_secret(arguments, options,
                    proxy_words_link(arguments, arguments->word, &options->endpoint));
    else if (!net_parse_endpoint(arguments->word, &options->endpoint))
        arguments_fail(arguments,
                       "the server is given as HOST:PORT, an IPv6 address in brackets, or as a link");
}

/* A path is given from its slash on, so it cannot be taken for HOST:PORT, nor the reverse. */
static bool read_carrier(struct arguments *arguments, struct probe_options *options) {
    const char *path = NULL;
    int32_t carrier = 0;
    if (arguments_optional(arguments, "--websocket", '/', &path)) carrier = MTPROTO_CARRIER_WEBSOCKET;
    else if (arguments_optional(arguments, "--http", '/', &path)) carrier = MTPROTO_CARRIER_HTTP;
    else return false;
    if (options->carrier != MTPROTO_CARRIER_TCP && options->carrier != carrier)
        arguments_fail(arguments, "--websocket or --http: only one of them can be spoken");
    if (path != NULL && path[0] != '/')
        arguments_fail(arguments, "a path begins with a slash: /apiws, /api");
    options->carrier = carrier;
    if (path == NULL) path = carrier == MTPROTO_CARRIER_HTTP ? "/api" : "/apiws";
    options->path = path;
    return true;
}

static void read_host(struct arguments *arguments, const char *value,
                      struct probe_options *options) {
    if (value[0] == '\0' || strlen(value) >= sizeof options->host)
        arguments_fail(arguments, "--host wants a name, perhaps with a port");
    else memcpy(options->host, value, strlen(value) + 1);
}

static void read_value(struct arguments *arguments, struct probe_options *options) {
    const char *value = NULL;
    long number = 0;
    if (read_carrier(arguments, options)) return;
    if (arguments_option(arguments, "--envelope", &value)) {
        options->envelope_given = true;
        read_envelope(arguments, value, &options->envelope);
    } else if (arguments_option(arguments, "--host", &value))
        read_host(arguments, value, options);
    else if (arguments_option(arguments, "--list-endpoints", &value)) {
        if (parse_integer(value, 1, 9999, &number)) options->list_dc = (int32_t)number;
        else arguments_fail(arguments, "--list-endpoints wants a data centre's number, from 1");
    } else if (arguments_option(arguments, "--dc", &value)) {
        if (parse_integer(value, 1, 9999, &number)) options->dc = (int32_t)number;
        else arguments_fail(arguments, "--dc wants a number from 1; see --media and --test");
    } else if (arguments_option(arguments, "--secret", &value))
        take_secret(arguments, options, proxy_words_secret(arguments, "--secret", value));
    else if (arguments_option(arguments, "--tls-profile", &value))
        read_tls_profile(arguments, value, &options->tls_profile);
    else if (arguments_option(arguments, "--unix-time-offset", &value)) { /* for tests: not in --help */
        if (parse_integer(value, -1000000000, 1000000000, &number)) options->clock_offset = number;
        else arguments_fail(arguments, "--unix-time-offset wants a number of seconds");
    } else if (arguments_option(arguments, "--auth-key", &value))
        read_auth_key(arguments, value, options);
    else if (arguments_option(arguments, "--timeout", &value)) {
        if (!parse_seconds(value, &options->timeout))
            arguments_fail(arguments, "--timeout wants a number of seconds above 0");
    } else if (!arguments->failed) {
        if (arguments->word[0] == '-') arguments_unknown(arguments);
        else read_endpoint(arguments, options);
    }
}

/* What would go over the wire, and what would not, is said here in the words of the options. */
static void check_carrier(struct arguments *arguments, const struct probe_options *options) {
    if (options->carrier == MTPROTO_CARRIER_TCP) {
        if (options->host[0] != '\0')
            arguments_fail(arguments, "--host is only used with --websocket and --http");
        return;
    }
    if (probe_speaks_fake_tls(options))
        arguments_fail(arguments, "a secret with a domain is spoken in fake TLS, not with this");
    if (options->carrier == MTPROTO_CARRIER_WEBSOCKET) {
        if (!options->obfuscated)
            arguments_fail(arguments, "a WebSocket carries obfuscated streams only: not with --plain");
        return;
    }
    if (options->envelope_given || !options->obfuscated || options->secret != NULL)
        arguments_fail(arguments, "HTTP carries packets as they are: leave --envelope, --plain and "
                                  "--secret out");
    if (options->quick_ack) arguments_fail(arguments, "HTTP has no quick acks");
}

/* The Host field of the address: with the port, unless it is HTTP's own. */
static void fill_host(struct probe_options *options) {
    const struct net_endpoint *endpoint = &options->endpoint;
    bool bare_ipv6 = strchr(endpoint->host, ':') != NULL, own = strcmp(endpoint->port, "80") == 0;
    if (options->host[0] != '\0') return;
    snprintf(options->host, sizeof options->host, bare_ipv6 ? "[%s]%s%s" : "%s%s%s", endpoint->host,
             own ? "" : ":", own ? "" : endpoint->port);
}

static void check_together(struct arguments *arguments, const struct probe_options *options) {
    if (options->list_dc != 0) return;
    if (options->endpoint.port[0] == '\0') arguments_fail(arguments, "which HOST:PORT?");
    check_carrier(arguments, options);
    if (options->secret != NULL && !options->obfuscated)
        arguments_fail(arguments, "a secret is part of the obfuscation: not with --plain");
    if (options->secret != NULL && mtproto_secret_form(options->secret) != MTPROTO_SECRET_PLAIN &&
        options->envelope != MTPROTO_ENVELOPE_PADDED_INTERMEDIATE)
        arguments_fail(arguments, "this secret wants the padded envelope: leave --envelope out");
    if (options->quick_ack && options->envelope == MTPROTO_ENVELOPE_FULL)
        arguments_fail(arguments, "the full envelope has no quick acks");
    if (options->unknown_key && options->quick_ack)
        arguments_fail(arguments, "--unknown-key or --quick-ack: only one of them is sent");
    if (options->has_auth_key && !options->quick_ack)
        arguments_fail(arguments, "--auth-key is only used with --quick-ack");
}

bool probe_read_options(int count, char **words, struct probe_options *options, int *status) {
    struct arguments arguments = arguments_of("mtproto-probe", count, words);
    memset(options, 0, sizeof *options);
    options->carrier = MTPROTO_CARRIER_TCP;
    options->envelope = MTPROTO_ENVELOPE_PADDED_INTERMEDIATE;
    options->obfuscated = true;
    options->dc = 2;
    options->timeout = (int64_t)10 * 1000000;
    options->diagnose = true;
    *status = PROBE_OK;
    while (arguments_next(&arguments)) {
        if (arguments_about(&arguments, usage, mtproto_version_string())) return false;
        if (arguments_flag(&arguments, "--plain")) options->obfuscated = false;
        else if (arguments_flag(&arguments, "--media")) options->dc_flags |= MTPROTO_DC_MEDIA;
        else if (arguments_flag(&arguments, "--test")) options->dc_flags |= MTPROTO_DC_TEST;
        else if (arguments_flag(&arguments, "--no-diagnose")) options->diagnose = false;
        else if (arguments_flag(&arguments, "--quick-ack")) options->quick_ack = true;
        else if (arguments_flag(&arguments, "--unknown-key")) options->unknown_key = true;
        else if (arguments_flag(&arguments, "--json")) options->json = true;
        else if (arguments_flag(&arguments, "--verbose")) options->verbose = true;
        else read_value(&arguments, options);
    }
    if (!arguments.failed) check_together(&arguments, options);
    fill_host(options);
    *status = PROBE_USAGE;
    return !arguments.failed;
}

void probe_free_options(struct probe_options *options) {
    mtproto_secret_free(options->secret);
    wipe(options->auth_key, sizeof options->auth_key);
}

bool probe_speaks_fake_tls(const struct probe_options *options) {
    return mtproto_secret_form(options->secret) == MTPROTO_SECRET_FAKE_TLS;
}

int32_t probe_carrier(const struct probe_options *options) {
    return probe_speaks_fake_tls(options) ? MTPROTO_CARRIER_FAKE_TLS : options->carrier;
}
