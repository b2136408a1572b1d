/* The cases that all languages share (tests/cases), run against the C ABI.
 *
 * Usage: cases < LINES            (LINES: what tests/cases/generate.py --lines prints)
 * Last line: "N passed, M failed"; exit status 1 when one failed. */
#include "mtproto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 16384, WORDS = 12, STEPS = 64, CONFIGS = 12, BYTES = 20 << 20 };

static char config_lines[CONFIGS][LINE], step_lines[STEPS][LINE];
static int configs, steps;
static char case_name[256], role[16];
static uint8_t bytes_a[BYTES], bytes_b[BYTES];
static char complaint[512];

static bool complain(const char *what) {
    snprintf(complaint, sizeof complaint, "%s", what);
    return false;
}

/* The words of a line, and their number; those that are missing are empty. */
static int split(char *line, char **words) {
    static char nothing[1];
    int count = 0;
    for (int i = 0; i < WORDS; i++) words[i] = nothing;
    for (char *word = strtok(line, " \n"); word != NULL && count < WORDS; word = strtok(NULL, " \n"))
        words[count++] = word;
    return count;
}

/* "hex+counter:N", or "-". */
static size_t bytes_of(const char *text, uint8_t *out) {
    size_t length = 0;
    while (*text != '\0') {
        size_t part = strcspn(text, "+");
        if (strncmp(text, "counter:", 8) == 0) {
            size_t count = strtoul(text + 8, NULL, 10);
            for (size_t i = 0; i < count; i++) out[length++] = (uint8_t)i;
        } else if (part >= 2) {
            for (size_t at = 0; at + 1 < part; at += 2) {
                char digits[3] = {text[at], text[at + 1], '\0'};
                out[length++] = (uint8_t)strtoul(digits, NULL, 16);
            }
        }
        text += part + (text[part] == '+');
    }
    return length;
}

static int32_t envelope_of(const char *name) {
    /* "-", over HTTP, is 0. */
    for (int32_t envelope = 1; envelope <= 4; envelope++)
        if (strcmp(mtproto_envelope_name(envelope), name) == 0) return envelope;
    return 0;
}

static uint32_t accept_of(char *names) {
    static const struct { const char *name; uint32_t flag; } flags[] = {
        {"plain", MTPROTO_ACCEPT_PLAIN}, {"plain_full", MTPROTO_ACCEPT_PLAIN_FULL},
        {"obfuscated", MTPROTO_ACCEPT_OBFUSCATED}, {"secret", MTPROTO_ACCEPT_SECRET},
        {"obfuscated_full", MTPROTO_ACCEPT_OBFUSCATED_FULL}, {"websocket", MTPROTO_ACCEPT_WEBSOCKET},
        {"http", MTPROTO_ACCEPT_HTTP}};
    uint32_t accept = 0;
    for (char *name = strtok(names, ","); name != NULL; name = strtok(NULL, ","))
        for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
            if (strcmp(flags[i].name, name) == 0) accept |= flags[i].flag;
    return accept;
}

static mtproto_status configure(mtproto_config *config, char **words) {
    const char *knob = words[0];
    char *value = words[1];
    if (strcmp(knob, "envelope") == 0) return mtproto_config_set_envelope(config, envelope_of(value));
    if (strcmp(knob, "obfuscated") == 0) return mtproto_config_set_obfuscated(config, strcmp(value, "no") != 0);
    if (strcmp(knob, "trim") == 0) return mtproto_config_set_trim(config, strcmp(value, "no") != 0);
    if (strcmp(knob, "quick_ack_form") == 0)
        return mtproto_config_set_quick_ack_form(config, MTPROTO_QUICK_ACK_FORM_RAW);
    if (strcmp(knob, "dc") == 0) {
        int dc = atoi(value), magnitude = abs(dc);
        uint32_t flags = (dc < 0 ? MTPROTO_DC_MEDIA : 0) | (magnitude >= 10000 ? MTPROTO_DC_TEST : 0);
        return mtproto_config_set_dc(config, magnitude % 10000, flags);
    }
    if (strcmp(knob, "secret") == 0) return mtproto_config_add_secret(config, bytes_a, bytes_of(value, bytes_a));
    if (strcmp(knob, "accept") == 0) return mtproto_config_set_accept(config, accept_of(value));
    if (strcmp(knob, "websocket") == 0) return mtproto_config_set_websocket(config, value, "/apiws", NULL);
    if (strcmp(knob, "http") == 0) return mtproto_config_set_http(config, value, "/api", NULL, true);
    if (strcmp(knob, "max_payload") == 0) return mtproto_config_set_max_payload(config, strtoul(value, NULL, 10));
    if (strcmp(knob, "max_padding") == 0)
        return mtproto_config_set_max_padding(config, (uint32_t)strtoul(value, NULL, 10));
    if (strcmp(knob, "entropy") == 0) return mtproto_config_set_entropy(config, bytes_a, bytes_of(value, bytes_a));
    return MTPROTO_ERROR_INVALID_ARGUMENT;
}

