/*
 * libmtproto: the transport layers of MTProto, without any I/O.
 *
 * Generated from the library's sources (src/capi); do not edit. "make header"
 * makes it anew.
 *
 *     your MTProto packets                        events
 *        | push_payload                              ^ pull_event
 *        v                                           |
 *     +----------------- mtproto_transport -----------------+
 *     | envelope  ->  obfuscation        the same, reversed |
 *     +-----------------------------------------------------+
 *        | pull_wire, or peek + consume              ^ push_wire, or reserve + commit
 *        v                                           |
 *     your socket                                 your socket
 *
 * The rules that hold for every function:
 *
 * 1. Status. A function that can fail returns a mtproto_status: 0 is success, a
 *    positive value is about the flow (nothing to report, buffer full), a
 *    negative value is an error. Results go through out-parameters, which are
 *    written on MTPROTO_OK only, unless the function says otherwise. Besides
 *    the statuses that a function lists, any function that returns one may
 *    return MTPROTO_ERROR_PANIC, and one that takes bytes those of rule 5.
 * 2. Errors. After -1xx (the call was wrong) and -3xx (the system was) nothing
 *    has changed: mend it and go on. A server that lacks random bytes or memory
 *    in a handshake repeats that status instead: close the connection. After
 *    -2xx (the peer broke the protocol) and -9xx the transport is dead: each
 *    further call with good arguments returns the same status, and only
 *    mtproto_transport_free is left. What was still queued for the wire is lost
 *    with it, except after -2xx over a WebSocket whose opening was answered: it
 *    ends in a close frame that tells the peer why, and can be pulled and sent.
 * 3. Ownership. What a ..._new function returned is yours; give it to the
 *    matching ..._free, once. NULL is fine to free. What you pass in is copied,
 *    and may be changed or freed when the call is over.
 * 4. Views. A pointer that the library gives into a transport's memory lives
 *    until the next call on that transport that takes it as not const. Do not
 *    pass it into such a call either: to send a payload back, copy it first.
 * 5. Bytes. (NULL, 0) is an empty input wherever bytes are passed in; (NULL, n)
 *    is MTPROTO_ERROR_NULL_ARGUMENT, and a length that no object can have is
 *    MTPROTO_ERROR_INVALID_ARGUMENT. Buffers to be filled need not be
 *    initialised. Lengths and counts are in bytes.
 * 6. Structs. Set struct_size to sizeof the struct. Fields are only ever added
 *    at the end, so that programs and libraries of different age fit together.
 *    mtproto_bytes, which has none, stays as it is.
 * 7. Memory. Where memory is not to be had, the call says so, by
 *    MTPROTO_ERROR_OUT_OF_MEMORY or by the NULL that it documents; nothing has
 *    changed and nothing is lost. The process never ends for it.
 * 8. Threads. A handle may be moved from thread to thread. Calls on one handle
 *    must not overlap, except calls that take it as const with one another.
 *    Different handles have nothing in common.
 * 9. Nothing else. No sockets, no timers, no threads, no callbacks, no globals.
 *    The system's clock is read for fake TLS and a replay cache alone, and only
 *    where mtproto_config_set_unix_time gave no time.
 *
 * A client, on a blocking socket that is connected:
 *
 *     // Sends one packet; returns how many bytes the answer has, or -1.
 *     long ask(int fd, const uint8_t *packet, size_t length) {
 *       mtproto_transport *transport = NULL;
 *       mtproto_config *config = mtproto_config_new();
 *       long answer = -1;
 *       if (mtproto_client_new(config, &transport) != MTPROTO_OK ||
 *           mtproto_transport_push_payload(transport, packet, length, NULL) != MTPROTO_OK)
 *         goto done;
 *       for (;;) {
 *         mtproto_event event;
 *         mtproto_status status;
 *         const uint8_t *data;
 *         size_t count;
 *         event.struct_size = sizeof event;
 *         while ((status = mtproto_transport_pull_event(transport, &event)) == MTPROTO_OK) {
 *           if (event.kind == MTPROTO_EVENT_PAYLOAD) answer = (long)event.length;
 *           if (event.kind != MTPROTO_EVENT_CONNECTED) goto done;
 *         }
 *         if (status != MTPROTO_NO_EVENT) goto done; // mtproto_status_text tells why
 *         while (mtproto_transport_wants_write(transport)) {
 *           ssize_t sent;
 *           if (mtproto_transport_peek_wire(transport, &data, &count) != MTPROTO_OK) goto done;
 *           if ((sent = send(fd, data, count, MSG_NOSIGNAL)) <= 0) goto done;
 *           if (mtproto_transport_consume_wire(transport, (size_t)sent) != MTPROTO_OK) goto done;
 *         }
 *         uint8_t *room; // recv() straight into the transport
 *         if (mtproto_transport_reserve_wire(transport, 0, &room, &count) != MTPROTO_OK) goto done;
 *         ssize_t received = recv(fd, room, count, 0);
 *         if (received < 0) goto done;
 *         if (received == 0) status = mtproto_transport_push_wire_end(transport);
 *         else status = mtproto_transport_commit_wire(transport, (size_t)received);
 *         if (status != MTPROTO_OK) goto done;
 *       }
 *     done:
 *       mtproto_transport_free(transport);
 *       mtproto_config_free(config);
 *       return answer;
 *     }
 */

#ifndef MTPROTO_H
#define MTPROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The version of this header; mtproto_version_number is that of the library. */
#define MTPROTO_VERSION_MAJOR 0
/** The same, its second number. */
#define MTPROTO_VERSION_MINOR 1
/** The same, its third number. */
#define MTPROTO_VERSION_PATCH 0
/** Major, minor and patch in one byte each. */
#define MTPROTO_VERSION_NUMBER 0x000100
/** The same as text. */
#define MTPROTO_VERSION_STRING "0.1.0"


/**
 * Only what the specification describes: for secrets and links that one makes
 * or publishes. Begin 17 bytes with dd: the specification allows any byte there,
 * and most official apps do not. Everything else that passes works in all.
 */
#define MTPROTO_PARSE_STRICT 0

/**
 * Also what some official app tolerates: for what a user pastes.
 */
#define MTPROTO_PARSE_LENIENT 1

/**
 * 16 bytes, the key alone: obfuscation, any envelope.
 */
#define MTPROTO_SECRET_PLAIN 1

/**
 * 17 bytes, a first byte (dd) and the key: obfuscation, Padded intermediate.
 */
#define MTPROTO_SECRET_TAGGED 2

/**
 * ee, the key and a domain: Padded intermediate inside fake TLS.
 */
#define MTPROTO_SECRET_FAKE_TLS 3

/**
 * tg://proxy?... or t.me/proxy?...: server, port, secret.
 */
#define MTPROTO_LINK_MTPROXY 1

/**
 * tg://socks?... or t.me/socks?...: server, port, perhaps user and password.
 */
#define MTPROTO_LINK_SOCKS5 2

/**
 * The link that opens the app: tg://proxy?...
 */
#define MTPROTO_LINK_FORM_TG 0

/**
 * The link that works in a browser too: https://t.me/proxy?...
 */
#define MTPROTO_LINK_FORM_HTTPS 1

/**
 * WebSocket, for apps and browsers: /apiws.
 */
#define MTPROTO_SERVICE_WEBSOCKET 0

/**
 * HTTP for apps: /api.
 */
#define MTPROTO_SERVICE_HTTP 1

/**
 * HTTP for a browser's page: /apiw.
 */
#define MTPROTO_SERVICE_HTTP_FROM_BROWSER 2

/**
 * Abridged: 1 or 4 bytes a packet.
 */
#define MTPROTO_ENVELOPE_ABRIDGED 1

/**
 * Intermediate: 4 bytes a packet.
 */
#define MTPROTO_ENVELOPE_INTERMEDIATE 2

/**
 * Padded intermediate: 4 bytes and up to 15 random ones a packet.
 */
#define MTPROTO_ENVELOPE_PADDED_INTERMEDIATE 3

/**
 * Full: 12 bytes a packet, with sequence number and CRC32; no quick acks.
 */
#define MTPROTO_ENVELOPE_FULL 4

/**
 * How long the key of a secret is, in bytes.
 */
#define MTPROTO_SECRET_LENGTH 16

/**
 * How long the initialization payload is, in bytes.
 */
#define MTPROTO_INITIALIZATION_PAYLOAD_LENGTH 64

/**
 * Accept Abridged, Intermediate and Padded intermediate in clear.
 */
#define MTPROTO_ACCEPT_PLAIN 1u

/**
 * Accept Full in clear.
 */
#define MTPROTO_ACCEPT_PLAIN_FULL 2u

/**
 * Accept obfuscated connections without a secret.
 */
#define MTPROTO_ACCEPT_OBFUSCATED 4u

/**
 * Accept connections with one of the secrets, each as its form says: 16 bytes,
 * obfuscated in any envelope; 17 bytes, obfuscated in Padded intermediate; with
 * a domain, inside fake TLS.
 */
#define MTPROTO_ACCEPT_SECRET 8u

/**
 * Accept Full too under the obfuscation that the two above allow. It has no
 * tag, so that eight bytes more are needed to refuse a stranger.
 */
#define MTPROTO_ACCEPT_OBFUSCATED_FULL 16u

/**
 * Accept WebSocket, with an obfuscated stream inside that the flags above
 * allow. Not accepted by default.
 */
#define MTPROTO_ACCEPT_WEBSOCKET 32u

/**
 * Accept HTTP: packets in the bodies of POST requests. Not accepted by default.
 */
#define MTPROTO_ACCEPT_HTTP 64u

/**
 * The DC is one of the test network.
 */
#define MTPROTO_DC_TEST 1u

/**
 * The DC is a media DC (not a CDN DC).
 */
#define MTPROTO_DC_MEDIA 2u

/**
 * Quick acks in Padded intermediate as documented: in a frame.
 */
#define MTPROTO_QUICK_ACK_FORM_DOCUMENTED 0

/**
 * Quick acks in Padded intermediate as 4 bytes without an envelope.
 */
