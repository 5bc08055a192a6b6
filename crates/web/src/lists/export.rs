//! A list as a file, by the same rules as every export: leave of the door, a second person above the limits, a line on the audit chain first.

use super::question::Question;
use super::{address, cell};
use crate::app::App;
use crate::board::asked::Asked;
use crate::board::figures;
use crate::board::place::Territory;
use crate::pages::leave::{self, Leave, Origin, Questions};
use crate::pages::records::{cells, reveal};
use crate::posted::{self, Posted};
use crate::{PageError, Signed, links, words};
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use maud::Markup;
use std::collections::HashMap;
use zhijian_exchange::write::{Cell, MARK_COLUMN, Mark, Table};
use zhijian_kinds::lists::Rows;
use zhijian_lake::ListedRow;
use zhijian_records::Caller;
use zhijian_records::access::{self, Wish};
use zhijian_records::exports::{Pass, Wanted};
use zhijian_records::port::{Action, Op};
use zhijian_records::read::{ListRequest, View, display};

/// Most rows of a file; a longer list is taken county by county.
const MOST: u64 = 5_000;
/// Records read at a time.
const PAGE: u32 = 500;
/// Formats: value, title.
const FORMATS: [(&str, &str); 2] = [("xlsx", "Excel 工作簿"), ("csv", "CSV 文本")];

/// The button with its questions.
#[must_use]
pub fn dialog(app: &App, signed: &Signed, question: &Question<'_>, asked: &Asked) -> Markup {
    let kind = app.catalogue().kind(&question.def.kind);
    let private = kind.is_some_and(|kind| {
        let shows = question.def.show.iter().any(|path| kind.field(path).is_some_and(|f| f.private.is_some()));
        shows && access::arms(&signed.caller, kind, Wish::Export).iter().all(|arm| arm.reveal)
    });
    let action = asked.here(&format!("{}/export", address(&question.def.list)), &[("page", "")]);
    leave::dialog(app, signed, &Questions { button: "导出名单", hint: "导出符合当前条件的全部行。", action, formats: &FORMATS, private })
}

/// `POST /lists/{list}/export`; the question stands in the address, as on the page.
pub async fn start(
    State(app): State<App>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    posted: Posted,
) -> Result<Response, PageError> {
    let caller = posted.signed.caller.clone();
    super::question::find(&app, &caller, &name, Wish::Export)?;
    let text = asked_of(&name, query.as_deref().unwrap_or_default());
    let question = read(&app, &caller, &text).await?;
    let format = leave::format(&posted, &FORMATS)?;
    let purpose = reveal::purpose(&app, &posted)?;
    let rows = all(&app, &question).await?;
    let words = question.words(&app);
    if question.def.rows == Rows::Place {
        app.door
            .note(&caller, Action::Export, &question.def.kind, "", &format!("名单：{words}；{purpose}；{} 行", rows.len()), "web")
            .await?;
        let mark = mark(&app, &caller, &purpose, "", false);
        return crate::board::export::file(&table(&app, &question, &rows, &HashMap::new(), &mark, &words), format);
    }
    let ids: Vec<&str> = rows.iter().map(|row| row.record.as_str()).collect();
    if ids.is_empty() {
        return Err(PageError::BadRequest("名单在当前条件下是空的，没有可导出的行".into()));
    }
    let wanted = Wanted {
        kind: question.def.kind.clone(),
        request: ListRequest {
            filters: vec![("id".into(), Op::In, ids.join(","))],
            sort: Some("id".into()),
            limit: PAGE,
            ..ListRequest::default()
        },
        full: posted.get("full") == "1",
        format: format.to_owned(),
        conditions: format!("名单：{words}"),
        purpose,
        listed: text,
        ..Wanted::default()
    };
    let list = address(&question.def.list);
    let pairs = posted::pairs(query.as_deref().unwrap_or_default().as_bytes());
    let origin = Origin {
        list: &list,
        action: format!("{list}/export{}", links::query(&pairs)),
        active: super::PAGE,
        crumbs: &[(super::TITLE, super::PAGE.to_owned()), (question.def.title.as_str(), list.clone())],
    };
    match leave::ask(&app, &posted, &wanted, &origin).await? {
        Leave::Given(pass) => send(&app, &caller, &pass, &wanted).await,
        Leave::Answered(response) => Ok(response),
    }
}

