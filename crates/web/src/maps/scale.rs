//! Classes of a layer: five equal steps of a round width from nothing up.

use zhijian_lake::percent_text;

/// Classes, light to dark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Width of a class.
    pub step: f64,
    /// Percent.
    pub rate: bool,
}

/// Number of classes.
pub const CLASSES: usize = 5;

impl Scale {
    /// Classes for values.
    #[must_use]
    pub fn of(values: impl Iterator<Item = f64>, rate: bool) -> Self {
        let most = values.filter(|v| v.is_finite()).fold(0.0_f64, f64::max);
        let step = if rate && most > 50.0 { 20.0 } else { round_up(most / 5.0, if rate { 0.1 } else { 1.0 }) };
        Self { step, rate }
    }

    /// The class of a value, from 0.
    #[must_use]
    pub fn class(self, value: f64) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held inside the classes")]
        let class = (value / self.step).floor().clamp(0.0, 4.0) as usize;
        class.min(CLASSES - 1)
    }

    /// The class in words.
    #[must_use]
    pub fn word(self, class: usize) -> String {
        #[expect(clippy::cast_precision_loss, reason = "a class of five")]
        let (low, high) = (self.step * class as f64, self.step * (class + 1) as f64);
        match (self.rate, class + 1 == CLASSES) {
            (true, true) if self.step * 5.0 >= 100.0 => format!("{}–100 %", short(low)),
            (true, true) => format!("≥ {} %", short(low)),
            (true, false) => format!("{}–{} %", short(low), short(high)),
            (false, true) => format!("≥ {}", short(low)),
            (false, false) if self.step <= 1.0 => short(low),
            (false, false) => format!("{}–{}", short(low), short(high - 1.0)),
        }
    }
}

/// 1, 1.5, 2, 2.5, 3, 4, 5, 6 or 8 times a power of ten, not below `least`.
fn round_up(width: f64, least: f64) -> f64 {
    if width <= least {
        return least;
    }
    let power = 10_f64.powf(width.log10().floor());
    let whole = |x: f64| least < 1.0 || x.fract() == 0.0;
    [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0].iter().map(|m| m * power).find(|x| *x >= width - 1e-9 && whole(*x)).unwrap_or(width)
}

fn short(value: f64) -> String {
    percent_text(value).trim_end_matches(" %").trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_round_and_hold_every_value() {
        let rows: [(&[f64], bool, f64, &str, &str); 6] = [
            (&[87.0, 12.0], true, 20.0, "0–20 %", "80–100 %"),
            (&[2.3, 0.4], true, 0.5, "0–0.5 %", "≥ 2 %"),
            (&[3.0, 1.0], false, 1.0, "0", "≥ 4"),
            (&[47.0], false, 10.0, "0–9", "≥ 40"),
            (&[12.0], false, 3.0, "0–2", "≥ 12"),
            (&[], false, 1.0, "0", "≥ 4"),
        ];
        for (values, rate, step, first, last) in rows {
            let scale = Scale::of(values.iter().copied(), rate);
            assert!((scale.step - step).abs() < 1e-9, "{values:?}: {scale:?}");
            assert_eq!((scale.word(0).as_str(), scale.word(4).as_str()), (first, last), "{values:?}");
        }
        let scale = Scale { step: 20.0, rate: true };
        assert_eq!([0.0, 19.99, 20.0, 100.0, 140.0].map(|v| scale.class(v)), [0, 0, 1, 4, 4]);
    }
}
