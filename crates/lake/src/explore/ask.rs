//! What may be asked of a fact, and how it is said in SQL.

use time::Date;

use crate::error::{LakeError, Result};
use crate::evaluate::literal::text;
use crate::facts::{ColumnType, FactDef};

/// By what the rows of a fact are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// Year of the event.
    Year,
    /// Quarter of the event, `2023-Q2`.
    Quarter,
    /// Month of the event, `2023-05`.
    Month,
    /// A column of the fact.
    Column(String),
    /// A column of the record that a reference names, such as the industry of the employer.
    Through {
        /// Reference column of the fact.
        reference: String,
        /// Fact of the kind it refers to.
        fact: String,
        /// Column there.
        column: String,
    },
}

/// What is reckoned of the rows of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sum {
    /// Rows.
    Rows,
    /// Different values of a column.
    Distinct(String),
    /// Sum of a number.
    Total(String),
    /// Mean of a number.
    Mean(String),
    /// Median of a number.
    Median(String),
    /// Smallest number.
    Least(String),
    /// Largest number.
    Most(String),
}

/// A condition on the rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Only {
    /// The side has one of the values; an empty value means that there is none.
    In(Side, Vec<String>),
    /// A number lies between bounds, both included.
    Between(String, Option<f64>, Option<f64>),
    /// The day of the event lies between two days, both included.
    Days(Option<Date>, Option<Date>),
}

impl Side {
    /// Its key as text; empty where there is none.
    pub(super) fn sql(&self, fact: &FactDef, joins: &mut Joins) -> Result<String> {
        Ok(self.spelt(&self.source(fact, joins)?))
    }

    /// What rows are gathered by before keys are spelt: fewer values than rows, all of one key the same.
    pub(super) fn source(&self, fact: &FactDef, joins: &mut Joins) -> Result<String> {
        match self {
            // No key tells days apart.
            Self::Year => Ok("date_trunc('year', f.event_date)".into()),
            Self::Month | Self::Quarter => Ok("date_trunc('month', f.event_date)".into()),
            Self::Column(name) => Ok(format!("f.{}", column(fact, name, |_| true)?)),
            Self::Through { reference, fact: other, column: name } => joins.place(column(fact, reference, |_| true)?, other, name),
        }
    }

    /// The key as text, of a source.
    pub(super) fn spelt(&self, source: &str) -> String {
        match self {
            Self::Year => format!("COALESCE(CAST(date_part('year', {source}) AS VARCHAR), '')"),
            Self::Month => format!("COALESCE(to_char({source}, '%Y-%m'), '')"),
            Self::Quarter => {
                format!(
                    "COALESCE(CAST(date_part('year', {source}) AS VARCHAR) || '-Q' || CAST(date_part('quarter', {source}) AS VARCHAR), '')"
                )
            }
            Self::Column(_) | Self::Through { .. } => format!("COALESCE(CAST({source} AS VARCHAR), '')"),
        }
    }
}

impl Sum {
    /// The value that a row gives.
    pub(super) fn value(&self, fact: &FactDef) -> Result<String> {
        match self {
            Self::Rows => Ok("1".into()),
            Self::Distinct(name) => Ok(format!("f.{}", column(fact, name, |_| true)?)),
            Self::Total(name) | Self::Mean(name) | Self::Median(name) | Self::Least(name) | Self::Most(name) => {
                Ok(format!("CAST(f.{} AS DOUBLE PRECISION)", column(fact, name, is_number)?))
            }
        }
    }
}

impl Only {
    pub(super) fn sql(&self, fact: &FactDef, joins: &mut Joins) -> Result<String> {
        Ok(match self {
            Self::In(side, values) => {
                let listed: Vec<String> = values.iter().map(|v| text(v)).collect();
                if listed.is_empty() { "TRUE".into() } else { format!("{} IN ({})", side.sql(fact, joins)?, listed.join(", ")) }
            }
            Self::Between(name, low, high) => {
                let name = column(fact, name, is_number)?;
                bounds(&format!("f.{name}"), low.map(|n| format!("{n:?}")), high.map(|n| format!("{n:?}")))
            }
            Self::Days(from, to) => {
                let day = |d: Date| format!("DATE '{:04}-{:02}-{:02}'", d.year(), u8::from(d.month()), d.day());
                bounds("f.event_date", from.map(day), to.map(day))
            }
        })
    }
}

fn bounds(what: &str, low: Option<String>, high: Option<String>) -> String {
    match (low, high) {
        (None, None) => "TRUE".into(),
        (Some(low), None) => format!("{what} >= {low}"),
        (None, Some(high)) => format!("{what} <= {high}"),
        (Some(low), Some(high)) => format!("{what} BETWEEN {low} AND {high}"),
    }
}

fn is_number(ty: ColumnType) -> bool {
    matches!(ty, ColumnType::Integer | ColumnType::Number)
}

/// A column that the fact has, quoted.
fn column(fact: &FactDef, name: &str, fits: impl Fn(ColumnType) -> bool) -> Result<String> {
    let known = fact.columns.iter().find(|c| c.name == name && fits(c.ty));
    known.map(|c| format!("\"{}\"", c.name)).ok_or_else(|| LakeError::MissingColumn(format!("{}.{name}", fact.name)))
}

/// Facts that a query joins, each once.
pub(super) struct Joins<'a> {
    facts: &'a [FactDef],
    joined: Vec<(String, String)>,
}

impl<'a> Joins<'a> {
    pub(super) fn new(facts: &'a [FactDef]) -> Self {
        Self { facts, joined: Vec::new() }
    }

    fn place(&mut self, reference: String, other: &str, name: &str) -> Result<String> {
        let fact = self.facts.iter().find(|f| f.name == other).ok_or_else(|| LakeError::MissingColumn(other.to_owned()))?;
        let name = column(fact, name, |_| true)?;
        let wanted = (reference, fact.name.clone());
        let at = self.joined.iter().position(|j| *j == wanted).unwrap_or_else(|| {
            self.joined.push(wanted);
            self.joined.len() - 1
        });
        Ok(format!("t{at}.{name}"))
    }

    /// The joins as SQL.
    pub(super) fn sql(&self) -> String {
        let join = |(at, (reference, fact)): (usize, &(String, String))| format!(" LEFT JOIN {fact} AS t{at} ON f.{reference} = t{at}.id");
        self.joined.iter().enumerate().map(join).collect()
    }
}
