/* mtproto-responder: a server of many clients that tells what it is spoken to with.
 *
 * It answers req_pq and req_pq_multi like a data centre, and anything that needs a key with a
 * transport error or a quick ack. This file: what the server does with a connection. */
#include "common/server.h"
#include "responder/connection.h"
#include "responder/log.h"
#include "responder/options.h"

int main(int count, char **words) {
    struct responder_options options;
    int status = RESPONDER_DONE;
    if (responder_read_options(count, words, &options, &status)) {
        const struct server_program program = {.name = "mtproto-responder",
                                               .listen = &options.listen,
                                               .once = options.once,
                                               .options = &options,
                                               .listening = log_listening,
                                               .open = connection_open,
                                               .serve = connection_serve,
                                               .check_time = connection_check_time,
                                               .close = connection_close};
        status = server_run(&program) ? RESPONDER_DONE : RESPONDER_FAILED;
    }
    responder_free_options(&options);
    return status;
}
