//! The non-central t distribution, on which tolerance limits stand.

use super::{
    normal::{normal_cdf, normal_quantile},
    solve::bisect,
};

/// Abscissae and weights of the 16-point Gauss–Legendre rule on (−1, 1), positive half.
#[rustfmt::skip]
const GAUSS: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_64), (0.281_603_550_779_258_9, 0.182_603_415_044_923_64),
    (0.458_016_777_657_227_37, 0.169_156_519_395_002_65), (0.617_876_244_402_643_8, 0.149_595_988_816_576_7),
    (0.755_404_408_355_003, 0.124_628_971_255_534_07), (0.865_631_202_387_831_8, 0.095_158_511_682_492_6),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_456), (0.989_400_934_991_649_9, 0.027_152_459_411_754_176),
];

/// P(t′_ν(δ) ≤ t) = ∫ Φ(t·s − δ) dF(s), where s = √(χ²_ν/ν).
///
/// The integral is taken over the range that holds all but about 1e-18 of the mass of s, in panels that are narrow
/// both where the density of s and where the step of Φ is steep. Unlike the series of AS 243 it does not underflow
/// for large δ; absolute error below 1e-12.
pub(crate) fn noncentral_t_cdf(t: f64, df: f64, delta: f64) -> f64 {
    if t < 0.0 {
        return 1.0 - noncentral_t_cdf(-t, df, -delta);
    }
    if t == 0.0 {
        return normal_cdf(-delta);
    }
    let spread = 1.0 / (2.0 * df).sqrt();
    let (low, high) = ((1.0 - 9.5 * spread).max(0.0), 1.0 + 9.5 * spread.max(0.1) + 6.0 / df);
    // up to a constant, which drops out; 1 at s = 1, near its peak
    let density = |s: f64| ((df - 1.0) * s.ln() - df * (s * s - 1.0) / 2.0).exp();
    let (step, width) = (delta / t, 1.0 / t);
    let mut cuts: Vec<f64> = (0..=24).map(|i| low + (high - low) * f64::from(i) / 24.0).collect();
    cuts.extend((-9..=9).map(|i| step + f64::from(i) * width).filter(|cut| (low..high).contains(cut)));
    cuts.sort_by(f64::total_cmp);
    let (mut below, mut all) = (0.0, 0.0);
    for pair in cuts.windows(2) {
        let (centre, half) = (0.5 * (pair[0] + pair[1]), 0.5 * (pair[1] - pair[0]));
        for (x, weight) in GAUSS {
            for s in [centre - half * x, centre + half * x] {
                let mass = half * weight * density(s);
                all += mass;
                below += mass * normal_cdf(t * s - delta);
            }
        }
    }
    (below / all).clamp(0.0, 1.0)
}

/// The one-sided tolerance factor k: with confidence γ, mean + k·sd of n values lies above the p quantile.
///
/// `k = t′(γ; n−1, z_p·√n)/√n`.
pub(crate) fn tolerance_factor(n: f64, p: f64, confidence: f64) -> f64 {
    let (df, delta) = (n - 1.0, normal_quantile(p) * n.sqrt());
    let spread = 1.0 + delta.abs() / (2.0 * df).sqrt();
    solve_near(delta, spread, |t| noncentral_t_cdf(t, df, delta) - confidence) / n.sqrt()
}

/// The z with `P(t′_{n−1}(z·√n) ≤ t) = confidence`; the probability falls as z rises.
pub(crate) fn noncentrality_quantile(t: f64, n: f64, confidence: f64) -> f64 {
    let df = n - 1.0;
    let spread = 1.0 + t.abs() / (2.0 * df).sqrt();
    solve_near(t, spread, |delta| confidence - noncentral_t_cdf(t, df, delta)) / n.sqrt()
}

/// The zero of a rising function, searched from `start` outwards in steps that double.
fn solve_near(start: f64, step: f64, rising: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (start - step, start + step);
    let mut wider = step;
    while rising(low) > 0.0 && wider < 1e12 * step {
        wider *= 2.0;
        (low, high) = (low - wider, low);
    }
    wider = step;
    while rising(high) < 0.0 && wider < 1e12 * step {
        wider *= 2.0;
        (low, high) = (high, high + wider);
    }
    bisect(low, high, rising)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distribution_matches_quadrature_at_thirty_digits() {
        // t, ν, δ, probability: mpmath, direct quadrature with 30 digits
        let rows = [
            ("small", 2.0, 5.0, 1.0, 0.778_074_662_616_214_8),
            ("two degrees", 5.0, 2.0, 1.5, 0.886_202_292_770_548_3),
            ("one degree, far out", 37.0, 1.0, 2.3, 0.950_372_809_595_125_2),
            ("the usual", 8.0, 9.0, 5.2, 0.892_043_641_754_340_5),
            ("δ beyond the reach of series", 55.0, 999.0, 52.0, 0.970_488_172_998_646_9),
            ("upper tail", 60.0, 999.0, 52.0, 0.999_999_260_961_813_5),
            ("lower tail", 3.0, 5.0, 7.8, 0.000_278_171_471_175_008_2),
            ("negative δ", 0.5, 3.0, -1.0, 0.924_273_881_288_611_1),
        ];
        for (why, t, df, delta, expected) in rows {
            let got = noncentral_t_cdf(t, df, delta);
            assert!((got - expected).abs() < 1e-13, "{why}: {got} against {expected}");
        }
        assert!((noncentral_t_cdf(0.0, 5.0, 1.0) - normal_cdf(-1.0)).abs() < 1e-15);
        let mirrored = 1.0 - noncentral_t_cdf(0.5, 3.0, -1.0);
        assert!((noncentral_t_cdf(-0.5, 3.0, 1.0) - mirrored).abs() < 1e-15);
    }

    #[test]
    fn tolerance_factors_match_mpmath_and_scipy() {
        let rows = [
            ("EN 689, n 6", 6.0, 0.95, 0.70, 2.186_744_961_285_49),
            ("AIHA, n 6", 6.0, 0.95, 0.95, 3.707_683_680_688_68),
            ("n 2, the shortest", 2.0, 0.95, 0.95, 26.259_673_983_034_5),
            ("n 3", 3.0, 0.95, 0.95, 7.655_900_133_153_34),
            ("n 30", 30.0, 0.95, 0.70, 1.820_277_964_446_45),
            ("n 1000, the longest", 1000.0, 0.95, 0.95, 1.727_263_269_671_27),
            ("99 %", 100.0, 0.99, 0.95, 2.683_957_855_691_28),
            ("the median", 20.0, 0.5, 0.9, 0.296_889_053_102_797),
        ];
        for (why, n, p, confidence, expected) in rows {
            let k = tolerance_factor(n, p, confidence);
            assert!((k / expected - 1.0).abs() < 1e-11, "{why}: {k} against {expected}");
            let z = noncentrality_quantile(k * n.sqrt(), n, confidence);
            assert!((z - normal_quantile(p)).abs() < 1e-9, "{why}: {z} is not the way back");
        }
    }
}
