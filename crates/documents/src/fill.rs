//! A definition and a record become content, through the caller's access: what the caller may not see does not get in.

use crate::content::{Filled, Row, chinese_day};
use crate::error::PaperError;
use serde_json::{Map, Value};
use zhijian_kinds::intake::get_path;
use zhijian_kinds::paper::{Block, Document, GroupTable, Match, OWN_ID, Related};
use zhijian_kinds::{Field, FieldType, Kind};
use zhijian_records::port::{Action, Op};
use zhijian_records::read::{ListRequest, View, display, shown};
use zhijian_records::{Caller, Door, DoorError};

/// Most rows of a table of other records.
const MOST: usize = 2_000;
/// What stands where there is nothing: to be filled in by hand.
const BLANK: &str = "＿＿＿＿";

/// For whom and from what a document is filled.
#[derive(Debug, Clone, Copy)]
pub struct Filling<'a> {
    /// The door.
    pub door: &'a Door,
    /// Who asks.
    pub caller: &'a Caller,
    /// The document.
    pub document: &'a Document,
    /// Kind of the record.
    pub kind: &'a Kind,
    /// The record as the caller sees it.
    pub view: &'a View,
    /// Purpose under which other records are opened; without one they stay masked.
    pub purpose: Option<&'a str>,
    /// Entrance: `web`, `api`, `cli`.
    pub source: &'a str,
}

impl Filling<'_> {
    /// All parts.
    ///
    /// # Errors
    /// Other records cannot be read.
    pub async fn blocks(self, words: &Words<'_>) -> Result<Vec<Filled>, PaperError> {
        let mut filled = Vec::with_capacity(self.document.body.len());
        for block in &self.document.body {
            filled.push(match block {
                Block::Heading(text) => Filled::Heading { text: text.clone() },
                Block::Text(text) => Filled::Text { text: self.text(text, words) },
                Block::Fields(fields) => Filled::Fields { rows: fields.iter().filter_map(|path| self.row(path)).collect() },
                Block::Group(table) => self.group(table),
                Block::Related(related) => self.related(related).await?,
                Block::Sign(lines) => Filled::Sign { lines: lines.iter().map(|line| self.text(line, words)).collect() },
            });
        }
        Ok(filled)
    }

    /// A text with its places filled.
    #[must_use]
    pub fn text(self, text: &str, words: &Words<'_>) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, after)) = after.split_once('}') else { break };
            let value = words.of(name).map_or_else(|| self.value(name), str::to_owned);
            out.push_str(if value.is_empty() { BLANK } else { &value });
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn value(self, path: &str) -> String {
        let text = display(&self.door.catalogue, self.kind, path, &self.view.data);
        match self.kind.field(path).map(|f| &f.ty) {
            Some(FieldType::Date) => chinese_day(&text).unwrap_or(text),
            _ => text,
        }
    }

    fn row(self, path: &str) -> Option<Row> {
        let field = self.kind.field(path)?;
        if self.view.hidden.iter().any(|h| h == path) {
            return None;
        }
        let value = display(&self.door.catalogue, self.kind, path, &self.view.data);
        Some(Row { label: label(field), value })
    }

    fn group(self, table: &GroupTable) -> Filled {
        let empty = Filled::Table { title: table.title.clone(), head: Vec::new(), rows: Vec::new(), more: String::new() };
        let Some(field) = self.kind.field(&table.of).filter(|f| !self.view.hidden.contains(&f.path)) else { return empty };
        let FieldType::Group(members) = &field.ty else { return empty };
        let elements: Vec<&Map<String, Value>> =
            get_path(&self.view.data, &table.of).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).collect();
        let columns: Vec<&Field> = if table.columns.is_empty() {
            members.iter().filter(|m| elements.iter().any(|e| e.contains_key(&m.path))).collect()
        } else {
            table.columns.iter().filter_map(|c| members.iter().find(|m| m.path == *c)).collect()
        };
        let cell = |element: &Map<String, Value>, member: &Field| {
            element.get(&member.path).map(|value| shown(&self.door.catalogue, &member.ty, value)).unwrap_or_default()
        };
        Filled::Table {
            title: if table.title.is_empty() { field.title.clone() } else { table.title.clone() },
            head: columns.iter().map(|c| label(c)).collect(),
            rows: elements.iter().map(|element| columns.iter().map(|c| cell(element, c)).collect()).collect(),
            more: String::new(),
        }
    }

    async fn related(self, related: &Related) -> Result<Filled, PaperError> {
        let other = self.door.kind(&related.kind)?;
        let head: Vec<String> = related.columns.iter().map(|c| other.field(c).map_or_else(|| c.clone(), label)).collect();
        let when = related
            .when
            .as_deref()
            .map(|source| other.condition(source))
            .transpose()
            .map_err(|message| PaperError::Layout { document: self.document.document.clone(), message })?;
        let today = self.door.today();
        let mut table = Table { rows: Vec::new(), left: false };
        let mut request = ListRequest { limit: 500, ..ListRequest::default() };
        // Without what ties them to the record nothing belongs to it.
        let Some(filters) = filters(&related.only, self.view) else { return Ok(table.filled(related, head)) };
        request.filters = filters;
        loop {
            let page = self.door.list(self.caller, &related.kind, &request).await?;
            for row in &page.rows {
                if when.as_ref().is_some_and(|w| !w.holds(&row.data, &today)) {
                    continue;
                }
                if table.rows.len() == MOST {
                    table.left = true;
                    return Ok(table.filled(related, head));
                }
                table.rows.push(self.cells(&other, related, row).await?);
            }
            match page.next {
                Some(next) => request.cursor = Some(next),
                None => return Ok(table.filled(related, head)),
            }
        }
    }

    async fn cells(self, other: &Kind, related: &Related, row: &View) -> Result<Vec<String>, PaperError> {
        let private = related.columns.iter().any(|c| other.field(c).is_some_and(|f| f.private.is_some()));
        let opened = match self.purpose.filter(|_| private && row.revealable) {
            Some(purpose) => Some(self.door.reveal(self.caller, &related.kind, &row.id, purpose, self.source).await?),
            None => None,
        };
        let data = opened.as_ref().map_or(&row.data, |view| &view.data);
        Ok(related.columns.iter().map(|c| display(&self.door.catalogue, other, c, data)).collect())
    }
}

