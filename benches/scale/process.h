/* What a process has cost so far. Linux: read from /proc. */
#ifndef SCALE_PROCESS_H
#define SCALE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/* Of CPU time. */
struct process_cost {
    int64_t nanoseconds; /* all of it */
    int64_t user, kernel; /* where it went, in clock ticks: coarse, for a share of it only */
};

/* False when there is no such process, or no /proc. */
bool process_read_cost(long pid, struct process_cost *cost);
/* The bytes of memory that it has in RAM, of its own or shared. */
bool process_read_memory(long pid, int64_t *bytes);

#endif
