//! A network that can be bad: a small TCP proxy on this machine.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What a connection meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Nothing.
    Clear,
    /// After so many bytes of the device both sides are cut off, in the middle of a message.
    Cut(usize),
    /// After so many bytes nothing passes any more in either direction, and nobody is told.
    HalfOpen(usize),
    /// One byte at a time, with a pause of so many milliseconds after every hundredth; the answers as well.
    Trickle(u64),
}

/// A proxy that meets its connections with a list of weathers; after its end it is clear.
pub struct Proxy {
    pub address: String,
    /// Connections so far.
    pub connections: Arc<AtomicUsize>,
    /// Half-open connections that the server gave up by itself.
    pub given_up: Arc<AtomicUsize>,
}

impl Proxy {
    pub fn start(target: &str, weathers: Vec<Weather>) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        let (connections, given_up) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (counting, giving, target) = (Arc::clone(&connections), Arc::clone(&given_up), target.to_owned());
        std::thread::spawn(move || {
            for device in listener.incoming().map_while(Result::ok) {
                let weather = weathers.get(counting.fetch_add(1, Ordering::SeqCst)).copied().unwrap_or(Weather::Clear);
                let Ok(server) = TcpStream::connect(&target) else { continue };
                let giving = Arc::clone(&giving);
                std::thread::spawn(move || pass(device, server, weather, &giving));
            }
        });
        Ok(Self { address, connections, given_up })
    }
}

fn pass(device: TcpStream, server: TcpStream, weather: Weather, given_up: &AtomicUsize) {
    let (Ok(device_side), Ok(server_side)) = (device.try_clone(), server.try_clone()) else { return };
    let passed = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&passed);
    // Answers; in a half-open connection those that come after the break get lost.
    let back = std::thread::spawn(move || copy(server_side, device_side, weather, &seen, false));
    copy(device, server, weather, &passed, true);
    if back.join().is_ok() && matches!(weather, Weather::HalfOpen(_)) {
        given_up.fetch_add(1, Ordering::SeqCst);
    }
}

/// Copies until one side ends. `outward` is the direction whose bytes are counted.
fn copy(mut from: TcpStream, mut to: TcpStream, weather: Weather, passed: &AtomicUsize, outward: bool) {
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let before = if outward { passed.fetch_add(count, Ordering::SeqCst) } else { passed.load(Ordering::SeqCst) };
        let bytes = &buffer[..count];
        let sent = match weather {
            Weather::Clear => to.write_all(bytes),
            Weather::Cut(after) if outward && before + count > after => {
                let _ = to.write_all(&bytes[..after.saturating_sub(before).min(count)]);
                let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
                return;
            }
            Weather::HalfOpen(after) if before + count > after => {
                let part = if outward { after.saturating_sub(before).min(count) } else { 0 };
                to.write_all(&bytes[..part])
            }
            Weather::Cut(_) | Weather::HalfOpen(_) => to.write_all(bytes),
            Weather::Trickle(pause) => bytes.iter().enumerate().try_for_each(|(n, byte)| {
                if n % 100 == 0 {
                    std::thread::sleep(Duration::from_millis(pause));
                }
                to.write_all(&[*byte])
            }),
        };
        if sent.is_err() {
            break;
        }
    }
    // Whoever is cut off in a half-open connection is not told.
    if !(outward && matches!(weather, Weather::HalfOpen(_))) {
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    }
}
