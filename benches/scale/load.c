/* scale-load: very many clients against one server that sends everything back, and what that costs the server.
 *
 * It prints one line per figure, separated by tabs: connections, name, per second, per second of the server's CPU
 * time, and the share of that spent outside the kernel in per cent, where it is known. */
#define _POSIX_C_SOURCE 200809L
#include "common/arguments.h"
#include "common/proxy_words.h"
#include "crowd.h"
#include "process.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_ROUNDS = 9, LEAST_REPLACED = 2000, LEAST_TICKS = 20 };
#define WARM_UP_MICROSECONDS ((int64_t)200 * 1000)
#define SETTLING_MICROSECONDS ((int64_t)500 * 1000)

static const char usage[] =
    "Usage: scale-load --connect HOST:PORT --pid PID --connections N [--secret TEXT]\n"
    "                  [--rounds N] [--seconds N]\n"
    "\n"
    "Opens N connections to a server that echoes, in one epoll loop, replaces them, and exchanges\n"
    "packets of several sizes. PID is the process whose CPU time and memory are looked at.\n";

struct settings {
    struct net_endpoint server;
    mtproto_config *config;
    long pid, connections, rounds;
    int64_t duration;
};

static const struct exchange {
    size_t size, window;
} exchanges[] = {{64, 1}, {64, 16}, {1024, 16}, {65536, 4}};
enum { EXCHANGES = sizeof exchanges / sizeof exchanges[0] };

/* ---- the clock on the wall, and the server's ---- */

struct reading {
    int64_t now;
    struct process_cost cost;
};

struct figure {
    double per_second, per_core; /* per_core: of the server's CPU time */
    int64_t user, kernel;        /* ticks of it */
};

static struct reading read_clocks(long pid) {
    struct reading reading = {.now = net_now()};
    (void)process_read_cost(pid, &reading.cost);
    return reading;
}

static struct figure figure_of(uint64_t count, const struct reading *from, const struct reading *to) {
    int64_t nanoseconds = to->cost.nanoseconds - from->cost.nanoseconds;
    struct figure figure = {.user = to->cost.user - from->cost.user,
                            .kernel = to->cost.kernel - from->cost.kernel};
    figure.per_second = (double)count * 1e6 / (double)(to->now - from->now);
    if (nanoseconds > 0) figure.per_core = (double)count * 1e9 / (double)nanoseconds;
    return figure;
}

static int compare(const void *left, const void *right) {
    const struct figure *a = left, *b = right;
    return (a->per_core > b->per_core) - (a->per_core < b->per_core);
}

static void print_figure(const struct settings *settings, const char *name, struct figure figure) {
    int64_t ticks = figure.user + figure.kernel;
    printf("%ld\t%s\t%.0f\t%.0f\t", settings->connections, name, figure.per_second,
           figure.per_core);
    if (ticks >= LEAST_TICKS) printf("%" PRId64, 100 * figure.user / ticks);
    printf("\n");
    fflush(stdout);
}

static void print_median(const struct settings *settings, const char *name, struct figure *figures) {
    size_t count = (size_t)settings->rounds;
    qsort(figures, count, sizeof figures[0], compare);
    struct figure median = figures[count / 2];
    median.user = median.kernel = 0; /* one round has too few ticks for a share */
    for (size_t i = 0; i < count; i++) {
        median.user += figures[i].user;
        median.kernel += figures[i].kernel;
    }
    print_figure(settings, name, median);
}

static void print_memory(const struct settings *settings, const char *name, int64_t before) {
    int64_t bytes = 0;
    if (!process_read_memory(settings->pid, &bytes)) return;
    printf("%ld\t%s\t%" PRId64 "\t\t\n", settings->connections, name,
           (bytes - before) / settings->connections);
}

/* ---- what is measured ---- */

/* The server's memory with a connection that came and went: what it needs once is no cost of a connection. */
static bool measure_empty(const struct settings *settings, struct crowd *crowd, int64_t *memory) {
    struct client client;
    memset(&client, 0, sizeof client);
    crowd_start(crowd, &client, 1);
    bool served = crowd_open(crowd, 1);
    crowd_end(crowd);
    struct timespec moment = {.tv_nsec = 200 * 1000 * 1000};
    (void)nanosleep(&moment, NULL);
    return served && process_read_memory(settings->pid, memory);
}

static bool measure_opening(const struct settings *settings, struct crowd *crowd, const char *name,
                            size_t connections) {
    struct reading from = read_clocks(settings->pid);
    if (!crowd_open(crowd, connections)) return false;
    struct reading to = read_clocks(settings->pid);
    print_figure(settings, name, figure_of(connections, &from, &to));
    return true;
}

static bool measure_exchange(const struct settings *settings, struct crowd *crowd,
                             const struct exchange *exchange, struct figure *figure) {
    if (!crowd_go(crowd, exchange->size, exchange->window) ||
        !crowd_serve(crowd, net_now() + WARM_UP_MICROSECONDS))
        return false;
    struct reading from = read_clocks(settings->pid);
    uint64_t before = crowd->echoed;
    if (!crowd_serve(crowd, from.now + settings->duration)) return false;
    struct reading to = read_clocks(settings->pid);
    *figure = figure_of(crowd->echoed - before, &from, &to);
    return crowd_halt(crowd);
}

