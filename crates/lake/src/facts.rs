//! Kinds as fact tables: which columns a kind has in the lake.
//!
//! Every kind gives a fact named after it; its `facts:` give further ones, one row an element of an array. The columns
//! follow from the definition alone, so that a new form field is a new column without any code.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field as ArrowField, Schema, SchemaRef};
use zhijian_kinds::{Field, FieldType, Kind};

/// Raised when the way in which rows are written changes, so that every fact is rebuilt.
const FORMAT: &str = "1";

/// One fact table.
#[derive(Debug, Clone)]
pub struct FactDef {
    /// Name of the table.
    pub name: String,
    /// Kind whose records give the rows.
    pub kind: String,
    /// Array that is exploded, as a path; `None` for the kind's own fact.
    pub each: Option<Vec<String>>,
    /// Columns in order.
    pub columns: Vec<Column>,
    /// Columns that hold the event date: its year is the partition's, so a filter on them skips files.
    pub event_columns: Vec<String>,
    /// The same as Arrow schema.
    pub schema: SchemaRef,
    /// Changes when the columns change.
    pub fingerprint: String,
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Name in SQL.
    pub name: String,
    /// Type.
    pub ty: ColumnType,
    /// Where the value comes from.
    pub source: Source,
}

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    Text,
    /// Several values as one text `;a;b;`, so that `LIKE '%;a;%'` finds one.
    Listed,
    /// Whole number.
    Integer,
    /// Decimal number.
    Number,
    /// Yes or no.
    Boolean,
    /// Day.
    Date,
    /// Instant, microseconds UTC.
    Instant,
    /// An object of unknown inside, as JSON text.
    Json,
}

impl ColumnType {
    fn arrow(self) -> DataType {
        match self {
            Self::Text | Self::Listed | Self::Json => DataType::Utf8View,
            Self::Integer | Self::Instant => DataType::Int64,
            Self::Number => DataType::Float64,
            Self::Boolean => DataType::Boolean,
            Self::Date => DataType::Date32,
        }
    }
}

/// Where a column's value comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A column of the revision itself.
    System(System),
    /// A path in the document.
    Document(Vec<String>),
    /// A path in the element of the exploded array; empty for arrays of plain values.
    Element(Vec<String>),
    /// Position of the element, from 1.
    Ordinal,
}

/// Columns that every revision has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in `Stored`, which explains them")]
pub enum System {
    Id,
    Rev,
    Region,
    Town,
    Year,
    EventDate,
    Owner,
    State,
    Retracted,
    RecordedFrom,
    RecordedTo,
}

const SYSTEM: [(&str, ColumnType, System); 11] = [
    ("id", ColumnType::Text, System::Id),
    ("rev", ColumnType::Integer, System::Rev),
    ("region", ColumnType::Text, System::Region),
    ("town", ColumnType::Text, System::Town),
    ("year", ColumnType::Integer, System::Year),
    ("event_date", ColumnType::Date, System::EventDate),
    ("owner", ColumnType::Text, System::Owner),
    ("state", ColumnType::Text, System::State),
    ("retracted", ColumnType::Boolean, System::Retracted),
    ("recorded_from", ColumnType::Instant, System::RecordedFrom),
    ("recorded_to", ColumnType::Instant, System::RecordedTo),
];

/// The facts of a kind: its own first, then its exploded arrays.
#[must_use]
pub fn facts_of(kind: &Kind) -> Vec<FactDef> {
    let mut facts = vec![own_fact(kind)];
    for (name, rule) in &kind.facts {
        if let Some(fact) = exploded(kind, name, &rule.each, rule.as_.as_deref()) {
            facts.push(fact);
        }
    }
    facts
}

fn own_fact(kind: &Kind) -> FactDef {
    let mut columns = Columns::with_system();
    for field in kind.fields.iter().filter(|f| in_lake(f)) {
        columns.field(field, Source::Document);
    }
    for reference in kind.refs.keys() {
        columns.add(reference, ColumnType::Text, Source::Document(path(reference)));
    }
    let mut fact = columns.into_fact(&kind.kind, &kind.kind, None);
    let dated = kind.event_date.iter().map(|path| path.replace('.', "_"));
    fact.event_columns.extend(dated.filter(|name| fact.columns.iter().any(|c| c.name == *name && c.ty == ColumnType::Date)));
    fact
}

