//! What a device sends, in order: the day's values with its faults.

use super::Devices;
use super::chance::Chance;
use super::curve::{self, Shape};
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// What goes wrong with a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(super) enum Fault {
    /// 静默：一段时间没有数据
    Silence,
    /// 卡值：一段时间数值不变
    Stuck,
    /// 尖峰：一条异常高的值
    Spike,
    /// 设备自报故障（HJ 212 标志 D，其余 q=3）
    #[value(name = "fault")]
    Reported,
    /// 计量单位不符（HJ 212 报文没有单位，不模拟）
    Unit,
    /// 时钟超前平台两小时以上
    Clock,
    /// 迟到 80 小时
    Late,
    /// 重复发送
    Duplicate,
    /// 与后一条次序颠倒
    Order,
    /// 内容无法识别
    Malformed,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Silence,
        Self::Stuck,
        Self::Spike,
        Self::Reported,
        Self::Unit,
        Self::Clock,
        Self::Late,
        Self::Duplicate,
        Self::Order,
        Self::Malformed,
    ];

    /// In words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Silence => "静默",
            Self::Stuck => "卡值",
            Self::Spike => "尖峰",
            Self::Reported => "自报故障",
            Self::Unit => "单位不符",
            Self::Clock => "时钟超前",
            Self::Late => "过迟",
            Self::Duplicate => "重复",
            Self::Order => "乱序",
            Self::Malformed => "无法识别",
        }
    }
}

/// One message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shot {
    /// When it says it was read.
    pub at: OffsetDateTime,
    /// Its value.
    pub value: f64,
    /// The device says that it is faulty.
    pub faulty: bool,
    /// What is wrong with the message itself.
    pub wrong: Option<Fault>,
}

/// What a device sends.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Script {
    /// Messages in order.
    pub shots: Vec<Shot>,
    /// Faults played.
    pub faults: BTreeMap<Fault, u64>,
}

/// Readings of a silence or a stuck value, least and most.
const STRETCH: (usize, usize) = (5, 20);

