//! Where the data centres are, as texts: addresses for TCP, URIs for WebSocket and HTTP.

use core::net::IpAddr;

use super::dc_id::DcId;
use super::errors::MtprotoError;
use super::guard::guarded;
use crate::capi;
use crate::endpoints;

/// What is asked for at a URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum EndpointService {
    /// WebSocket: `/apiws`.
    Websocket,
    /// HTTP for apps: `/api`.
    Http,
    /// HTTP for a browser's page: `/apiw`.
    HttpFromBrowser,
}

impl From<EndpointService> for endpoints::Service {
    fn from(service: EndpointService) -> Self {
        match service {
            EndpointService::Websocket => Self::WebSocket,
            EndpointService::Http => Self::Http,
            EndpointService::HttpFromBrowser => Self::HttpFromBrowser,
        }
    }
}

/// An address for TCP.
#[derive(Clone, Debug, PartialEq, Eq, Hash, uniffi::Record)]
pub struct EndpointAddress {
    /// An IPv4 or IPv6 address, without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
}

/// The addresses of a data centre to begin with, in the order in which to try
/// them; none for a DC that is not well known. `help.getConfig` lists the
/// current ones.
#[uniffi::export]
pub fn endpoint_addresses(dc: DcId) -> Result<Vec<EndpointAddress>, MtprotoError> {
    guarded(|| {
        let addresses = endpoints::addresses(dc.to_core()?).map(|address| EndpointAddress {
            host: address.ip().to_string(),
            port: address.port(),
        });
        Ok(addresses.collect())
    })
}

/// The URI of a data centre over TLS, by its name:
/// `wss://venus.web.telegram.org/apiws`.
#[uniffi::export]
pub fn endpoint_uri(dc: DcId, service: EndpointService) -> Result<String, MtprotoError> {
    guarded(|| {
        endpoints::web_uri(dc.to_core()?, service.into())
            .map(|uri| uri.to_string())
            .ok_or_else(|| MtprotoError::of_status(capi::MTPROTO_ERROR_NO_ENDPOINT, String::new()))
    })
}

/// The URI of a data centre without TLS, by its address, on port 80:
/// `ws://149.154.167.51:80/apiws`.
#[uniffi::export]
pub fn endpoint_plain_uri(
    address: String,
    service: EndpointService,
) -> Result<String, MtprotoError> {
    guarded(|| {
        let address: IpAddr = address
            .parse()
            .map_err(|_| MtprotoError::invalid("an IPv4 or IPv6 address is expected"))?;
        Ok(endpoints::plain_uri(address, service.into()).to_string())
    })
}
