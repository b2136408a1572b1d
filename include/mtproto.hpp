// libmtproto for C++17: the C header's handles, statuses and views as types. Header-only, without exceptions and RTTI.
//
//   result<T>      what a call came to, and its value: look before you take
//   bytes          a view; made from anything with data() and size() of bytes, and from std::span
//   config, transport, secret, link, replay_cache
//                  handles: to be moved, not copied; freed at their end
//   event          what pull_event reports
//
// The rules are those of mtproto.h: what lives how long, which calls may overlap. A handle that was moved from, or never
// made, is empty: calls on it return MTPROTO_ERROR_NULL_ARGUMENT.
//
// What points into a handle, a text or a result does not compile on one that dies with its expression, because nothing
// could tell a pointer that is used at once from one that is kept: give the owner a name. Values can be asked of a
// temporary, (*link::parse(text)).port(), and a secret be passed, config().add_secret(*secret::parse(text)).

#ifndef MTPROTO_HPP
#define MTPROTO_HPP

#include <mtproto.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#if __cplusplus >= 202002L && __has_include(<span>)
#include <span>
#endif

namespace mtproto {

// ---- what a call came to ----

/// A status of the C header.
class [[nodiscard]] status {
public:
    constexpr status(mtproto_status code = MTPROTO_OK) noexcept : code_(code) {}

    /// MTPROTO_OK.
    [[nodiscard]] constexpr bool ok() const noexcept { return code_ == MTPROTO_OK; }
    /// About the flow: no event, buffers full.
    [[nodiscard]] constexpr bool is_flow() const noexcept { return code_ > 0; }
    [[nodiscard]] constexpr bool is_error() const noexcept { return code_ < 0; }
    /// The transport is dead.
    [[nodiscard]] bool is_fatal() const noexcept { return mtproto_status_is_fatal(code_); }
    [[nodiscard]] constexpr mtproto_status code() const noexcept { return code_; }
    /// What it means, and what to do.
    [[nodiscard]] const char *text() const noexcept { return mtproto_status_text(code_); }
    constexpr explicit operator bool() const noexcept { return ok(); }

    friend constexpr bool operator==(status a, status b) noexcept { return a.code_ == b.code_; }
    friend constexpr bool operator!=(status a, status b) noexcept { return a.code_ != b.code_; }

private:
    mtproto_status code_;
};

/// A value, if the status is MTPROTO_OK; otherwise an empty one.
template <typename T> class [[nodiscard]] result {
public:
    result(mtproto::status status) noexcept : status_(status) {}
    result(mtproto::status status, T &&value) noexcept : status_(status), value_(std::move(value)) {}

    [[nodiscard]] mtproto::status status() const noexcept { return status_; }
    [[nodiscard]] bool ok() const noexcept { return status_.ok(); }
    explicit operator bool() const noexcept { return ok(); }

    [[nodiscard]] T &operator*() & noexcept { return value_; }
    [[nodiscard]] const T &operator*() const & noexcept { return value_; }
    /// The value itself and not a reference, which a range-based for or an auto && would keep longer than the result.
    [[nodiscard]] T operator*() && noexcept { return std::move(value_); }
    void operator*() const && = delete;
    [[nodiscard]] T *operator->() & noexcept { return &value_; }
    [[nodiscard]] const T *operator->() const & noexcept { return &value_; }
    /// What -> leads to is an lvalue, so that no accessor behind it could see that the result dies: take it by *.
    void operator->() const && = delete;

private:
    mtproto::status status_;
    T value_{};
};

// ---- views ----

namespace detail {

template <typename T>
constexpr bool is_byte = std::is_same<std::remove_cv_t<T>, std::uint8_t>::value ||
                         std::is_same<std::remove_cv_t<T>, std::byte>::value ||
                         std::is_same<std::remove_cv_t<T>, char>::value;

/// What data() points to, where there are data() and size().
template <typename C>
using element_of = std::enable_if_t<std::is_convertible<decltype(std::declval<C &>().size()), std::size_t>::value,
                                    std::remove_pointer_t<decltype(std::declval<C &>().data())>>;

/// Containers are const as deep as their elements, views are not.
template <typename C, typename = void> constexpr bool is_view = false;
template <typename C>
constexpr bool is_view<C, std::enable_if_t<std::is_same<element_of<C>, //
                                                        element_of<const std::remove_reference_t<C>>>::value>> = true;

} // namespace detail

/// Bytes of somebody else's, to be read. As a std::string_view it can be made from a temporary, to be passed at once.
class bytes {
public:
    constexpr bytes() noexcept = default;
    constexpr bytes(const std::uint8_t *data, std::size_t size) noexcept : data_(data), size_(size) {}
    /// std::vector, std::array, std::string_view, std::span, ... of std::uint8_t, std::byte or char.
    template <typename C, std::enable_if_t<detail::is_byte<detail::element_of<const C>>, int> = 0>
    bytes(const C &from) noexcept : data_(reinterpret_cast<const std::uint8_t *>(from.data())), size_(from.size()) {}
    template <typename T, std::size_t N, std::enable_if_t<detail::is_byte<T> && !std::is_same<T, char>::value, int> = 0>
    bytes(const T (&from)[N]) noexcept : data_(reinterpret_cast<const std::uint8_t *>(from)), size_(N) {}

