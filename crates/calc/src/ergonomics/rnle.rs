//! `ergo.rnle`: the revised NIOSH lifting equation.

use std::sync::LazyLock;

use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::{self, Status, text},
};

/// Units of a lift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Units {
    /// kg and cm.
    Metric,
    /// lb and inches.
    Us,
}

/// How long lifting goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duration {
    /// Up to 1 h.
    Short,
    /// Above 1 to 2 h.
    Moderate,
    /// Above 2 to 8 h.
    Long,
}

/// How well the hands hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coupling {
    /// Handles.
    Good,
    /// Fair.
    Fair,
    /// Poor.
    Poor,
}

/// A two-handed, smooth lift.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lift {
    /// Units of the lengths.
    pub units: Units,
    /// Horizontal distance.
    pub h: f64,
    /// Height of the hands.
    pub v: f64,
    /// Vertical travel.
    pub d: f64,
    /// Asymmetry, degrees.
    pub a: f64,
    /// Lifts a minute.
    pub f: f64,
    /// How long lifting goes on.
    pub duration: Duration,
    /// How well the hands hold.
    pub coupling: Coupling,
}

/// The multipliers and the recommended weight limit in the units of the lift.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Multipliers {
    /// Horizontal.
    pub hm: f64,
    /// Vertical.
    pub vm: f64,
    /// Distance.
    pub dm: f64,
    /// Asymmetry.
    pub am: f64,
    /// Frequency.
    pub fm: f64,
    /// Coupling.
    pub cm: f64,
    /// Recommended weight limit.
    pub rwl: f64,
}

type FrequencyRow = (f64, [f64; 6], String, String, String);

static FREQUENCY: LazyLock<Vec<(f64, [f64; 6])>> = LazyLock::new(|| {
    tables::rows::<FrequencyRow>(text::RNLE_FREQUENCY).into_iter().map(|(f, fm, ..)| (f, fm)).collect()
});

/// Frequency multiplier; `high` is hands at 75 cm (30 in) or above. Linear between rows, 0 above 15 a minute.
#[must_use]
pub fn frequency_multiplier(per_minute: f64, duration: Duration, high: bool) -> f64 {
    let column = match duration {
        Duration::Short => 0,
        Duration::Moderate => 2,
        Duration::Long => 4,
    } + usize::from(high);
    let table = &*FREQUENCY;
    let Some(upper) = table.iter().position(|(f, _)| per_minute <= *f) else {
        return 0.0;
    };
    let (above, below) = (&table[upper], &table[upper.saturating_sub(1)]);
    if upper == 0 {
        return above.1[column];
    }
    let part = (per_minute - below.0) / (above.0 - below.0);
    below.1[column] + part * (above.1[column] - below.1[column])
}

/// Recommended weight limit `RWL = LC·HM·VM·DM·AM·FM·CM` with its multipliers.
///
/// With significant control at the destination run origin and destination and take the lower. Not for one hand,
/// sitting, kneeling, carrying. Source: NIOSH 94-110.
#[must_use]
pub fn lifting_multipliers(lift: &Lift) -> Multipliers {
    let metric = lift.units == Units::Metric;
    let pick = |cm: f64, inch: f64| if metric { cm } else { inch };
    let high = lift.v >= pick(75.0, 30.0);
    let hm = match lift.h {
        h if h > pick(63.0, 25.0) => 0.0,
        h => (pick(25.0, 10.0) / h).min(1.0),
    };
    let vm = if lift.v > pick(175.0, 70.0) {
        0.0
    } else {
        1.0 - pick(0.003, 0.0075) * (lift.v - pick(75.0, 30.0)).abs()
    };
    let dm = match lift.d {
        d if d > pick(175.0, 70.0) => 0.0,
        d if d < pick(25.0, 10.0) => 1.0,
        d => 0.82 + pick(4.5, 1.8) / d,
    };
    let am = if lift.a > 135.0 { 0.0 } else { 1.0 - 0.0032 * lift.a };
    let fm = frequency_multiplier(lift.f, lift.duration, high);
    let cm = match (lift.coupling, high) {
        (Coupling::Good, _) | (Coupling::Fair, true) => 1.0,
        (Coupling::Fair, false) => 0.95,
        (Coupling::Poor, _) => 0.90,
    };
    let rwl = pick(23.0, 51.0) * hm * vm * dm * am * fm * cm;
    Multipliers { hm, vm, dm, am, fm, cm, rwl }
}

