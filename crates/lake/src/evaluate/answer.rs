//! One figure.

use std::sync::Arc;

use serde::Serialize;
use zhijian_calc::workplace::wilson;
use zhijian_kinds::{Indicator, indicator::Measure};
use zhijian_records::port::Instant;

use super::{Dimension, Evaluator, Params, rows::numbers, scope};
use crate::{error::Result, session::Snapshot};

/// Confidence of intervals.
const CONFIDENCE: f64 = 0.95;

/// Value of an indicator.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// Indicator.
    pub indicator: String,
    /// Σ numerator; `None` when the work has not begun at all (`when_empty`).
    pub numerator: Option<f64>,
    /// Σ denominator.
    pub denominator: Option<f64>,
    /// Unrounded percent, count or change; `None` when it does not apply.
    pub value: Option<f64>,
    /// Wilson interval of a rate, percent.
    pub interval: Option<Interval>,
    /// As shown: two decimals half up, 不适用, or the words of the definition.
    pub display: String,
    /// A state such as 已设立.
    pub state: Option<bool>,
    /// Σ of the further column that `count_ge` targets are compared with.
    pub amount: Option<f64>,
    /// Base of a change.
    pub change: Option<Change>,
    /// Units counted.
    pub units: u64,
    /// Moment up to which the figure stands, microseconds UTC.
    pub stand: Instant,
    /// How it was reckoned: definition, options that differ from the default.
    pub notes: Vec<String>,
}

/// Interval of a rate, percent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Rates behind a change.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Change {
    /// Base year.
    pub base_year: i32,
    /// Numerator of the base year; `None` when the rate was entered.
    pub base_numerator: Option<f64>,
    /// Denominator of the base year.
    pub base_denominator: Option<f64>,
    /// Rate of the base year, percent.
    pub base_rate: Option<f64>,
    /// Rate of the year, percent.
    pub rate: Option<f64>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sums {
    pub(super) units: u64,
    pub(super) numerator: f64,
    pub(super) denominator: f64,
    pub(super) amount: Option<f64>,
}

impl Sums {
    /// Percent; `None` for 0/0.
    pub(super) fn rate(self) -> Option<f64> {
        (self.denominator > 0.0).then(|| self.numerator / self.denominator * 100.0)
    }

    /// Two decimals half up, reckoned in whole numbers where the sums are whole.
    fn rate_text(self) -> String {
        match self.rate() {
            None => NOT_APPLICABLE.into(),
            Some(rate) => whole_percent(self).unwrap_or_else(|| percent_text(rate)),
        }
    }

    /// Both together.
    pub(super) fn and(self, more: Self) -> Self {
        let amount = match (self.amount, more.amount) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or_default() + b.unwrap_or_default()),
        };
        Self {
            units: self.units + more.units,
            numerator: self.numerator + more.numerator,
            denominator: self.denominator + more.denominator,
            amount,
        }
    }

    fn interval(self) -> Option<Interval> {
        let whole = |x: f64| (x >= 0.0 && x.fract() == 0.0 && x < 9e15).then_some(x);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a whole number")]
        let count = |x: f64| whole(x).map(|x| x as u64);
        let (low, high) = wilson(count(self.numerator)?, count(self.denominator)?, CONFIDENCE)?;
        Some(Interval { low: low * 100.0, high: high * 100.0 })
    }
}

pub(super) const NOT_APPLICABLE: &str = "不适用";

impl Evaluator {
    /// The value of an indicator.
    ///
    /// # Errors
    /// The definition's SQL or an option is wrong, or the lake cannot be read.
    pub async fn indicator(&self, def: &Indicator, params: &Params) -> Result<Answer> {
        match self.answer(&self.lake().snapshot(), def, params).await {
            Err(error) => self.answer(&self.renewed(error)?, def, params).await,
            found => found,
        }
    }

