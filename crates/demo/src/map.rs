//! Places within the outline of a county.

use crate::dice::Dice;
use serde_json::Value;
use std::collections::HashMap;

type Ring = Vec<(f64, f64)>;

/// Outlines of the counties.
pub(crate) struct Outlines(HashMap<String, Ring>);

impl Outlines {
    /// Reads the outlines that the product draws its maps with.
    pub(crate) fn read() -> Self {
        let file: Value = serde_json::from_str(include_str!("../../../definitions/maps/regions_counties.geojson")).unwrap_or_default();
        let mut rings = HashMap::new();
        for feature in file["features"].as_array().into_iter().flatten() {
            let shape = &feature["geometry"];
            let several = shape["type"] == "MultiPolygon";
            let all = shape["coordinates"].as_array().into_iter().flatten().map(|part| if several { &part[0] } else { part });
            // The largest part: islands have no factories.
            let ring = all.map(ring).max_by_key(Vec::len).unwrap_or_default();
            if let Some(code) = feature["properties"]["code"].as_str().filter(|_| ring.len() > 2) {
                rings.insert(code.to_owned(), ring);
            }
        }
        Self(rings)
    }

    /// A point in a county, to four digits (about ten metres); nothing where the county has no outline.
    pub(crate) fn point(&self, dice: &mut Dice, county: &str) -> Option<(f64, f64)> {
        let ring = self.0.get(county)?;
        let span = |of: fn(&(f64, f64)) -> f64| ring.iter().map(of).fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(x), high.max(x)));
        let (west, east) = span(|p| p.0);
        let (south, north) = span(|p| p.1);
        let digits = |x: f64| (x * 10_000.0).round() / 10_000.0;
        (0..200).map(|_| (digits(dice.real(west, east)), digits(dice.real(south, north)))).find(|p| inside(ring, *p))
    }
}

fn ring(value: &Value) -> Ring {
    let pair = |p: &Value| Some((p[0].as_f64()?, p[1].as_f64()?));
    value.as_array().into_iter().flatten().filter_map(pair).collect()
}

/// Even–odd rule.
fn inside(ring: &[(f64, f64)], (x, y): (f64, f64)) -> bool {
    let mut within = false;
    for (a, b) in ring.iter().zip(ring.iter().skip(1).chain(ring.first())) {
        if (a.1 > y) != (b.1 > y) && x < (b.0 - a.0) * (y - a.1) / (b.1 - a.1) + a.0 {
            within = !within;
        }
    }
    within
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_lie_in_their_county() {
        let outlines = Outlines::read();
        let mut dice = Dice::of(1, "map", "");
        for county in ["130302", "130303", "130304", "130306", "130321", "130322", "130324"] {
            let (lon, lat) = outlines.point(&mut dice, county).unwrap_or_else(|| panic!("{county} has an outline"));
            assert!((118.5..120.0).contains(&lon) && (39.3..40.7).contains(&lat), "{county}: {lon}, {lat}");
            assert!(inside(&outlines.0[county], (lon, lat)));
        }
        assert!(outlines.point(&mut dice, "130371").is_none(), "a zone is no county");
    }
}
