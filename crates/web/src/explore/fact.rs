//! What somebody may explore: facts with their sides and measures, read from the kinds.

use crate::app::App;
use crate::board::place::{Territory, kind_scope};
use zhijian_kinds::{Field, FieldType, Kind};
use zhijian_lake::explore::{Side, Sum, Visible};
use zhijian_lake::facts::{Column, ColumnType, FactDef, Source};
use zhijian_records::Caller;
use zhijian_records::access::Wish;
use zhijian_records::port::Scope;

/// A fact open to somebody.
#[derive(Debug, Clone)]
pub struct Fact<'a> {
    /// Definition in the lake.
    pub def: &'a FactDef,
    /// Kind whose records give the rows.
    pub kind: &'a Kind,
    /// Chinese title.
    pub title: String,
    /// Rows that the asker sees.
    pub scope: Scope,
    /// Only counts of persons, for the whole territory, small ones withheld.
    pub closed: bool,
}

/// A side that can be asked for.
#[derive(Debug, Clone)]
pub struct Named<'a> {
    /// Name in addresses.
    pub id: String,
    /// Title.
    pub title: String,
    /// For the lake.
    pub side: Side,
    /// How keys become words.
    pub words: Words<'a>,
}

/// How the keys of a side become words.
#[derive(Debug, Clone, Copy)]
pub enum Words<'a> {
    /// They are words, or moments that sort by themselves.
    Plain,
    /// Months, quarters and years, in order of time.
    Time,
    /// Codes of a list.
    List(&'a str),
    /// Places.
    Places,
    /// States of the kind.
    States(&'a Kind),
    /// Yes and no.
    YesNo,
}

/// A measure that can be asked for.
#[derive(Debug, Clone)]
pub struct Measure {
    /// Name in addresses.
    pub id: String,
    /// Title.
    pub title: String,
    /// For the lake.
    pub sum: Sum,
    /// Parts add up to totals, so shares mean something.
    pub adds: bool,
}

/// How a number's column is put together.
type Way = fn(String) -> Sum;

/// Column with the pseudonyms of persons.
const PERSON: [&str; 2] = ["person", "id_no"];

/// The facts that somebody may explore, in the order of the kinds.
#[must_use]
pub fn all<'a>(app: &'a App, caller: &Caller, territory: &Territory<'_>) -> Vec<Fact<'a>> {
    app.lake.facts().iter().filter_map(|def| open(app, caller, territory, def)).collect()
}

/// One of them.
#[must_use]
pub fn find<'a>(app: &'a App, caller: &Caller, territory: &Territory<'_>, name: &str) -> Option<Fact<'a>> {
    open(app, caller, territory, app.lake.facts().iter().find(|f| f.name == name)?)
}

/// Facts and rows that somebody may read whole, for queries of his own.
#[must_use]
pub fn visible(app: &App, caller: &Caller, territory: &Territory<'_>) -> Vec<Visible> {
    let open = all(app, caller, territory).into_iter().filter(|fact| !fact.closed);
    open.map(|fact| Visible { fact: fact.def.name.clone(), scope: fact.scope }).collect()
}

fn open<'a>(app: &'a App, caller: &Caller, territory: &Territory<'_>, def: &'a FactDef) -> Option<Fact<'a>> {
    let kind = app.catalogue().kind(&def.kind)?.as_ref();
    let title = title(kind, def);
    if let Some(scope) = kind_scope(caller, kind, Wish::Read) {
        return Some(Fact { def, kind, title, scope, closed: false });
    }
    // Aggregates of what tables and indicators tell everybody with a territory.
    let told = |facts: &[String]| facts.contains(&def.name);
    let catalogue = app.catalogue();
    let aggregated =
        catalogue.indicators.values().any(|i| told(&i.facts)) || catalogue.tables.values().any(|t| t.lines.iter().any(|l| told(&l.facts)));
    aggregated.then(|| Fact { def, kind, title, scope: territory.scope.clone(), closed: true })
}

fn title(kind: &Kind, def: &FactDef) -> String {
    let part = def.each.as_ref().and_then(|path| kind.field(&path.join(".")));
    part.map_or_else(|| kind.title.clone(), |field| format!("{} · {}", kind.title, field.title))
}

