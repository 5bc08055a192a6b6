//! Figures: an indicator of a region and year, its breakdowns, the records behind it, and a whole plan.

pub(crate) mod answer;
mod behind;
mod breakdown;
mod closing;
mod counted;
mod listed;
pub(crate) mod literal;
mod narrow;
pub(crate) mod plan;
mod points;
pub(crate) mod queries;
pub(crate) mod rows;
pub(crate) mod scope;
pub(crate) mod units;

pub use answer::{Answer, Change, Interval, percent_text};
pub use behind::{BehindCell, BehindPage, BehindRow};
pub use breakdown::{Dimension, Slice};
pub use closing::Closer;
pub use counted::Counted;
pub use listed::{ListFilter, ListedPage, ListedRow};
pub use narrow::Narrow;
pub use plan::{PartRow, PlanRow, Status};
pub use points::{Cluster, Frame as PointFrame, Points};
pub use units::{Unit, UnitFilter, UnitPage, Which};

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;
use time::{Date, Month};
use zhijian_kinds::{Catalogue, Indicator, Regions, dates};
use zhijian_records::{
    clock::{Clock, day_of},
    port::{Instant, Scope},
};

use crate::{
    error::{LakeError, Result},
    lake::Lake,
    session::Snapshot,
};
use queries::Queries;

/// What a figure is asked for.
#[derive(Debug, Clone)]
pub struct Params {
    /// Region code: six digits, or nine for a township.
    pub region: String,
    /// Year.
    pub year: i32,
    /// Cuts the year off at this day; without it see [`Evaluator::cut`].
    pub as_of: Option<Date>,
    /// Repeats a past evaluation: only what was known at this instant counts.
    pub known_at: Option<Instant>,
    /// Options of the plan; what is missing has the indicator's default.
    pub options: IndexMap<String, Value>,
    /// What the asker may see; applies to every number.
    pub scope: Scope,
    /// Narrows to some industries or sizes; the query must give the columns.
    pub narrow: Narrow,
}

impl Params {
    /// A question of the platform itself, with default options.
    #[must_use]
    pub fn new(region: &str, year: i32) -> Self {
        Self {
            region: region.into(),
            year,
            as_of: None,
            known_at: None,
            options: IndexMap::new(),
            scope: Scope { all: true, ..Scope::default() },
            narrow: Narrow::default(),
        }
    }

    fn prefix(&self) -> &str {
        Regions::prefix(self.region.get(..6).unwrap_or(&self.region))
    }
}

fn last_day(year: i32) -> Date {
    Date::from_calendar_date(year, Month::December, 31).unwrap_or(Date::MAX)
}

fn first_day(year: i32) -> Date {
    Date::from_calendar_date(year, Month::January, 1).unwrap_or(Date::MIN)
}

/// Answers questions about indicators; keeps answers until a fact that they read changes.
pub struct Evaluator {
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) queries: Queries,
    clock: Option<Arc<dyn Clock>>,
}

impl std::fmt::Debug for Evaluator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evaluator").field("queries", &self.queries).finish_non_exhaustive()
    }
}

impl Evaluator {
    /// An evaluator over a lake, for which every year is over.
    #[must_use]
    pub fn new(lake: Arc<Lake>, catalogue: Arc<Catalogue>) -> Self {
        Self { catalogue, queries: Queries::new(lake), clock: None }
    }

    /// The same with a clock: figures of the running year stand at the day on which they are asked for.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Last day that counts: an earlier `as_of`, else today in the running year, else 31 December, 24:00
    /// (domain C: a live value uses “today”).
    #[must_use]
    pub fn cut(&self, year: i32, as_of: Option<Date>) -> Date {
        let today = || self.clock.as_ref().and_then(|clock| dates::parse_iso(&day_of(clock.now()))).filter(|day| day.year() == year);
        let end = last_day(year);
        as_of.or_else(today).map_or(end, |day| day.min(end))
    }

    /// The lake.
    #[must_use]
    pub fn lake(&self) -> &Arc<Lake> {
        self.queries.lake()
    }

    /// After an error: what another process has written meanwhile (it may have replaced the files), or the error.
    pub(crate) fn renewed(&self, error: LakeError) -> Result<Arc<Snapshot>> {
        match self.lake().reload() {
            Ok(true) => Ok(self.lake().snapshot()),
            _ => Err(error),
        }
    }

    /// The query of an indicator with its parameters filled in: one row a unit, before region and scope are applied.
    /// Pages show it beside the figure; benches run it on other engines.
    ///
    /// # Errors
    /// The query names an unknown parameter or an option has an unusable value.
    pub fn sql(&self, def: &Indicator, params: &Params) -> Result<String> {
        self.fill(def, params)
    }
}
