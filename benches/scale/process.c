/* What a process has cost so far. */
#define _POSIX_C_SOURCE 200809L
#include "process.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static FILE *open_file(long pid, const char *name) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/%s", pid, name);
    return fopen(path, "r");
}

/* In nanoseconds, of the first thread: the servers here have no other. */
static bool read_exact(long pid, int64_t *nanoseconds) {
    FILE *file = open_file(pid, "schedstat");
    if (file == NULL) return false;
    bool found = fscanf(file, "%" SCNd64, nanoseconds) == 1;
    fclose(file);
    return found && *nanoseconds > 0; /* 0: a kernel that does not count */
}

bool process_read_cost(long pid, struct process_cost *cost) {
    char line[1024];
    FILE *file = open_file(pid, "stat");
    if (file == NULL) return false;
    size_t length = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[length] = '\0';
    /* The second field is the program's name, which may hold anything; fields 14 and 15 are wanted. */
    const char *rest = strrchr(line, ')');
    if (rest == NULL || sscanf(rest + 1,
                               " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNd64 " %" SCNd64,
                               &cost->user, &cost->kernel) != 2)
        return false;
    if (!read_exact(pid, &cost->nanoseconds))
        cost->nanoseconds = (cost->user + cost->kernel) * (1000000000 / sysconf(_SC_CLK_TCK));
    return true;
}

/* Not from statm: the counters there lag behind by dozens of pages. */
bool process_read_memory(long pid, int64_t *bytes) {
    char line[256];
    int64_t kilobytes = 0;
    bool found = false;
    FILE *file = open_file(pid, "smaps_rollup");
    if (file == NULL) return false;
    while (!found && fgets(line, sizeof line, file) != NULL)
        found = sscanf(line, "Rss: %" SCNd64 " kB", &kilobytes) == 1;
    fclose(file);
    *bytes = kilobytes * 1024;
    return found;
}
