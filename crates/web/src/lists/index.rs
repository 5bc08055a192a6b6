//! `GET /lists`: all lists that somebody sees, with how many rows each has where it is asked for.

use super::question::Question;
use super::{PAGE, TITLE, address, of, style};
use crate::app::App;
use crate::board::asked::Asked;
use crate::board::figures;
use crate::board::parts;
use crate::board::place::Territory;
use crate::{Frame, PageError, Signed, layout, words};
use axum::extract::State;
use maud::{Markup, html};
use zhijian_kinds::NamedList;
use zhijian_records::access::Wish;

/// `GET /lists`
pub async fn show(signed: Signed, State(app): State<App>, asked: Asked) -> Result<Markup, PageError> {
    let lists = of(&app, &signed.caller);
    if lists.is_empty() {
        return Err(PageError::NotAllowed("工作名单供行政管理、疾控等负责一个地区的人员使用".into()));
    }
    let territory = Territory::of(&app, &signed.caller)?;
    let node = territory.choose(None, asked.text("region"))?;
    let when = asked.when(figures::newest_year(&app).await?)?;
    let asked_of_each = lists.into_iter().map(|def| async {
        let given = |name: &str| if name == "region" { node.clone() } else { String::new() };
        let question = Question::new(&app, &territory, &signed.caller, &def.list, Wish::Read, when, given)?;
        Ok::<(&NamedList, u64), PageError>((def, question.total(&app).await?))
    });
    let counted = futures::future::try_join_all(asked_of_each).await?;
    let mut groups: Vec<&str> = Vec::new();
    for (def, _) in &counted {
        if !groups.contains(&def.group.as_str()) {
            groups.push(&def.group);
        }
    }
    let partner = |code: &str| app.catalogue().list("PARTNER").map_or(code, |l| l.label(code)).to_owned();
    let body = html! {
        (style())
        p.lead { "每份名单写明谁在其中、依据什么、交给谁办；名单中的每一行都能打开对应的记录。只列您有权查看的记录。" }
        (parts::switch(PAGE, &app, &asked, when))
        (parts::tree(&territory, PAGE, &asked, &node, &territory.home))
        @for group in &groups {
            section.list-group {
                h2 { (group) }
                div.plan-cards {
                    @for (def, total) in counted.iter().filter(|(def, _)| def.group == *group) {
                        article.card.list-card {
                            h3 { a href=(asked.elsewhere(&address(&def.list), &[])) { (def.title) } " " span.list-count { (words::count(*total)) @if def.rows == zhijian_kinds::lists::Rows::Place { " 处" } @else { " 条" } } }
                            p { (def.help) }
                            p.muted { "依据：" (words::basis(&def.basis)) }
                            @if let Some(code) = &def.partner { p.muted { "移交：" (partner(code)) } }
                        }
                    }
                }
            }
        }
    };
    let frame = Frame { title: TITLE, signed: Some(&signed), active: PAGE, breadcrumbs: &[(words::DESK, "/".into())], ..Frame::new(&app) };
    Ok(layout::page(&frame, body))
}
