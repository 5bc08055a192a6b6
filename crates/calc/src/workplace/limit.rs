//! Which limit applies to a sample taken on a day.

use serde::{Deserialize, Serialize};
use time::{Date, Month};

use super::factors::{self, Chemical, Dust, Factor, FreeSio2, Target};
use crate::{tables::Status, units::Unit};

/// Which part of the dust was sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DustKind {
    /// 总尘
    Total,
    /// 呼尘
    Respirable,
}

/// Labour intensity (体力劳动强度) Ⅰ–Ⅳ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LabourClass {
    /// Ⅰ light
    I,
    /// Ⅱ moderate
    II,
    /// Ⅲ heavy
    III,
    /// Ⅳ very heavy
    IV,
}

impl LabourClass {
    /// The class of a number 1–4.
    #[must_use]
    pub const fn from_number(class: u8) -> Option<Self> {
        match class {
            1 => Some(Self::I),
            2 => Some(Self::II),
            3 => Some(Self::III),
            4 => Some(Self::IV),
            _ => None,
        }
    }
}

/// How the sample was taken and is to be judged (样品类型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleType {
    /// Part of an eight-hour average.
    Twa,
    /// Fifteen minutes.
    Stel,
    /// A ceiling value.
    Mac,
    /// A peak of a substance without PC-STEL.
    Pe,
    /// Sound level.
    Noise,
    /// Heat index.
    Wbgt,
    /// Frequency-weighted hand-arm acceleration, four hours.
    HandVibration,
}

/// What a limit means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LimitKind {
    /// Eight-hour average.
    #[serde(rename = "PC-TWA")]
    PcTwa,
    /// Fifteen-minute average.
    #[serde(rename = "PC-STEL")]
    PcStel,
    /// Three times the PC-TWA, where there is no PC-STEL.
    #[serde(rename = "PE")]
    Pe,
    /// Never to be exceeded.
    #[serde(rename = "MAC")]
    Mac,
    /// L_EX,8h or L_EX,40h.
    #[serde(rename = "LEX")]
    Lex,
    /// WBGT index.
    #[serde(rename = "WBGT")]
    Wbgt,
    /// Four-hour energy-equivalent acceleration.
    #[serde(rename = "A(4)")]
    A4,
}

impl LimitKind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::PcTwa, Self::PcStel, Self::Pe, Self::Mac, Self::Lex, Self::Wbgt, Self::A4];

    /// The word used in outputs and records.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::PcTwa => "PC-TWA",
            Self::PcStel => "PC-STEL",
            Self::Pe => "PE",
            Self::Mac => "MAC",
            Self::Lex => "LEX",
            Self::Wbgt => "WBGT",
            Self::A4 => "A(4)",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A limit with its origin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Limit {
    /// What it means.
    pub kind: LimitKind,
    /// The value in `unit`.
    pub value: f64,
    /// The unit of `value`.
    pub unit: Unit,
    /// Standard and edition, e.g. `GBZ 2.1-2019`.
    pub edition: &'static str,
    /// How well the figure, or the way from the catalogue name to it, is confirmed.
    pub status: Status,
    /// The table the figure stands in.
    pub table: &'static str,
    /// Serial number in that table.
    pub seq: &'static str,
    /// The line under that number, empty when there is only one.
    pub sub_item: &'static str,
}

/// A question for the limit of one sample.
#[derive(Debug, Clone, Copy)]
pub struct LimitQuery<'a> {
    /// Name in the catalogue of hazard factors (职业病危害因素分类目录).
    pub factor: &'a str,
    /// How the sample is to be judged.
    pub sample: SampleType,
    /// The day of sampling: the limit in force on that day applies.
    pub sampled_on: Date,
    /// Total or respirable dust.
    pub dust: Option<DustKind>,
    /// Free SiO₂, mass percent.
    pub free_sio2_pct: Option<f64>,
    /// Labour intensity, for heat.
    pub labour: Option<LabourClass>,
    /// Share of the shift spent in the heat (接触时间率), percent.
    pub contact_share_pct: Option<f64>,
    /// Which line of a name with several limits (铅尘, 铅烟 …); without it the default line.
    pub sub_item: Option<&'a str>,
}

