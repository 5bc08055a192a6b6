//! From which network address a request comes; it goes into the audit chain.

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::net::SocketAddr;

/// Carries the address from the connection to the session; what a client sends under this name is dropped.
const PEER: HeaderName = HeaderName::from_static("x-zhijian-peer");

/// Notes the address of the connection. Behind a proxy that is the proxy's.
pub async fn note(mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string());
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
