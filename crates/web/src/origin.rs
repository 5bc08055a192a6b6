//! From which network address a request comes; it goes into the audit chain.

use crate::app::App;
use crate::visit;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::net::SocketAddr;

/// Carries the address from the connection to the session; what a client sends under this name is dropped.
const PEER: HeaderName = HeaderName::from_static("x-zhijian-peer");

/// Notes the address of the request: the connection's, or the one that a declared proxy speaks for.
pub async fn note(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let socket = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
    let peer = socket.map(|ip| visit::behind(&app.gate.proxies, ip, request.headers()).to_string());
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
