//! HJ 212 over TCP: one connection a logger. An upload is answered (9014) only when what it holds is on the disk.
//! The other way round, requests on record ([`requests`]) go out over the connection of their device.

mod asking;
mod lines;
pub mod requests;
mod session;
mod upload;

pub use lines::{End, Ended, Lines};

use crate::hub::Hub;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::TcpListener;

/// A connection on which nothing comes for so long is closed (protocol summary: 5 min).
const IDLE: Duration = Duration::from_secs(300);
/// Longest time for which a logger may leave its answers unread (design).
const PATIENCE: Duration = Duration::from_secs(30);
/// Most connections at a time.
const MOST: usize = 20_000;

/// Takes connections until the task is ended.
pub async fn serve(listener: TcpListener, hub: Hub) {
    let places = std::sync::Arc::new(tokio::sync::Semaphore::new(MOST));
    loop {
        let Ok(place) = std::sync::Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, address)) => {
                let hub = hub.clone();
                tokio::spawn(async move {
                    let _place = place;
                    hub.counts().connections.fetch_add(1, Ordering::Relaxed);
                    if let Err(error) = session::run(stream, &hub).await {
                        tracing::debug!(%address, %error, "a logger's connection ended");
                    }
                    hub.counts().connections.fetch_sub(1, Ordering::Relaxed);
                });
            }
            Err(error) => {
                // Out of file descriptors, most likely: a little later some are free.
                tracing::warn!(%error, "cannot take a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}
