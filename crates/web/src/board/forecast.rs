//! `GET /plans/{plan}/forecast`: every row of a plan with where it will stand at the end of the year; and the same of one indicator.

use super::asked::Asked;
use super::drill::Subject;
use super::figures::{self, Question, When};
use super::lines::{self, Line};
use super::outlook::{self, Outlook};
use super::place::Territory;
use super::{backtest, bullet, export, numbers, parts};
use crate::app::App;
use crate::{Frame, PageError, Signed, layout, words};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use zhijian_calc::forecast::{CAVEAT, Forecast, METHOD};
use zhijian_exchange::write::Table;
use zhijian_kinds::indicator::Measure;
use zhijian_kinds::{Plan, dates};
use zhijian_lake::{PlanRow, percent_text};
use zhijian_records::Caller;
use zhijian_records::port::Action;

/// A row with its outlook.
#[derive(Debug)]
pub struct Row {
    /// The plan's row.
    pub row: PlanRow,
    /// Its course and forecast; none for states and changes, and when the year is over.
    pub outlook: Option<Outlook>,
    percent: bool,
}

/// Every row of a plan with its outlook, as somebody may see it.
///
/// # Errors
/// The lake failed, or the plan names an indicator that is not there.
pub async fn rows(app: &App, territory: &Territory<'_>, plan: &Plan, node: &str, when: When) -> Result<Vec<Row>, PageError> {
    let open = outlook::open_until(app, when);
    let mut rows = Vec::new();
    for row in figures::evaluate(app, territory, plan, node, when).await? {
        let def = figures::indicator(app, &row.indicator)?;
        let question = Question::new(territory, Some(plan), def, node, when);
        let outlook = match open {
            Some(last) => outlook::of(app, &question, last).await?,
            None => None,
        };
        rows.push(Row { percent: def.unit == "percent", row, outlook });
    }
    Ok(rows)
}

/// `GET /plans/{plan}/forecast`
pub async fn page(signed: Signed, State(app): State<App>, Path(name): Path<String>, asked: Asked) -> Result<Response, PageError> {
    let plan = figures::plan(&app, &name)?;
    let territory = Territory::of(&app, &signed.caller)?;
    let node = territory.choose(Some(plan), asked.text("region"))?;
    let when = asked.when(figures::newest_year(&app).await?)?;
    let open = outlook::open_until(&app, when);
    let rows = rows(&app, &territory, plan, &node, when).await?;
    let path = format!("/plans/{name}/forecast");
    let title = format!("{} 年末预测", plan.title);
    let format = asked.text("format");
    if matches!(format, "csv" | "xlsx") {
        let note = format!("年末预测 {name} {} {node} {format}", when.year);
        app.door.note(&signed.caller, Action::Export, "plan", "", &note, "web").await?;
        return export::file(&sheet(&app, &signed.caller, &title, &node, when, &rows), format);
    }
    let crumbs = [(words::BOARD, "/plans".to_owned()), (plan.title.as_str(), asked.elsewhere(&format!("/plans/{name}"), &[]))];
    let to = |format: &str| asked.here(&path, &[("format", format)]);
    let frame = Frame {
        title: &title,
        signed: Some(&signed),
        active: "/plans",
        breadcrumbs: &crumbs,
        actions: html! { a.btn href=(to("xlsx")) download { "导出 Excel" } a.btn href=(to("csv")) download { "CSV" } },
        ..Frame::new(&app)
    };
    let body = html! {
        (super::style())
        (parts::switch(&path, &app, &asked, when))
        (parts::tree(&territory, &path, &asked, &node, &territory.node_of(plan).unwrap_or_default()))
        @match open {
            Some(last) => p.notice.notice-info { "按截至 " (dates::iso(last)) " 的各月末值推算。" },
            None => p.notice.notice-info { (outlook::closed(&app, when)) },
        }
        (table(&asked, &name, &rows))
        (parts::stand(&app, when))
        (method())
    };
    Ok(layout::page(&frame, body).into_response())
}

fn table(asked: &Asked, plan: &str, rows: &[Row]) -> Markup {
    html! {
        div.table-wrap tabindex="0" role="region" aria-label="年末预测" {
            table.list.board-table {
                caption.visually-hidden { "年末预测" }
                thead { tr {
                    th.num scope="col" { "序号" } th scope="col" { "指标" } th.num scope="col" { "现值" } th scope="col" { "状态" } th.num scope="col" { "目标" }
                    th scope="col" { "差距" } th.num scope="col" { "年末预测" } th.num scope="col" { "95%预测区间" } th scope="col" { "判断" } th.num scope="col" { "用到的月份" }
                } }
                tbody {
                    @for row in rows {
                        @let line = Line::of(&row.row);
                        @let told = Told::of(row);
                        tr {
                            td.num data-label="序号" { (line.seq) }
                            th scope="row" data-label="指标" { a href=(asked.elsewhere(&format!("/plans/{plan}/{}", line.code), &[])) { (line.name) } " " span.muted.board-small { (line.code) } }
                            td.num data-label="现值" { (line.value) }
                            td data-label="状态" { (bullet::light(line.status)) }
                            td.num data-label="目标" { (goal(&line)) }
                            td data-label="差距" { (line.gap) @if !line.still.is_empty() { div.board-small { (line.still) } } }
                            td.num data-label="年末预测" { strong { (told.value) } }
                            td.num data-label="95%预测区间" { (told.interval) }
                            td data-label="判断" { (told.judged) }
                            td.num data-label="用到的月份" { (told.months) }
                        }
                    }
                }
            }
        }
    }
}

