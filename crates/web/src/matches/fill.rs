//! The numbers of a match: townships with people, townships with places, and who goes where.

use crate::app::App;
use crate::board::figures::When;
use crate::board::place::Territory;
use crate::maps::places;
use std::collections::BTreeMap;
use zhijian_calc::matching::{At, Position, Way, loads, ways};
use zhijian_kinds::matches::Located;
use zhijian_kinds::tables::Line;
use zhijian_kinds::{Match, StatTable};
use zhijian_lake::{Counted, LakeError};

/// A township with people.
#[derive(Debug, Clone)]
pub struct Need {
    /// Township, or the county where a record names none.
    pub place: String,
    /// People.
    pub people: f64,
    /// By code.
    pub apart: BTreeMap<String, f64>,
    /// Those who said that they need it.
    pub asking: f64,
    /// Where they go.
    pub way: Way,
}

/// A township with places.
#[derive(Debug, Clone)]
pub struct Site {
    /// Township.
    pub place: String,
    /// Places.
    pub sites: f64,
    /// What is recorded of them.
    pub capacity: f64,
    /// How many they say they serve.
    pub served: f64,
    /// How many come.
    pub load: f64,
    /// One has coordinates.
    pub located: bool,
}

/// A match.
#[derive(Debug, Clone)]
pub struct Filled {
    /// Townships with people, those without a place first, then the most people.
    pub needs: Vec<Need>,
    /// Townships with places, the fullest first.
    pub sites: Vec<Site>,
    /// How many people a unit of capacity serves.
    pub per_unit: f64,
}

/// What is asked.
pub struct Asking<'a> {
    /// State.
    pub app: &'a App,
    /// What may be seen.
    pub territory: &'a Territory<'a>,
    /// The match.
    pub def: &'a Match,
    /// Place.
    pub node: &'a str,
    /// Time.
    pub when: When,
    /// Farthest way.
    pub within_km: f64,
    /// How many people a unit of capacity serves.
    pub per_unit: f64,
}

impl Asking<'_> {
    async fn counted(&self, table: &StatTable) -> Result<Vec<Counted>, LakeError> {
        self.app.evaluator.counted(table, &places::params(self.territory, self.node, self.when)).await
    }

    /// Σ numerator and Σ denominator by township.
    async fn by_place(&self, table: &StatTable) -> Result<BTreeMap<String, (f64, f64)>, LakeError> {
        let mut all: BTreeMap<String, (f64, f64)> = BTreeMap::new();
        for unit in self.counted(table).await? {
            let sums = all.entry(place(&unit)).or_default();
            sums.0 += unit.numerator;
            sums.1 += unit.denominator;
        }
        Ok(all)
    }

    async fn line(&self, line: &Line) -> Result<BTreeMap<String, (f64, f64)>, LakeError> {
        self.by_place(&self.def.table(line.clone(), false)).await
    }

    async fn layer(&self, name: &str) -> Result<BTreeMap<String, (f64, f64)>, LakeError> {
        let table = self.app.catalogue().layers.get(name).and_then(Match::of_layer);
        match table {
            Some(table) => self.by_place(&table).await,
            None => Err(LakeError::MissingColumn(format!("图层 {name}"))),
        }
    }

    /// Where townships lie: the mean of what stands in each.
    async fn located(&self, located: &Located) -> Result<BTreeMap<String, Position>, LakeError> {
        let like = &self.def.capacity;
        let (lon, lat) = (self.line(&located.mean(like, "lon")).await?, self.line(&located.mean(like, "lat")).await?);
        let mean = |sums: &(f64, f64)| (sums.1 > 0.0).then(|| sums.0 / sums.1);
        Ok(lon.iter().filter_map(|(place, sums)| Some((place.clone(), (mean(sums)?, mean(lat.get(place)?)?)))).collect())
    }

    /// Fills the match.
    ///
    /// # Errors
    /// The lake failed, or the definition cannot be evaluated.
    pub async fn fill(&self) -> Result<Filled, LakeError> {
        let def = self.def;
        let (people, asking) = (self.layer(&def.layer).await?, self.line(&def.need.line).await?);
        let mut apart: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
        for unit in self.counted(&def.table(def.apart.line.clone(), true)).await? {
            *apart.entry(place(&unit)).or_default().entry(unit.row.clone()).or_default() += unit.numerator;
        }
        let (there, capacity, served) =
            (self.layer(&def.site_layer).await?, self.line(&def.capacity).await?, self.line(&def.served.line).await?);
        let (places, site_places) = (self.located(&def.places).await?, self.located(&def.site_places).await?);
        let needs: Vec<At> =
            people.iter().map(|(place, sums)| At { place: place.clone(), amount: sums.0, position: places.get(place).copied() }).collect();
        let sites: Vec<At> =
            there.keys().map(|place| At { place: place.clone(), amount: 0.0, position: site_places.get(place).copied() }).collect();
        let found = ways(&needs, &sites, self.within_km);
        let loads = loads(&needs, &found, sites.len());
        let sum = |of: &BTreeMap<String, (f64, f64)>, place: &str| of.get(place).map_or(0.0, |sums| sums.0);
        let mut filled = Filled {
            needs: needs
                .iter()
                .zip(&found)
                .map(|(need, way)| Need {
                    place: need.place.clone(),
                    people: need.amount,
                    apart: apart.get(&need.place).cloned().unwrap_or_default(),
                    asking: sum(&asking, &need.place),
                    way: *way,
                })
                .collect(),
            sites: sites
                .iter()
                .zip(loads)
                .map(|(site, load)| Site {
                    place: site.place.clone(),
                    sites: sum(&there, &site.place),
                    capacity: sum(&capacity, &site.place),
                    served: sum(&served, &site.place),
                    load,
                    located: site.position.is_some(),
                })
                .collect(),
            per_unit: self.per_unit,
        };
        filled.index(&sites);
        Ok(filled)
    }
}