static bool same_bytes(const mtproto_event *event, const char *expected) {
    size_t length = bytes_of(expected, bytes_b);
    return event->length == length && (length == 0 || memcmp(event->data, bytes_b, length) == 0);
}

static bool same_event(const mtproto_event *event, char **words, int count) {
    const char *kind = words[1];
    if (strcmp(kind, "connected") == 0 && count == 6) {
        char dc[16] = "dc=-", secret[24] = "secret=-";
        if (event->flags & MTPROTO_EVENT_FLAG_DC) snprintf(dc, sizeof dc, "dc=%d", (int)event->dc);
        if (event->secret_index >= 0) snprintf(secret, sizeof secret, "secret=%d", (int)event->secret_index);
        const char *way = event->flags & MTPROTO_EVENT_FLAG_OBFUSCATED ? "obfuscated" : "plain";
        return event->kind == MTPROTO_EVENT_CONNECTED && event->envelope == envelope_of(words[2]) &&
               strcmp(words[3], way) == 0 && strcmp(words[4], dc) == 0 && strcmp(words[5], secret) == 0;
    }
    if (strcmp(kind, "payload") == 0)
        return event->kind == MTPROTO_EVENT_PAYLOAD && same_bytes(event, words[2]) &&
               (strcmp(words[3], "ack") == 0) == ((event->flags & MTPROTO_EVENT_FLAG_QUICK_ACK_WANTED) != 0);
    if (strcmp(kind, "quick_ack") == 0)
        return event->kind == MTPROTO_EVENT_QUICK_ACK && event->quick_ack_token == strtoul(words[2], NULL, 10);
    if (strcmp(kind, "transport_error") == 0)
        return event->kind == MTPROTO_EVENT_TRANSPORT_ERROR && event->code == atoi(words[2]);
    if (strcmp(kind, "not_ours") == 0)
        return event->kind == MTPROTO_EVENT_NOT_OURS && strcmp(mtproto_not_ours_name(event->code), words[2]) == 0 &&
               same_bytes(event, words[3]);
    if (strcmp(kind, "closed") == 0)
        return event->kind == MTPROTO_EVENT_CLOSED &&
               (strcmp(words[2], "*") == 0 || strcmp(mtproto_closed_name(event->code), words[2]) == 0);
    return false;
}

/* The status of a step's call; `*matches` tells whether it gave what the step says. */
static mtproto_status perform(mtproto_transport *transport, char **words, int count, size_t chunk, bool *matches) {
    const char *verb = words[0];
    *matches = true;
    if (strcmp(verb, "payload") == 0) {
        mtproto_send_options options = {sizeof options, MTPROTO_SEND_QUICK_ACK, 0};
        if (count > 2) options.quick_ack_token = (uint32_t)strtoul(words[2], NULL, 10);
        return mtproto_transport_push_payload(transport, bytes_a, bytes_of(words[1], bytes_a),
                                              count > 2 ? &options : NULL);
    }
    if (strcmp(verb, "opening") == 0) return mtproto_transport_push_opening(transport);
    if (strcmp(verb, "quick_ack") == 0)
        return mtproto_transport_push_quick_ack(transport, (uint32_t)strtoul(words[1], NULL, 10));
    if (strcmp(verb, "transport_error") == 0)
        return mtproto_transport_push_transport_error(transport, atoi(words[1]));
    if (strcmp(verb, "end") == 0) return mtproto_transport_push_wire_end(transport);
    if (strcmp(verb, "wire") == 0) {
        size_t written = 0, length = strcmp(words[1], "*") == 0 ? 0 : bytes_of(words[1], bytes_b);
        mtproto_status status = mtproto_transport_pull_wire(transport, bytes_a, BYTES, &written);
        if (status == MTPROTO_OK && strcmp(words[1], "*") != 0)
            *matches = written == length && memcmp(bytes_a, bytes_b, length) == 0;
        return status;
    }
    if (strcmp(verb, "receive") == 0) {
        size_t length = bytes_of(words[1], bytes_a), consumed = 0;
        for (size_t at = 0; at < length; at += consumed) {
            size_t piece = length - at < chunk ? length - at : chunk;
            mtproto_status status = mtproto_transport_push_wire(transport, bytes_a + at, piece, &consumed);
            if (status != MTPROTO_OK) return status;
        }
        return MTPROTO_OK;
    }
    mtproto_event event;
    event.struct_size = sizeof event;
    if (strcmp(verb, "event") != 0) return MTPROTO_ERROR_INVALID_ARGUMENT;
    if (count > 1 && strcmp(words[1], "skip") == 0) {
        while (mtproto_transport_pull_event(transport, &event) == MTPROTO_OK) {}
        return MTPROTO_OK;
    }
    mtproto_status status = mtproto_transport_pull_event(transport, &event);
    if (count > 1 && strcmp(words[1], "none") == 0) *matches = status == MTPROTO_NO_EVENT;
    else if (count > 1) *matches = status == MTPROTO_OK && same_event(&event, words, count);
    return status;
}