/// The file of an export that the door has given leave for. The records are those that leave was given for; what the list says of them is as of now.
///
/// # Errors
/// The question cannot be read any more, the store or the lake failed, or the file cannot be made.
pub async fn send(app: &App, caller: &Caller, pass: &Pass, wanted: &Wanted) -> Result<Response, PageError> {
    let question = read(app, caller, &wanted.listed).await?;
    let mut views: HashMap<String, View> = HashMap::new();
    let mut cursor = None;
    loop {
        let page = app.door.export_page(caller, pass, cursor, PAGE).await?;
        views.extend(page.rows.into_iter().map(|view| (view.id.clone(), view)));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let rows: Vec<ListedRow> = all(app, &question).await?.into_iter().filter(|row| views.contains_key(&row.record)).collect();
    let mark = mark(app, caller, &wanted.purpose, pass.id(), pass.full());
    crate::board::export::file(&table(app, &question, &rows, &views, &mark, &question.words(app)), &wanted.format)
}

/// A question as text: the list and the address's query.
fn asked_of(list: &str, query: &str) -> String {
    format!("{list}?{query}")
}

async fn read<'a>(app: &'a App, caller: &Caller, text: &str) -> Result<Question<'a>, PageError> {
    let (list, query) = text.split_once('?').unwrap_or((text, ""));
    let asked = Asked::read(query);
    let territory = Territory::of(app, caller)?;
    let when = asked.when(figures::newest_year(app).await?)?;
    Ok(Question::new(app, &territory, caller, list, Wish::Export, when, |name| asked.text(name).to_owned())?)
}

async fn all(app: &App, question: &Question<'_>) -> Result<Vec<ListedRow>, PageError> {
    let page = question.rows(app, 0, MOST + 1).await?;
    if page.total > MOST {
        return Err(PageError::BadRequest(format!("名单有 {} 行，一次最多导出 {MOST} 行，请按县区或条件分次导出", page.total)));
    }
    Ok(page.rows)
}

fn mark(app: &App, caller: &Caller, purpose: &str, id: &str, whole: bool) -> Mark {
    Mark {
        who: format!("{}（{}）", caller.name, caller.login),
        when: words::moment(app.door.now()),
        purpose: purpose.to_owned(),
        id: id.to_owned(),
        whole,
    }
}

fn table(app: &App, question: &Question<'_>, rows: &[ListedRow], views: &HashMap<String, View>, mark: &Mark, words: &str) -> Table<String> {
    let def = question.def;
    let catalogue = app.catalogue();
    let kind = catalogue.kind(&def.kind);
    let mut columns: Vec<(String, u16)> = Vec::new();
    if let Some(kind) = kind {
        columns.extend(def.show.iter().map(|path| (cells::title(kind, path).to_owned(), 20)));
    }
    // A name that is the record's own is not said twice.
    let labelled = def.show.is_empty();
    if labelled {
        columns.push((if def.rows == Rows::Place { "地点".into() } else { "名称".into() }, 36));
    }
    columns.extend([("区县".to_owned(), 16), ("乡镇街道".to_owned(), 16)]);
    columns.extend(def.columns.values().map(|column| (cell::heading(column), 16)));
    if mark.whole {
        columns.push((MARK_COLUMN.to_owned(), 40));
    }
    let body = rows.iter().map(|row| {
        let mut cells: Vec<Cell> = Vec::new();
        if let (Some(kind), Some(view)) = (kind, views.get(&row.record)) {
            cells.extend(def.show.iter().map(|path| Cell::Text(display(catalogue, kind, path, &view.data))));
        }
        if labelled {
            cells.push(row.label.clone().into());
        }
        cells.extend([catalogue.regions.name(&row.region).into(), catalogue.regions.name(&row.town).into()]);
        cells.extend(def.columns.values().zip(&row.values).map(|(column, value)| cell::cell(app, column, value)));
        if mark.whole {
            cells.push(mark.line().into());
        }
        cells
    });
    Table {
        title: def.title.clone(),
        rows: body.collect(),
        columns,
        notes: vec![
            words.to_owned(),
            format!("数据截至 {}", words::moment(app.lake.stand())),
            format!("依据：{}", words::basis(&def.basis)),
            format!("导出：{}；用途：{}", mark.line(), mark.purpose),
        ],
    }
}