fn exploded(kind: &Kind, name: &str, each: &str, as_: Option<&str>) -> Option<FactDef> {
    let array = kind.field(each)?;
    let mut columns = Columns::with_system();
    columns.add("ordinal", ColumnType::Integer, Source::Ordinal);
    if let Some(person) = kind.person.as_ref().map(|p| p.id_no.as_str()).or_else(|| kind.field("id_no").map(|_| "id_no"))
        && kind.field(person).is_some_and(in_lake)
    {
        columns.add("person", ColumnType::Text, Source::Document(path(person)));
    }
    for reference in kind.refs.keys() {
        columns.add(reference, ColumnType::Text, Source::Document(path(reference)));
    }
    match &array.ty {
        FieldType::Group(members) => {
            for member in members.iter().filter(|f| in_lake(f)) {
                let inside = member.path.strip_prefix(&format!("{each}.")).unwrap_or(&member.path).to_owned();
                columns.typed(&inside, &member.ty, Source::Element(path(&inside)));
            }
        }
        FieldType::Codes(_) | FieldType::Texts => {
            columns.add(as_.unwrap_or("value"), ColumnType::Text, Source::Element(Vec::new()));
        }
        _ => return None,
    }
    Some(columns.into_fact(name, &kind.kind, Some(path(each))))
}

/// Private fields never enter the lake; of blind ones the token does.
fn in_lake(field: &Field) -> bool {
    field.private.is_none() || field.blind
}

fn path(text: &str) -> Vec<String> {
    text.split('.').map(str::to_owned).collect()
}

struct Columns(Vec<Column>);

impl Columns {
    fn with_system() -> Self {
        Self(SYSTEM.iter().map(|(name, ty, system)| Column { name: (*name).into(), ty: *ty, source: Source::System(*system) }).collect())
    }

    fn field(&mut self, field: &Field, source: fn(Vec<String>) -> Source) {
        self.typed(&field.path, &field.ty, source(path(&field.path)));
    }

    fn typed(&mut self, dotted: &str, ty: &FieldType, source: Source) {
        let ty = match ty {
            FieldType::Text | FieldType::Code(_) => ColumnType::Text,
            FieldType::Codes(_) | FieldType::Texts => ColumnType::Listed,
            FieldType::Integer => ColumnType::Integer,
            FieldType::Number => ColumnType::Number,
            FieldType::Boolean => ColumnType::Boolean,
            FieldType::Date => ColumnType::Date,
            FieldType::DateTime => ColumnType::Instant,
            FieldType::Object => ColumnType::Json,
            FieldType::Group(_) => return,
        };
        self.add(&dotted.replace('.', "_"), ty, source);
    }

    /// A field that has the name of a system column (a person's `town`, a table's `year`) is kept as `field_town`.
    fn add(&mut self, name: &str, ty: ColumnType, source: Source) {
        let taken = |name: &str| self.0.iter().any(|c| c.name == name);
        let name = if taken(name) { format!("field_{name}") } else { name.to_owned() };
        if !taken(&name) {
            self.0.push(Column { name, ty, source });
        }
    }

    fn into_fact(self, name: &str, kind: &str, each: Option<Vec<String>>) -> FactDef {
        let columns = self.0;
        let schema = Schema::new(columns.iter().map(|c| ArrowField::new(&c.name, c.ty.arrow(), true)).collect::<Vec<_>>());
        let fingerprint = fingerprint(&format!("{FORMAT} {each:?} {columns:?}"));
        let event_columns = vec!["event_date".to_owned()];
        FactDef { name: name.into(), kind: kind.into(), each, columns, event_columns, schema: Arc::new(schema), fingerprint }
    }
}

/// FNV-1a, 64 bits: the same on every machine and compiler, which `std`'s hasher does not promise.
pub(crate) fn fingerprint(text: &str) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}
