//! Where a request comes from: the network address behind declared proxies, and the device as it names itself.

use crate::app::App;
use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use zhijian_records::accounts::Peer;

/// A request's origin.
#[derive(Debug, Clone, Default)]
pub struct Visit {
    /// For the door.
    pub peer: Peer,
    /// It comes from this machine, without a proxy between.
    pub local: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit
where
    App: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let app = App::from_ref(state);
        let socket = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
        let device = parts.headers.get(USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let address = socket.map(|ip| behind(&app.gate.proxies, ip, &parts.headers));
        let local = socket.is_some_and(|ip| ip.is_loopback()) && !parts.headers.contains_key("x-forwarded-for");
        Ok(Self { peer: Peer { address: address.map(|a| a.to_string()).unwrap_or_default(), device }, local })
    }
}

/// The nearest address that is no declared proxy: proxies append whom they speak for, and only what a declared one appended is believed.
pub(crate) fn behind(proxies: &[IpAddr], socket: IpAddr, headers: &HeaderMap) -> IpAddr {
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
