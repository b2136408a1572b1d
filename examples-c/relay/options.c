/* The command line of the relay. */
#include "options.h"

#include "../common/arguments.h"
#include "../common/proxy_words.h"

#include <stdio.h>
#include <string.h>

enum { DEFAULT_MOST_CONNECTIONS = 4096 };

static const char usage[] =
    "Usage: mtproto-relay --secret TEXT --dc N=HOST:PORT [OPTION]...\n"
    "\n"
    "A small MTProxy: accepts clients that know a secret, connects each to the data centre\n"
    "that it names, and relays packets, quick acks and transport errors both ways.\n"
    "The first line on stdout is 'listening HOST:PORT'.\n"
    "\n"
    "  --listen HOST:PORT    where to listen, IPv6 in brackets (default 127.0.0.1:0);\n"
    "                        port 0 picks a free one\n"
    "  --secret TEXT         16 bytes; dd and 16 bytes; ee, 16 bytes and a domain; hexadecimal\n"
    "                        or base64; may be repeated\n"
    "  --dc N=HOST:PORT      where DC N is; may be repeated. N is what clients send: 10002 is DC 2\n"
    "                        of the test network, -4 DC 4 for media. A media DC that is not given\n"
    "                        is the DC of its number; any other one is refused with transport\n"
    "                        error 444\n"
    "  --fallback HOST:PORT  strangers are connected to this site, every byte untouched. Without\n"
    "                        it they are read, and not answered, until they go\n"
    "  --max-connections N   more clients than that wait (default 4096)\n"
    "  --verbose             one line of JSON per event\n"
    "  --help, --version\n"
    "\n"
    "It relays until SIGINT or SIGTERM, which end it with status 0.\n"
    "Exit status: 0 done; 1 wrong usage; 2 it could not listen, or the system refused more.\n"
    "\n"
    "Examples:\n"
    "  mtproto-relay --secret dd00112233445566778899aabbccddeeff --dc 2=149.154.167.51:443\n"
    "  mtproto-relay --secret ee00112233445566778899aabbccddeeff6578616d706c652e636f6d \\\n"
    "      --dc 2=149.154.167.51:443 --fallback example.com:443 --listen 0.0.0.0:443\n";

static void resolve(struct arguments *arguments, const char *option, const char *text,
                    struct net_address *address) {
    struct net_endpoint endpoint;
    const char *problem = NULL;
    if (!net_parse_endpoint(text, &endpoint))
        arguments_fail(arguments, "%s wants HOST:PORT, an IPv6 address in brackets", option);
    else if (!net_resolve(&endpoint, address, &problem))
        arguments_fail(arguments, "%s: %s: %s", option, endpoint.host, problem);
}

static void add_dc(struct arguments *arguments, struct relay_options *options, const char *value) {
    char number[8];
    long parsed = 0;
    int32_t dc = 0;
    uint32_t flags = 0;
    size_t length = strcspn(value, "=");
    struct relay_dc *place = &options->dcs[options->dc_count];
    if (value[length] != '=' || length >= sizeof number) {
        arguments_fail(arguments, "--dc wants N=HOST:PORT");
        return;
    }
    memcpy(number, value, length);
    number[length] = '\0';
    if (!parse_integer(number, -19999, 19999, &parsed) ||
        mtproto_dc_decode((int32_t)parsed, &dc, &flags) != MTPROTO_OK)
        arguments_fail(arguments, "--dc: %s is no DC id", number);
    else if (options->dc_count == RELAY_MOST_DCS)
        arguments_fail(arguments, "more than %d DCs", (int)RELAY_MOST_DCS);
    else {
        place->value = (int32_t)parsed;
        resolve(arguments, "--dc", value + length + 1, &place->address);
        if (arguments->failed) return;
        net_address_text(&place->address.storage, place->address.length, place->text);
        options->dc_count++;
    }
}

static void read_word(struct arguments *arguments, struct relay_options *options, bool *has_secret) {
    const char *value = NULL;
    long number = 0;
    if (arguments_flag(arguments, "--verbose")) options->verbose = true;
    else if (arguments_option(arguments, "--secret", &value))
        *has_secret |= proxy_words_add_secret(arguments, options->servers, value);
    else if (arguments_option(arguments, "--dc", &value)) add_dc(arguments, options, value);
    else if (arguments_option(arguments, "--listen", &value)) {
        if (!net_parse_endpoint(value, &options->listen))
            arguments_fail(arguments, "--listen wants HOST:PORT, an IPv6 address in brackets");
    } else if (arguments_option(arguments, "--fallback", &value)) {
        options->has_fallback = true;
        resolve(arguments, "--fallback", value, &options->fallback);
    } else if (arguments_option(arguments, "--max-connections", &value)) {
        if (parse_integer(value, 1, 1000000, &number)) options->most_connections = (size_t)number;
        else arguments_fail(arguments, "--max-connections wants a number from 1");
    } else if (!arguments->failed) arguments_unknown(arguments);
}

/* What all clients have in common. */
static mtproto_status prepare_servers(mtproto_config *servers) {
    mtproto_replay_cache *cache = mtproto_replay_cache_new(0, 0);
    if (cache == NULL) return MTPROTO_ERROR_OUT_OF_MEMORY;
    mtproto_status status = mtproto_config_set_replay_cache(servers, cache);
    mtproto_replay_cache_free(cache); /* the config keeps it */
    if (status == MTPROTO_OK) status = mtproto_config_set_memory(servers, MTPROTO_MEMORY_SMALL);
    return status;
}

bool relay_read_options(int count, char **words, struct relay_options *options, int *status) {
    struct arguments arguments = arguments_of("mtproto-relay", count, words);
    bool has_secret = false;
    memset(options, 0, sizeof *options);
    options->listen = (struct net_endpoint){.host = "127.0.0.1", .port = "0"};
    options->most_connections = DEFAULT_MOST_CONNECTIONS;
    options->servers = mtproto_config_new();
    *status = RELAY_FAILED;
    if (options->servers == NULL || prepare_servers(options->servers) != MTPROTO_OK) {
        fputs("mtproto-relay: out of memory\n", stderr);
        return false;
    }
    *status = RELAY_DONE;
    while (arguments_next(&arguments)) {
        if (arguments_about(&arguments, usage, mtproto_version_string())) return false;
        read_word(&arguments, options, &has_secret);
    }
    if (!arguments.failed && !has_secret) arguments_fail(&arguments, "which --secret?");
    if (!arguments.failed && options->dc_count == 0) arguments_fail(&arguments, "which --dc?");
    *status = RELAY_USAGE;
    return !arguments.failed;
}

void relay_free_options(struct relay_options *options) {
    mtproto_config_free(options->servers);
}

const struct relay_dc *relay_find_dc(const struct relay_options *options, int32_t value) {
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < options->dc_count; i++)
            if (options->dcs[i].value == value) return &options->dcs[i];
        if (value >= 0) break;
        value = -value;
    }
    return NULL;
}
