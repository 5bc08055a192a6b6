//! A panel filled: rows by columns, whatever it comes from.

use super::filters;
use super::links::Link;
use crate::PageError;
use crate::app::App;
use crate::board::asked::Asked;
use crate::board::figures::{self, Question, When};
use crate::board::place::Territory;
use crate::maps::plan_of;
use crate::tables::axes::{Key, key};
use crate::tables::grid::{self, Cell, Grid, Group, Row};
use std::collections::HashMap;
use zhijian_kinds::boards::{By, Chart, Panel, Source};
use zhijian_kinds::indicator::Measure;
use zhijian_kinds::tables::Axis;
use zhijian_kinds::{Board, Indicator, Plan, StatTable};
use zhijian_lake::{Answer, Dimension, LakeError, Narrow, Params, PlanRow};
use zhijian_records::Caller;

/// What a board is asked for.
pub struct Asking<'a> {
    /// State.
    pub app: &'a App,
    /// Who asks.
    pub caller: &'a Caller,
    /// What may be seen.
    pub territory: &'a Territory<'a>,
    /// Board.
    pub board: &'a Board,
    /// Place.
    pub node: String,
    /// Time.
    pub when: When,
    /// Narrowed to.
    pub narrow: Narrow,
    /// The query as it came.
    pub asked: &'a Asked,
}

/// A panel with its numbers.
pub struct Filled {
    /// The table that it is.
    pub table: StatTable,
    /// The numbers.
    pub grid: Grid,
    /// Where numbers lead.
    pub link: Link,
    /// Rows of the plan, by the row of the grid.
    pub targets: HashMap<usize, PlanRow>,
    /// Texts that stand instead of a number (states).
    pub texts: HashMap<usize, String>,
    /// The filters hold for it.
    pub narrowed: bool,
}

impl<'a> Asking<'a> {
    /// What a query asks of a board.
    ///
    /// # Errors
    /// A place that the caller does not see, a year, a day or a code that is none; the lake failed.
    pub async fn of(
        app: &'a App,
        caller: &'a Caller,
        territory: &'a Territory<'a>,
        board: &'a Board,
        asked: &'a Asked,
    ) -> Result<Self, PageError> {
        let node = territory.choose(None, asked.text("region"))?;
        let when = asked.when(figures::newest_year(app).await?)?;
        let narrow = filters::narrow(app, board, asked)?;
        Ok(Self { app, caller, territory, board, node, when, narrow, asked })
    }

    /// The question of a table's query.
    #[must_use]
    pub fn params(&self, narrowed: bool) -> Params {
        let narrow = if narrowed { self.narrow.clone() } else { Narrow::default() };
        Params { narrow, ..crate::maps::params(self.territory, &self.node, self.when) }
    }

    /// The plan whose targets hold for the place.
    #[must_use]
    pub fn plan(&self) -> Option<&Plan> {
        plan_of(self.app, self.territory, &self.node)
    }

    /// Do the filters hold for the panel?
    #[must_use]
    pub fn narrows(&self, panel: &Panel) -> bool {
        let columns = self.board.filters.iter().map(|f| f.column());
        match panel.indicators.is_empty() {
            true => panel.narrows,
            false => columns.into_iter().all(|column| {
                panel
                    .indicators
                    .iter()
                    .filter_map(|code| self.app.catalogue().indicators.get(code))
                    .all(|d| d.dimensions.iter().any(|x| x == column))
            }),
        }
    }

    /// Fills a panel.
    ///
    /// # Errors
    /// The lake failed, or the definition cannot be evaluated.
    pub async fn fill(&self, panel: &Panel) -> Result<Filled, LakeError> {
        let narrowed = self.narrows(panel);
        match panel.source(self.board, &self.app.catalogue().tables) {
            None => Err(LakeError::MissingColumn(format!("统计表 {}", panel.table.as_deref().unwrap_or_default()))),
            Some(Source::Indicators) if panel.by.is_some() => self.apart(panel, narrowed).await,
            Some(Source::Indicators) => self.figures(panel, narrowed).await,
            Some(Source::Table(table)) => {
                let mut grid = grid::fill_for(self.app, self.territory, &table, &self.params(narrowed)).await?;
                if panel.chart == Chart::Ranking {
                    rank(&mut grid, &table);
                }
                let link = panel.table.as_ref().map_or(Link::Units, |name| Link::Table(name.clone()));
                Ok(Filled { table: *table, grid, link, targets: HashMap::new(), texts: HashMap::new(), narrowed })
            }
        }
    }

