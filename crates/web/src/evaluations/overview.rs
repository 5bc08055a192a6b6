//! `GET /evaluations/{id}`: figures, texts, steps, files of one evaluation.

use super::content::{Figure, Figures, Said};
use super::store::{self, Evaluation};
use super::{PAGE, TITLE, address, figure_address, job, light, style, works};
use crate::app::App;
use crate::board::numbers::grouped;
use crate::error::PageError;
use crate::flash::Flash;
use crate::layout::{self, Frame, token};
use crate::pages::records::{cells, step};
use crate::session::Signed;
use crate::words;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_records::read::View;

/// The page.
pub async fn show(signed: Signed, State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, PageError> {
    let evaluation = store::open(&app, &signed.caller, &id).await?;
    let going = job::running(&app, &id).await?;
    let failure = if going.is_none() { job::failure(&app, &signed.caller, &id).await? } else { None };
    let newer = store::corrections(&app, &signed.caller, &id).await?;
    let here = address(&id);
    let name = store::name(&app, &evaluation.view);
    let writes = works(&app, &signed) && evaluation.open() && going.is_none();
    let body = html! {
        (style())
        (Flash::of(&headers).notice())
        @if let Some(progress) = &going {
            section.card #job aria-live="polite" hx-get=(here) hx-trigger="every 1s" hx-select="#job" hx-swap="outerHTML" {
                h2 { "正在计算" }
                div.progress-line { progress max=(progress.total) value=(progress.done) aria-label="计算进度" {} span { (progress.done) " / " (progress.total) } }
                p.muted { (progress.line) }
                noscript { p { a href=(here) { "刷新进度" } } }
            }
        } @else { div #job {} }
        @if let Some(why) = &failure { div.notice.notice-error role="alert" { "上次计算没有完成：" (why) } }
        (standing(&app, &evaluation, &newer))
        div.detail {
            div {
                @match &evaluation.figures {
                    Some(figures) => { (summary(figures)) (table(&id, figures)) (sections(&app, &signed, &evaluation, writes)) }
                    None if going.is_none() => { div.empty-state { p.empty-title { "还没有数值" } p.muted { "在右侧点“重新计算”。" } } }
                    None => {}
                }
            }
            aside { (side(&app, &signed, &evaluation, going.is_some(), &here)) }
        }
    };
    let crumbs = [(words::BOARD, "/plans".to_owned()), (TITLE, PAGE.to_owned())];
    let title = format!("{} {name}", store::text(&evaluation.view, "plan_title"));
    let frame = Frame {
        title: &title,
        signed: Some(&signed),
        active: PAGE,
        breadcrumbs: &crumbs,
        actions: downloads(&evaluation),
        ..Frame::new(&app)
    };
    let mut page = ([(header::SET_COOKIE, Flash::gone())], layout::page(&frame, body)).into_response();
    // The page that was waiting has all of itself to show now.
    if going.is_none() && headers.contains_key("hx-request") {
        page.headers_mut().insert("hx-refresh", HeaderValue::from_static("true"));
    }
    Ok(page)
}

fn downloads(evaluation: &Evaluation) -> Markup {
    let here = address(&evaluation.view.id);
    html! {
        @if evaluation.figures.is_some() {
            a.btn.btn-primary href={(here) "/files/pdf"} download { "下载 PDF" }
            a.btn href={(here) "/files/docx"} download { "Word" }
            a.btn href={(here) "/files/xlsx"} download { "Excel" }
        }
    }
}

/// What holds of the figures: frozen, corrected, changed.
fn standing(app: &App, evaluation: &Evaluation, newer: &[View]) -> Markup {
    let old = evaluation.text("supersedes");
    html! {
        @for view in newer {
            div.notice.notice-warning { "本版已由" a href=(address(&view.id)) { (store::name(app, view)) } "更正，理由：" (store::text(view, "correction_reason")) }
        }
        @if !old.is_empty() {
            div.notice.notice-info { "本版更正" a href=(address(old)) { "上一版" } "，理由：" (evaluation.text("correction_reason")) "。"
                a href=(format!("/evaluations/compare?a={old}&b={}", evaluation.view.id)) { "比较两版" } }
        }
        @if !evaluation.sound { div.notice.notice-error role="alert" { "数值与登记的摘要不一致，请不要使用，并报告平台管理员。" } }
    }
}

fn summary(figures: &Figures) -> Markup {
    let count = |status: &str| figures.rows.iter().filter(|r| r.status == status).count();
    html! {
        ul.board-summary {
            @for status in ["达标", "接近", "未达标", "待评估", "不适用"] { @let n = count(status); @if n > 0 { li { (light(status)) " " strong { (n) } " 项" } } }
        }
        p.board-stand {
            (figures.place) " · " (figures.year) " 年 · 数据截至 " (words::moment(figures.stand))
            @if !figures.as_of.is_empty() { " · 截止日 " (figures.as_of) }
            @if !figures.known_at.is_empty() { " · 入库截至 " (figures.known_at) }
            @if figures.unfinished { " · 该年度尚未结束，为阶段值" }
        }
    }
}

fn table(id: &str, figures: &Figures) -> Markup {
    html! {
        div.table-wrap {
            table.list.board-table.evaluation-table {
                caption.visually-hidden { "指标完成情况" }
                thead { tr {
                    th.num scope="col" { "序号" } th scope="col" { "指标" } th.num scope="col" { "值" } th.num scope="col" { "分子／分母" } th.num scope="col" { "2020年基数" }
                    th.num scope="col" { "目标" } th scope="col" { "状态" } th scope="col" { "差距" }
                } }
                tbody { @for row in &figures.rows { (line(id, row)) } }
            }
        }
    }
}

fn line(id: &str, row: &Figure) -> Markup {
    let number = |n: Option<f64>| n.map_or_else(|| words::NONE.to_owned(), grouped);
    html! {
        tr {
            td.num data-label="序号" { (row.seq) }
            th scope="row" data-label="指标" {
                a href=(figure_address(id, &row.code)) { (row.name) } " " span.muted.board-small { (row.code) }
                @if !row.failure.is_empty() { div.failure-line { (row.failure) } }
            }
            td.num data-label="值" { strong { (row.shown) } }
            td.num data-label="分子／分母" { (number(row.numerator)) "／" (number(row.denominator)) }
            td.num data-label="2020年基数" { (row.baseline) }
            td.num data-label="目标" { (row.goal) @if let Some(year) = row.goal_year { div.board-small.muted { (year) "年" } } }
            td data-label="状态" { (light(&row.status)) }
            td data-label="差距" { (row.gap) @if !row.still.is_empty() { div.board-small { (row.still) } } }
        }
    }
}

fn sections(app: &App, signed: &Signed, evaluation: &Evaluation, writes: bool) -> Markup {
    html! {
        @for rule in &app.catalogue().narrative.sections {
            @let said = evaluation.texts.sections.get(&rule.key).cloned().unwrap_or_default();
            section.card.narrative #(format!("section-{}", rule.key)) {
                h2 { (rule.title) @if said.edited { span.quiet { "人工修改" } } }
                (prose(&said))
                @if writes { (editor(signed, evaluation, "section", (&rule.key, &rule.title), &said)) }
            }
        }
    }
}