impl<'a> LimitQuery<'a> {
    /// A question with the three things every sample has.
    #[must_use]
    pub const fn new(factor: &'a str, sample: SampleType, sampled_on: Date) -> Self {
        Self {
            factor,
            sample,
            sampled_on,
            dust: None,
            free_sio2_pct: None,
            labour: None,
            contact_share_pct: None,
            sub_item: None,
        }
    }
}

/// What an administrator decides; the default is what the product ships.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules {
    /// First day of the benzene limits 3/6 of 第1号修改单 (published 2022-11). Unknown as long as nobody has
    /// entered it: samples taken after 2022-11 are then judged both ways.
    pub amendment_1_from: Option<Date>,
    /// +1 ℃ where the outdoor ventilation design temperature is ≥ 30 ℃ (GBZ 2.2-2007, 10.2.2).
    pub hot_region: bool,
}

/// Why there is nothing to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoLimit {
    /// The standards set no limit for this factor.
    Factor,
    /// There is a limit for the factor, but none of this kind (a ceiling for an average, respirable dust …).
    Kind,
    /// The limit was not yet in force on the day.
    NotYet,
}

/// The answer: a limit, two limits, or none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LimitAnswer {
    /// The limit in force.
    pub limit: Option<Limit>,
    /// A published limit whose first day is unknown: judge by both and say so.
    pub pending: Option<Limit>,
    /// Why `limit` is empty.
    pub no_limit: Option<NoLimit>,
}

impl LimitAnswer {
    const fn one(limit: Limit) -> Self {
        Self { limit: Some(limit), pending: None, no_limit: None }
    }

    const fn none(why: NoLimit) -> Self {
        Self { limit: None, pending: None, no_limit: Some(why) }
    }
}

/// What is missing or wrong in the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// The name is not in the catalogue.
    #[error("the factor is not in the catalogue")]
    UnknownFactor,
    /// Total or respirable?
    #[error("a dust needs total or respirable")]
    DustKindMissing,
    /// This dust cannot be judged without it.
    #[error("this dust needs its share of free SiO2")]
    FreeSio2Missing,
    /// Not within 0–100 %.
    #[error("free SiO2 is a percentage of 0 to 100")]
    FreeSio2OutOfRange,
    /// Heat is judged by labour intensity.
    #[error("heat needs the labour intensity")]
    LabourMissing,
    /// Heat is judged by the share of contact time.
    #[error("heat needs the share of contact time")]
    ContactShareMissing,
    /// Not above 0 and at most 100 %.
    #[error("the share of contact time is above 0 and at most 100 percent")]
    ContactShareOutOfRange,
    /// The factor has no such line.
    #[error("the factor has no such line in the limit table")]
    UnknownSubItem,
}

const GBZ21_2019_FROM: Date = day(2020, Month::April);
/// Last day before samples may fall under the amendment of 2022-11.
const AFTER_AMENDMENT_1: Date = day(2022, Month::December);

const fn day(year: i32, month: Month) -> Date {
    match Date::from_calendar_date(year, month, 1) {
        Ok(date) => date,
        Err(_) => Date::MIN,
    }
}

/// The limit that applies to a sample, with the rules as shipped.
///
/// # Errors
/// [`LimitError`] when the question lacks something the limit depends on, or the factor is no catalogue name.
///
/// # Example: limestone dust with 18 % free silica is judged as silica
/// ```
/// use time::{Date, Month};
/// use zhijian_calc::workplace::{DustKind, LimitQuery, SampleType, limit_for};
/// let day = Date::from_calendar_date(2024, Month::May, 6)?;
/// let mut sample = LimitQuery::new("石灰石粉尘", SampleType::Twa, day);
/// sample.dust = Some(DustKind::Respirable);
/// sample.free_sio2_pct = Some(18.0);
/// let limit = limit_for(&sample)?.limit.ok_or("a limit")?;
/// assert_eq!((limit.value, limit.seq), (0.7, "40"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn limit_for(query: &LimitQuery<'_>) -> Result<LimitAnswer, LimitError> {
    limit_for_with(query, &Rules::default())
}

