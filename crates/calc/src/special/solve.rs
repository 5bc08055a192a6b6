//! Root search.

/// The zero of a rising function between `low` and `high`, to the last bits of a float.
///
/// Secant steps inside a shrinking bracket (Illinois), halving when they do not pay; a function without a sign
/// change gives the nearer end.
pub(crate) fn bisect(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (mut f_low, mut f_high) = (f(low), f(high));
    if f_low >= 0.0 {
        return low;
    }
    if f_high <= 0.0 {
        return high;
    }
    let mut last = 0;
    for round in 0..300 {
        let secant = (low * f_high - high * f_low) / (f_high - f_low);
        let inside = secant > low && secant < high && secant.is_finite();
        let middle = if inside && round % 3 != 2 { secant } else { 0.5 * (low + high) };
        let value = f(middle);
        if value == 0.0 {
            return middle;
        }
        if value < 0.0 {
            (low, f_low) = (middle, value);
            if last == -1 {
                f_high *= 0.5;
            }
            last = -1;
        } else {
            (high, f_high) = (middle, value);
            if last == 1 {
                f_low *= 0.5;
            }
            last = 1;
        }
        if high - low <= 4.0 * f64::EPSILON * (low.abs() + high.abs()) {
            break;
        }
    }
    0.5 * (low + high)
}
