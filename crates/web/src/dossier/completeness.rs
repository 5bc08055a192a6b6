//! What of the employer's occupational-health archive the platform holds (职业卫生档案管理规范, 安监总厅安健〔2013〕171号: six files).
//!
//! It says what is there and what is not; whether an employer must have a file is for people to say, so nothing is judged.

use super::ask::Rows;
use super::coverage::Cards;
use crate::links;
use crate::words;
use maud::{Markup, html};
use std::collections::BTreeMap;

/// The six files and the kinds that stand for them.
const FILES: [(&str, &[(&str, &str)]); 6] = [
    ("建设项目职业卫生“三同时”档案", &[("construction_project", "建设项目")]),
    ("职业卫生管理档案", &[("declaration", "危害项目申报"), ("inspection", "监督检查")]),
    ("职业卫生宣传培训档案", &[("training", "培训记录")]),
    ("职业病危害因素监测与检测评价档案", &[("measurement", "监测结果")]),
    ("用人单位职业健康监护管理档案", &[("exam_summary", "检查总结报告"), ("diagnosis", "诊断报告")]),
    ("劳动者个人职业健康监护档案", &[("exam", "检查个案")]),
];

/// The section.
#[must_use]
pub fn body(employer: &str, rows: &BTreeMap<&'static str, Option<Rows>>, cards: Option<&Cards>) -> Markup {
    let exams = cards.map(|cards| cards.total);
    let number = |kind: &str| match kind {
        "exam" => exams,
        kind => rows.get(kind).and_then(Option::as_ref).map(|rows| rows.views.len() as u64),
    };
    let more = |kind: &str| rows.get(kind).and_then(Option::as_ref).is_some_and(|rows| rows.more);
    html! {
        table.slim.file-archive {
            thead { tr { th scope="col" { "档案" } th scope="col" { "平台已有" } th scope="col" { "状态" } } }
            tbody { @for (title, kinds) in FILES {
                @let numbers: Vec<Option<u64>> = kinds.iter().map(|(kind, _)| number(kind)).collect();
                @let missing: Vec<&str> = kinds.iter().filter(|(kind, _)| number(kind) == Some(0)).map(|(_, name)| *name).collect();
                tr {
                    th scope="row" { (title) }
                    td { @for (n, (kind, name)) in kinds.iter().enumerate() { @if n > 0 { "；" } @match number(kind) {
                        Some(0) => { (name) " 0" },
                        Some(count) => { a href=(links::list_by(kind, "employer_id", employer)) { (name) " " (words::count(count)) @if *kind != "exam" && more(kind) { " 以上" } } },
                        None => span.muted { (name) "（不在查看范围）" },
                    } } }
                    td {
                        @if numbers.iter().all(Option::is_none) { span.muted { "—" } }
                        @else if missing.is_empty() { span.state-badge.badge-ok { "有" } }
                        @else { span.state-badge.badge-look { "缺" } " " (missing.join("、")) }
                    }
                }
            } }
        }
        p.muted { "按职业卫生档案管理规范（安监总厅安健〔2013〕171号，转引）的六类档案列出平台上有无相应记录；是否应建、纸质是否齐全以现场核查为准。" }
    }
}
