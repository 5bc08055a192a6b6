//! A warning rule at run time: conditions compiled, thresholds of a region, the level of a row.

use super::def::{Level, Party, Query, Source, WarningDef};
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
    when: Option<Expression>,
    levels: Vec<(Level, Expression)>,
    /// What it lacks on this platform, in words.
    pub lacks: Vec<String>,
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
    /// Compiles the conditions. `kind` is the record's, where the rule is over one that exists.
    ///
    /// # Errors
    /// Member of the definition and what is wrong with it.
    pub fn new(def: WarningDef, kind: Option<&Kind>, lacks: Vec<String>) -> Result<Self, (String, String)> {
        let mut names: Vec<String> = def.thresholds.keys().cloned().collect();
        let mut columns = |query: &Query| {
            names.extend(COLUMNS.iter().map(|c| (*c).to_owned()));
            names.extend(query.columns.iter().cloned());
        };
        match &def.source {
            Source::Record(_) => {}
            Source::Duty(_) => names.extend(["late".to_owned(), "duty".to_owned()]),
            Source::Query(query) => columns(query),
            Source::Statistic(statistic) => {
                columns(&statistic.query);
                names.extend(statistic.methods.iter().flat_map(|m| m.take.values().cloned()));
            }
        }
        // A rule over a kind that is still to come is kept; its conditions are compiled once the kind is there.
        if matches!(def.source, Source::Record(_)) && kind.is_none() {
            return Ok(Self { def, when: None, levels: Vec::new(), lacks });
        }
        let fields: &[Field] = kind.map_or(&[], |k| k.fields.as_slice());
        let refs = kind.map(|k| k.refs.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
        names.extend(refs);
        let compile = |at: String, source: &str| Expression::over(source, fields, &names).map_err(|message| (at, message));
        let when = match &def.source {
            Source::Record(record) => record.when.as_deref().map(|w| compile("source.record.when".into(), w)).transpose()?,
            _ => None,
        };
        let level = |(i, l): (usize, &super::LevelDef)| Ok((l.level, compile(format!("levels.{i}.when"), &l.when)?));
        let levels = def.levels.iter().enumerate().map(level).collect::<Result<_, (String, String)>>()?;
        Ok(Self { def, when, levels, lacks })
    }

    /// The thresholds where no region says otherwise.
    #[must_use]
    pub fn defaults(&self) -> Thresholds {
        self.def.thresholds.iter().map(|(name, t)| (name.clone(), t.default)).collect()
    }

    /// The level of a row or record under thresholds.
    #[must_use]
    pub fn judge(&self, row: &Map<String, Value>, thresholds: &Thresholds, today: &str) -> Judged {
        let numbers: Map<String, Value> = thresholds.iter().map(|(name, value)| (name.clone(), Value::from(*value))).collect();
        if self.when.as_ref().is_some_and(|when| !when.holds_beside(row, &numbers, today)) {
            return Judged::Aside;
        }
        let found = self.levels.iter().find(|(_, when)| when.holds_beside(row, &numbers, today));
        found.map_or(Judged::Fine, |(level, _)| Judged::Level(*level))
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
            Source::Record(_) | Source::Duty(_) => None,
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
