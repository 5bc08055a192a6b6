//! `GET` and `POST /explore/sql`: reading queries of analysts over what they may read. Each is on the audit chain before it runs.

use super::{PAGE, TITLE, fact, style};
use crate::app::App;
use crate::board::place::Territory;
use crate::error::PageError;
use crate::layout::token;
use crate::posted::Posted;
use crate::session::Signed;
use crate::{Frame, layout};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_exchange::write::{Cell, Table};
use zhijian_lake::LakeError;
use zhijian_lake::explore::{SqlAnswer, SqlLimits};
use zhijian_records::Caller;
use zhijian_records::port::Action;

/// Longest query.
const LENGTH: usize = 8_000;

/// May somebody write queries? Roles that the policy names (`analyses`).
#[must_use]
pub fn allowed(app: &App, caller: &Caller) -> bool {
    app.catalogue().roles.roles.iter().any(|(id, role)| role.analyses && caller.is(id))
}

fn allow(app: &App, signed: &Signed) -> Result<(), PageError> {
    if allowed(app, &signed.caller) { Ok(()) } else { Err(PageError::NotAllowed("SQL 查询供疾控监测、审核人员使用".into())) }
}

/// `GET /explore/sql`
pub async fn page(signed: Signed, State(app): State<App>) -> Result<Markup, PageError> {
    allow(&app, &signed)?;
    show(&app, &signed, "", Markup::default())
}

/// `POST /explore/sql`
pub async fn run(State(app): State<App>, posted: Posted) -> Result<Response, PageError> {
    let signed = &posted.signed;
    allow(&app, signed)?;
    let sql = posted.get("sql").trim().trim_end_matches(';').trim();
    if sql.is_empty() || sql.len() > LENGTH {
        return Err(PageError::BadRequest(format!("请写一条查询，不超过 {LENGTH} 个字节")));
    }
    let territory = Territory::of(&app, &signed.caller)?;
    let visible = fact::visible(&app, &signed.caller, &territory);
    let format = posted.get("format");
    let action = if format == "csv" { Action::Export } else { Action::View };
    app.door.note(&signed.caller, action, "sql", "", sql, "web").await?;
    let answer = match app.lake.ask(sql, &visible, SqlLimits::default()).await {
        Ok(answer) => answer,
        Err(LakeError::Refused(why)) => {
            let said = html! { div.notice.notice-error role="alert" { p { "查询未执行。" } pre.sql { (why) } } };
            return Ok(show(&app, signed, sql, said)?.into_response());
        }
        Err(other) => return Err(other.into()),
    };
    if format == "csv" {
        let table = Table {
            title: "SQL 查询".to_owned(),
            notes: Vec::new(),
            columns: answer.columns.into_iter().map(|name| (name, 16)).collect(),
            rows: answer.rows.into_iter().map(|row| row.into_iter().map(Cell::from).collect()).collect(),
        };
        return crate::board::export::file(&table, "csv");
    }
    Ok(show(&app, signed, sql, found(&answer))?.into_response())
}

fn show(app: &App, signed: &Signed, sql: &str, result: Markup) -> Result<Markup, PageError> {
    let limits = SqlLimits::default();
    let crumbs = [(TITLE, PAGE.to_owned())];
    let frame = Frame { title: "SQL 查询", signed: Some(signed), active: PAGE, breadcrumbs: &crumbs, ..Frame::new(app) };
    let body = html! {
        (style())
        p.lead { "只读。只能查询您可以整条查看的数据，表中没有姓名、证件号等个人信息。最多返回 " (limits.rows) " 行、运行 " (limits.time.as_secs()) " 秒；每次查询记入审计日志。" }
        form.card method="post" action={(PAGE) "/sql"} {
            (token(signed))
            div.field { label for="sql" { "查询语句" } textarea.form-control.explore-sql #sql name="sql" rows="8" maxlength=(LENGTH) spellcheck="false" required placeholder="SELECT region, count(*) AS 人次 FROM exam GROUP BY region" { (sql) } }
            div.form-bar { button.btn.btn-primary type="submit" { "运行" } button.btn type="submit" name="format" value="csv" { "导出 CSV" } }
        }
        (result)
        (tables(app, signed)?)
    };
    Ok(layout::page(&frame, body))
}

fn found(answer: &SqlAnswer) -> Markup {
    html! {
        @if answer.rows.is_empty() { div.empty-state { p.empty-title { "没有符合条件的行" } } } @else {
            p.board-stand { (answer.rows.len()) " 行" @if answer.more { "（还有更多，未返回；请用条件或汇总缩小）" } }
            div.table-wrap tabindex="0" role="region" aria-label="查询结果" { table.slim.stat-table {
                thead { tr { @for name in &answer.columns { th scope="col" { (name) } } } }
                tbody { @for row in &answer.rows { tr { @for cell in row { td { (cell) } } } } }
            } }
        }
    }
}

/// Facts with their columns.
fn tables(app: &App, signed: &Signed) -> Result<Markup, PageError> {
    let territory = Territory::of(app, &signed.caller)?;
    let facts: Vec<_> = fact::all(app, &signed.caller, &territory).into_iter().filter(|f| !f.closed).collect();
    Ok(html! {
        section.card {
            h2 { "可查询的表" }
            @for fact in &facts {
                details { summary { code { (fact.def.name) } " " (fact.title) }
                    table.slim {
                        thead { tr { th scope="col" { "列" } th scope="col" { "含义" } th scope="col" { "类型" } } }
                        tbody { @for column in &fact.def.columns { tr {
                            td { code { (column.name) } }
                            td { (fact.fields().find(|(c, _)| c.name == column.name).map_or("", |(_, f)| f.title.as_str())) }
                            td { (format!("{:?}", column.ty)) }
                        } } }
                    }
                }
            }
        }
    })
}