    pub(super) async fn answer(&self, snapshot: &Arc<Snapshot>, def: &Indicator, params: &Params) -> Result<Answer> {
        let sums = self.sums(snapshot, def, params).await?;
        let mut answer = Answer {
            indicator: def.code.clone(),
            numerator: Some(sums.numerator),
            denominator: Some(sums.denominator),
            value: None,
            interval: None,
            display: String::new(),
            state: None,
            amount: sums.amount,
            change: None,
            units: sums.units,
            stand: snapshot.stand(),
            notes: self.notes(def, params),
        };
        if sums.units == 0
            && let Some(words) = &def.when_empty
        {
            (answer.numerator, answer.denominator) = (None, None);
            answer.display.clone_from(words);
            return Ok(answer);
        }
        match def.measure {
            Measure::Rate => {
                answer.value = sums.rate();
                answer.interval = sums.interval();
                answer.display = sums.rate_text();
            }
            Measure::Count => {
                answer.denominator = None;
                answer.value = Some(sums.numerator);
                answer.display = count_text(sums.numerator);
            }
            Measure::State => {
                let state = sums.numerator >= 1.0;
                answer.state = Some(state);
                answer.value = Some(if state { 1.0 } else { 0.0 });
                let words = if state { &def.when_true } else { &def.when_false };
                answer.display = words.clone().unwrap_or_else(|| if state { "是" } else { "否" }.into());
            }
            Measure::Change => self.change(snapshot, def, params, sums, &mut answer).await?,
        }
        Ok(answer)
    }

    async fn change(&self, snapshot: &Arc<Snapshot>, def: &Indicator, params: &Params, sums: Sums, answer: &mut Answer) -> Result<()> {
        let option = |name: &str| params.options.get(name).or_else(|| def.options.get(name));
        let base_year = option("base_year").and_then(serde_json::Value::as_i64).and_then(|y| i32::try_from(y).ok()).unwrap_or(2020);
        let entered = option("base_rate").and_then(serde_json::Value::as_f64);
        let base = match entered {
            Some(_) => Sums::default(),
            None => self.sums(snapshot, def, &Params { year: base_year, as_of: None, ..params.clone() }).await?,
        };
        let base_rate = entered.or_else(|| base.rate());
        let rate = sums.rate();
        let absolute = option("reading").and_then(serde_json::Value::as_str) == Some("absolute");
        answer.value = rate.zip(base_rate).and_then(|(now, then)| match absolute {
            true => Some(now - then),
            false => (then > 0.0).then(|| (now - then) / then * 100.0),
        });
        answer.interval = sums.interval();
        answer.display = answer.value.map_or_else(|| NOT_APPLICABLE.into(), |value| change_text(value, absolute));
        answer.change = Some(Change {
            base_year,
            base_numerator: entered.is_none().then_some(base.numerator),
            base_denominator: entered.is_none().then_some(base.denominator),
            base_rate,
            rate,
        });
        Ok(())
    }

    fn notes(&self, def: &Indicator, params: &Params) -> Vec<String> {
        let mut notes = vec![format!("分子：{}", def.numerator)];
        if !def.denominator.is_empty() {
            notes.push(format!("分母：{}", def.denominator));
        }
        notes.push(format!("依据：{}", def.basis));
        notes.push(format!("截止：{} 24:00", self.cut(params.year, params.as_of)));
        for (name, default) in &def.options {
            let value = params.options.get(name).unwrap_or(default);
            let help = def.options_help.get(name).map_or(name.as_str(), String::as_str);
            notes.push(format!("口径 {name} = {value}：{help}"));
        }
        notes
    }

    /// The sums over all units. They are asked by region where the query has one: whoever shows a figure mostly shows its counties beside it,
    /// and the two are then one query.
    pub(super) async fn sums(&self, snapshot: &Arc<Snapshot>, def: &Indicator, params: &Params) -> Result<Sums> {
        if def.dimensions.iter().any(|name| name == Dimension::Region.name()) {
            let leaves = self.leaves(snapshot, def, params, Dimension::Region).await?;
            return Ok(leaves.into_iter().fold(Sums::default(), |total, (_, sums)| total.and(sums)));
        }
        let sql = format!("SELECT {} FROM ({}) AS units WHERE {}", totals(def), self.fill(def, params)?, allowed(params));
        let batches = self.queries.kept(snapshot, params.known_at, sql).await?;
        match batches.iter().find(|b| b.num_rows() > 0) {
            Some(batch) => Ok(read_sums(batch)?.into_iter().next().unwrap_or_default()),
            None => Ok(Sums::default()),
        }
    }
}