    [[nodiscard]] constexpr const std::uint8_t *data() const noexcept { return data_; }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] constexpr const std::uint8_t *begin() const noexcept { return data_; }
    [[nodiscard]] constexpr const std::uint8_t *end() const noexcept { return size_ == 0 ? data_ : data_ + size_; }
    [[nodiscard]] constexpr std::uint8_t operator[](std::size_t at) const noexcept { return data_[at]; }
    /// From `start` on; empty where there is nothing.
    [[nodiscard]] constexpr bytes from(std::size_t start) const noexcept {
        return start < size_ ? bytes(data_ + start, size_ - start) : bytes();
    }
    [[nodiscard]] std::string_view text() const noexcept {
        return size_ == 0 ? std::string_view() : std::string_view(reinterpret_cast<const char *>(data_), size_);
    }
#ifdef __cpp_lib_span
    operator std::span<const std::uint8_t>() const noexcept { return {data_, size_}; }
    operator std::span<const std::byte>() const noexcept { return {reinterpret_cast<const std::byte *>(data_), size_}; }
#endif

private:
    const std::uint8_t *data_ = nullptr;
    std::size_t size_ = 0;
};

/// Room of somebody else's, to be filled.
class room {
public:
    constexpr room() noexcept = default;
    constexpr room(std::uint8_t *data, std::size_t size) noexcept : data_(data), size_(size) {}
    /// Of a temporary only where it is a view too: what owns its bytes would take them along.
    template <typename C, std::enable_if_t<detail::is_byte<detail::element_of<C>> &&
                                               !std::is_const<detail::element_of<C>>::value &&
                                               (std::is_lvalue_reference<C>::value || detail::is_view<C>),
                                           int> = 0>
    room(C &&in) noexcept : data_(reinterpret_cast<std::uint8_t *>(in.data())), size_(in.size()) {}
    template <typename T, std::size_t N, std::enable_if_t<detail::is_byte<T> && !std::is_const<T>::value, int> = 0>
    room(T (&in)[N]) noexcept : data_(reinterpret_cast<std::uint8_t *>(in)), size_(N) {}

    [[nodiscard]] constexpr std::uint8_t *data() const noexcept { return data_; }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
#ifdef __cpp_lib_span
    operator std::span<std::uint8_t>() const noexcept { return {data_, size_}; }
    operator std::span<std::byte>() const noexcept { return {reinterpret_cast<std::byte *>(data_), size_}; }
#endif

private:
    std::uint8_t *data_ = nullptr;
    std::size_t size_ = 0;
};

