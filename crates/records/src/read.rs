//! Reading: one record, its history, lists, counts. The same scope everywhere; private fields are masked until a purpose is stated.

use crate::access::{self, Wish};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::port::{Action, Column, Filter, Instant, Op, Query, Stored};
use crate::prepare;
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::Arc;
use zhijian_kinds::intake::{get_path, set_path};
use zhijian_kinds::{FieldType, Kind, text};

/// A record as a caller may see it.
#[derive(Debug, Clone, Serialize)]
pub struct View {
    /// Kind.
    pub kind: String,
    /// Id.
    pub id: String,
    /// Revision.
    pub rev: u32,
    /// Region.
    pub region: String,
    /// Township.
    pub town: String,
    /// State.
    pub state: String,
    /// When this revision was saved.
    pub recorded_from: Instant,
    /// When it was replaced.
    pub recorded_to: Option<Instant>,
    /// Document; private fields masked unless `revealed`.
    pub data: Map<String, Value>,
    /// Private fields are in clear.
    pub revealed: bool,
    /// It was retracted.
    pub retracted: bool,
}

/// A list request as pages and the API make it.
#[derive(Debug, Clone, Default)]
pub struct ListRequest {
    /// `(field, op, value)`.
    pub filters: Vec<(String, Op, String)>,
    /// Search text.
    pub search: String,
    /// Sort field, `-` first for descending.
    pub sort: Option<String>,
    /// Position.
    pub cursor: Option<String>,
    /// Rows, at most 500.
    pub limit: u32,
    /// As of an instant.
    pub as_of: Option<Instant>,
}

/// A page of views.
#[derive(Debug, Clone)]
pub struct ViewPage {
    /// Rows.
    pub rows: Vec<View>,
    /// Next position.
    pub next: Option<String>,
}

impl Door {
    /// One record. With a purpose private fields come in clear and the look is on record; without, they are masked.
    ///
    /// # Errors
    /// Not found, or not the caller's.
    pub async fn open(&self, caller: &Caller, kind: &str, id: &str, purpose: Option<&str>) -> Result<View, DoorError> {
        match purpose {
            Some(purpose) => self.reveal(caller, kind, id, purpose, "web").await,
            None => {
                let (kind, stored) = self.seen_by(caller, kind, id).await?;
                self.view(&kind, &stored, false)
            }
        }
    }

    /// One record with its private fields in clear; the look goes on record first, with the entrance through which it was asked for.
    ///
    /// # Errors
    /// Not found, not the caller's, or no purpose.
    pub async fn reveal(&self, caller: &Caller, kind: &str, id: &str, purpose: &str, source: &str) -> Result<View, DoorError> {
        let (kind, stored) = self.seen_by(caller, kind, id).await?;
        if purpose.trim().is_empty() {
            return Err(DoorError::BadRequest("请先选择查看用途".into()));
        }
        self.note(caller, Action::View, &kind.kind, id, purpose, source).await?;
        self.view(&kind, &stored, true)
    }

    /// The newest revision, if the caller may see it.
    async fn seen_by(&self, caller: &Caller, kind: &str, id: &str) -> Result<(Arc<Kind>, Stored), DoorError> {
        let kind = self.kind(kind)?;
        let stored = self.store.find(&kind.kind, id).await.map_err(Self::store_error(&kind.kind))?.ok_or(DoorError::NotFound)?;
        self.visible(caller, &kind, &stored)?;
        Ok((kind, stored))
    }

    /// All revisions of a record, newest first, masked.
    ///
    /// # Errors
    /// Not found, or not the caller's.
    pub async fn history(&self, caller: &Caller, kind: &str, id: &str) -> Result<Vec<View>, DoorError> {
        let kind = self.kind(kind)?;
        let mut rows = self.store.history(&kind.kind, id).await.map_err(Self::store_error(&kind.kind))?;
        let newest = rows.last().ok_or(DoorError::NotFound)?;
        self.visible(caller, &kind, newest)?;
        rows.reverse();
        rows.iter().map(|row| self.view(&kind, row, false)).collect()
    }

    /// A page of a list, masked.
    ///
    /// # Errors
    /// Not allowed; unknown fields in filters or sort.
    pub async fn list(&self, caller: &Caller, kind: &str, request: &ListRequest) -> Result<ViewPage, DoorError> {
        let kind = self.kind(kind)?;
        let query = self.query(caller, &kind, request)?;
        let page = self.store.query(&query).await.map_err(Self::store_error(&kind.kind))?;
        let rows: Result<Vec<View>, DoorError> = page.rows.iter().map(|row| self.view(&kind, row, false)).collect();
        Ok(ViewPage { rows: rows?, next: page.next })
    }

