//! From the sending of the reading that ends a minute above the set point to the alarm's record, which is what pages show.

use super::{SECRET, number};
use std::ops::Range;
use std::time::{Duration, Instant};
use zhijian_gateway::{Hub, batch};
use zhijian_records::port::{Filter, Op, Query};

const MINUTE: i64 = 60_000;

/// Raises an alarm with each device, spread over a time; how long each took.
pub async fn raise(hub: Hub, devices: Range<usize>, within: Duration) -> anyhow::Result<String> {
    let count = devices.len();
    let mut times = Vec::new();
    for n in devices {
        tokio::time::sleep(within / u32::try_from(count)? / 2).await;
        let device = number(n);
        let minute = (hub.register.door().now() / 1000).div_euclid(MINUTE) * MINUTE - 5 * MINUTE;
        send(&hub, &device, minute).await?;
        let begun = Instant::now();
        send(&hub, &device, minute + MINUTE).await?;
        let wanted = Query::everything("alarm", vec![Filter::field("device_no", Op::Eq, &device)]);
        loop {
            if !hub.register.door().store.query(&wanted).await?.rows.is_empty() {
                times.push(begun.elapsed().as_millis());
                break;
            }
            if begun.elapsed() > Duration::from_secs(20) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    times.sort_unstable();
    let at = |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default();
    Ok(format!("{} of {count} within 20 s; p50 {} ms, p99 {} ms (the watches look once a second)", times.len(), at(50), at(99)))
}

async fn send(hub: &Hub, device: &str, at: i64) -> anyhow::Result<()> {
    let body = format!("{{\"ts\":{at},\"value\":103.5,\"unit\":\"dB(A)\"}}");
    let request = batch::Request { sender: device, secret: SECRET, csv: false, gzip: false, body: body.as_bytes() };
    batch::take(hub, request).await?;
    Ok(())
}
