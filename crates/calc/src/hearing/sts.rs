//! `hearing.sts`: standard threshold shift between two tests of one ear (a comparison tool, OSHA).

use super::thresholds;
use crate::{
    registry::{Answer, Args, CalcError, Calculator, Field},
    tables::Status,
};

/// Thresholds at 2000, 3000 and 4000 Hz, dB HL.
pub type SpeechThresholds = [f64; 3];

/// Mean shift at 2, 3 and 4 kHz, dB; 10 dB and more is a standard threshold shift.
///
/// `ageing` is the change of the age correction at each frequency, 0 where it is not used.
/// Source: 29 CFR 1910.95(g)(10) and appendix F.
#[must_use]
pub fn standard_threshold_shift(
    baseline: SpeechThresholds,
    current: SpeechThresholds,
    ageing: SpeechThresholds,
) -> f64 {
    (0..3).map(|i| current[i] - baseline[i] - ageing[i]).sum::<f64>() / 3.0
}

pub(crate) static STS: Calculator = Calculator {
    id: "hearing.sts",
    title: "标准听阈偏移 STS",
    inputs: &[
        Field::required("baseline", "dB HL", "基线 2000、3000、4000 Hz"),
        Field::required("current", "dB HL", "本次 2000、3000、4000 Hz"),
        Field::optional("age_correction_baseline", "dB", "基线时的年龄修正值"),
        Field::optional("age_correction_current", "dB", "本次的年龄修正值"),
    ],
    outputs: &[
        Field::required("shift", "dB", "平均偏移"),
        Field::required("sts", "", "是否 ≥ 10 dB"),
        Field::optional("adjusted_shift_4000", "dB", "年龄修正后 4000 Hz 的偏移"),
    ],
    formula: "shift = mean[(本次−基线) − (本次修正−基线修正)]，2、3、4 kHz",
    source: "29 CFR 1910.95",
    status: Status::Firm,
    version: 1,
    run,
};

const SPEECH: [u32; 3] = [2000, 3000, 4000];

fn run(args: &Args<'_>) -> Result<Answer, CalcError> {
    let (baseline, silent_then) = thresholds(args, "baseline", SPEECH)?;
    let (current, silent_now) = thresholds(args, "current", SPEECH)?;
    let corrected =
        ["age_correction_baseline", "age_correction_current"].iter().any(|key| args.value(key).is_some());
    let mut ageing = [0.0; 3];
    if corrected {
        let (then, _) = thresholds(args, "age_correction_baseline", SPEECH)?;
        let (now, _) = thresholds(args, "age_correction_current", SPEECH)?;
        ageing = [now[0] - then[0], now[1] - then[1], now[2] - then[2]];
    }
    let shift = standard_threshold_shift(baseline, current, ageing);
    let answer = Answer::new()
        .with("shift", shift)
        .with("sts", shift >= 10.0 - 1e-9)
        .warn_if(silent_then || silent_now, "no_response");
    Ok(if corrected {
        answer.with("adjusted_shift_4000", current[2] - baseline[2] - ageing[2])
    } else {
        answer
    })
}
