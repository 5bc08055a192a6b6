//! An exploration as its address says it, held against what the asker may ask.

use super::fact::{self, Fact, Measure, Named};
use crate::app::App;
use crate::board::Refusal;
use crate::board::asked::Asked;
use crate::board::place::Territory;
use time::Date;
use zhijian_kinds::dates;
use zhijian_lake::Params;
use zhijian_lake::explore::{Cube, Only};
use zhijian_records::Caller;

/// Parameters of a question beside those of sides: what an interface names.
pub const FIELDS: [&str; 9] = ["rows", "columns", "measure", "share", "from", "to", "number", "least", "most"];
/// Before the name of a side in a condition.
pub const ONLY: &str = "is.";

/// How values are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// As they are.
    Value,
    /// Share of the row's total.
    Row,
    /// Share of the column's total.
    Column,
    /// Share of everything.
    All,
}

/// Ways of showing values, in words.
pub const SHARES: [(&str, &str, Share); 4] =
    [("", "数值", Share::Value), ("row", "占本行", Share::Row), ("column", "占本列", Share::Column), ("all", "占总计", Share::All)];

/// A question.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// Fact.
    pub fact: Fact<'a>,
    /// All its sides.
    pub sides: Vec<Named<'a>>,
    /// All its measures.
    pub measures: Vec<Measure>,
    /// Rows: place in `sides`.
    pub rows: usize,
    /// Columns: place in `sides`.
    pub columns: Option<usize>,
    /// Measure: place in `measures`.
    pub measure: usize,
    /// How values are shown.
    pub share: Share,
    /// Conditions: place in `sides`, values.
    pub only: Vec<(usize, Vec<String>)>,
    /// Bounds of a number: column, least, most.
    pub number: Option<(String, Option<f64>, Option<f64>)>,
    /// Days of the event.
    pub days: (Option<Date>, Option<Date>),
    /// For the evaluator.
    pub params: Params,
}

impl<'a> Question<'a> {
    /// Reads a question.
    ///
    /// # Errors
    /// No such fact for the caller, an unknown side or measure, a bad day or number, a place outside.
    pub fn read(app: &'a App, territory: &Territory<'_>, caller: &Caller, name: &str, asked: &Asked) -> Result<Self, Refusal> {
        let fact = fact::find(app, caller, territory, name).ok_or(Refusal::NotFound("没有这类可探索的数据"))?;
        let (sides, measures) = (fact.sides(app, caller), fact.measures());
        if measures.is_empty() {
            return Err(Refusal::NotAllowed("您的角色只能看这类数据的统计表和指标"));
        }
        let side = |id: &str| sides.iter().position(|s| s.id == id).ok_or(Refusal::BadRequest("没有这个行、列或条件，请从列表中选择"));
        let rows = match asked.text("rows") {
            "" => 0,
            id => side(id)?,
        };
        let columns = match asked.text("columns") {
            "" => None,
            id => Some(side(id)?).filter(|c| *c != rows),
        };
        let measure = match asked.text("measure") {
            "" => 0,
            id => measures.iter().position(|m| m.id == id).ok_or(Refusal::BadRequest("没有这个度量，请从列表中选择"))?,
        };
        let share = SHARES.iter().find(|(id, ..)| *id == asked.text("share")).map_or(Share::Value, |(.., share)| *share);
        let share = if measures.get(measure).is_some_and(|m| m.adds) { share } else { Share::Value };
        let mut only: Vec<(usize, Vec<String>)> = Vec::new();
        for (name, value) in asked.carried(&[]).filter_map(|(n, v)| Some((n.strip_prefix(ONLY)?, v))) {
            let at = side(name)?;
            let value = if value == NONE { "" } else { value };
            match only.iter_mut().find(|(s, _)| *s == at) {
                Some((_, values)) => values.push(value.to_owned()),
                None => only.push((at, vec![value.to_owned()])),
            }
        }
        let number = number(&fact, asked)?;
        let days = (day(asked, "from")?, day(asked, "to")?);
        let node = territory.choose(None, asked.text("region"))?;
        if fact.closed && (!only.is_empty() || number.is_some() || days != (None, None) || node != territory.home) {
            return Err(Refusal::NotAllowed("您的角色只看本辖区全部数据的汇总，不能加条件或选下级地区"));
        }
        // The year of the parameters is that of definitions with `{year}`; a cube has none.
        let params = Params { scope: fact.scope.clone(), ..Params::new(&node, 0) };
        Ok(Self { fact, sides, measures, rows, columns, measure, share, only, number, days, params })
    }

