//! Where a request comes from: the network address behind declared proxies, and the device as it names itself.

use crate::app::App;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use zhijian_records::accounts::Peer;

/// Carries the address through the server; what a client sends under this name is dropped.
const PEER: HeaderName = HeaderName::from_static("x-zhijian-peer");

/// Notes the address of a request: the connection's, or the one that a declared proxy speaks for. Sign-ins are paced by it, and it goes
/// into the audit chain.
pub async fn note(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let socket = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
    let peer = socket.map(|ip| behind(&app.gate.proxies, ip, request.headers()).to_string());
    request.headers_mut().remove(PEER);
    if let Some(peer) = peer.and_then(|peer| HeaderValue::from_str(&peer).ok()) {
        request.headers_mut().insert(PEER, peer);
    }
    next.run(request).await
}

/// The address that was noted; empty when there is none.
#[must_use]
pub fn address(headers: &HeaderMap) -> String {
    headers.get(PEER).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// A request's origin.
#[derive(Debug, Clone, Default)]
pub struct Visit {
    /// For the door.
    pub peer: Peer,
    /// It comes from this machine, without a proxy between.
    pub local: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let socket = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
        let device = parts.headers.get(USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let local = socket.is_some_and(|ip| ip.is_loopback()) && !parts.headers.contains_key("x-forwarded-for");
        Ok(Self { peer: Peer { address: address(&parts.headers), device }, local })
    }
}

/// The nearest address that is no declared proxy: proxies append whom they speak for, and only what a declared one appended is believed.
fn behind(proxies: &[IpAddr], socket: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut nearest = socket;
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).collect();
    for hop in lines.iter().flat_map(|line| line.split(',')).rev() {
        if !proxies.contains(&nearest) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(ip) => nearest = ip.to_canonical(),
            Err(_) => break,
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwarded_addresses_are_believed_from_declared_proxies_only() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap_or(IpAddr::from([0, 0, 0, 0]));
        let rows: [(&[&str], &str, &str, &str); 6] = [
            (&[], "198.51.100.7", "203.0.113.9", "198.51.100.7"),
            (&["10.0.0.1"], "10.0.0.1", "203.0.113.9", "203.0.113.9"),
            (&["10.0.0.1"], "10.0.0.1", "192.0.2.1, 203.0.113.9", "203.0.113.9"),
            (&["10.0.0.1", "10.0.0.2"], "10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),
            (&["10.0.0.1"], "10.0.0.1", "nonsense", "10.0.0.1"),
            (&["10.0.0.1"], "10.0.0.1", "", "10.0.0.1"),
        ];
        for (proxies, socket, forwarded, expected) in rows {
            let proxies: Vec<IpAddr> = proxies.iter().map(|p| ip(p)).collect();
            let mut headers = HeaderMap::new();
            if let Ok(value) = forwarded.parse() {
                headers.insert("x-forwarded-for", value);
            }
            assert_eq!(behind(&proxies, ip(socket), &headers), ip(expected), "{forwarded}");
        }
    }
}
