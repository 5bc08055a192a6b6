//! Issuing: the next number of the series, the frozen content, its record through the door.

use crate::content::{Content, chinese_day, digest, printed_basis};
use crate::error::PaperError;
use crate::fill::{Filling, Words};
use crate::register::Issued;
use crate::{KIND, pdf};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use zhijian_kinds::Kind;
use zhijian_kinds::intake::{Cell, Draft, Place as At, get_path};
use zhijian_kinds::paper::{Document, Place};
use zhijian_records::access::Wish;
use zhijian_records::port::Op;
use zhijian_records::read::{ListRequest, View};
use zhijian_records::submit::Entry;
use zhijian_records::{Caller, Door, DoorError};

/// How often a number that another process took meanwhile is tried again.
const ATTEMPTS: usize = 50;
/// Letters of verification codes: no I, L, O, U, which people misread.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Kind of the record.
    pub kind: &'a str,
    /// The record.
    pub id: &'a str,
    /// Document.
    pub document: &'a str,
    /// Purpose; needed where the document names a person.
    pub purpose: &'a str,
    /// Entrance.
    pub source: &'a str,
    /// Origin of the site, `https://…`; empty when it is not known.
    pub site: &'a str,
}

/// The documents that the caller may issue of a record as it is.
#[must_use]
pub fn offered<'a>(door: &'a Door, caller: &Caller, view: &View) -> Vec<&'a Document> {
    let today = door.today();
    let fits = |d: &&Document| d.kind == view.kind && !view.retracted && may(caller, d) && d.fits(&view.state, &view.data, &today);
    door.catalogue.documents.values().filter(fits).collect()
}

fn may(caller: &Caller, document: &Document) -> bool {
    caller.system || caller.has_any(&document.roles)
}

/// The file as it would be, without number and code, marked as preview. With a purpose private fields are in clear, and that look is on record.
///
/// # Errors
/// As [`issue`].
pub async fn preview(door: &Door, caller: &Caller, wanted: Wanted<'_>) -> Result<Vec<u8>, PaperError> {
    let (document, kind, view) = source(door, caller, wanted, "预览文书").await?;
    let purpose = (!wanted.purpose.is_empty()).then_some(wanted.purpose);
    let filling = Filling { door, caller, document, kind: &kind, view: &view, purpose, source: wanted.source };
    let content = content(filling, "", "", "").await?;
    pdf::make(&door.catalogue, &content, true).await
}

/// Issues a document: afterwards it has a number, a verification code and a record.
///
/// # Errors
/// Not the caller's, not in this state, no purpose; the door or the layout failed. No number is used up then.
pub async fn issue(door: &Door, caller: &Caller, wanted: Wanted<'_>) -> Result<Issued, PaperError> {
    let (document, kind, view) = source(door, caller, wanted, "出具文书").await?;
    if document.identified && wanted.purpose.trim().is_empty() {
        return Err(DoorError::BadRequest("该文书含个人信息，请先选择用途".into()).into());
    }
    let purpose = document.identified.then_some(wanted.purpose);
    let filling = Filling { door, caller, document, kind: &kind, view: &view, purpose, source: wanted.source };
    let unit = unit_of(door, caller).await?;
    let today = door.today();
    let place = Place { area: &view.region, unit: &unit, day: &today };
    let series = document.numbering.series(place);
    let lock = lock_of(&series);
    // One of this process at a time, so that nobody lays out a page for a number that is gone by then; other processes are met by the natural key.
    let _turn = lock.lock().await;
    let code = code()?;
    let check_at = if wanted.site.is_empty() { code.clone() } else { format!("{}/verify/{code}", wanted.site.trim_end_matches('/')) };
    let mut seq = last(door, &series).await? + 1;
    // The texts do not depend on the number unless they name it, but the file does.
    for _ in 0..ATTEMPTS {
        let number = document.numbering.number(place, seq);
        let content = content(filling, &number, &code, &check_at).await?;
        let file = pdf::make(&door.catalogue, &content, false).await?;
        let draft = register(filling, &content, &file, wanted, &series, seq);
        let entry = Entry { source: wanted.source, reason: &format!("出具{}", document.title), idempotency: None };
        match door.submit(&on_behalf(caller), KIND, &draft, entry).await {
            Ok(saved) => {
                write_back(filling, &number, &today).await;
                return Ok(Issued { id: saved.id, number, code, content, file });
            }
            Err(DoorError::Exists { .. }) => seq = (seq + 1).max(last(door, &series).await? + 1),
            Err(error) => return Err(error.into()),
        }
    }
    Err(PaperError::Refused("同时出具的文书过多，请稍后再试".into()))
}