/// A short text that may hold a secret, wiped at its end.
template <std::size_t Capacity> class wiped_text {
public:
    wiped_text() noexcept = default;
    wiped_text(wiped_text &&other) noexcept : size_(other.size_) {
        std::memcpy(text_, other.text_, sizeof text_);
        other.wipe();
    }
    wiped_text &operator=(wiped_text &&other) noexcept {
        if (this != &other) {
            size_ = other.size_;
            std::memcpy(text_, other.text_, sizeof text_);
            other.wipe();
        }
        return *this;
    }
    wiped_text(const wiped_text &) = delete;
    wiped_text &operator=(const wiped_text &) = delete;
    ~wiped_text() { wipe(); }

    [[nodiscard]] const char *c_str() const & noexcept { return text_; }
    [[nodiscard]] std::string_view view() const & noexcept { return {text_, size_}; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    const char *c_str() const && = delete;
    std::string_view view() const && = delete;

private:
    template <typename> friend class result;
    friend struct text_writer;

    /// Byte by byte through a volatile pointer: a memset of what dies is left out by compilers.
    void wipe() noexcept {
        volatile char *text = text_;
        for (std::size_t i = 0; i < Capacity; i++) text[i] = 0;
        size_ = 0;
    }

    char text_[Capacity] = {};
    std::size_t size_ = 0;
};

/// Fills texts; for this header.
struct text_writer {
    template <std::size_t N, typename Write> static result<wiped_text<N>> write(Write &&write) noexcept {
        wiped_text<N> text;
        std::size_t length = 0;
        const status status = write(text.text_, N, &length);
        if (!status) return status;
        text.size_ = length - 1;
        return {status, std::move(text)};
    }
};

/// Why a text was refused, with figures.
struct reason {
    char text[200] = {};
};

// ---- constants ----

enum class envelope : std::int32_t {
    none = 0,
    abridged = MTPROTO_ENVELOPE_ABRIDGED,
    intermediate = MTPROTO_ENVELOPE_INTERMEDIATE,
    padded_intermediate = MTPROTO_ENVELOPE_PADDED_INTERMEDIATE,
    full = MTPROTO_ENVELOPE_FULL,
};

enum class carrier : std::int32_t {
    none = 0,
    tcp = MTPROTO_CARRIER_TCP,
    fake_tls = MTPROTO_CARRIER_FAKE_TLS,
    websocket = MTPROTO_CARRIER_WEBSOCKET,
    http = MTPROTO_CARRIER_HTTP,
};

enum class parse : std::int32_t { strict = MTPROTO_PARSE_STRICT, lenient = MTPROTO_PARSE_LENIENT };

enum class secret_form : std::int32_t {
    none = 0,
    plain = MTPROTO_SECRET_PLAIN,
    tagged = MTPROTO_SECRET_TAGGED,
    fake_tls = MTPROTO_SECRET_FAKE_TLS,
};

enum class link_kind : std::int32_t { none = 0, mtproxy = MTPROTO_LINK_MTPROXY, socks5 = MTPROTO_LINK_SOCKS5 };

enum class link_form : std::int32_t { tg = MTPROTO_LINK_FORM_TG, https = MTPROTO_LINK_FORM_HTTPS };

enum class quick_ack_form : std::int32_t {
    documented = MTPROTO_QUICK_ACK_FORM_DOCUMENTED,
    raw = MTPROTO_QUICK_ACK_FORM_RAW,
};

enum class memory : std::int32_t { fast = MTPROTO_MEMORY_FAST, small = MTPROTO_MEMORY_SMALL };

enum class tls_profile : std::int32_t {
    chrome = MTPROTO_TLS_PROFILE_CHROME,
    safari = MTPROTO_TLS_PROFILE_SAFARI,
    classic = MTPROTO_TLS_PROFILE_CLASSIC,
};

enum class event_kind : std::int32_t {
    none = 0,
    connected = MTPROTO_EVENT_CONNECTED,
    payload = MTPROTO_EVENT_PAYLOAD,
    quick_ack = MTPROTO_EVENT_QUICK_ACK,
    transport_error = MTPROTO_EVENT_TRANSPORT_ERROR,
    not_ours = MTPROTO_EVENT_NOT_OURS,
    closed = MTPROTO_EVENT_CLOSED,
};

enum class not_ours_reason : std::int32_t {
    none = 0,
    http = MTPROTO_NOT_OURS_HTTP,
    tls = MTPROTO_NOT_OURS_TLS,
    unknown_opening = MTPROTO_NOT_OURS_UNKNOWN_OPENING,
    not_accepted = MTPROTO_NOT_OURS_NOT_ACCEPTED,
    unknown_secret = MTPROTO_NOT_OURS_UNKNOWN_SECRET,
    malformed_hello = MTPROTO_NOT_OURS_MALFORMED_HELLO,
    hello_too_large = MTPROTO_NOT_OURS_HELLO_TOO_LARGE,
    foreign_server_name = MTPROTO_NOT_OURS_FOREIGN_SERVER_NAME,
    no_common_cipher = MTPROTO_NOT_OURS_NO_COMMON_CIPHER,
    clock = MTPROTO_NOT_OURS_CLOCK,
    replayed = MTPROTO_NOT_OURS_REPLAYED,
    incomplete = MTPROTO_NOT_OURS_INCOMPLETE,
};

enum class closed_reason : std::int32_t {
    none = 0,
    between_frames = MTPROTO_CLOSED_BETWEEN_FRAMES,
    inside_frame = MTPROTO_CLOSED_INSIDE_FRAME,
    before_opening = MTPROTO_CLOSED_BEFORE_OPENING,
    refused = MTPROTO_CLOSED_REFUSED,
    unsent = MTPROTO_CLOSED_UNSENT,
};

/// To be or-ed.
enum class accept_flags : std::uint32_t {
    plain = MTPROTO_ACCEPT_PLAIN,
    plain_full = MTPROTO_ACCEPT_PLAIN_FULL,
    obfuscated = MTPROTO_ACCEPT_OBFUSCATED,
    secret = MTPROTO_ACCEPT_SECRET,
    obfuscated_full = MTPROTO_ACCEPT_OBFUSCATED_FULL,
    websocket = MTPROTO_ACCEPT_WEBSOCKET,
    http = MTPROTO_ACCEPT_HTTP,
};
[[nodiscard]] constexpr accept_flags operator|(accept_flags a, accept_flags b) noexcept {
    const std::uint32_t both = static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b);
    return static_cast<accept_flags>(both); // NOLINT(clang-analyzer-optin.core.EnumCastOutOfRange): several at once
}

enum class service : std::int32_t {
    websocket = MTPROTO_SERVICE_WEBSOCKET,
    http = MTPROTO_SERVICE_HTTP,
    http_from_browser = MTPROTO_SERVICE_HTTP_FROM_BROWSER,
};

[[nodiscard]] inline const char *name(envelope value) noexcept {
    return mtproto_envelope_name(static_cast<std::int32_t>(value));
}
[[nodiscard]] inline const char *name(carrier value) noexcept {
    return mtproto_carrier_name(static_cast<std::int32_t>(value));
}
[[nodiscard]] inline const char *name(not_ours_reason value) noexcept {
    return mtproto_not_ours_name(static_cast<std::int32_t>(value));
}
[[nodiscard]] inline const char *name(closed_reason value) noexcept {
    return mtproto_closed_name(static_cast<std::int32_t>(value));
}
/// mtproto_transport_error_meaning, of the code of a transport_error event.
[[nodiscard]] inline const char *transport_error_meaning(std::int32_t code) noexcept {
    return mtproto_transport_error_meaning(code);
}

// ---- small values ----

/// A DC: its number, and which of its kinds.
struct dc_id {
    std::int32_t number = 0;
    bool test = false;
    bool media = false;

    [[nodiscard]] constexpr std::uint32_t flags() const noexcept {
        return (test ? MTPROTO_DC_TEST : 0u) | (media ? MTPROTO_DC_MEDIA : 0u);
    }

