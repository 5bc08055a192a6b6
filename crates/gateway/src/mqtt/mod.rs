//! MQTT 3.1.1 and 5: devices publish to `zhijian/{device}/…` and get their PUBACK when what they published is on the disk.
//!
//! Not a broker: nobody else reads what a device publishes, and no session outlives its connection. QoS 0 and 1; the client sends again what was not
//! acknowledged (a QoS 1 client does that by itself).

pub mod consumer;
mod packets;
mod session;
mod wire;

pub use packets::Version;

use crate::hub::Hub;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

/// Most connections at a time.
const MOST: usize = 20_000;
/// How long a connection may take to say who it is.
const GREETING: Duration = Duration::from_secs(10);

/// Open sessions by client: a second connection of a client ends the first, as the protocol says.
#[derive(Debug, Default)]
struct Sessions {
    open: Mutex<HashMap<String, (u64, oneshot::Sender<()>)>>,
    count: AtomicU64,
}

impl Sessions {
    fn enter(&self, client: &str) -> (u64, oneshot::Receiver<()>) {
        let (end, ended) = oneshot::channel();
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, earlier)) = open.insert(client.to_owned(), (number, end)) {
            let _ = earlier.send(());
        }
        (number, ended)
    }

    fn leave(&self, client: &str, number: u64) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.get(client).is_some_and(|(present, _)| *present == number) {
            open.remove(client);
        }
    }
}

/// Takes connections until the task is ended; over TLS where an acceptor is given.
pub async fn serve(listener: TcpListener, hub: Hub, tls: Option<TlsAcceptor>) {
    let places = Arc::new(tokio::sync::Semaphore::new(MOST));
    let sessions = Arc::new(Sessions::default());
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, address)) => {
                let (hub, sessions, tls) = (hub.clone(), Arc::clone(&sessions), tls.clone());
                tokio::spawn(async move {
                    let _place = place;
                    hub.counts().connections.fetch_add(1, Ordering::Relaxed);
                    let _ = stream.set_nodelay(true);
                    let ended = match tls {
                        None => session::run(stream, &hub, &sessions).await,
                        Some(tls) => match tokio::time::timeout(GREETING, tls.accept(stream)).await {
                            Ok(Ok(stream)) => session::run(stream, &hub, &sessions).await,
                            Ok(Err(error)) => Err(error),
                            Err(_) => Err(std::io::Error::other("no TLS greeting")),
                        },
                    };
                    if let Err(error) = ended {
                        tracing::debug!(%address, %error, "an MQTT connection ended");
                    }
                    hub.counts().connections.fetch_sub(1, Ordering::Relaxed);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot take a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}
