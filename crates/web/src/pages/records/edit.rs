//! Changing a record. Only what the person changed is handed in; when somebody saved meanwhile, both changes are shown and put together.

use super::form::{Sheet, sheet};
use super::history::{self, Step};
use super::new::{exists, refused};
use super::{cells, changes};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::forms::filled::Filled;
use crate::forms::input::Form;
use crate::forms::rows::MORE;
use crate::forms::{changed, draft, fillable};
use crate::layout::{self, Frame};
use crate::posted::Posted;
use crate::session::Signed;
use crate::{links, remarks, words};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_kinds::{Field, Kind, Problem};
use zhijian_records::DoorError;
use zhijian_records::access::Wish;
use zhijian_records::read::View;
use zhijian_records::submit::Entry;

/// Hidden field: the revision that the person saw.
const REVISION: &str = "_rev";
/// Field: why.
const REASON: &str = "_reason";

/// `GET /records/{kind}/{id}/edit`
pub async fn show(signed: Signed, State(app): State<App>, Path((kind, id)): Path<(String, String)>) -> Result<Markup, PageError> {
    let kind = app.door.kind(&kind)?;
    let view = current(&app, &signed, &kind, &id).await?;
    let filled = Filled::of(&app, &signed, &kind, &view.data, offered(&kind, &view));
    Ok(page(&app, &signed, &kind, &view, &Attempt { filled: &filled, problems: &[], notice: Markup::default(), more: "", reason: "" }))
}

/// Fields of the form: those that the caller sees.
fn offered<'a>(kind: &'a Kind, view: &'a View) -> impl Iterator<Item = &'a Field> + Clone {
    fillable(kind).filter(|f| !view.hidden.contains(&f.path))
}

/// The record, if it may be changed.
async fn current(app: &App, signed: &Signed, kind: &Kind, id: &str) -> Result<View, PageError> {
    let view = app.door.open(&signed.caller, &kind.kind, id, None).await?;
    if !view.may.contains(&Wish::Amend) {
        return Err(DoorError::NotAllowed { kind: kind.title.clone() }.into());
    }
    if view.retracted { Err(PageError::BadRequest("该记录已作废，不能修改".into())) } else { Ok(view) }
}