#define MTPROTO_QUICK_ACK_FORM_RAW 1

/**
 * Made for speed: buffers keep the size they grew to.
 */
#define MTPROTO_MEMORY_FAST 0

/**
 * Made to be one of very many: buffers are given back when they are empty.
 */
#define MTPROTO_MEMORY_SMALL 1

/**
 * The hello of a Chrome of today, as TDLib's: about 1.8 KiB. The proxies of
 * 2019 do not know it for a hello.
 */
#define MTPROTO_TLS_PROFILE_CHROME 0

/**
 * The hello of a Safari of today.
 */
#define MTPROTO_TLS_PROFILE_SAFARI 1

/**
 * The 517 bytes of the hellos of 2019 to 2023, for old proxies.
 */
#define MTPROTO_TLS_PROFILE_CLASSIC 2

/**
 * The way is clear: payloads can be sent. The first event, unless NOT_OURS or
 * CLOSED is. Set: envelope, carrier, flags, dc, secret_index; with fake TLS
 * data and length, the domain that was asked for (not NUL-terminated), and as
 * server clock_skew.
 */
#define MTPROTO_EVENT_CONNECTED 1

/**
 * One MTProto packet. Set: data, length, flags. Empty only over HTTP, as
 * client, where the server answered without a packet.
 */
#define MTPROTO_EVENT_PAYLOAD 2

/**
 * Client: the server has received, decrypted and accepted a packet that a
 * quick ack was asked for. Set: quick_ack_token.
 */
#define MTPROTO_EVENT_QUICK_ACK 3

/**
 * Client: the server refuses to go on; close the connection. Set: code, as
 * 404; see mtproto_transport_error_meaning.
 */
#define MTPROTO_EVENT_TRANSPORT_ERROR 4

/**
 * Server: this is nobody that is spoken with here. Set: code, one of
 * MTPROTO_NOT_OURS_*, and clock_skew with MTPROTO_NOT_OURS_CLOCK; data and
 * length: every byte that was received, as it was
 * received, for an app that relays the connection elsewhere. The last event.
 */
#define MTPROTO_EVENT_NOT_OURS 5

/**
 * The peer's stream has ended. Set: code, one of MTPROTO_CLOSED_*. The last
 * event.
 */
#define MTPROTO_EVENT_CLOSED 6

/**
 * TCP, or any other stream of bytes.
 */
#define MTPROTO_CARRIER_TCP 1

/**
 * What looks like TLS 1.3, for secrets with a domain.
 */
#define MTPROTO_CARRIER_FAKE_TLS 2

/**
 * WebSocket (RFC 6455), binary messages.
 */
#define MTPROTO_CARRIER_WEBSOCKET 3

/**
 * HTTP/1.1, a packet in each body.
 */
#define MTPROTO_CARRIER_HTTP 4

/**
 * CONNECTED: the stream is obfuscated.
 */
#define MTPROTO_EVENT_FLAG_OBFUSCATED 1u

/**
 * PAYLOAD, server: the client asks for a quick ack.
 */
#define MTPROTO_EVENT_FLAG_QUICK_ACK_WANTED 2u

/**
 * CONNECTED: the field dc is meaningful.
 */
#define MTPROTO_EVENT_FLAG_DC 4u

/**
 * The start of an HTTP request.
 */
#define MTPROTO_NOT_OURS_HTTP 1

/**
 * The start of a TLS handshake.
 */
#define MTPROTO_NOT_OURS_TLS 2

/**
 * 64 bytes that nothing in the config opens.
 */
#define MTPROTO_NOT_OURS_UNKNOWN_OPENING 3

/**
 * An envelope in clear, which the config does not accept.
 */
#define MTPROTO_NOT_OURS_NOT_ACCEPTED 4

/**
 * A TLS hello that none of the secrets made: a browser's, a prober's.
 */
#define MTPROTO_NOT_OURS_UNKNOWN_SECRET 5

/**
 * A TLS hello that is malformed.
 */
#define MTPROTO_NOT_OURS_MALFORMED_HELLO 6

/**
 * A TLS hello above 16 KiB, or in more than 10 records.
 */
#define MTPROTO_NOT_OURS_HELLO_TOO_LARGE 7

/**
 * A hello made with a secret, but for a domain of none of them.
 */
#define MTPROTO_NOT_OURS_FOREIGN_SERVER_NAME 8

/**
 * A hello made with a secret, but without a cipher that can be answered.
 */
#define MTPROTO_NOT_OURS_NO_COMMON_CIPHER 9

/**
 * A hello made with a secret, by a clock that is too far off: see clock_skew.
 */
#define MTPROTO_NOT_OURS_CLOCK 10

/**
 * A handshake that was accepted before: somebody repeats it.
 */
#define MTPROTO_NOT_OURS_REPLAYED 11

/**
 * The stream ended before it could be told what it is. Where a client is silent
 * for too long, mtproto_transport_push_wire_end gives its bytes back by this.
 */
#define MTPROTO_NOT_OURS_INCOMPLETE 12

/**
 * Cleanly, after a whole frame or before the first one.
 */
#define MTPROTO_CLOSED_BETWEEN_FRAMES 1

/**
 * In the middle of a frame, which is lost.
 */
#define MTPROTO_CLOSED_INSIDE_FRAME 2

/**
 * Server: before the first byte, or behind a fake TLS hello or a request for a
 * WebSocket that was answered. Client: before the peer answered either.
 */
#define MTPROTO_CLOSED_BEFORE_OPENING 3

/**
 * Server: an HTTP request was refused with a status, which waits to be sent.
 * Send it, then close the connection.
 */
#define MTPROTO_CLOSED_REFUSED 4

/**
 * Over HTTP: cleanly, but payloads that waited for their turn were not sent
 * (mtproto_config_set_queue_turns). Push them again on another connection.
 */
#define MTPROTO_CLOSED_UNSENT 5

/**
 * Client: ask for a quick ack.
 */
#define MTPROTO_SEND_QUICK_ACK 1u

/**
 * Before the payload of mtproto_transport_pack_in_place, in bytes.
 */
#define MTPROTO_IN_PLACE_HEAD_ROOM 72

/**
 * Behind the payload of mtproto_transport_pack_in_place, in bytes.
 */
#define MTPROTO_IN_PLACE_TAIL_ROOM 16

/**
 * How long an authorization key is, in bytes.
 */
#define MTPROTO_AUTH_KEY_LENGTH 256

/**
 * The settings of a transport. Make one, set what differs from the defaults,
 * make any number of transports from it, and free it: they keep what they
 * need.
 */
typedef struct mtproto_config mtproto_config;

/**
 * A link to a proxy. It never changes, so any number of threads may use it at
 * the same time; what is secret in it is wiped when it is freed.
 */
typedef struct mtproto_link mtproto_link;

/**
 * The handshakes that were accepted, of fake TLS and of obfuscation with a
 * secret, so that a recorded one is not accepted again. (Without a secret anybody
 * can make one, and none is remembered.) One cache serves all servers that
 * have the same secrets, from any number of threads at the same time: it has a
 * lock of its own.
 */
typedef struct mtproto_replay_cache mtproto_replay_cache;

/**
 * The secret of a proxy. It never changes, so any number of threads may use it
 * at the same time; the key is wiped when it is freed.
 */
typedef struct mtproto_secret mtproto_secret;

/**
 * One connection, as client or as server, without its socket: you receive and
 * send the bytes, it makes events and wire bytes of them.
 */
typedef struct mtproto_transport mtproto_transport;

/**
 * What a call came to: 0 is success, a positive value is about the flow and no
 * error, a negative value is an error. The numbers are grouped (below -100 the
 * call was wrong, -200 the peer was, -300 the system was, -900 the library
 * was), only ever added to, and never used for something else.
 */
typedef int32_t mtproto_status;

/**
 * How a payload is sent. New fields come at the end only.
 */
typedef struct {
  /**
   * sizeof(mtproto_send_options).
   */
  size_t struct_size;
  /**
   * MTPROTO_SEND_QUICK_ACK, or 0.
   */
  uint32_t flags;
  /**
   * With MTPROTO_SEND_QUICK_ACK: what mtproto_quick_ack_token gave; the
   * QUICK_ACK event will carry it. 0 stands for any token: for a relay, which
   * cannot compute it. The latest 1024 that were not answered are remembered.
   */
  uint32_t quick_ack_token;
} mtproto_send_options;

/**
 * What happened. Set struct_size before the call; fields that the kind does
 * not set are 0 (secret_index: -1). New fields come at the end only.
 */
typedef struct {
  /**
   * In: sizeof(mtproto_event). That many bytes are written: fields that a
   * newer program has and an older library does not are 0.
   */
  size_t struct_size;
  /**
   * A view of length bytes, until the next call on the transport that is not
   * const; NULL where there are none.
   */
  const uint8_t *data;
  /**
   * In bytes.
   */
  size_t length;
  /**
   * One of MTPROTO_EVENT_*.
   */
  int32_t kind;
  /**
   * MTPROTO_EVENT_FLAG_*, or-ed.
   */
  uint32_t flags;
  /**
   * TRANSPORT_ERROR: the code, positive. NOT_OURS, CLOSED: the reason.
   */
  int32_t code;
  /**
   * QUICK_ACK: the token.
   */
  uint32_t quick_ack_token;
  /**
   * CONNECTED: one of MTPROTO_ENVELOPE_*; 0 over HTTP, which needs none.
   */
  int32_t envelope;
  /**
   * CONNECTED: one of MTPROTO_CARRIER_*.
   */
  int32_t carrier;
  /**
   * CONNECTED, where MTPROTO_EVENT_FLAG_DC is set: the signed number as it
   * went over the wire: 2, 10002 (test), -4 (media). Random where the client
   * gave none: look for one of your DCs, do not trust it to be one.
   */
  int32_t dc;
  /**
   * CONNECTED: which secret, in the order of mtproto_config_add_secret, from
   * 0; -1 without a secret.
   */
  int32_t secret_index;
  /**
   * The peer's clock minus ours, in seconds: CONNECTED, as server over fake
   * TLS; NOT_OURS with MTPROTO_NOT_OURS_CLOCK.
   */
  int32_t clock_skew;
  /**
   * 0.
   */
  int32_t reserved;
} mtproto_event;