pub(super) const DURATIONS: [(&str, Duration); 3] =
    [("short", Duration::Short), ("moderate", Duration::Moderate), ("long", Duration::Long)];

pub(crate) static RNLE: Calculator = Calculator {
    id: "ergo.rnle",
    title: "NIOSH 提举方程",
    inputs: &[
        Field::required("unit", "", "kg（长度 cm）或 lb（长度 in）"),
        Field::required("load", "kg 或 lb", "重量"),
        Field::required("h", "cm 或 in", "水平距离"),
        Field::required("v", "cm 或 in", "手的高度"),
        Field::required("d", "cm 或 in", "垂直移动距离"),
        Field::required("a", "°", "不对称角"),
        Field::required("f", "次/min", "提举频率"),
        Field::required("duration", "", "short ≤ 1 h、moderate ≤ 2 h、long ≤ 8 h"),
        Field::required("coupling", "", "good、fair、poor"),
    ],
    outputs: &[
        Field::required("hm", "", "水平系数"),
        Field::required("vm", "", "高度系数"),
        Field::required("dm", "", "距离系数"),
        Field::required("am", "", "不对称系数"),
        Field::required("fm", "", "频率系数"),
        Field::required("cm", "", "抓握系数"),
        Field::required("rwl", "kg 或 lb", "推荐重量限值"),
        Field::required("li", "", "提举指数；RWL 为 0 时为空"),
    ],
    formula: "RWL = LC·HM·VM·DM·AM·FM·CM；LI = 重量/RWL",
    source: "NIOSH 94-110",
    status: Status::Firm,
    version: 1,
    run,
};

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let couplings = [("good", Coupling::Good), ("fair", Coupling::Fair), ("poor", Coupling::Poor)];
    let units = args.choice("unit", &[("kg", Units::Metric), ("lb", Units::Us)])?;
    let load = args.not_negative("load")?;
    let lift = Lift {
        units,
        h: args.positive("h")?,
        v: args.not_negative("v")?,
        d: args.not_negative("d")?,
        a: args.within("a", 0.0, 180.0)?,
        f: args.not_negative("f")?,
        duration: args.choice("duration", &DURATIONS)?,
        coupling: args.choice("coupling", &couplings)?,
    };
    let m = lifting_multipliers(&lift);
    Ok(Answer::new()
        .with("hm", m.hm)
        .with("vm", m.vm)
        .with("dm", m.dm)
        .with("am", m.am)
        .with("fm", m.fm)
        .with("cm", m.cm)
        .with("rwl", m.rwl)
        .with("li", (m.rwl > 0.0).then(|| load / m.rwl)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequency_is_read_between_the_rows() {
        assert_eq!(FREQUENCY.len(), text::RNLE_FREQUENCY.lines().count() - 1);
        let rows = [
            ("seldom is the first row", 0.0, Duration::Long, false, 0.85),
            ("an entry", 5.0, Duration::Moderate, true, 0.60),
            ("between entries", 0.75, Duration::Short, false, 0.955),
            ("the last entry", 15.0, Duration::Short, true, 0.28),
            ("too often", 15.1, Duration::Short, true, 0.0),
        ];
        for (why, f, duration, high, expected) in rows {
            assert!((frequency_multiplier(f, duration, high) - expected).abs() < 1e-12, "{why}");
        }
    }
}
