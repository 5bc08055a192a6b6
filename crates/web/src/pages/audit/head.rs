//! The head of the chain on paper: whoever keeps the sheet can prove that the history before it was rewritten or cut.

use super::{PAGE, auditor};
use crate::app::App;
use crate::error::PageError;
use crate::layout::{self, Frame};
use crate::session::Signed;
use crate::words;
use axum::extract::State;
use maud::{Markup, html};
use zhijian_records::DoorError;
use zhijian_records::clock::shown;
use zhijian_records::signed_head;

/// `GET /audit/head`
pub async fn show(signed: Signed, State(app): State<App>) -> Result<Markup, PageError> {
    auditor(&app, &signed)?;
    let head = signed_head::now(app.door.store.as_ref()).await.map_err(|source| DoorError::Store { kind: "audit".into(), source })?;
    let body = html! {
        @if let Some(head) = &head {
            section.card.about {
                h2 { @if !app.region_name().is_empty() { (app.region_name()) " · " } "审计链链头" }
                dl {
                    dt { "审计记录" } dd { strong { (head.count) } " 条" }
                    dt { "最后一条" } dd.date { (shown(head.at)) }
                    dt { "SM3" } dd { @for group in groups(&head.hash) { code { (group) } " " } }
                    dt { "打印" } dd.date { (shown(app.door.now())) "，" (signed.account.name) }
                }
                (crate::qr::code(&line(head), "链头：条数、时间与摘要"))
                p.hint { "二维码内为下方核对用的内容，扫码即可存下，不必抄写。" }
                p { "留存人：________________　　日期：________________" }
            }
            section.card.no-print {
                h2 { "怎样使用" }
                p { "打印后由本系统以外的人留存（上级单位、审计、档案）。日后核对：在服务器上把下面的内容存成文件，运行 " code { "zhijian audit verify --head 文件" } "；第 " (head.count) " 条的摘要与纸上不同，或审计链不足 " (head.count) " 条，即证明历史被改写或截断。" }
                pre.wrap { code { (line(head)) } }
                p { "需要数字签名时：" code { "zhijian audit keygen 私钥文件" } " 生成 SM2 密钥对，" code { "zhijian audit sign --key 私钥文件" } " 签名；设置 " code { "audit_head_folder" } " 与 " code { "audit_head_key" } " 后，服务每天自动写一份。" }
            }
        } @else {
            p.muted { "审计链还没有任何记录。" }
        }
    };
    let crumbs = [(words::AUDIT, PAGE.to_owned())];
    let frame = Frame { title: "审计链链头", signed: Some(&signed), active: PAGE, breadcrumbs: &crumbs, ..Frame::new(&app) };
    Ok(layout::page(&frame, body))
}

/// The head as `zhijian audit verify --head` reads it.
fn line(head: &signed_head::Head) -> String {
    format!("{{\"count\": {}, \"at\": {}, \"hash\": \"{}\"}}", head.count, head.at, head.hash)
}

/// Groups of eight digits: people compare them.
fn groups(hash: &str) -> Vec<&str> {
    (0..hash.len()).step_by(8).filter_map(|at| hash.get(at..(at + 8).min(hash.len()))).collect()
}