    /// For the lake.
    #[must_use]
    pub fn cube(&self) -> Cube {
        let side = |at: usize| self.sides.get(at).map(|s| s.side.clone());
        let mut only: Vec<Only> = self.only.iter().filter_map(|(at, values)| Some(Only::In(side(*at)?, values.clone()))).collect();
        only.extend(self.number.clone().map(|(column, least, most)| Only::Between(column, least, most)));
        if self.days != (None, None) {
            only.push(Only::Days(self.days.0, self.days.1));
        }
        Cube {
            fact: self.fact.def.name.clone(),
            rows: side(self.rows).unwrap_or(zhijian_lake::explore::Side::Year),
            columns: self.columns.and_then(side),
            sum: self.measures.get(self.measure).map_or(zhijian_lake::explore::Sum::Rows, |m| m.sum.clone()),
            only,
        }
    }

    /// In words, for titles and files.
    #[must_use]
    pub fn words(&self, app: &App) -> String {
        let title = |at: usize| self.sides.get(at).map_or("", |s| s.title.as_str());
        let measure = self.measures.get(self.measure).map_or("", |m| m.title.as_str());
        let mut words = format!("{}：{measure}，按{}", self.fact.title, title(self.rows));
        if let Some(columns) = self.columns {
            words.push_str(&format!(" × {}", title(columns)));
        }
        for (at, values) in &self.only {
            let Some(side) = self.sides.get(*at) else { continue };
            let named: Vec<String> = values.iter().map(|v| fact::label(app, side.words, v)).collect();
            words.push_str(&format!("；{}为{}", side.title, named.join("、")));
        }
        if let Some((column, least, most)) = &self.number {
            let title = self.fact.fields().find(|(c, _)| c.name == *column).map_or(column.as_str(), |(_, f)| f.title.as_str());
            let bound = |n: &Option<f64>| n.map_or("不限".to_owned(), |n| n.to_string());
            words.push_str(&format!("；{title} {}～{}", bound(least), bound(most)));
        }
        if self.days != (None, None) {
            let bound = |d: Option<Date>| d.map_or("不限".to_owned(), dates::iso);
            words.push_str(&format!("；{}～{}", bound(self.days.0), bound(self.days.1)));
        }
        words
    }
}

/// Column of a number, least, most.
type Bounds = (String, Option<f64>, Option<f64>);

/// In addresses: the rows that have no value.
pub const NONE: &str = "-";

fn number(fact: &Fact<'_>, asked: &Asked) -> Result<Option<Bounds>, Refusal> {
    let name = asked.text("number");
    if name.is_empty() {
        return Ok(None);
    }
    let known = fact.fields().any(|(c, _)| c.name == name);
    if !known {
        return Err(Refusal::BadRequest("没有这个数值项，请从列表中选择"));
    }
    let bound = |id: &str| match asked.text(id) {
        "" => Ok(None),
        text => text.parse().ok().filter(|n: &f64| n.is_finite()).map(Some).ok_or(Refusal::BadRequest("数值的上下限应为数")),
    };
    let (least, most) = (bound("least")?, bound("most")?);
    Ok((least.is_some() || most.is_some()).then(|| (name.to_owned(), least, most)))
}

fn day(asked: &Asked, name: &str) -> Result<Option<Date>, Refusal> {
    match asked.text(name) {
        "" => Ok(None),
        text => dates::parse_iso(text).map(Some).ok_or(Refusal::BadRequest("起止日期应为日期，如 2023-06-30")),
    }
}
