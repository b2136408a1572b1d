/* Which sockets are ready: epoll on Linux, poll() elsewhere.
 *
 * Both are level-triggered, so a socket that is not served is reported again. A socket without an
 * interest is taken out altogether: its hang-up would otherwise be reported without end. Compile with
 * -DLOOP_USE_POLL to have poll() on Linux too. */
#define _POSIX_C_SOURCE 200809L
#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#if defined(__linux__) && !defined(LOOP_USE_POLL)
#include <sys/epoll.h>

enum { BATCH = 256 };

struct loop {
    int epoll;
    struct epoll_event events[BATCH];
    struct watch *ready[BATCH];
};

struct loop *loop_new(void) {
    struct loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL) return NULL;
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll >= 0) return loop;
    free(loop);
    return NULL;
}

void loop_free(struct loop *loop) {
    if (loop == NULL) return;
    close(loop->epoll);
    free(loop);
}

bool loop_watch(struct loop *loop, struct watch *watch, short interest) {
    if (interest == watch->interest) return true;
    struct epoll_event event = {.data.ptr = watch};
    if ((interest & POLLIN) != 0) event.events |= EPOLLIN;
    if ((interest & POLLOUT) != 0) event.events |= EPOLLOUT;
    int operation = EPOLL_CTL_MOD;
    if (watch->interest == 0) operation = EPOLL_CTL_ADD;
    if (interest == 0) operation = EPOLL_CTL_DEL;
    if (epoll_ctl(loop->epoll, operation, watch->socket, &event) != 0) return false;
    watch->interest = interest;
    return true;
}

int loop_wait(struct loop *loop, int milliseconds, struct watch ***ready) {
    int count = epoll_wait(loop->epoll, loop->events, BATCH, milliseconds);
    if (count < 0) return errno == EINTR ? 0 : -1;
    for (int i = 0; i < count; i++) {
        struct watch *watch = loop->events[i].data.ptr;
        unsigned found = loop->events[i].events;
        watch->ready = 0;
        if ((found & EPOLLIN) != 0) watch->ready |= POLLIN;
        if ((found & EPOLLOUT) != 0) watch->ready |= POLLOUT;
        if ((found & EPOLLERR) != 0) watch->ready |= POLLERR;
        if ((found & EPOLLHUP) != 0) watch->ready |= POLLHUP;
        loop->ready[i] = watch;
    }
    *ready = loop->ready;
    return count;
}

#else

struct loop {
    struct pollfd *items;
    struct watch **watches;
    size_t count, room;
    struct watch **ready; /* what loop_wait found; loop_watch, called while these are served, never moves it */
    size_t ready_room;
};

struct loop *loop_new(void) {
    return calloc(1, sizeof(struct loop));
}

void loop_free(struct loop *loop) {
    if (loop == NULL) return;
    free(loop->items);
    free(loop->watches);
    free(loop->ready);
    free(loop);
}

static bool make_room(struct loop *loop) {
    if (loop->count < loop->room) return true;
    size_t room = loop->room == 0 ? 64 : 2 * loop->room;
    struct pollfd *items = realloc(loop->items, room * sizeof items[0]);
    if (items == NULL) return false;
    loop->items = items;
    struct watch **watches = realloc(loop->watches, room * sizeof watches[0]);
    if (watches == NULL) return false;
    loop->watches = watches;
    loop->room = room;
    return true;
}

bool loop_watch(struct loop *loop, struct watch *watch, short interest) {
    if (interest == watch->interest) return true;
    if (watch->interest == 0) {
        if (!make_room(loop)) return false;
        watch->slot = loop->count++;
        loop->watches[watch->slot] = watch;
    } else if (interest == 0) { /* the last one takes its place */
        size_t last = --loop->count;
        loop->watches[watch->slot] = loop->watches[last];
        loop->items[watch->slot] = loop->items[last];
        loop->watches[watch->slot]->slot = watch->slot;
    }
    if (interest != 0)
        loop->items[watch->slot] = (struct pollfd){.fd = watch->socket, .events = interest};
    watch->interest = interest;
    return true;
}

static bool make_ready_room(struct loop *loop) {
    if (loop->count <= loop->ready_room) return true;
    struct watch **ready = realloc(loop->ready, loop->room * sizeof ready[0]);
    if (ready == NULL) return false;
    loop->ready = ready;
    loop->ready_room = loop->room;
    return true;
}

int loop_wait(struct loop *loop, int milliseconds, struct watch ***ready) {
    if (!make_ready_room(loop)) return -1;
    int found = poll(loop->items, (nfds_t)loop->count, milliseconds), count = 0;
    if (found < 0) return errno == EINTR ? 0 : -1;
    for (size_t i = 0; i < loop->count && count < found; i++) {
        if (loop->items[i].revents == 0) continue;
        loop->watches[i]->ready = loop->items[i].revents;
        loop->ready[count++] = loop->watches[i];
    }
    *ready = loop->ready;
    return count;
}

#endif