/**
 * Bytes of yours, for a call that takes many pieces of them.
 */
typedef struct {
  /**
   * The bytes; may be NULL where length is 0.
   */
  const uint8_t *data;
  /**
   * Their number.
   */
  size_t length;
} mtproto_bytes;

/**
 * Done.
 */
#define MTPROTO_OK 0

/**
 * Flow: there is no event. Push more wire bytes.
 */
#define MTPROTO_NO_EVENT 1

/**
 * Flow: the receive buffer is at its ceiling and nothing was taken. Pull
 * events until there is none, then go on.
 */
#define MTPROTO_EVENTS_PENDING 2

/**
 * Flow: the buffer is too small and nothing was written; the length says how
 * much there is.
 */
#define MTPROTO_NEED_SPACE 3

/**
 * A pointer is NULL that must not be.
 */
#define MTPROTO_ERROR_NULL_ARGUMENT (-101)

/**
 * A value is outside of what the parameter allows.
 */
#define MTPROTO_ERROR_INVALID_ARGUMENT (-102)

/**
 * A struct's struct_size is below that of the first version, or an event's is
 * above 4096.
 */
#define MTPROTO_ERROR_STRUCT_SIZE (-103)

/**
 * The call belongs to the other role, client or server.
 */
#define MTPROTO_ERROR_WRONG_ROLE (-104)

/**
 * Server: nothing can be sent before the client is recognised.
 */
#define MTPROTO_ERROR_NOT_CONNECTED (-105)

/**
 * Wire bytes were pushed after the end of the stream.
 */
#define MTPROTO_ERROR_ENDED (-106)

/**
 * More bytes were consumed, committed or reserved than there can be.
 */
#define MTPROTO_ERROR_COUNT (-107)

/**
 * HTTP: it is the other end's turn.
 */
#define MTPROTO_ERROR_OUT_OF_TURN (-108)

/**
 * The WebSocket was closed, or the HTTP connection ends with its last response:
 * nothing can be sent any more.
 */
#define MTPROTO_ERROR_CLOSED (-109)

/**
 * The payload is empty.
 */
#define MTPROTO_ERROR_PAYLOAD_EMPTY (-110)

/**
 * The payload's length is not a multiple of 4.
 */
#define MTPROTO_ERROR_PAYLOAD_MISALIGNED (-111)

/**
 * The payload is over the limit of the config or of the envelope.
 */
#define MTPROTO_ERROR_PAYLOAD_TOO_LARGE (-112)

/**
 * A client would read this short payload as a quick ack, a transport error or
 * a no-op.
 */
#define MTPROTO_ERROR_PAYLOAD_AMBIGUOUS (-113)

/**
 * The Full envelope has no quick acks, nor has HTTP.
 */
#define MTPROTO_ERROR_QUICK_ACK_UNSUPPORTED (-114)

/**
 * The top bit of the quick-ack token is not set.
 */
#define MTPROTO_ERROR_QUICK_ACK_TOKEN (-115)

/**
 * There is no such endpoint: the index is past the last one, or the DC has none.
 */
#define MTPROTO_ERROR_NO_ENDPOINT (-116)

/**
 * The largest payload is out of range or not a multiple of 4.
 */
#define MTPROTO_ERROR_CONFIG_MAX_PAYLOAD (-121)

/**
 * More than 15 bytes of padding.
 */
#define MTPROTO_ERROR_CONFIG_MAX_PADDING (-122)

/**
 * A client was given more than one secret.
 */
#define MTPROTO_ERROR_CONFIG_TOO_MANY_SECRETS (-124)

/**
 * A client was given a secret, and obfuscation is off.
 */
#define MTPROTO_ERROR_CONFIG_SECRET_WITHOUT_OBFUSCATION (-125)

/**
 * A client was given a secret, and no DC.
 */
#define MTPROTO_ERROR_CONFIG_SECRET_WITHOUT_DC (-126)

/**
 * What the server shall accept does not fit its secrets, or is nothing.
 */
#define MTPROTO_ERROR_CONFIG_ACCEPT (-127)

/**
 * There is no such DC id.
 */
#define MTPROTO_ERROR_CONFIG_DC (-128)

/**
 * The most payload in a record is out of range.
 */
#define MTPROTO_ERROR_CONFIG_MAX_RECORD (-129)

/**
 * The range of the answer's size is no range, or out of range.
 */
#define MTPROTO_ERROR_CONFIG_ANSWER_SIZE (-130)

/**
 * The secret wants Padded intermediate, and another envelope was set.
 */
#define MTPROTO_ERROR_CONFIG_SECRET_NEEDS_PADDING (-131)

/**
 * No ClientHello can be made for the secret's domain.
 */
#define MTPROTO_ERROR_CONFIG_TLS_HELLO (-132)

/**
 * The host, path or origin of the WebSocket, the target, host or another field
 * of the HTTP requests, or a path to be served, is empty, does not begin with a
 * slash, or has characters that cannot be sent.
 */
#define MTPROTO_ERROR_CONFIG_TARGET (-133)

/**
 * WebSocket carries obfuscated streams only.
 */
#define MTPROTO_ERROR_CONFIG_WEBSOCKET_WITHOUT_OBFUSCATION (-134)

/**
 * A secret with a domain is spoken with fake TLS, not through another carrier.
 */
#define MTPROTO_ERROR_CONFIG_CARRIER_WITH_FAKE_TLS (-135)

/**
 * HTTP has no obfuscation, secrets and envelopes.
 */
#define MTPROTO_ERROR_CONFIG_HTTP_WITH_OBFUSCATION (-136)

/**
 * The secret is empty.
 */
#define MTPROTO_ERROR_SECRET_EMPTY (-140)

/**
 * The secret's text is neither hexadecimal nor base64.
 */
#define MTPROTO_ERROR_SECRET_TEXT (-141)

/**
 * The secret has fewer than 16 bytes.
 */
#define MTPROTO_ERROR_SECRET_TOO_SHORT (-142)

/**
 * The secret has more bytes than its form takes.
 */
#define MTPROTO_ERROR_SECRET_TOO_LONG (-143)

/**
 * The secret begins with ee, but has no domain.
 */
#define MTPROTO_ERROR_SECRET_NO_DOMAIN (-144)

/**
 * The secret's domain is no host name.
 */
#define MTPROTO_ERROR_SECRET_DOMAIN (-145)

/**
 * The link is empty.
 */
#define MTPROTO_ERROR_LINK_EMPTY (-150)

/**
 * Strict: there is white space around the link.
 */
#define MTPROTO_ERROR_LINK_WHITE_SPACE (-151)

/**
 * The link does not lead to Telegram.
 */
#define MTPROTO_ERROR_LINK_HOST (-152)

/**
 * The link leads to Telegram, but not to a proxy.
 */
#define MTPROTO_ERROR_LINK_NOT_A_PROXY (-153)

/**
 * The link is one to a SOCKS5 proxy, where one to an MTProxy is needed.
 */
#define MTPROTO_ERROR_LINK_SOCKS5 (-154)

/**
 * The link is one to a web proxy, which is not supported.
 */
#define MTPROTO_ERROR_LINK_WEB_PROXY (-155)

/**
 * The link has no server, no port or no secret, or an empty one.
 */
#define MTPROTO_ERROR_LINK_MISSING (-156)

/**
 * Strict: the link has a parameter more than once.
 */
#define MTPROTO_ERROR_LINK_TWICE (-157)

/**
 * The link's percent-encoding is broken, or gives no UTF-8.
 */
#define MTPROTO_ERROR_LINK_ENCODING (-158)

/**
 * The link's server is neither a host name nor an IP address.
 */
#define MTPROTO_ERROR_LINK_SERVER (-159)

/**
 * The link's port is no number from 1 to 65535.
 */
#define MTPROTO_ERROR_LINK_PORT (-160)

/**
 * The link's user name or password is too long, or has a zero byte.
 */
#define MTPROTO_ERROR_LINK_CREDENTIAL (-161)

/**
 * The peer announced a frame without a payload.
 */
#define MTPROTO_ERROR_LENGTH_ZERO (-201)

/**
 * The peer announced a frame over the limit of the config.
 */
#define MTPROTO_ERROR_LENGTH_TOO_LARGE (-202)

/**
 * The peer announced a length that is not a multiple of 4.
 */
#define MTPROTO_ERROR_LENGTH_MISALIGNED (-203)

/**
 * The peer announced a length below what the envelope itself takes.
 */
#define MTPROTO_ERROR_LENGTH_TOO_SHORT (-204)

/**
 * The peer wrote a short length in Abridged's long form.
 */
#define MTPROTO_ERROR_LENGTH_OVERLONG (-205)

/**
 * Full: a frame was lost, repeated or reordered.
 */
#define MTPROTO_ERROR_SEQUENCE_NUMBER (-206)

/**
 * Full: a frame was damaged.
 */
#define MTPROTO_ERROR_CHECKSUM (-207)

/**
 * Full: the client asked for a quick ack, which this envelope does not have.
 */
#define MTPROTO_ERROR_QUICK_ACK_IN_FULL (-208)

/**
 * The NOT_OURS event was reported: the connection is the app's now.
 */
#define MTPROTO_ERROR_NOT_OURS (-209)

/**
 * Client, fake TLS: what answered does not speak TLS: no proxy for this secret.
 */
#define MTPROTO_ERROR_FAKE_TLS_NOT_TLS (-220)

/**
 * Client, fake TLS: a real site answered, not a proxy that knows the secret:
 * wrong secret or domain, a clock that is off, a repeated hello, or no proxy.
 */
#define MTPROTO_ERROR_FAKE_TLS_REAL_SITE (-221)

/**
 * Client, fake TLS: the answer is malformed.
 */
#define MTPROTO_ERROR_FAKE_TLS_MALFORMED (-222)

/**
 * Fake TLS: the stream of records is broken.
 */
#define MTPROTO_ERROR_FAKE_TLS_RECORD (-223)

