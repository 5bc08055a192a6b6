//! The plans (规划): own region first.

use super::place::Territory;
use crate::app::App;
use crate::{Frame, PageError, Signed, layout, words};
use axum::extract::State;
use maud::{Markup, html};
use zhijian_kinds::Plan;

/// `GET /plans`
pub async fn page(signed: Signed, State(app): State<App>) -> Result<Markup, PageError> {
    let territory = Territory::of(&app, &signed.caller)?;
    let (own, others): (Vec<&Plan>, Vec<&Plan>) = app.catalogue().plans.values().partition(|plan| territory.node_of(plan).is_some());
    let body = html! {
        (super::style())
        div.plan-cards { @for plan in own { (card(&app, &territory, plan)) } }
        @if !others.is_empty() {
            h2 { "其他地区的规划" }
            p.muted { "规划文本公开，指标数值不在您的范围内。" }
            div.plan-cards { @for plan in others { (card(&app, &territory, plan)) } }
        }
        p { a href="/indicators" { "全部指标的定义" } }
    };
    Ok(layout::page(&Frame { title: words::BOARD, signed: Some(&signed), active: "/plans", ..Frame::new(&app) }, body))
}

fn card(app: &App, territory: &Territory<'_>, plan: &Plan) -> Markup {
    let regions = &app.catalogue().regions;
    let node = territory.node_of(plan);
    html! {
        section.card.plan-card.outside[node.is_none()] {
            h2 {
                @if node.is_some() { a href=(format!("/plans/{}", plan.plan)) { (plan.title) } } @else { (plan.title) }
            }
            p { (regions.full_name(&plan.region)) " · " (plan.period) " · " (plan.targets.len()) " 项指标" }
            @if let Some(node) = node.filter(|n| *n != plan.region) {
                p.muted { "按您的辖区" (regions.name(&node)) "计算" }
            }
            @if !plan.note.is_empty() { p.muted.board-small { (plan.note) } }
        }
    }
}
