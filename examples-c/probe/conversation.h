/* What the probe says to a server, and what came of it. */
#ifndef EXAMPLES_PROBE_CONVERSATION_H
#define EXAMPLES_PROBE_CONVERSATION_H

#include "../common/tl.h"
#include "options.h"

/* What it comes to, once probe_judge has looked at the facts. */
enum probe_verdict {
    VERDICT_OK,
    VERDICT_NOT_CONNECTED,
    VERDICT_NOT_A_PROXY,         /* what answered speaks something else */
    VERDICT_REAL_SITE,           /* a TLS server, or a proxy that takes us for a stranger */
    VERDICT_CLOCK,               /* ... because of the time in our hello */
    VERDICT_WRONG_SECRET,        /* ... or domain, or no proxy behind this site */
    VERDICT_CLOSED_AFTER_HELLO,
    VERDICT_SILENCE_AFTER_HELLO,
    VERDICT_CLOSED_AFTER_HEADER,
    VERDICT_SILENCE_AFTER_HEADER,
    VERDICT_NO_WEBSOCKET,        /* an HTTP server that does not agree to one */
    VERDICT_REDIRECTED,          /* ... that wants us elsewhere */
    VERDICT_CLOSED_AFTER_REQUEST,
    VERDICT_SILENCE_AFTER_REQUEST,
    VERDICT_TRANSPORT_ERROR,
    VERDICT_WRONG_ANSWER,
    VERDICT_LOCAL_FAILURE
};

struct probe_report {
    enum probe_status status;
    enum probe_verdict verdict;
    char failure[512]; /* what went wrong, "" if nothing */
    /* The facts that the verdict is made of. */
    bool clear;           /* the CONNECTED event came: the hello of fake TLS was accepted, or the
                           * WebSocket opened */
    bool closed;          /* by the server, cleanly or not */
    mtproto_status fatal; /* how the server broke the protocol; MTPROTO_OK: it did not */
    uint8_t head[12];     /* the first bytes that came, as they came: "HTTP/1.1 404" */
    size_t head_length;
    int32_t clock_offset; /* VERDICT_CLOCK: what must be added to our clock, about */
    unsigned tries;       /* hellos that the diagnosis sent */
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

/* Sends one hello of fake TLS with the clock shifted by `shift` seconds and waits for the verdict of
 * the proxy. NET_DONE: accepted; NET_FAILED: refused; NET_TIMED_OUT: nobody answered. */
enum net_outcome probe_try_hello(const struct probe_options *options, int64_t shift);

#endif