/* The sizes take turns, so that a disturbance from outside does not hit one of them alone. */
static bool measure_exchanges(const struct settings *settings, struct crowd *crowd) {
    struct figure figures[EXCHANGES][MOST_ROUNDS];
    for (long round = 0; round < settings->rounds; round++)
        for (size_t i = 0; i < EXCHANGES; i++)
            if (!measure_exchange(settings, crowd, &exchanges[i], &figures[i][round])) return false;
    for (size_t i = 0; i < EXCHANGES; i++) {
        char name[32];
        snprintf(name, sizeof name, "%zux%zu", exchanges[i].size, exchanges[i].window);
        print_median(settings, name, figures[i]);
    }
    return true;
}

static bool measure(const struct settings *settings, struct crowd *crowd) {
    size_t count = (size_t)settings->connections;
    size_t replaced = count > LEAST_REPLACED ? count : LEAST_REPLACED;
    struct timespec moment = {.tv_nsec = SETTLING_MICROSECONDS * 1000};
    struct client *clients = calloc(count, sizeof clients[0]);
    int64_t memory = 0;
    bool done = clients != NULL && measure_empty(settings, crowd, &memory);
    crowd_start(crowd, clients, clients != NULL ? count : 0);
    done = done && measure_opening(settings, crowd, "opened", count);
    (void)nanosleep(&moment, NULL);
    if (done) print_memory(settings, "memory-idle", memory);
    done = done && measure_opening(settings, crowd, "replaced", replaced) &&
           measure_exchanges(settings, crowd);
    (void)nanosleep(&moment, NULL);
    if (done) print_memory(settings, "memory-after", memory);
    crowd_end(crowd);
    free(clients);
    return done;
}

/* ---- the command line ---- */

static void add_secret(struct arguments *arguments, mtproto_config *config, const char *value) {
    mtproto_secret *secret = proxy_words_secret(arguments, "--secret", value);
    if (secret == NULL) return;
    /* A secret is for proxies, which want to know which DC is meant. */
    if (mtproto_config_add_parsed_secret(config, secret) != MTPROTO_OK ||
        mtproto_config_set_dc(config, 2, 0) != MTPROTO_OK)
        arguments_fail(arguments, "--secret: it cannot be used");
    mtproto_secret_free(secret);
}

static void read_number(struct arguments *arguments, const char *value, long most, long *number) {
    if (!parse_integer(value, 1, most, number))
        arguments_fail(arguments, "a number from 1 to %ld is wanted", most);
}

static bool read_arguments(struct arguments *arguments, struct settings *settings) {
    const char *value = NULL;
    long seconds = 1;
    while (arguments_next(arguments)) {
        if (arguments_option(arguments, "--connect", &value)) {
            if (!net_parse_endpoint(value, &settings->server))
                arguments_fail(arguments, "--connect wants HOST:PORT");
        } else if (arguments_option(arguments, "--pid", &value))
            read_number(arguments, value, 1L << 30, &settings->pid);
        else if (arguments_option(arguments, "--connections", &value))
            read_number(arguments, value, 1000000, &settings->connections);
        else if (arguments_option(arguments, "--rounds", &value))
            read_number(arguments, value, MOST_ROUNDS, &settings->rounds);
        else if (arguments_option(arguments, "--seconds", &value))
            read_number(arguments, value, 60, &seconds);
        else if (arguments_option(arguments, "--secret", &value))
            add_secret(arguments, settings->config, value);
        else arguments_unknown(arguments);
    }
    settings->duration = seconds * 1000000;
    if (!arguments->failed && (settings->pid == 0 || settings->connections == 0))
        arguments_fail(arguments, "--connect, --pid and --connections are needed");
    return !arguments->failed;
}

int main(int count, char **words) {
    struct settings settings = {.config = mtproto_config_new(), .rounds = 3};
    struct arguments arguments = arguments_of("scale-load", count, words);
    struct crowd crowd = {.loop = loop_new(), .config = settings.config};
    bool done = false;
    if (count == 2 && strcmp(words[1], "--help") == 0) {
        fputs(usage, stdout);
        done = true;
    } else if (crowd.loop == NULL || settings.config == NULL ||
               mtproto_config_set_envelope(settings.config, MTPROTO_ENVELOPE_INTERMEDIATE) !=
                   MTPROTO_OK) {
        fputs("scale-load: out of memory\n", stderr);
    } else if (read_arguments(&arguments, &settings)) {
        net_raise_descriptor_limit();
        done = net_resolve(&settings.server, &crowd.server, &crowd.problem) &&
               measure(&settings, &crowd);
        if (!done)
            fprintf(stderr, "scale-load: %s\n",
                    crowd.problem != NULL ? crowd.problem : "the process cannot be looked at");
    }
    loop_free(crowd.loop);
    mtproto_config_free(settings.config);
    return done ? 0 : 1;
}
