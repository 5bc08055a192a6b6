//! Evaluations through the door. Nobody files or amends them by hand: these pages do, on behalf of whoever works on them, and only until they are approved.

use super::content::{Figures, Texts, kept};
use super::{CONTENT, KIND};
use crate::app::App;
use crate::error::PageError;
use serde_json::{Map, Value};
use zhijian_documents::content::digest;
use zhijian_kinds::intake::{Cell, Draft, Place};
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View};
use zhijian_records::submit::{Entry, Saved};
use zhijian_records::{Caller, DoorError};

/// States in which figures and texts may still change.
pub const OPEN: [&str; 3] = ["self", "gathered", "inspected"];

/// An evaluation with what it keeps.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// Its record.
    pub view: View,
    /// Record of its content; none before it was computed.
    pub content: Option<View>,
    /// Figures.
    pub figures: Option<Figures>,
    /// Texts.
    pub texts: Texts,
    /// The figures are those whose digest the evaluation names.
    pub sound: bool,
}

impl Evaluation {
    /// A text of the record.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        text(&self.view, name)
    }

    /// May figures and texts still change?
    #[must_use]
    pub fn open(&self) -> bool {
        OPEN.contains(&self.view.state.as_str()) && !self.view.retracted
    }

    /// Year.
    #[must_use]
    pub fn year(&self) -> i32 {
        number(&self.view, "year")
    }

    /// Edition, from 1.
    #[must_use]
    pub fn edition(&self) -> i32 {
        number(&self.view, "edition")
    }
}

/// A text of a record.
#[must_use]
pub fn text<'a>(view: &'a View, name: &str) -> &'a str {
    view.data.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A whole number of a record.
#[must_use]
pub fn number(view: &View, name: &str) -> i32 {
    view.data.get(name).and_then(Value::as_i64).and_then(|n| i32::try_from(n).ok()).unwrap_or_default()
}

/// Word of a kind of evaluation.
#[must_use]
pub fn kind_word<'a>(app: &'a App, view: &'a View) -> &'a str {
    let code = text(view, "evaluation_kind");
    app.catalogue().list("EVALKIND").map_or(code, |list| list.label(code))
}

/// `2023年中期评估`, with the edition from the second on.
#[must_use]
pub fn name(app: &App, view: &View) -> String {
    let edition = number(view, "edition");
    let edition = if edition > 1 { format!("（第{edition}版）") } else { String::new() };
    format!("{}年{}{edition}", number(view, "year"), kind_word(app, view))
}

/// An evaluation that the caller may see.
///
/// # Errors
/// Not found or not the caller's; what is kept cannot be read.
pub async fn open(app: &App, caller: &Caller, id: &str) -> Result<Evaluation, PageError> {
    let view = app.door.open(caller, KIND, id, None).await?;
    // The pages read what is kept and show what the caller may see of it: lists of organisations are not for everybody.
    let content = content(app, &on_behalf(caller), id).await?;
    let read = |name: &str| content.as_ref().map(|c| text(c, name)).filter(|t| !t.is_empty());
    let unreadable = |e: serde_json::Error| PageError::Failed { doing: "读取评估内容".into(), source: e.into() };
    let figures: Option<Figures> = read("figures").map(serde_json::from_str).transpose().map_err(unreadable)?;
    let texts: Option<Texts> = read("narrative").map(serde_json::from_str).transpose().map_err(unreadable)?;
    let sound = read("figures").is_none_or(|kept| digest(kept.as_bytes()) == text(&view, "figures_digest"));
    Ok(Evaluation { figures, texts: texts.unwrap_or_default(), sound, view, content })
}

async fn content(app: &App, caller: &Caller, id: &str) -> Result<Option<View>, DoorError> {
    let request = ListRequest { filters: vec![("evaluation".into(), Op::Eq, id.to_owned())], limit: 1, ..ListRequest::default() };
    Ok(app.door.list(caller, CONTENT, &request).await?.rows.into_iter().next())
}

