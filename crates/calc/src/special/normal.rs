//! The normal distribution.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// φ(x), the standard normal density.
pub(crate) fn normal_pdf(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}

/// Φ(x), the probability of a value ≤ x.
pub(crate) fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// 1 − Φ(x), exact far out in the tail.
pub(crate) fn normal_sf(x: f64) -> f64 {
    0.5 * libm::erfc(x * FRAC_1_SQRT_2)
}

/// ln Φ(x), exact far out in the lower tail.
pub(crate) fn ln_normal_cdf(x: f64) -> f64 {
    if x > -6.0 { normal_cdf(x).ln() } else { -0.5 * x * x - 0.5 * (2.0 * PI).ln() + mills(-x).ln() }
}

/// φ(x)/Φ(x).
pub(crate) fn hazard_below(x: f64) -> f64 {
    if x > -6.0 { normal_pdf(x) / normal_cdf(x) } else { 1.0 / mills(-x) }
}

/// Mills' ratio (1 − Φ(x))/φ(x) for x ≥ 6, by continued fraction; twenty terms leave less than a rounding error at 6.
fn mills(x: f64) -> f64 {
    1.0 / (1..=20).rev().fold(x, |tail, k| x + f64::from(k) / tail)
}

/// Φ⁻¹(p). −∞ at 0, +∞ at 1, NaN outside.
///
/// Wichura 1988, AS 241 (PPND16): relative error about 1e-16.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * ratio(&CENTRE, r);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    if tail <= 0.0 {
        return if q < 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let r = (-tail.ln()).sqrt();
    let x = if r <= 5.0 { ratio(&MIDDLE, r - 1.6) } else { ratio(&FAR, r - 5.0) };
    if q < 0.0 { -x } else { x }
}

/// Numerator and denominator, lowest power first.
struct Rational([f64; 8], [f64; 8]);

fn ratio(of: &Rational, r: f64) -> f64 {
    let horner = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, k| sum * r + k);
    horner(&of.0) / horner(&of.1)
}

#[rustfmt::skip]
#[expect(clippy::excessive_precision, reason = "as printed in AS 241")]
static CENTRE: Rational = Rational(
    [3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
     4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3],
    [1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
     2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3]);
#[rustfmt::skip]
#[expect(clippy::excessive_precision, reason = "as printed in AS 241")]
static MIDDLE: Rational = Rational(
    [1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
     1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4],
    [1.0, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9]);
#[rustfmt::skip]
#[expect(clippy::excessive_precision, reason = "as printed in AS 241")]
static FAR: Rational = Rational(
    [6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7],
    [1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_matches_reference_values() {
        // x, Φ(x) computed with mpmath at 40 digits
        let rows = [
            ("the middle", 0.0, 0.5),
            ("the usual 95 %", 1.644_853_626_951_472_2, 0.95),
            ("two sided 95 %", 1.959_963_984_540_054, 0.975),
            ("far below", -8.0, 6.220_960_574_271_784e-16),
            ("very far below", -20.0, 2.753_624_118_606_234e-89),
        ];
        for (why, x, p) in rows {
            assert!((normal_cdf(x) / p - 1.0).abs() < 1e-13, "{why}: {}", normal_cdf(x));
            assert!((normal_quantile(p) - x).abs() < 1e-12 * (1.0 + x.abs()), "{why}");
        }
        // ln Φ(−30) and φ/Φ at −30 from mpmath
        assert!((ln_normal_cdf(-30.0) + 454.321_243_956_343_2).abs() < 1e-10);
        assert!((hazard_below(-30.0) - 30.033_259_667_433_675).abs() < 1e-12);
        assert!((normal_sf(8.0) / 6.220_960_574_271_784e-16 - 1.0).abs() < 1e-13);
        assert!((normal_pdf(1.0) - 0.241_970_724_519_143_37).abs() < 1e-16);
    }
}
