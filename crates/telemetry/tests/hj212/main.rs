//! HJ 212 from outside: the examples of the protocol summary, streams, properties, the contract for scripts.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod answers;
mod examples;
mod howto;
mod lines;
mod properties;
mod split;
mod stream;
mod support;
