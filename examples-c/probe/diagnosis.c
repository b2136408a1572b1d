/* Why a real site answered: the clock, or the secret.
 *
 * A proxy that knows the secret refuses a hello whose time is off in the same way as one with a wrong
 * secret. What tells them apart is another hello with another time: when one is accepted, the secret
 * is right, and the time in it is about the proxy's. */
#include "diagnosis.h"

#include <stdio.h>
#include <stdlib.h>

/* Proxies allow 120 s either way, so steps of 240 s leave no gap. */
enum { STEP = 240, STEPS = 7, HOUR = 3600 };

/* A clock that was set to local time as if it were UTC is off by a time zone: UTC+14 to UTC-11, and
 * the two with half an hour where many live. */
enum { HOURS_BACK = 14, HOURS_FORWARD = 11 };
static const int64_t half_hours[] = {-(3 * HOUR + HOUR / 2), -(5 * HOUR + HOUR / 2)};

#define HALF_HOURS (sizeof half_hours / sizeof half_hours[0])
#define TRIES (2 * STEPS + HOURS_BACK + HOURS_FORWARD + HALF_HOURS)

enum { SILENCES_IN_A_ROW = 3 }; /* then the server has had enough of us */

/* The nearest first: it is the likeliest. */
static int by_distance(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    int64_t far = (a < 0 ? -a : a) - (b < 0 ? -b : b);
    if (far != 0) return far < 0 ? -1 : 1;
    return (a > b) - (a < b);
}

static void fill(int64_t shifts[TRIES]) {
    size_t count = 0;
    for (int64_t step = 1; step <= STEPS; step++) {
        shifts[count++] = step * STEP;
        shifts[count++] = -step * STEP;
    }
    for (int64_t hour = 1; hour <= HOURS_BACK; hour++) shifts[count++] = -hour * HOUR;
    for (int64_t hour = 1; hour <= HOURS_FORWARD; hour++) shifts[count++] = hour * HOUR;
    for (size_t i = 0; i < HALF_HOURS; i++) shifts[count++] = half_hours[i];
    qsort(shifts, count, sizeof shifts[0], by_distance);
}

void probe_diagnose(const struct probe_options *options, struct probe_report *report) {
    int64_t shifts[TRIES];
    unsigned silences = 0;
    fill(shifts);
    for (size_t i = 0; i < TRIES && silences < SILENCES_IN_A_ROW; i++) {
        enum net_outcome outcome = probe_try_hello(options, shifts[i]);
        report->tries++;
        silences = outcome == NET_TIMED_OUT ? silences + 1 : 0;
        if (outcome != NET_DONE) continue;
        long seconds = labs((long)shifts[i]);
        report->verdict = VERDICT_CLOCK;
        report->clock_offset = (int32_t)shifts[i];
        snprintf(report->failure, sizeof report->failure,
                 "the clock is off by about %ld seconds: this computer's is %s the proxy's. The "
                 "secret is right",
                 seconds, shifts[i] > 0 ? "behind" : "ahead of");
        return;
    }
    if (silences >= SILENCES_IN_A_ROW) return; /* nothing learnt: "a real site answered" stays */
    report->verdict = VERDICT_WRONG_SECRET;
    snprintf(report->failure, sizeof report->failure,
             "wrong secret or domain, or no proxy behind this site: a real site answered, and no "
             "time from %d hours ago to %d hours ahead is accepted",
             HOURS_BACK, HOURS_FORWARD);
}
