/* Where each field of the header's structs stands, at 32 and at 64 bits: compiled, never run. Old lines stay. */
#include <mtproto.h>

/* NOLINTBEGIN(bugprone-macro-parentheses): the name of a type or of a field takes none. */
#define AT(type, field, at32, at64) \
    _Static_assert(offsetof(type, field) == (sizeof(void *) == 8 ? (at64) : (at32)), #type "." #field " has moved")
#define SIZE(type, size32, size64) \
    _Static_assert(sizeof(type) >= (sizeof(void *) == 8 ? (size64) : (size32)), #type " has shrunk")
#define FIELD(type, field, kind) \
    _Static_assert(_Generic(((type *)0)->field, kind : 1, default : 0), #type "." #field " has another type")
/* NOLINTEND(bugprone-macro-parentheses) */

_Static_assert(sizeof(size_t) == sizeof(void *), "a size fits a register");
_Static_assert(_Generic((mtproto_status)0, int32_t : 1, default : 0), "a status has 32 bits");
_Static_assert(sizeof(bool) == 1, "a bool has one byte");

/* 0.1.0 */
AT(mtproto_send_options, struct_size, 0, 0);
AT(mtproto_send_options, flags, 4, 8);
AT(mtproto_send_options, quick_ack_token, 8, 12);
SIZE(mtproto_send_options, 12, 16);
FIELD(mtproto_send_options, struct_size, size_t);
FIELD(mtproto_send_options, flags, uint32_t);
FIELD(mtproto_send_options, quick_ack_token, uint32_t);

AT(mtproto_event, struct_size, 0, 0);
AT(mtproto_event, data, 4, 8);
AT(mtproto_event, length, 8, 16);
AT(mtproto_event, kind, 12, 24);
AT(mtproto_event, flags, 16, 28);
AT(mtproto_event, code, 20, 32);
AT(mtproto_event, quick_ack_token, 24, 36);
AT(mtproto_event, envelope, 28, 40);
AT(mtproto_event, carrier, 32, 44);
AT(mtproto_event, dc, 36, 48);
AT(mtproto_event, secret_index, 40, 52);
AT(mtproto_event, clock_skew, 44, 56);
AT(mtproto_event, reserved, 48, 60);
SIZE(mtproto_event, 52, 64);
FIELD(mtproto_event, data, const uint8_t *);
FIELD(mtproto_event, length, size_t);
FIELD(mtproto_event, kind, int32_t);
FIELD(mtproto_event, quick_ack_token, uint32_t);
FIELD(mtproto_event, dc, int32_t);

AT(mtproto_bytes, data, 0, 0);
AT(mtproto_bytes, length, 4, 8);
SIZE(mtproto_bytes, 8, 16);
FIELD(mtproto_bytes, data, const uint8_t *);
FIELD(mtproto_bytes, length, size_t);

/* Numbers that are compiled into programs. */
_Static_assert(MTPROTO_OK == 0 && MTPROTO_NO_EVENT == 1, "flow");
_Static_assert(MTPROTO_AUTH_KEY_LENGTH == 256 && MTPROTO_SECRET_LENGTH == 16, "lengths");
_Static_assert(MTPROTO_INITIALIZATION_PAYLOAD_LENGTH == 64, "lengths");
