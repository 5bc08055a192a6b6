//! `workplace.limit` and `workplace.exposure`: the door's two questions, by id.

use super::{
    DustKind, ExposureError, LabourClass, LimitError, LimitKind, LimitQuery, NoLimit, Reading, Sample,
    SampleType, judge_sample, limit_for,
};
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::{Status, iso_date},
    units::Hours,
};

/// The calculators of the door.
pub(crate) const CALCULATORS: &[&Calculator] = &[&LIMIT, &EXPOSURE];

static LIMIT: Calculator = Calculator {
    id: "workplace.limit",
    title: "适用的职业接触限值",
    inputs: &[
        Field::required("factor", "", "职业病危害因素名称（分类目录）"),
        Field::required("sample", "", "twa、stel、mac、pe、noise、wbgt、vibration"),
        Field::required("on", "", "采样日期，如 2024-05-06；取该日施行的限值"),
        Field::optional("dust", "", "total 总尘、respirable 呼尘"),
        Field::optional("sio2_pct", "%", "游离 SiO₂"),
        Field::optional("intensity", "", "体力劳动强度 1–4"),
        Field::optional("contact_rate_pct", "%", "接触时间率"),
        Field::optional("sub_item", "", "同名多限值时的细目"),
    ],
    outputs: &[
        Field::optional("value", "", "限值；没有时为空"),
        Field::optional("kind", "", "PC-TWA、PC-STEL、PE、MAC、LEX、WBGT、A(4)"),
        Field::optional("unit", "", "单位"),
        Field::optional("edition", "", "标准与版本"),
        Field::optional("status", "", "firm、print、verify"),
        Field::optional("basis", "", "表与序号"),
        Field::optional("pending", "", "已发布而施行日未知的限值：两种判定并列"),
        Field::optional("pending_edition", "", "其出处"),
        Field::optional("no_limit", "", "factor、kind、not_yet：没有限值的原因"),
    ],
    formula: "按采样日施行的版本查表",
    source: "GBZ 2.1-2019（2007 版至 2020-03-31）；GBZ 2.2-2007",
    status: Status::Firm,
    version: 1,
    run: run_limit,
};

fn run_limit(args: &Args<'_>) -> Result<Answer, CalcError> {
    let samples = [
        ("twa", SampleType::Twa),
        ("stel", SampleType::Stel),
        ("mac", SampleType::Mac),
        ("pe", SampleType::Pe),
        ("noise", SampleType::Noise),
        ("wbgt", SampleType::Wbgt),
        ("vibration", SampleType::HandVibration),
    ];
    let factor = args.word("factor")?;
    let sub_item = if args.value("sub_item").is_some() { Some(args.word("sub_item")?) } else { None };
    let day = iso_date(&args.word("on")?).ok_or_else(|| args.invalid("on"))?;
    let mut query = LimitQuery::new(&factor, args.choice("sample", &samples)?, day);
    query.dust = match args.value("dust") {
        Some(_) => {
            Some(args.choice("dust", &[("total", DustKind::Total), ("respirable", DustKind::Respirable)])?)
        }
        None => None,
    };
    query.free_sio2_pct = args.maybe_number("sio2_pct")?;
    if args.value("intensity").is_some() {
        let class = args.whole_within("intensity", 1, 4)?;
        query.labour = u8::try_from(class).ok().and_then(LabourClass::from_number);
    }
    query.contact_share_pct = args.maybe_number("contact_rate_pct")?;
    query.sub_item = sub_item.as_deref();
    let found = limit_for(&query).map_err(|error| match error {
        LimitError::UnknownFactor => args.invalid("factor"),
        LimitError::DustKindMissing => args.invalid("dust"),
        LimitError::FreeSio2Missing => args.invalid("sio2_pct"),
        LimitError::FreeSio2OutOfRange => args.out_of_range("sio2_pct"),
        LimitError::LabourMissing => args.invalid("intensity"),
        LimitError::ContactShareMissing => args.invalid("contact_rate_pct"),
        LimitError::ContactShareOutOfRange => args.out_of_range("contact_rate_pct"),
        LimitError::UnknownSubItem => args.invalid("sub_item"),
    })?;
    let no_limit = found.no_limit.map(|why| match why {
        NoLimit::Factor => "factor",
        NoLimit::Kind => "kind",
        NoLimit::NotYet => "not_yet",
    });
    let limit = found.limit;
    let unverified = limit.is_some_and(|l| l.status == Status::Verify);
    Ok(Answer::new()
        .with("value", limit.map(|l| l.value))
        .with("kind", limit.map(|l| l.kind.word()))
        .with("unit", limit.map(|l| l.unit.symbol()))
        .with("edition", limit.map(|l| l.edition))
        .with("status", limit.map(|l| l.status.word()))
        .with("basis", limit.map(|l| format!("{} {}{}", l.table, l.seq, l.sub_item)))
        .with("pending", found.pending.map(|l| l.value))
        .with("pending_edition", found.pending.map(|l| l.edition))
        .with("no_limit", no_limit)
        .warn_if(unverified, "table_unverified"))
}