impl<'a> Fact<'a> {
    /// Sides, those of every fact first.
    #[must_use]
    pub fn sides(&self, app: &'a App, caller: &Caller) -> Vec<Named<'a>> {
        let named = |id: &str, title: &str, side: Side, words: Words<'a>| Named { id: id.into(), title: title.into(), side, words };
        let mut sides = vec![
            named("region", "区县", Side::Column("region".into()), Words::Places),
            named("town", "乡镇街道", Side::Column("town".into()), Words::Places),
            named("year", "年度", Side::Year, Words::Time),
            named("quarter", "季度", Side::Quarter, Words::Time),
            named("month", "月份", Side::Month, Words::Time),
        ];
        if self.closed {
            sides.retain(|side| side.id != "town");
        }
        if let Some(states) = self.kind.states.as_ref().filter(|_| !self.closed) {
            let title = self.kind.field(&states.field).map_or("状态", |f| f.title.as_str());
            sides.push(named("state", title, Side::Column("state".into()), Words::States(self.kind)));
        }
        let state = self.kind.states.as_ref().map_or("", |s| s.field.as_str());
        for (column, field) in self.fields().filter(|(_, field)| field.path != state) {
            if let Some(words) = words(field) {
                sides.push(named(&column.name, &field.title, Side::Column(column.name.clone()), words));
            }
        }
        sides.extend(self.through(app, caller));
        sides
    }

    /// Sides of the records that this one refers to, where the asker may read them as widely.
    fn through(&self, app: &'a App, caller: &Caller) -> Vec<Named<'a>> {
        let mut sides = Vec::new();
        for (reference, rule) in self.kind.refs.iter().filter(|(name, _)| self.def.columns.iter().any(|c| c.name == **name)) {
            let Some(other) = app.catalogue().kind(&rule.kind).map(AsRef::as_ref) else { continue };
            let Some(def) = app.lake.facts().iter().find(|f| f.name == rule.kind) else { continue };
            let same = self.closed && !other.rights.health()
                || kind_scope(caller, other, Wish::Read).is_some_and(|scope| scope == self.scope || scope.all);
            if !same {
                continue;
            }
            for column in &def.columns {
                let Some(field) = field_of(other, def, column) else { continue };
                let Some(words) = words(field).filter(|w| matches!(w, Words::List(_))) else { continue };
                sides.push(Named {
                    id: format!("{reference}.{}", column.name),
                    title: format!("{} · {}", rule.title, field.title),
                    side: Side::Through { reference: reference.clone(), fact: def.name.clone(), column: column.name.clone() },
                    words,
                });
            }
        }
        sides
    }

    /// Measures; the first is the usual one.
    #[must_use]
    pub fn measures(&self) -> Vec<Measure> {
        let measure = |id: String, title: String, sum: Sum, adds: bool| Measure { id, title, sum, adds };
        let person = self.def.columns.iter().find(|c| PERSON.contains(&c.name.as_str()));
        let people = person.map(|c| measure("people".into(), "人数".into(), Sum::Distinct(c.name.clone()), false));
        if self.closed && self.kind.rights.health() {
            return people.into_iter().collect();
        }
        let rows = if self.def.each.is_some() { "条数" } else { "记录数" };
        let mut all = vec![measure("rows".into(), rows.into(), Sum::Rows, true)];
        if self.def.columns.iter().any(|c| c.name == "owner") && self.kind.owner.is_some() {
            all.push(measure("owners".into(), "单位数".into(), Sum::Distinct("owner".into()), false));
        }
        all.extend(people);
        for (column, field) in self.fields().filter(|(c, _)| matches!(c.ty, ColumnType::Integer | ColumnType::Number)) {
            let unit = field.unit.as_ref().map(|u| format!("（{u}）")).unwrap_or_default();
            let ways: [(&str, &str, Way, bool); 5] = [
                ("sum", "合计", Sum::Total, true),
                ("mean", "平均", Sum::Mean, false),
                ("median", "中位数", Sum::Median, false),
                ("min", "最小", Sum::Least, false),
                ("max", "最大", Sum::Most, false),
            ];
            for (way, word, sum, adds) in ways {
                all.push(measure(
                    format!("{way}.{}", column.name),
                    format!("{}{unit} · {word}", field.title),
                    sum(column.name.clone()),
                    adds,
                ));
            }
        }
        all
    }

    /// Columns that hold a field of the kind.
    pub fn fields(&self) -> impl Iterator<Item = (&'a Column, &'a Field)> {
        let (def, kind) = (self.def, self.kind);
        def.columns.iter().filter_map(move |column| Some((column, field_of(kind, def, column)?)))
    }
}

fn field_of<'a>(kind: &'a Kind, def: &FactDef, column: &Column) -> Option<&'a Field> {
    match &column.source {
        Source::Document(path) => kind.field(&path.join(".")),
        Source::Element(path) => {
            let each = def.each.as_ref()?.join(".");
            match &kind.field(&each)?.ty {
                FieldType::Group(members) => members.iter().find(|m| m.path == format!("{each}.{}", path.join("."))),
                _ if path.is_empty() => kind.field(&each),
                _ => None,
            }
        }
        Source::System(_) | Source::Ordinal => None,
    }
}

/// Fields whose values are few; other texts would make a row a record.
fn words(field: &Field) -> Option<Words<'_>> {
    match &field.ty {
        FieldType::Code(list) => Some(Words::List(list)),
        FieldType::Codes(list) => Some(Words::List(list)).filter(|_| field.path.contains('.') || field.private.is_none()),
        FieldType::Boolean => Some(Words::YesNo),
        _ => None,
    }
}

/// A key in words.
#[must_use]
pub fn label(app: &App, words: Words<'_>, key: &str) -> String {
    if key.is_empty() {
        return "未填".into();
    }
    match words {
        Words::Plain | Words::Time => key.to_owned(),
        Words::List(name) => {
            let list = app.catalogue().list(name);
            let one = |code: &str| list.map_or_else(|| code.to_owned(), |l| l.label(code).to_owned());
            // Several codes stand as one text, `;a;b;`.
            key.split(';').filter(|code| !code.is_empty()).map(one).collect::<Vec<_>>().join("、")
        }
        Words::Places => app.catalogue().regions.name(key).to_owned(),
        Words::States(kind) => {
            let state = kind.states.as_ref().and_then(|s| s.list.iter().find(|s| s.code == key));
            state.map_or_else(|| key.to_owned(), |s| s.title.clone())
        }
        Words::YesNo => if key == "true" { "是" } else { "否" }.into(),
    }
}