static bool run_step(mtproto_transport *transport, const char *line, size_t chunk) {
    static char copy[LINE];
    char *words[WORDS];
    bool matches;
    snprintf(copy, sizeof copy, "%s", line);
    int count = split(copy, words);
    if (strcmp(words[0], "fail") == 0)
        return perform(transport, words + 3, count - 3, chunk, &matches) == atoi(words[2]) || complain(line);
    mtproto_status status = perform(transport, words, count, chunk, &matches);
    if (status < MTPROTO_OK) return complain(mtproto_status_text(status));
    return matches || complain(line);
}

static bool run_tokens(void) {
    for (int i = 0; i < steps; i++) {
        char *words[WORDS];
        uint32_t token = 0;
        split(step_lines[i], words);
        mtproto_status status = mtproto_quick_ack_token(bytes_a, bytes_of(words[1], bytes_a), bytes_b,
                                                        bytes_of(words[2], bytes_b), &token);
        if (status != MTPROTO_OK || token != strtoul(words[3], NULL, 10)) return complain("another token");
    }
    return true;
}

static bool run_case(size_t chunk) {
    mtproto_config *config = mtproto_config_new();
    mtproto_transport *transport = NULL;
    mtproto_status status = MTPROTO_OK;
    for (int i = 0; i < configs && status == MTPROTO_OK; i++) {
        static char copy[LINE];
        char *words[WORDS];
        snprintf(copy, sizeof copy, "%s", config_lines[i]);
        split(copy, words);
        status = configure(config, words);
    }
    if (status == MTPROTO_OK)
        status = strcmp(role, "client") == 0 ? mtproto_client_new(config, &transport)
                                             : mtproto_server_new(config, &transport);
    mtproto_config_free(config);
    bool good = true;
    if (strncmp(step_lines[0], "refuse ", 7) == 0) {
        good = status == atoi(strrchr(step_lines[0], ' ')) || complain("made, or refused otherwise");
    } else if (status != MTPROTO_OK) {
        good = complain(mtproto_status_text(status));
    } else {
        for (int i = 0; i < steps && good; i++) good = run_step(transport, step_lines[i], chunk);
    }
    mtproto_transport_free(transport);
    return good;
}

static int passed, failed;

static void finish_case(void) {
    if (case_name[0] == '\0') return;
    bool good = strcmp(role, "none") == 0 ? run_tokens() : run_case(SIZE_MAX) && run_case(1);
    if (good) passed++;
    else failed++;
    if (!good) printf("FAILED %s: %.200s\n", case_name, complaint);
    configs = steps = 0;
}

int main(void) {
    static char line[LINE];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "case ", 5) == 0) {
            finish_case();
            snprintf(case_name, sizeof case_name, "%.255s", line + 5);
        } else if (strncmp(line, "role ", 5) == 0) {
            snprintf(role, sizeof role, "%.15s", line + 5);
        } else if (strncmp(line, "config ", 7) == 0 && configs < CONFIGS) {
            snprintf(config_lines[configs++], LINE, "%s", line + 7);
        } else if (strncmp(line, "step ", 5) == 0 && steps < STEPS) {
            snprintf(step_lines[steps++], LINE, "%s", line + 5);
        } else {
            fprintf(stderr, "cases: not understood: %.80s\n", line);
            return 2;
        }
    }
    finish_case();
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0 || passed == 0;
}