/// Region, scope and what the asker narrows to, as condition on unit rows.
pub(crate) fn allowed(params: &Params) -> String {
    let region = if params.region.len() > 6 { params.region.as_str() } else { params.prefix() };
    format!("{} AND {}{}", scope::within(region), scope::condition(&params.scope), params.narrow.condition())
}

/// The aggregate columns of a query over units.
pub(super) fn totals(def: &Indicator) -> String {
    let amount = def.amount.as_deref().map(|column| format!(", CAST(SUM({column}) AS DOUBLE PRECISION) AS amount"));
    format!(
        "COUNT(*) AS units, CAST(COALESCE(SUM(num), 0) AS DOUBLE PRECISION) AS numerator, \
         CAST(COALESCE(SUM(den), 0) AS DOUBLE PRECISION) AS denominator{}",
        amount.unwrap_or_default()
    )
}

pub(super) fn read_sums(batch: &datafusion::arrow::array::RecordBatch) -> Result<Vec<Sums>> {
    let (units, num, den) = (numbers(batch, "units")?, numbers(batch, "numerator")?, numbers(batch, "denominator")?);
    let amounts = if batch.schema().index_of("amount").is_ok() { numbers(batch, "amount")? } else { Vec::new() };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of rows")]
    Ok((0..batch.num_rows())
        .map(|i| Sums {
            units: units[i].unwrap_or_default() as u64,
            numerator: num[i].unwrap_or_default(),
            denominator: den[i].unwrap_or_default(),
            amount: amounts.get(i).copied().flatten(),
        })
        .collect())
}

/// Value and text of a slice: a rate, or a count.
pub(super) fn slice_value(def: &Indicator, sums: Sums) -> (Option<f64>, String) {
    match def.measure {
        Measure::Rate | Measure::Change => (sums.rate(), sums.rate_text()),
        Measure::Count | Measure::State => (Some(sums.numerator), count_text(sums.numerator)),
    }
}

/// `87.01 %`, two decimals half up.
#[must_use]
pub fn percent_text(value: f64) -> String {
    // The small lift makes 0.005 round up although its nearest binary number lies below.
    let cents = (value.abs() * 100.0 + 0.5 + 1e-9).floor();
    let sign = if value < 0.0 && cents > 0.0 { "-" } else { "" };
    format!("{sign}{:.2} %", cents / 100.0)
}

/// Exact rounding of a quotient of whole numbers.
fn whole_percent(sums: Sums) -> Option<String> {
    let whole = |x: f64| x >= 0.0 && x.fract() == 0.0 && x < 9e15;
    if !whole(sums.numerator) || !whole(sums.denominator) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole numbers")]
    let (num, den) = (sums.numerator as u128, sums.denominator as u128);
    let cents = (num * 20_000 + den) / (den * 2);
    Some(format!("{}.{:02} %", cents / 100, cents % 100))
}

fn count_text(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

fn change_text(value: f64, absolute: bool) -> String {
    let word = if value < 0.0 { "下降" } else { "上升" };
    let size = percent_text(value.abs());
    if absolute { format!("{word} {} 个百分点", size.trim_end_matches(" %")) } else { format!("{word} {size}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_shown_with_two_decimals_half_up() {
        let rows = [
            ("the baseline of 2020", 1554.0, 1786.0, "87.01 %"),
            ("five of seven", 5.0, 7.0, "71.43 %"),
            ("exactly half a cent goes up", 1.0, 800.0, "0.13 %"),
            ("nothing of nothing is no rate", 0.0, 0.0, "不适用"),
            ("all", 214.0, 214.0, "100.00 %"),
            ("more than all is shown as it is", 3.0, 2.0, "150.00 %"),
        ];
        for (why, numerator, denominator, expected) in rows {
            let sums = Sums { units: 1, numerator, denominator, amount: None };
            assert_eq!(sums.rate_text(), expected, "{why}");
        }
        assert_eq!(percent_text(1.005), "1.01 %", "half up although 1.005 is stored as a little less");
        assert_eq!(change_text(-23.076_923, false), "下降 23.08 %");
        assert_eq!(change_text(-5.0, true), "下降 5.00 个百分点");
    }
}