/**
 * Server: the initialization payload inside fake TLS or WebSocket was not made
 * with a secret that is accepted there, or the replay cache knows it.
 */
#define MTPROTO_ERROR_INITIALIZATION_PAYLOAD (-224)

/**
 * Client: the server did not agree to the WebSocket.
 */
#define MTPROTO_ERROR_WEBSOCKET_OPENING (-230)

/**
 * The stream of WebSocket frames is broken.
 */
#define MTPROTO_ERROR_WEBSOCKET_FRAME (-231)

/**
 * Client: what answered is not MTProto over HTTP, or is broken.
 */
#define MTPROTO_ERROR_HTTP_RESPONSE (-232)

/**
 * The system gave no random bytes. Nothing changed.
 */
#define MTPROTO_ERROR_ENTROPY (-301)

/**
 * The system gave no memory. Nothing changed.
 */
#define MTPROTO_ERROR_OUT_OF_MEMORY (-302)

/**
 * The library failed in a way that it should not. The handle says so on every
 * further call; free it, and report the bug.
 */
#define MTPROTO_ERROR_PANIC (-901)

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * What a status means and what to do, in one line of English.
 *
 * @param status  Any value.
 * @return  A NUL-terminated text, never NULL, that lives for ever.
 */
const char *mtproto_status_text(mtproto_status status);

/**
 * Whether a transport that returned this status is dead: then every further
 * call on it returns the same, and only mtproto_transport_free is left, but for
 * the close frame of a WebSocket (rule 2).
 *
 * @param status  Any value.
 * @return  true for -2xx (the peer broke the protocol) and -9xx.
 */
bool mtproto_status_is_fatal(mtproto_status status);

/**
 * The version of the library that is running: major, minor and patch in one
 * byte each, 0x000102 for 0.1.2. Compare with MTPROTO_VERSION_NUMBER, which is
 * the version of the header.
 *
 * @return  The version, never 0.
 */
uint32_t mtproto_version_number(void);

/**
 * The same as text, "0.1.2".
 *
 * @return  A NUL-terminated text, never NULL, that lives for ever.
 */
const char *mtproto_version_string(void);

/**
 * Reads a secret as text: hexadecimal, base64url with or without padding; with
 * MTPROTO_PARSE_LENIENT standard base64 too, and what some app forgives.
 *
 * @param text             The text, in UTF-8; no NUL at its end is needed.
 * @param length           Its length in bytes.
 * @param mode             One of MTPROTO_PARSE_*.
 * @param out              Receives a secret of your own, to be freed by
 *                         mtproto_secret_free.
 * @param reason           Receives why not, with figures: "secret is 15 bytes:
 *                         16 expected, ..."; "" with MTPROTO_OK. Cut to fit,
 *                         NUL-terminated. It holds nothing of the key. NULL if
 *                         nobody wants to know.
 * @param reason_capacity  How many bytes fit there; 200 are enough.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT for an
 *          unknown mode; MTPROTO_ERROR_SECRET_EMPTY,
 *          MTPROTO_ERROR_SECRET_TEXT, MTPROTO_ERROR_SECRET_TOO_SHORT,
 *          MTPROTO_ERROR_SECRET_TOO_LONG, MTPROTO_ERROR_SECRET_NO_DOMAIN,
 *          MTPROTO_ERROR_SECRET_DOMAIN.
 */
mtproto_status mtproto_secret_parse(const char *text,
                                    size_t length,
                                    int32_t mode,
                                    mtproto_secret **out,
                                    char *reason,
                                    size_t reason_capacity);

/**
 * Reads a secret as raw bytes, as a dcOption carries it: 16; 17, a first byte
 * and the key; ee, the key and a domain.
 *
 * @param bytes            The bytes.
 * @param length           Their number.
 * @param mode             One of MTPROTO_PARSE_*.
 * @param out              Receives a secret of your own, to be freed by
 *                         mtproto_secret_free.
 * @param reason           As mtproto_secret_parse.
 * @param reason_capacity  As mtproto_secret_parse.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT for an
 *          unknown mode; MTPROTO_ERROR_SECRET_EMPTY,
 *          MTPROTO_ERROR_SECRET_TOO_SHORT, MTPROTO_ERROR_SECRET_TOO_LONG,
 *          MTPROTO_ERROR_SECRET_NO_DOMAIN, MTPROTO_ERROR_SECRET_DOMAIN.
 */
mtproto_status mtproto_secret_from_bytes(const uint8_t *bytes,
                                         size_t length,
                                         int32_t mode,
                                         mtproto_secret **out,
                                         char *reason,
                                         size_t reason_capacity);

/**
 * Frees a secret and wipes its key.
 *
 * @param secret  A secret of your own, or NULL, which does nothing; never one
 *                that mtproto_link_secret gave.
 */
void mtproto_secret_free(mtproto_secret *secret);

/**
 * What the secret asks of the transport.
 *
 * @return  One of MTPROTO_SECRET_PLAIN, MTPROTO_SECRET_TAGGED,
 *          MTPROTO_SECRET_FAKE_TLS; 0 for NULL.
 */
int32_t mtproto_secret_form(const mtproto_secret *secret);

/**
 * The domain of a fake TLS secret.
 *
 * @return  A NUL-terminated text, never NULL ("" where there is none), until
 *          the secret is freed.
 */
const char *mtproto_secret_domain(const mtproto_secret *secret);

/**
 * Copies the key out: MTPROTO_SECRET_LENGTH bytes, without first byte and
 * domain.
 *
 * @param secret    The secret.
 * @param buffer    Where the key goes. Wipe it after use.
 * @param capacity  How many bytes fit.
 * @param length    Receives how many bytes the key has, also with
 *                  MTPROTO_NEED_SPACE.
 * @return  MTPROTO_OK; MTPROTO_NEED_SPACE: nothing was copied;
 *          MTPROTO_ERROR_NULL_ARGUMENT.
 */
mtproto_status mtproto_secret_key(const mtproto_secret *secret,
                                  uint8_t *buffer,
                                  size_t capacity,
                                  size_t *length);

/**
 * Copies the raw bytes out: what mtproto_secret_from_bytes reads.
 *
 * @param secret    The secret.
 * @param buffer    Where they go. Wipe it after use.
 * @param capacity  How many bytes fit: 199 are enough for any secret.
 * @param length    Receives how many there are, also with MTPROTO_NEED_SPACE.
 * @return  MTPROTO_OK; MTPROTO_NEED_SPACE: nothing was copied;
 *          MTPROTO_ERROR_NULL_ARGUMENT.
 */
mtproto_status mtproto_secret_bytes(const mtproto_secret *secret,
                                    uint8_t *buffer,
                                    size_t capacity,
                                    size_t *length);

/**
 * Writes the canonical text, NUL-terminated: lower-case hexadecimal for 16 and
 * 17 bytes, base64url without padding for fake TLS.
 *
 * @param secret    The secret.
 * @param buffer    Where it goes. Wipe it after use.
 * @param capacity  How many bytes fit: 267 are enough for any secret.
 * @param length    Receives how many bytes the text has, its NUL included, also
 *                  with MTPROTO_NEED_SPACE.
 * @return  MTPROTO_OK; MTPROTO_NEED_SPACE: nothing was written;
 *          MTPROTO_ERROR_NULL_ARGUMENT.
 */
mtproto_status mtproto_secret_to_text(const mtproto_secret *secret,
                                      char *buffer,
                                      size_t capacity,
                                      size_t *length);

/**
 * Adds a secret, as mtproto_config_add_secret does with raw bytes.
 *
 * @param secret  The secret; it is copied.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY.
 */
mtproto_status mtproto_config_add_parsed_secret(mtproto_config *config,
                                                const mtproto_secret *secret);

/**
 * Reads a link to a proxy: tg://proxy?..., tg:proxy?..., t.me/proxy?... with
 * https://, http:// or neither in front, telegram.me and telegram.dog for t.me;
 * the same with socks for a SOCKS5 proxy.
 *
 * @param text             The link, in UTF-8; no NUL at its end is needed.
 * @param length           Its length in bytes.
 * @param mode             One of MTPROTO_PARSE_*.
 * @param out              Receives a link of your own, to be freed by
 *                         mtproto_link_free.
 * @param reason           Receives why not, with figures: "port is 0: 1 to
 *                         65535 expected"; "" with MTPROTO_OK. Cut to fit,
 *                         NUL-terminated. It holds nothing of the key. NULL if
 *                         nobody wants to know.
 * @param reason_capacity  How many bytes fit there; 200 are enough.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT for an
 *          unknown mode; MTPROTO_ERROR_LINK_EMPTY,
 *          MTPROTO_ERROR_LINK_WHITE_SPACE, MTPROTO_ERROR_LINK_HOST,
 *          MTPROTO_ERROR_LINK_NOT_A_PROXY, MTPROTO_ERROR_LINK_WEB_PROXY,
 *          MTPROTO_ERROR_LINK_MISSING, MTPROTO_ERROR_LINK_TWICE,
 *          MTPROTO_ERROR_LINK_ENCODING, MTPROTO_ERROR_LINK_SERVER,
 *          MTPROTO_ERROR_LINK_PORT, MTPROTO_ERROR_LINK_CREDENTIAL; what
 *          mtproto_secret_parse returns for the secret in it.
 */
mtproto_status mtproto_link_parse(const char *text,
                                  size_t length,
                                  int32_t mode,
                                  mtproto_link **out,
                                  char *reason,
                                  size_t reason_capacity);

/**
 * Makes the link to an MTProxy of one's own, to be printed.
 *
 * @param server           The host name or the IP address, in UTF-8; no NUL at
 *                         its end is needed.
 * @param server_length    Its length in bytes.
 * @param port             From 1 to 65535.
 * @param secret           The secret; it is copied.
 * @param out              Receives a link of your own, to be freed by
 *                         mtproto_link_free.
 * @param reason           As mtproto_link_parse.
 * @param reason_capacity  As mtproto_link_parse.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_LINK_ENCODING,
 *          MTPROTO_ERROR_LINK_MISSING (an empty server),
 *          MTPROTO_ERROR_LINK_SERVER, MTPROTO_ERROR_LINK_PORT.
 */