/// The target that the year is held against.
fn goal(line: &Line) -> &str {
    if line.target_year.is_some_and(|year| year <= 2023) { &line.target_2023 } else { &line.target_2025 }
}

/// A forecast in words.
#[derive(Debug)]
pub struct Told {
    /// The end of the year.
    pub value: String,
    /// Its interval.
    pub interval: String,
    /// Against the target, or why there is no forecast.
    pub judged: String,
    /// Months used.
    pub months: String,
}

impl Told {
    /// Of a row.
    #[must_use]
    pub fn of(row: &Row) -> Self {
        let nothing =
            |why: &str| Self { value: words::NONE.into(), interval: words::NONE.into(), judged: why.into(), months: String::new() };
        let Some(outlook) = &row.outlook else { return nothing("") };
        let months = outlook.months.iter().filter(|(_, value)| value.is_some()).count();
        let Some(forecast) = outlook.forecast else {
            return Self { months: months.to_string(), ..nothing("月末值不足 3 个，不预测") };
        };
        let goal = outlook::goal(&row.row.test, row.row.target.as_ref());
        let judged = goal.map_or("", |goal| outlook::judged(&forecast, goal));
        Self {
            value: number(forecast.value, row.percent),
            interval: interval(&forecast, row.percent),
            judged: judged.into(),
            months: months.to_string(),
        }
    }
}

fn number(value: f64, percent: bool) -> String {
    if percent { percent_text(value) } else { numbers::grouped(value.round()) }
}

fn interval(forecast: &Forecast, percent: bool) -> String {
    format!("{}–{}", number(forecast.low, percent).trim_end_matches(" %"), number(forecast.high, percent))
}

fn method() -> Markup {
    html! {
        details.card.board-notes open {
            summary { "方法与不确定性" }
            p { "方法：" (METHOD) "。比率限制在 0–100%。" }
            p { (CAVEAT) }
            p { "目标、分子分母口径见各指标" a href="/indicators" { "定义" } "；方法为平台约定，未注明出处。" }
        }
    }
}

/// The rows as they leave the platform.
#[must_use]
pub fn sheet(app: &App, caller: &Caller, title: &str, node: &str, when: When, rows: &[Row]) -> Table {
    let line = |row: &Row| {
        let (line, told) = (Line::of(&row.row), Told::of(row));
        let target = goal(&line).to_owned();
        vec![
            line.seq.into(),
            line.code.into(),
            line.name.into(),
            line.value.into(),
            target.into(),
            line.status.word().into(),
            line.gap.into(),
            told.value.into(),
            told.interval.into(),
            told.judged.into(),
            told.months.into(),
        ]
    };
    Table {
        title: format!("{title} {}年（{}）", when.year, app.catalogue().regions.name(node)),
        notes: vec![
            format!("区划：{}；年度：{}；数据截至 {}", app.catalogue().regions.full_name(node), when.year, words::moment(app.lake.stand())),
            format!("方法：{METHOD}。{CAVEAT}"),
            format!("导出：{}（{}），{}", caller.name, caller.login, words::moment(app.door.now())),
        ],
        columns: vec![
            ("序号", 6),
            ("指标代码", 10),
            ("指标名称", 44),
            ("现值", 14),
            ("目标", 12),
            ("状态", 10),
            ("差距", 18),
            ("年末预测", 14),
            ("95%预测区间", 18),
            ("判断", 22),
            ("用到的月份", 10),
        ],
        rows: rows.iter().map(line).collect(),
    }
}

/// The outlook of one indicator: months so far and the end of the year.
///
/// # Errors
/// The lake failed.
pub async fn section(subject: &Subject<'_>, row: Option<&PlanRow>) -> Result<Markup, PageError> {
    let question = &subject.question;
    let percent = question.def.unit == "percent";
    let Some(last) = outlook::open_until(subject.app, question.when()) else {
        let past = if matches!(question.def.measure, Measure::Rate | Measure::Count) {
            backtest::section(subject, |value| number(value, percent)).await?
        } else {
            Markup::default()
        };
        return Ok(html! {
            section.card.board-outlook #outlook { h2 { "年末预测" } p.muted { (outlook::closed(subject.app, question.when())) } (past) }
        });
    };
    let Some(found) = outlook::of(subject.app, question, last).await? else { return Ok(Markup::default()) };
    let goal = row.and_then(|r| outlook::goal(&r.test, r.target.as_ref()));
    let past = backtest::section(subject, |value| number(value, percent)).await?;
    Ok(html! {
        section.card.board-outlook #outlook {
            h2 { "年末预测" }
            @match &found.forecast {
                Some(forecast) => p {
                    "按截至 " (dates::iso(last)) " 的 " (forecast.points) " 个月末值，年末预计 " strong { (number(forecast.value, percent)) }
                    "（95% 预测区间 " (interval(forecast, percent)) "）" @if let Some(goal) = goal { "；" strong { (outlook::judged(forecast, goal)) } }
                    "。每月约变化 " (format!("{:+.2}", forecast.slope)) (if percent { " 个百分点" } else { "" }) "。"
                },
                None => p.muted { "月末值不足 3 个（或人数过少已隐去），不作预测。" },
            }
            p.muted.board-small { "方法：" (METHOD) "。" (CAVEAT) }
            (past)
            details {
                summary { "各月末值" }
                table.slim {
                    thead { tr { th scope="col" { "截至" } th.num scope="col" { "值" } } }
                    tbody { @for (day, value) in &found.months { tr { th scope="row" { (dates::iso(*day)) } td.num { (value.map_or_else(|| lines::NOTHING.to_owned(), |v| number(v, percent))) } } } }
                }
            }
        }
    })
}
