//! The form of an account.

use super::LIST;
use crate::app::App;
use crate::layout::{self, Frame, token};
use crate::links;
use crate::posted::Posted;
use crate::session::Signed;
use crate::words;
use maud::{Markup, html};
use zhijian_records::port::Account;

/// What a form says.
pub fn given(posted: &Posted) -> Account {
    let roles: Vec<&str> = posted.all("roles").collect();
    let get = |name: &str| posted.get(name).trim();
    Account::new("", get("name"), &roles, get("region"), get("organisation"))
}

/// The page with the form; `below` follows it. Only roles that the person may give are offered.
pub fn show(app: &App, signed: &Signed, account: &Account, new: bool, wrong: Option<&str>, below: Markup) -> Markup {
    let action = if new { format!("{LIST}/new") } else { format!("{LIST}/{}", links::encode(&account.login)) };
    let grantable = app.door.grantable(&signed.caller);
    let roles = words::ROLES.iter().filter(|(code, _)| grantable.contains(code));
    let body = html! {
        @if let Some(message) = wrong { div.notice.notice-error role="alert" { (message) } }
        form.record-form.narrow method="post" action=(action) data-once {
            (token(signed))
            section.card { div.form-grid {
                div.field { label for="login" { "账号" } input.form-control #login name="login" value=(account.login) required disabled[!new] autocomplete="off" autocapitalize="none" minlength="2" maxlength="64"; }
                div.field { label for="name" { "姓名" } input.form-control #name name="name" value=(account.name) required maxlength="50"; }
                div.field { label for="region" { "负责地区（区划代码）" } input.form-control #region name="region" value=(account.region) inputmode="numeric" maxlength="9"; p.hint { (app.door.catalogue.regions.full_name(&account.region)) " 单位账号留空。" } }
                div.field { label for="organisation" { "所属单位（记录号）" } input.form-control #organisation name="organisation" value=(account.organisation) maxlength="32"; p.hint { "企业和机构账号填写本单位记录的记录号。" } }
                div.field.wide {
                    span.label #roles-label { "角色" }
                    div.checks role="group" aria-labelledby="roles-label" {
                        @for (code, name) in roles { label.check { input type="checkbox" name="roles" value=(code) checked[account.roles.iter().any(|r| r == code)]; span { (name) " " small.muted { (code) } } } }
                    }
                }
                @if !new { div.field.wide { label.check { input type="checkbox" name="active" value="1" checked[account.active]; span { "允许登录" } } p.hint { "停用后会话、令牌立即失效。" } } }
            } }
            div.form-bar { button.btn.btn-primary type="submit" { @if new { "保存并生成邀请链接" } @else { "保存" } } a.btn href=(LIST) { "取消" } }
        }
        (below)
    };
    let title = if new { "新建账号".to_owned() } else { account.name.clone() };
    layout::page(
        &Frame { title: &title, signed: Some(signed), active: LIST, breadcrumbs: &[(words::ACCOUNTS, LIST.into())], ..Frame::new(app) },
        body,
    )
}
