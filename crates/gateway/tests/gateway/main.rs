//! Gateways over real sockets and a real store.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod alarms;
mod asking;
mod consumer;
mod exposure;
mod faults;
mod hj212;
mod http;
mod mosquitto;
mod mqtt;
mod over_range;
mod world;
