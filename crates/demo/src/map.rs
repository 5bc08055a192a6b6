//! Places within the outline of a county.

use crate::dice::Dice;
use zhijian_kinds::Outlines;
use zhijian_kinds::outlines::inside;

/// A point in a county, to four digits (about ten metres); nothing where the county has no outline.
pub(crate) fn point(dice: &mut Dice, county: &str) -> Option<(f64, f64)> {
    let ring = Outlines::embedded().mainland(county)?;
    let span = |of: fn(&(f64, f64)) -> f64| ring.iter().map(of).fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(x), high.max(x)));
    let (west, east) = span(|p| p.0);
    let (south, north) = span(|p| p.1);
    let digits = |x: f64| (x * 10_000.0).round() / 10_000.0;
    (0..200).map(|_| (digits(dice.real(west, east)), digits(dice.real(south, north)))).find(|p| inside(ring, *p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_lie_in_their_county() {
        let mut dice = Dice::of(1, "map", "");
        for county in ["130302", "130303", "130304", "130306", "130321", "130322", "130324"] {
            let (lon, lat) = point(&mut dice, county).unwrap_or_else(|| panic!("{county} has an outline"));
            assert_eq!(Outlines::embedded().holds(county, lon, lat), Some(true));
        }
        assert!(point(&mut dice, "130371").is_none(), "a zone is no county");
    }
}