/// The pages write, whoever works with them stays the author.
fn on_behalf(caller: &Caller) -> Caller {
    Caller { system: true, ..caller.clone() }
}

/// A draft of fields.
#[must_use]
pub fn draft(given: impl IntoIterator<Item = (&'static str, Value)>) -> Draft {
    let empty = |value: &Value| value.is_null() || value.as_str().is_some_and(str::is_empty);
    Draft {
        cells: given
            .into_iter()
            .filter(|(_, value)| !empty(value))
            .map(|(name, value)| (Place::Field(name.to_owned()), Cell::Json(value)))
            .collect(),
    }
}

/// Files a new evaluation.
///
/// # Errors
/// The door refused: there is one of the same year, kind and edition.
pub async fn file(app: &App, caller: &Caller, given: Draft) -> Result<Saved, DoorError> {
    app.door.submit(&on_behalf(caller), KIND, &given, Entry { source: "web", reason: "发起规划评估", idempotency: None }).await
}

/// Keeps freshly computed figures with their texts.
///
/// # Errors
/// The evaluation was approved meanwhile; the door or the store failed.
pub async fn keep(app: &App, caller: &Caller, id: &str, figures: &Figures, texts: &Texts) -> Result<(), PageError> {
    let view = app.door.open(caller, KIND, id, None).await?;
    if !OPEN.contains(&view.state.as_str()) {
        return Err(frozen());
    }
    let (written, narrative) = (kept(figures), kept(texts));
    let seal = digest(written.as_bytes());
    let today = app.door.today();
    let given = draft([
        ("evaluation", id.into()),
        ("county", text(&view, "county").into()),
        ("computed_on", today.into()),
        ("computed_by", caller.login.clone().into()),
        ("figures_digest", seal.clone().into()),
        ("figures", written.into()),
        ("narrative", narrative.into()),
    ]);
    let entry = Entry { source: "web", reason: "计算评估数值", idempotency: None };
    let platform = on_behalf(caller);
    match content(app, &platform, id).await? {
        Some(old) => app.door.amend(&platform, CONTENT, &old.id, old.rev, &given, entry.clone()).await?,
        None => app.door.submit(&platform, CONTENT, &given, entry.clone()).await?,
    };
    let stamp = draft([("computed_on", figures.computed_at.clone().into()), ("figures_digest", seal.into())]);
    app.door.amend(&platform, KIND, id, view.rev, &stamp, entry).await?;
    Ok(())
}

/// Keeps edited texts.
///
/// # Errors
/// The evaluation is approved, or was not computed yet; the door failed.
pub async fn write(app: &App, caller: &Caller, evaluation: &Evaluation, texts: &Texts) -> Result<(), PageError> {
    if !evaluation.open() {
        return Err(frozen());
    }
    let Some(content) = &evaluation.content else { return Err(PageError::BadRequest("请先计算数值，再撰写文字".into())) };
    let given = draft([("narrative", kept(texts).into())]);
    let entry = Entry { source: "web", reason: "修改评估文字", idempotency: None };
    app.door.amend(&on_behalf(caller), CONTENT, &content.id, content.rev, &given, entry).await?;
    Ok(())
}

/// Said of an approved evaluation.
#[must_use]
pub fn frozen() -> PageError {
    PageError::BadRequest("评估已定稿，数值和文字不再改变；需要更正的，请另出新版并写明理由".into())
}

/// Evaluations that correct this one.
///
/// # Errors
/// The door failed.
pub async fn corrections(app: &App, caller: &Caller, id: &str) -> Result<Vec<View>, DoorError> {
    let request = ListRequest { filters: vec![("supersedes".into(), Op::Eq, id.to_owned())], limit: 20, ..ListRequest::default() };
    Ok(app.door.list(caller, KIND, &request).await?.rows)
}

/// The field values of a record, for copying.
#[must_use]
pub fn value(data: &Map<String, Value>, name: &str) -> Value {
    data.get(name).cloned().unwrap_or_default()
}
