/* What the responder was asked to do. */
#ifndef EXAMPLES_RESPONDER_OPTIONS_H
#define EXAMPLES_RESPONDER_OPTIONS_H

#include "../common/net.h"
#include "answer.h"

/* Exit statuses; a script may rely on them. */
enum responder_status { RESPONDER_DONE = 0, RESPONDER_USAGE = 1, RESPONDER_FAILED = 2 };

struct responder_options {
    struct net_endpoint listen;
    mtproto_config *servers; /* for the clients: secrets, paths, replay cache */
    struct answer_settings answers;
    uint8_t auth_key[MTPROTO_AUTH_KEY_LENGTH];
    int64_t idle; /* microseconds without a byte either way */
    bool once;
};

/* False: the program ends here, with `*status`. */
bool responder_read_options(int count, char **words, struct responder_options *options, int *status);
void responder_free_options(struct responder_options *options);

#endif
