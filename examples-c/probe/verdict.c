/* What the facts of a conversation come to, in words.
 *
 * A proxy does not say why it refuses: what it does not know it closes, ignores, or hands to a real
 * site. So the words follow from how far the conversation came. */
#include "verdict.h"

#include <stdio.h>
#include <string.h>

static void judge(struct probe_report *report, enum probe_verdict verdict, const char *words) {
    char figures[sizeof report->failure];
    report->verdict = verdict;
    memcpy(figures, report->failure, sizeof figures);
    /* The figures are cut where both do not fit; neither is ever that long. */
    snprintf(report->failure, sizeof report->failure, "%s (%.300s)", words, figures);
}

/* Who is there, by the first bytes; NULL: they do not tell. */
static const char *stranger(const struct probe_report *report) {
    if (report->head_length >= 5 && memcmp(report->head, "HTTP/", 5) == 0) return "an HTTP server";
    /* An alert: the one thing that a TLS server says to what is no hello. */
    if (report->head_length >= 3 && report->head[0] == 0x15 && report->head[1] == 3)
        return "a TLS server";
    if (report->head_length >= 4 && memcmp(report->head, "SSH-", 4) == 0) return "an SSH server";
    return NULL;
}

static void judge_stranger(const struct probe_options *options, struct probe_report *report,
                           const char *who) {
    char words[160];
    const char *rest = "not an MTProto server";
    if (probe_speaks_fake_tls(options)) rest = "not a proxy at all";
    /* Who is not recognised may have been handed on to a site. */
    else if (options->secret != NULL) rest = "not a proxy, or one that does not know this secret";
    snprintf(words, sizeof words, "%s: %s answered", rest, who);
    judge(report, VERDICT_NOT_A_PROXY, words);
}

/* The status in an answer's first line, 0 where there is none. */
static int http_status(const struct probe_report *report) {
    const uint8_t *digits = report->head + 9;
    int status = 0;
    if (report->head_length < sizeof report->head || memcmp(report->head, "HTTP/1.", 7) != 0) return 0;
    for (size_t i = 0; i < 3; i++) {
        if (digits[i] < '0' || digits[i] > '9') return 0;
        status = 10 * status + (digits[i] - '0');
    }
    return status;
}

/* The request of a WebSocket or of HTTP was sent, and no answer has come that makes sense. */
static void judge_request(const struct probe_options *options, struct probe_report *report) {
    bool websocket = probe_carrier(options) == MTPROTO_CARRIER_WEBSOCKET;
    int status = http_status(report);
    const char *who = status != 0 ? NULL : stranger(report);
    char words[160];
    if (who != NULL) {
        snprintf(words, sizeof words, "not an HTTP server on this port: %s answered", who);
        judge(report, VERDICT_NOT_A_PROXY, words);
    } else if (report->fatal != MTPROTO_OK && status == 0)
        judge(report, VERDICT_NOT_A_PROXY, "not an HTTP server on this port");
    else if (status >= 300 && status <= 399)
        judge(report, VERDICT_REDIRECTED, "an HTTP server that sends us elsewhere");
    else if (websocket && status == 404)
        judge(report, VERDICT_NO_WEBSOCKET, "an HTTP server without a WebSocket at this path");
    else if (websocket && status != 0)
        judge(report, VERDICT_NO_WEBSOCKET, "an HTTP server that does not open the WebSocket");
    else if (status != 0)
        judge(report, VERDICT_WRONG_ANSWER, "an HTTP server, but what it answered is no resPQ");
    else if (report->closed)
        judge(report, VERDICT_CLOSED_AFTER_REQUEST, "closed after the request: no HTTP server, or "
                                                    "one that wants TLS on this port");
    else
        judge(report, VERDICT_SILENCE_AFTER_REQUEST, "silence after the request: no HTTP server, or "
                                                     "one that wants TLS on this port");
}

static void judge_hello(const struct probe_options *options, struct probe_report *report) {
    const char *who = report->fatal == MTPROTO_ERROR_FAKE_TLS_REAL_SITE ? NULL : stranger(report);
    if (who != NULL) judge_stranger(options, report, who);
    else if (report->fatal == MTPROTO_ERROR_FAKE_TLS_NOT_TLS)
        judge(report, VERDICT_NOT_A_PROXY, "not a proxy at all: what answered is not TLS");
    else if (report->fatal == MTPROTO_ERROR_FAKE_TLS_REAL_SITE)
        judge(report, VERDICT_REAL_SITE,
              "a real site answered: wrong secret or domain, a clock that is off, or no proxy");
    else if (report->fatal != MTPROTO_OK)
        judge(report, VERDICT_NOT_A_PROXY, "not a proxy: its answer to the hello is malformed");
    else if (report->closed)
        judge(report, VERDICT_CLOSED_AFTER_HELLO,
              "closed after the hello: no proxy, or one that takes us for a stranger and has no "
              "site to show; an old one may want --tls-profile classic");
    else
        judge(report, VERDICT_SILENCE_AFTER_HELLO,
              "silence after the hello: no proxy, or one that takes us for a stranger: wrong secret "
              "or domain, or a clock that is off");
}