mtproto_status mtproto_link_new(const char *server,
                                size_t server_length,
                                uint32_t port,
                                const mtproto_secret *secret,
                                mtproto_link **out,
                                char *reason,
                                size_t reason_capacity);

/**
 * Frees a link, and the secret that mtproto_link_secret gave with it.
 *
 * @param link  A link of your own, or NULL, which does nothing.
 */
void mtproto_link_free(mtproto_link *link);

/**
 * What the link leads to.
 *
 * @return  MTPROTO_LINK_MTPROXY or MTPROTO_LINK_SOCKS5; 0 for NULL.
 */
int32_t mtproto_link_kind(const mtproto_link *link);

/**
 * Where the proxy is: an IPv4 address, an IPv6 address without brackets, or a
 * host name.
 *
 * @return  A NUL-terminated text, never NULL, until the link is freed.
 */
const char *mtproto_link_server(const mtproto_link *link);

/**
 * The proxy's TCP port.
 *
 * @return  From 1 to 65535; 0 for NULL.
 */
uint16_t mtproto_link_port(const mtproto_link *link);

/**
 * SOCKS5: the user name.
 *
 * @return  A NUL-terminated text, never NULL ("" where there is none), until
 *          the link is freed.
 */
const char *mtproto_link_user(const mtproto_link *link);

/**
 * SOCKS5: the password.
 *
 * @return  A NUL-terminated text, never NULL ("" where there is none), until
 *          the link is freed.
 */
const char *mtproto_link_password(const mtproto_link *link);

/**
 * MTProxy: the secret.
 *
 * @return  A secret that belongs to the link, until the link is freed: do not
 *          free it. NULL for a SOCKS5 link, and for NULL.
 */
const mtproto_secret *mtproto_link_secret(const mtproto_link *link);

/**
 * Writes the canonical link, NUL-terminated.
 *
 * @param link      The link.
 * @param form      MTPROTO_LINK_FORM_TG or MTPROTO_LINK_FORM_HTTPS.
 * @param buffer    Where it goes. It holds the secret: wipe it after use.
 * @param capacity  How many bytes fit: 1100 are enough for any link.
 * @param length    Receives how many bytes the text has, its NUL included, also
 *                  with MTPROTO_NEED_SPACE.
 * @return  MTPROTO_OK; MTPROTO_NEED_SPACE: nothing was written;
 *          MTPROTO_ERROR_NULL_ARGUMENT; MTPROTO_ERROR_INVALID_ARGUMENT for an
 *          unknown form; MTPROTO_ERROR_LINK_SOCKS5: only links to an MTProxy
 *          are printed.
 */
mtproto_status mtproto_link_to_text(const mtproto_link *link,
                                    int32_t form,
                                    char *buffer,
                                    size_t capacity,
                                    size_t *length);

/**
 * The DC id as it stands on the wire, and in p_q_inner_data_dc: 2, 10002 for
 * the test network, negative for a media DC.
 *
 * @param dc     The DC's number, from 1 to 9999.
 * @param flags  MTPROTO_DC_TEST, MTPROTO_DC_MEDIA, or 0.
 * @param value  Receives the signed number.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_INVALID_ARGUMENT for an unknown flag;
 *          MTPROTO_ERROR_CONFIG_DC for a number that no DC has.
 */
mtproto_status mtproto_dc_encode(int32_t dc, uint32_t flags, int32_t *value);

/**
 * The parts of a DC id, as the CONNECTED event of a server has it. Clients that
 * have no DC to name leave random bytes there: look for a DC of yours.
 *
 * @param value  The signed number.
 * @param dc     Receives the DC's number, from 1 to 9999.
 * @param flags  Receives MTPROTO_DC_TEST and MTPROTO_DC_MEDIA, or-ed.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT; MTPROTO_ERROR_CONFIG_DC for
 *          a number that is no DC id.
 */
mtproto_status mtproto_dc_decode(int32_t value, int32_t *dc, uint32_t *flags);

/**
 * An address of a data centre to begin with, with its port, for TCP:
 * `149.154.167.51:443`, `[2001:67c:4e8:f002::a]:443`. As TDLib has them
 * (November 2026); help.getConfig lists the current ones.
 *
 * @param dc        The DC's number.
 * @param flags     MTPROTO_DC_TEST, MTPROTO_DC_MEDIA, or 0.
 * @param index     Which one, from 0: in the order in which to try them.
 * @param buffer    Receives the text, NUL-terminated.
 * @param capacity  How many bytes fit; 64 always do.
 * @param length    Receives how many bytes the text has, its NUL included; also
 *                  with MTPROTO_NEED_SPACE.
 * @return  MTPROTO_OK; MTPROTO_NEED_SPACE if it does not fit: nothing else was
 *          written; MTPROTO_ERROR_NO_ENDPOINT past the last;
 *          MTPROTO_ERROR_CONFIG_DC; MTPROTO_ERROR_INVALID_ARGUMENT for an
 *          unknown flag; MTPROTO_ERROR_NULL_ARGUMENT.
 */
mtproto_status mtproto_endpoint_address(int32_t dc,
                                        uint32_t flags,
                                        size_t index,
                                        char *buffer,
                                        size_t capacity,
                                        size_t *length);

/**
 * The URI of a data centre over TLS, by its name:
 * "wss://venus.web.telegram.org/apiws". A media DC has a second host,
 * "venus-1".
 *
 * @param dc        The DC's number.
 * @param flags     MTPROTO_DC_TEST, MTPROTO_DC_MEDIA, or 0.
 * @param service   One of MTPROTO_SERVICE_*.
 * @param buffer    Receives the text, NUL-terminated.
 * @param capacity  How many bytes fit; 64 always do.
 * @param length    Receives how many bytes the text has, its NUL included; also
 *                  with MTPROTO_NEED_SPACE.
 * @return  MTPROTO_OK; MTPROTO_NEED_SPACE if it does not fit: nothing else was
 *          written; MTPROTO_ERROR_NO_ENDPOINT for a DC without a name;
 *          MTPROTO_ERROR_CONFIG_DC; MTPROTO_ERROR_INVALID_ARGUMENT for an
 *          unknown flag or service; MTPROTO_ERROR_NULL_ARGUMENT.
 */
mtproto_status mtproto_endpoint_uri(int32_t dc,
                                    uint32_t flags,
                                    int32_t service,
                                    char *buffer,
                                    size_t capacity,
                                    size_t *length);

/**
 * The URI of a data centre without TLS, by its address, on port 80:
 * "ws://149.154.167.51:80/apiws".
 *
 * @param address   An IPv4 or IPv6 address, NUL-terminated.
 * @param service   One of MTPROTO_SERVICE_*.
 * @param buffer    Receives the text, NUL-terminated.
 * @param capacity  How many bytes fit; 80 always do.
 * @param length    Receives how many bytes the text has, its NUL included; also
 *                  with MTPROTO_NEED_SPACE.
 * @return  MTPROTO_OK; MTPROTO_NEED_SPACE if it does not fit: nothing else was
 *          written; MTPROTO_ERROR_INVALID_ARGUMENT for what is no address, or
 *          an unknown service; MTPROTO_ERROR_NULL_ARGUMENT.
 */
mtproto_status mtproto_endpoint_plain_uri(const char *address,
                                          int32_t service,
                                          char *buffer,
                                          size_t capacity,
                                          size_t *length);

/**
 * The name of an envelope in lower case, as in logs: "abridged",
 * "intermediate", "padded_intermediate", "full".
 *
 * @param envelope  Any value.
 * @return  A NUL-terminated text, never NULL ("unknown"), that lives for ever.
 */
const char *mtproto_envelope_name(int32_t envelope);

/**
 * Makes a config with the defaults: as client, obfuscated Padded intermediate
 * without a secret; as server, everything in clear or obfuscated without a
 * secret.
 *
 * @return  A config of your own, to be freed by mtproto_config_free; NULL if
 *          there is no memory.
 */
mtproto_config *mtproto_config_new(void);

/**
 * Frees a config and wipes its secrets. The transports made from it live on.
 *
 * @param config  A config of your own, or NULL, which does nothing.
 */
void mtproto_config_free(mtproto_config *config);

/**
 * Client: sets the envelope to speak. Default: Padded intermediate.
 *
 * @param envelope  One of MTPROTO_ENVELOPE_*.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT.
 */
mtproto_status mtproto_config_set_envelope(mtproto_config *config, int32_t envelope);

/**
 * Client: sets whether to obfuscate. Default: true.
 *
 * Obfuscation hides the protocol from a device that looks for its first
 * bytes. Without a secret it is no protection: its keys go over the wire in
 * clear.
 *
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY.
 */
mtproto_status mtproto_config_set_obfuscated(mtproto_config *config, bool obfuscated);

/**
 * Client: sets the DC id that goes into the initialization payload. A proxy
 * connects to that DC; a DC itself does not read it. Required with a secret.
 *
 * @param dc     The DC's number, from 1.
 * @param flags  MTPROTO_DC_TEST, MTPROTO_DC_MEDIA, or 0.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT for an
 *          unknown flag; MTPROTO_ERROR_CONFIG_DC for a number that no DC has.
 */
mtproto_status mtproto_config_set_dc(mtproto_config *config, int32_t dc, uint32_t flags);

/**
 * Adds a secret, as raw bytes: 16, the key alone; 17, a first byte (dd) and the
 * key, for Padded intermediate; ee, the key and a domain, for fake TLS. For the
 * text of a secret or of a link see mtproto_secret_parse and mtproto_link_parse.
 *
 * The bytes are read as MTPROTO_PARSE_STRICT has it.
 *
 * A client takes one, and speaks as the secret's form says. A server may take
 * many: it tries them in this order and reports the one that fits by its index,
 * from 0.
 *
 * @param secret  The secret; it is copied, and wiped with the config.
 * @param length  Its length in bytes: MTPROTO_SECRET_LENGTH, or more.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_SECRET_* for bytes that
 *          are no secret.
 */
