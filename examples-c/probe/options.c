/* The command line of the probe. */
#include "options.h"

#include "../common/arguments.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "Usage: mtproto-probe [OPTION]... HOST:PORT\n"
    "\n"
    "Connects to an MTProto server, sends req_pq_multi, and tells what came back.\n"
    "\n"
    "  --envelope NAME    abridged, intermediate, padded or full (default padded)\n"
    "  --plain            without obfuscation; data centres want this with 'full'\n"
    "  --dc N             data centre named in the obfuscation (default 2)\n"
    "  --media            ... as a media data centre\n"
    "  --test             ... of the test network\n"
    "  --secret HEX       MTProxy secret, 32 hexadecimal digits\n"
    "  --quick-ack        after the resPQ, send an encrypted ping and wait for its quick ack;\n"
    "                     without --auth-key under a random key, which a data centre answers\n"
    "                     with transport error 404\n"
    "  --auth-key FILE    authorization key for --quick-ack, 256 raw bytes\n"
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

static void read_endpoint(struct arguments *arguments, struct probe_options *options) {
    if (options->endpoint.port[0] != '\0') arguments_unknown(arguments);
    else if (!net_parse_endpoint(arguments->word, &options->endpoint))
        arguments_fail(arguments, "the server is given as HOST:PORT, an IPv6 address in brackets");
}

static void read_value(struct arguments *arguments, struct probe_options *options) {
    const char *value = NULL;
    long number = 0;
    if (arguments_option(arguments, "--envelope", &value))
        read_envelope(arguments, value, &options->envelope);
    else if (arguments_option(arguments, "--dc", &value)) {
        if (parse_integer(value, 1, 9999, &number)) options->dc = (int32_t)number;
        else arguments_fail(arguments, "--dc wants a number from 1; see --media and --test");
    } else if (arguments_option(arguments, "--secret", &value)) {
        options->has_secret = true;
        if (!parse_hexadecimal(value, options->secret, sizeof options->secret))
            arguments_fail(arguments, "a secret is %d hexadecimal digits", 2 * MTPROTO_SECRET_LENGTH);
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

static void check_together(struct arguments *arguments, const struct probe_options *options) {
    if (options->endpoint.port[0] == '\0') arguments_fail(arguments, "which HOST:PORT?");
    if (options->has_secret && !options->obfuscated)
        arguments_fail(arguments, "--secret is part of the obfuscation: not with --plain");
    if (options->quick_ack && options->envelope == MTPROTO_ENVELOPE_FULL)
        arguments_fail(arguments, "the full envelope has no quick acks");
    if (options->has_auth_key && !options->quick_ack)
        arguments_fail(arguments, "--auth-key is only used with --quick-ack");
}

bool probe_read_options(int count, char **words, struct probe_options *options, int *status) {
    struct arguments arguments = arguments_of("mtproto-probe", count, words);
    memset(options, 0, sizeof *options);
    options->envelope = MTPROTO_ENVELOPE_PADDED_INTERMEDIATE;
    options->obfuscated = true;
    options->dc = 2;
    options->timeout = (int64_t)10 * 1000000;
    *status = PROBE_OK;
    while (arguments_next(&arguments)) {
        if (arguments_flag(&arguments, "--help")) {
            fputs(usage, stdout);
            return false;
        } else if (arguments_flag(&arguments, "--version")) {
            printf("mtproto-probe (libmtproto %s)\n", mtproto_version_string());
            return false;
        } else if (arguments_flag(&arguments, "--plain")) options->obfuscated = false;
        else if (arguments_flag(&arguments, "--media")) options->dc_flags |= MTPROTO_DC_MEDIA;
        else if (arguments_flag(&arguments, "--test")) options->dc_flags |= MTPROTO_DC_TEST;
        else if (arguments_flag(&arguments, "--quick-ack")) options->quick_ack = true;
        else if (arguments_flag(&arguments, "--json")) options->json = true;
        else if (arguments_flag(&arguments, "--verbose")) options->verbose = true;
        else read_value(&arguments, options);
    }
    if (!arguments.failed) check_together(&arguments, options);
    *status = PROBE_USAGE;
    return !arguments.failed;
}
