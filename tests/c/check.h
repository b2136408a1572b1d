/* Checks for the C tests: says what does not hold, and closes with "N passed, M failed". */
#ifndef CHECK_H
#define CHECK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* A case is what is counted; it fails when one of its checks does. */
static struct {
    char name[200];
    bool open, broken;
    unsigned long passed, failed;
} checks;

static inline void case_end(void) {
    if (!checks.open) return;
    checks.open = false;
    if (checks.broken) checks.failed++;
    else checks.passed++;
}

/* Starts a case, and ends the one before. */
#ifdef __GNUC__
__attribute__((format(printf, 1, 2)))
#endif
static inline void case_begin(const char *format, ...) {
    va_list arguments;
    case_end();
    va_start(arguments, format);
    vsnprintf(checks.name, sizeof checks.name, format, arguments);
    va_end(arguments);
    checks.open = true;
    checks.broken = false;
}

/* Only the first thing that does not hold is said: the rest mostly follows from it. */
static inline bool check_that(bool holds, const char *text, const char *file, int line) {
    if (holds) return true;
    if (!checks.open || !checks.broken) printf("%s:%d: %s: not so: %s\n", file, line, checks.name, text);
    if (!checks.open) checks.failed++;
    checks.broken = true;
    return false;
}

static inline bool check_equal(long long found, long long expected, const char *text, const char *file, int line) {
    if (found == expected) return true;
    if (!checks.open || !checks.broken) {
        printf("%s:%d: %s: %s is %lld, expected %lld\n", file, line, checks.name, text, found, expected);
    }
    if (!checks.open) checks.failed++;
    checks.broken = true;
    return false;
}

#define CHECK(condition) check_that((condition), #condition, __FILE__, __LINE__)
#define CHECK_EQUAL(found, expected) \
    check_equal((long long)(found), (long long)(expected), #found, __FILE__, __LINE__)

/* The closing line, and the exit status. No case at all is a failure too. */
static inline int check_close(void) {
    case_end();
    if (checks.passed + checks.failed == 0) checks.failed = 1;
    printf("%lu passed, %lu failed\n", checks.passed, checks.failed);
    return checks.failed == 0 ? 0 : 1;
}

#endif
