//! Which limit applies on which day, and whether a shift keeps it.

#![expect(clippy::type_complexity, reason = "tables of examples are read row by row")]

use time::{Date, Month};
use zhijian_calc::{
    tables::Status,
    units::{DbA, Hours, Unit},
    workplace::{
        DustKind, ExposureError, LabourClass, LimitError, LimitKind, LimitQuery, NdRule, NoLimit,
        NoiseSegment, Reading, Rules, SampleType, Segment, Shift, ShiftRule, judge, judge_noise,
        judge_samples, judge_twa, lex, limit_for, limit_for_with, shift_rule, twa8, twa8_with,
    },
};

fn day(year: i32, month: u8, day: u8) -> Date {
    Month::try_from(month)
        .ok()
        .and_then(|month| Date::from_calendar_date(year, month, day).ok())
        .unwrap_or(Date::MIN)
}

fn ask<'a>(factor: &'a str, sample: SampleType) -> LimitQuery<'a> {
    LimitQuery::new(factor, sample, day(2024, 6, 3))
}

fn dust(factor: &str, kind: DustKind, free_sio2_pct: Option<f64>) -> LimitQuery<'_> {
    LimitQuery { dust: Some(kind), free_sio2_pct, ..ask(factor, SampleType::Twa) }
}

#[test]
fn dust_is_judged_by_its_row_or_as_silica() {
    use DustKind::{Respirable, Total};
    // GBZ 2.1-2019 table 2: numbers 23, 25, 34, 36, 40, 45, 49 and the rule under the table
    let rows: &[(&str, &str, DustKind, Option<f64>, Option<f64>)] = &[
        ("silica up to 50 %, total", "矽尘（游离SiO2含量≥10%）", Total, Some(30.0), Some(1.0)),
        ("silica up to 50 %, respirable", "矽尘（游离SiO2含量≥10%）", Respirable, Some(30.0), Some(0.7)),
        ("10 % itself is silica", "煤尘", Total, Some(10.0), Some(1.0)),
        ("just below 10 % is coal", "煤尘", Total, Some(9.999), Some(4.0)),
        ("50 % belongs to the lower class", "煤尘", Respirable, Some(50.0), Some(0.7)),
        ("above 50 %", "水泥粉尘", Respirable, Some(50.1), Some(0.3)),
        ("80 % belongs to the middle class", "矽尘（游离SiO2含量≥10%）", Total, Some(80.0), Some(0.7)),
        ("above 80 %", "矽尘（游离SiO2含量≥10%）", Total, Some(91.9), Some(0.5)),
        ("respirable coal", "煤尘", Respirable, Some(4.0), Some(2.5)),
        ("cement without silica", "水泥粉尘", Respirable, Some(2.0), Some(1.5)),
        ("wood is hardwood", "木粉尘", Total, None, Some(3.0)),
        ("asbestos is never silica", "石棉粉尘", Total, Some(30.0), Some(0.8)),
        ("other dust", "以上未提及的可导致职业病的其他粉尘", Total, Some(3.0), Some(8.0)),
        (
            "other dust has no respirable limit",
            "以上未提及的可导致职业病的其他粉尘",
            Respirable,
            Some(3.0),
            None,
        ),
        ("silica below 10 % is other dust", "矽尘（游离SiO2含量≥10%）", Total, Some(5.0), Some(8.0)),
        ("welding fume needs no silica", "电焊烟尘", Total, None, Some(4.0)),
        ("half-width brackets are the same name", "矽尘(游离SiO2含量≥10%)", Total, Some(20.0), Some(1.0)),
        ("mica keeps its own pair", "云母粉尘", Respirable, Some(1.0), Some(1.5)),
    ];
    for &(why, factor, kind, sio2, expected) in rows {
        let answer = limit_for(&dust(factor, kind, sio2));
        assert_eq!(answer.map(|a| a.limit.map(|l| l.value)), Ok(expected), "{why}");
    }
}