/* The initialization payload was sent, and nothing that makes sense has come back. */
static void judge_header(const struct probe_options *options, struct probe_report *report) {
    bool fake_tls = probe_speaks_fake_tls(options);
    const char *who = probe_carrier(options) == MTPROTO_CARRIER_TCP ? stranger(report) : NULL;
    if (who != NULL) judge_stranger(options, report, who);
    else if (report->fatal != MTPROTO_OK)
        judge(report, VERDICT_NOT_A_PROXY,
              fake_tls ? "the proxy knows the secret, but breaks the protocol"
                       : "wrong secret, or not a proxy: what came back is no MTProto");
    else if (report->closed)
        judge(report, VERDICT_CLOSED_AFTER_HEADER,
              fake_tls ? "closed after the header: the proxy knows the secret, but does not serve "
                         "us: it may not reach the DC, or not know it"
                       : "closed after the header: wrong secret, or not a proxy");
    else
        judge(report, VERDICT_SILENCE_AFTER_HEADER,
              fake_tls ? "silence after the header: the proxy knows the secret, but its DC says nothing"
                       : "silence after the header: wrong secret, or not a proxy");
}

void probe_judge(const struct probe_options *options, struct probe_report *report) {
    switch (report->status) {
    case PROBE_OK: report->verdict = VERDICT_OK; return;
    case PROBE_TRANSPORT_ERROR:
        report->verdict = VERDICT_TRANSPORT_ERROR;
        if (probe_carrier(options) == MTPROTO_CARRIER_HTTP && report->transport_error / 100 == 3)
            report->verdict = VERDICT_REDIRECTED;
        return;
    case PROBE_LOCAL_FAILURE:
    case PROBE_USAGE: report->verdict = VERDICT_LOCAL_FAILURE; return;
    default: break;
    }
    bool in_requests = probe_carrier(options) == MTPROTO_CARRIER_HTTP ||
                       (probe_carrier(options) == MTPROTO_CARRIER_WEBSOCKET && !report->clear);
    if (report->connected_after == 0) report->verdict = VERDICT_NOT_CONNECTED;
    else if (in_requests && !report->has_res_pq) judge_request(options, report);
    else if (probe_speaks_fake_tls(options) && !report->clear) judge_hello(options, report);
    else if (report->has_res_pq) report->verdict = VERDICT_WRONG_ANSWER;
    else if (options->secret != NULL &&
             (report->fatal != MTPROTO_OK || report->status != PROBE_WRONG_ANSWER))
        judge_header(options, report);
    /* A WebSocket that is open began with an answer in HTTP. */
    else if (probe_carrier(options) != MTPROTO_CARRIER_WEBSOCKET && stranger(report) != NULL)
        judge_stranger(options, report, stranger(report));
    else if (report->closed) report->verdict = VERDICT_CLOSED_AFTER_HEADER;
    else if (report->status == PROBE_TIMED_OUT) report->verdict = VERDICT_SILENCE_AFTER_HEADER;
    else report->verdict = VERDICT_WRONG_ANSWER;
}

const char *probe_verdict_name(enum probe_verdict verdict) {
    switch (verdict) {
    case VERDICT_OK: return "ok";
    case VERDICT_NOT_CONNECTED: return "not_connected";
    case VERDICT_NOT_A_PROXY: return "not_a_proxy";
    case VERDICT_REAL_SITE: return "real_site";
    case VERDICT_CLOCK: return "clock";
    case VERDICT_WRONG_SECRET: return "wrong_secret";
    case VERDICT_CLOSED_AFTER_HELLO: return "closed_after_hello";
    case VERDICT_SILENCE_AFTER_HELLO: return "silence_after_hello";
    case VERDICT_CLOSED_AFTER_HEADER: return "closed_after_header";
    case VERDICT_SILENCE_AFTER_HEADER: return "silence_after_header";
    case VERDICT_NO_WEBSOCKET: return "no_websocket";
    case VERDICT_REDIRECTED: return "redirected";
    case VERDICT_CLOSED_AFTER_REQUEST: return "closed_after_request";
    case VERDICT_SILENCE_AFTER_REQUEST: return "silence_after_request";
    case VERDICT_TRANSPORT_ERROR: return "transport_error";
    case VERDICT_WRONG_ANSWER: return "wrong_answer";
    case VERDICT_LOCAL_FAILURE: return "local_failure";
    }
    return "unknown";
}
