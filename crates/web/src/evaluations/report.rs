//! An evaluation as report: title page, chapters, a part for each indicator, tasks, money, appendices. Only what was frozen goes in.

use super::content::{Figures, Said};
use super::report_parts::{self as parts, Numbered};
use super::store::{self, Evaluation};
use super::{address, tasks_address};
use crate::app::App;
use crate::board::numbers::grouped;
use crate::board::{figures as board, place};
use crate::error::PageError;
use crate::words;
use std::collections::HashSet;
use zhijian_documents::content::{Row, chinese_day};
use zhijian_documents::report::{Piece, Report};
use zhijian_records::Caller;
use zhijian_records::access::Wish;

/// The report as the caller may have it: lists of organisations are for those who see them one by one.
///
/// # Errors
/// Nothing was computed yet.
pub fn of(app: &App, caller: &Caller, evaluation: &Evaluation) -> Result<Report, PageError> {
    let Some(figures) = &evaluation.figures else { return Err(PageError::BadRequest("请先计算数值，再打印报告".into())) };
    let id = evaluation.view.id.as_str();
    let listed: HashSet<&str> = figures
        .rows
        .iter()
        .filter(|row| board::indicator(app, &row.code).is_ok_and(|def| place::unit_scope(app, caller, def, Wish::Read).is_some()))
        .map(|row| row.code.as_str())
        .collect();
    let mut pieces = Vec::new();
    let mut chapters = Chapters::default();
    let said = |key: &str| evaluation.texts.sections.get(key).cloned().unwrap_or_default();
    let title = |key: &str| app.catalogue().narrative.sections.iter().find(|s| s.key == key).map_or_else(String::new, |s| s.title.clone());
    chapters.open(&mut pieces, &title("overview"));
    prose(&mut pieces, &said("overview"));
    pieces.push(parts::overview(id, figures));
    chapters.open(&mut pieces, "指标完成情况");
    for (at, row) in figures.rows.iter().enumerate() {
        if at > 0 {
            pieces.push(Piece::Page);
        }
        parts::indicator(&mut pieces, id, figures.year, row, &evaluation.texts.figures.get(&row.code).cloned().unwrap_or_default());
    }
    chapters.open(&mut pieces, "各地区完成情况");
    parts::matrix(&mut pieces, id, figures);
    chapters.open(&mut pieces, &title("tasks"));
    prose(&mut pieces, &said("tasks"));
    tasks(&mut pieces, figures);
    chapters.open(&mut pieces, &title("problems"));
    prose(&mut pieces, &said("problems"));
    // Sections that a deployment adds follow in their order.
    for rule in app.catalogue().narrative.sections.iter().filter(|r| !["overview", "tasks", "problems"].contains(&r.key.as_str())) {
        chapters.open(&mut pieces, &rule.title);
        prose(&mut pieces, &said(&rule.key));
    }
    parts::definitions(&mut pieces, id, figures);
    parts::lists(&mut pieces, id, figures, &listed);
    parts::about(&mut pieces, id, figures, evaluation);
    let name = store::name(app, &evaluation.view);
    Ok(Report {
        ident: format!("{id}/{}", evaluation.text("figures_digest")),
        title: figures.plan_title.clone(),
        subtitle: format!("{name}报告"),
        facts: facts(figures, evaluation),
        mark: if evaluation.open() { "草  稿".into() } else { String::new() },
        site: app.gate.public_url.trim_end_matches('/').to_owned(),
        foot: format!("{} {name}报告 · {}", app.catalogue().regions.name(&figures.node), address(id)),
        pieces,
    })
}

/// Numbers of chapters in Chinese.
#[derive(Default)]
struct Chapters(usize);

impl Chapters {
    fn open(&mut self, pieces: &mut Vec<Piece>, title: &str) {
        const NUMBERS: [&str; 12] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];
        pieces.push(Piece::Page);
        let number = NUMBERS.get(self.0).copied().unwrap_or("其他");
        pieces.push(Piece::Heading { level: 1, text: format!("{number}、{title}") });
        self.0 += 1;
    }
}

fn prose(pieces: &mut Vec<Piece>, said: &Said) {
    let text = said.text.trim();
    pieces.push(Piece::Text { text: if text.is_empty() { "（无）".into() } else { text.to_owned() } });
}

fn facts(figures: &Figures, evaluation: &Evaluation) -> Vec<Row> {
    let row = |label: &str, value: String| Row { label: label.to_owned(), value };
    let mut rows = vec![
        row("评估地区", figures.place.clone()),
        row("评估年度", format!("{} 年", figures.year)),
        row("数据截至", words::moment(figures.stand)),
    ];
    for (label, value) in [("数据截止日", &figures.as_of), ("入库截至", &figures.known_at)] {
        if !value.is_empty() {
            rows.push(row(label, value.clone()));
        }
    }
    rows.push(row("版次", format!("第 {} 版", evaluation.edition())));
    if !evaluation.text("correction_reason").is_empty() {
        rows.push(row("更正理由", evaluation.text("correction_reason").to_owned()));
    }
    let approved = chinese_day(evaluation.text("approved_on"));
    rows.push(row("定稿", approved.map_or_else(|| "草稿，尚未定稿".into(), |day| format!("{day} {}", evaluation.text("approved_by")))));
    rows
}

/// Table of the tasks, and of the money.
fn tasks(pieces: &mut Vec<Piece>, figures: &Figures) {
    let source = |code: &str| zhijian_documents::report::Source { code: code.to_owned(), path: tasks_address(&figures.plan) };
    let rows: Vec<Vec<String>> = figures
        .tasks
        .iter()
        .map(|task| {
            let due = task.due_year.map_or_else(String::new, |y| y.to_string());
            let proof = [task.situation.as_str(), task.evidence.as_str()]
                .into_iter()
                .filter(|t| !t.is_empty())
                .collect::<Vec<_>>()
                .join("；凭据：");
            vec![
                task.no.clone(),
                task.task.clone(),
                task.departments.clone(),
                due,
                format!("{} %", task.progress),
                task.status.clone(),
                proof,
            ]
        })
        .collect();
    if !rows.is_empty() {
        pieces.push(Piece::Table {
            source: source("表 任务-1"),
            title: "规划任务进度与凭据".into(),
            head: ["编号", "任务", "责任部门", "完成年度", "进度", "状态", "进展与凭据"].map(String::from).to_vec(),
            rows,
            widths: vec![8, 30, 18, 8, 7, 9, 20],
            more: String::new(),
        });
    }
    let funds = &figures.funds;
    if !funds.lines.is_empty() {
        let mut rows: Vec<Vec<String>> = funds
            .lines
            .iter()
            .map(|line| {
                vec![
                    line.year.to_string(),
                    line.title.clone(),
                    line.source.clone(),
                    grouped(line.amount),
                    line.used.map(grouped).unwrap_or_default(),
                    line.result.clone(),
                ]
            })
            .collect();
        rows.push(vec!["合计".into(), String::new(), String::new(), grouped(funds.amount), grouped(funds.used), String::new()]);
        pieces.push(Piece::Table {
            source: Numbered::at("表 经费-1", String::new()),
            title: "经费（万元）".into(),
            head: ["年度", "项目", "来源", "预算", "已使用", "绩效"].map(String::from).to_vec(),
            rows,
            widths: vec![7, 26, 12, 9, 9, 30],
            more: String::new(),
        });
    }
}
