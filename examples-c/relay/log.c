/* What the relay says: one line of JSON per event on stdout, with --verbose.
 *
 * A reader that has gone away is not a reason to stop serving, so nothing here looks for errors. */
#include "log.h"

#include "../common/json.h"

#include <inttypes.h>
#include <stdio.h>

static bool talks;

void log_verbose(bool verbose) {
    talks = verbose;
}

static void begin(const char *event, const char *peer) {
    printf("{\"event\":\"%s\",\"peer\":", event);
    json_string(stdout, peer);
}

static void end_line(const char *end) {
    puts(end);
    fflush(stdout);
}

void log_listening(const char *address) {
    printf("listening %s", address);
    end_line("");
}

void log_accepted(const char *peer, const mtproto_event *event) {
    if (!talks) return;
    begin("accepted", peer);
    printf(",\"envelope\":\"%s\",\"obfuscated\":true,\"carrier\":\"%s\"",
           mtproto_envelope_name(event->envelope), mtproto_carrier_name(event->carrier));
    if (event->carrier == MTPROTO_CARRIER_FAKE_TLS) {
        printf(",\"server_name\":");
        json_text(stdout, event->data, event->length);
        printf(",\"clock_skew\":%" PRId32, event->clock_skew);
    }
    printf(",\"dc\":%" PRId32 ",\"secret\":%" PRId32, event->dc, event->secret_index);
    end_line("}");
}

void log_dc(const char *peer, int32_t dc, const char *address) {
    if (!talks) return;
    begin("dc", peer);
    printf(",\"dc\":%" PRId32 ",\"address\":", dc);
    json_string(stdout, address);
    end_line("}");
}

void log_not_ours(const char *peer, const char *reason, int32_t clock_skew, size_t length) {
    if (!talks) return;
    begin("not_ours", peer);
    printf(",\"reason\":\"%s\"", reason);
    if (clock_skew != 0) printf(",\"clock_skew\":%" PRId32, clock_skew);
    printf(",\"length\":%zu", length);
    end_line("}");
}

void log_error(const char *peer, mtproto_status status, const char *text) {
    if (!talks) return;
    begin("error", peer);
    printf(",\"status\":%" PRId32 ",\"text\":", status);
    json_string(stdout, text);
    end_line("}");
}

void log_closed(const char *peer, const char *reason, uint64_t up, uint64_t down) {
    if (!talks) return;
    begin("closed", peer);
    printf(",\"reason\":\"%s\",\"up\":%" PRIu64 ",\"down\":%" PRIu64, reason, up, down);
    end_line("}");
}
