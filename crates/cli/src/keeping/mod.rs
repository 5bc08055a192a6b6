//! Readings kept for years: closed days go into the lake's archive, old rows leave the database, and are found all the same.

mod archived;
mod backup;
mod round;

pub use archived::Archived;
pub use backup::{back_up, check, forget, put_back};
pub use round::{Done, round};

use crate::online;
use crate::platform::Platform;
use std::sync::Arc;
use std::time::Duration;
use zhijian_lake::readings::Archive;
use zhijian_telemetry::readings::ReadingKeeper;

/// Only one process writes the archive.
const LEASE: &str = "readings-archive";
/// How often the service looks for days that are closed.
const PAUSE: Duration = Duration::from_secs(3600);

/// What a round needs.
#[derive(Clone)]
pub struct Keeping {
    /// The rows of the database.
    pub keeper: Arc<dyn ReadingKeeper>,
    /// The archive.
    pub archive: Arc<Archive>,
    /// Days that rows stay in the database.
    pub days: u32,
}

impl Keeping {
    /// Of a deployment.
    ///
    /// # Errors
    /// The readings cannot be opened.
    pub async fn of(platform: &Platform) -> anyhow::Result<Self> {
        let keeper = online::keeper(platform).await?;
        Ok(Self { keeper, archive: Arc::clone(&platform.archive), days: platform.config.readings_keep_days })
    }
}

/// Rounds once an hour, until the task is ended.
pub async fn keep(platform: Arc<Platform>) {
    let mut tick = tokio::time::interval(PAUSE);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let done = async {
            let keeping = Keeping::of(&platform).await?;
            run(&platform, &keeping).await
        };
        match done.await {
            Ok(Some(done)) if !done.idle() => tracing::info!(?done, "kept readings"),
            Ok(_) => {}
            Err(error) => tracing::error!(error = %format!("{error:#}"), "cannot keep readings"),
        }
    }
}

/// One round; `None` while another process does it.
///
/// # Errors
/// The store or the disk failed; what is not done is done in the next round.
pub async fn run(platform: &Platform, keeping: &Keeping) -> anyhow::Result<Option<Done>> {
    let Some(_lease) = platform.door.store.lease(LEASE).await? else { return Ok(None) };
    keeping.archive.reload()?;
    keeping.archive.sweep();
    round(&platform.door, keeping).await.map(Some)
}