/// The limit that applies to a sample, under given rules.
///
/// Before 2020-04-01 the edition of 2007 was in force. Its figures agree with those of 2019 wherever they could be
/// compared (苯 6/10 in both), so the figures of 2019 are given with edition `GBZ 2.1-2007` and status `verify`.
///
/// # Errors
/// As [`limit_for`].
pub fn limit_for_with(query: &LimitQuery<'_>, rules: &Rules) -> Result<LimitAnswer, LimitError> {
    let factor = factors::find(query.factor).ok_or(LimitError::UnknownFactor)?;
    if factor.is_dust
        && let Some(row) = as_silica(query, factor)?
    {
        return dust(query, row, Status::Firm);
    }
    let Some(first) = factor.targets.first() else {
        return Ok(LimitAnswer::none(NoLimit::Factor));
    };
    let target = match query.sub_item {
        None => first,
        Some(wanted) => factor
            .targets
            .iter()
            .find(|target| target.sub_item() == wanted)
            .ok_or(LimitError::UnknownSubItem)?,
    };
    match target {
        Target::Chemical { dated, status, .. } => Ok(chemical(query, rules, dated, *status)),
        Target::Dust { row, status, .. } => dust(query, row, *status),
        Target::Physical { agent } => physical(query, rules, agent),
    }
}

impl Target {
    fn sub_item(&self) -> &str {
        match self {
            Self::Chemical { sub_item, .. } | Self::Dust { sub_item, .. } => sub_item,
            Self::Physical { .. } => "",
        }
    }
}

