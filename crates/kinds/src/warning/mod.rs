//! Early-warning rules (预警规则): what raises a warning, at which level, whose it is and what closes it.

mod def;
mod lint;
mod rule;

pub use def::{
    Also, FORECAST, Level, LevelDef, Method, OfDuties, OfPlans, PLAN_ROW, Party, Query, RecordSource, Source, Statistic, Threshold,
    WarningDef,
};
pub(crate) use lint::check;
pub use rule::{Judged, Part, Thresholds, Warning};
