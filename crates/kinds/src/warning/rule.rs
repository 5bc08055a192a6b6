//! A warning rule at run time: conditions compiled, thresholds of a region, the level of a row.

use super::def::{FORECAST, Level, LevelDef, Party, Query, RecordSource, Source, WarningDef};
use crate::kind::{Field, Kind};
use crate::rules::Expression;
use indexmap::IndexMap;
use serde_json::{Map, Value};

/// Values of a rule's thresholds, by name.
pub type Thresholds = IndexMap<String, f64>;

/// A rule at run time.
#[derive(Debug)]
pub struct Warning {
    /// As written.
    pub def: WarningDef,
    own: Conditions,
    also: Vec<Conditions>,
    /// What it lacks on this platform, in words.
    pub lacks: Vec<String>,
}

/// Conditions over one kind of record, or over the columns of a query.
#[derive(Debug, Default)]
struct Conditions {
    when: Option<Expression>,
    levels: Vec<(Level, Expression)>,
}

impl Conditions {
    /// Compiles them.
    fn of(at: &str, when: Option<&str>, levels: &[LevelDef], kind: Option<&Kind>, names: &[String]) -> Result<Self, (String, String)> {
        let fields: &[Field] = kind.map_or(&[], |k| k.fields.as_slice());
        let mut names = names.to_vec();
        names.extend(kind.into_iter().flat_map(|k| k.refs.keys().cloned()));
        let compile = |at: String, source: &str| Expression::over(source, fields, &names).map_err(|message| (at, message));
        let when = when.map(|w| compile(format!("{at}record.when"), w)).transpose()?;
        // The rule's own conditions stand beside its source, those of others with them.
        let before = if at == SOURCE { "" } else { at };
        let level = |(i, l): (usize, &LevelDef)| Ok((l.level, compile(format!("{before}levels.{i}.when"), &l.when)?));
        Ok(Self { when, levels: levels.iter().enumerate().map(level).collect::<Result<_, (String, String)>>()? })
    }

    fn judge(&self, row: &Map<String, Value>, thresholds: &Thresholds, today: &str) -> Judged {
        let numbers: Map<String, Value> = thresholds.iter().map(|(name, value)| (name.clone(), Value::from(*value))).collect();
        if self.when.as_ref().is_some_and(|when| !when.holds_beside(row, &numbers, today)) {
            return Judged::Aside;
        }
        let found = self.levels.iter().find(|(_, when)| when.holds_beside(row, &numbers, today));
        found.map_or(Judged::Fine, |(level, _)| Judged::Level(*level))
    }
}

/// Where the rule's own source stands in its file.
const SOURCE: &str = "source.";

/// A kind of record that a rule looks at.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The records.
    pub source: &'a RecordSource,
    conditions: &'a Conditions,
}

impl Part<'_> {
    /// The level of a record under thresholds.
    #[must_use]
    pub fn judge(&self, record: &Map<String, Value>, thresholds: &Thresholds, today: &str) -> Judged {
        self.conditions.judge(record, thresholds, today)
    }
}

impl std::ops::Deref for Warning {
    type Target = WarningDef;
    fn deref(&self) -> &WarningDef {
        &self.def
    }
}

/// What a rule says of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// It does not look at such records.
    Aside,
    /// Nothing to warn of.
    Fine,
    /// A level is reached.
    Level(Level),
}

/// Columns that every query gives.
pub(super) const COLUMNS: [&str; 6] = ["key", "subject", "employer", "region", "value", "evidence"];

impl Warning {
    /// Compiles the conditions; `kinds` finds the kinds of records that exist.
    ///
    /// # Errors
    /// Member of the definition and what is wrong with it.
    pub fn new<'k>(def: WarningDef, kinds: impl Fn(&str) -> Option<&'k Kind>, lacks: Vec<String>) -> Result<Self, (String, String)> {
        let mut names: Vec<String> = def.thresholds.keys().cloned().collect();
        let thresholds = names.clone();
        let mut columns = |query: &Query| {
            names.extend(COLUMNS.iter().map(|c| (*c).to_owned()));
            names.extend(query.columns.iter().cloned());
        };
        match &def.source {
            Source::Record(_) => {}
            Source::Duty(_) => names.extend(["late".to_owned(), "duty".to_owned()]),
            Source::Forecast(_) => names.extend(COLUMNS.iter().chain(&FORECAST).map(|c| (*c).to_owned())),
            Source::Query(query) => columns(query),
            Source::Statistic(statistic) => {
                columns(&statistic.query);
                names.extend(statistic.methods.iter().flat_map(|m| m.take.values().cloned()));
            }
        }
        // A rule over a kind that is still to come is kept; its conditions are compiled once the kind is there.
        let own = match &def.source {
            Source::Record(record) => match kinds(&record.kind) {
                Some(kind) => Conditions::of(SOURCE, record.when.as_deref(), &def.levels, Some(kind), &names)?,
                None => Conditions::default(),
            },
            _ => Conditions::of(SOURCE, None, &def.levels, None, &names)?,
        };
        let also = def.also.iter().enumerate().map(|(i, also)| match kinds(&also.record.kind) {
            Some(kind) => Conditions::of(&format!("also.{i}."), also.record.when.as_deref(), &also.levels, Some(kind), &thresholds),
            None => Ok(Conditions::default()),
        });
        let also = also.collect::<Result<_, (String, String)>>()?;
        Ok(Self { def, own, also, lacks })
    }

    /// The kinds of records that it looks at; none where it asks a query or duties.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let own = match &self.def.source {
            Source::Record(source) => Some(Part { source, conditions: &self.own }),
            _ => None,
        };
        own.into_iter().chain(self.def.also.iter().zip(&self.also).map(|(also, conditions)| Part { source: &also.record, conditions }))
    }

    /// What it looks at in records of a kind.
    #[must_use]
    pub fn part(&self, kind: &str) -> Option<Part<'_>> {
        self.parts().find(|part| part.source.kind == kind)
    }

    /// The thresholds where no region says otherwise.
    #[must_use]
    pub fn defaults(&self) -> Thresholds {
        self.def.thresholds.iter().map(|(name, t)| (name.clone(), t.default)).collect()
    }

    /// The level of a row of its query, or of a record of its first kind, under thresholds.
    #[must_use]
    pub fn judge(&self, row: &Map<String, Value>, thresholds: &Thresholds, today: &str) -> Judged {
        self.own.judge(row, thresholds, today)
    }

    /// Whose a warning of a level is: the party of that level, else of the nearest graver one, else of the gravest there is.
    #[must_use]
    pub fn party(&self, level: Level) -> Option<&Party> {
        let mut parties: Vec<&Party> = self.def.parties.iter().collect();
        parties.sort_by_key(|p| p.level);
        parties.iter().find(|p| p.level >= level).or(parties.last()).copied()
    }

    /// The query, where it has one.
    #[must_use]
    pub fn query(&self) -> Option<&Query> {
        match &self.def.source {
            Source::Record(_) | Source::Duty(_) | Source::Forecast(_) => None,
            Source::Query(query) => Some(query),
            Source::Statistic(statistic) => Some(&statistic.query),
        }
    }

    /// Can it run here?
    #[must_use]
    pub fn ready(&self) -> bool {
        self.lacks.is_empty()
    }

    /// Its basis as pages show it.
    #[must_use]
    pub fn basis_shown(&self) -> &str {
        if self.def.basis.is_empty() { "未注明出处（平台设计）" } else { &self.def.basis }
    }
}
