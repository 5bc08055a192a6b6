//! `POST /declare/{id}/{step}`: saves a step's fields and goes where the button says.

use super::page::{self, Drawn};
use super::steps::{self, STEPS};
use super::{KIND, PAGE, hints, step_page};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::forms::filled::Filled;
use crate::forms::rows::MORE;
use crate::forms::{changed, draft};
use crate::posted::Posted;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_kinds::intake::Draft;
use zhijian_kinds::{Field, Problem};
use zhijian_records::DoorError;
use zhijian_records::submit::{Entry, Saved};

const ENTRY: Entry<'static> = Entry { source: "web", reason: "申报向导", idempotency: None };

/// `POST /declare/{id}/{step}`
pub async fn submit(State(app): State<App>, Path((id, slug)): Path<(String, String)>, posted: Posted) -> Result<Response, PageError> {
    let signed = &posted.signed;
    let view = page::draft(&app, signed, &id).await?;
    if !page::open(&view) {
        return Ok(Redirect::to(&format!("{PAGE}/{id}")).into_response());
    }
    let Some((at, step)) = steps::step(&slug) else { return Err(PageError::BadRequest(format!("申报向导没有步骤“{slug}”"))) };
    let seen: u32 = posted.get("_rev").parse().map_err(|_| PageError::BadRequest("缺少版本号，请重新打开这一步".into()))?;
    let kind = app.door.kind(KIND)?;
    let fields: Vec<&Field> = steps::fields(&kind, step.slug, page::decl_type(&view)).collect();
    let mut mine = Filled::from_body(&app, signed, &kind, &posted.fields, fields.iter().copied());
    hints::accept(app.catalogue(), &mut mine, posted.all("accept"));
    let again = async |status: StatusCode, problems: &[Problem], notice: Markup| {
        let drawn = Drawn { view: &view, at, step, filled: &mine, problems, notice, more: posted.get(MORE) };
        page::again(&app, signed, status, &drawn).await
    };
    if !posted.get(MORE).is_empty() {
        return again(StatusCode::OK, &[], Markup::default()).await;
    }
    if seen != view.rev {
        let notice = html! { div.notice.notice-warning role="alert" { "这份草稿已在别处保存过。下面是您刚填的内容，核对后再保存即可。" } };
        return again(StatusCode::CONFLICT, &[], notice).await;
    }
    let before = Filled::of(&app, signed, &kind, &view.data, fields.iter().copied());
    let mut rev = view.rev;
    if !changed(fields.iter().copied(), &before, &mine).is_empty() {
        let draft = draft(&kind, fields.iter().copied(), &mine, Some(&before));
        match app.door.amend(&signed.caller, KIND, &id, rev, &draft, ENTRY).await {
            Ok(saved) => rev = saved.rev,
            Err(DoorError::Invalid(problems)) => return again(StatusCode::UNPROCESSABLE_ENTITY, &problems, wrong(&problems)).await,
            Err(error) => return Err(error.into()),
        }
    }
    let to = |index: usize| Redirect::to(&step_page(&id, STEPS[index.min(STEPS.len() - 1)].slug)).into_response();
    match posted.get("do") {
        "back" => Ok(to(at.saturating_sub(1))),
        "save" => Ok(([(header::SET_COOKIE, Flash::done("草稿已保存。").cookie())], to(at)).into_response()),
        "submit" => match hand_in(&app, &posted, &id, rev, &view.state).await {
            Ok(saved) => {
                let flash = Flash::saved("申报已提交。", &saved.problems);
                Ok(([(header::SET_COOKIE, flash.cookie())], Redirect::to(&format!("{PAGE}/{id}"))).into_response())
            }
            Err(DoorError::Invalid(problems)) => {
                // What was saved is the newest revision by now.
                let newest = page::draft(&app, signed, &id).await?;
                let filled = Filled::of(&app, signed, &kind, &newest.data, fields.iter().copied());
                let notice = wrong(&problems);
                let drawn = Drawn { view: &newest, at, step, filled: &filled, problems: &problems, notice, more: "" };
                page::again(&app, signed, StatusCode::UNPROCESSABLE_ENTITY, &drawn).await
            }
            Err(error) => Err(error.into()),
        },
        _ => Ok(to(at + 1)),
    }
}

/// The day of a declaration is the day on which it is handed in.
async fn hand_in(app: &App, posted: &Posted, id: &str, rev: u32, state: &str) -> Result<Saved, DoorError> {
    let caller = &posted.signed.caller;
    let kind = app.door.kind(KIND)?;
    let mut rev = rev;
    if state == "draft" {
        let today = serde_json::Map::from_iter([("declared_on".to_owned(), serde_json::json!(app.door.today()))]);
        let current = app.door.open(caller, KIND, id, None).await?;
        if current.data.get("declared_on") != today.get("declared_on") {
            rev = app.door.amend(caller, KIND, id, rev, &Draft::from_json(&kind, &today), ENTRY).await?.rev;
        }
    }
    app.door.advance(caller, KIND, id, rev, "submit", &Draft::from_json(&kind, &serde_json::Map::new()), ENTRY).await
}

fn wrong(problems: &[Problem]) -> Markup {
    let errors: Vec<&Problem> = problems.iter().filter(|p| p.level == zhijian_kinds::Level::Error).collect();
    html! {
        div.notice.notice-error role="alert" tabindex="-1" data-focus {
            p { "有 " (errors.len()) " 处需要修改：" }
            ul { @for p in &errors { li { a href={"#" (crate::forms::sections::input_id(&p.field))} { (p.message) } } } }
        }
    }
}