/// Rows as they are gathered.
struct Table {
    rows: Vec<Vec<String>>,
    left: bool,
}

impl Table {
    fn filled(self, related: &Related, head: Vec<String>) -> Filled {
        let more = if self.left { format!("仅列前 {MOST} 条，其余见平台。") } else { String::new() };
        Filled::Table { title: related.title.clone(), head, rows: self.rows, more }
    }
}

/// Words that texts may use besides fields.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// `{_number}`.
    pub number: &'a str,
    /// `{_day}`.
    pub day: &'a str,
    /// `{_issuer}`.
    pub issuer: &'a str,
    /// `{_place}`: name of the record's region.
    pub place: &'a str,
}

impl Words<'_> {
    fn of(&self, name: &str) -> Option<&str> {
        Some(match name {
            "_number" => self.number,
            "_day" => self.day,
            "_issuer" => self.issuer,
            "_place" => self.place,
            _ => return None,
        })
    }
}

fn label(field: &Field) -> String {
    match field.unit.as_ref().filter(|unit| !field.title.contains(unit.as_str())) {
        Some(unit) => format!("{}（{unit}）", field.title),
        None => field.title.clone(),
    }
}

/// The filters of a related list; `None` when the record lacks what they compare with.
pub(crate) fn filters(only: &[Match], view: &View) -> Option<Vec<(String, Op, String)>> {
    let text = |path: &str| {
        if path == OWN_ID {
            return Some(view.id.clone());
        }
        let value = get_path(&view.data, path)?;
        value.as_str().map_or_else(|| Some(value.to_string()), |t| Some(t.to_owned())).filter(|t| !t.is_empty())
    };
    let mut filters = Vec::new();
    for wanted in only {
        if !wanted.is.is_empty() {
            filters.push((wanted.field.clone(), Op::In, wanted.is.join(",")));
        }
        if let Some(same) = &wanted.same {
            filters.push((wanted.field.clone(), Op::Eq, text(same)?));
        }
        if let Some(from) = &wanted.from {
            filters.push((wanted.field.clone(), Op::Gte, text(from)?));
        }
        if let Some(to) = &wanted.to {
            filters.push((wanted.field.clone(), Op::Lte, text(to)?));
        }
    }
    Some(filters)
}

/// The record in clear, with the look on record. A record without private fields of its own is open as it is, but what is made of it names people: that too
/// goes on record.
///
/// # Errors
/// The caller may not see the record in clear.
pub async fn look(door: &Door, caller: &Caller, kind: &Kind, masked: View, reason: &str, source: &str) -> Result<View, PaperError> {
    if kind.private_fields().next().is_some() {
        return Ok(door.reveal(caller, &kind.kind, &masked.id, reason, source).await?);
    }
    door.note(caller, Action::View, &kind.kind, &masked.id, reason, source).await?;
    Ok(masked)
}

/// Can the caller see the record in clear when it states a purpose?
#[must_use]
pub fn opens(kind: &Kind, view: &View) -> bool {
    view.revealable || kind.private_fields().next().is_none()
}

/// May the caller see all that a document of this record shows? Who may not, gets no copy of what somebody else was shown.
///
/// # Errors
/// The store failed.
pub async fn sees_all(door: &Door, caller: &Caller, document: &Document, view: &View) -> Result<bool, PaperError> {
    if document.identified && !opens(&*door.kind(&view.kind)?, view) {
        return Ok(false);
    }
    let hidden = |path: &str| view.hidden.iter().any(|h| h == path || path.starts_with(&format!("{h}.")));
    for block in &document.body {
        let shown = match block {
            Block::Fields(fields) => !fields.iter().any(|f| hidden(f)),
            Block::Text(text) => !text.split(['{', '}']).any(hidden),
            Block::Group(table) => !hidden(&table.of),
            Block::Related(related) => sees_related(door, caller, related, view).await?,
            Block::Heading(_) | Block::Sign(_) => true,
        };
        if !shown {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn sees_related(door: &Door, caller: &Caller, related: &Related, view: &View) -> Result<bool, PaperError> {
    let Some(filters) = filters(&related.only, view) else { return Ok(true) };
    let request = ListRequest { filters, limit: 1, ..ListRequest::default() };
    let page = match door.list(caller, &related.kind, &request).await {
        Ok(page) => page,
        Err(DoorError::NotAllowed { .. } | DoorError::BadRequest(_)) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let other = door.kind(&related.kind)?;
    let private = related.columns.iter().any(|c| other.field(c).is_some_and(|f| f.private.is_some()));
    Ok(page.rows.iter().all(|row| (!private || row.revealable) && !related.columns.iter().any(|c| row.hidden.contains(c))))
}
