//! From the lake to frozen figures.

mod drivers;
mod figure;
mod money;
mod words;

pub use words::{changed, texts};

use super::content::{Figure, Figures};
use crate::app::App;
use crate::board::figures::When;
use crate::board::place::Territory;
use crate::error::PageError;
use zhijian_kinds::{Plan, Target, dates};
use zhijian_records::Caller;
use zhijian_records::clock::shown;

/// Role of the readers of a report: aggregates only, small numbers of persons withheld.
const READER: &str = "R19";

/// What one computation needs to know.
#[derive(Debug)]
pub struct Desk<'a> {
    /// The server.
    pub app: &'a App,
    /// Whoever the report is for: every figure is computed as they may see it.
    pub reader: Territory<'a>,
    /// Whoever works on it: sees the units behind figures one by one.
    pub officer: &'a Caller,
    /// The plan.
    pub plan: &'a Plan,
    /// Node of the region tree.
    pub node: &'a str,
    /// Time.
    pub when: When,
}

impl<'a> Desk<'a> {
    /// A desk for an evaluation.
    ///
    /// # Errors
    /// The node is none.
    pub fn new(app: &'a App, officer: &'a Caller, plan: &'a Plan, node: &'a str, when: When) -> Result<Self, PageError> {
        let reader = Caller::of("report", &[READER], node, "");
        Ok(Self { app, reader: Territory::of(app, &reader)?, officer, plan, node, when })
    }
}

/// One indicator. A failing one is no error: its line says why.
pub async fn figure(desk: &Desk<'_>, target: &Target) -> Figure {
    figure::of(desk, target).await
}

/// All figures of these indicators, with tasks and money.
///
/// # Errors
/// Tasks or funds cannot be read.
pub async fn figures(desk: &Desk<'_>, rows: Vec<Figure>) -> Result<Figures, PageError> {
    let app = desk.app;
    Ok(Figures {
        plan: desk.plan.plan.clone(),
        plan_title: desk.plan.title.clone(),
        node: desk.node.to_owned(),
        place: app.catalogue().regions.full_name(desk.node),
        year: desk.when.year,
        as_of: desk.when.as_of.map(dates::iso).unwrap_or_default(),
        known_at: desk.when.known_at.map(|at| shown(at).get(..10).unwrap_or_default().to_owned()).unwrap_or_default(),
        stand: app.lake.stand(),
        computed_at: shown(app.door.now()),
        unfinished: figure::unfinished(desk.when, &app.door.today()),
        rows,
        tasks: money::tasks(desk).await?,
        funds: money::funds(desk).await?,
    })
}
