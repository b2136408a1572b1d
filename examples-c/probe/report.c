/* The report of the probe, for people and for scripts. */
#include "report.h"

#include "../common/json.h"
#include "verdict.h"

#include <inttypes.h>
#include <stdio.h>

static double milliseconds(int64_t microseconds) {
    return (double)microseconds / 1000.0;
}

static const char *known_fingerprint(uint64_t fingerprint) {
    if (fingerprint == 0xd09d1d85de64fd85u) return " (production)";
    if (fingerprint == 0xb25898df208d2603u) return " (test)";
    return "";
}

static bool is_http(const struct probe_options *options) {
    return probe_carrier(options) == MTPROTO_CARRIER_HTTP;
}

static void print_spoken(const struct probe_options *options) {
    if (is_http(options)) {
        printf("HTTP, POST %s\n", options->path);
        return;
    }
    printf("%s, %s", mtproto_envelope_name(options->envelope),
           options->obfuscated ? "obfuscated" : "plain");
    if (options->secret != NULL) printf(" with a secret");
    if (probe_speaks_fake_tls(options))
        printf(" in fake TLS to %s", mtproto_secret_domain(options->secret));
    if (probe_carrier(options) == MTPROTO_CARRIER_WEBSOCKET)
        printf(" in a WebSocket at %s", options->path);
    if (options->obfuscated)
        printf(", DC %d%s%s", (int)options->dc,
               (options->dc_flags & MTPROTO_DC_MEDIA) != 0 ? " media" : "",
               (options->dc_flags & MTPROTO_DC_TEST) != 0 ? " test" : "");
    putchar('\n');
}

static void print_bytes(const char *name, const uint8_t *bytes, size_t length) {
    printf("%-14s", name);
    for (size_t i = 0; i < length; i++) printf("%02x", bytes[i]);
    putchar('\n');
}

static void print_res_pq(const struct probe_report *report) {
    const struct tl_res_pq *res_pq = &report->res_pq;
    print_bytes("nonce", res_pq->nonce, TL_NONCE_LENGTH);
    print_bytes("server_nonce", res_pq->server_nonce, TL_NONCE_LENGTH);
    printf("%-14s%" PRIu64, "pq", res_pq->pq);
    if (report->p != 0) printf(" = %" PRIu64 " * %" PRIu64, report->p, report->q);
    putchar('\n');
    for (size_t i = 0; i < res_pq->fingerprint_count; i++)
        printf("%-14s%016" PRIx64 "%s\n", "fingerprint", res_pq->fingerprints[i],
               known_fingerprint(res_pq->fingerprints[i]));
}

void probe_print_text(const struct probe_options *options, const struct probe_report *report) {
    const char *address = report->address[0] != '\0' ? report->address : options->endpoint.host;
    printf("%-14s%s\n%-14s", "server", address, "spoken");
    print_spoken(options);
    if (report->has_res_pq) print_res_pq(report);
    if (report->has_quick_ack)
        printf("%-14s%08" PRIx32 ", ours\n", "quick ack", report->quick_ack_token);
    printf("%-14ssent %" PRIu64 " bytes, received %" PRIu64 " bytes\n", "wire", report->sent,
           report->received);
    printf("%-14s%.3f ms", "time", milliseconds(report->finished_after));
    if (report->connected_after > 0)
        printf(", of them %.3f ms to connect", milliseconds(report->connected_after));
    printf("\n%-14s", "result");
    if (report->status == PROBE_OK) printf("a valid resPQ with our nonce\n");
    else printf("%s\n", report->failure);
}

static const char *result_name(enum probe_status status) {
    switch (status) {
    case PROBE_OK: return "ok";
    case PROBE_USAGE: return "usage";
    case PROBE_NOT_CONNECTED: return "not_connected";
    case PROBE_TRANSPORT_ERROR: return "transport_error";
    case PROBE_WRONG_ANSWER: return "wrong_answer";
    case PROBE_TIMED_OUT: return "timed_out";
    case PROBE_LOCAL_FAILURE: return "local_failure";
    }
    return "unknown";
}

static void print_json_res_pq(const struct probe_report *report) {
    const struct tl_res_pq *res_pq = &report->res_pq;
    printf("{\"nonce\":");
    json_bytes(stdout, res_pq->nonce, TL_NONCE_LENGTH);
    printf(",\"server_nonce\":");
    json_bytes(stdout, res_pq->server_nonce, TL_NONCE_LENGTH);
    /* As text: most readers of JSON keep only 53 bits of a number. */
    printf(",\"pq\":\"%" PRIu64 "\",\"p\":\"%" PRIu64 "\",\"q\":\"%" PRIu64 "\",\"fingerprints\":[",
           res_pq->pq, report->p, report->q);
    for (size_t i = 0; i < res_pq->fingerprint_count; i++)
        printf("%s\"%016" PRIx64 "\"", i > 0 ? "," : "", res_pq->fingerprints[i]);
    printf("]}");
}

void probe_print_json(const struct probe_options *options, const struct probe_report *report) {
    printf("{\"result\":\"%s\",\"verdict\":\"%s\",\"server\":", result_name(report->status),
           probe_verdict_name(report->verdict));
    json_string(stdout, report->address);
    printf(",\"envelope\":");
    if (is_http(options)) printf("null");
    else json_string(stdout, mtproto_envelope_name(options->envelope));
    printf(",\"carrier\":\"%s\"", mtproto_carrier_name(probe_carrier(options)));
    printf(",\"obfuscated\":%s,\"secret\":%s",
           options->obfuscated && !is_http(options) ? "true" : "false",
           options->secret != NULL ? "true" : "false");
    printf(",\"sent\":%" PRIu64 ",\"received\":%" PRIu64, report->sent, report->received);
    printf(",\"milliseconds\":%.3f,\"connect_milliseconds\":%.3f",
           milliseconds(report->finished_after), milliseconds(report->connected_after));
    if (report->transport_error != 0)
        printf(",\"transport_error\":%d", (int)report->transport_error);
    else printf(",\"transport_error\":null");
    if (options->quick_ack) printf(",\"quick_ack\":%s", report->has_quick_ack ? "true" : "false");
    else printf(",\"quick_ack\":null");
    if (report->verdict == VERDICT_CLOCK)
        printf(",\"clock_offset\":%" PRId32, report->clock_offset);
    else printf(",\"clock_offset\":null");
    printf(",\"res_pq\":");
    if (report->has_res_pq) print_json_res_pq(report);
    else printf("null");
    printf(",\"failure\":");
    if (report->failure[0] != '\0') json_string(stdout, report->failure);
    else printf("null");
    printf("}\n");
}