    /// As it stands on the wire, and in p_q_inner_data_dc.
    [[nodiscard]] result<std::int32_t> encode() const noexcept {
        std::int32_t value = 0;
        const status status = mtproto_dc_encode(number, flags(), &value);
        return {status, std::move(value)};
    }

    [[nodiscard]] static result<dc_id> decode(std::int32_t value) noexcept {
        dc_id dc;
        std::uint32_t flags = 0;
        const status status = mtproto_dc_decode(value, &dc.number, &flags);
        if (!status) return status;
        dc.test = (flags & MTPROTO_DC_TEST) != 0;
        dc.media = (flags & MTPROTO_DC_MEDIA) != 0;
        return {status, std::move(dc)};
    }

    friend constexpr bool operator==(const dc_id &a, const dc_id &b) noexcept {
        return a.number == b.number && a.test == b.test && a.media == b.media;
    }
};

/// The token of an encrypted packet from client to server, of the authorization key and what is encrypted.
[[nodiscard]] inline result<std::uint32_t> quick_ack_token(bytes auth_key, bytes plaintext) noexcept {
    std::uint32_t token = 0;
    const status status =
        mtproto_quick_ack_token(auth_key.data(), auth_key.size(), plaintext.data(), plaintext.size(), &token);
    return {status, std::move(token)};
}

/// An address of a data centre to begin with, with its port, for TCP; MTPROTO_ERROR_NO_ENDPOINT past the last.
[[nodiscard]] inline result<wiped_text<64>> endpoint_address(dc_id dc, std::size_t index = 0) noexcept {
    return text_writer::write<64>([dc, index](char *text, std::size_t capacity, std::size_t *length) {
        return mtproto_endpoint_address(dc.number, dc.flags(), index, text, capacity, length);
    });
}

/// The URI of a data centre over TLS.
[[nodiscard]] inline result<wiped_text<64>> endpoint_uri(dc_id dc, service service) noexcept {
    return text_writer::write<64>([dc, service](char *text, std::size_t capacity, std::size_t *length) {
        return mtproto_endpoint_uri(dc.number, dc.flags(), static_cast<std::int32_t>(service), text, capacity, length);
    });
}

/// The URI of an address without TLS.
[[nodiscard]] inline result<wiped_text<80>> endpoint_plain_uri(const char *address, service service) noexcept {
    return text_writer::write<80>([address, service](char *text, std::size_t capacity, std::size_t *length) {
        return mtproto_endpoint_plain_uri(address, static_cast<std::int32_t>(service), text, capacity, length);
    });
}

/// The version of the library that is running, as MTPROTO_VERSION_NUMBER is that of the header.
[[nodiscard]] inline std::uint32_t version_number() noexcept { return mtproto_version_number(); }
/// The same as text, as MTPROTO_VERSION_STRING is that of the header.
[[nodiscard]] inline const char *version_string() noexcept { return mtproto_version_string(); }

// ---- handles ----

namespace detail {

struct deleter {
    void operator()(mtproto_config *handle) const noexcept { mtproto_config_free(handle); }
    void operator()(mtproto_transport *handle) const noexcept { mtproto_transport_free(handle); }
    void operator()(mtproto_secret *handle) const noexcept { mtproto_secret_free(handle); }
    void operator()(mtproto_link *handle) const noexcept { mtproto_link_free(handle); }
    void operator()(mtproto_replay_cache *handle) const noexcept { mtproto_replay_cache_free(handle); }
};

template <typename C> using handle = std::unique_ptr<C, deleter>;

/// What can be asked of a secret, whoever owns it.
template <typename Secret> class secret_reads {
public:
    [[nodiscard]] secret_form form() const noexcept { return static_cast<secret_form>(mtproto_secret_form(get())); }
    /// The canonical text.
    [[nodiscard]] result<wiped_text<267>> to_text() const noexcept {
        return text_writer::write<267>([this](char *text, std::size_t capacity, std::size_t *length) {
            return mtproto_secret_to_text(get(), text, capacity, length);
        });
    }
    /// The raw bytes; how many there are. 199 are enough.
    [[nodiscard]] result<std::size_t> to_bytes(room to) const noexcept {
        std::size_t length = 0;
        const status status = mtproto_secret_bytes(get(), to.data(), to.size(), &length);
        return {status, std::move(length)};
    }
    /// The key alone; how many bytes it has: MTPROTO_SECRET_LENGTH.
    [[nodiscard]] result<std::size_t> to_key(room to) const noexcept {
        std::size_t length = 0;
        const status status = mtproto_secret_key(get(), to.data(), to.size(), &length);
        return {status, std::move(length)};
    }

private:
    [[nodiscard]] const mtproto_secret *get() const noexcept { return static_cast<const Secret *>(this)->get(); }
};

} // namespace detail

/// A secret that belongs to somebody else, such as a link.
class secret_ref : public detail::secret_reads<secret_ref> {
public:
    explicit secret_ref(const mtproto_secret *secret) noexcept : secret_(secret) {}
    /// Until the secret is freed, which may be later than the end of this; "" where there is none.
    [[nodiscard]] const char *domain() const noexcept { return mtproto_secret_domain(get()); }
    [[nodiscard]] const mtproto_secret *get() const noexcept { return secret_; }
    explicit operator bool() const noexcept { return secret_ != nullptr; }

private:
    const mtproto_secret *secret_;
};

