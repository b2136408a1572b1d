/* What the responder says: one line of JSON per event on stdout, flushed at once.
 *
 * A reader that has gone away is not a reason to stop serving, so nothing here looks for errors. */
#include "log.h"

#include "../common/json.h"

#include <stdio.h>

static void end_line(void) {
    putchar('\n');
    fflush(stdout);
}

void log_listening(const char *address) {
    printf("listening %s", address);
    end_line();
}

void log_accepted(const char *peer, const mtproto_event *event) {
    bool obfuscated = (event->flags & MTPROTO_EVENT_FLAG_OBFUSCATED) != 0;
    printf("{\"event\":\"accepted\",\"peer\":");
    json_string(stdout, peer);
    printf(",\"envelope\":");
    if (event->envelope != 0) json_string(stdout, mtproto_envelope_name(event->envelope));
    else printf("null"); /* HTTP needs none */
    printf(",\"obfuscated\":%s,\"carrier\":", obfuscated ? "true" : "false");
    json_string(stdout, mtproto_carrier_name(event->carrier));
    if (event->carrier == MTPROTO_CARRIER_FAKE_TLS) {
        printf(",\"server_name\":");
        json_text(stdout, event->data, event->length);
        printf(",\"clock_skew\":%d", (int)event->clock_skew);
    }
    if ((event->flags & MTPROTO_EVENT_FLAG_DC) != 0) printf(",\"dc\":%d", (int)event->dc);
    else printf(",\"dc\":null");
    if (event->secret_index >= 0) printf(",\"secret\":%d}", (int)event->secret_index);
    else printf(",\"secret\":null}");
    end_line();
}

void log_payload(size_t length, bool quick_ack_wanted, const struct tl_message *message) {
    printf("{\"event\":\"payload\",\"length\":%zu,\"quick_ack\":%s,\"constructor\":", length,
           quick_ack_wanted ? "true" : "false");
    if (message->has_constructor) printf("\"%08x\"}", (unsigned)message->constructor);
    else printf("null}");
    end_line();
}

void log_not_ours(const mtproto_event *event) {
    printf("{\"event\":\"not_ours\",\"reason\":");
    json_string(stdout, mtproto_not_ours_name(event->code));
    if (event->code == MTPROTO_NOT_OURS_CLOCK)
        printf(",\"clock_skew\":%d", (int)event->clock_skew);
    printf(",\"length\":%zu}", event->length);
    end_line();
}

void log_error(mtproto_status status, const char *text) {
    printf("{\"event\":\"error\",\"status\":%d,\"text\":", (int)status);
    json_string(stdout, text);
    putchar('}');
    end_line();
}

void log_closed(const char *reason) {
    printf("{\"event\":\"closed\",\"reason\":");
    json_string(stdout, reason);
    putchar('}');
    end_line();
}
