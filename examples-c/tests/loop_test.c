/* The loop that waits for very many sockets: built with epoll, and with poll(), for both must do the same. */
#define _POSIX_C_SOURCE 200809L
#include "common/loop.h"

#include <stdio.h>
#include <unistd.h>

enum { PIPES = 200 }; /* more than one growth of what the loop remembers */

static unsigned passed, failed;

static void check(bool good, const char *what) {
    if (good) passed++;
    else {
        failed++;
        printf("FAILED: %s\n", what);
    }
}

struct ends {
    struct watch read;
    int write;
};

static bool open_ends(struct ends *ends) {
    int both[2];
    if (pipe(both) != 0) return false;
    ends->read = (struct watch){.socket = both[0], .owner = ends};
    ends->write = both[1];
    return write(ends->write, "x", 1) == 1;
}

static void close_ends(struct ends *ends) {
    close(ends->read.socket);
    close(ends->write);
}

/* While a batch is served, sockets come and go: what loop_wait found must outlive that. */
static void watches_while_serving(struct loop *loop, struct ends *pipes) {
    struct watch **ready = NULL;
    bool added = true, same = true;
    check(loop_watch(loop, &pipes[0].read, POLLIN), "the first is watched");
    check(loop_wait(loop, 1000, &ready) == 1, "it is ready");
    for (size_t i = 1; i < PIPES; i++) {
        added = added && loop_watch(loop, &pipes[i].read, POLLIN);
        same = same && ready[0] == &pipes[0].read;
    }
    check(added, "the others are watched while it is served");
    check(same && ready[0]->owner == &pipes[0], "what was found stays where it was");
}

/* All that is ready is reported, in as many batches as the loop likes. */
static void reports_all(struct loop *loop, struct ends *pipes) {
    size_t reported = 0;
    bool good = true;
    for (int batch = 0; batch < PIPES && reported < PIPES; batch++) {
        struct watch **ready = NULL;
        int count = loop_wait(loop, 1000, &ready);
        for (int i = 0; i < count; i++) {
            good = good && (ready[i]->ready & POLLIN) != 0 && loop_watch(loop, ready[i], 0);
            reported++;
        }
        if (count <= 0) break;
    }
    check(good && reported == PIPES, "each is reported once, to be read, and let go");
    struct watch **ready = NULL;
    check(loop_wait(loop, 0, &ready) == 0, "none of them is reported after it was let go");
    check(loop_watch(loop, &pipes[7].read, POLLIN) && loop_wait(loop, 1000, &ready) == 1 &&
              ready[0] == &pipes[7].read,
          "one that is taken back is reported again");
}

int main(void) {
    static struct ends pipes[PIPES];
    struct loop *loop = loop_new();
    bool opened = loop != NULL;
    for (size_t i = 0; i < PIPES; i++) opened = opened && open_ends(&pipes[i]);
    check(opened, "a loop and its pipes");
    if (opened) {
        watches_while_serving(loop, pipes);
        reports_all(loop, pipes);
        for (size_t i = 0; i < PIPES; i++) close_ends(&pipes[i]);
    }
    loop_free(loop);
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