/// The silica row, if this dust is to be judged as silica; the row of other dust for “silica” below 10 %.
fn as_silica(query: &LimitQuery<'_>, factor: &Factor) -> Result<Option<&'static Dust>, LimitError> {
    match (factor.free_sio2, query.free_sio2_pct) {
        (_, Some(share)) if !(0.0..=100.0).contains(&share) => Err(LimitError::FreeSio2OutOfRange),
        (FreeSio2::No, _) | (FreeSio2::Optional, None) => Ok(None),
        (FreeSio2::Required, None) => Err(LimitError::FreeSio2Missing),
        (_, Some(share)) if share >= 10.0 => Ok(factors::silica(share)),
        (_, Some(_)) if factor.code == "D001" => Ok(factors::other_dust()),
        (_, Some(_)) => Ok(None),
    }
}

fn dust(query: &LimitQuery<'_>, row: &'static Dust, status: Status) -> Result<LimitAnswer, LimitError> {
    if !matches!(query.sample, SampleType::Twa | SampleType::Stel | SampleType::Pe) {
        return Ok(LimitAnswer::none(NoLimit::Kind));
    }
    let (twa, unit) = match (row.fiber_twa_f_ml, query.dust) {
        (Some(fibres), _) => (Some(fibres), Unit::FibresMl),
        (None, Some(DustKind::Total)) => (row.total_twa_mg_m3, Unit::MgM3),
        (None, Some(DustKind::Respirable)) => (row.respirable_twa_mg_m3, Unit::MgM3),
        (None, None) => return Err(LimitError::DustKindMissing),
    };
    let Some(twa) = twa else {
        return Ok(LimitAnswer::none(NoLimit::Kind));
    };
    let (kind, value) = match query.sample {
        SampleType::Twa => (LimitKind::PcTwa, twa),
        _ => (LimitKind::Pe, 3.0 * twa),
    };
    let (edition, dated) = edition(query.sampled_on, &row.edition, row.status);
    Ok(LimitAnswer::one(Limit {
        kind,
        value,
        unit,
        edition,
        status: worse(status, dated),
        table: "oel_dust",
        seq: &row.seq,
        sub_item: &row.sub_item,
    }))
}

fn chemical(
    query: &LimitQuery<'_>,
    rules: &Rules,
    dated: &[&'static Chemical],
    status: Status,
) -> LimitAnswer {
    let on = query.sampled_on;
    let (mut current, mut pending): (Option<&'static Chemical>, Option<&'static Chemical>) = (None, None);
    for &row in dated {
        let unknown_start = !row.published.is_empty() && row.valid_from.is_none();
        let from = if unknown_start { rules.amendment_1_from } else { row.valid_from };
        match from {
            None if on >= AFTER_AMENDMENT_1 => pending = Some(row),
            None => {}
            Some(from) => {
                // the figures of 2019 also stand in for the edition before
                let started = on >= from || from == GBZ21_2019_FROM;
                if started && row.valid_to.is_none_or(|end| on <= end) {
                    current = Some(row);
                }
            }
        }
    }
    let Some(current) = current else {
        return LimitAnswer::none(NoLimit::NotYet);
    };
    let Some(limit) = of_kind(query, current, status) else {
        return LimitAnswer::none(NoLimit::Kind);
    };
    LimitAnswer { pending: pending.and_then(|row| of_kind(query, row, status)), ..LimitAnswer::one(limit) }
}

fn of_kind(query: &LimitQuery<'_>, row: &'static Chemical, status: Status) -> Option<Limit> {
    let (kind, value) = match query.sample {
        SampleType::Twa => (LimitKind::PcTwa, row.pc_twa_mg_m3?),
        SampleType::Mac => (LimitKind::Mac, row.mac_mg_m3?),
        SampleType::Stel | SampleType::Pe => match row.pc_stel_mg_m3 {
            Some(stel) => (LimitKind::PcStel, stel),
            None => (LimitKind::Pe, 3.0 * row.pc_twa_mg_m3?),
        },
        SampleType::Noise | SampleType::Wbgt | SampleType::HandVibration => return None,
    };
    let (edition, dated) = edition(query.sampled_on, &row.edition, row.status);
    Some(Limit {
        kind,
        value,
        unit: Unit::MgM3,
        edition,
        status: worse(status, dated),
        table: "oel_chemical",
        seq: &row.seq,
        sub_item: &row.sub_item,
    })
}

fn physical(query: &LimitQuery<'_>, rules: &Rules, agent: &'static str) -> Result<LimitAnswer, LimitError> {
    let fixed = |kind, value, unit| {
        LimitAnswer::one(Limit {
            kind,
            value,
            unit,
            edition: "GBZ 2.2-2007",
            status: Status::Firm,
            table: "oel_physical",
            seq: agent,
            sub_item: "",
        })
    };
    match (agent, query.sample) {
        ("噪声", SampleType::Noise) => Ok(fixed(LimitKind::Lex, 85.0, Unit::DbA)),
        ("手传振动", SampleType::HandVibration) => Ok(fixed(LimitKind::A4, 5.0, Unit::MS2)),
        ("高温", SampleType::Wbgt) => {
            let labour = query.labour.ok_or(LimitError::LabourMissing)?;
            let share = query.contact_share_pct.ok_or(LimitError::ContactShareMissing)?;
            if !(share > 0.0 && share <= 100.0) {
                return Err(LimitError::ContactShareOutOfRange);
            }
            let (value, row) = factors::heat(labour, share).ok_or(LimitError::ContactShareOutOfRange)?;
            let value = if rules.hot_region { value + 1.0 } else { value };
            let limit = Limit {
                kind: LimitKind::Wbgt,
                value,
                unit: Unit::Celsius,
                edition: &row.edition,
                status: row.status,
                table: "heat_limits",
                seq: agent,
                sub_item: "",
            };
            Ok(LimitAnswer::one(limit))
        }
        _ => Ok(LimitAnswer::none(NoLimit::Kind)),
    }
}

/// The edition in force on the day; figures of 2019 stand in for those of 2007, marked as such.
fn edition(on: Date, printed: &'static str, status: Status) -> (&'static str, Status) {
    if on < GBZ21_2019_FROM { ("GBZ 2.1-2007", Status::Verify) } else { (printed, status) }
}

fn worse(a: Status, b: Status) -> Status {
    match (a, b) {
        (Status::Verify, _) | (_, Status::Verify) => Status::Verify,
        (Status::Print, _) | (_, Status::Print) => Status::Print,
        _ => Status::Firm,
    }
}