/// The secret of a proxy.
class secret : public detail::secret_reads<secret> {
public:
    secret() noexcept = default;

    /// Reads hexadecimal or base64.
    [[nodiscard]] static result<secret> parse(std::string_view text, mtproto::parse mode = parse::strict,
                                              reason *why = nullptr) noexcept {
        mtproto_secret *out = nullptr;
        const mtproto::status status =
            mtproto_secret_parse(text.data(), text.size(), static_cast<std::int32_t>(mode), &out,
                                 why ? why->text : nullptr, why ? sizeof why->text : 0);
        return {status, secret(out)};
    }

    /// Reads raw bytes.
    [[nodiscard]] static result<secret> from_bytes(bytes raw, mtproto::parse mode = parse::strict,
                                                   reason *why = nullptr) noexcept {
        mtproto_secret *out = nullptr;
        const mtproto::status status =
            mtproto_secret_from_bytes(raw.data(), raw.size(), static_cast<std::int32_t>(mode), &out,
                                      why ? why->text : nullptr, why ? sizeof why->text : 0);
        return {status, secret(out)};
    }

    /// "" where there is none.
    [[nodiscard]] const char *domain() const & noexcept { return mtproto_secret_domain(get()); }
    [[nodiscard]] const mtproto_secret *get() const & noexcept { return handle_.get(); }
    explicit operator bool() const noexcept { return handle_ != nullptr; }
    operator secret_ref() const & noexcept { return secret_ref(get()); }
    const char *domain() const && = delete;
    const mtproto_secret *get() const && = delete;
    operator secret_ref() const && = delete;

private:
    explicit secret(mtproto_secret *handle) noexcept : handle_(handle) {}
    detail::handle<mtproto_secret> handle_;
};

/// A link to a proxy.
class link {
public:
    link() noexcept = default;

    [[nodiscard]] static result<link> parse(std::string_view text, mtproto::parse mode = mtproto::parse::strict,
                                            reason *why = nullptr) noexcept {
        mtproto_link *out = nullptr;
        const mtproto::status status =
            mtproto_link_parse(text.data(), text.size(), static_cast<std::int32_t>(mode), &out,
                               why ? why->text : nullptr, why ? sizeof why->text : 0);
        return {status, link(out)};
    }

    /// The link to an MTProxy of one's own.
    [[nodiscard]] static result<link> make(std::string_view server, std::uint16_t port, secret_ref secret,
                                           reason *why = nullptr) noexcept {
        mtproto_link *out = nullptr;
        const mtproto::status status = mtproto_link_new(server.data(), server.size(), port, secret.get(), &out,
                                                        why ? why->text : nullptr, why ? sizeof why->text : 0);
        return {status, link(out)};
    }
    /// Of a temporary too, which becomes no secret_ref: it lives for as long as the call.
    [[nodiscard]] static result<link> make(std::string_view server, std::uint16_t port, const mtproto::secret &secret,
                                           reason *why = nullptr) noexcept {
        return make(server, port, secret_ref(secret), why);
    }

    [[nodiscard]] link_kind kind() const noexcept { return static_cast<link_kind>(mtproto_link_kind(get())); }
    [[nodiscard]] const char *server() const & noexcept { return mtproto_link_server(get()); }
    [[nodiscard]] std::uint16_t port() const noexcept { return mtproto_link_port(get()); }
    [[nodiscard]] const char *user() const & noexcept { return mtproto_link_user(get()); }
    [[nodiscard]] const char *password() const & noexcept { return mtproto_link_password(get()); }
    /// Belongs to the link; empty for SOCKS5.
    [[nodiscard]] secret_ref secret() const & noexcept { return secret_ref(mtproto_link_secret(get())); }
    [[nodiscard]] result<wiped_text<1100>> to_text(link_form form = link_form::tg) const noexcept {
        return text_writer::write<1100>([this, form](char *text, std::size_t capacity, std::size_t *length) {
            return mtproto_link_to_text(get(), static_cast<std::int32_t>(form), text, capacity, length);
        });
    }

    [[nodiscard]] const mtproto_link *get() const & noexcept { return handle_.get(); }
    explicit operator bool() const noexcept { return handle_ != nullptr; }
    const char *server() const && = delete;
    const char *user() const && = delete;
    const char *password() const && = delete;
    secret_ref secret() const && = delete;
    const mtproto_link *get() const && = delete;

private:
    explicit link(mtproto_link *handle) noexcept : handle_(handle) {}
    detail::handle<mtproto_link> handle_;
};

/// The handshakes that were accepted.
class replay_cache {
public:
    /// Empty if there is no memory. 0 stands for the defaults.
    explicit replay_cache(std::size_t capacity = 0, std::uint32_t window_seconds = 0) noexcept
        : handle_(mtproto_replay_cache_new(capacity, window_seconds)) {}

    [[nodiscard]] std::size_t length() const noexcept { return mtproto_replay_cache_length(get()); }
    [[nodiscard]] std::uint64_t forgotten() const noexcept { return mtproto_replay_cache_forgotten(get()); }
    [[nodiscard]] const mtproto_replay_cache *get() const & noexcept { return handle_.get(); }
    explicit operator bool() const noexcept { return handle_ != nullptr; }
    const mtproto_replay_cache *get() const && = delete;

private:
    detail::handle<mtproto_replay_cache> handle_;
};

