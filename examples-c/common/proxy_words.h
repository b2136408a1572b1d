/* MTProxy secrets and links as words of a command line. */
#ifndef EXAMPLES_PROXY_WORDS_H
#define EXAMPLES_PROXY_WORDS_H

#include "arguments.h"
#include "net.h"

#include <mtproto.h>

/* A secret of the caller's own, in any form that some app reads. NULL, with the reason said, when it
 * is none. `option` is named in the message; the text never is. */
mtproto_secret *proxy_words_secret(struct arguments *arguments, const char *option, const char *text);

/* Lets a server accept clients with this secret. False, with the reason said, when it is none. */
bool proxy_words_add_secret(struct arguments *arguments, mtproto_config *servers, const char *text);

/* Whether the word is meant as a link, not as HOST:PORT. */
bool proxy_words_is_link(const char *text);

/* Reads a link to an MTProxy: where it is, and its secret, which is the caller's own. NULL, with the
 * reason said, when it is none. */
mtproto_secret *proxy_words_link(struct arguments *arguments, const char *text,
                                 struct net_endpoint *endpoint);

#endif