#[test]
fn chemicals_answer_by_kind_of_sample() {
    use SampleType::{Mac, Pe, Stel, Twa};
    let rows: &[(&str, &str, SampleType, Option<(LimitKind, f64)>)] = &[
        ("average", "氨", Twa, Some((LimitKind::PcTwa, 20.0))),
        ("short term", "氨", Stel, Some((LimitKind::PcStel, 30.0))),
        ("no STEL: three times the average", "锰及其化合物", Stel, Some((LimitKind::Pe, 0.15 * 3.0))),
        ("peak of a substance with STEL is the STEL", "甲苯", Pe, Some((LimitKind::PcStel, 100.0))),
        ("ceiling", "硫化氢", Mac, Some((LimitKind::Mac, 10.0))),
        ("a ceiling substance has no average", "甲醛", Twa, None),
        ("a substance with an average has no ceiling", "苯", Mac, None),
        ("lowland carbon monoxide", "一氧化碳", Twa, Some((LimitKind::PcTwa, 20.0))),
        ("chlorine under its catalogue name", "氯气", Mac, Some((LimitKind::Mac, 1.0))),
        ("hydrochloric acid", "氯化氢及盐酸", Mac, Some((LimitKind::Mac, 7.5))),
        ("butanone is matched by CAS", "丁酮", Twa, Some((LimitKind::PcTwa, 300.0))),
    ];
    for &(why, factor, sample, expected) in rows {
        let got = limit_for(&ask(factor, sample)).map(|a| a.limit.map(|l| (l.kind, l.value)));
        assert_eq!(got, Ok(expected), "{why}");
    }
}

#[test]
fn a_name_with_several_limits_takes_the_stricter_line_unless_told() -> Result<(), LimitError> {
    let plain = limit_for(&ask("铅及其化合物（不包括四乙基铅）", SampleType::Twa))?.limit;
    assert_eq!(plain.map(|l| (l.value, l.status)), Some((0.03, Status::Verify)), "fume, marked");
    let told = LimitQuery {
        sub_item: Some("铅尘"),
        ..ask("铅及其化合物（不包括四乙基铅）", SampleType::Twa)
    };
    assert_eq!(limit_for(&told)?.limit.map(|l| l.value), Some(0.05));
    let high =
        LimitQuery { sub_item: Some("高原，海拔＞3000 m"), ..ask("一氧化碳", SampleType::Mac) };
    assert_eq!(limit_for(&high)?.limit.map(|l| l.value), Some(15.0));
    let wrong = LimitQuery { sub_item: Some("铅块"), ..told };
    assert_eq!(limit_for(&wrong), Err(LimitError::UnknownSubItem));
    Ok(())
}

#[test]
fn benzene_follows_the_day_of_sampling() -> Result<(), LimitError> {
    let entered = Rules { amendment_1_from: Some(day(2023, 5, 1)), ..Rules::default() };
    let unknown = Rules::default();
    // why, day, rules, PC-TWA in force, PC-TWA pending
    let rows: &[(&str, Date, &Rules, f64, Option<f64>)] = &[
        ("2020: the text of 2019", day(2020, 7, 1), &unknown, 6.0, None),
        ("before 2020-04-01: the same figure of 2007", day(2019, 7, 1), &unknown, 6.0, None),
        ("the month of publication: the text of 2019", day(2022, 11, 30), &unknown, 6.0, None),
        ("after publication, start unknown: both", day(2022, 12, 1), &unknown, 6.0, Some(3.0)),
        ("start entered, day before it", day(2023, 4, 30), &entered, 6.0, None),
        ("start entered, that day", day(2023, 5, 1), &entered, 3.0, None),
    ];
    for &(why, on, rules, now, pending) in rows {
        let query = LimitQuery { sampled_on: on, ..ask("苯", SampleType::Twa) };
        let answer = limit_for_with(&query, rules)?;
        assert_eq!(answer.limit.map(|l| l.value), Some(now), "{why}");
        assert_eq!(answer.pending.map(|l| l.value), pending, "{why}");
    }
    let old = limit_for(&LimitQuery { sampled_on: day(2020, 3, 31), ..ask("苯", SampleType::Stel) })?;
    assert_eq!(
        old.limit.map(|l| (l.value, l.edition, l.status)),
        Some((10.0, "GBZ 2.1-2007", Status::Verify)),
        "the figure of 2019 stands in and says so"
    );
    Ok(())
}

