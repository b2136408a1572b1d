/* Which sockets are ready: epoll on Linux, poll() elsewhere. */
#ifndef EXAMPLES_LOOP_H
#define EXAMPLES_LOOP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

/* One socket that is waited for. It must not move in memory while it is. */
struct watch {
    int socket;     /* -1: none */
    short interest; /* poll() events; 0: it is not waited for, not even for its end */
    short ready;    /* what loop_wait found */
    size_t slot;    /* the loop's own */
    void *owner;
};

struct loop;

/* NULL when the system refuses. */
struct loop *loop_new(void);
void loop_free(struct loop *loop);

/* Changes what a socket is waited for. False: no memory. Set interest to 0 before it is closed. */
bool loop_watch(struct loop *loop, struct watch *watch, short interest);

/* Waits at most that long (-1: for ever). How many sockets are ready, 0 when the time is up or a signal
 * came, -1 when the system refuses. The watches found stay valid until the next call: do not free
 * them before all are served. */
int loop_wait(struct loop *loop, int milliseconds, struct watch ***ready);

#endif
