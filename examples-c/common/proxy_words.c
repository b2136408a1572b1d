/* MTProxy secrets and links as words of a command line.
 *
 * Words are pasted by people, so they are read as leniently as the official apps read them. */
#include "proxy_words.h"

#include <stdio.h>
#include <string.h>

enum { REASON_LENGTH = 256 };

mtproto_secret *proxy_words_secret(struct arguments *arguments, const char *option,
                                   const char *text) {
    mtproto_secret *secret = NULL;
    char reason[REASON_LENGTH];
    mtproto_status status = mtproto_secret_parse(text, strlen(text), MTPROTO_PARSE_LENIENT, &secret,
                                                 reason, sizeof reason);
    if (status == MTPROTO_OK) return secret;
    arguments_fail(arguments, "%s: %s", option,
                   reason[0] != '\0' ? reason : mtproto_status_text(status));
    return NULL;
}

bool proxy_words_add_secret(struct arguments *arguments, mtproto_config *servers, const char *text) {
    mtproto_secret *secret = proxy_words_secret(arguments, "--secret", text);
    if (secret == NULL) return false;
    mtproto_status status = mtproto_config_add_parsed_secret(servers, secret);
    mtproto_secret_free(secret);
    if (status != MTPROTO_OK) arguments_fail(arguments, "--secret: %s", mtproto_status_text(status));
    return status == MTPROTO_OK;
}

bool proxy_words_is_link(const char *text) {
    return strchr(text, '?') != NULL || strstr(text, "://") != NULL;
}

/* The link's own secret lives as long as the link: the caller gets a copy. */
static mtproto_secret *copy_of(const mtproto_secret *secret) {
    uint8_t bytes[199];
    size_t length = 0;
    mtproto_secret *copy = NULL;
    if (mtproto_secret_bytes(secret, bytes, sizeof bytes, &length) == MTPROTO_OK)
        (void)mtproto_secret_from_bytes(bytes, length, MTPROTO_PARSE_STRICT, &copy, NULL, 0);
    wipe(bytes, sizeof bytes);
    return copy;
}

mtproto_secret *proxy_words_link(struct arguments *arguments, const char *text,
                                 struct net_endpoint *endpoint) {
    mtproto_link *link = NULL;
    mtproto_secret *secret = NULL;
    char reason[REASON_LENGTH];
    mtproto_status status = mtproto_link_parse(text, strlen(text), MTPROTO_PARSE_LENIENT, &link,
                                               reason, sizeof reason);
    if (status != MTPROTO_OK)
        arguments_fail(arguments, "%s", reason[0] != '\0' ? reason : mtproto_status_text(status));
    else if (mtproto_link_kind(link) == MTPROTO_LINK_SOCKS5)
        arguments_fail(arguments, "this link is for a SOCKS5 proxy, which speaks no MTProto: "
                                  "a link with proxy?... is wanted, not socks?...");
    else if (strlen(mtproto_link_server(link)) >= sizeof endpoint->host)
        arguments_fail(arguments, "the server's name is too long");
    else {
        snprintf(endpoint->host, sizeof endpoint->host, "%s", mtproto_link_server(link));
        snprintf(endpoint->port, sizeof endpoint->port, "%u", (unsigned)mtproto_link_port(link));
        secret = copy_of(mtproto_link_secret(link));
        if (secret == NULL) arguments_fail(arguments, "out of memory");
    }
    mtproto_link_free(link);
    return secret;
}
