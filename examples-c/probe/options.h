/* What the probe was asked to do. */
#ifndef EXAMPLES_PROBE_OPTIONS_H
#define EXAMPLES_PROBE_OPTIONS_H

#include "../common/net.h"

#include <mtproto.h>

/* Exit statuses; a script may rely on them. */
enum probe_status {
    PROBE_OK = 0,
    PROBE_USAGE = 1,
    PROBE_NOT_CONNECTED = 2,
    PROBE_TRANSPORT_ERROR = 3,
    PROBE_WRONG_ANSWER = 4,
    PROBE_TIMED_OUT = 5,
    PROBE_LOCAL_FAILURE = 6
};

struct probe_options {
    struct net_endpoint endpoint;
    int32_t carrier;  /* MTPROTO_CARRIER_*, as it was asked for; fake TLS comes with the secret */
    const char *path; /* WebSocket and HTTP: a word of the command line, or the default */
    char host[256 + 16]; /* ... and what the Host field says */
    int32_t envelope;
    bool envelope_given;
    bool obfuscated;
    mtproto_secret *secret; /* NULL: none. To be freed by probe_free_options */
    int32_t tls_profile;
    int32_t dc;
    uint32_t dc_flags;
    bool quick_ack;
    bool unknown_key;
    bool has_auth_key;
    uint8_t auth_key[MTPROTO_AUTH_KEY_LENGTH];
    int64_t timeout; /* microseconds */
    bool diagnose;
    int64_t clock_offset; /* added to this computer's clock, in seconds */
    int32_t list_dc; /* 0: the endpoints of no data centre are asked for */
    bool json;
    bool verbose;
};

/* False: the program ends here, with `*status`. */
bool probe_read_options(int count, char **words, struct probe_options *options, int *status);

void probe_free_options(struct probe_options *options);

/* Whether the secret asks for fake TLS. */
bool probe_speaks_fake_tls(const struct probe_options *options);

/* One of MTPROTO_CARRIER_*. */
int32_t probe_carrier(const struct probe_options *options);

#endif