mtproto_status mtproto_config_add_secret(mtproto_config *config,
                                         const uint8_t *secret,
                                         size_t length);

/**
 * Server: sets which openings to accept. Default: without secrets everything
 * over TCP but obfuscated Full; with secrets MTPROTO_ACCEPT_SECRET alone, so that a
 * proxy does not answer to a scanner. Whether it fits the secrets is checked
 * by mtproto_server_new.
 *
 * @param accept  MTPROTO_ACCEPT_*, or-ed.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT for an
 *          unknown flag.
 */
mtproto_status mtproto_config_set_accept(mtproto_config *config, uint32_t accept);

/**
 * Sets the largest payload, sent or received. Default: 16 MiB. It is also the
 * ceiling of what waits undelivered in the transport, give or take an
 * envelope. Abridged cannot carry more than 67108860 bytes.
 *
 * @param bytes  From 1024 to 1073741824, a multiple of 4.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_CONFIG_MAX_PAYLOAD.
 */
mtproto_status mtproto_config_set_max_payload(mtproto_config *config, size_t bytes);

/**
 * Sets the most random bytes behind a payload in Padded intermediate; each
 * frame draws its own number. Default: 15 as client; 3 as server, because some
 * clients drop padding to a multiple of 4 only.
 *
 * @param bytes  From 0 to 15.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_CONFIG_MAX_PADDING.
 */
mtproto_status mtproto_config_set_max_padding(mtproto_config *config, uint32_t bytes);

/**
 * Sets whether payload events of Padded intermediate hold the MTProto packet
 * alone, or also the padding behind it, for tools that show what came. Not for
 * relays: what is sent on gets padding of its own. Default: true, the packet
 * alone.
 *
 * The envelope does not say where padding begins; the packet does. An encrypted
 * message has 24 bytes and a multiple of 16, a plaintext message (its first 8
 * bytes are 0) says its length in the fifth word. Anything else that is sent in
 * this envelope, as test data, arrives cut to such a length, or with padding
 * behind it: use another envelope for it.
 *
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY.
 */
mtproto_status mtproto_config_set_trim(mtproto_config *config, bool trim);

/**
 * Server: sets the form of quick acks in Padded intermediate. Default: as
 * documented. Other envelopes have one form only.
 *
 * @param form  One of MTPROTO_QUICK_ACK_FORM_*.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT.
 */
mtproto_status mtproto_config_set_quick_ack_form(mtproto_config *config, int32_t form);

/**
 * Sets whether transports are made for speed or for being one of very many.
 * Default: speed.
 *
 * @param memory  One of MTPROTO_MEMORY_*.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT.
 */
mtproto_status mtproto_config_set_memory(mtproto_config *config, int32_t memory);

/**
 * Tests and simulations only: sets where random bytes come from. The same
 * bytes give the same wire bytes in every transport made from this config:
 * two real connections with the same bytes would share their keys. Default:
 * the operating system.
 *
 * @param bytes   Taken in order; when they run out, a stream that is keyed by
 *                their SHA-256 goes on without end. They are copied.
 * @param length  Their number; 0 gives the stream alone.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY.
 */
mtproto_status mtproto_config_set_entropy(mtproto_config *config,
                                          const uint8_t *bytes,
                                          size_t length);

/**
 * Client: opens a WebSocket, and speaks the obfuscated stream inside. For a TLS
 * connection (wss:) push and pull the bytes inside it. An app that has a
 * WebSocket client of its own leaves this out, and puts the wire bytes into
 * binary messages.
 *
 * @param host    The Host field: name or address, with the port unless it is
 *                the scheme's own. NUL-terminated; it is copied. Of this
 *                and mtproto_config_set_http the last call counts.
 * @param path    From its slash on, such as "/apiws". NUL-terminated; copied.
 * @param origin  What a browser would name as the page's origin; NULL for none.
 *                NUL-terminated; copied.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT for a
 *          text that is not UTF-8. What cannot be sent is refused by
 *          mtproto_client_new.
 */
mtproto_status mtproto_config_set_websocket(mtproto_config *config,
                                            const char *host,
                                            const char *path,
                                            const char *origin);

/**
 * Client: sends each payload as an HTTP request, and takes the body of the
 * response for the answer. No envelope, no obfuscation, no quick acks.
 *
 * @param host          The Host field; it may be empty, as TDLib sends it.
 *                      NUL-terminated; it is copied.
 * @param target        A path from its slash on, such as "/api"; for an HTTP
 *                      proxy the whole URI (see also
 *                      mtproto_config_set_proxy_authorization). NUL-terminated;
 *                      copied.
 * @param content_type  The Content-Type field; NULL for none. NUL-terminated;
 *                      copied.
 * @param keep_alive    Whether the connection shall stay open for further
 *                      requests.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT for a
 *          text that is not UTF-8. What cannot be sent is refused by
 *          mtproto_client_new.
 */
mtproto_status mtproto_config_set_http(mtproto_config *config,
                                       const char *host,
                                       const char *target,
                                       const char *content_type,
                                       bool keep_alive);

/**
 * Client over HTTP, through an HTTP proxy: sets the Proxy-Authorization field of
 * the requests. Call it behind mtproto_config_set_http, which begins without.
 *
 * @param authorization  The field's value, scheme and all, such as "basic
 *                       dXNlcjpwYXNz"; NULL for none. NUL-terminated; copied.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT for a
 *          text that is not UTF-8, and where no HTTP was set. What cannot be sent
 *          is refused by mtproto_client_new.
 */
mtproto_status mtproto_config_set_proxy_authorization(mtproto_config *config,
                                                      const char *authorization);

/**
 * HTTP: sets whether payloads that are pushed out of turn wait for their turn,
 * together at most as many bytes as the largest payload. Default: false. What
 * may not wait is refused with MTPROTO_ERROR_OUT_OF_TURN: also what a client
 * pushes behind the one request of a connection that is not kept alive. Where
 * the peer ends the connection first, MTPROTO_CLOSED_UNSENT says that some were
 * not sent.
 *
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY.
 */
mtproto_status mtproto_config_set_queue_turns(mtproto_config *config, bool queue);

/**
 * Server: serves WebSocket and HTTP at this path too, besides those of
 * Telegram's servers.
 *
 * @param path  From its slash on. NUL-terminated; it is copied.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT for a
 *          text that is not UTF-8. What no request can name is refused by
 *          mtproto_server_new.
 */
mtproto_status mtproto_config_add_path(mtproto_config *config, const char *path);

/**
 * Client: sets whose ClientHello to send under fake TLS. Default: Chrome's.
 *
 * @param profile  One of MTPROTO_TLS_PROFILE_*.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_INVALID_ARGUMENT.
 */
mtproto_status mtproto_config_set_tls_profile(mtproto_config *config, int32_t profile);

/**
 * Sets the time for fake TLS and the replay cache. For apps that know it
 * better than the system's clock, and for tests: it stands still, so set it for
 * each connection. Default: the system's clock.
 *
 * @param seconds  Unix time.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY.
 */
mtproto_status mtproto_config_set_unix_time(mtproto_config *config, uint32_t seconds);

/**
 * Sets the most payload in a fake TLS record that is sent. Default: 2878, as
 * official apps.
 *
 * @param bytes  From 256 to 16384.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_CONFIG_MAX_RECORD.
 */
mtproto_status mtproto_config_set_max_record(mtproto_config *config, size_t bytes);

/**
 * Server: sets the size of the record that stands in for the encrypted part of
 * a fake TLS handshake; each answer draws its own within the range. Set it to
 * what the real site sends. Default: 2500 to 4700.
 *
 * @param least  In bytes, from 1.
 * @param most   In bytes, from least to 16384.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; MTPROTO_ERROR_CONFIG_ANSWER_SIZE.
 */
mtproto_status mtproto_config_set_answer_size(mtproto_config *config,
                                              size_t least,
                                              size_t most);

/**
 * Server: sets how far a fake TLS client's clock may be off, either way.
 * Default: 120.
 *
 * @param seconds  Any value.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY.
 */
mtproto_status mtproto_config_set_allowed_clock_skew(mtproto_config *config,
                                                     uint32_t seconds);

/**
 * Makes a replay cache. When it is full, the oldest handshake is forgotten
 * before its time: see mtproto_replay_cache_forgotten.
 *
 * @param capacity        How many handshakes are remembered; 0 for the default,
 *                        65536 (about 3 MB when it is full). A busy server wants
 *                        as many as it accepts in the window.
 * @param window_seconds  For how long; 0 for the default, two days. It is made
 *                        longer where it is below twice the clock skew that a
 *                        server allows.
 * @return  A cache of your own, to be freed by mtproto_replay_cache_free; NULL
 *          if there is no memory. (On Apple's systems its lock asks for a few
 *          bytes more at its first use, the one exception from rule 7.)
 */
mtproto_replay_cache *mtproto_replay_cache_new(size_t capacity, uint32_t window_seconds);

/**
 * Frees the handle. Configs that were given the cache, and servers made from
 * them, go on using it.
 *
 * @param cache  A cache of your own, or NULL, which does nothing.
 */
void mtproto_replay_cache_free(mtproto_replay_cache *cache);

/**
 * How many handshakes are remembered now.
 *
 * @return  0 also for NULL.
 */
size_t mtproto_replay_cache_length(const mtproto_replay_cache *cache);

/**
 * How many handshakes were forgotten before their time because the cache was
 * full. If it grows, the capacity is too small.
 *
 * @return  0 also for NULL.
 */
uint64_t mtproto_replay_cache_forgotten(const mtproto_replay_cache *cache);

/**
 * Server: sets where accepted handshakes are remembered. Default: nowhere. A
 * proxy wants one: who has recorded a fake TLS hello can give it a new time.
 *
 * @param cache  The cache; it is shared, not copied, and its handle may be freed
 *               when the call is over.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_OUT_OF_MEMORY.
 */
mtproto_status mtproto_config_set_replay_cache(mtproto_config *config,
                                               const mtproto_replay_cache *cache);

