/* JSON values on a stream. */
#ifndef EXAMPLES_JSON_H
#define EXAMPLES_JSON_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A string in quotes, with what JSON forbids inside escaped. */
void json_string(FILE *out, const char *text);
/* The same for a text without a NUL at its end. */
void json_text(FILE *out, const uint8_t *text, size_t length);
/* Bytes as a string of hexadecimal digits. */
void json_bytes(FILE *out, const uint8_t *bytes, size_t length);

#endif
