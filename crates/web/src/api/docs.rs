//! The page of the documentation: a list that needs no script, and the try-out (Swagger UI, from the embedded files).

use super::BASE;
use super::operation::{Access, Spec};
use super::operations::{TAGS, operations};
use crate::app::App;
use crate::{Frame, PageError, assets, layout, session, words};
use axum::extract::State;
use axum::http::HeaderMap;
use maud::{Markup, html};
use zhijian_records::access::Wish;

/// `GET /api/docs`
pub async fn page(State(app): State<App>, headers: HeaderMap) -> Result<Markup, PageError> {
    let signed = session::find(&app, &headers).await?;
    let token = signed.as_ref().map_or("", |s| s.csrf.as_str());
    let document = format!("{BASE}/openapi.json");
    let body = html! {
        link rel="stylesheet" href=(assets::url("vendor/swagger-ui.css"));
        link rel="stylesheet" href=(assets::url("app/api-docs.css"));
        p { "接口说明由表单定义与操作表自动生成：" a href=(document) { "OpenAPI 3.1 文档（JSON）" } "。登录后可在本页直接试用，写操作会真实保存。" }
        details.card.api-list { summary { "全部操作一览" } (list()) }
        div #swagger-ui data-document=(document) data-token=(token) {}
        noscript { p.muted { "试用需要启用脚本；上面的一览不需要。" } }
    };
    let scripts = ["vendor/swagger-ui.js", "app/api-docs.js"];
    Ok(layout::page(
        &Frame { title: words::API, signed: signed.as_ref(), active: "/api/docs", scripts: &scripts, ..Frame::new(&app) },
        body,
    ))
}

fn list() -> Markup {
    let all = operations();
    html! {
        @for (tag, about) in TAGS {
            h2 { (tag) }
            p.muted { (about) }
            div.table-wrap {
                table.list {
                    thead { tr { th { "操作" } th { "地址" } th { "说明" } th { "权限" } } }
                    tbody {
                        @for spec in all.iter().map(|o| &o.spec).filter(|s| s.tag == tag) {
                            tr { td { code { (spec.method.to_uppercase()) } } td { code { (BASE) (spec.path) } } td { (spec.summary) } td { (who(spec)) } }
                        }
                    }
                }
            }
        }
    }
}

fn who(spec: &Spec) -> &'static str {
    match spec.access {
        Access::Anyone => "无需登录",
        Access::Signed => "登录用户",
        Access::Kind(Wish::Read) => "表单规定的查阅角色",
        Access::Kind(Wish::Reveal) => "可查看完整信息的角色",
        Access::Kind(Wish::Advance) => "各步骤的办理角色",
        Access::Kind(_) => "表单规定的填报角色",
        Access::Region => "有属地职责的账号，限本级及下级",
        Access::Role(_) => "平台管理员",
    }
}
