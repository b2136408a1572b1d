/* What the probe says to a server, and what came of it. */
#ifndef EXAMPLES_PROBE_CONVERSATION_H
#define EXAMPLES_PROBE_CONVERSATION_H

#include "../common/tl.h"
#include "options.h"

struct probe_report {
    enum probe_status status;
    char failure[256]; /* what went wrong, "" if nothing */
    char address[NET_ADDRESS_LENGTH];
    uint64_t sent, received;                    /* bytes on the wire */
    int64_t connected_after, finished_after;    /* microseconds from the start; 0: not reached */
    int32_t transport_error;                    /* 0: none */
    bool has_res_pq;
    struct tl_res_pq res_pq;
    uint64_t p, q; /* 0: pq is not a product of two */
    bool has_quick_ack;
    uint32_t quick_ack_token;
};

/* Connects, asks, waits, closes. Everything that it learns is in the report. */
void probe_converse(const struct probe_options *options, struct probe_report *report);

#endif
