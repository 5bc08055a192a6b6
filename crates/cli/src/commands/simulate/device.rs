//! One device playing its script: it keeps what was not answered and sends it again on the next connection.

use super::link::{Link, Refused, Who};
use super::message::message;
use super::script::{Fault, Shot, script};
use super::{Devices, LAST};
use anyhow::Result;
use std::collections::BTreeMap;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::sync::Barrier;
use tokio::time::{Interval, MissedTickBehavior, interval, sleep, timeout};

/// Attempts to connect again, half a second apart.
const ATTEMPTS: u32 = 20;
/// Messages that are sent again after a storm, answered or not: many devices do not know better.
const AGAIN: usize = 5;
/// How long a device waits for the others before it goes on alone.
const OTHERS: Duration = Duration::from_secs(30);

/// What became of it.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Messages sent, those sent again as well.
    pub sent: u64,
    /// Answers.
    pub answered: u64,
    /// Messages that were on their way when a connection ended.
    pub cut: u64,
    /// Messages sent again.
    pub resent: u64,
    /// Connections that ended before their time.
    pub connections_lost: u64,
    /// Faults played.
    pub faults: BTreeMap<Fault, u64>,
}

impl Report {
    /// Another device's beside it.
    pub fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.answered += other.answered;
        self.cut += other.cut;
        self.resent += other.resent;
        self.connections_lost += other.connections_lost;
        for (fault, count) in other.faults {
            *self.faults.entry(fault).or_default() += count;
        }
    }

    fn close(&mut self, link: &Link) {
        self.sent += link.sent;
        self.answered += link.answered();
        self.cut += link.sent - link.answered();
        self.connections_lost += 1;
    }
}

/// Plays a device.
///
/// # Errors
/// The gateway does not let it in, or stays away.
pub(super) async fn play(who: Who, index: usize, play: &Devices, now: OffsetDateTime, together: &Barrier) -> Result<Report> {
    let script = script(play, index, now);
    let mut report = Report { faults: script.faults, ..Report::default() };
    let storms = u64::from(play.reconnects);
    let every = script.shots.len() as u64 / (storms + 1);
    let mut tick = interval(Duration::from_secs_f64(1.0 / f64::from(play.rate)));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut link = Link::open(&who).await?;
    let (mut next, mut had) = (0_usize, 0_u64);
    while next < script.shots.len() {
        if every > 0 && had < storms && next as u64 >= (had + 1) * every {
            had += 1;
            // All at once.
            let _ = timeout(OTHERS, together.wait()).await;
            link = again(&who, play, &script.shots, next, link, &mut report, &mut tick).await?;
        }
        tick.tick().await;
        let Some(shot) = script.shots.get(next) else { break };
        let sent = link.send(message(&who, play, shot, link.sent)?).await;
        next += 1;
        if let Err(error) = sent {
            if error.is::<Refused>() {
                return Err(error);
            }
            link = again(&who, play, &script.shots, next, link, &mut report, &mut tick).await?;
        }
    }
    let last = timeout(LAST, link.finish()).await;
    if !matches!(last, Ok(Ok(()))) {
        if let Ok(Err(error)) = last
            && error.is::<Refused>()
        {
            return Err(error);
        }
        link = again(&who, play, &script.shots, next, link, &mut report, &mut tick).await?;
        let _ = timeout(LAST, link.finish()).await;
    }
    report.sent += link.sent;
    report.answered += link.answered();
    Ok(report)
}

/// Connects anew and sends again what was not answered, and some more.
async fn again(
    who: &Who,
    play: &Devices,
    shots: &[Shot],
    next: usize,
    link: Link,
    report: &mut Report,
    tick: &mut Interval,
) -> Result<Link> {
    let open = usize::try_from(link.sent - link.answered()).unwrap_or(usize::MAX);
    report.close(&link);
    drop(link);
    let from = next.saturating_sub(open.max(AGAIN));
    let mut attempt = 0;
    'connection: loop {
        let mut link = match Link::open(who).await {
            Ok(link) => link,
            Err(error) if attempt >= ATTEMPTS || error.is::<Refused>() => return Err(error),
            Err(_) => {
                attempt += 1;
                sleep(Duration::from_millis(500)).await;
                continue;
            }
        };
        for shot in shots.get(from..next).unwrap_or_default() {
            tick.tick().await;
            if let Err(error) = link.send(message(who, play, shot, link.sent)?).await {
                report.close(&link);
                attempt += 1;
                if attempt > ATTEMPTS || error.is::<Refused>() {
                    return Err(error);
                }
                continue 'connection;
            }
            report.resent += 1;
        }
        return Ok(link);
    }
}
