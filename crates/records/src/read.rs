//! Reading: one record, its history, lists, counts. The same scope everywhere; private fields are masked until a purpose is stated.

use crate::access::{self, Arm, Coordinates, Sight, Wish, source_field};
use crate::caller::Caller;
use crate::door::{Door, DoorError};
use crate::merge::{self, Merged, Redirect};
use crate::port::{Action, Column, Filter, Instant, Op, Query, Stored};
use crate::prepare;
use crate::remarks::{self, Remark};
use serde::{Deserialize, Serialize};
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
    /// Fields that the caller may not see at all; absent from `data`.
    pub hidden: Vec<String>,
    /// The caller may see private fields in clear when it states a purpose.
    pub revealable: bool,
    /// What else the caller may do with it; known of single records only.
    #[serde(skip)]
    pub may: Vec<Wish>,
    /// It was retracted.
    pub retracted: bool,
    /// What reviewers remarked at fields that the caller sees.
    pub remarks: Vec<Remark>,
    /// Records that were merged into it.
    pub merged: Vec<Merged>,
    /// The record that it was merged into.
    pub redirect: Option<Redirect>,
}

/// A list request as pages and the API make it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
                let (kind, stored, sight) = self.seen_by(caller, kind, id).await?;
                self.single(caller, &kind, &stored, &sight, false)
            }
        }
    }

    /// One record with its private fields in clear; the look goes on record first, with the entrance through which it was asked for.
    ///
    /// # Errors
    /// Not found, not the caller's, or no purpose.
    pub async fn reveal(&self, caller: &Caller, kind: &str, id: &str, purpose: &str, source: &str) -> Result<View, DoorError> {
        let (kind, stored, sight) = self.seen_by(caller, kind, id).await?;
        if !sight.reveals() {
            return Err(DoorError::NotAllowed { kind: format!("{}·查看完整信息", kind.title) });
        }
        if purpose.trim().is_empty() {
            return Err(DoorError::BadRequest("请先选择查看用途".into()));
        }
        self.note_about(caller, Action::View, &stored, purpose, source).await?;
        self.single(caller, &kind, &stored, &sight, true)
    }

    /// One record as a page of its own, with what the caller may do with it.
    fn single(&self, caller: &Caller, kind: &Kind, stored: &Stored, sight: &Sight, reveal: bool) -> Result<View, DoorError> {
        let data = stored.document();
        let at = Coordinates::of(stored, &data);
        let may = Wish::ALL.into_iter().filter(|wish| access::may_write(caller, kind, *wish, at)).collect();
        Ok(View { may, ..self.view(kind, stored, sight, reveal)? })
    }

    /// The newest revision with what the caller sees of it.
    pub(crate) async fn seen_by(&self, caller: &Caller, kind: &str, id: &str) -> Result<(Arc<Kind>, Stored, Sight), DoorError> {
        let kind = self.kind(kind)?;
        let stored = self.store.find(&kind.kind, id).await.map_err(Self::store_error(&kind.kind))?.ok_or(DoorError::NotFound)?;
        let stored = self.followed(stored).await?;
        let sight = access::sight_of(&access::arms(caller, &kind, Wish::Read), &stored).ok_or(DoorError::NotFound)?;
        Ok((kind, stored, sight))
    }

    /// All revisions of a record, newest first, masked.
    ///
    /// # Errors
    /// Not found, or not the caller's.
    pub async fn history(&self, caller: &Caller, kind: &str, id: &str) -> Result<Vec<View>, DoorError> {
        let kind = self.kind(kind)?;
        let mut rows = self.store.history(&kind.kind, id).await.map_err(Self::store_error(&kind.kind))?;
        let newest = rows.last().ok_or(DoorError::NotFound)?;
        let sight = access::sight_of(&access::arms(caller, &kind, Wish::Read), newest).ok_or(DoorError::NotFound)?;
        rows.reverse();
        rows.iter().map(|row| self.view(&kind, row, &sight, false)).collect()
    }

    /// Which private fields differ between two revisions; their values stay where they are.
    ///
    /// # Errors
    /// A sealed part cannot be opened.
    pub fn private_changes(&self, kind: &Kind, before: &Stored, now: &Stored) -> Result<Vec<String>, DoorError> {
        let open = |row: &Stored| self.vault.open(&kind.kind, &row.id, &row.secret);
        let (before, now) = (open(before)?, open(now)?);
        Ok(kind.private_fields().filter(|f| before.get(&f.path) != now.get(&f.path)).map(|f| f.path.clone()).collect())
    }

    /// A page of a list, masked.
    ///
    /// # Errors
    /// Not allowed; unknown fields in filters or sort.
    pub async fn list(&self, caller: &Caller, kind: &str, request: &ListRequest) -> Result<ViewPage, DoorError> {
        let kind = self.kind(kind)?;
        let arms = access::arms(caller, &kind, Wish::Read);
        self.page(&kind, &arms, request, false).await
    }

    async fn page(&self, kind: &Kind, arms: &[Arm], request: &ListRequest, reveal: bool) -> Result<ViewPage, DoorError> {
        let query = self.narrowed(kind, arms, request, None)?;
        let page = self.store.query(&query).await.map_err(Self::store_error(&kind.kind))?;
        // A row that no arm reaches did not come from this query.
        let rows: Result<Vec<View>, DoorError> =
            page.rows.iter().filter_map(|row| access::sight_of(arms, row).map(|sight| self.view(kind, row, &sight, reveal))).collect();
        Ok(ViewPage { rows: rows?, next: page.next })
    }

    /// A page of a list for an export; who asks has a [`crate::exports::Pass`] or is about to get one.
    pub(crate) async fn exported(&self, caller: &Caller, kind: &str, request: &ListRequest, reveal: bool) -> Result<ViewPage, DoorError> {
        let kind = self.kind(kind)?;
        Self::allow(caller, &kind, Wish::Export)?;
        let arms = access::arms(caller, &kind, Wish::Export);
        if reveal && arms.iter().any(|arm| !arm.reveal) {
            return Err(DoorError::NotAllowed { kind: format!("{}·导出完整信息", kind.title) });
        }
        self.page(&kind, &arms, request, reveal).await
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
        if kind.field(field).is_some_and(|f| f.private.is_some()) {
            return Err(DoorError::BadRequest(format!("“{field}”是加密字段，不能按它分组")));
        }
        let query = self.narrowed(&kind, &access::arms(caller, &kind, Wish::Read), request, Some(field))?;
        let column = column(&kind, field)?;
        self.store.count_by(&query, &column).await.map_err(Self::store_error(&kind.kind))
    }

    /// The query of a request with the caller's scope in it.
    ///
    /// # Errors
    /// Not allowed; unknown fields, or fields that the caller may not see.
    pub fn query(&self, caller: &Caller, kind: &Kind, request: &ListRequest) -> Result<Query, DoorError> {
        self.narrowed(kind, &access::arms(caller, kind, Wish::Read), request, None)
    }

    /// The query over those arms that show everything it asks about; `grouped` is a further field that it asks about.
    pub(crate) fn narrowed(&self, kind: &Kind, arms: &[Arm], request: &ListRequest, grouped: Option<&str>) -> Result<Query, DoorError> {
        if arms.is_empty() {
            return Err(DoorError::NotAllowed { kind: kind.title.clone() });
        }
        let mut filters = Vec::new();
        for (field, op, value) in &request.filters {
            let private = kind.field(field).filter(|f| f.private.is_some());
            if let Some(private) = private {
                // Blind fields answer to equality only; nothing else of a private field can be asked for.
                if !private.blind || *op != Op::Eq {
                    return Err(DoorError::BadRequest(format!("“{}”只能按完整内容查询", private.title)));
                }
                filters.push(self.token_filter(private, value));
            } else {
                filters.push(Filter { column: column(kind, field)?, op: *op, value: value.clone() });
            }
        }
        let sort = request.sort.clone().unwrap_or_else(|| default_sort(kind, arms));
        let (descending, field) = sort.strip_prefix('-').map_or((false, sort.as_str()), |f| (true, f));
        if kind.field(field).is_some_and(|f| f.private.is_some()) {
            return Err(DoorError::BadRequest("不能按加密字段排序".into()));
        }
        let asked = request.filters.iter().map(|(f, ..)| f.as_str()).chain([field]).chain(grouped);
        let searched = kind.search.iter().map(String::as_str).filter(|_| !request.search.trim().is_empty());
        let mut arms: Vec<&Arm> = arms.iter().collect();
        for (field, searched) in asked.map(|f| (f, false)).chain(searched.map(|f| (f, true))) {
            // Private fields of a search are left out of it below when they may not be seen; the others cannot be.
            arms.retain(|arm| if searched { arm.view.shows(field) } else { answers(kind, arm, field) });
            if arms.is_empty() {
                let name = kind.field(field).map_or(field, |f| f.title.as_str());
                return Err(DoorError::BadRequest(format!("“{name}”是您无权查看的内容，不能按它筛选、排序、分组或搜索")));
            }
        }
        // Fragments of names are answered only where names may be seen.
        let names = arms.iter().all(|arm| arm.reveal);
        Ok(Query {
            kind: kind.kind.clone(),
            scope: access::union(arms.into_iter()),
            filters,
            search: self.search_terms(kind, &request.search, names),
            sort: column(kind, field)?,
            descending,
            cursor: request.cursor.clone(),
            limit: request.limit.clamp(1, 500),
            as_of: request.as_of,
        })
    }

    /// A record whose blind field has this value has one of its tokens.
    pub(crate) fn token_filter(&self, field: &zhijian_kinds::Field, value: &str) -> Filter {
        let value = self.vault.tokens(field, &text::identifier(value)).join(",");
        Filter { column: Column::Field { path: field.path.clone(), numeric: false }, op: Op::In, value }
    }

    /// Fragments of a search text: public text, or hashed pairs of characters, or the token of a whole private value.
    fn search_terms(&self, kind: &Kind, search: &str, names: bool) -> Vec<Vec<String>> {
        search
            .split_whitespace()
            .map(|word| {
                let mut alternatives = vec![text::word_key(word)];
                let short = word.chars().count() <= 8;
                let pairs = if short { self.vault.all_fragments(word) } else { Vec::new() };
                for field in kind.search.iter().filter_map(|p| kind.field(p)).filter(|f| names && f.private.is_some()) {
                    alternatives.extend(self.vault.tokens(field, &text::identifier(word)));
                    alternatives.extend(pairs.iter().filter(|pairs| !pairs.is_empty()).map(|pairs| pairs.join("&")));
                }
                alternatives.sort();
                alternatives.dedup();
                alternatives
            })
            .collect()
    }

    /// A stored revision as a view.
    ///
    /// # Errors
    /// The sealed part cannot be opened.
    pub fn view(&self, kind: &Kind, stored: &Stored, sight: &Sight, reveal: bool) -> Result<View, DoorError> {
        let mut data = stored.document();
        let mut clear = self.vault.open(&kind.kind, &stored.id, &stored.secret)?;
        let (merged, redirect) = merge::seen(&mut data, &mut clear);
        let remarks = remarks::seen(kind, &mut data, &mut clear, sight, reveal);
        for (path, value) in &mut clear {
            if !(reveal && sight.clears(path)) {
                *value = Value::String(masked(value));
            }
        }
        prepare::join(&mut data, clear);
        if crate::vault::is_erased(&stored.secret) {
            for field in kind.private_fields() {
                if get_path(&data, &field.path).is_some() {
                    set_path(&mut data, &field.path, Value::String(ERASED.into()));
                }
            }
        }
        if !sight.is_whole() {
            sight.strip(kind, &mut data);
            for field in kind.fields.iter().filter(|f| f.private.is_none() && sight.shows(&f.path) && sight.masks(&f.path)) {
                if get_path(&data, &field.path).is_some() {
                    set_path(&mut data, &field.path, Value::String(MASK.into()));
                }
            }
        }
        let state_seen = source_field(kind, "state").is_none_or(|field| sight.shows(field));
        Ok(View {
            kind: kind.kind.clone(),
            id: stored.id.clone(),
            rev: stored.rev,
            region: stored.region.clone(),
            town: stored.town.clone(),
            state: if state_seen { stored.state.clone() } else { String::new() },
            recorded_from: stored.recorded_from,
            recorded_to: stored.recorded_to,
            data,
            revealed: reveal && sight.reveals(),
            hidden: sight.hidden(kind),
            revealable: sight.reveals(),
            may: Vec::new(),
            retracted: stored.retracted,
            remarks,
            merged,
            redirect,
        })
    }
}

