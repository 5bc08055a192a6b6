//! Needs by place against places that serve them: each need stays where it is when there is a place there, else goes to the nearest.
//!
//! The choice of the method is ours: nobody is moved away from the own township because its place is full, since whether somebody may
//! travel is not known; a full place is told instead.

/// Name of the method, as pages cite it.
pub const METHOD: &str =
    "本乡镇（街道）有站点的在本地；没有的去直线距离最近的站点，超过最远距离的算没有着落；不因站点满员而改派";
/// What it does not know.
pub const CAVEAT: &str = "患者没有坐标，乡镇（街道）的位置取其中有坐标的用人单位和站点的平均位置；直线距离短于实际路程；容量按登记的床位折算，未计医护人数和服务频次";

/// Mean radius of the earth (IUGG), kilometres.
const EARTH_KM: f64 = 6_371.0;

/// Degrees east and north.
pub type Position = (f64, f64);

/// Something at a place: how much, and where, if that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct At {
    /// Code of the place.
    pub place: String,
    /// How much is there.
    pub amount: f64,
    /// Where it lies.
    pub position: Option<Position>,
}

/// Where a need goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Way {
    /// It stays: there is a place in the own township.
    Here(usize),
    /// To the nearest place, so many kilometres away.
    To(usize, f64),
    /// The nearest place is farther than may be, so many kilometres away.
    TooFar(f64),
    /// Nobody knows where the need lies, or where any place stands.
    Unknown,
}

impl Way {
    /// The place that it goes to.
    #[must_use]
    pub const fn site(self) -> Option<usize> {
        match self {
            Self::Here(site) | Self::To(site, _) => Some(site),
            Self::TooFar(_) | Self::Unknown => None,
        }
    }
}

/// Where each need goes.
#[must_use]
pub fn ways(needs: &[At], sites: &[At], within_km: f64) -> Vec<Way> {
    let way = |need: &At| {
        if let Some(own) = sites.iter().position(|site| site.place == need.place) {
            return Way::Here(own);
        }
        let far = |site: &At| Some(distance_km(need.position?, site.position?));
        let nearest = sites
            .iter()
            .enumerate()
            .filter_map(|(at, site)| Some((at, far(site)?)))
            .min_by(|a, b| a.1.total_cmp(&b.1));
        match nearest {
            None => Way::Unknown,
            Some((at, km)) if km <= within_km => Way::To(at, km),
            Some((_, km)) => Way::TooFar(km),
        }
    };
    needs.iter().map(way).collect()
}

/// How much goes to each place.
#[must_use]
pub fn loads(needs: &[At], ways: &[Way], sites: usize) -> Vec<f64> {
    let mut loads = vec![0.0; sites];
    for (need, way) in needs.iter().zip(ways) {
        if let Some(load) = way.site().and_then(|at| loads.get_mut(at)) {
            *load += need.amount;
        }
    }
    loads
}

/// Great-circle distance (haversine formula), kilometres.
#[must_use]
pub fn distance_km(a: Position, b: Position) -> f64 {
    let (lat_a, lat_b) = (a.1.to_radians(), b.1.to_radians());
    let (lat, lon) = ((lat_b - lat_a) / 2.0, (b.0 - a.0).to_radians() / 2.0);
    let h = lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * lon.sin().powi(2);
    2.0 * EARTH_KM * h.clamp(0.0, 1.0).sqrt().asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(place: &str, amount: f64, position: Option<Position>) -> At {
        At { place: place.into(), amount, position }
    }

    #[test]
    fn a_degree_of_latitude_is_about_111_kilometres() {
        assert!((distance_km((119.5, 39.0), (119.5, 40.0)) - 111.19).abs() < 0.01);
        assert!(distance_km((119.5, 40.0), (119.5, 40.0)).abs() < 1e-9);
        // A degree of longitude at 60° north is half of one at the equator.
        assert!(
            (distance_km((10.0, 60.0), (11.0, 60.0)) / distance_km((10.0, 0.0), (11.0, 0.0)) - 0.5).abs()
                < 1e-3
        );
    }

    #[test]
    fn needs_stay_or_go_to_the_nearest_and_some_have_no_place() {
        let needs = [
            at("a", 10.0, None),
            at("b", 20.0, Some((119.6, 40.0))),
            at("c", 5.0, Some((119.0, 40.0))),
            at("d", 7.0, None),
        ];
        let sites =
            [at("a", 3.0, Some((119.5, 40.0))), at("e", 9.0, Some((119.7, 40.0))), at("f", 1.0, None)];
        let found = ways(&needs, &sites, 20.0);
        assert_eq!(found[0], Way::Here(0), "the own township needs no coordinates");
        assert!(matches!(found[1], Way::To(_, km) if (8.0..9.0).contains(&km)), "{found:?}");
        assert!(matches!(found[2], Way::TooFar(km) if (42.0..43.0).contains(&km)), "{found:?}");
        assert_eq!(found[3], Way::Unknown);
        let loads = loads(&needs, &found, sites.len());
        assert!(
            (loads.iter().sum::<f64>() - 30.0).abs() < 1e-9,
            "those without a place are in no place: {loads:?}"
        );
        assert!(ways(&needs, &[], 20.0)[1..].iter().all(|w| *w == Way::Unknown));
    }
}
