//! The parts of a link: its kind, its query, and the values in it.

use zeroize::Zeroizing;

use super::super::ParseMode;
use super::super::percent::{self, PercentError, Plus};
use super::{LinkError, Server};

/// What the path of a link says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    MtProxy,
    Socks5,
    WebProxy,
}

/// Takes a link apart.
pub(super) fn split(text: &str, mode: ParseMode) -> Result<(Kind, Query<'_>), LinkError> {
    let bare = text.trim();
    if bare.is_empty() {
        return Err(LinkError::Empty);
    }
    if bare.len() != text.len() && !mode.is_lenient() {
        return Err(LinkError::WhiteSpace);
    }
    // The fragment first, as TDLib does: nothing behind it counts.
    let text = bare.split_once('#').map_or(bare, |(before, _)| before);
    let (front, pairs) = text.split_once('?').unwrap_or((text, ""));
    let path = match strip_prefix_any_case(front, "tg:") {
        Some(path) => path.strip_prefix("//").unwrap_or(path),
        None => path_after_host(front, mode).ok_or(LinkError::Host)?,
    };
    let kind = kind(path, mode).ok_or(LinkError::NotAProxy)?;
    Ok((kind, Query { pairs, mode }))
}

/// The path of a link whose host is one of Telegram's.
fn path_after_host(front: &str, mode: ParseMode) -> Option<&str> {
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| strip_prefix_any_case(front, scheme))
        .unwrap_or(front);
    let (mut host, path) = rest.split_once('/').unwrap_or((rest, ""));
    if mode.is_lenient() {
        host = strip_prefix_any_case(host, "www.").unwrap_or(host);
        host = [":443", ":80"]
            .iter()
            .find_map(|port| host.strip_suffix(port))
            .unwrap_or(host);
    }
    ["t.me", "telegram.me", "telegram.dog"]
        .iter()
        .any(|known| host.eq_ignore_ascii_case(known))
        .then_some(path)
}

fn kind(path: &str, mode: ParseMode) -> Option<Kind> {
    let is = |name: &str| {
        if mode.is_lenient() {
            path.trim_end_matches('/').eq_ignore_ascii_case(name)
        } else {
            path == name
        }
    };
    if is("proxy") {
        Some(Kind::MtProxy)
    } else if is("socks") {
        Some(Kind::Socks5)
    } else if is("webproxy") || path.starts_with("webproxy/") {
        // It may have a path of the relay behind it.
        Some(Kind::WebProxy)
    } else {
        None
    }
}

fn strip_prefix_any_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (front, rest) = text.split_at_checked(prefix.len())?;
    front.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// The parameters of a link, still encoded.
#[derive(Clone, Copy)]
pub(super) struct Query<'a> {
    pairs: &'a str,
    mode: ParseMode,
}

impl Query<'_> {
    pub(super) fn mode(&self) -> ParseMode {
        self.mode
    }

    /// A parameter's value, decoded; `None` where the link does not have it.
    ///
    /// Of several the first: TDLib, tdesktop and mtcute do so.
    pub(super) fn optional(
        &self,
        parameter: &'static str,
        plus: Plus,
    ) -> Result<Option<Zeroizing<String>>, LinkError> {
        let mut found = self
            .pairs
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .filter_map(|(name, value)| Some((self.name(name, parameter)?, value)));
        let Some((exact, value)) = found.next() else {
            return Ok(None);
        };
        if !self.mode.is_lenient() {
            // Whatever their case, or the modes would read different values.
            if found.next().is_some() {
                return Err(LinkError::Twice { parameter });
            }
            if !exact {
                return Ok(None);
            }
        }
        let mut decoded = percent::decode(value, plus, self.mode).map_err(|error| match error {
            PercentError::Position(position) => LinkError::Percent {
                parameter,
                position,
            },
            PercentError::OutOfMemory => LinkError::OutOfMemory,
        })?;
        if core::str::from_utf8(&decoded).is_err() {
            return Err(LinkError::NotUtf8 { parameter });
        }
        let text = String::from_utf8(core::mem::take(&mut *decoded));
        Ok(Some(Zeroizing::new(text.unwrap_or_default())))
    }

    /// A parameter's value, decoded, which must be there and not be empty.
    pub(super) fn required(
        &self,
        parameter: &'static str,
        plus: Plus,
    ) -> Result<Zeroizing<String>, LinkError> {
        let value = self
            .optional(parameter, plus)?
            .ok_or(LinkError::Missing { parameter })?;
        if value.is_empty() {
            return Err(LinkError::NoValue { parameter });
        }
        Ok(value)
    }

    pub(super) fn server(&self) -> Result<Server, LinkError> {
        Server::parse(&self.required("server", Plus::Space)?, self.mode)
    }

    pub(super) fn port(&self) -> Result<u16, LinkError> {
        let text = self.required("port", Plus::Space)?;
        let end = text
            .bytes()
            .position(|byte| !byte.is_ascii_digit())
            .unwrap_or(text.len());
        if end == 0 || (end < text.len() && !self.mode.is_lenient()) {
            return Err(LinkError::PortDigits { position: end + 1 });
        }
        // Only digits are left, so nothing but the size can fail.
        let port = text[..end].parse().unwrap_or(u64::MAX);
        match u16::try_from(port) {
            Ok(within) if within != 0 => Ok(within),
            _ => Err(LinkError::PortRange { port }),
        }
    }

    /// Whether a name is the parameter's, and if so whether in its own case.
    ///
    /// Names are percent-decoded too: TDLib does so.
    fn name(&self, name: &str, parameter: &str) -> Option<bool> {
        let mut wanted = parameter.bytes();
        let mut exact = true;
        for byte in percent::decoded(name, Plus::Space, self.mode) {
            let (byte, wanted) = (byte.ok()?, wanted.next()?);
            if !byte.eq_ignore_ascii_case(&wanted) {
                return None;
            }
            exact &= byte == wanted;
        }
        wanted.next().is_none().then_some(exact)
    }
}