#[test]
fn heat_takes_the_next_tabulated_share_upwards() {
    let heat = |class, share, rules: &Rules| {
        let query = LimitQuery {
            labour: LabourClass::from_number(class),
            contact_share_pct: share,
            ..ask("高温", SampleType::Wbgt)
        };
        limit_for_with(&query, rules).map(|a| a.limit.map(|l| (l.value, l.unit)))
    };
    let hot = Rules { hot_region: true, ..Rules::default() };
    let plain = Rules::default();
    let celsius = |value| Ok(Some((value, Unit::Celsius)));
    assert_eq!(heat(1, Some(100.0), &plain), celsius(30.0));
    assert_eq!(heat(4, Some(100.0), &plain), celsius(25.0));
    assert_eq!(heat(3, Some(50.0), &plain), celsius(29.0));
    assert_eq!(heat(2, Some(25.1), &plain), celsius(30.0), "just above 25 % is the row of 50 %");
    assert_eq!(heat(2, Some(70.0), &hot), celsius(30.0), "hot region: 29 + 1");
    assert_eq!(heat(9, Some(50.0), &plain), Err(LimitError::LabourMissing));
    assert_eq!(heat(2, None, &plain), Err(LimitError::ContactShareMissing));
    assert_eq!(heat(2, Some(0.0), &plain), Err(LimitError::ContactShareOutOfRange));
    assert_eq!(heat(2, Some(100.5), &plain), Err(LimitError::ContactShareOutOfRange));
}

#[test]
fn what_cannot_be_answered_says_why() {
    use DustKind::Total;
    let none = |query: &LimitQuery<'_>| limit_for(query).map(|a| a.no_limit);
    assert_eq!(none(&ask("噪声", SampleType::Noise)), Ok(None));
    assert_eq!(none(&ask("噪声", SampleType::Twa)), Ok(Some(NoLimit::Kind)));
    assert_eq!(none(&ask("有机磷", SampleType::Twa)), Ok(Some(NoLimit::Factor)));
    assert_eq!(none(&ask("低温", SampleType::Twa)), Ok(Some(NoLimit::Factor)));
    assert_eq!(none(&ask("车间异味", SampleType::Twa)), Err(LimitError::UnknownFactor));
    assert_eq!(none(&ask("电焊烟尘", SampleType::Twa)), Err(LimitError::DustKindMissing));
    assert_eq!(none(&dust("煤尘", Total, None)), Err(LimitError::FreeSio2Missing));
    assert_eq!(none(&dust("煤尘", Total, Some(-1.0))), Err(LimitError::FreeSio2OutOfRange));
    assert_eq!(none(&dust("煤尘", Total, Some(f64::NAN))), Err(LimitError::FreeSio2OutOfRange));
}

fn segment(reading: Reading, hours: f64) -> Segment {
    Segment { reading, lasts: Hours(hours) }
}

fn measured(pairs: &[(f64, f64)]) -> Vec<Segment> {
    pairs.iter().map(|&(c, h)| segment(Reading::Measured(c), h)).collect()
}

#[test]
fn eight_hour_averages_match_the_vectors_of_the_standard() -> Result<(), ExposureError> {
    // GBZ 2.1-2019 appendix A, ethyl acetate, PC-TWA 200
    let rows: &[(&str, &[(f64, f64)], f64)] = &[
        ("fails", &[(400.0, 3.0), (60.0, 2.0), (120.0, 3.0)], 210.0),
        ("passes, two hours without contact", &[(300.0, 2.0), (200.0, 2.0), (180.0, 2.0), (0.0, 2.0)], 170.0),
        ("four hours still divide by eight", &[(100.0, 4.0)], 50.0),
        ("twelve hours divide by eight too", &[(10.0, 12.0)], 15.0),
    ];
    for &(why, pairs, expected) in rows {
        assert!((twa8(&measured(pairs))?.0 - expected).abs() < 1e-9, "{why}");
    }
    let below = [segment(Reading::Below(0.4), 8.0)];
    for (rule, expected) in
        [(NdRule::Lod, 0.4), (NdRule::Half, 0.2), (NdRule::Sqrt2, 0.282_842_712), (NdRule::Zero, 0.0)]
    {
        assert!((twa8_with(&below, rule)?.0 - expected).abs() < 1e-9, "{rule:?}");
    }
    Ok(())
}