/**
 * The name of a carrier in lower case, as in logs: "tcp", "fake_tls",
 * "websocket", "http".
 *
 * @param carrier  Any value.
 * @return  A NUL-terminated text, never NULL ("unknown"), that lives for ever.
 */
const char *mtproto_carrier_name(int32_t carrier);

/**
 * The name of a reason of NOT_OURS in lower case, as in logs: "http", "tls",
 * "unknown_opening", ...
 *
 * @param reason  Any value.
 * @return  A NUL-terminated text, never NULL ("unknown"), that lives for ever.
 */
const char *mtproto_not_ours_name(int32_t reason);

/**
 * The name of a reason of CLOSED in lower case, as in logs: "between_frames",
 * "inside_frame", "before_opening", "refused", "unsent".
 *
 * @param reason  Any value.
 * @return  A NUL-terminated text, never NULL ("unknown"), that lives for ever.
 */
const char *mtproto_closed_name(int32_t reason);

/**
 * What a transport error's code means and what to do, in one line of English.
 *
 * @param code  The code of a TRANSPORT_ERROR event: 403, 404, 429, 444 have a
 *              published meaning.
 * @return  A NUL-terminated text, never NULL, that lives for ever.
 */
const char *mtproto_transport_error_meaning(int32_t code);

/**
 * Makes the end that connects. Payloads can be pushed at once; its first event
 * is CONNECTED. Its opening (the tag, or the initialization payload) leaves
 * together with the first payload. Over fake TLS and WebSocket the hello, or the
 * request, waits to be sent from the start, and payloads wait for its answer.
 *
 * @param config  The settings; they are copied.
 * @param out     Receives a transport of your own, to be freed by
 *                mtproto_transport_free.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_CONFIG_TOO_MANY_SECRETS,
 *          MTPROTO_ERROR_CONFIG_SECRET_WITHOUT_OBFUSCATION,
 *          MTPROTO_ERROR_CONFIG_SECRET_WITHOUT_DC,
 *          MTPROTO_ERROR_CONFIG_SECRET_NEEDS_PADDING,
 *          MTPROTO_ERROR_CONFIG_TARGET,
 *          MTPROTO_ERROR_CONFIG_WEBSOCKET_WITHOUT_OBFUSCATION,
 *          MTPROTO_ERROR_CONFIG_CARRIER_WITH_FAKE_TLS,
 *          MTPROTO_ERROR_CONFIG_HTTP_WITH_OBFUSCATION; MTPROTO_ERROR_ENTROPY;
 *          MTPROTO_ERROR_OUT_OF_MEMORY.
 */
mtproto_status mtproto_client_new(const mtproto_config *config, mtproto_transport **out);

/**
 * Makes the end that accepts: push what the client sends, and it recognises
 * what it is talked to with. Its first event is CONNECTED, or NOT_OURS.
 *
 * @param config  The settings; they are copied.
 * @param out     Receives a transport of your own, to be freed by
 *                mtproto_transport_free.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_CONFIG_ACCEPT,
 *          MTPROTO_ERROR_CONFIG_WEBSOCKET_WITHOUT_OBFUSCATION,
 *          MTPROTO_ERROR_CONFIG_TARGET (a path); MTPROTO_ERROR_OUT_OF_MEMORY.
 */
mtproto_status mtproto_server_new(const mtproto_config *config, mtproto_transport **out);

/**
 * Frees a transport and wipes its keys. Views into it end.
 *
 * @param transport  A transport of your own, or NULL, which does nothing.
 */
void mtproto_transport_free(mtproto_transport *transport);

/**
 * Sends one MTProto packet: frames it and queues it for the wire side. Next:
 * mtproto_transport_pull_wire or mtproto_transport_peek_wire.
 *
 * @param data     The packet; it is copied.
 * @param length   Its length in bytes: a multiple of 4, not 0, within the
 *                 config's largest payload.
 * @param options  How to send it; NULL for the defaults.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_PAYLOAD_EMPTY, MTPROTO_ERROR_PAYLOAD_MISALIGNED,
 *          MTPROTO_ERROR_PAYLOAD_TOO_LARGE; MTPROTO_ERROR_STRUCT_SIZE,
 *          MTPROTO_ERROR_INVALID_ARGUMENT (unknown flag),
 *          MTPROTO_ERROR_QUICK_ACK_TOKEN, MTPROTO_ERROR_QUICK_ACK_UNSUPPORTED
 *          (Full, HTTP), MTPROTO_ERROR_WRONG_ROLE (a quick ack asked for by a
 *          server); MTPROTO_ERROR_NOT_CONNECTED and
 *          MTPROTO_ERROR_PAYLOAD_AMBIGUOUS (server);
 *          MTPROTO_ERROR_OUT_OF_TURN (HTTP); MTPROTO_ERROR_CLOSED (WebSocket,
 *          HTTP); MTPROTO_ERROR_ENTROPY;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; the transport's fatal status. With any
 *          of them nothing was queued.
 */
mtproto_status mtproto_transport_push_payload(mtproto_transport *transport,
                                              const uint8_t *data,
                                              size_t length,
                                              const mtproto_send_options *options);

/**
 * Server: tells the client that a packet was received, decrypted and accepted.
 *
 * @param token  What mtproto_quick_ack_token gave for the decrypted packet.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_QUICK_ACK_TOKEN; MTPROTO_ERROR_WRONG_ROLE;
 *          MTPROTO_ERROR_NOT_CONNECTED; MTPROTO_ERROR_QUICK_ACK_UNSUPPORTED
 *          (Full, HTTP); MTPROTO_ERROR_CLOSED over a WebSocket that was closed;
 *          MTPROTO_ERROR_ENTROPY; MTPROTO_ERROR_OUT_OF_MEMORY; the
 *          transport's fatal status.
 */
mtproto_status mtproto_transport_push_quick_ack(mtproto_transport *transport,
                                                uint32_t token);

/**
 * Server: tells the client why it will not be served. Usually the connection is
 * closed once the bytes are sent; over WebSocket and HTTP they end it, and
 * nothing can be pushed behind them.
 *
 * @param code  The code, positive: 404 goes over the wire as -404.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_INVALID_ARGUMENT if the code is not positive, or over
 *          HTTP not from 400 to 599; MTPROTO_ERROR_OUT_OF_TURN (HTTP, without a
 *          request); MTPROTO_ERROR_CLOSED (WebSocket);
 *          MTPROTO_ERROR_WRONG_ROLE; MTPROTO_ERROR_NOT_CONNECTED;
 *          MTPROTO_ERROR_ENTROPY; MTPROTO_ERROR_OUT_OF_MEMORY; the transport's
 *          fatal status.
 */
mtproto_status mtproto_transport_push_transport_error(mtproto_transport *transport,
                                                      int32_t code);

/**
 * Client: lets the opening go now, alone, for an app that must be the first to
 * speak but has no payload yet. Otherwise it leaves with the first payload,
 * which is what official apps do: alone, its 64 bytes tell what they are.
 *
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT; MTPROTO_ERROR_WRONG_ROLE;
 *          the transport's fatal status.
 */
mtproto_status mtproto_transport_push_opening(mtproto_transport *transport);

/**
 * Moves wire bytes out, to be sent in order.
 *
 * @param buffer    Where they go. It need not be initialised.
 * @param capacity  How many bytes fit.
 * @param written   Receives how many bytes were written: 0 when none wait.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_INVALID_ARGUMENT (a capacity that no object can have);
 *          MTPROTO_ERROR_ENTROPY; MTPROTO_ERROR_OUT_OF_MEMORY (over a carrier);
 *          the transport's fatal status, unless over WebSocket: there the close
 *          frame, whose code says why, can still be pulled and sent.
 */
mtproto_status mtproto_transport_pull_wire(mtproto_transport *transport,
                                           uint8_t *buffer,
                                           size_t capacity,
                                           size_t *written);

/**
 * Shows all wire bytes that wait, without a copy. Send some of them, then call
 * mtproto_transport_consume_wire. It encrypts what is queued, so it is not
 * const.
 *
 * @param data    Receives a view, until the next call on the transport that is
 *                not const.
 * @param length  Receives its length in bytes: 0 when none wait.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT; MTPROTO_ERROR_ENTROPY;
 *          MTPROTO_ERROR_OUT_OF_MEMORY (over a carrier); the transport's fatal
 *          status, as mtproto_transport_pull_wire.
 */
mtproto_status mtproto_transport_peek_wire(mtproto_transport *transport,
                                           const uint8_t **data,
                                           size_t *length);

/**
 * Drops wire bytes that were sent. Partial writes are normal.
 *
 * @param count  How many of the bytes that mtproto_transport_peek_wire showed.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT; MTPROTO_ERROR_COUNT if it
 *          showed fewer: nothing was dropped; the transport's fatal status, as
 *          mtproto_transport_pull_wire.
 */
mtproto_status mtproto_transport_consume_wire(mtproto_transport *transport, size_t count);

/**
 * Takes bytes that the socket received. Next: mtproto_transport_pull_event
 * until it returns MTPROTO_NO_EVENT.
 *
 * @param data      The bytes; they are copied.
 * @param length    Their number.
 * @param consumed  Receives how many were taken: fewer than length where the
 *                  receive buffer's ceiling (the config's largest payload and
 *                  a little) is reached. Pull events, then push the rest.
 * @return  MTPROTO_OK; MTPROTO_EVENTS_PENDING if none could be taken (consumed
 *          then receives 0; over HTTP as a server, where there is no event
 *          then, the client sent more before its answer: answer it first);
 *          MTPROTO_ERROR_NULL_ARGUMENT; MTPROTO_ERROR_INVALID_ARGUMENT (a
 *          length that no object can have); MTPROTO_ERROR_ENDED;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; the transport's fatal status, but only
 *          once mtproto_transport_pull_event has reported it, after the events
 *          before it.
 */
mtproto_status mtproto_transport_push_wire(mtproto_transport *transport,
                                           const uint8_t *data,
                                           size_t length,
                                           size_t *consumed);

