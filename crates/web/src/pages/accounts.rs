//! Accounts, for platform administrators (R01): list, create, change, deactivate, reset the password.

use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::icons::icon;
use crate::layout::{self, Frame, token};
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
use zhijian_records::DoorError;
use zhijian_records::accounts::hash_password;
use zhijian_records::port::{Account, StoreError};

const LIST: &str = "/accounts";

/// Routes below `/accounts`.
pub fn router() -> Router<App> {
    Router::new()
        .route("/accounts", get(list))
        .route("/accounts/new", get(new).post(create))
        .route("/accounts/{login}", get(edit).post(change))
        .route("/accounts/{login}/password", post(reset))
}

fn administrator(signed: &Signed) -> Result<(), PageError> {
    if signed.is("R01") { Ok(()) } else { Err(PageError::NotAllowed("账号由平台管理员维护".into())) }
}

fn failed(source: StoreError) -> PageError {
    DoorError::Store { kind: "account".into(), source }.into()
}

/// `GET /accounts`
async fn list(signed: Signed, State(app): State<App>, headers: HeaderMap) -> Result<Response, PageError> {
    administrator(&signed)?;
    let accounts = app.door.store.accounts().await.map_err(failed)?;
    let now = app.door.now();
    let body = html! {
        (Flash::of(&headers).notice())
        div.table-wrap { table.list {
            thead { tr { th scope="col" { "姓名" } th scope="col" { "账号" } th scope="col" { "角色" } th scope="col" { "地区" } th scope="col" { "状态" } } }
            tbody { @for account in &accounts {
                tr {
                    td data-label="姓名" { a.row-link href={(LIST) "/" (links::encode(&account.login))} { (account.name) } }
                    td data-label="账号" { code { (account.login) } }
                    td data-label="角色" { (account.roles.iter().map(|r| words::role(r)).collect::<Vec<_>>().join("、")) }
                    td data-label="地区" { (app.door.catalogue.regions.name(&account.region)) }
                    td data-label="状态" {
                        @if !account.active { span.state-badge.badge-quiet { "停用" } } @else if account.locked_until > now { span.state-badge.badge-look { "已锁定" } } @else if account.must_change { span.state-badge.badge-plain { "待改密码" } } @else { span.state-badge.badge-ok { "启用" } }
                    }
                }
            } }
        } }
    };
    let actions = html! { a.btn.btn-primary href={(LIST) "/new"} data-key="n" { (icon("plus")) "新建账号" } };
    let page = layout::page(&Frame { title: words::ACCOUNTS, signed: Some(&signed), active: LIST, actions, ..Frame::new(&app) }, body);
    Ok(([(header::SET_COOKIE, Flash::gone())], page).into_response())
}

/// `GET /accounts/new`
async fn new(signed: Signed, State(app): State<App>) -> Result<Markup, PageError> {
    administrator(&signed)?;
    let blank = Account {
        login: String::new(),
        name: String::new(),
        password: String::new(),
        roles: Vec::new(),
        region: app.region.clone(),
        organisation: String::new(),
        active: true,
        must_change: true,
        failures: 0,
        locked_until: 0,
    };
    Ok(form(&app, &signed, &blank, true, None, Markup::default()))
}

/// `POST /accounts/new`
async fn create(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    administrator(&posted.signed)?;
    let password = fresh_password();
    let login = posted.get("login").trim().to_lowercase();
    let account = Account {
        login,
        password: hash_password(&password)?,
        must_change: true,
        active: true,
        failures: 0,
        locked_until: 0,
        ..given(&posted)
    };
    let taken = app.door.store.account(&account.login).await.map_err(failed)?.is_some();
    let wrong = if taken { Some("账号已被使用".to_owned()) } else { wrong(&app, &account) };
    if wrong.is_some() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, form(&app, &posted.signed, &account, true, wrong.as_deref(), Markup::default()))
            .into_response());
    }
    app.door.put_account(&posted.signed.caller, &account).await?;
    Ok(handed_over(&app, &posted.signed, &account, &password).into_response())
}

/// `GET /accounts/{login}`
async fn edit(signed: Signed, State(app): State<App>, Path(login): Path<String>) -> Result<Markup, PageError> {
    administrator(&signed)?;
    let account = find(&app, &login).await?;
    let person = super::access::person_card(&app, &signed, &login).await?;
    Ok(form(&app, &signed, &account, false, None, person))
}

/// `POST /accounts/{login}`
async fn change(State(app): State<App>, Path(login): Path<String>, posted: Posted) -> Result<Response, PageError> {
    administrator(&posted.signed)?;
    let before = find(&app, &login).await?;
    let account = Account {
        active: posted.get("active") == "1",
        ..Account {
            name: given(&posted).name,
            roles: given(&posted).roles,
            region: given(&posted).region,
            organisation: given(&posted).organisation,
            ..before
        }
    };
    let own = account.login == posted.signed.account.login;
    let wrong = if own && (!account.active || !account.roles.iter().any(|r| r == "R01")) {
        Some("不能停用自己或取消自己的管理员角色".to_owned())
    } else {
        wrong(&app, &account)
    };
    if wrong.is_some() {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, form(&app, &posted.signed, &account, false, wrong.as_deref(), Markup::default()))
            .into_response());
    }
    app.door.put_account(&posted.signed.caller, &account).await?;
    if !account.active {
        app.door.store.end_sessions(&account.login).await.map_err(failed)?;
    }
    Ok(([(header::SET_COOKIE, Flash::done(&format!("账号 {} 已保存。", account.login)).cookie())], Redirect::to(LIST)).into_response())
}

