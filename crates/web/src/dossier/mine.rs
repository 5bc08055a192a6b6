//! `GET /me/file`: the worker's own file, and a copy of all that is kept about him (个人信息保护法 arts. 44, 45).

use super::{parts, person};
use crate::app::App;
use crate::download;
use crate::error::PageError;
use crate::icons::icon;
use crate::layout::{self, Frame, token};
use crate::posted::Posted;
use crate::session::Signed;
use crate::words;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use serde_json::{Value, json};
use zhijian_records::Door;

/// On the audit line of a copy.
const PURPOSE: &str = "本人查阅、复制个人信息";

/// `GET /me/file`
pub async fn show(signed: Signed, State(app): State<App>, RawQuery(query): RawQuery) -> Result<Markup, PageError> {
    let all = person::all(&query.unwrap_or_default())?;
    let crumbs = [(words::ME, "/me".to_owned())];
    let own = Door::own_person(&signed.caller);
    let body = match &own {
        None => html! {
            div.empty-state {
                p.empty-title { "账号还没有关联本人" }
                p { "请携带身份证件到所在地卫生健康部门或平台管理员处核实身份，核实后这里显示您本人的职业健康记录。" }
            }
        },
        Some(own) => {
            let rows = person::gather(&app, &signed, own, all).await?;
            let sections = person::sections(&app, &signed, &rows).await?;
            let first = rows.values().flatten().find_map(|rows| rows.views.first().map(|view| (rows.kind.clone(), view)));
            html! {
                (parts::style())
                (parts::made(&app, &signed.account.name))
                section.card.file-section {
                    h2 { "本人" }
                    @match first {
                        Some((kind, view)) => (person::who(&app, &kind, view)),
                        None => p.muted { "平台上还没有您的职业健康记录。" },
                    }
                    form.no-print method="post" action="/me/file/copy" {
                        (token(&signed))
                        p.hint { "您可以查阅、复制自己的个人信息（个人信息保护法第44、45条）；有误的请向填报机构提出更正。副本含未隐去的姓名和证件号，请妥善保管；下载将记入审计日志。" }
                        button.btn.btn-primary type="submit" { (icon("export")) "下载副本（JSON）" }
                    }
                }
                (parts::sections(&sections))
            }
        }
    };
    let frame = Frame {
        title: super::MINE,
        signed: Some(&signed),
        active: super::MINE_PAGE,
        breadcrumbs: &crumbs,
        actions: if own.is_some() { parts::print() } else { Markup::default() },
        scripts: if own.is_some() { parts::SCRIPTS } else { &[] },
        ..Frame::new(&app)
    };
    Ok(layout::page(&frame, body))
}

/// `POST /me/file/copy`
pub async fn copy(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    let views = app.door.own_copy(&posted.signed.caller, PURPOSE).await?;
    let title = |kind: &str| app.catalogue().kind(kind).map_or_else(String::new, |k| k.title.clone());
    let records: Vec<Value> = views
        .iter()
        .map(|view| json!({"kind": view.kind, "title": title(&view.kind), "id": view.id, "revision": view.rev, "region": view.region, "data": view.data}))
        .collect();
    let made = zhijian_records::clock::shown(app.door.now());
    let file = json!({"made": made, "basis": "个人信息保护法第44、45条", "account": posted.signed.account.login, "records": records});
    let text = serde_json::to_string_pretty(&file).map_err(PageError::failed("生成副本"))?;
    Ok(download::file(&format!("{}.json", super::MINE), "application/json", text))
}