static EXPOSURE: Calculator = Calculator {
    id: "workplace.exposure",
    title: "单个样品的接触水平与判定",
    inputs: &[
        Field::required("kind", "", "限值种类：PC-TWA、PC-STEL、PE、MAC、LEX、WBGT、A(4)"),
        Field::required("limit", "", "限值，单位同结果"),
        Field::optional("result", "mg/m3、dB(A)、℃、m/s2", "结果；空表示低于检出限"),
        Field::optional("lod", "", "检出限；result 为空时必填，按检出限计"),
        Field::optional("hours", "h", "样品代表时间；不填取 shift_hours"),
        Field::optional("shift_hours", "h", "日接触时间 Td，默认 8（手传振动默认同 hours）"),
        Field::optional("week_days", "d", "周工作天数 W，默认 5"),
    ],
    outputs: &[
        Field::required("value", "", "C_TWA、L_EX、A(4) 或单次值"),
        Field::required("limit", "", "折减后的限值"),
        Field::required("rf", "", "长时间接触折减因子，无折减为 1"),
        Field::required("ratio", "", "value ÷ limit；噪声为能量比"),
        Field::required("level", "", "接触水平 0–4"),
        Field::required("verdict", "", "pass、fail；none 表示样品只代表部分接触时间，须与同班次其他样品合并"),
        Field::required("whole_shift", "", "样品是否覆盖日接触时间"),
        Field::required("sample_ratio", "", "单次结果 ÷ 未折减限值（浓度）"),
        Field::required("sample_level", "", "单次结果的接触水平 0–4（浓度）"),
    ],
    formula: "TWA：C·T/8；长班次 C·T/Td 对 RF·PC-TWA；噪声 L+10lg(T/8)+10lg(W/5)；振动 a·√(T/4)；未检出按检出限计",
    source: "GBZ 2.1-2019 附录 A；GBZ 2.2-2007；GBZ/T 189.8、189.9-2007；GBZ 331-2024 附录 G",
    status: Status::Firm,
    version: 1,
    run: run_exposure,
};

fn run_exposure(args: &Args<'_>) -> Result<Answer, CalcError> {
    let kinds = LimitKind::ALL.map(|kind| (kind.word(), kind));
    let sample = Sample {
        kind: args.choice("kind", &kinds)?,
        limit: args.positive("limit")?,
        reading: match args.maybe_number("result")? {
            Some(value) if value >= 0.0 => Reading::Measured(value),
            Some(_) => return Err(args.invalid("result")),
            None => Reading::Below(args.positive("lod")?),
        },
        lasts: maybe_hours(args, "hours", 24.0)?.map(Hours),
        day: maybe_hours(args, "shift_hours", 24.0)?.map(Hours),
        days_per_week: maybe_hours(args, "week_days", 7.0)?,
    };
    let found = judge_sample(&sample).map_err(|error| match error {
        ExposureError::BadLimit { .. } => args.invalid("limit"),
        ExposureError::BadValue { .. } => args.out_of_range("result"),
        ExposureError::BadShift { .. } => args.out_of_range("shift_hours"),
        ExposureError::NoSamples
        | ExposureError::BadDuration { .. }
        | ExposureError::LongerThanADay { .. } => args.out_of_range("hours"),
    })?;
    let mut answer = Answer::new()
        .with("value", found.verdict.value)
        .with("limit", found.verdict.limit)
        .with("rf", found.factor)
        .with("ratio", found.verdict.ratio)
        .with("level", found.verdict.band.number())
        .with("verdict", found.judgement.word())
        .with("whole_shift", found.whole)
        .with("sample_ratio", found.sample_ratio)
        .with("sample_level", found.sample_band().map(super::Band::number));
    for warning in sample.warnings() {
        answer = answer.warn(warning);
    }
    Ok(answer)
}

/// A span above 0 and at most `most`, if given.
fn maybe_hours(args: &Args<'_>, key: &str, most: f64) -> Result<Option<f64>, CalcError> {
    match args.value(key) {
        None => Ok(None),
        Some(_) => match args.positive(key)? {
            hours if hours <= most => Ok(Some(hours)),
            _ => Err(args.out_of_range(key)),
        },
    }
}