/// What stands for a value that nothing may be told of.
pub(crate) const MASK: &str = "＊";

/// What stands for a private value that was destroyed when its time was over.
pub const ERASED: &str = "（已依法删除）";

/// What stands for a private value until a purpose is stated.
pub(crate) fn masked(value: &Value) -> String {
    value.as_str().map_or_else(|| MASK.into(), text::mask)
}

/// May a query about this field be answered from the arm's records? Otherwise the answer would tell what is not shown.
fn answers(kind: &Kind, arm: &Arm, field: &str) -> bool {
    let Some(source) = source_field(kind, field) else { return true };
    let private = kind.field(source).is_some_and(|f| f.private.is_some());
    arm.view.shows(source) && !arm.view.masks(source) && (!private || arm.reveal)
}

/// The kind's own order where every arm shows the field, else the order of saving.
fn default_sort(kind: &Kind, arms: &[Arm]) -> String {
    let shown = |sort: &String| arms.iter().all(|arm| answers(kind, arm, sort.trim_start_matches('-')));
    kind.list.sort.clone().filter(shown).unwrap_or_else(|| "-recorded_from".into())
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
        .chain(scope_fields(kind).into_iter().map(|path| Column::Field { path, numeric: false }))
        .collect()
}

/// Fields by which the policy narrows what somebody sees, unless they have an index anyway.
fn scope_fields(kind: &Kind) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for allowed in &kind.rights.allowed {
        let field = match allowed.row.scope {
            access::Reach::Own => allowed.row.by.clone(),
            access::Reach::Person => Some("id_no".to_owned()),
            _ => None,
        };
        let Some(field) = field else { continue };
        if !fields.contains(&field) && kind.field(&field).is_none_or(|f| !f.index) {
            fields.push(field);
        }
    }
    fields
}

/// A field's value as people read it: code labels, region names, 是/否.
#[must_use]
pub fn display(catalogue: &zhijian_kinds::Catalogue, kind: &Kind, path: &str, data: &Map<String, Value>) -> String {
    let Some(value) = get_path(data, path) else { return String::new() };
    let Some(field) = kind.field(path) else { return plain(value) };
    let moves = kind.moves.as_ref().is_some_and(|m| [&m.from, &m.to, &m.town].into_iter().any(|place| place == path));
    if (moves || kind.region.county.as_deref() == Some(path) || kind.region.town.as_deref() == Some(path))
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
    match value.as_f64().filter(|_| field.read_only) {
        Some(computed) => text::rounded_text(computed),
        None => shown(catalogue, &field.ty, value),
    }
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