/// The settings of a transport.
///
/// Setters can be chained: what is refused changes nothing, and the first refusal is kept in status(). client() and
/// server() of the transport return it too.
class config {
public:
    /// With the defaults; empty if there is no memory.
    config() noexcept : handle_(mtproto_config_new()) {}

    /// MTPROTO_OK, or the first refusal.
    [[nodiscard]] mtproto::status status() const noexcept { return status_; }

    config &envelope(mtproto::envelope value) & noexcept {
        return took(mtproto_config_set_envelope(get(), static_cast<std::int32_t>(value)));
    }
    config &obfuscated(bool value) & noexcept { return took(mtproto_config_set_obfuscated(get(), value)); }
    config &dc(dc_id id) & noexcept { return took(mtproto_config_set_dc(get(), id.number, id.flags())); }
    config &add_secret(secret_ref secret) & noexcept {
        return took(mtproto_config_add_parsed_secret(get(), secret.get()));
    }
    /// Of a temporary too, which becomes no secret_ref: it is copied before it dies.
    config &add_secret(const secret &secret) & noexcept { return add_secret(secret_ref(secret)); }
    config &add_secret(bytes raw) & noexcept { return took(mtproto_config_add_secret(get(), raw.data(), raw.size())); }
    config &accept(accept_flags flags) & noexcept {
        return took(mtproto_config_set_accept(get(), static_cast<std::uint32_t>(flags)));
    }
    config &max_payload(std::size_t bytes) & noexcept { return took(mtproto_config_set_max_payload(get(), bytes)); }
    config &max_padding(std::uint32_t bytes) & noexcept { return took(mtproto_config_set_max_padding(get(), bytes)); }
    config &trim(bool value) & noexcept { return took(mtproto_config_set_trim(get(), value)); }
    config &quick_acks(quick_ack_form form) & noexcept {
        return took(mtproto_config_set_quick_ack_form(get(), static_cast<std::int32_t>(form)));
    }
    config &memory(mtproto::memory value) & noexcept {
        return took(mtproto_config_set_memory(get(), static_cast<std::int32_t>(value)));
    }
    /// Tests and simulations only.
    config &entropy(bytes given) & noexcept {
        return took(mtproto_config_set_entropy(get(), given.data(), given.size()));
    }
    /// `origin` may be nullptr.
    config &websocket(const char *host, const char *path = "/apiws", const char *origin = nullptr) & noexcept {
        return took(mtproto_config_set_websocket(get(), host, path, origin));
    }
    /// `content_type` may be nullptr.
    config &http(const char *host, const char *target = "/api", const char *content_type = nullptr,
                 bool keep_alive = true) & noexcept {
        return took(mtproto_config_set_http(get(), host, target, content_type, keep_alive));
    }
    /// Behind http(). `value` may be nullptr.
    config &proxy_authorization(const char *value) & noexcept {
        return took(mtproto_config_set_proxy_authorization(get(), value));
    }
    config &queue_turns(bool value) & noexcept { return took(mtproto_config_set_queue_turns(get(), value)); }
    config &add_path(const char *path) & noexcept { return took(mtproto_config_add_path(get(), path)); }
    config &hello(tls_profile profile) & noexcept {
        return took(mtproto_config_set_tls_profile(get(), static_cast<std::int32_t>(profile)));
    }
    config &unix_time(std::uint32_t seconds) & noexcept { return took(mtproto_config_set_unix_time(get(), seconds)); }
    config &max_record(std::size_t bytes) & noexcept { return took(mtproto_config_set_max_record(get(), bytes)); }
    config &answer_size(std::size_t least, std::size_t most) & noexcept {
        return took(mtproto_config_set_answer_size(get(), least, most));
    }
    config &allowed_clock_skew(std::uint32_t seconds) & noexcept {
        return took(mtproto_config_set_allowed_clock_skew(get(), seconds));
    }
    /// Shared, not copied; the handle may be freed.
    config &replays(const replay_cache &cache) & noexcept {
        return took(mtproto_config_set_replay_cache(get(), cache.get()));
    }

    // The same on a temporary, which stays one, so that `config c = config().dc({2});` moves it out of the chain: keep
    // a config, not a reference. Each calls its form above, because *this is an lvalue.