/// The township of a unit; the county where none is recorded.
fn place(unit: &Counted) -> String {
    if unit.town.is_empty() { unit.region.clone() } else { unit.town.clone() }
}

impl Filled {
    /// Puts both lists in order; ways keep pointing at their places.
    fn index(&mut self, sites: &[At]) {
        let per_unit = self.per_unit;
        let share = |site: &Site| if site.capacity > 0.0 { site.load / (site.capacity * per_unit) } else { site.load * 1e6 };
        self.sites.sort_by(|a, b| share(b).total_cmp(&share(a)).then(a.place.cmp(&b.place)));
        let now: Vec<usize> = sites.iter().map(|site| self.sites.iter().position(|s| s.place == site.place).unwrap_or_default()).collect();
        for need in &mut self.needs {
            need.way = match need.way {
                Way::Here(at) => Way::Here(now.get(at).copied().unwrap_or_default()),
                Way::To(at, km) => Way::To(now.get(at).copied().unwrap_or_default(), km),
                other => other,
            };
        }
        self.needs.sort_by(|a, b| {
            a.way.site().is_some().cmp(&b.way.site().is_some()).then(b.people.total_cmp(&a.people)).then(a.place.cmp(&b.place))
        });
    }

    /// All people.
    #[must_use]
    pub fn people(&self) -> f64 {
        self.needs.iter().map(|need| need.people).sum()
    }

    /// Those without a place.
    #[must_use]
    pub fn without(&self) -> f64 {
        self.needs.iter().filter(|need| need.way.site().is_none()).map(|need| need.people).sum()
    }

    /// People for whom the places of a township have room; `None` where nothing is recorded.
    #[must_use]
    pub fn room(&self, site: &Site) -> Option<f64> {
        (site.capacity > 0.0).then_some(site.capacity * self.per_unit)
    }

    /// Places to which more come than they have room for.
    pub fn full(&self) -> impl Iterator<Item = &Site> {
        self.sites.iter().filter(|site| self.room(site).is_some_and(|room| site.load > room))
    }
}