    /// A page of a list for an export. With `reveal` private fields come in clear; the export itself is noted by [`Door::note`] once.
    ///
    /// # Errors
    /// As [`Door::list`]; the caller's roles do not allow exports.
    pub async fn export_page(&self, caller: &Caller, kind: &str, request: &ListRequest, reveal: bool) -> Result<ViewPage, DoorError> {
        let kind = self.kind(kind)?;
        Self::allow(caller, &kind, Wish::Export)?;
        let query = self.query(caller, &kind, request)?;
        let page = self.store.query(&query).await.map_err(Self::store_error(&kind.kind))?;
        let rows: Result<Vec<View>, DoorError> = page.rows.iter().map(|row| self.view(&kind, row, reveal)).collect();
        Ok(ViewPage { rows: rows?, next: page.next })
    }

    /// Number of rows of a list, counted up to `at_most`.
    ///
    /// # Errors
    /// As [`Door::list`].
    pub async fn count(&self, caller: &Caller, kind: &str, request: &ListRequest, at_most: u64) -> Result<u64, DoorError> {
        let kind = self.kind(kind)?;
        let query = self.query(caller, &kind, request)?;
        self.store.count(&query, at_most).await.map_err(Self::store_error(&kind.kind))
    }

    /// Number of rows by value of a field.
    ///
    /// # Errors
    /// As [`Door::list`].
    pub async fn count_by(&self, caller: &Caller, kind: &str, request: &ListRequest, field: &str) -> Result<Vec<(String, u64)>, DoorError> {
        let kind = self.kind(kind)?;
        let query = self.query(caller, &kind, request)?;
        let column = column(&kind, field)?;
        self.store.count_by(&query, &column).await.map_err(Self::store_error(&kind.kind))
    }

    /// The query of a request with the caller's scope in it.
    ///
    /// # Errors
    /// Not allowed; unknown fields.
    pub fn query(&self, caller: &Caller, kind: &Kind, request: &ListRequest) -> Result<Query, DoorError> {
        Self::allow(caller, kind, Wish::Read)?;
        let mut filters = Vec::new();
        for (field, op, value) in &request.filters {
            let private = kind.field(field).filter(|f| f.private.is_some());
            if let Some(private) = private {
                // Blind fields answer to equality only; nothing else of a private field can be asked for.
                if !private.blind || *op != Op::Eq {
                    return Err(DoorError::BadRequest(format!("“{}”只能按完整内容查询", private.title)));
                }
                let token = self.vault.token(private, &text::identifier(value));
                filters.push(Filter { column: Column::Field { path: field.clone(), numeric: false }, op: Op::Eq, value: token });
            } else {
                filters.push(Filter { column: column(kind, field)?, op: *op, value: value.clone() });
            }
        }
        let sort = request.sort.clone().or_else(|| kind.list.sort.clone()).unwrap_or_else(|| "-recorded_from".into());
        let (descending, field) = sort.strip_prefix('-').map_or((false, sort.as_str()), |f| (true, f));
        if kind.field(field).is_some_and(|f| f.private.is_some()) {
            return Err(DoorError::BadRequest("不能按加密字段排序".into()));
        }
        Ok(Query {
            kind: kind.kind.clone(),
            scope: access::scope(caller, kind),
            filters,
            search: self.search_terms(kind, &request.search),
            sort: column(kind, field)?,
            descending,
            cursor: request.cursor.clone(),
            limit: request.limit.clamp(1, 500),
            as_of: request.as_of,
        })
    }

    /// Fragments of a search text: public text, or hashed pairs of characters, or the token of a whole private value.
    fn search_terms(&self, kind: &Kind, search: &str) -> Vec<Vec<String>> {
        search
            .split_whitespace()
            .map(|word| {
                let mut alternatives = vec![text::word_key(word)];
                let pairs = self.vault.fragments(word);
                for field in kind.search.iter().filter_map(|p| kind.field(p)).filter(|f| f.private.is_some()) {
                    alternatives.push(self.vault.token(field, &text::identifier(word)));
                    if !pairs.is_empty() && word.chars().count() <= 8 {
                        alternatives.push(pairs.join("&"));
                    }
                }
                alternatives.sort();
                alternatives.dedup();
                alternatives
            })
            .collect()
    }

    fn visible(&self, caller: &Caller, kind: &Kind, stored: &Stored) -> Result<(), DoorError> {
        let inside = access::inside(&access::scope(caller, kind), &stored.id, &stored.region, &stored.town, &stored.owner);
        if inside { Ok(()) } else { Err(DoorError::NotFound) }
    }

