/* The words of the command line, and the values in them. */
#include "arguments.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arguments arguments_of(const char *program, int count, char **words) {
    return (struct arguments){.program = program, .count = count, .words = words};
}

bool arguments_next(struct arguments *arguments) {
    if (arguments->failed || arguments->position + 1 >= arguments->count) return false;
    arguments->word = arguments->words[++arguments->position];
    return true;
}

bool arguments_flag(const struct arguments *arguments, const char *name) {
    return strcmp(arguments->word, name) == 0;
}

bool arguments_option(struct arguments *arguments, const char *name, const char **value) {
    size_t length = strlen(name);
    if (strncmp(arguments->word, name, length) != 0) return false;
    if (arguments->word[length] == '=') {
        *value = arguments->word + length + 1;
        return true;
    }
    if (arguments->word[length] != '\0') return false;
    if (arguments->position + 1 >= arguments->count) {
        arguments_fail(arguments, "%s needs a value", name);
        return false;
    }
    *value = arguments->words[++arguments->position];
    return true;
}

bool arguments_optional(struct arguments *arguments, const char *name, char start,
                        const char **value) {
    size_t length = strlen(name);
    if (strncmp(arguments->word, name, length) != 0) return false;
    if (arguments->word[length] == '=') *value = arguments->word + length + 1;
    else if (arguments->word[length] != '\0') return false;
    else if (arguments->position + 1 < arguments->count &&
             arguments->words[arguments->position + 1][0] == start)
        *value = arguments->words[++arguments->position];
    return true;
}

bool arguments_about(const struct arguments *arguments, const char *usage, const char *version) {
    if (arguments_flag(arguments, "--help")) fputs(usage, stdout);
    else if (arguments_flag(arguments, "--version"))
        printf("%s (libmtproto %s)\n", arguments->program, version);
    else return false;
    return true;
}

void arguments_fail(struct arguments *arguments, const char *format, ...) {
    if (arguments->failed) return; /* the first message is the one that helps */
    arguments->failed = true;
    va_list values;
    va_start(values, format);
    fprintf(stderr, "%s: ", arguments->program);
    vfprintf(stderr, format, values);
    fprintf(stderr, "\nTry '%s --help'.\n", arguments->program);
    va_end(values);
}

void arguments_unknown(struct arguments *arguments) {
    const char *word = arguments->word;
    int name_length = (int)strcspn(word, "=");
    if (strncmp(word, "--", 2) == 0 && name_length <= 20)
        arguments_fail(arguments, "there is no option %.*s, or it takes no value", name_length, word);
    else arguments_fail(arguments, "word %d of the command line is not expected", arguments->position);
}

bool parse_integer(const char *text, long low, long high, long *value) {
    char *end = NULL;
    if (text[0] != '-' && (text[0] < '0' || text[0] > '9')) return false;
    errno = 0;
    long parsed = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || parsed < low || parsed > high) return false;
    *value = parsed;
    return true;
}

bool parse_seconds(const char *text, int64_t *microseconds) {
    const double most = 24.0 * 60 * 60;
    char *end = NULL;
    if (text[0] != '.' && (text[0] < '0' || text[0] > '9')) return false;
    double parsed = strtod(text, &end);
    if (*end != '\0' || !(parsed > 0.0 && parsed <= most)) return false;
    *microseconds = (int64_t)(parsed * 1e6);
    return true;
}

static int hexadecimal_digit(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

bool parse_hexadecimal(const char *text, uint8_t *bytes, size_t length) {
    if (strlen(text) != 2 * length) return false;
    for (size_t i = 0; i < 2 * length; i++)
        if (hexadecimal_digit(text[i]) < 0) return false;
    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)(hexadecimal_digit(text[2 * i]) * 16 + hexadecimal_digit(text[2 * i + 1]));
    return true;
}

bool read_exactly(const char *path, uint8_t *bytes, size_t length, const char **problem) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        *problem = strerror(errno);
        return false;
    }
    setvbuf(file, NULL, _IONBF, 0); /* no copy of a key is left behind in a stream's buffer */
    errno = 0;
    size_t count = fread(bytes, 1, length, file);
    *problem = NULL;
    if (ferror(file)) *problem = errno != 0 ? strerror(errno) : "it cannot be read";
    else if (count != length) *problem = "it is too short";
    else if (fgetc(file) != EOF) *problem = "it is too long";
    fclose(file);
    return *problem == NULL;
}

void wipe(void *bytes, size_t length) {
    volatile uint8_t *at = bytes;
    while (length-- > 0) *at++ = 0;
}