    fn question<'b>(&'b self, def: &'b Indicator, narrowed: bool) -> Question<'b> {
        let mut question = Question::new(self.territory, self.plan(), def, &self.node, self.when);
        if narrowed {
            question.params.narrow = self.narrow.clone();
        }
        question
    }

    fn defs<'b>(&'b self, panel: &'b Panel) -> impl Iterator<Item = &'b Indicator> {
        let planned = self.plan().filter(|_| panel.plan).map(|plan| plan.targets.iter().map(|t| &t.indicator).collect::<Vec<_>>());
        let codes = planned.unwrap_or_else(|| panel.indicators.iter().collect());
        codes.into_iter().filter_map(|code| self.app.catalogue().indicators.get(code))
    }

    /// The figures of some indicators, each a row.
    async fn figures(&self, panel: &Panel, narrowed: bool) -> Result<Filled, LakeError> {
        let (mut rows, mut targets, mut texts) = (Vec::new(), HashMap::new(), HashMap::new());
        for def in self.defs(panel) {
            let question = self.question(def, narrowed);
            let answer = question.answer(self.app).await?;
            let label = format!("{} {}", def.code, question.name());
            if matches!(def.measure, Measure::State | Measure::Change) || answer.value.is_none() {
                texts.insert(rows.len(), answer.display.clone());
            }
            if let Some(row) = self.target(def, narrowed).await? {
                targets.insert(rows.len(), row);
            }
            rows.push(row(key(&def.code, &label), def.measure, &def.numerator, vec![cell(&answer)]));
        }
        Ok(self.filled(panel, rows, vec![key("", "本年")], narrowed, targets, texts))
    }

    /// The plan's row, for its target and light; a narrowed figure has none.
    async fn target(&self, def: &Indicator, narrowed: bool) -> Result<Option<PlanRow>, LakeError> {
        let Some(plan) = self.plan().filter(|_| !narrowed || self.narrow.is_empty()) else { return Ok(None) };
        let targets: Vec<_> = plan.targets.iter().filter(|t| t.indicator == def.code).cloned().collect();
        if targets.is_empty() {
            return Ok(None);
        }
        let only = Plan { targets, ..plan.clone() };
        Ok(crate::board::figures::evaluate(self.app, self.territory, &only, &self.node, self.when).await?.into_iter().next())
    }

    /// One indicator taken apart.
    async fn apart(&self, panel: &Panel, narrowed: bool) -> Result<Filled, LakeError> {
        let (Some(def), Some(by)) = (self.defs(panel).next(), panel.by) else {
            return Err(LakeError::UnknownIndicator(panel.indicators.join("、")));
        };
        let question = self.question(def, narrowed);
        let word = |text: &str| vec![key("", text)];
        if by == By::Years {
            let years = question.years(self.app, self.when.year - 4).await?;
            let columns = years.iter().map(|(year, _)| key(&year.to_string(), &format!("{year}年"))).collect();
            let one =
                row(key(&def.code, question.name()), def.measure, &def.numerator, years.iter().map(|(_, answer)| cell(answer)).collect());
            return Ok(self.filled(panel, vec![one], columns, narrowed, HashMap::new(), HashMap::new()));
        }
        let slices = question.breakdown(self.app, dimension(by, self.territory, &self.node)).await?;
        let wanted = |s: &&zhijian_lake::Slice| match by {
            By::Region => s.key != self.node && self.territory.children(&self.node).iter().any(|r| r.code == s.key),
            By::Industry => s.depth <= 1 && !s.key.is_empty(),
            _ => s.depth == 0,
        };
        let of = |s: &zhijian_lake::Slice| Cell {
            numerator: s.numerator.unwrap_or_default(),
            denominator: s.denominator.unwrap_or_default(),
            found: true,
            withheld: s.numerator.is_none(),
        };
        // By industry the divisions are told; the sections above them are their sums.
        let deepest = slices.iter().filter(wanted).map(|s| s.depth).max().unwrap_or_default();
        let chosen: Vec<&zhijian_lake::Slice> =
            slices.iter().filter(wanted).filter(|s| by != By::Industry || s.depth == deepest || !s.sum).collect();
        if by == By::Month {
            let mut months = chosen.clone();
            months.sort_by(|a, b| a.key.cmp(&b.key));
            let columns = months.iter().map(|s| key(&s.key, if s.key.is_empty() { "未填" } else { &s.label })).collect();
            let one = row(key(&def.code, question.name()), def.measure, &def.numerator, months.iter().map(|s| of(s)).collect());
            return Ok(self.filled(panel, vec![one], columns, narrowed, HashMap::new(), HashMap::new()));
        }
        let rows = chosen.iter().map(|s| row(key(&s.key, &s.label), def.measure, "", vec![of(s)])).collect();
        let mut filled = self.filled(panel, rows, word("本年"), narrowed, HashMap::new(), HashMap::new());
        if panel.chart == Chart::Ranking {
            rank(&mut filled.grid, &filled.table);
        }
        Ok(filled)
    }

