/* The words of the command line, and the values in them. */
#ifndef EXAMPLES_ARGUMENTS_H
#define EXAMPLES_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arguments {
    const char *program; /* for the messages */
    int count;
    char **words;
    int position;
    const char *word; /* the current one */
    bool failed;      /* something was wrong, and it has been said on stderr */
};

/*  struct arguments arguments = arguments_of("mtproto-probe", argc, argv);
 *  while (arguments_next(&arguments)) {
 *      if (arguments_flag(&arguments, "--plain")) ...
 *      else if (arguments_option(&arguments, "--dc", &value)) ...
 *      else ...
 *  }
 */
struct arguments arguments_of(const char *program, int count, char **words);
/* Steps to the next word; false at the end, or after a failure. */
bool arguments_next(struct arguments *arguments);
bool arguments_flag(const struct arguments *arguments, const char *name);
/* `--name value` or `--name=value`. A missing value is a failure, and false. */
bool arguments_option(struct arguments *arguments, const char *name, const char **value);
/* `--name`, `--name=value`, or `--name value` where the next word begins with `start`, so that the
 * value can be left out. Without one `*value` is left alone. */
bool arguments_optional(struct arguments *arguments, const char *name, char start,
                        const char **value);
/* `--help` and `--version`: prints what is asked for. True: there is nothing else to do. */
bool arguments_about(const struct arguments *arguments, const char *usage, const char *version);
/* Says what is wrong, and how to get help. Never pass it a secret. */
#ifdef __GNUC__
__attribute__((format(printf, 2, 3)))
#endif
void arguments_fail(struct arguments *arguments, const char *format, ...);
/* The failure for a word that nothing knows. It may be a secret that has lost its option, so only
 * the name of an option is repeated. */
void arguments_unknown(struct arguments *arguments);

/* Each: false, with nothing written, when the text is not exactly that. */
bool parse_integer(const char *text, long low, long high, long *value);
bool parse_seconds(const char *text, int64_t *microseconds);
bool parse_hexadecimal(const char *text, uint8_t *bytes, size_t length);

/* Reads a file that must hold exactly `length` bytes. False: `*problem` says why. */
bool read_exactly(const char *path, uint8_t *bytes, size_t length, const char **problem);

/* Overwrites a secret in a way that the compiler does not take out. */
void wipe(void *bytes, size_t length);

#endif