/// The document and the record as the caller sees it.
async fn source<'a>(
    door: &'a Door,
    caller: &Caller,
    wanted: Wanted<'_>,
    deed: &str,
) -> Result<(&'a Document, Arc<Kind>, View), PaperError> {
    let kind = door.kind(wanted.kind)?;
    let document = door
        .catalogue
        .documents
        .get(wanted.document)
        .filter(|d| d.kind == kind.kind)
        .ok_or_else(|| PaperError::NoDocument(wanted.document.to_owned()))?;
    // First the record: who may not see it learns nothing from what follows.
    let masked = door.open(caller, &kind.kind, wanted.id, None).await?;
    if masked.retracted {
        return Err(PaperError::Refused("该记录已作废，不能出具文书".into()));
    }
    if !may(caller, document) {
        return Err(DoorError::NotAllowed { kind: format!("{}·{}", kind.title, document.title) }.into());
    }
    let purpose = wanted.purpose.trim();
    let view = if document.identified && !purpose.is_empty() {
        crate::fill::look(door, caller, &kind, masked, &format!("{deed}《{}》：{purpose}", document.title), wanted.source).await?
    } else {
        masked
    };
    if !document.fits(&view.state, &view.data, &door.today()) {
        let allowed: Vec<&str> = document
            .states
            .iter()
            .filter_map(|code| kind.states.as_ref()?.list.iter().find(|s| s.code == *code).map(|s| s.title.as_str()))
            .collect();
        let expected = if allowed.is_empty() {
            "记录不满足该文书的条件".to_owned()
        } else {
            format!("应为：{}，且满足该文书的条件", allowed.join("、"))
        };
        return Err(PaperError::Refused(format!("当前记录不能出具《{}》，{expected}", document.title)));
    }
    Ok((document, kind, view))
}

async fn content(filling: Filling<'_>, number: &str, code: &str, check_at: &str) -> Result<Content, PaperError> {
    let (document, door) = (filling.document, filling.door);
    let today = door.today();
    let day = chinese_day(&today).unwrap_or_else(|| today.clone());
    let place = door.catalogue.regions.full_name(&filling.view.region);
    let mut words = Words { number, day: &day, issuer: "", place: &place };
    let issuer = if document.issuer.is_empty() { filling.caller.name.clone() } else { filling.text(&document.issuer, &words) };
    words.issuer = &issuer;
    Ok(Content {
        document: document.document.clone(),
        version: document.version,
        title: document.title.clone(),
        to: if document.to.is_empty() { String::new() } else { filling.text(&document.to, &words) },
        number: number.to_owned(),
        code: code.to_owned(),
        issued_on: today.clone(),
        check_at: check_at.to_owned(),
        basis: printed_basis(&document.basis),
        mark: if document.identified { "含个人信息 请勿外传".into() } else { String::new() },
        blocks: filling.blocks(&words).await?,
        day: day.clone(),
        issuer,
    })
}