#[test]
fn long_shifts_are_reduced_by_day_or_by_week() -> Result<(), ExposureError> {
    let rule = |hours, days_per_week| shift_rule(Shift { day: Hours(hours), days_per_week });
    // GBZ 331-2024 appendix G: 10 h → 0.70, 12 h → 0.50, 48 h a week → 0.78125
    let rows = [
        ("a normal week", 8.0, 5.0, ShiftRule::Normal),
        ("ten hours", 10.0, 5.0, ShiftRule::Day { hours: 10.0, factor: 0.7 }),
        ("twelve hours", 12.0, 4.0, ShiftRule::Day { hours: 12.0, factor: 0.5 }),
        ("six days of eight hours", 8.0, 6.0, ShiftRule::Week { hours: 48.0, factor: 0.781_25 }),
        ("six short days", 6.0, 6.0, ShiftRule::Normal),
        ("both: the week is stricter", 12.0, 6.0, ShiftRule::Week { hours: 72.0, factor: 0.416_666_667 }),
        ("both: the day is stricter", 14.0, 5.5, ShiftRule::Day { hours: 14.0, factor: 0.357_142_857 }),
    ];
    for (why, hours, days, expected) in rows {
        let got = rule(hours, days)?;
        let close = match (got, expected) {
            (ShiftRule::Day { factor: a, .. }, ShiftRule::Day { factor: b, .. })
            | (ShiftRule::Week { factor: a, .. }, ShiftRule::Week { factor: b, .. }) => (a - b).abs() < 1e-9,
            (a, b) => a == b,
        };
        assert!(close, "{why}: {got:?}");
    }
    assert!(rule(0.0, 5.0).is_err() && rule(25.0, 5.0).is_err() && rule(8.0, 8.0).is_err());

    let twelve = Shift { day: Hours(12.0), days_per_week: 5.0 };
    let verdict = judge_twa(&measured(&[(0.49, 12.0)]), twelve, 1.0, NdRule::Lod)?;
    assert!(verdict.passes && (verdict.limit - 0.5).abs() < 1e-12, "0.49 against 1 × 0.5");
    Ok(())
}

#[test]
fn short_samples_fail_on_the_worst() -> Result<(), ExposureError> {
    let readings = [Reading::Measured(9.0), Reading::Below(0.5), Reading::Measured(10.1)];
    let verdict = judge_samples(&readings, 10.0, NdRule::Lod)?;
    assert!(!verdict.passes);
    assert_eq!(verdict.value, 10.1);
    assert!(judge_samples(&readings[..2], 10.0, NdRule::Lod)?.passes);
    assert_eq!(judge_samples(&[], 10.0, NdRule::Lod), Err(ExposureError::NoSamples));
    let peak = judge_samples(&[Reading::Measured(0.45)], 3.0 * 0.15, NdRule::Lod)?;
    assert!(peak.passes, "3 × 0.15 is 0.44999… in binary; the limit is 0.45 all the same");
    let bad = judge_samples(&[Reading::Measured(1.0), Reading::Measured(-1.0)], 10.0, NdRule::Lod);
    assert_eq!(bad, Err(ExposureError::BadValue { index: 1, value: -1.0 }), "names the sample");
    Ok(())
}

#[test]
fn noise_is_normalised_to_eight_hours_and_five_days() -> Result<(), ExposureError> {
    let noise = |pairs: &[(f64, f64)]| -> Vec<NoiseSegment> {
        pairs.iter().map(|&(l, h)| NoiseSegment { level: DbA(l), lasts: Hours(h) }).collect()
    };
    let rows: &[(&str, &[(f64, f64)], f64, f64)] = &[
        ("half the time is 3 dB less", &[(90.0, 4.0)], 5.0, 86.9897),
        ("the example of C1", &[(92.0, 2.0), (85.0, 4.0), (78.0, 2.0)], 5.0, 87.5596),
        ("six days", &[(85.0, 8.0)], 6.0, 85.7918),
        ("four days", &[(85.0, 8.0)], 4.0, 84.0309),
    ];
    for &(why, pairs, days, expected) in rows {
        let got = lex(&noise(pairs), days)?.0;
        assert!((got - expected).abs() < 5e-4, "{why}: {got}");
    }
    assert!(judge_noise(&noise(&[(85.0, 8.0)]), 5.0, 85.0)?.passes, "85.0 passes");
    assert!(!judge_noise(&noise(&[(85.0, 8.0)]), 6.0, 85.0)?.passes);
    assert!(lex(&noise(&[(85.0, 20.0), (85.0, 8.0)]), 5.0).is_err(), "28 h are no day");
    assert!(lex(&noise(&[]), 5.0).is_err());
    Ok(())
}

#[test]
fn bad_numbers_are_refused() {
    assert!(judge(1.0, 0.0).is_err());
    assert!(judge(f64::NAN, 1.0).is_err());
    assert!(judge(1.0, f64::INFINITY).is_err());
    assert!(twa8(&measured(&[(1.0, 0.0)])).is_err());
    assert!(twa8(&measured(&[(1.0, f64::NAN)])).is_err());
    assert!(twa8(&measured(&[(-1.0, 8.0)])).is_err());
    assert!(twa8(&[]).is_err());
}
