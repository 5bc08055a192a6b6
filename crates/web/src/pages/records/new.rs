//! A new record.

use super::form::{Sheet, sheet};
use super::pick::links_to;
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::forms::filled::{Filled, Held};
use crate::forms::input::Form;
use crate::forms::rows::MORE;
use crate::forms::{draft, fillable};
use crate::layout::{self, Frame};
use crate::links;
use crate::posted::{self, Posted};
use crate::session::Signed;
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_kinds::{Kind, Problem};
use zhijian_records::DoorError;
use zhijian_records::access::{self, Wish};
use zhijian_records::door::Door;
use zhijian_records::submit::Entry;

/// Hidden field: a second click on 保存 is the same request.
const KEY: &str = "_key";

/// `GET /records/{kind}/new`; fields may be given in the address.
pub async fn show(
    signed: Signed,
    State(app): State<App>,
    Path(kind): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Markup, PageError> {
    let kind = app.door.kind(&kind)?;
    Door::allow(&signed.caller, &kind, Wish::File)?;
    let mut filled = Filled::defaults(&app, &signed, &kind, fillable(&kind));
    own_organisation(&app, &signed, &kind, &mut filled).await;
    for (name, value) in posted::pairs(query.unwrap_or_default().as_bytes()) {
        if !fillable(&kind).any(|f| f.path == name && f.private.is_none()) {
            return Err(PageError::BadRequest(format!("“{}”没有可填字段“{name}”", kind.title)));
        }
        filled.set(&name, Held::One(value));
    }
    let key = uuid::Uuid::now_v7().simple().to_string();
    Ok(page(&app, &signed, &kind, &Attempt { filled: &filled, problems: &[], key: &key, notice: Markup::default(), more: "" }))
}

/// An organisation's account files for its own organisation.
async fn own_organisation(app: &App, signed: &Signed, kind: &Kind, filled: &mut Filled) {
    let own = &signed.account.organisation;
    if own.is_empty() {
        return;
    }
    for rule in kind.refs.values() {
        let (Ok(target), Ok(record)) = (app.door.kind(&rule.kind), app.door.open(&signed.caller, &rule.kind, own, None).await) else {
            continue;
        };
        for (field, value) in links_to(&target, &rule.by, &record.data) {
            filled.set(&field, Held::One(value));
        }
    }
}

/// `POST /records/{kind}/new`
pub async fn submit(State(app): State<App>, Path(kind): Path<String>, posted: Posted) -> Result<Response, PageError> {
    let kind = app.door.kind(&kind)?;
    let signed = &posted.signed;
    Door::allow(&signed.caller, &kind, Wish::File)?;
    let filled = Filled::from_body(&app, signed, &kind, &posted.fields, fillable(&kind));
    let key = posted.get(KEY);
    let again = |status: StatusCode, problems: &[Problem], notice: Markup| {
        let attempt = Attempt { filled: &filled, problems, key, notice, more: posted.get(MORE) };
        (status, page(&app, signed, &kind, &attempt)).into_response()
    };
    if !posted.get(MORE).is_empty() {
        return Ok(again(StatusCode::OK, &[], Markup::default()));
    }
    let draft = draft(&kind, fillable(&kind), &filled, None);
    let idempotency = (!key.is_empty()).then(|| format!("web:{}:{}:{key}", signed.caller.login, kind.kind));
    match app.door.submit(&signed.caller, &kind.kind, &draft, Entry { source: "web", reason: "", idempotency }).await {
        Ok(saved) => {
            let flash = Flash::saved("已保存。", &saved.problems);
            // Some roles file what they may not read.
            let reads = access::may(&signed.caller, &kind, Wish::Read);
            let to = if reads { links::record(&kind.kind, &saved.id) } else { "/".to_owned() };
            Ok(([(header::SET_COOKIE, flash.cookie())], Redirect::to(&to)).into_response())
        }
        Err(DoorError::Invalid(problems)) => Ok(again(StatusCode::UNPROCESSABLE_ENTITY, &problems, Markup::default())),
        Err(DoorError::Exists { id }) => Ok(again(StatusCode::CONFLICT, &[], exists(&app, signed, &kind, &id).await)),
        Err(error @ DoorError::NotAllowed { .. }) => Ok(again(StatusCode::FORBIDDEN, &[], refused(&error.to_string()))),
        Err(error) => Err(error.into()),
    }
}

/// The other record is named only to those who may see it.
pub(super) async fn exists(app: &App, signed: &Signed, kind: &Kind, id: &str) -> Markup {
    let keys: Vec<&str> = kind.natural_key.iter().map(|p| super::cells::title(kind, p)).collect();
    let visible = app.door.open(&signed.caller, &kind.kind, id, None).await.is_ok();
    html! {
        div.notice.notice-error role="alert" {
            "尚未保存：已有" (keys.join("、")) "相同的记录。"
            @if visible { a href=(links::record(&kind.kind, id)) { "打开那条记录" } }
        }
    }
}

/// The record would lie outside what the caller is responsible for.
pub(super) fn refused(message: &str) -> Markup {
    html! { div.notice.notice-error role="alert" { "尚未保存：" (message) "，请检查所填单位和地区是否在您的职责范围内。" } }
}

struct Attempt<'a> {
    filled: &'a Filled,
    problems: &'a [Problem],
    key: &'a str,
    notice: Markup,
    more: &'a str,
}

fn page(app: &App, signed: &Signed, kind: &Kind, attempt: &Attempt<'_>) -> Markup {
    let today = app.door.today();
    let list = layout::home(signed, kind);
    let title = format!("新建{}", kind.title);
    let form = Form {
        app,
        signed,
        kind,
        filled: attempt.filled,
        problems: attempt.problems,
        masked: false,
        today: &today,
        more: attempt.more,
        remarks: &[],
    };
    let hidden = html! { input type="hidden" name=(KEY) value=(attempt.key); };
    let body = sheet(&Sheet { form, action: &links::new(&kind.kind), hidden, notice: attempt.notice.clone(), cancel: &list, reason: None });
    layout::page(
        &Frame {
            title: &title,
            signed: Some(signed),
            active: &list,
            breadcrumbs: &[(kind.title.as_str(), list.clone())],
            ..Frame::new(app)
        },
        body,
    )
}
