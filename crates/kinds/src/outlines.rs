//! Outlines of counties: does a place lie where it is said to lie?
//!
//! The outlines are the simplified ones that maps are drawn with (`definitions/maps/NOTICE.md`). They are no survey, so [`Outlines::holds`]
//! leaves room around them and says nothing where no outline is known.

use crate::catalogue::embedded_bytes;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A closed line, longitude and latitude in degrees.
pub type Ring = Vec<(f64, f64)>;

/// Room around a simplified outline, degrees (about two kilometres): its lines are that rough.
const ROOM: f64 = 0.02;

/// Outlines by division code.
#[derive(Debug, Default)]
pub struct Outlines(HashMap<String, Vec<Ring>>);

impl Outlines {
    /// The outlines that are built in.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static READ: LazyLock<Outlines> =
            LazyLock::new(|| Outlines::read(&embedded_bytes("maps/regions_counties.geojson").unwrap_or_default()));
        &READ
    }

    /// There is none at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads a GeoJSON collection whose features carry the property `code`; what is no outline is left out.
    #[must_use]
    pub fn read(geojson: &[u8]) -> Self {
        let file: Value = serde_json::from_slice(geojson).unwrap_or_default();
        let mut all: HashMap<String, Vec<Ring>> = HashMap::new();
        for feature in file["features"].as_array().into_iter().flatten() {
            let shape = &feature["geometry"];
            let several = shape["type"] == "MultiPolygon";
            let parts = shape["coordinates"].as_array().into_iter().flatten();
            let rings = parts.map(|part| if several { &part[0] } else { part }).map(ring).filter(|ring| ring.len() > 2);
            if let Some(code) = feature["properties"]["code"].as_str() {
                all.entry(code.to_owned()).or_default().extend(rings);
            }
        }
        Self(all)
    }

    /// The largest part of a county, by number of corners: islands have no factories.
    #[must_use]
    pub fn mainland(&self, county: &str) -> Option<&Ring> {
        self.0.get(county)?.iter().max_by_key(|ring| ring.len())
    }

    /// Whether a place lies in a county, with room for the roughness of the lines. A zone or a city without an outline of its own is
    /// judged by all counties of its city; nothing is said where none of them is known.
    #[must_use]
    pub fn holds(&self, region: &str, lon: f64, lat: f64) -> Option<bool> {
        if let Some(rings) = region.get(..6).and_then(|county| self.0.get(county)) {
            return Some(rings.iter().any(|ring| near(ring, lon, lat)));
        }
        let city = region.get(..4)?;
        let mut known = self.0.iter().filter(|(code, _)| code.starts_with(city)).peekable();
        known.peek()?;
        Some(known.any(|(_, rings)| rings.iter().any(|ring| near(ring, lon, lat))))
    }
}

fn ring(value: &Value) -> Ring {
    let pair = |p: &Value| Some((p[0].as_f64()?, p[1].as_f64()?));
    value.as_array().into_iter().flatten().filter_map(pair).collect()
}

/// Inside, or a step of [`ROOM`] away from it.
fn near(ring: &Ring, lon: f64, lat: f64) -> bool {
    let steps = [-ROOM, 0.0, ROOM];
    inside(ring, (lon, lat)) || steps.iter().any(|dx| steps.iter().any(|dy| inside(ring, (lon + dx, lat + dy))))
}

/// Even–odd rule.
#[must_use]
pub fn inside(ring: &Ring, (x, y): (f64, f64)) -> bool {
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
    fn a_place_lies_in_its_county_or_not_or_nobody_knows() {
        let outlines = Outlines::embedded();
        // The government of 海港区 and a place in the sea before it.
        assert_eq!(outlines.holds("130302", 119.61, 39.935), Some(true));
        assert_eq!(outlines.holds("130302001", 119.61, 39.935), Some(true), "a township belongs to its county");
        assert_eq!(outlines.holds("130302", 119.95, 39.5), Some(false), "the sea");
        assert_eq!(outlines.holds("130321", 119.61, 39.935), Some(false), "the county beside it");
        assert_eq!(outlines.holds("130371", 119.61, 39.935), Some(true), "a zone lies somewhere in its city");
        assert_eq!(outlines.holds("130371", 119.95, 39.5), Some(false));
        assert_eq!(outlines.holds("650100", 87.6, 43.8), None, "no outline is known");
        assert_eq!(outlines.holds("", 87.6, 43.8), None);
    }

    #[test]
    fn a_file_that_is_no_map_has_no_outlines() {
        assert_eq!(Outlines::read(b"{").holds("130302", 119.6, 39.9), None);
        assert_eq!(Outlines::read(br#"{"features":[{"properties":{"code":"1"},"geometry":null}]}"#).holds("1", 0.0, 0.0), None);
    }
}
