//! Sums up readings by hours while the service runs, for charts of long stretches.

use crate::hub::Hub;
use std::time::Duration;

/// How often (design): an hour is summed up when it has been over for an hour, so minutes do not matter.
const EVERY: Duration = Duration::from_secs(300);

/// Sums up until the task is ended. Several processes may do it at once.
pub async fn keep(hub: Hub) {
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let now_ms = hub.register.door().now().div_euclid(1000);
        if let Err(error) = hub.store.sum_up(now_ms).await {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot sum up the readings by hours");
        }
    }
}