/// `POST /accounts/{login}/password`
async fn reset(State(app): State<App>, Path(login): Path<String>, posted: Posted) -> Result<Markup, PageError> {
    administrator(&posted.signed)?;
    let password = fresh_password();
    let account =
        Account { password: hash_password(&password)?, must_change: true, failures: 0, locked_until: 0, ..find(&app, &login).await? };
    app.door.put_account(&posted.signed.caller, &account).await?;
    app.door.store.end_sessions(&account.login).await.map_err(failed)?;
    Ok(handed_over(&app, &posted.signed, &account, &password))
}

async fn find(app: &App, login: &str) -> Result<Account, PageError> {
    app.door.store.account(login).await.map_err(failed)?.ok_or_else(|| PageError::NotFound("没有这个账号".into()))
}

fn given(posted: &Posted) -> Account {
    Account {
        login: String::new(),
        name: posted.get("name").trim().to_owned(),
        password: String::new(),
        roles: posted.all("roles").map(str::to_owned).collect(),
        region: posted.get("region").trim().to_owned(),
        organisation: posted.get("organisation").trim().to_owned(),
        active: true,
        must_change: false,
        failures: 0,
        locked_until: 0,
    }
}

fn wrong(app: &App, account: &Account) -> Option<String> {
    let login_ok = (3..=32).contains(&account.login.len())
        && account.login.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    if !login_ok {
        return Some("账号应为3～32位字母、数字或 . - _".into());
    }
    if account.name.is_empty() || account.name.chars().count() > 50 {
        return Some("请填写姓名（50字以内）".into());
    }
    if account.roles.is_empty() || account.roles.iter().any(|r| words::role(r) == r) {
        return Some("请至少选择一个角色".into());
    }
    if account.roles.iter().any(|r| r == "R01") && account.roles.len() > 1 {
        return Some("平台管理员不办理业务，不能兼任其他角色".into());
    }
    if !account.region.is_empty() && app.catalogue().regions.get(&account.region).is_none() {
        return Some(format!("没有区划代码“{}”", account.region));
    }
    None
}

/// A password to hand over once: 12 letters and digits that are easy to read aloud.
fn fresh_password() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789K";
    let random = uuid::Uuid::now_v7().into_bytes();
    let mut bits = random[8..].iter().fold(0_u64, |sum, b| sum << 8 | u64::from(*b));
    let mut out = String::from("z7");
    for _ in 0..12 {
        out.push(char::from(LETTERS[usize::try_from(bits & 31).unwrap_or_default()]));
        bits >>= 5;
    }
    out
}

fn handed_over(app: &App, signed: &Signed, account: &Account, password: &str) -> Markup {
    let body = html! {
        section.card.narrow {
            p { "账号 " strong { (account.login) } "（" (account.name) "）的初始密码：" }
            p.password { code { (password) } }
            p.hint { "只显示这一次，请当面或以其他安全方式交给本人；首次登录必须修改。" }
            p { a.btn.btn-primary href=(LIST) { "返回账号列表" } }
        }
    };
    layout::page(
        &Frame {
            title: "初始密码", signed: Some(signed), active: LIST, breadcrumbs: &[(words::ACCOUNTS, LIST.into())], ..Frame::new(app)
        },
        body,
    )
}

fn form(app: &App, signed: &Signed, account: &Account, new: bool, wrong: Option<&str>, person: Markup) -> Markup {
    let action = if new { format!("{LIST}/new") } else { format!("{LIST}/{}", links::encode(&account.login)) };
    let body = html! {
        @if let Some(message) = wrong { div.notice.notice-error role="alert" { (message) } }
        form.record-form.narrow method="post" action=(action) data-once {
            (token(signed))
            section.card { div.form-grid {
                div.field { label for="login" { "账号" } input.form-control #login name="login" value=(account.login) required disabled[!new] autocomplete="off" autocapitalize="none"; }
                div.field { label for="name" { "姓名" } input.form-control #name name="name" value=(account.name) required maxlength="50"; }
                div.field { label for="region" { "负责地区（区划代码）" } input.form-control #region name="region" value=(account.region) inputmode="numeric" maxlength="9"; p.hint { (app.door.catalogue.regions.full_name(&account.region)) " 单位账号留空。" } }
                div.field { label for="organisation" { "所属单位（记录号）" } input.form-control #organisation name="organisation" value=(account.organisation) maxlength="32"; p.hint { "企业和机构账号填写本单位记录的记录号。" } }
                div.field.wide {
                    span.label #roles-label { "角色" }
                    div.checks role="group" aria-labelledby="roles-label" {
                        @for (code, name) in words::ROLES { label.check { input type="checkbox" name="roles" value=(code) checked[account.roles.iter().any(|r| r == code)]; span { (name) " " small.muted { (code) } } } }
                    }
                }
                @if !new { div.field.wide { label.check { input type="checkbox" name="active" value="1" checked[account.active]; span { "允许登录" } } } }
            } }
            div.form-bar { button.btn.btn-primary type="submit" { "保存" } a.btn href=(LIST) { "取消" } }
        }
        (person)
        @if !new {
            form.record-form.narrow method="post" action={(action) "/password"} data-once { (token(signed)) section.card { h2 { "重置密码" } p.hint { "生成新的初始密码，原密码和已登录的会话立即失效，锁定同时解除。" } button.btn type="submit" { "重置密码" } } }
        }
    };
    let title = if new { "新建账号".to_owned() } else { account.name.clone() };
    layout::page(
        &Frame { title: &title, signed: Some(signed), active: LIST, breadcrumbs: &[(words::ACCOUNTS, LIST.into())], ..Frame::new(app) },
        body,
    )
}