/**
 * Gives memory to receive into, without a copy. Next: receive, then
 * mtproto_transport_commit_wire; or nothing, if nothing came.
 *
 * @param minimum   The least room wanted, in bytes; 0 leaves it to the library.
 *                  Where the rest of a packet is missing it is always given, if
 *                  need be above the receive buffer's ceiling.
 * @param buffer    Receives where to put the bytes, until the next call on the
 *                  transport that is not const.
 * @param capacity  Receives how many bytes fit: at least minimum, often more.
 * @return  MTPROTO_OK; MTPROTO_EVENTS_PENDING if the receive buffer's ceiling
 *          leaves less: pull events first (over HTTP as a server, where there
 *          is none then: answer); MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_COUNT if it could never be that much;
 *          MTPROTO_ERROR_ENDED; MTPROTO_ERROR_OUT_OF_MEMORY; the transport's
 *          fatal status.
 */
mtproto_status mtproto_transport_reserve_wire(mtproto_transport *transport,
                                              size_t minimum,
                                              uint8_t **buffer,
                                              size_t *capacity);

/**
 * Takes the bytes that were put where mtproto_transport_reserve_wire said.
 * Next: mtproto_transport_pull_event until it returns MTPROTO_NO_EVENT.
 *
 * @param count  How many bytes, from the start of the memory. A reservation ends
 *               when wire bytes are pushed or an event is pulled.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT; MTPROTO_ERROR_COUNT if
 *          fewer were reserved, or the reservation has ended: nothing was
 *          taken; MTPROTO_ERROR_ENDED; the transport's fatal status.
 */
mtproto_status mtproto_transport_commit_wire(mtproto_transport *transport, size_t count);

/**
 * The peer has closed its side: no bytes follow. Next: pull the last events, up
 * to CLOSED; as a server NOT_OURS in its place, with the bytes of who was not
 * recognised yet, which serves for a timeout too. Over HTTP as a server requests
 * that were sent ahead come first, each once the one before was answered.
 * Payloads can still be sent, but over HTTP only an answer that is owed. A
 * second call does nothing.
 *
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT; the transport's fatal
 *          status.
 */
mtproto_status mtproto_transport_push_wire_end(mtproto_transport *transport);

/**
 * Reports the next event.
 *
 * @param event  Set its struct_size; receives the event. Its data is a view,
 *               until the next call on the transport that is not const.
 * @return  MTPROTO_OK; MTPROTO_NO_EVENT until more wire bytes are pushed (the
 *          event is then not written); MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_STRUCT_SIZE; MTPROTO_ERROR_ENTROPY;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; the transport's fatal status, once
 *          every event before the error was reported.
 */
mtproto_status mtproto_transport_pull_event(mtproto_transport *transport,
                                            mtproto_event *event);

/**
 * How many bytes are missing until there can be an event: exact once the
 * current frame's length is known, at least 1 before.
 *
 * @return  0 when nothing can be read: an event waits, the stream has ended,
 *          the transport is dead or NULL. Over HTTP, also while a server has
 *          a request to answer, and at both ends behind the last answer of a
 *          connection that is not kept alive: read on there to see the peer
 *          leave; what it still sends is dropped.
 */
size_t mtproto_transport_wants_read(const mtproto_transport *transport);

/**
 * Whether wire bytes wait to be sent.
 *
 * @return  false for NULL, and for a transport that is dead, unless what ends
 *          its WebSocket waits.
 */
bool mtproto_transport_wants_write(const mtproto_transport *transport);

/**
 * Whether no payload can be sent any more: the transport is dead, its WebSocket
 * was closed or refused, its HTTP connection ends with the last answer, or the
 * peer left before the opening, or over HTTP with no answer owed to it. When it
 * is, and no event and no wire byte waits, close the socket; after NOT_OURS it is
 * yours.
 *
 * @return  false for NULL.
 */
bool mtproto_transport_is_over(const mtproto_transport *transport);

/**
 * How many wire bytes wait to be sent. When a peer that does not read makes it
 * grow, stop pushing payloads, and stop reading from that peer too: some of what
 * it sends is answered by the library.
 *
 * @return  0 for NULL, and for a transport that is dead, but for what ends its
 *          WebSocket.
 */
size_t mtproto_transport_pending_wire(const mtproto_transport *transport);

/**
 * The fatal error with its figures, for a log: "the frame carries sequence
 * number 5: 3 was expected". Without its figures where there was no memory for
 * them.
 *
 * @return  A NUL-terminated text, never NULL ("" while there is no such
 *          error), until the transport is freed.
 */
const char *mtproto_transport_error_text(const mtproto_transport *transport);

/**
 * Sends many MTProto packets, as mtproto_transport_push_payload sends one with
 * the default options. Next: mtproto_transport_pull_wire or
 * mtproto_transport_peek_wire, once for all of them.
 *
 * @param payloads  The packets; they are copied.
 * @param count     Their number; 0 does nothing.
 * @param taken     Receives how many were queued, the first ones; on any status
 *                  but MTPROTO_ERROR_NULL_ARGUMENT for itself and
 *                  MTPROTO_ERROR_PANIC.
 * @return  MTPROTO_OK if all were; else what refused the packet at the index
 *          that taken receives, none behind which was looked at:
 *          MTPROTO_ERROR_NULL_ARGUMENT; MTPROTO_ERROR_INVALID_ARGUMENT;
 *          MTPROTO_ERROR_PAYLOAD_EMPTY, MTPROTO_ERROR_PAYLOAD_MISALIGNED,
 *          MTPROTO_ERROR_PAYLOAD_TOO_LARGE; MTPROTO_ERROR_NOT_CONNECTED and
 *          MTPROTO_ERROR_PAYLOAD_AMBIGUOUS (server);
 *          MTPROTO_ERROR_OUT_OF_TURN (HTTP); MTPROTO_ERROR_CLOSED (WebSocket);
 *          MTPROTO_ERROR_ENTROPY; MTPROTO_ERROR_OUT_OF_MEMORY; the transport's
 *          fatal status.
 */
mtproto_status mtproto_transport_push_payloads(mtproto_transport *transport,
                                               const mtproto_bytes *payloads,
                                               size_t count,
                                               size_t *taken);

/**
 * Reports the next events, as mtproto_transport_pull_event reports one. Their
 * data are views together, until the next call on the transport that is not
 * const.
 *
 * @param events    Where they go: capacity structs, one behind the other. Set
 *                  struct_size of the first: it counts for all.
 * @param capacity  How many fit; 0 does nothing.
 * @param count     Receives how many were reported. Fewer than capacity: there
 *                  are no more for now.
 * @return  MTPROTO_OK; MTPROTO_NO_EVENT if there are none until more wire
 *          bytes are pushed (count then receives 0; with MTPROTO_MEMORY_SMALL
 *          this is the call that gives memory back);
 *          MTPROTO_ERROR_NULL_ARGUMENT; MTPROTO_ERROR_STRUCT_SIZE;
 *          MTPROTO_ERROR_INVALID_ARGUMENT (a capacity that no object can have);
 *          MTPROTO_ERROR_ENTROPY; MTPROTO_ERROR_OUT_OF_MEMORY; the transport's
 *          fatal status, once every event before the error was reported.
 */
mtproto_status mtproto_transport_pull_events(mtproto_transport *transport,
                                             mtproto_event *events,
                                             size_t capacity,
                                             size_t *count);

/**
 * Sends one MTProto packet that stands in a buffer of yours, framed and
 * encrypted there: nothing is copied. Send the bytes before any others.
 *
 * For the way back there is mtproto_transport_reserve_wire, which receives
 * without a copy and decrypts in place.
 *
 * @param payload  The packet. MTPROTO_IN_PLACE_HEAD_ROOM bytes before it and
 *                 MTPROTO_IN_PLACE_TAIL_ROOM behind it are yours too, and
 *                 initialised; they and the packet are overwritten.
 * @param length   The packet's length in bytes, without the room.
 * @param wire     Receives where the wire bytes begin, inside of the buffer.
 * @param count    Receives how many they are; 0 if it cannot be done in place:
 *                 wire bytes wait that go first, or a carrier (fake TLS,
 *                 WebSocket, HTTP) cuts the stream. Nothing was done then:
 *                 mtproto_transport_push_payload.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_INVALID_ARGUMENT (a length that no object can have);
 *          MTPROTO_ERROR_PAYLOAD_EMPTY, MTPROTO_ERROR_PAYLOAD_MISALIGNED,
 *          MTPROTO_ERROR_PAYLOAD_TOO_LARGE; MTPROTO_ERROR_NOT_CONNECTED and
 *          MTPROTO_ERROR_PAYLOAD_AMBIGUOUS (server); MTPROTO_ERROR_ENTROPY;
 *          MTPROTO_ERROR_OUT_OF_MEMORY; the transport's fatal status. With any
 *          of them nothing was done.
 */
mtproto_status mtproto_transport_pack_in_place(mtproto_transport *transport,
                                               uint8_t *payload,
                                               size_t length,
                                               const uint8_t **wire,
                                               size_t *count);

/**
 * Computes the quick-ack token of an encrypted packet that goes from a client
 * to a server: the first 4 bytes, top bit set, of the hash whose middle is the
 * packet's message key.
 *
 * A client computes it when it sends, and passes it in
 * mtproto_send_options; a server computes it from what it decrypted, and
 * passes it to mtproto_transport_push_quick_ack.
 *
 * @param auth_key          The authorization key.
 * @param auth_key_length   Its length in bytes: MTPROTO_AUTH_KEY_LENGTH.
 * @param plaintext         What is encrypted in the packet, from the salt to
 *                          the end of MTProto's padding.
 * @param plaintext_length  Its length in bytes.
 * @param token             Receives the token.
 * @return  MTPROTO_OK; MTPROTO_ERROR_NULL_ARGUMENT;
 *          MTPROTO_ERROR_INVALID_ARGUMENT if the key's length is another.
 */
mtproto_status mtproto_quick_ack_token(const uint8_t *auth_key,
                                       size_t auth_key_length,
                                       const uint8_t *plaintext,
                                       size_t plaintext_length,
                                       uint32_t *token);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MTPROTO_H */
