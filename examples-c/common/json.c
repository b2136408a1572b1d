/* JSON values on a stream. */
#include "json.h"

#include <string.h>

void json_string(FILE *out, const char *text) {
    json_text(out, (const uint8_t *)text, strlen(text));
}

void json_text(FILE *out, const uint8_t *text, size_t length) {
    fputc('"', out);
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = text[i];
        if (byte == '"' || byte == '\\') fprintf(out, "\\%c", byte);
        else if (byte < 0x20) fprintf(out, "\\u%04x", byte);
        else fputc(byte, out);
    }
    fputc('"', out);
}

void json_bytes(FILE *out, const uint8_t *bytes, size_t length) {
    fputc('"', out);
    for (size_t i = 0; i < length; i++) fprintf(out, "%02x", bytes[i]);
    fputc('"', out);
}