/// The entry of the register.
fn register(filling: Filling<'_>, content: &Content, file: &[u8], wanted: Wanted<'_>, series: &str, seq: u64) -> Draft {
    let view = filling.view;
    let given = |names: &[&str]| {
        let found = names.iter().find_map(|name| get_path(&view.data, name).and_then(Value::as_str));
        found.unwrap_or_default().to_owned()
    };
    let employer = view.kind == "employer";
    let document = json!({
        "document": content.document,
        "template_version": content.version,
        "document_title": content.title,
        "number": content.number,
        "series": series,
        "seq": seq,
        "issued_on": content.issued_on,
        "issued_by": filling.caller.login,
        "issuer": content.issuer,
        "purpose": if filling.document.identified { wanted.purpose.trim() } else { "" },
        "identified": filling.document.identified,
        "source_kind": view.kind,
        "source_id": view.id,
        "source_rev": view.rev,
        "employer_name": given(if employer { &["name"] } else { &["employer_name"] }),
        "uscc": given(&["uscc"]),
        "institution": given(&["institution", "agency", "office", "report_unit", "lab_name", "station_name"]),
        "county": view.region,
        "town": view.town,
        "code": content.code,
        "content_digest": content.digest(),
        "file_digest": digest(file),
        "content": content.text(),
    });
    let empty = |value: &Value| value.as_str().is_some_and(str::is_empty);
    let given =
        document.as_object().into_iter().flatten().filter(|(_, value)| !empty(value)).map(|(name, value)| (name.clone(), value.clone()));
    draft_of(given)
}

/// Number and day go into the record where the definition says so. The document stands whether or not the record can take them.
async fn write_back(filling: Filling<'_>, number: &str, today: &str) {
    let writes = &filling.document.writes;
    let pairs = [(&writes.number, number), (&writes.day, today)];
    let given: Vec<(String, Value)> = pairs
        .into_iter()
        .filter_map(|(field, value)| field.as_ref().map(|f| (f.clone(), json!(value))))
        .filter(|(field, _)| get_path(&filling.view.data, field).is_none())
        .collect();
    if given.is_empty() || !filling.view.may.contains(&Wish::Amend) {
        return;
    }
    let entry = Entry { source: filling.source, reason: &format!("出具{} {number}", filling.document.title), idempotency: None };
    let draft = draft_of(given);
    let view = filling.view;
    if let Err(error) = filling.door.amend(filling.caller, &view.kind, &view.id, view.rev, &draft, entry).await {
        tracing::warn!(kind = view.kind, id = view.id, %error, "the number of a document could not be written into its record");
    }
}

/// Fields with their values, as a draft.
fn draft_of(given: impl IntoIterator<Item = (String, Value)>) -> Draft {
    Draft { cells: given.into_iter().map(|(path, value)| (At::Field(path), Cell::Json(value))).collect() }
}

/// The platform files the entry; who issued it stays its author.
fn on_behalf(caller: &Caller) -> Caller {
    Caller { system: true, ..caller.clone() }
}

/// Largest counter of a series; the series belongs to everybody, so it is read as the platform.
async fn last(door: &Door, series: &str) -> Result<u64, PaperError> {
    let request = ListRequest {
        filters: vec![("series".into(), Op::Eq, series.to_owned())],
        sort: Some("-seq".into()),
        limit: 1,
        ..ListRequest::default()
    };
    let page = door.list(&Caller::system("documents"), KIND, &request).await?;
    Ok(page.rows.first().and_then(|row| row.data.get("seq")).and_then(Value::as_u64).unwrap_or(0))
}

/// Credit code of the caller's organisation.
async fn unit_of(door: &Door, caller: &Caller) -> Result<String, PaperError> {
    if caller.organisation.is_empty() {
        return Ok(String::new());
    }
    for kind in ["institution", "employer"] {
        match door.open(&Caller::system("documents"), kind, &caller.organisation, None).await {
            Ok(view) => return Ok(view.data.get("uscc").and_then(Value::as_str).unwrap_or_default().to_owned()),
            Err(DoorError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(String::new())
}

/// Eighty random bits in four groups.
fn code() -> Result<String, PaperError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| PaperError::Random)?;
    let letters: Vec<char> = bytes.iter().filter_map(|b| LETTERS.get(usize::from(b & 31))).map(|b| char::from(*b)).collect();
    Ok(letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

/// The turn of a series.
fn lock_of(series: &str) -> Arc<tokio::sync::Mutex<()>> {
    static TURNS: LazyLock<Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>> = LazyLock::new(Mutex::default);
    let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
    turns.retain(|_, turn| Arc::strong_count(turn) > 1);
    Arc::clone(turns.entry(series.to_owned()).or_default())
}