/// `POST /records/{kind}/{id}/edit`
pub async fn submit(State(app): State<App>, Path((kind, id)): Path<(String, String)>, posted: Posted) -> Result<Response, PageError> {
    let kind = app.door.kind(&kind)?;
    let signed = &posted.signed;
    let view = current(&app, signed, &kind, &id).await?;
    let seen: u32 = posted.get(REVISION).parse().map_err(|_| PageError::BadRequest("缺少版本号，请重新打开记录".into()))?;
    let mine = Filled::from_body(&app, signed, &kind, &posted.fields, offered(&kind, &view));
    if seen != view.rev {
        return conflict(&app, &kind, &view, seen, &mine, &posted).await;
    }
    let before = Filled::of(&app, signed, &kind, &view.data, offered(&kind, &view));
    let again = |status: StatusCode, problems: &[Problem], notice: Markup| {
        let attempt = Attempt { filled: &mine, problems, notice, more: posted.get(MORE), reason: posted.get(REASON) };
        (status, page(&app, signed, &kind, &view, &attempt)).into_response()
    };
    if !posted.get(MORE).is_empty() {
        return Ok(again(StatusCode::OK, &[], Markup::default()));
    }
    let record = links::record(&kind.kind, &id);
    let answers = remarks::answers(&posted);
    if changed(offered(&kind, &view), &before, &mine).is_empty() && answers.is_empty() {
        return Ok(([(header::SET_COOKIE, Flash::done("没有改动，未保存新版本。").cookie())], Redirect::to(&record)).into_response());
    }
    let draft = draft(&kind, offered(&kind, &view), &mine, Some(&before));
    let entry = Entry { source: "web", reason: posted.get(REASON).trim(), idempotency: None };
    match app.door.amend_answering(&signed.caller, &kind.kind, &id, seen, &draft, &answers, entry).await {
        Ok(saved) => {
            let flash = Flash::saved(&format!("已保存为第 {} 版。", saved.rev), &saved.problems);
            Ok(([(header::SET_COOKIE, flash.cookie())], Redirect::to(&record)).into_response())
        }
        Err(DoorError::Invalid(problems)) => Ok(again(StatusCode::UNPROCESSABLE_ENTITY, &problems, Markup::default())),
        Err(DoorError::Exists { id }) => Ok(again(StatusCode::CONFLICT, &[], exists(&app, signed, &kind, &id).await)),
        Err(error @ DoorError::NotAllowed { .. }) => Ok(again(StatusCode::FORBIDDEN, &[], refused(&error.to_string()))),
        Err(DoorError::Stale { .. }) => {
            let newest = current(&app, signed, &kind, &id).await?;
            conflict(&app, &kind, &newest, seen, &mine, &posted).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The newest revision with the person's changes on top, and what others changed.
async fn conflict(app: &App, kind: &Kind, newest: &View, seen: u32, mine: &Filled, posted: &Posted) -> Result<Response, PageError> {
    let signed = &posted.signed;
    let steps = history::trail(app, &signed.caller, kind, &newest.id).await?;
    let base = steps.iter().find(|s| s.view.rev == seen).ok_or_else(|| PageError::BadRequest("版本号有误，请重新打开记录".into()))?;
    let saw = Filled::of(app, signed, kind, &base.view.data, offered(kind, newest));
    let theirs = Filled::of(app, signed, kind, &newest.data, offered(kind, newest));
    let my_changes = changed(offered(kind, newest), &saw, mine);
    let mut both = theirs.clone();
    for path in &my_changes {
        if let Some(held) = mine.get(path) {
            both.set(path, held.clone());
        }
    }
    let clashing: Vec<&str> = my_changes
        .iter()
        .copied()
        .filter(|p| saw.get(p) != theirs.get(p) && theirs.get(p) != mine.get(p))
        .map(|p| cells::title(kind, p))
        .collect();
    let notice = meanwhile(app, kind, base, &steps, seen, &my_changes, &clashing);
    let attempt = Attempt { filled: &both, problems: &[], notice, more: "", reason: posted.get(REASON) };
    Ok((StatusCode::CONFLICT, page(app, signed, kind, newest, &attempt)).into_response())
}

fn meanwhile(app: &App, kind: &Kind, base: &Step, steps: &[Step], seen: u32, mine: &[&str], clashing: &[&str]) -> Markup {
    let later: Vec<&Step> = steps.iter().filter(|s| s.view.rev > seen).collect();
    let private: Vec<String> = later.iter().flat_map(|s| s.private.clone()).collect();
    let newest = steps.first().unwrap_or(base);
    let mine: Vec<&str> = mine.iter().map(|p| cells::title(kind, p)).collect();
    html! {
        div.notice.notice-warning role="alert" tabindex="-1" data-focus {
            p { strong { "您打开之后，这条记录已被他人修改。您的修改还没有保存。" } }
            @for step in &later {
                p { @if let Some(line) = &step.line { (line.stamp.actor) " 于 " (words::moment(line.stamp.at)) " 保存了第 " (step.view.rev) " 版" @if !line.stamp.reason.is_empty() { "（" (line.stamp.reason) "）" } "：" } }
            }
            (history::difference(&changes::between(app, kind, &base.view.data, &newest.view.data, &private)))
            @if !clashing.is_empty() { p { strong { "双方都改了：" (clashing.join("、")) "，下面显示的是您的值，请核对。" } } }
            p { "您的修改（" @if mine.is_empty() { "无" } @else { (mine.join("、")) } "）已放到最新版上，核对后再次保存即可。" }
        }
    }
}

struct Attempt<'a> {
    filled: &'a Filled,
    problems: &'a [Problem],
    notice: Markup,
    more: &'a str,
    reason: &'a str,
}

fn page(app: &App, signed: &Signed, kind: &Kind, view: &View, attempt: &Attempt<'_>) -> Markup {
    let today = app.door.today();
    let (list, record) = (links::list(&kind.kind), links::record(&kind.kind, &view.id));
    let name = cells::name(app, kind, &view.data);
    let title = format!("修改{}", kind.title);
    let form = Form {
        app,
        signed,
        kind,
        filled: attempt.filled,
        problems: attempt.problems,
        masked: true,
        today: &today,
        more: attempt.more,
        remarks: &view.remarks,
    };
    let hidden = html! { input type="hidden" name=(REVISION) value=(view.rev); };
    let edit = links::edit(&kind.kind, &view.id);
    let body = sheet(&Sheet { form, action: &edit, hidden, notice: attempt.notice.clone(), cancel: &record, reason: Some(attempt.reason) });
    let crumbs = [(kind.title.as_str(), list.clone()), (name.as_str(), record.clone())];
    layout::page(&Frame { title: &title, signed: Some(signed), active: &list, breadcrumbs: &crumbs, ..Frame::new(app) }, body)
}