    fn filled(
        &self,
        panel: &Panel,
        rows: Vec<Row>,
        columns: Vec<Key>,
        narrowed: bool,
        targets: HashMap<usize, PlanRow>,
        texts: HashMap<usize, String>,
    ) -> Filled {
        let measure =
            self.defs(panel).next().map_or(Measure::Rate, |def| if def.measure == Measure::Change { Measure::Rate } else { def.measure });
        let by = panel.by.map_or("指标", |by| match by {
            By::Region => "区划",
            By::Industry => "行业",
            By::Size => "规模",
            By::Hazard => "危害因素",
            By::Month | By::Years => "指标",
        });
        let table = StatTable {
            table: format!("{}/{}", self.board.board, panel.panel),
            title: panel.title.clone(),
            order: 0,
            answers: Vec::new(),
            basis: self.defs(panel).next().map_or_else(String::new, |def| def.basis.clone()),
            help: panel.help.clone(),
            measure,
            unit: panel.unit.clone(),
            persons: Vec::new(),
            groups: None,
            rows: Axis::one(by),
            columns: Axis::one("时间"),
            gaps: false,
            chart: None,
            behind: None,
            see: panel.indicators.clone(),
            options: panel.options.clone(),
            options_help: panel.options_help.clone(),
            lines: Vec::new(),
        };
        let grid = Grid { columns, groups: vec![Group { key: None, rows }] };
        Filled { table, grid, link: Link::Indicator(panel.by), targets, texts, narrowed }
    }
}

fn dimension(by: By, territory: &Territory<'_>, node: &str) -> Dimension {
    match by {
        By::Region if territory.children(node).iter().any(|r| r.code.len() > 6) => Dimension::Town,
        By::Region | By::Years => Dimension::Region,
        By::Industry => Dimension::Industry,
        By::Size => Dimension::Size,
        By::Hazard => Dimension::Hazard,
        By::Month => Dimension::Month,
    }
}

fn cell(answer: &Answer) -> Cell {
    let withheld = answer.display == crate::board::small::WITHHELD;
    Cell {
        numerator: answer.numerator.unwrap_or_default(),
        denominator: answer.denominator.unwrap_or_default(),
        found: answer.numerator.is_some(),
        withheld,
    }
}

fn row(key: Key, measure: Measure, note: &str, cells: Vec<Cell>) -> Row {
    let measure = if measure == Measure::Change { Measure::Rate } else { measure };
    Row { key, measure, note: note.to_owned(), none: false, optional: true, sum: false, cells, total: None }
}

/// The number of a cell: percent or count; nothing where there is nothing to reckon or it is not told.
#[must_use]
pub fn value(row: &Row, cell: &Cell) -> Option<f64> {
    match row.measure {
        _ if cell.withheld => None,
        Measure::Rate => (cell.denominator > 0.0).then(|| cell.numerator / cell.denominator * 100.0),
        _ => Some(cell.numerator),
    }
}

/// Rows by the value of their first column, the largest first; sums stay last.
fn rank(grid: &mut Grid, _table: &StatTable) {
    for group in &mut grid.groups {
        let of = |row: &Row| row.cells.first().and_then(|c| value(row, c)).unwrap_or(f64::NEG_INFINITY);
        group.rows.sort_by(|a, b| a.sum.cmp(&b.sum).then(of(b).total_cmp(&of(a))));
    }
}

impl Filled {
    /// Rows with their group's heading.
    pub fn rows(&self) -> impl Iterator<Item = (Option<&Key>, &Row)> {
        self.grid.groups.iter().flat_map(|group| group.rows.iter().map(move |row| (group.key.as_ref(), row)))
    }

    /// A number as shown.
    #[must_use]
    pub fn text(&self, at: usize, row: &Row, cell: &Cell) -> String {
        self.texts.get(&at).cloned().unwrap_or_else(|| cell.text(&self.table, row))
    }

    /// Nothing was found at all.
    #[must_use]
    pub fn empty(&self) -> bool {
        let told =
            |row: &Row| row.none || row.cells.iter().chain(&row.total).any(|c| c.withheld || c.numerator != 0.0 || c.denominator != 0.0);
        self.texts.is_empty() && !self.rows().any(|(_, row)| told(row))
    }
}