    /// A stored revision as a view.
    ///
    /// # Errors
    /// The sealed part cannot be opened.
    pub fn view(&self, kind: &Kind, stored: &Stored, reveal: bool) -> Result<View, DoorError> {
        let mut data: Map<String, Value> = serde_json::from_str(&stored.data).unwrap_or_default();
        let private = self.vault.open(&stored.secret)?;
        if reveal {
            prepare::join(&mut data, private);
        } else {
            for (path, value) in private {
                set_path(&mut data, &path, Value::String(masked(&value)));
            }
        }
        Ok(View {
            kind: kind.kind.clone(),
            id: stored.id.clone(),
            rev: stored.rev,
            region: stored.region.clone(),
            town: stored.town.clone(),
            state: stored.state.clone(),
            recorded_from: stored.recorded_from,
            recorded_to: stored.recorded_to,
            data,
            revealed: reveal,
            retracted: stored.retracted,
        })
    }
}

/// What stands for a private value until a purpose is stated.
pub(crate) fn masked(value: &Value) -> String {
    value.as_str().map_or_else(|| "＊".into(), text::mask)
}

/// The column of a filter or sort field.
///
/// # Errors
/// Unknown field.
pub fn column(kind: &Kind, field: &str) -> Result<Column, DoorError> {
    if matches!(field, "id" | "region" | "town" | "year" | "event_date" | "owner" | "state" | "recorded_from") {
        return Ok(Column::System(field.to_owned()));
    }
    if kind.event_date.as_deref() == Some(field) {
        return Ok(Column::System("event_date".into()));
    }
    if kind.states.as_ref().is_some_and(|s| s.field == field) {
        return Ok(Column::System("state".into()));
    }
    if kind.region.county.as_deref() == Some(field) {
        return Ok(Column::System("region".into()));
    }
    if kind.region.town.as_deref() == Some(field) {
        return Ok(Column::System("town".into()));
    }
    if kind.refs.contains_key(field) {
        return Ok(Column::Field { path: field.to_owned(), numeric: false });
    }
    match kind.field(field) {
        Some(f) if !matches!(f.ty, FieldType::Group(_) | FieldType::Object) => {
            Ok(Column::Field { path: field.to_owned(), numeric: f.ty.is_numeric() })
        }
        _ => Err(DoorError::BadRequest(format!("“{}”没有字段“{field}”", kind.title))),
    }
}

/// The fields of a kind that get a database index: those marked `x-index` and the one by which its list is sorted, but for what the
/// system columns hold already.
#[must_use]
pub fn indexes(kind: &Kind) -> Vec<Column> {
    let held = [
        kind.region.county.as_deref(),
        kind.region.town.as_deref(),
        kind.event_date.as_deref(),
        kind.states.as_ref().map(|s| s.field.as_str()),
    ];
    let sort = kind.list.sort.as_deref().map(|sort| sort.trim_start_matches('-'));
    kind.fields
        .iter()
        .filter(|f| {
            (f.index || sort == Some(f.path.as_str()))
                && !matches!(f.ty, FieldType::Group(_) | FieldType::Object | FieldType::Codes(_) | FieldType::Texts)
        })
        .filter(|f| !held.contains(&Some(f.path.as_str())))
        .map(|f| Column::Field { path: f.path.clone(), numeric: f.ty.is_numeric() })
        .collect()
}

/// A field's value as people read it: code labels, region names, 是/否.
#[must_use]
pub fn display(catalogue: &zhijian_kinds::Catalogue, kind: &Kind, path: &str, data: &Map<String, Value>) -> String {
    let Some(value) = get_path(data, path) else { return String::new() };
    let Some(field) = kind.field(path) else { return plain(value) };
    if (kind.region.county.as_deref() == Some(path) || kind.region.town.as_deref() == Some(path))
        && let Some(code) = value.as_str()
    {
        return catalogue.regions.name(code).to_owned();
    }
    if let (Some(states), Some(code)) = (&kind.states, value.as_str())
        && states.field == path
        && let Some(state) = states.list.iter().find(|s| s.code == code)
    {
        return state.title.clone();
    }
    shown(catalogue, &field.ty, value)
}

/// A value of a type as people read it.
#[must_use]
pub fn shown(catalogue: &zhijian_kinds::Catalogue, ty: &FieldType, value: &Value) -> String {
    match (ty, value) {
        (FieldType::Code(list), Value::String(code)) => catalogue.list(list).map_or(code.clone(), |l| l.label(code).to_owned()),
        (FieldType::Codes(list), Value::Array(items)) => items
            .iter()
            .filter_map(Value::as_str)
            .map(|code| catalogue.list(list).map_or(code, |l| l.label(code)))
            .collect::<Vec<_>>()
            .join("；"),
        (FieldType::Boolean, Value::Bool(truth)) => if *truth { "是" } else { "否" }.into(),
        _ => plain(value),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), text::number_text),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("；"),
        other => other.to_string(),
    }
}
