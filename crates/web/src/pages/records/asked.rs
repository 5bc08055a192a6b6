//! What a list was asked for: search, filters, sort and position, all in the address; unknown parameters are refused.

use crate::api::records::filters;
use crate::app::App;
use crate::error::PageError;
use crate::{links, posted};
use zhijian_kinds::{CodeList, FieldType, Kind, dates};
use zhijian_records::clock;
use zhijian_records::port::{Instant, Op};
use zhijian_records::read::ListRequest;

/// Rows of a page.
pub const ROWS: u32 = 30;

/// A list request as it stands in the address.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Parameters in order, without empty ones and without the position.
    pub pairs: Vec<(String, String)>,
    /// Filters for the door.
    pub filters: Vec<(String, Op, String)>,
    /// Search text.
    pub q: String,
    /// Sort field, `-` first for descending.
    pub sort: Option<String>,
    /// Position.
    pub cursor: Option<String>,
    /// State of the records at the end of this day.
    pub as_of: Option<Instant>,
}

impl Asked {
    /// Reads an address.
    ///
    /// # Errors
    /// Unknown parameters and values that make no sense.
    pub fn read(app: &App, kind: &Kind, query: &str) -> Result<Self, PageError> {
        let mut asked = Self::default();
        let mut fields = Vec::new();
        for (name, value) in posted::pairs(query.as_bytes()) {
            let value = value.trim().to_owned();
            if value.is_empty() && known(kind, &name) {
                continue;
            }
            if asked.pairs.iter().any(|(n, _)| *n == name) {
                return Err(PageError::BadRequest(format!("参数“{name}”出现了两次")));
            }
            match name.as_str() {
                "cursor" => {
                    asked.cursor = Some(value);
                    continue;
                }
                "q" => asked.q.clone_from(&value),
                "as_of" => {
                    asked.as_of = Some(end_of(&value).ok_or_else(|| PageError::BadRequest(format!("“{value}”不是日期，应如 2020-12-31")))?)
                }
                "sort" => asked.sort = Some(value.clone()),
                _ => fields.push(coded(app, kind, &name, &value)?),
            }
            asked.pairs.push((name, value));
        }
        asked.filters = filters::read(kind, &fields).map_err(|failure| PageError::BadRequest(failure.detail().to_owned()))?;
        Ok(asked)
    }

    /// The request for the door.
    #[must_use]
    pub fn request(&self) -> ListRequest {
        ListRequest {
            filters: self.filters.clone(),
            search: self.q.clone(),
            sort: self.sort.clone(),
            cursor: self.cursor.clone(),
            limit: ROWS,
            as_of: self.as_of,
        }
    }

    /// Value of a parameter, empty when it was not given.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.pairs.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }

    /// Address of the same list with one parameter set (or, when empty, taken out), from its first page.
    #[must_use]
    pub fn with(&self, base: &str, name: &str, value: &str) -> String {
        let mut pairs: Vec<(&str, &str)> = self.pairs.iter().filter(|(n, _)| n != name).map(|(n, v)| (n.as_str(), v.as_str())).collect();
        if !value.is_empty() {
            pairs.push((name, value));
        }
        format!("{base}{}", links::query(&pairs))
    }

    /// Parameters that narrow the list.
    pub fn narrowing(&self) -> impl Iterator<Item = &(String, String)> {
        self.pairs.iter().filter(|(n, _)| n != "sort")
    }
}

/// Empty inputs of the filter bar are no questions; an unknown name is one even when it is empty.
fn known(kind: &Kind, name: &str) -> bool {
    matches!(name, "q" | "sort" | "cursor" | "as_of") || filters::of(kind).iter().any(|f| filters::names(f).iter().any(|n| n == name))
}

/// Last microsecond of a day in China.
fn end_of(day: &str) -> Option<Instant> {
    let next = dates::parse_iso(day)?.next_day()?;
    clock::start_of(&dates::iso(next)).map(|start| start - 1)
}

/// Labels are understood where codes are meant; a code of a higher level (两位大类) stands for all below it.
fn coded(app: &App, kind: &Kind, name: &str, value: &str) -> Result<(String, String), PageError> {
    let stem = name.strip_suffix("__contains").unwrap_or(name);
    let Some((FieldType::Code(list_name) | FieldType::Codes(list_name), title)) = kind.field(stem).map(|f| (&f.ty, &f.title)) else {
        return Ok((name.to_owned(), value.to_owned()));
    };
    let Some(list) = app.catalogue().list(list_name) else { return Ok((name.to_owned(), value.to_owned())) };
    let code =
        list.resolve(value, "").ok_or_else(|| PageError::BadRequest(format!("{title}：“{value}”不是“{}”中的代码或名称", list.title)))?;
    if name == stem && parent(list, &code.code) {
        return Ok((format!("{stem}__prefix"), code.code.clone()));
    }
    Ok((name.to_owned(), code.code.clone()))
}

/// Do other codes begin with this one and stand below it?
fn parent(list: &CodeList, code: &str) -> bool {
    list.codes.iter().any(|c| c.code != code && c.code.starts_with(code) && !c.parent.is_empty())
}
