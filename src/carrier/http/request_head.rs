//! The client's request heads: all of one connection are the same but for the length.
//!
//! ```text
//! POST /api HTTP/1.1                      POST HTTP://149.154.175.50:80/api HTTP/1.1
//! Host: 149.154.167.51                    Host: 149.154.175.50:80
//! Connection: keep-alive                  Proxy-Connection: keep-alive
//! Content-Length: 40                      Content-Length: 40
//!
//! to a server                             to an HTTP proxy (absolute form)
//! ```

use crate::allocate::{self, OutOfMemory};
use crate::carrier::http_head::{is_field_text, is_host, is_path};
use crate::carrier::inline::Inline;

/// What every request says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestOptions<'a> {
    /// A path from its slash on, or for an HTTP proxy the whole URI.
    pub(crate) target: &'a str,
    /// The Host field. It may be empty, as TDLib sends it: data centres do not
    /// look at it. A name has to be in it where something in between does.
    pub(crate) host: &'a str,
    /// Whether the connection shall stay open for further requests.
    pub(crate) keep_alive: bool,
    /// TDLib sends none, tdesktop application/x-www-form-urlencoded, gotd
    /// application/octet-stream; servers do not look at it.
    pub(crate) content_type: Option<&'a str>,
    /// Credentials for an HTTP proxy, "basic ..." and all.
    pub(crate) proxy_authorization: Option<&'a str>,
}

impl Default for RequestOptions<'_> {
    fn default() -> Self {
        Self {
            target: "/api",
            host: "",
            keep_alive: true,
            content_type: None,
            proxy_authorization: None,
        }
    }
}

/// Options of which no request can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RequestOptionsError {
    #[error("the target is neither a path nor an http:// URI, or has characters to escape")]
    Target,
    #[error("the host has characters that cannot stand in a Host field")]
    Host,
    #[error("the content type or proxy authorization has characters that cannot stand in a field")]
    Field,
    #[error("out of memory")]
    OutOfMemory,
}

impl From<OutOfMemory> for RequestOptionsError {
    fn from(OutOfMemory: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}

/// The heads of one connection's requests.
///
/// Made once; for each request the part that differs is made without an allocation.
#[derive(Clone, Debug)]
pub(crate) struct RequestHead {
    /// Up to the digits of the length.
    fixed: Vec<u8>,
    keep_alive: bool,
}

/// The length's digits and the empty line.
pub(crate) type LengthLine = Inline<{ 20 + 4 }>;

impl RequestHead {
    pub(crate) fn new(options: &RequestOptions<'_>) -> Result<Self, RequestOptionsError> {
        let absolute = options
            .target
            .get(..7)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"));
        let path = if absolute {
            // The URI's path comes behind its host.
            &options.target[6..]
        } else {
            options.target
        };
        if !is_path(path) {
            return Err(RequestOptionsError::Target);
        }
        if !is_host(options.host) {
            return Err(RequestOptionsError::Host);
        }
        let connection = if absolute {
            "\r\nProxy-Connection: "
        } else {
            "\r\nConnection: "
        };
        let stay = if options.keep_alive {
            "keep-alive"
        } else {
            "close"
        };
        let field = |name, value| match value {
            None => Ok(["", ""]),
            Some(value) if is_field_text(value, true) => Ok([name, value]),
            Some(_) => Err(RequestOptionsError::Field),
        };
        let [before_type, content_type] = field("\r\nContent-Type: ", options.content_type)?;
        let [before_authorization, authorization] =
            field("\r\nProxy-Authorization: ", options.proxy_authorization)?;
        let parts = [
            "POST ",
            options.target,
            " HTTP/1.1\r\nHost: ",
            options.host,
            connection,
            stay,
            before_type,
            content_type,
            before_authorization,
            authorization,
            "\r\nContent-Length: ",
        ];
        Ok(Self {
            fixed: allocate::join(&parts.map(str::as_bytes))?,
            keep_alive: options.keep_alive,
        })
    }

    /// Whether they ask for the connection to stay open.
    pub(crate) fn keeps_alive(&self) -> bool {
        self.keep_alive
    }

    /// The head for a body of `length` bytes, in two parts.
    pub(crate) fn for_body(&self, length: usize) -> (&[u8], LengthLine) {
        let mut line = LengthLine::new();
        line.push_decimal(length);
        line.push(b"\r\n\r\n");
        (&self.fixed, line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(options: &RequestOptions<'_>, length: usize) -> Result<String, RequestOptionsError> {
        let head = RequestHead::new(options)?;
        let (fixed, line) = head.for_body(length);
        let head = [fixed, line.as_bytes()].concat();
        Ok(String::from_utf8(head).expect("ASCII"))
    }

    #[test]
    fn as_tdlib_sends_it() {
        let options = RequestOptions::default();
        assert_eq!(
            head(&options, 40).as_deref(),
            Ok("POST /api HTTP/1.1\r\nHost: \r\nConnection: keep-alive\r\n\
                Content-Length: 40\r\n\r\n")
        );
    }

    #[test]
    fn every_field() {
        let options = RequestOptions {
            target: "HTTP://149.154.175.50:80/api",
            host: "149.154.175.50:80",
            keep_alive: false,
            content_type: Some("application/octet-stream"),
            proxy_authorization: Some("basic YTpi"),
        };
        assert_eq!(
            head(&options, 16_777_216).as_deref(),
            Ok("POST HTTP://149.154.175.50:80/api HTTP/1.1\r\n\
                Host: 149.154.175.50:80\r\nProxy-Connection: close\r\n\
                Content-Type: application/octet-stream\r\n\
                Proxy-Authorization: basic YTpi\r\nContent-Length: 16777216\r\n\r\n")
        );
    }

    #[test]
    fn nothing_is_smuggled_in() {
        let options = RequestOptions::default();
        for target in [
            "",
            "api",
            "/a b",
            "/\r\n",
            "ftp://a/",
            "https://a/",
            "/\u{e4}",
            "/a#b",
            "http://a/#b",
        ] {
            let bad = RequestOptions { target, ..options };
            assert_eq!(
                head(&bad, 4),
                Err(RequestOptionsError::Target),
                "{target:?}"
            );
        }
        for host in ["a\r\nX: y", "a/", "a?b", "a#b", "a@b"] {
            let bad = RequestOptions { host, ..options };
            assert_eq!(head(&bad, 4), Err(RequestOptionsError::Host), "{host:?}");
        }
        for value in [Some("a\nb"), Some("\u{7f}")] {
            let content_type = RequestOptions {
                content_type: value,
                ..options
            };
            let authorization = RequestOptions {
                proxy_authorization: value,
                ..options
            };
            for bad in [content_type, authorization] {
                assert_eq!(head(&bad, 4), Err(RequestOptionsError::Field));
            }
        }
    }
}