    config &&envelope(mtproto::envelope value) && noexcept { return std::move(envelope(value)); }
    config &&obfuscated(bool value) && noexcept { return std::move(obfuscated(value)); }
    config &&dc(dc_id id) && noexcept { return std::move(dc(id)); }
    config &&add_secret(secret_ref secret) && noexcept { return std::move(add_secret(secret)); }
    config &&add_secret(const secret &secret) && noexcept { return std::move(add_secret(secret)); }
    config &&add_secret(bytes raw) && noexcept { return std::move(add_secret(raw)); }
    config &&accept(accept_flags flags) && noexcept { return std::move(accept(flags)); }
    config &&max_payload(std::size_t bytes) && noexcept { return std::move(max_payload(bytes)); }
    config &&max_padding(std::uint32_t bytes) && noexcept { return std::move(max_padding(bytes)); }
    config &&trim(bool value) && noexcept { return std::move(trim(value)); }
    config &&quick_acks(quick_ack_form form) && noexcept { return std::move(quick_acks(form)); }
    config &&memory(mtproto::memory value) && noexcept { return std::move(memory(value)); }
    config &&entropy(bytes given) && noexcept { return std::move(entropy(given)); }
    config &&websocket(const char *host, const char *path = "/apiws", const char *origin = nullptr) && noexcept {
        return std::move(websocket(host, path, origin));
    }
    config &&http(const char *host, const char *target = "/api", const char *content_type = nullptr,
                  bool keep_alive = true) && noexcept {
        return std::move(http(host, target, content_type, keep_alive));
    }
    config &&proxy_authorization(const char *value) && noexcept { return std::move(proxy_authorization(value)); }
    config &&queue_turns(bool value) && noexcept { return std::move(queue_turns(value)); }
    config &&add_path(const char *path) && noexcept { return std::move(add_path(path)); }
    config &&hello(tls_profile profile) && noexcept { return std::move(hello(profile)); }
    config &&unix_time(std::uint32_t seconds) && noexcept { return std::move(unix_time(seconds)); }
    config &&max_record(std::size_t bytes) && noexcept { return std::move(max_record(bytes)); }
    config &&answer_size(std::size_t least, std::size_t most) && noexcept {
        return std::move(answer_size(least, most));
    }
    config &&allowed_clock_skew(std::uint32_t seconds) && noexcept { return std::move(allowed_clock_skew(seconds)); }
    config &&replays(const replay_cache &cache) && noexcept { return std::move(replays(cache)); }

    [[nodiscard]] mtproto_config *get() const & noexcept { return handle_.get(); }
    explicit operator bool() const noexcept { return handle_ != nullptr; }
    mtproto_config *get() const && = delete;

private:
    config &took(mtproto_status code) noexcept {
        if (status_.ok()) status_ = code;
        return *this;
    }

    detail::handle<mtproto_config> handle_;
    mtproto::status status_;
};

/// What a transport reports. `data` is a view, until the next call on the transport that is not const.
struct event {
    event_kind kind = event_kind::none;
    /// payload: the packet. not_ours: all that came. connected over fake TLS: the domain.
    bytes data;
    /// transport_error: the code, positive; see transport_error_meaning. not_ours, closed: the reason as a number.
    std::int32_t code = 0;
    /// not_ours: the reason.
    mtproto::not_ours_reason not_ours_reason = mtproto::not_ours_reason::none;
    /// closed: the reason.
    mtproto::closed_reason closed_reason = mtproto::closed_reason::none;
    /// quick_ack: the token.
    std::uint32_t quick_ack_token = 0;
    /// payload, server: the client asks for a quick ack.
    bool quick_ack_wanted = false;
    /// connected: what is spoken; none over HTTP.
    mtproto::envelope envelope = mtproto::envelope::none;
    mtproto::carrier carrier = mtproto::carrier::none;
    bool obfuscated = false;
    /// connected: the DC as it went over the wire, where there is one; see dc_id::decode.
    std::optional<std::int32_t> dc;
    /// connected: which secret, from 0.
    std::optional<std::size_t> secret_index;
    /// The peer's clock minus ours, in seconds.
    std::int32_t clock_skew = 0;

    [[nodiscard]] static event from(const mtproto_event &raw) noexcept {
        event event;
        event.kind = static_cast<event_kind>(raw.kind);
        event.data = bytes(raw.data, raw.length);
        event.code = raw.code;
        if (raw.kind == MTPROTO_EVENT_NOT_OURS) event.not_ours_reason = static_cast<mtproto::not_ours_reason>(raw.code);
        if (raw.kind == MTPROTO_EVENT_CLOSED) event.closed_reason = static_cast<mtproto::closed_reason>(raw.code);
        event.quick_ack_token = raw.quick_ack_token;
        event.quick_ack_wanted = (raw.flags & MTPROTO_EVENT_FLAG_QUICK_ACK_WANTED) != 0;
        event.envelope = static_cast<mtproto::envelope>(raw.envelope);
        event.carrier = static_cast<mtproto::carrier>(raw.carrier);
        event.obfuscated = (raw.flags & MTPROTO_EVENT_FLAG_OBFUSCATED) != 0;
        if ((raw.flags & MTPROTO_EVENT_FLAG_DC) != 0) event.dc = raw.dc;
        if (raw.secret_index >= 0) event.secret_index = static_cast<std::size_t>(raw.secret_index);
        event.clock_skew = raw.clock_skew;
        return event;
    }
};

/// One connection without its socket.
class transport {
public:
    transport() noexcept = default;

    /// The end that connects.
    [[nodiscard]] static result<transport> client(const config &config) noexcept {
        return make(mtproto_client_new, config);
    }
    /// The end that accepts.
    [[nodiscard]] static result<transport> server(const config &config) noexcept {
        return make(mtproto_server_new, config);
    }

    // Payloads in, wire bytes out.

