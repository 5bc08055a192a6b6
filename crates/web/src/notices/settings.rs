//! `/notices/settings`: which outlets, which notices, where to.

use super::{PAGE, SETTINGS, TITLE};
use crate::app::App;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame, token};
use crate::posted::Posted;
use crate::session::Signed;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use zhijian_kinds::notice::Delivery;
use zhijian_records::notices::wishes::Wish;
use zhijian_records::notices::{Contact, Timing, Wishes};

/// `GET /notices/settings`
pub async fn show(signed: Signed, State(app): State<App>, headers: HeaderMap) -> Result<Response, PageError> {
    let (wishes, contact) = app.door.own_wishes(&signed.caller).await?;
    let timing = app.door.timing().await?;
    let body = html! {
        (Flash::of(&headers).notice())
        form.card.narrow method="post" action=(SETTINGS) data-once data-dirty {
            (token(&signed))
            h2 { "平台之外的提醒" }
            p.hint { "平台之外只说“有一条……，请登录查看”，不含记录内容。站内通知不受影响。" }
            @if app.gate.outlets.is_empty() { p.muted { "本平台未配置邮件、短信等渠道，通知只在站内。" } }
            @for (name, title) in &app.gate.outlets { (outlet(name, title, wishes.outlets.get(*name).copied())) }
            @if !app.gate.outlets.is_empty() { (addresses(&contact.masked())) }
            h2 { "站内通知" }
            p.hint { "标有“法定”的通知依据法定职责，不能关闭。" (times(&timing)) }
            ul.notice-choices { @for notice in app.catalogue().notices.values() { li {
                label {
                    input type="checkbox" name="want" value=(notice.notice) checked[notice.statutory || !wishes.muted.contains(&notice.notice)] disabled[notice.statutory];
                    span { (notice.title) @if notice.statutory { " " span.state-badge.badge-plain { "法定" } } }
                }
                span.muted { (super::row::level(notice.level)) " " (delivery(notice.delivery)) }
            } } }
            div.form-bar { button.btn.btn-primary type="submit" { "保存" } a.btn href=(PAGE) { "返回" } }
        }
    };
    let crumbs = [(TITLE, PAGE.to_owned())];
    let frame = Frame { title: "通知设置", signed: Some(&signed), active: PAGE, breadcrumbs: &crumbs, ..Frame::new(&app) };
    Ok(([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response())
}

fn outlet(name: &str, title: &str, wish: Option<Wish>) -> Markup {
    let id = format!("outlet-{name}");
    html! {
        div.field {
            label for=(id) { (title) }
            select.form-select id=(id) name={"outlet-" (name)} {
                option value="" selected[wish.is_none()] { "不发送" }
                option value="on" selected[wish == Some(Wish::On)] { "按通知的规定发送" }
                option value="daily" selected[wish == Some(Wish::Daily)] { "每日汇总一次" }
            }
        }
    }
}

fn addresses(masked: &Contact) -> Markup {
    let now = |text: &str| if text.is_empty() { "未填写".to_owned() } else { format!("现为 {text}") };
    html! {
        p.hint { "地址加密保存，只用于通知。不改就留空；要删除，请勾选“清除地址”。" }
        div.field { label for="mail" { "邮箱（" (now(&masked.mail)) "）" } input.form-control #mail type="email" name="mail" maxlength="254" autocomplete="email"; }
        div.field { label for="phone" { "手机号（" (now(&masked.phone)) "）" } input.form-control #phone type="tel" name="phone" maxlength="11" inputmode="numeric" autocomplete="tel-national"; }
        p { label { input type="checkbox" name="clear" value="1"; " 清除地址" } }
    }
}

fn delivery(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::AtOnce => "随时发送",
        Delivery::Daytime => "免打扰时段之外发送",
        Delivery::Daily => "每日汇总",
    }
}

fn times(timing: &Timing) -> String {
    format!("每日汇总 {}:00；免打扰 {}:00 至 {}:00（平台约定，可由管理员调整）。", timing.digest_hour, timing.quiet_from, timing.quiet_to)
}

/// `POST /notices/settings`
pub async fn save(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    let caller = &posted.signed.caller;
    let (old, contact) = app.door.own_wishes(caller).await?;
    let mut wishes = Wishes { outlets: old.outlets.clone(), ..Wishes::default() };
    for (name, _) in &app.gate.outlets {
        match posted.get(&format!("outlet-{name}")) {
            "on" => drop(wishes.outlets.insert((*name).to_owned(), Wish::On)),
            "daily" => drop(wishes.outlets.insert((*name).to_owned(), Wish::Daily)),
            "" => drop(wishes.outlets.remove(*name)),
            other => return Err(PageError::BadRequest(format!("渠道 {name} 的值“{other}”无法识别"))),
        }
    }
    let wanted: Vec<&str> = posted.all("want").collect();
    let notices = app.catalogue().notices.values();
    wishes.muted = notices.filter(|n| !n.statutory && !wanted.contains(&n.notice.as_str())).map(|n| n.notice.clone()).collect();
    let given = |name: &str| posted.get(name).trim().to_owned();
    let contact = if posted.get("clear") == "1" {
        Some(Contact { mail: given("mail"), phone: given("phone") })
    } else if given("mail").is_empty() && given("phone").is_empty() {
        None
    } else {
        let or = |new: String, old: String| if new.is_empty() { old } else { new };
        Some(Contact { mail: or(given("mail"), contact.mail), phone: or(given("phone"), contact.phone) })
    };
    app.door.set_own_wishes(caller, &wishes, contact.as_ref()).await?;
    Ok(([(header::SET_COOKIE, Flash::done("通知设置已保存").cookie())], Redirect::to(SETTINGS)).into_response())
}
