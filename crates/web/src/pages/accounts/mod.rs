//! Accounts, for platform administrators and those who administer their region's: list, create, change, deactivate, invite, reset.

mod deeds;
mod form;

use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::icons::icon;
use crate::layout::{self, Frame};
use crate::links;
use crate::posted::Posted;
use crate::session::Signed;
use crate::words;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use zhijian_records::port::{Account, StoreError};
use zhijian_records::{Caller, DoorError};

const LIST: &str = "/accounts";

/// Routes below `/accounts`.
pub fn router() -> Router<App> {
    Router::new()
        .route("/accounts", get(list))
        .route("/accounts/new", get(new).post(create))
        .route("/accounts/{login}", get(edit).post(change))
        .route("/accounts/{login}/invite", post(deeds::invite))
        .route("/accounts/{login}/unlock", post(deeds::unlock))
        .route("/accounts/{login}/factors", post(deeds::reset_factors))
        .route("/accounts/{login}/sessions", post(deeds::end_sessions))
        .route("/accounts/{login}/subject", post(deeds::link_subject))
}

fn failed(source: StoreError) -> PageError {
    DoorError::Store { kind: "account".into(), source }.into()
}

/// Refuses in the words of this page.
fn refused(error: DoorError) -> PageError {
    match error {
        DoorError::NotAllowed { .. } => PageError::NotAllowed("该账号不由您管理：账号由平台管理员或上级地区的卫健管理员维护".into()),
        DoorError::NotFound => PageError::NotFound("没有这个账号".into()),
        other => other.into(),
    }
}

fn manager(app: &App, caller: &Caller) -> Result<(), PageError> {
    if app.door.manages(caller) {
        Ok(())
    } else {
        Err(PageError::NotAllowed("账号由平台管理员或本地区的卫健管理员维护".into()))
    }
}

/// `GET /accounts`
async fn list(signed: Signed, State(app): State<App>, headers: HeaderMap) -> Result<Response, PageError> {
    let accounts = app.door.managed_accounts(&signed.caller).await.map_err(refused)?;
    let unused = i64::from(app.door.security().await?.unused_days);
    let mut rows = Vec::with_capacity(accounts.len());
    for account in &accounts {
        rows.push((account, app.door.paused_until(&account.login).await? > 0));
    }
    let body = html! {
        (Flash::of(&headers).notice())
        @if unused > 0 { p.lead { "超过 " (unused) " 天未登录的账号自动停用。" } }
        div.table-wrap { table.list {
            thead { tr { th scope="col" { "姓名" } th scope="col" { "账号" } th scope="col" { "角色" } th scope="col" { "地区" } th scope="col" { "最近登录" } th scope="col" { "状态" } } }
            tbody { @for (account, paused) in &rows {
                tr {
                    td data-label="姓名" { a.row-link href={(LIST) "/" (links::encode(&account.login))} { (account.name) } }
                    td data-label="账号" { code { (account.login) } }
                    td data-label="角色" { (account.roles.iter().map(|r| words::role(r)).collect::<Vec<_>>().join("、")) }
                    td data-label="地区" { (app.door.catalogue.regions.name(&account.region)) }
                    td data-label="最近登录" { @if account.used > 0 { (words::moment(account.used)) } @else { (words::NONE) } }
                    td data-label="状态" { (state(account, *paused)) }
                }
            } }
        } }
    };
    let actions = html! { a.btn.btn-primary href={(LIST) "/new"} data-key="n" { (icon("plus")) "新建账号" } };
    let page = layout::page(&Frame { title: words::ACCOUNTS, signed: Some(&signed), active: LIST, actions, ..Frame::new(&app) }, body);
    Ok(([(header::SET_COOKIE, Flash::gone())], page).into_response())
}

fn state(account: &Account, paused: bool) -> Markup {
    let (class, word) = if !account.active {
        ("badge-quiet", "停用")
    } else if paused {
        ("badge-look", "暂停登录")
    } else if account.password.is_empty() {
        ("badge-plain", "待接受邀请")
    } else if account.must_change {
        ("badge-plain", "待改密码")
    } else {
        ("badge-ok", "启用")
    };
    html! { span.state-badge class=(class) { (word) } }
}

/// `GET /accounts/new`
async fn new(signed: Signed, State(app): State<App>) -> Result<Markup, PageError> {
    manager(&app, &signed.caller)?;
    let region = if signed.account.region.is_empty() { &app.region } else { &signed.account.region };
    Ok(form::show(&app, &signed, &Account::new("", "", &[], region, ""), true, None, Markup::default()))
}

/// `POST /accounts/new`
async fn create(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    let signed = &posted.signed;
    manager(&app, &signed.caller)?;
    let account = Account { login: posted.get("login").trim().to_lowercase(), ..form::given(&posted) };
    if app.door.store.account(&account.login).await.map_err(failed)?.is_some() {
        return Ok(again(&app, signed, &account, true, "账号已被使用"));
    }
    match saved(&app, signed, &account).await? {
        Some(wrong) => Ok(again(&app, signed, &account, true, &wrong)),
        None => deeds::invited(&app, signed, &account.login).await,
    }
}

/// Saves what a form says; gives what is wrong with it.
async fn saved(app: &App, signed: &Signed, account: &Account) -> Result<Option<String>, PageError> {
    match app.door.put_account(&signed.caller, account).await {
        Ok(()) => Ok(None),
        Err(DoorError::BadRequest(message)) => Ok(Some(message)),
        Err(DoorError::NotFound) => Ok(Some(format!("地区“{}”不在您管理的范围内；单位账号请填写本地区单位的记录号", account.region))),
        Err(error) => Err(refused(error)),
    }
}

fn again(app: &App, signed: &Signed, account: &Account, new: bool, wrong: &str) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, form::show(app, signed, account, new, Some(wrong), Markup::default())).into_response()
}

/// `GET /accounts/{login}`
async fn edit(signed: Signed, State(app): State<App>, Path(login): Path<String>, headers: HeaderMap) -> Result<Response, PageError> {
    let account = app.door.managed(&signed.caller, &login).await.map_err(refused)?;
    let below = deeds::cards(&app, &signed, &account).await?;
    let body = html! { (Flash::of(&headers).notice()) (below) };
    Ok(([(header::SET_COOKIE, Flash::gone())], form::show(&app, &signed, &account, false, None, body)).into_response())
}

/// `POST /accounts/{login}`
async fn change(State(app): State<App>, Path(login): Path<String>, posted: Posted) -> Result<Response, PageError> {
    let signed = &posted.signed;
    let before = app.door.managed(&signed.caller, &login).await.map_err(refused)?;
    let given = form::given(&posted);
    let account = Account {
        active: posted.get("active") == "1",
        name: given.name,
        roles: given.roles,
        region: given.region,
        organisation: given.organisation,
        ..before
    };
    match saved(&app, signed, &account).await? {
        Some(wrong) => Ok(again(&app, signed, &account, false, &wrong)),
        None => Ok(done(&format!("账号 {} 已保存。", account.login), LIST)),
    }
}

fn done(message: &str, to: &str) -> Response {
    ([(header::SET_COOKIE, Flash::done(message).cookie())], Redirect::to(to)).into_response()
}