    status push_payload(bytes payload) noexcept {
        return mtproto_transport_push_payload(get(), payload.data(), payload.size(), nullptr);
    }
    /// Client: asks for a quick ack; 0 stands for any token.
    status push_payload_with_quick_ack(bytes payload, std::uint32_t token) noexcept {
        mtproto_send_options options{};
        options.struct_size = sizeof options;
        options.flags = MTPROTO_SEND_QUICK_ACK;
        options.quick_ack_token = token;
        return mtproto_transport_push_payload(get(), payload.data(), payload.size(), &options);
    }
    /// Server.
    status push_quick_ack(std::uint32_t token) noexcept { return mtproto_transport_push_quick_ack(get(), token); }
    /// Server.
    status push_transport_error(std::int32_t code) noexcept {
        return mtproto_transport_push_transport_error(get(), code);
    }
    /// Client: the opening goes now.
    status push_opening() noexcept { return mtproto_transport_push_opening(get()); }

    /// How many bytes were moved there.
    [[nodiscard]] result<std::size_t> pull_wire(room to) noexcept {
        std::size_t written = 0;
        const status status = mtproto_transport_pull_wire(get(), to.data(), to.size(), &written);
        return {status, std::move(written)};
    }
    /// All that waits; then consume_wire.
    [[nodiscard]] result<bytes> peek_wire() & noexcept {
        const std::uint8_t *data = nullptr;
        std::size_t length = 0;
        const status status = mtproto_transport_peek_wire(get(), &data, &length);
        return {status, bytes(data, length)};
    }
    status consume_wire(std::size_t count) noexcept { return mtproto_transport_consume_wire(get(), count); }

    // Wire bytes in, events out.

    /// How many bytes were taken: fewer than given where the ceiling is reached.
    [[nodiscard]] result<std::size_t> push_wire(bytes received) noexcept {
        std::size_t consumed = 0;
        const status status = mtproto_transport_push_wire(get(), received.data(), received.size(), &consumed);
        return {status, std::move(consumed)};
    }
    /// Memory to receive into; then commit_wire.
    [[nodiscard]] result<room> reserve_wire(std::size_t minimum = 0) & noexcept {
        std::uint8_t *data = nullptr;
        std::size_t capacity = 0;
        const status status = mtproto_transport_reserve_wire(get(), minimum, &data, &capacity);
        return {status, room(data, capacity)};
    }
    status commit_wire(std::size_t count) noexcept { return mtproto_transport_commit_wire(get(), count); }
    status push_wire_end() noexcept { return mtproto_transport_push_wire_end(get()); }

    /// The next event; MTPROTO_NO_EVENT where there is none, and another status where the transport is dead.
    [[nodiscard]] result<event> pull_event() & noexcept {
        mtproto_event raw{};
        raw.struct_size = sizeof raw;
        const status status = mtproto_transport_pull_event(get(), &raw);
        if (!status) return status;
        return {status, event::from(raw)};
    }

    // Many at once, and in place.

    /// All, or those before the one that was refused; `taken` receives how many.
    status push_payloads(const mtproto_bytes *payloads, std::size_t count, std::size_t &taken) noexcept {
        taken = 0;
        return mtproto_transport_push_payloads(get(), payloads, count, &taken);
    }
    /// The next events, as many as fit; how many there were. See event::from.
    template <std::size_t N> [[nodiscard]] result<std::size_t> pull_events(mtproto_event (&events)[N]) & noexcept {
        std::size_t count = 0;
        events[0].struct_size = sizeof events[0];
        const status status = mtproto_transport_pull_events(get(), events, N, &count);
        return {status, std::move(count)};
    }
    /// Frames and encrypts the payload where it is; MTPROTO_IN_PLACE_HEAD_ROOM bytes before it and
    /// MTPROTO_IN_PLACE_TAIL_ROOM behind it are overwritten. The wire bytes; none where it cannot be done in place.
    [[nodiscard]] result<bytes> pack_in_place(room payload) noexcept {
        const std::uint8_t *wire = nullptr;
        std::size_t count = 0;
        const status status = mtproto_transport_pack_in_place(get(), payload.data(), payload.size(), &wire, &count);
        return {status, bytes(wire, count)};
    }

    // Hints.

    [[nodiscard]] std::size_t wants_read() const noexcept { return mtproto_transport_wants_read(get()); }
    [[nodiscard]] bool wants_write() const noexcept { return mtproto_transport_wants_write(get()); }
    [[nodiscard]] std::size_t pending_wire() const noexcept { return mtproto_transport_pending_wire(get()); }
    /// No payload can be sent any more: close the socket once no event and no wire byte waits.
    [[nodiscard]] bool is_over() const noexcept { return mtproto_transport_is_over(get()); }
    /// The fatal error with its figures; "" while there is none.
    [[nodiscard]] const char *error_text() const & noexcept { return mtproto_transport_error_text(get()); }

    [[nodiscard]] mtproto_transport *get() const & noexcept { return handle_.get(); }
    explicit operator bool() const noexcept { return handle_ != nullptr; }
    mtproto_transport *get() const && = delete;
    const char *error_text() const && = delete;

private:
    explicit transport(mtproto_transport *handle) noexcept : handle_(handle) {}

    [[nodiscard]] static result<transport> make(mtproto_status (*maker)(const mtproto_config *, mtproto_transport **),
                                                const config &config) noexcept {
        if (!config.status()) return config.status();
        mtproto_transport *out = nullptr;
        const status status = maker(config.get(), &out);
        return {status, transport(out)};
    }

    detail::handle<mtproto_transport> handle_;
};

} // namespace mtproto

#endif // MTPROTO_HPP