/// The script of a device until `now`.
pub(super) fn script(play: &Devices, index: usize, now: OffsetDateTime) -> Script {
    let mut chance = Chance::new(play.seed, index);
    let shape = Shape::of(&play.factor);
    let kinds: Vec<Fault> = if play.only.is_empty() { Fault::ALL.to_vec() } else { play.only.clone() };
    let interval = time::Duration::seconds(i64::from(play.interval));
    let count = i64::from(play.hours) * 3600 / i64::from(play.interval);
    let storm = now - time::Duration::minutes(i64::from(play.storm));
    let mut script = Script::default();
    let (mut silent, mut stuck, mut held): (usize, Option<(usize, f64)>, Option<Shot>) = (0, None, None);
    for n in (0..count).rev() {
        let at = now - interval * i32::try_from(n).unwrap_or(i32::MAX);
        let storming = play.storm > 0 && at > storm;
        let natural = if storming { play.high + chance.share() } else { curve::value(shape, at, play.normal, &mut chance) };
        // A storm is to be seen: nothing else goes wrong in it.
        let fault = (!storming && chance.percent(f64::from(play.faults))).then(|| kinds.get(chance.below(kinds.len())).copied()).flatten();
        let stretch = STRETCH.0 + chance.below(STRETCH.1 - STRETCH.0 + 1);
        let mut shot = Shot { at, value: natural, faulty: false, wrong: None };
        let mut played = true;
        match fault {
            Some(Fault::Silence) if silent == 0 => silent = stretch,
            Some(Fault::Stuck) if stuck.is_none() => stuck = Some((stretch, natural)),
            Some(Fault::Order) if held.is_none() && silent == 0 => {}
            Some(Fault::Spike) if silent == 0 => shot.value = play.high * 1.2,
            Some(Fault::Reported) if silent == 0 => shot.faulty = true,
            // Ahead of the platform, not of the played past: there it would be another reading's moment.
            Some(Fault::Clock) if silent == 0 => shot.at = now + (now - at) + time::Duration::hours(2),
            Some(Fault::Late) if silent == 0 => shot.at = at - time::Duration::hours(80),
            // A message of HJ 212 has no unit.
            Some(wrong @ (Fault::Unit | Fault::Malformed))
                if silent == 0 && (wrong == Fault::Malformed || play.way().0 != super::Way::Hj212) =>
            {
                shot.wrong = Some(wrong);
            }
            Some(Fault::Duplicate) if silent == 0 => {}
            _ => played = false,
        }
        if let Some(fault) = fault.filter(|_| played) {
            *script.faults.entry(fault).or_default() += 1;
        }
        if let Some((left, value)) = stuck.filter(|_| !storming) {
            shot.value = value;
            stuck = (left > 1).then_some((left - 1, value));
        }
        if silent > 0 && !storming {
            silent -= 1;
            continue;
        }
        if fault == Some(Fault::Order) && played {
            held = Some(shot);
            continue;
        }
        if fault == Some(Fault::Duplicate) && played {
            script.shots.push(shot);
        }
        script.shots.push(shot);
        script.shots.extend(held.take());
    }
    script.shots.extend(held);
    script
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;
    use std::collections::BTreeSet;
    use time::macros::datetime;

    #[derive(Debug, clap::Parser)]
    struct Wrapped {
        #[command(flatten)]
        play: Devices,
    }

    const NOW: OffsetDateTime = datetime!(2026-03-05 12:00 +8);

    fn play(args: &[&str]) -> Devices {
        Wrapped::parse_from(["play", "--device", "A=secret", "--mqtt", "127.0.0.1:1"].iter().chain(args)).play
    }

    fn only(fault: &str) -> Script {
        script(&play(&["--hours", "24", "--faults", "5", "--fault", fault, "--storm", "0"]), 0, NOW)
    }

    fn times(script: &Script) -> u64 {
        script.faults.values().sum()
    }

    #[test]
    fn without_faults_every_interval_has_its_value_in_order_and_the_storm_ends_the_day() {
        let script = script(&play(&["--faults", "0", "--hours", "24"]), 0, NOW);
        assert_eq!(script.shots.len(), 24 * 60);
        assert!(script.shots.windows(2).all(|pair| pair[1].at - pair[0].at == time::Duration::minutes(1)));
        assert_eq!(script.shots.last().map(|shot| shot.at), Some(NOW));
        assert_eq!(script.shots.iter().filter(|shot| shot.value >= 95.0).count(), 10);
    }

    #[test]
    fn the_same_seed_plays_the_same_day_and_devices_differ() {
        let play = play(&["--faults", "10"]);
        assert_eq!(script(&play, 3, NOW), script(&play, 3, NOW));
        assert_ne!(script(&play, 3, NOW), script(&play, 4, NOW));
    }

    #[test]
    fn each_fault_is_what_it_is_called() {
        let all = 24 * 60;
        let moments = |script: &Script| script.shots.iter().map(|shot| shot.at).collect::<BTreeSet<_>>().len();
        let silence = only("silence");
        assert!(silence.shots.len() + 5 * (times(&silence) as usize - 1) < all && times(&silence) > 0);
        let stuck = only("stuck");
        let same = stuck.shots.windows(2).filter(|pair| (pair[0].value - pair[1].value).abs() < 1e-12).count();
        assert!(same as u64 >= 4 * (times(&stuck) - 1) && times(&stuck) > 0, "{same}");
        assert_eq!(only("spike").shots.iter().filter(|shot| shot.value > 110.0).count() as u64, times(&only("spike")));
        assert_eq!(only("fault").shots.iter().filter(|shot| shot.faulty).count() as u64, times(&only("fault")));
        let duplicate = only("duplicate");
        assert_eq!(duplicate.shots.len() as u64, all as u64 + times(&duplicate));
        assert_eq!(moments(&duplicate), all);
        let order = only("order");
        assert_eq!(order.shots.windows(2).filter(|pair| pair[1].at < pair[0].at).count() as u64, times(&order));
        assert_eq!(moments(&order), all);
        for (fault, far) in [("clock", 1), ("late", -79)] {
            let script = only(fault);
            let mut due = NOW - time::Duration::minutes(all as i64 - 1);
            let mut strays = 0;
            for shot in &script.shots {
                let off = (shot.at - due).whole_hours();
                strays += u64::from(if far > 0 { off >= far } else { off <= far });
                due += time::Duration::minutes(1);
            }
            assert_eq!(strays, times(&script), "{fault}");
        }
        for fault in ["unit", "malformed"] {
            let script = only(fault);
            assert_eq!(script.shots.iter().filter(|shot| shot.wrong.is_some()).count() as u64, times(&script));
            assert!(times(&script) > 20);
        }
    }
}