/// A text in paragraphs.
pub fn prose(said: &Said) -> Markup {
    html! { @for line in said.text.lines().filter(|l| !l.trim().is_empty()) { p { (line) } } @if said.text.trim().is_empty() { p.muted { "（无）" } } }
}

/// The form that changes a text.
pub fn editor(signed: &Signed, evaluation: &Evaluation, part: &str, (key, title): (&str, &str), said: &Said) -> Markup {
    let (id, rev) = (&evaluation.view.id, evaluation.content.as_ref().map_or(0, |c| c.rev));
    let field = format!("text-{part}-{key}");
    html! {
        details.narrative-edit {
            summary { "修改文字" }
            form method="post" action={(address(id)) "/text"} data-once {
                (token(signed))
                input type="hidden" name="_rev" value=(rev);
                input type="hidden" name="part" value=(part);
                input type="hidden" name="key" value=(key);
                label.visually-hidden for=(field) { (title) }
                textarea.form-control id=(field) name="text" rows="6" maxlength="20000" { (said.text) }
                div.buttons {
                    button.btn.btn-primary type="submit" { "保存" }
                    @if said.edited { button.btn type="submit" name="reset" value="1" { "改回按数值生成的文字" } }
                }
            }
        }
    }
}

fn side(app: &App, signed: &Signed, evaluation: &Evaluation, going: bool, here: &str) -> Markup {
    let view = &evaluation.view;
    let kind = app.catalogue().kind(super::KIND);
    let works = works(app, signed);
    html! {
        @if let Some(kind) = kind {
            @if !going { (step::card(app, signed, kind, view)) }
            @else { section.card.flow { h2 { "办理状态" } p.state-now { (cells::state(kind, &view.state)) } } }
        }
        section.card {
            h2 { "评估" }
            dl.facts {
                div { dt { "地区" } dd { (app.catalogue().regions.full_name(evaluation.text("county"))) } }
                div { dt { "年度" } dd { (evaluation.year()) } }
                div { dt { "版次" } dd { "第 " (evaluation.edition()) " 版" } }
                div { dt { "发起" } dd { (evaluation.text("started_on")) " " (evaluation.text("started_by")) } }
                @if !evaluation.text("computed_on").is_empty() { div { dt { "计算时刻" } dd { (evaluation.text("computed_on").get(..16).unwrap_or_default().replace('T', " ")) } } }
                @if !evaluation.text("figures_digest").is_empty() { div { dt { "数值摘要（SM3）" } dd.digest { code { (evaluation.text("figures_digest").get(..16).unwrap_or_default()) "…" } } } }
                @for (field, title) in [("inspection_note", "核查意见"), ("approved_on", "定稿日期"), ("approved_by", "批准人"), ("reported_on", "报政府日期"), ("report_no", "报送文号")] {
                    @if !evaluation.text(field).is_empty() { div { dt { (title) } dd { (evaluation.text(field)) } } }
                }
            }
            p { a href=(crate::links::record(super::KIND, &view.id)) { "登记与历史" } }
        }
        @if works && evaluation.open() && !going {
            section.card {
                h2 { "数值" }
                p.muted { "定稿前可按最新数据重新计算；修改过的文字保留。" }
                form method="post" action={(here) "/compute"} data-once { (token(signed)) input type="hidden" name="_rev" value=(view.rev); button.btn type="submit" { "重新计算" } }
            }
        }
        @if works && !evaluation.open() {
            section.card {
                h2 { "更正" }
                p.muted { "定稿的数值不再改变。发现差错的，另出新版，两版都保留。" }
                form method="post" action={(here) "/correct"} data-once {
                    (token(signed))
                    input type="hidden" name="_rev" value=(view.rev);
                    label for="reason" { "更正理由" }
                    textarea.form-control #reason name="reason" rows="3" required minlength="4" maxlength="1000" {}
                    div.buttons { button.btn type="submit" { "出更正版" } }
                }
            }
        }
        section.card {
            h2 { "相关" }
            ul.plain-links {
                li { a href={"/plans/" (evaluation.text("plan")) "/tasks"} { "规划任务" } }
                li { a href={"/plans/" (evaluation.text("plan")) "/targets"} { "目标分解" } }
                li { a href={"/plans/" (evaluation.text("plan")) "?year=" (evaluation.year())} { "规划看板（现值）" } }
            }
        }
    }
}
